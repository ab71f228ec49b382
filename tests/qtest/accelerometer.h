/*
 * What the tests of the accelerometer share: it is at SPI1, CS at PE3, INT1 at PE0, INT2 at PE1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_ACCELEROMETER_H
#define STM32_TESTS_ACCELEROMETER_H

#include "stm32/tests/qtest/board.h"

enum { SPI1 = 0x40013000, CR1 = SPI1, SR = SPI1 + 8, DR = SPI1 + 0xc,
       GPIOA = 0x40020000, GPIOE = 0x40021000, BSRR = 0x18 };

#define MS 1000000ll

static inline void start(const char *args)
{
    board_start(args);
    board_enable("gpioa");
    board_enable("gpioe");
    board_enable("spi1");
    poke(GPIOE + BSRR, 1 << 3);
    poke(GPIOE, 1 << 6);                                /* PE3: output */
    poke(GPIOA, (peek(GPIOA) & ~0xfc00u) | 0xa800);     /* PA5, 6, 7 */
    poke(GPIOA + 0x20, 0x55500000);
    poke(CR1, 0x354);                                   /* master, PCLK / 8, SSM, SSI, SPE */
}

static inline uint8_t pass(uint8_t out)
{
    poke(DR, out);
    board_wait_ns(4000);
    g_assert_cmphex(peek(SR) & 1, ==, 1);
    return peek(DR);
}

static inline void begin(uint8_t command)
{
    poke(GPIOE + BSRR, 1 << 19);
    pass(command);
}

static inline void end(void)
{
    poke(GPIOE + BSRR, 1 << 3);
}

static inline uint8_t get(uint8_t n)
{
    uint8_t value;

    begin(0x80 | n);
    value = pass(0);
    end();
    return value;
}

static inline void put(uint8_t n, uint8_t value)
{
    begin(n);
    pass(value);
    end();
}

static inline void world(int x, int y, int z)
{
    board_set_int("/machine/accelerometer", "x", x);
    board_set_int("/machine/accelerometer", "y", y);
    board_set_int("/machine/accelerometer", "z", z);
}

/* ---- LIS3DSH ---- */

enum { OUT_T = 0x0c, OFF_X = 0x10, CS_X = 0x13, LC_L = 0x16, LC_H, STAT, PEAK1, PEAK2, VFC_1,
       THRS3 = 0x1f, CTRL4 = 0x20, CTRL1, CTRL2, CTRL3, CTRL5, CTRL6, STATUS = 0x27, OUT_X = 0x28,
       FIFO_CTRL = 0x2e, FIFO_SRC, ST1 = 0x40, TIM4_1 = 0x50, TIM3_1, TIM2_1, TIM1_1 = 0x54, THRS2_1 = 0x56,
       THRS1_1, MASK1_B = 0x59, MASK1_A, SETT1, PR1, TC1, OUTS1 = 0x5f,
       ST2 = 0x60, SM2 = 0x20, DES2 = 0x78 };      /* SM2: from a register of 1 to that of 2 */

static inline void read_axes(int16_t *out)
{
    begin(0x80 | OUT_X);
    for (unsigned axis = 0; axis < 3; axis++) {
        out[axis] = pass(0);
        out[axis] |= pass(0) << 8;
    }
    end();
}

static inline void assert_axes(int x, int y, int z)
{
    int16_t out[3];

    read_axes(out);
    g_assert_cmpint(out[0], ==, x);
    g_assert_cmpint(out[1], ==, y);
    g_assert_cmpint(out[2], ==, z);
}

#endif
