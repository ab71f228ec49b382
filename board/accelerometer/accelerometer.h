/*
 * The accelerometer of the board, on SPI: a LIS3DSH or a LIS302DL.
 *
 * QOM properties: `x`, `y`, `z` in mg; `tap` ("x", "-z" ...: knocks once at that side), `model` (read),
 * `temperature` in degrees Celsius.
 * With a file its lines "ms x y z" say what happens when, in ms of virtual time and mg; '#' begins a
 * comment.  Each holds until the next.
 *
 * Samples are taken at the part's rate in virtual time, but worked out only when somebody looks, or
 * when an interrupt is to come.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_ACCELEROMETER_ACCELEROMETER_H
#define STM32_BOARD_ACCELEROMETER_ACCELEROMETER_H

#include "stm32/core/pins/pin.h"

/* The pins it is soldered to. */
typedef struct AccPins {
    Pin *sck, *sdi, *sdo, *cs, *int1, *int2;
} AccPins;

/* Make the child @name of @parent: a @model; @file is NULL or a script.  False: *errp says why. */
bool accelerometer_new(Object *parent, const char *name, const char *model, const AccPins *pins,
                       const char *file, Error **errp);

/* "lis3dsh" and so on. */
bool accelerometer_is_model(const char *model);

#endif
