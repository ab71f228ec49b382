/*
 * The alternate function multiplexer of a pin; for the files of this folder alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_PINMUX_H
#define STM32_CORE_PINS_PINMUX_H

#include "stm32/core/pins/pin.h"

/* When a pin is made. */
void pinmux_init(Pin *pin);

#endif
