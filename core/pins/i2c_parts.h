/*
 * QEMU's I2C parts at a bus that speaks frames (frames.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_I2C_PARTS_H
#define STM32_CORE_PINS_I2C_PARTS_H

#include "hw/i2c/i2c.h"
#include "stm32/core/pins/frames.h"

typedef struct I2cParts {
    I2CBus *bus;
    bool addressed;             /* a part is, */
    uint8_t address;            /* ... this one */
    bool follows;               /* the next byte is an address, not the second of 10 bits */
} I2cParts;

/* Let them hear @f, and put their answer in. */
void i2c_parts_hear(I2cParts *p, I2cFrame *f);
/* What goes on ends. */
void i2c_parts_reset(I2cParts *p);
bool i2c_parts_are_there(const I2cParts *p);

extern const VMStateDescription vmstate_i2c_parts;
#define VMSTATE_I2C_PARTS(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_i2c_parts, I2cParts)

#endif
