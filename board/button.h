/*
 * A push button: QOM property `pressed`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_BUTTON_H
#define STM32_BOARD_BUTTON_H

#include "stm32/core/pins/pin.h"

#define TYPE_BUTTON "stm32-button"

/* Make the child @name of @parent: pulls @pin high while pressed.  Without a pin: pulls NRST. */
void button_new(Object *parent, const char *name, Pin *pin);

#endif
