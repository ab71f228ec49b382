/*
 * Independent watchdog (RM0090 chapter 21): times to the period of LSI, 31.25 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/iwdg.h"
#include "stm32/core/regs.h"

#define IWDG 0x40003000
#define RCC_CSR 0x40023874
#define FLASH_OPTKEYR 0x40023c08
#define FLASH_OPTCR 0x40023c14
#define LSI_NS 31250
#define LSI_START_NS 15000

/* Is there a reset within @ns, and none 1 ns before?  Ends with the flags of it read and cleared. */
static void assert_reset_after(int64_t ns)
{
    board_wait_ns(ns - 1);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0x20, ==, 0);
    board_wait_ns(1);
    qtest_qmp_eventwait(board, "RESET");
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0x24);     /* IWDGRSTF, PINRSTF */
    poke(RCC_CSR, 1 << 24);
}

static void start(void)
{
    board_start("");
    poke(RCC_CSR, 1 << 24);
}

/* With LSI on since long, so that all times are whole periods of it. */
static void start_with_lsi(void)
{
    start();
    poke(RCC_CSR, 1);
    board_wait_ns(LSI_START_NS);
}

static void test_longest_by_default(void)
{
    start();
    poke(IWDG + A_KR, 0xcccc);
    g_assert_cmphex(peek(RCC_CSR) & 3, ==, 0);          /* LSI starts without LSION */
    board_wait_ns(LSI_START_NS);
    g_assert_cmphex(peek(RCC_CSR) & 3, ==, 2);
    assert_reset_after(4096ll * 4 * LSI_NS);
    board_wait_ns(10000000000);
    g_assert_cmphex(peek(RCC_CSR) & 0x20000003, ==, 0); /* and it is off again */
}

static void test_update_time(void)
{
    start_with_lsi();
    poke(IWDG + A_KR, 0x5555);
    poke(IWDG + A_PR, 3);
    g_assert_cmphex(peek(IWDG + A_SR), ==, R_SR_PVU_MASK);
    board_wait_ns(LSI_NS);
    poke(IWDG + A_RLR, 99);
    poke(IWDG + A_PR, 5);                               /* lost */
    g_assert_cmphex(peek(IWDG + A_SR), ==, R_SR_PVU_MASK | R_SR_RVU_MASK);
    g_assert_cmpint(board_mistakes("PR written while the write before"), ==, 1);
    board_wait_ns(4 * LSI_NS - 1);
    g_assert_cmphex(peek(IWDG + A_SR), ==, R_SR_PVU_MASK | R_SR_RVU_MASK);
    board_wait_ns(1);
    g_assert_cmphex(peek(IWDG + A_SR), ==, R_SR_RVU_MASK);
    g_assert_cmphex(peek(IWDG + A_PR), ==, 3);
    g_assert_cmphex(peek(IWDG + A_RLR), ==, 0xfff);
    board_wait_ns(LSI_NS);
    g_assert_cmphex(peek(IWDG + A_SR), ==, 0);
    g_assert_cmphex(peek(IWDG + A_RLR), ==, 99);
    poke(IWDG + A_KR, 0xaaaa);
    poke(IWDG + A_KR, 0xcccc);
    assert_reset_after(100ll * 32 * LSI_NS);
    g_assert_cmphex(peek(IWDG + A_PR), ==, 0);
}

/* Without LSI a write waits; started by that, what was asked for happens when it is there. */
static void test_configure_before_start(void)
{
    start();
    poke(IWDG + A_KR, 0x5555);
    poke(IWDG + A_PR, 1);
    poke(IWDG + A_RLR, 9);
    poke(IWDG + A_KR, 0xaaaa);
    board_wait_ns(1000000000);
    g_assert_cmphex(peek(IWDG + A_SR), ==, R_SR_PVU_MASK | R_SR_RVU_MASK);
    poke(IWDG + A_KR, 0xcccc);
    assert_reset_after(LSI_START_NS + (5 + 10 * 8) * LSI_NS);
}

