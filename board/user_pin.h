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

#endif
