/*
 * I2S (RM0090 28.4): I2S2 is the master and I2S3 the slave, joined by jumpers, each with its extension
 * for the other direction.  PLLI2S makes 96 MHz of HSI: with I2SDIV = 47, ODD = 0 and 16 bits a
 * channel takes 16 * 94 ticks, 15.667 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/regs.h"

enum { I2S2 = 0x40003800, I2S3 = 0x40003c00, I2S2EXT = 0x40003400, I2S3EXT = 0x40004000,
       GPIOA = 0x40020000, GPIOB = 0x40020400, GPIOC = 0x40020800,
       RCC_CR = 0x40023800, RCC_PLLI2SCFGR = 0x40023884 };

enum {
    I2SMOD = R_I2SCFGR_I2SMOD_MASK, I2SE = R_I2SCFGR_I2SE_MASK, CHLEN = R_I2SCFGR_CHLEN_MASK,
    SLAVE_TX = 0, SLAVE_RX = 1 << R_I2SCFGR_I2SCFG_SHIFT,
    MASTER_TX = 2 << R_I2SCFGR_I2SCFG_SHIFT, MASTER_RX = 3 << R_I2SCFGR_I2SCFG_SHIFT,
    BITS24 = 1 << R_I2SCFGR_DATLEN_SHIFT, BITS32 = 2 << R_I2SCFGR_DATLEN_SHIFT,
    TXE = R_SR_TXE_MASK, RXNE = R_SR_RXNE_MASK, CHSIDE = R_SR_CHSIDE_MASK, UDR = R_SR_UDR_MASK,
    OVR = R_SR_OVR_MASK, FRE = R_SR_FRE_MASK, BSY = R_SR_BSY_MASK,
};

#define CHANNEL_NS 15667
#define JUMPERS "pb13-pc10:pb12-pa15:pb15-pc12:pb14-pc11"

static void start(void)
{
    board_start("-machine wire=" JUMPERS);
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("gpioc");
    board_enable("spi2");
    board_enable("spi3");
    for (unsigned pin = 12; pin <= 15; pin++) {
        board_pin_function(GPIOB, pin, pin == 14 ? 6 : 5);
    }
    board_pin_function(GPIOC, 10, 6);
    board_pin_function(GPIOA, 15, 6);
    board_pin_function(GPIOC, 12, 6);
    board_pin_function(GPIOC, 11, 5);
    poke(RCC_PLLI2SCFGR, 2u << 28 | 192 << 6);
    poke(RCC_CR, peek(RCC_CR) | 1 << 26);
    board_wait_ns(1000000);
}

static uint32_t sr(uint32_t spi)
{
    return peek(spi + A_SR);
}

static void set_up(uint32_t spi, uint32_t i2scfgr)
{
    poke(spi + A_I2SPR, 47);
    poke(spi + A_I2SCFGR, I2SMOD | i2scfgr);
    poke(spi + A_I2SCFGR, I2SMOD | I2SE | i2scfgr);
}

/* Words pass, left and right in turn, each after a channel's time. */
static void test_stereo(void)
{
    start();
    set_up(I2S3, SLAVE_RX);
    set_up(I2S2, MASTER_TX);
    board_wait_ns(3 * CHANNEL_NS);
    g_assert_cmphex(sr(I2S3) & RXNE, ==, 0);            /* no word, no clock */
    g_assert_cmphex(sr(I2S2) & (TXE | CHSIDE | BSY), ==, TXE);
    poke(I2S2 + A_DR, 0x8001);
    for (unsigned i = 1; i < 20; i++) {
        g_assert_cmphex(sr(I2S2) & (TXE | CHSIDE | BSY), ==, TXE | BSY | (i % 2 ? CHSIDE : 0));
        poke(I2S2 + A_DR, 0x8001 + i);
        board_wait_ns(CHANNEL_NS + (i == 1));
        g_assert_cmphex(sr(I2S3) & (RXNE | CHSIDE | OVR), ==, RXNE | (i % 2 ? 0 : CHSIDE));
        g_assert_cmphex(peek(I2S3 + A_DR), ==, 0x8000 + i);
    }
    /* 20 channels took 20 * 16 * 94 ticks of 96 MHz */
    poke(I2S2 + A_I2SCFGR, I2SMOD | MASTER_TX);
    board_wait_ns(CHANNEL_NS);
    g_assert_cmphex(sr(I2S2) & BSY, ==, 0);
}

