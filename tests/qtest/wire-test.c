/*
 * Controllers that talk over jumpers (machine property `wire`): each test joins two of the chip's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/usart.h"
#include "stm32/core/regs.h"

enum { USART2 = 0x40004400, USART3 = 0x40004800, GPIOA = 0x40020000, GPIOB = 0x40020400 };

/* ---- USART2 sends, at PA2, to USART3, at PB11 ---- */

enum { FE = R_SR_FE_MASK, PE = R_SR_PE_MASK, RXNE = R_SR_RXNE_MASK, LBD = R_SR_LBD_MASK };

/* A bit of the sender takes 1 us, one of the receiver @brr / 16. */
static void join_usarts(uint32_t sender_cr1, uint32_t receiver_cr1, uint32_t brr)
{
    board_start("-machine wire=pa2-pb11");
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("usart2");
    board_enable("usart3");
    board_pin_function(GPIOA, 2, 7);
    board_pin_function(GPIOB, 11, 7);
    poke(USART2 + A_BRR, 16);
    poke(USART3 + A_BRR, brr);
    poke(USART3 + A_CR1, R_CR1_UE_MASK | R_CR1_RE_MASK | receiver_cr1);
    poke(USART2 + A_CR1, R_CR1_UE_MASK | R_CR1_TE_MASK | sender_cr1);
    board_wait_ns(12000);
}

/* Send @data; the receiver's SR when it has come. */
static uint32_t usart_pass(uint32_t data)
{
    poke(USART2 + A_DR, data);
    board_wait_ns(25000);
    return peek(USART3 + A_SR);
}

static void test_usart(void)
{
    join_usarts(0, 0, 16);
    for (unsigned data = 0; data < 256; data += 17) {
        g_assert_cmphex(usart_pass(data) & (RXNE | FE | PE), ==, RXNE);
        g_assert_cmphex(peek(USART3 + A_DR), ==, data);
    }
    /* back to back, and no earlier than the bits have gone */
    poke(USART2 + A_DR, 'a');
    poke(USART2 + A_DR, 'b');
    board_wait_ns(9900);
    g_assert_cmphex(peek(USART3 + A_SR) & RXNE, ==, 0);
    board_wait_ns(200);
    g_assert_cmphex(peek(USART3 + A_DR), ==, 'a');
    board_wait_ns(9800);
    g_assert_cmphex(peek(USART3 + A_SR) & RXNE, ==, 0);
    board_wait_ns(200);
    g_assert_cmphex(peek(USART3 + A_DR), ==, 'b');
    g_assert_cmphex(peek(USART3 + A_SR) & R_SR_ORE_MASK, ==, 0);
}

/* 3 % off is good enough, twice the rate is not: 'U' is a row of ones and zeros, each seen twice. */
static void test_usart_rates(void)
{
    join_usarts(0, 0, 16);
    poke(USART2 + A_BRR, 160);
    poke(USART3 + A_BRR, 165);
    poke(USART2 + A_DR, 0x5a);
    board_wait_ns(150000);
    g_assert_cmphex(peek(USART3 + A_SR) & (RXNE | FE), ==, RXNE);
    g_assert_cmphex(peek(USART3 + A_DR), ==, 0x5a);

    join_usarts(0, 0, 16);
    poke(USART2 + A_BRR, 32);
    g_assert_cmphex(usart_pass(0x55) & (RXNE | FE), ==, RXNE | FE);
    g_assert_cmphex(peek(USART3 + A_DR), ==, 0x66);     /* 0 11 00 11 00, then a 1: no stop */
}

static void test_usart_settings(void)
{
    /* nine bits against eight: the ninth, a 0, is where the stop bit should be */
    join_usarts(R_CR1_M_MASK, 0, 16);
    g_assert_cmphex(usart_pass(0x0a5) & (RXNE | FE), ==, RXNE | FE);
    g_assert_cmphex(peek(USART3 + A_DR), ==, 0xa5);
    g_assert_cmphex(usart_pass(0x1a5) & (RXNE | FE), ==, RXNE);
    /* odd parity against even */
    join_usarts(R_CR1_PCE_MASK | R_CR1_PS_MASK | R_CR1_M_MASK,
                R_CR1_PCE_MASK | R_CR1_M_MASK, 16);
    g_assert_cmphex(usart_pass(0x12) & (RXNE | PE | FE), ==, RXNE | PE);
}

static void test_usart_break(void)
{
    join_usarts(0, 0, 16);
    poke(USART2 + A_CR1, R_CR1_UE_MASK | R_CR1_TE_MASK | R_CR1_SBK_MASK);
    board_wait_ns(25000);
    g_assert_cmphex(peek(USART3 + A_SR) & (RXNE | FE), ==, RXNE | FE);
    g_assert_cmphex(peek(USART3 + A_DR), ==, 0);
}

/* The receiver hears nothing while it is off, not routed, or TX is elsewhere. */
static void test_usart_unheard(void)
{
    join_usarts(0, 0, 16);
    poke(USART3 + A_CR1, 0);
    g_assert_cmphex(usart_pass('x') & RXNE, ==, 0);
    poke(USART3 + A_CR1, R_CR1_UE_MASK | R_CR1_RE_MASK);
    g_assert_cmphex(peek(USART3 + A_SR) & RXNE, ==, 0);
    board_pin_function(GPIOB, 11, 4);
    g_assert_cmphex(usart_pass('x') & RXNE, ==, 0);
    board_pin_function(GPIOB, 11, 7);
    board_pin_function(GPIOA, 2, 1);
    g_assert_cmphex(usart_pass('x') & RXNE, ==, 0);
    board_pin_function(GPIOA, 2, 7);
    g_assert_cmphex(usart_pass('x') & RXNE, ==, RXNE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/wire/usart", test_usart);
    qtest_add_func("/wire/usart-rates", test_usart_rates);
    qtest_add_func("/wire/usart-settings", test_usart_settings);
    qtest_add_func("/wire/usart-break", test_usart_break);
    qtest_add_func("/wire/usart-unheard", test_usart_unheard);
    return board_run_tests();
}
