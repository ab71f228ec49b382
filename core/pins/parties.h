/*
 * What changes at a net; for the files of this folder alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_PARTIES_H
#define STM32_CORE_PINS_PARTIES_H

#include "stm32/core/pins/edges.h"

/* Some driver of the net has changed. */
void net_update(PinNet *net);

/*
 * Let @picture be @now, if nobody has to be told.  Otherwise the old one ends at all pins, and then
 * the new one begins.
 */
bool picture_replace(Picture *picture, const Picture *now);
void pin_end_picture(Pin *pin, const Picture *picture, const Picture *now);
void pin_begin_picture(Pin *pin, const Picture *picture, bool corrected);

#endif
