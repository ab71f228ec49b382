/*
 * Pins that users name in options.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USER_PIN_H
#define STM32_BOARD_USER_PIN_H

#include "stm32/core/pins/pin.h"

/* The pin @name of the board, as given in @option ("wire"); NULL, and *errp says what there is. */
Pin *user_pin(const char *option, const char *name, Error **errp);

/*
 * Who else has pins that users name ("led1.A"): NULL if that is none of its names, and with *errp set if it could be
 * one, but there is no such pin.
 */
typedef Pin *UserPinFinder(const char *name, Error **errp);
void user_pin_also(UserPinFinder *find);

#endif
