/*
 * What turns with the currents in two coils: a stepper motor's shaft, 200 full steps a turn.  A coil's current follows from
 * the voltage between its ends, so a driver that makes microsteps turns it by those.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_COILS_H
#define STM32_BOARD_PARTS_COILS_H

#include "migration/vmstate.h"
#include "stm32/core/pins/pin.h"

enum { COILS_MICROSTEPS = 16, COILS_STEPS = 200, COIL_ENDS = 4 };       /* of a step; of a turn */

typedef struct Coils {
    Pin *end[COIL_ENDS];        /* A-, A+, B+, B- */
    PinFollower follower[COIL_ENDS];
    int32_t position;           /* in microsteps; its rest by 64 is that of the currents */
    bool turned;                /* it has had current */
} Coils;

/* @c has the ends @end[0] ... [3], in the order above, and turns from now on. */
void coils_init(Coils *c, Pin *end);
/* Degrees from 0 to 360, of a shaft that needs @steps for a turn. */
double coils_angle(const Coils *c, unsigned steps);

extern const VMStateDescription vmstate_coils;
#define VMSTATE_COILS(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_coils, Coils)

#endif
