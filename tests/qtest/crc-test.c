/*
 * CRC calculation unit (RM0090 chapter 4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/crc.h"
#include "stm32/core/regs.h"

#define CRC 0x40023000

static void restart(void)
{
    poke(CRC + A_CR, R_CR_RESET_MASK);
}

static void test_starts_from_all_ones(void)
{
    g_assert_cmphex(peek(CRC + A_DR), ==, 0xffffffff);
    poke(CRC + A_DR, 0x12345678);
    restart();
    g_assert_cmphex(peek(CRC + A_DR), ==, 0xffffffff);
    g_assert_cmphex(peek(CRC + A_CR), ==, 0);
}

static void test_known_words(void)
{
    restart();
    poke(CRC + A_DR, 0x12345678);
    g_assert_cmphex(peek(CRC + A_DR), ==, 0xdf8a8a2b);
    restart();
    poke(CRC + A_DR, 0xffffffff);
    g_assert_cmphex(peek(CRC + A_DR), ==, 0x00000000);
    poke(CRC + A_DR, 0x00000000);
    g_assert_cmphex(peek(CRC + A_DR), ==, 0x00000000);
}

static void test_idr_keeps_a_byte(void)
{
    poke(CRC + A_IDR, 0xfffffabc);
    restart();
    g_assert_cmphex(peek(CRC + A_IDR), ==, 0xbc);
}

static void test_held_in_reset(void)
{
    poke(CRC + A_IDR, 0x55);
    board_hold_in_reset("crc", true);
    g_assert_cmphex(peek(CRC + A_DR), ==, 0);
    poke(CRC + A_IDR, 0x66);
    board_hold_in_reset("crc", false);
    g_assert_cmphex(peek(CRC + A_IDR), ==, 0);
    g_assert_cmphex(peek(CRC + A_DR), ==, 0xffffffff);
    g_assert_cmpint(board_mistakes("while RCC holds it in reset"), >, 0);
}

static void test_needs_its_clock(void)
{
    board_reset();
    g_assert_cmphex(peek(CRC + A_DR), ==, 0);
    g_assert_cmpint(board_mistakes("/machine/soc/crc: read of DR (+0x00) without clock"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    board_start("");
    board_enable("crc");
    qtest_add_func("crc/starts-from-all-ones", test_starts_from_all_ones);
    qtest_add_func("crc/known-words", test_known_words);
    qtest_add_func("crc/idr-keeps-a-byte", test_idr_keeps_a_byte);
    qtest_add_func("crc/held-in-reset", test_held_in_reset);
    qtest_add_func("crc/needs-its-clock", test_needs_its_clock);
    return board_run_tests();
}