/* As newer drivers do it: start, then the values, wait for SR, refresh. */
static void test_configure_after_start(void)
{
    start();
    poke(IWDG + A_KR, 0xcccc);
    poke(IWDG + A_KR, 0x5555);
    poke(IWDG + A_PR, 2);
    poke(IWDG + A_RLR, 1);
    board_wait_ns(LSI_START_NS + 5 * LSI_NS);
    g_assert_cmphex(peek(IWDG + A_SR), ==, 0);
    poke(IWDG + A_KR, 0xaaaa);
    assert_reset_after(2 * 16 * LSI_NS);
}

static void test_refresh(void)
{
    start_with_lsi();
    poke(IWDG + A_KR, 0xcccc);
    for (unsigned i = 0; i < 10; i++) {
        board_wait_ns(500000000);
        g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
        poke(IWDG + A_KR, 0xaaaa);
    }
    assert_reset_after(4096ll * 4 * LSI_NS);
}

/* A larger prescaler on the way counts from where the counter is: 512 ms less the 100 gone. */
static void test_prescaler_while_running(void)
{
    start_with_lsi();
    poke(IWDG + A_KR, 0xcccc);
    board_wait_ns(1600ll * LSI_NS);                     /* 400 steps */
    poke(IWDG + A_KR, 0x5555);
    poke(IWDG + A_PR, 7);                               /* as 6: / 256 */
    board_wait_ns(5 * LSI_NS);                          /* one more step */
    g_assert_cmphex(peek(IWDG + A_SR), ==, 0);
    assert_reset_after((4096ll - 401) * 256 * LSI_NS);
}

static void test_locked(void)
{
    start_with_lsi();
    poke(IWDG + A_PR, 3);
    g_assert_cmphex(peek(IWDG + A_SR), ==, 0);
    g_assert_cmpint(board_mistakes("PR written without the key"), ==, 1);
    poke(IWDG + A_KR, 0x5555);
    poke(IWDG + A_KR, 0xaaaa);                          /* any other key locks */
    poke(IWDG + A_RLR, 3);
    g_assert_cmphex(peek(IWDG + A_SR), ==, 0);
    board_wait_ns(10000000000);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);        /* never started */
}

static void program_wdg_sw(bool by_software)
{
    poke(FLASH_OPTKEYR, 0x08192a3b);
    poke(FLASH_OPTKEYR, 0x4c5d6e7f);
    poke(FLASH_OPTCR, (peek(FLASH_OPTCR) & ~(1 << 5)) | by_software << 5);
    poke(FLASH_OPTCR, peek(FLASH_OPTCR) | 2);
    board_wait_ns(1000000000);
}

static void test_hardware_start(void)
{
    start();
    program_wdg_sw(false);
    g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
    board_reset();
    poke(RCC_CSR, 1 << 24);
    assert_reset_after(LSI_START_NS + 4096ll * 4 * LSI_NS);
    assert_reset_after(LSI_START_NS + 4096ll * 4 * LSI_NS);     /* and again */
    for (unsigned i = 0; i < 3; i++) {
        board_wait_ns(400000000);
        poke(IWDG + A_KR, 0xaaaa);
        g_assert_cmphex(peek(RCC_CSR) >> 24 & 0xfe, ==, 0);
    }
}

static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start_with_lsi();
    poke(IWDG + A_KR, 0xcccc);
    poke(IWDG + A_KR, 0x5555);
    poke(IWDG + A_PR, 1);
    poke(IWDG + A_RLR, 99);
    poke(IWDG + A_KR, 0xaaaa);                          /* waits for RLR */
    board_wait_ns(2 * LSI_NS);
    file = board_save();
    board_load(file, "");
    unlink(file);
    g_assert_cmphex(peek(IWDG + A_SR), ==, 3);
    assert_reset_after((3 + 100 * 8) * LSI_NS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("iwdg/longest-by-default", test_longest_by_default);
    qtest_add_func("iwdg/update-time", test_update_time);
    qtest_add_func("iwdg/configure-before-start", test_configure_before_start);
    qtest_add_func("iwdg/configure-after-start", test_configure_after_start);
    qtest_add_func("iwdg/refresh", test_refresh);
    qtest_add_func("iwdg/prescaler-while-running", test_prescaler_while_running);
    qtest_add_func("iwdg/locked", test_locked);
    qtest_add_func("iwdg/hardware-start", test_hardware_start);
    qtest_add_func("iwdg/snapshot", test_snapshot);
    return board_run_tests();
}
