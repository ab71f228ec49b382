/*
 * A LED at a pin.
 *
 * QOM properties: `lit` (bool: it would look lit), `brightness` (percent of the time it is on).
 * It is asked, it does not listen: a LED on a PWM costs nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LED_H
#define STM32_BOARD_LED_H

#include "stm32/core/pins/pin.h"

#define TYPE_LED_AT_PIN "stm32-led"

/* Make the child @name of @parent: a LED at @pin, lit by a high or by a low level. */
void led_new(Object *parent, const char *name, Pin *pin, bool lit_by_high);

/* Of @led: the pin it is at, and its `brightness` now. */
Pin *led_pin(Object *led);
unsigned led_brightness(Object *led);

#endif
