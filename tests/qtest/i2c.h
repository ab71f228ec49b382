/*
 * What the tests of I2C share: I2C1 (PB6, PB9, where the board has pull-ups) is the master of I2C2
 * (PB10, PB11), joined by jumpers.  PCLK1 is HSI, 16 MHz, SCL has 100 kHz: a bit takes 10 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_I2C_H
#define STM32_TESTS_I2C_H

#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/i2c.h"
#include "stm32/core/regs.h"

enum { I2C1 = 0x40005400, I2C2 = 0x40005800, I2C3 = 0x40005c00, GPIOB = 0x40020400 };

enum {
    PE = R_CR1_PE_MASK, START = R_CR1_START_MASK, STOP = R_CR1_STOP_MASK, ACK = R_CR1_ACK_MASK,
    POS = R_CR1_POS_MASK, PEC = R_CR1_PEC_MASK, ENPEC = R_CR1_ENPEC_MASK, ENGC = R_CR1_ENGC_MASK,
    NOSTRETCH = R_CR1_NOSTRETCH_MASK, SWRST = R_CR1_SWRST_MASK, SMBUS = R_CR1_SMBUS_MASK,
    SMBTYPE = R_CR1_SMBTYPE_MASK, ENARP = R_CR1_ENARP_MASK, ALERT = R_CR1_ALERT_MASK,
    SB = R_SR1_SB_MASK, ADDR = R_SR1_ADDR_MASK, BTF = R_SR1_BTF_MASK, ADD10 = R_SR1_ADD10_MASK,
    STOPF = R_SR1_STOPF_MASK, RXNE = R_SR1_RXNE_MASK, TXE = R_SR1_TXE_MASK,
    BERR = R_SR1_BERR_MASK, ARLO = R_SR1_ARLO_MASK, AF = R_SR1_AF_MASK, OVR = R_SR1_OVR_MASK,
    PECERR = R_SR1_PECERR_MASK, TIMEOUT = R_SR1_TIMEOUT_MASK, SMBALERT = R_SR1_SMBALERT_MASK,
    MSL = R_SR2_MSL_MASK, BUSY = R_SR2_BUSY_MASK, TRA = R_SR2_TRA_MASK,
    GENCALL = R_SR2_GENCALL_MASK, DUALF = R_SR2_DUALF_MASK, SMBHOST = R_SR2_SMBHOST_MASK,
    SMBDEFAULT = R_SR2_SMBDEFAULT_MASK,
};

#define BIT_NS 10000
#define BYTE_NS (9 * BIT_NS)
#define JUMPERS "-machine wire=pb6-pb10:pb9-pb11 "
#define OWN 0x42                /* address of I2C2 */

static inline uint32_t sr1(uint32_t i2c) { return peek(i2c + A_SR1); }
static inline uint32_t sr2(uint32_t i2c) { return peek(i2c + A_SR2); }

static inline void cr1_set(uint32_t i2c, uint32_t bits)
{
    poke(i2c + A_CR1, peek(i2c + A_CR1) | bits);
}

static inline void cr1_clear(uint32_t i2c, uint32_t bits)
{
    poke(i2c + A_CR1, peek(i2c + A_CR1) & ~bits);
}

/* Open drain, and AF4. */
static inline void i2c_pin(unsigned pin)
{
    poke(GPIOB + 4, peek(GPIOB + 4) | 1u << pin);
    board_pin_function(GPIOB, pin, 4);
}

static inline void i2c_on(uint32_t i2c, uint32_t cr1)
{
    poke(i2c + A_CR2, 16);
    poke(i2c + A_CCR, 80);
    poke(i2c + A_TRISE, 17);
    poke(i2c + A_CR1, (cr1 & ~ACK) | PE);
    cr1_set(i2c, cr1 & ACK);
}

static inline void i2c_pins(void)
{
    board_enable("gpiob");
    board_enable("i2c1");
    board_enable("i2c2");
    i2c_pin(6);
    i2c_pin(9);
    i2c_pin(10);
    i2c_pin(11);
}

static inline void i2c_start_board(const char *args)
{
    board_start(args);
    i2c_pins();
}

/* The master is on, and the slave with @cr1. */
static inline void i2c_join(uint32_t cr1)
{
    i2c_start_board(JUMPERS);
    poke(I2C2 + A_OAR1, OWN << 1);
    i2c_on(I2C2, cr1 | ACK);
    i2c_on(I2C1, ACK);
}

/* EV5: START, as far as SB; the address byte, as far as it takes. */
static inline void i2c_start(uint32_t i2c)
{
    cr1_set(i2c, START);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(sr1(i2c) & SB, ==, SB);
    g_assert_cmphex(sr2(i2c) & (MSL | BUSY), ==, MSL | BUSY);
}

static inline void i2c_byte(uint32_t i2c, uint8_t byte)
{
    poke(i2c + A_DR, byte);
    board_wait_ns(BYTE_NS);
}

static inline void i2c_address(uint32_t i2c, uint8_t byte)
{
    i2c_start(i2c);
    i2c_byte(i2c, byte);
}

static inline void clear_addr(uint32_t i2c)
{
    g_assert_cmphex(sr1(i2c) & ADDR, ==, ADDR);
    sr2(i2c);
    g_assert_cmphex(sr1(i2c) & ADDR, ==, 0);
}

static inline void i2c_stop(uint32_t i2c)
{
    cr1_set(i2c, STOP);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(peek(i2c + A_CR1) & STOP, ==, 0);
    g_assert_cmphex(sr2(i2c) & (MSL | BUSY), ==, 0);
}

/* EV4 */
static inline void clear_stopf(uint32_t i2c)
{
    g_assert_cmphex(sr1(i2c) & STOPF, ==, STOPF);
    poke(i2c + A_CR1, peek(i2c + A_CR1));
    g_assert_cmphex(sr1(i2c) & STOPF, ==, 0);
}

#endif