/* 24 and 32 bits are two words a channel. */
static void test_wide(void)
{
    static const uint32_t length[] = { BITS24, BITS32 };

    for (unsigned n = 0; n < ARRAY_SIZE(length); n++) {
        start();
        set_up(I2S3, SLAVE_RX | length[n]);
        set_up(I2S2, MASTER_TX | length[n]);
        poke(I2S2 + A_DR, 0x100);
        for (unsigned i = 1; i < 9; i++) {
            poke(I2S2 + A_DR, 0x100 + i);
            board_wait_ns(CHANNEL_NS + (i == 1));       /* half of a channel of 32 bits */
            g_assert_cmphex(sr(I2S3) & (RXNE | CHSIDE | OVR), ==,
                            RXNE | ((i - 1) / 2 % 2 ? CHSIDE : 0));
            g_assert_cmphex(peek(I2S3 + A_DR), ==, 0xff + i);
        }
    }
}

/* 16 bits in a channel of 32 take twice the time. */
static void test_channel_length(void)
{
    start();
    set_up(I2S3, SLAVE_RX | CHLEN);
    set_up(I2S2, MASTER_TX | CHLEN);
    poke(I2S2 + A_DR, 7);
    board_wait_ns(2 * CHANNEL_NS - 2);
    g_assert_cmphex(sr(I2S3) & RXNE, ==, 0);
    board_wait_ns(2);
    g_assert_cmphex(peek(I2S3 + A_DR), ==, 7);
}

/* A master that receives clocks from I2SE on; the slave has to be in time. */
static void test_master_receives(void)
{
    start();
    set_up(I2S3, SLAVE_TX);
    poke(I2S3 + A_DR, 0xaaaa);
    set_up(I2S2, MASTER_RX);
    poke(I2S3 + A_DR, 0xbbbb);
    board_wait_ns(CHANNEL_NS);
    g_assert_cmphex(sr(I2S2) & (RXNE | CHSIDE), ==, RXNE);
    g_assert_cmphex(peek(I2S2 + A_DR), ==, 0xaaaa);
    board_wait_ns(CHANNEL_NS);
    g_assert_cmphex(sr(I2S2) & (RXNE | CHSIDE), ==, RXNE | CHSIDE);
    g_assert_cmphex(peek(I2S2 + A_DR), ==, 0xbbbb);
    g_assert_cmphex(sr(I2S3) & UDR, ==, UDR);           /* by now it had nothing */
    g_assert_cmphex(sr(I2S3) & UDR, ==, 0);
    board_wait_ns(2 * CHANNEL_NS);
    g_assert_cmphex(sr(I2S2) & OVR, ==, OVR);
    peek(I2S2 + A_DR);
    sr(I2S2);
    g_assert_cmphex(sr(I2S2) & OVR, ==, 0);
}

/* Both directions at once: the extensions have the clock of their I2S. */
static void test_full_duplex(void)
{
    start();
    set_up(I2S3EXT, SLAVE_TX);
    set_up(I2S3, SLAVE_RX);
    set_up(I2S2EXT, SLAVE_RX);
    poke(I2S3EXT + A_DR, 0x1000);
    set_up(I2S2, MASTER_TX);
    poke(I2S2 + A_DR, 0x2000);
    for (unsigned i = 1; i < 9; i++) {
        poke(I2S3EXT + A_DR, 0x1000 + i);
        poke(I2S2 + A_DR, 0x2000 + i);
        board_wait_ns(CHANNEL_NS + (i == 1));
        g_assert_cmphex(peek(I2S3 + A_DR), ==, 0x1fff + i);
        g_assert_cmphex(sr(I2S2EXT) & (RXNE | CHSIDE | OVR), ==, RXNE | (i % 2 ? 0 : CHSIDE));
        g_assert_cmphex(peek(I2S2EXT + A_DR), ==, 0x0fff + i);
    }
}

