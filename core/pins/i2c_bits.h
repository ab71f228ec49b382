/*
 * A slave's end of an I2C whose master is not a controller but real levels, say of two GPIOs: edges
 * of SCL and SDA become the events that controllers send (frames.h), their answers become levels.
 *
 * The owner tells of the levels at its pins, hears events, and pulls the lines low.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_I2C_BITS_H
#define STM32_CORE_PINS_I2C_BITS_H

#include "stm32/core/pins/frames.h"

typedef struct I2cBits {
    void (*hear)(void *opaque, I2cFrame *f);
    void (*pull)(void *opaque);     /* `pulls_scl` or `pulls_sda` has changed */
    void *opaque;
    bool scl, sda;                  /* levels as told last */
    bool pulls_scl, pulls_sda;
    uint32_t event;                 /* I2cEvent of the byte under way; STOP: none for us */
    uint8_t byte, bits;             /* of it, the ninth is the acknowledge */
    bool ack;                       /* how it was answered */
    bool waits;                     /* for i2c_bits_answer() */
    int64_t rose;                   /* ns: SCL did last since START; -1: it has not */
    uint64_t bit;                   /* the shortest time between two since then, as in I2cFrame; or 0 */
} I2cBits;

void i2c_bits_reset(I2cBits *b);
/* The lines have these levels; @other: but the bus is a controller's now. */
void i2c_bits_levels(I2cBits *b, bool scl, bool sda, bool other);
/* Who let the master wait answers now. */
void i2c_bits_answer(I2cBits *b, bool ack, uint8_t data);

extern const VMStateDescription vmstate_i2c_bits;
#define VMSTATE_I2C_BITS(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_i2c_bits, I2cBits)

#endif
