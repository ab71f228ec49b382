/*
 * Window watchdog (RM0090 chapter 22), at PCLK1 = 16 MHz: a step of the counter is 256 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/wwdg.h"
#include "stm32/core/regs.h"

#define WWDG 0x40002c00
#define RCC_CSR 0x40023874
#define RCC_CFGR 0x40023808
#define STEP_NS 256000ll
#define WDGA R_CR_WDGA_MASK

static void start(void)
{
    board_start("");
    board_watch_irqs();
    board_enable("wwdg");
    poke(RCC_CSR, 1 << 24);
}

static void assert_was_reset(void)
{
    qtest_qmp_eventwait(board, "RESET");
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0x44);     /* WWDGRSTF, PINRSTF */
    board_enable("wwdg");
    g_assert_cmphex(peek(WWDG + A_CR), ==, 0x7f);
    g_assert_cmphex(peek(WWDG + A_CFR), ==, 0x7f);
}

static void assert_reset_after(int64_t ns)
{
    board_wait_ns(ns - 1);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
    board_wait_ns(1);
    assert_was_reset();
}

static void test_counts_down(void)
{
    start();
    poke(WWDG + A_CR, 0x7f);
    board_wait_ns(STEP_NS - 1);
    g_assert_cmphex(peek(WWDG + A_CR), ==, 0x7f);
    board_wait_ns(1);
    g_assert_cmphex(peek(WWDG + A_CR), ==, 0x7e);       /* disabled, it counts all the same ... */
    board_wait_ns(127 * STEP_NS);
    g_assert_cmphex(peek(WWDG + A_CR), ==, 0x7f);       /* ... round and round */
    g_assert_cmphex(peek(WWDG + A_SR), ==, 0);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
}

static void test_reset_when_t6_falls(void)
{
    for (unsigned prescaler = 0; prescaler < 4; prescaler++) {
        start();
        poke(WWDG + A_CFR, prescaler << R_CFR_WDGTB_SHIFT | 0x7f);
        poke(WWDG + A_CR, WDGA | 0x45);
        assert_reset_after((6 * STEP_NS) << prescaler);
    }
}

static void test_window(void)
{
    start();
    poke(WWDG + A_CFR, 0x50);
    poke(WWDG + A_CR, WDGA | 0x7f);                     /* the first is free */
    board_wait_ns((0x7f - 0x50) * STEP_NS);
    g_assert_cmphex(peek(WWDG + A_CR), ==, WDGA | 0x50);
    poke(WWDG + A_CR, 0x7f);                            /* WDGA stays */
    g_assert_cmphex(peek(WWDG + A_CR), ==, WDGA | 0x7f);
    board_wait_ns((0x7f - 0x51) * STEP_NS);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
    poke(WWDG + A_CR, WDGA | 0x7f);                     /* one step too early */
    g_assert_cmpint(board_mistakes("refreshed at 0x51, above the window 0x50"), ==, 1);
    assert_was_reset();
}

static void test_t6_written_clear(void)
{
    start();
    poke(WWDG + A_CR, 0x3f);                            /* nothing while it is off */
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
    poke(WWDG + A_CR, WDGA | 0x3f);
    g_assert_cmpint(board_mistakes("CR.T written with T6 clear"), ==, 1);
    assert_was_reset();
}

static void test_early_wakeup(void)
{
    start();
    poke(WWDG + A_CFR, R_CFR_EWI_MASK | 0x7f);
    poke(WWDG + A_CFR, 0x7f);
    g_assert_cmphex(peek(WWDG + A_CFR), ==, R_CFR_EWI_MASK | 0x7f);     /* set only */
    poke(WWDG + A_CR, WDGA | 0x42);
    board_wait_ns(2 * STEP_NS - 1);
    g_assert_false(irq(0));
    g_assert_cmphex(peek(WWDG + A_SR), ==, 0);
    board_wait_ns(1);
    g_assert_true(irq(0));
    g_assert_cmphex(peek(WWDG + A_SR), ==, R_SR_EWIF_MASK);
    poke(WWDG + A_SR, 1);
    g_assert_true(irq(0));
    poke(WWDG + A_SR, 0);
    g_assert_false(irq(0));
    g_assert_cmphex(peek(WWDG + A_SR), ==, 0);          /* not again in this round */
    poke(WWDG + A_CR, 0x41);
    board_wait_ns(STEP_NS);
    g_assert_true(irq(0));
    assert_reset_after(STEP_NS);
    g_assert_false(irq(0));
}

/* EWIF without EWI: the flag alone. */
static void test_flag_without_interrupt(void)
{
    start();
    poke(WWDG + A_CR, WDGA | 0x41);
    board_wait_ns(STEP_NS);
    g_assert_cmphex(peek(WWDG + A_SR), ==, R_SR_EWIF_MASK);
    g_assert_false(irq(0));
    poke(WWDG + A_CR, 0x7f);
    g_assert_cmphex(peek(WWDG + A_SR), ==, R_SR_EWIF_MASK);
}

/* It counts PCLK1: half as fast with APB1 / 2, another prescaler, not at all without clock. */
static void test_clock(void)
{
    start();
    poke(WWDG + A_CR, WDGA | 0x7f);
    board_wait_ns(10 * STEP_NS);
    poke(RCC_CFGR, 4 << 10);
    board_wait_ns(20 * STEP_NS);
    g_assert_cmphex(peek(WWDG + A_CR), ==, WDGA | (0x7f - 20));
    poke(0x40023840, 0);
    board_wait_ns(1000 * STEP_NS);
    board_enable("wwdg");
    g_assert_cmphex(peek(WWDG + A_CR), ==, WDGA | (0x7f - 20));
    poke(WWDG + A_CFR, 1 << R_CFR_WDGTB_SHIFT | 0x7f);
    g_assert_cmphex(peek(WWDG + A_CR), ==, WDGA | (0x7f - 20));
    assert_reset_after((0x40 - 20) * 4 * STEP_NS);
}

static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start();
    poke(WWDG + A_CFR, R_CFR_EWI_MASK | 0x7f);
    poke(WWDG + A_CR, WDGA | 0x44);
    board_wait_ns(STEP_NS / 2);
    file = board_save();
    board_load(file, "");
    board_watch_irqs();
    unlink(file);
    board_wait_ns(3 * STEP_NS + STEP_NS / 2 - 1);
    g_assert_false(irq(0));
    board_wait_ns(1);
    g_assert_true(irq(0));
    assert_reset_after(STEP_NS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("wwdg/counts-down", test_counts_down);
    qtest_add_func("wwdg/reset-when-t6-falls", test_reset_when_t6_falls);
    qtest_add_func("wwdg/window", test_window);
    qtest_add_func("wwdg/t6-written-clear", test_t6_written_clear);
    qtest_add_func("wwdg/early-wakeup", test_early_wakeup);
    qtest_add_func("wwdg/flag-without-interrupt", test_flag_without_interrupt);
    qtest_add_func("wwdg/clock", test_clock);
    qtest_add_func("wwdg/snapshot", test_snapshot);
    return board_run_tests();
}
