/*
 * Who clocks frame after frame by itself, while virtual time is the host's: after the host has
 * stood still they are not made up for one by one, which could take longer than they last.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <signal.h>
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/regs.h"

enum { SPI1 = 0x40013000, SPI2 = 0x40003800, GPIOA = 0x40020000, GPIOB = 0x40020400,
       TIM2 = 0x40000000,
       FLASH_ACR = 0x40023c00, RCC_CR = 0x40023800, RCC_PLLCFGR = 0x40023804,
       RCC_CFGR = 0x40023808, RCC_PLLI2SCFGR = 0x40023884 };

enum {
    SPE = R_CR1_SPE_MASK, MSTR = R_CR1_MSTR_MASK, SSM = R_CR1_SSM_MASK, SSI = R_CR1_SSI_MASK,
    RXNE = R_SR_RXNE_MASK, MASTER_RX = 3 << R_I2SCFGR_I2SCFG_SHIFT,
    I2SMOD = R_I2SCFGR_I2SMOD_MASK, I2SE = R_I2SCFGR_I2SE_MASK,
};

static void switch_on(unsigned bit)
{
    poke(RCC_CR, peek(RCC_CR) | 1u << bit);
    while (!(peek(RCC_CR) & 2u << bit)) {
        g_usleep(1000);
    }
}

/* At 168 MHz, so that frames are as short as they can be. */
static void start(void)
{
    board_start("-accel tcg -machine wire=pa5-pa15");
    poke(FLASH_ACR, 5);
    poke(RCC_PLLCFGR, 7 << 24 | 168 << 6 | 8);
    switch_on(24);
    poke(RCC_CFGR, 4 << 13 | 5 << 10 | 2);
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("spi1");
    board_enable("spi2");
    for (unsigned pin = 5; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
    }
    board_pin_function(GPIOB, 12, 5);
    board_pin_function(GPIOB, 13, 5);
    board_pin_function(GPIOB, 15, 5);
}

/* The host stands still for a second; then @spi goes on, and the machine answers at once. */
static void check(uint32_t spi)
{
    pid_t pid = qtest_pid(board);
    int64_t begin;

    g_usleep(50000);
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
    g_usleep(1000000);
    g_assert_cmpint(kill(pid, SIGCONT), ==, 0);
    begin = g_get_monotonic_time();
    for (unsigned i = 0; i < 20; i++) {
        peek(spi + A_DR);
        g_usleep(5000);
        WAIT_FOR(peek(spi + A_SR) & RXNE);
    }
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 10 * G_USEC_PER_SEC);
}

/*
 * TIM2 counts SCK at its ETR: a bit takes 24 ns, and what the machine has clocked leaves out the
 * second in which it stood still.
 */
static void test_receive_only(void)
{
    int64_t begin, lasted;

    start();
    board_enable("tim2");
    board_pin_function(GPIOA, 15, 1);
    poke(TIM2 + 0x08, 1 << 14);                         /* ECE */
    poke(TIM2, 1);
    begin = g_get_monotonic_time();
    poke(SPI1 + A_CR1, MSTR | SSM | SSI | R_CR1_RXONLY_MASK);
    poke(SPI1 + A_CR1, MSTR | SSM | SSI | R_CR1_RXONLY_MASK | SPE);
    check(SPI1);
    lasted = (int64_t)peek(TIM2 + 0x24) / 42;
    g_assert_cmpint(lasted, >, 0);
    g_assert_cmpint(lasted, <, g_get_monotonic_time() - begin - 800000);
}

static void test_one_line(void)
{
    start();
    poke(SPI1 + A_CR2, R_CR2_RXNEIE_MASK);
    poke(SPI1 + A_CR1, MSTR | SSM | SSI | R_CR1_BIDIMODE_MASK);
    poke(SPI1 + A_CR1, MSTR | SSM | SSI | R_CR1_BIDIMODE_MASK | SPE);
    check(SPI1);
}

static void test_i2s(void)
{
    start();
    poke(RCC_PLLI2SCFGR, 2u << 28 | 192 << 6);
    switch_on(26);
    poke(SPI2 + A_I2SPR, 2);
    poke(SPI2 + A_I2SCFGR, I2SMOD | MASTER_RX);
    poke(SPI2 + A_I2SCFGR, I2SMOD | MASTER_RX | I2SE);
    check(SPI2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/spi-late/receive-only", test_receive_only);
    qtest_add_func("/spi-late/one-line", test_one_line);
    qtest_add_func("/spi-late/i2s", test_i2s);
    return board_run_tests();
}
