/*
 * A shift register at legs of a part: a rising edge of the clock takes the data line.  Levels of GPIOs are taken bit by bit,
 * frames of an SPI whole; registers are chained by the line out.
 *
 * Deliberately different: the line out changes with the falling edge of the clock, so that the next has time to see it;
 * frames of an SPI go down a chain at once, and are not seen at that line bit by bit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_SHIFT_REGISTER_H
#define STM32_BOARD_PARTS_SHIFT_REGISTER_H

#include "migration/vmstate.h"
#include "stm32/core/pins/frames.h"

enum { SHIFT_BYTES = 64 };

typedef struct ShiftRegister {
    Signal clock, in, next;
    PinListener clock_level;
    PinDriver out;
    Pin *clock_pin, *in_pin;
    unsigned size;                      /* bytes; the last is what came last */
    bool (*may)(void *opaque);          /* false: it is held clear; NULL: never */
    void *opaque;
    bool shown;                         /* at the line out */
    uint8_t byte[SHIFT_BYTES];
} ShiftRegister;

/* @r has @size bytes; @name is for reports.  It listens from now on. */
void shift_register_init(ShiftRegister *r, const char *name, unsigned size, Pin *clock, Pin *in, Pin *out);
void shift_register_clear(ShiftRegister *r);

extern const VMStateDescription vmstate_shift_register;
#define VMSTATE_SHIFT_REGISTER(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_shift_register, ShiftRegister)

#endif
