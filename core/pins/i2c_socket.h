/*
 * Two pins at which QEMU's I2C parts hang, on a bus of their own.  Its master is whoever has those pins: a controller,
 * or a program with GPIOs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_I2C_SOCKET_H
#define STM32_CORE_PINS_I2C_SOCKET_H

#include "stm32/core/pins/i2c_bits.h"
#include "stm32/core/pins/i2c_parts.h"

typedef struct I2cSocket {
    Pin *scl_pin, *sda_pin;
    Signal scl, sda;                    /* frames of controllers; */
    PinListener scl_level, sda_level;   /* ... levels of GPIOs */
    PinDriver scl_pull, sda_pull, sda_driver;
    I2cBits bits;
    I2cParts parts;
} I2cSocket;

/* @s has these pins, with pull-up resistors as on a module; its bus is @owner's and is called @name. */
void i2c_socket_init(I2cSocket *s, DeviceState *owner, const char *name, Pin *scl, Pin *sda);

/* Its parts have another bus at these pins from now on; not in a snapshot: whoever says so does again then. */
void i2c_socket_ignore(I2cSocket *s);

extern const VMStateDescription vmstate_i2c_socket;
#define VMSTATE_I2C_SOCKET(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_i2c_socket, I2cSocket)

#endif
