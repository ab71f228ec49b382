/*
 * A master of I2C made of GPIOs: SCL is PB6, SDA PB7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_I2C_GPIO_H
#define STM32_TESTS_I2C_GPIO_H

#include "stm32/tests/qtest/parts.h"

enum { SCL = 1 << 6, SDA = 1 << 7 };

static inline void line(uint32_t pin, bool high)
{
    poke(GPIOB + BSRR, high ? pin : pin << 16);
    board_wait_ns(1000);
}

static inline void i2c_pins(void)
{
    poke(GPIOB + OTYPER, SCL | SDA);
    poke(GPIOB + ODR, SCL | SDA);
    poke(GPIOB + MODER, 5 << 12);
}

static inline bool i2c_bit(bool out)
{
    bool in;

    line(SDA, out);
    line(SCL, true);
    in = pin_level("pb7");
    line(SCL, false);
    return in;
}

static inline void i2c_start(void)
{
    line(SDA, true);
    line(SCL, true);
    line(SDA, false);
    line(SCL, false);
}

static inline void i2c_stop(void)
{
    line(SDA, false);
    line(SCL, true);
    line(SDA, true);
}

/* Has it been acknowledged? */
static inline bool i2c_write(uint8_t byte)
{
    for (int n = 7; n >= 0; n--) {
        i2c_bit(byte >> n & 1);
    }
    return !i2c_bit(true);
}

static inline uint8_t i2c_read(bool last)
{
    uint8_t byte = 0;

    for (unsigned n = 0; n < 8; n++) {
        byte = byte << 1 | i2c_bit(true);
    }
    i2c_bit(last);
    return byte;
}

static inline bool write_reg(uint8_t address, uint8_t reg, uint8_t value)
{
    bool there;

    i2c_start();
    there = i2c_write(address << 1) && i2c_write(reg) && i2c_write(value);
    i2c_stop();
    return there;
}

static inline void read_regs(uint8_t address, uint8_t reg, uint8_t *bytes, unsigned n)
{
    i2c_start();
    g_assert_true(i2c_write(address << 1));
    i2c_write(reg);
    i2c_start();
    g_assert_true(i2c_write(address << 1 | 1));
    for (unsigned i = 0; i < n; i++) {
        bytes[i] = i2c_read(i + 1 == n);
    }
    i2c_stop();
}

#endif
