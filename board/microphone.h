/*
 * The microphone of the board, an MP45DT02: a bit for every clock.
 *
 * QOM properties: `frequency` (Hz) and `amplitude` (percent) of a tone that it hears, at first 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_MICROPHONE_H
#define STM32_BOARD_MICROPHONE_H

#include "stm32/core/pins/pin.h"

#define TYPE_MICROPHONE "stm32-microphone"

/*
 * Make the child @name of @parent, which hears what is in the WAV file @file over and over; NULL: a
 * tone.
 */
void microphone_new(Object *parent, const char *name, Pin *clk, Pin *dout, const char *file,
                    Error **errp);

#endif