/* The master stops and starts with the left channel again: the slave notices, and is in step. */
static void test_out_of_step(void)
{
    start();
    set_up(I2S3, SLAVE_RX);
    set_up(I2S2, MASTER_TX);
    poke(I2S2 + A_DR, 1);
    poke(I2S2 + A_I2SCFGR, I2SMOD | MASTER_TX);
    board_wait_ns(2 * CHANNEL_NS);
    g_assert_cmphex(sr(I2S3) & FRE, ==, 0);
    set_up(I2S2, MASTER_TX);
    poke(I2S2 + A_DR, 2);
    g_assert_cmphex(sr(I2S3) & FRE, ==, FRE);
    g_assert_cmphex(sr(I2S3) & FRE, ==, 0);
}

/* CK and WS are square waves: 96 MHz / 94 and that / 32, a whole frame 31.333 us. */
static void test_waves(void)
{
    unsigned high = 0;

    start();
    set_up(I2S2, MASTER_TX);
    poke(I2S2 + A_DR, 1);
    for (unsigned i = 0; i < 100; i++) {
        board_wait_ns(31333 / 100);
        high += pin_level("pa15");
    }
    g_assert_cmpint(high, >=, 49);
    g_assert_cmpint(high, <=, 51);
    poke(I2S2 + A_I2SCFGR, I2SMOD | MASTER_TX);
    g_assert_true(pin_level("pa15"));                   /* let go: pulled up since reset */
}

static void test_mistakes(void)
{
    start();
    poke(I2S2 + A_I2SPR, 1);
    poke(I2S2 + A_I2SCFGR, I2SMOD | I2SE | MASTER_TX);
    g_assert_cmpint(board_mistakes("I2SDIV is 0 or 1"), ==, 1);
    poke(I2S2 + A_I2SPR, 2);
    g_assert_cmpint(board_mistakes("I2SPR changed"), ==, 1);
    poke(I2S2 + A_I2SCFGR, I2SMOD | I2SE | MASTER_TX | BITS24);
    g_assert_cmpint(board_mistakes("I2SCFGR changed"), ==, 1);
    poke(RCC_CR, peek(RCC_CR) & ~(1 << 26));
    set_up(I2S3, MASTER_TX);
    qtest_clock_step(board, 100 * 1000);
    poke(RCC_CR, peek(RCC_CR) | 1 << 26);               /* whose PLL is not ready yet */
    qtest_clock_step(board, 2000 * 1000);
    g_assert_cmpint(board_mistakes("no I2SCLK"), ==, 0);
    poke(I2S3 + A_I2SCFGR, I2SMOD | MASTER_TX);
    poke(RCC_CR, peek(RCC_CR) & ~(1 << 26));
    poke(I2S3 + A_I2SCFGR, I2SMOD | I2SE | MASTER_TX);
    qtest_clock_step(board, 2000 * 1000);
    g_assert_cmpint(board_mistakes("no I2SCLK"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/i2s/stereo", test_stereo);
    qtest_add_func("/i2s/wide", test_wide);
    qtest_add_func("/i2s/channel-length", test_channel_length);
    qtest_add_func("/i2s/master-receives", test_master_receives);
    qtest_add_func("/i2s/full-duplex", test_full_duplex);
    qtest_add_func("/i2s/out-of-step", test_out_of_step);
    qtest_add_func("/i2s/waves", test_waves);
    qtest_add_func("/i2s/mistakes", test_mistakes);
    return board_run_tests();
}
