/*
 * Random number generator (RM0090 chapter 24).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/rng.h"
#include "stm32/core/regs.h"

#define RNG 0x50060800
#define RCC 0x40023800
#define READY R_SR_DRDY_MASK
#define ON R_CR_RNGEN_MASK
#define WORD_NS 834             /* 40 periods of 48 MHz, rounded up */

/* HSE 8 MHz, / 8 * 336: PLL48CLK is 48 MHz with @q = 7.  HCLK stays HSI's 16 MHz. */
static void start(const char *args, unsigned q)
{
    board_start(args);
    board_watch_irqs();
    poke(RCC, 1 << 16 | 1);
    board_wait_ns(1000000);
    poke(RCC + 4, q << 24 | 1 << 22 | 336 << 6 | 8);
    poke(RCC, 1 << 24 | 1 << 16 | 1);
    board_wait_ns(1000000);
    board_enable("rng");
}

static void test_pace(void)
{
    start("", 7);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RNG + A_SR), ==, 0);           /* off */
    poke(RNG + A_CR, ON);
    board_wait_ns(WORD_NS - 1);
    g_assert_cmphex(peek(RNG + A_SR), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(peek(RNG + A_SR), ==, READY);
    peek(RNG + A_DR);
    g_assert_cmphex(peek(RNG + A_SR), ==, 0);
    board_wait_ns(2 * 833 - WORD_NS);
    g_assert_cmphex(peek(RNG + A_SR), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(peek(RNG + A_SR), ==, READY);
    board_wait_ns(100 * WORD_NS);                       /* one is kept, not a hundred */
    peek(RNG + A_DR);
    g_assert_cmphex(peek(RNG + A_SR), ==, 0);
    poke(RNG + A_CR, 0);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RNG + A_SR), ==, 0);
}

static void test_not_ready(void)
{
    start("", 7);
    poke(RNG + A_CR, ON);
    g_assert_cmphex(peek(RNG + A_DR), ==, 0);
    g_assert_cmpint(board_mistakes("DR read while SR.DRDY is 0"), ==, 1);
}

static void test_interrupt(void)
{
    start("", 7);
    poke(RNG + A_CR, ON | R_CR_IE_MASK);
    board_wait_ns(WORD_NS - 1);
    g_assert_false(irq(80));
    board_wait_ns(1);
    g_assert_true(irq(80));
    peek(RNG + A_DR);
    g_assert_false(irq(80));
    board_wait_ns(WORD_NS);
    g_assert_true(irq(80));
    poke(RNG + A_CR, ON);
    g_assert_false(irq(80));
}

static void draw(uint32_t *words, unsigned count)
{
    poke(RNG + A_CR, ON);
    for (unsigned i = 0; i < count; i++) {
        board_wait_ns(WORD_NS);
        words[i] = peek(RNG + A_DR);
    }
}

static void test_seed(void)
{
    uint32_t a[64], b[64], c[64], ones = 0;

    start("-seed 1", 7);
    draw(a, ARRAY_SIZE(a));
    start("-seed 1", 7);
    draw(b, ARRAY_SIZE(b));
    start("-seed 2", 7);
    draw(c, ARRAY_SIZE(c));
    g_assert_cmpmem(a, sizeof(a), b, sizeof(b));
    g_assert_true(memcmp(a, c, sizeof(a)));
    for (unsigned i = 0; i < ARRAY_SIZE(a); i++) {
        ones += ctpop32(a[i]);
        g_assert_cmphex(a[i], !=, a[(i + 1) % ARRAY_SIZE(a)]);
    }
    g_assert_cmpuint(ones, >, 64 * 13);
    g_assert_cmpuint(ones, <, 64 * 19);
}

/* No 48 MHz: an error, no word; when it comes the state clears itself, the flag does not. */
static void test_no_clock(void)
{
    board_start("");
    board_watch_irqs();
    board_enable("rng");
    poke(RNG + A_CR, ON | R_CR_IE_MASK);
    g_assert_cmphex(peek(RNG + A_SR), ==, R_SR_CECS_MASK | R_SR_CEIS_MASK);
    g_assert_true(irq(80));
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RNG + A_SR) & READY, ==, 0);
    poke(RNG + A_SR, 0);                                /* it is still so */
    g_assert_cmphex(peek(RNG + A_SR), ==, R_SR_CECS_MASK | R_SR_CEIS_MASK);
    poke(RCC + 4, 7 << 24 | 336 << 6 | 16);             /* from HSI */
    poke(RCC, 1 << 24 | 1);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RNG + A_SR), ==, R_SR_CEIS_MASK | READY);
    poke(RNG + A_SR, ~R_SR_CEIS_MASK);
    g_assert_cmphex(peek(RNG + A_SR), ==, READY);
}

/* HCLK 168 MHz, and the crystal breaks: the PLL stops, and CSS takes HSI. */
static void test_clock_lost(void)
{
    start("", 7);
    poke(RNG + A_CR, ON);
    board_wait_ns(WORD_NS);
    g_assert_cmphex(peek(RNG + A_SR), ==, READY);
    board_set_bool("/machine", "hse-stopped", true);
    g_assert_cmphex(peek(RNG + A_SR) & ~READY, ==, R_SR_CECS_MASK | R_SR_CEIS_MASK);
}

static void test_seed_error(void)
{
    start("", 7);
    poke(RNG + A_CR, ON | R_CR_IE_MASK);
    board_set_bool("/machine/soc/rng", "seed-error", true);
    g_assert_true(irq(80));
    g_assert_cmphex(peek(RNG + A_SR), ==, R_SR_SECS_MASK | R_SR_SEIS_MASK);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RNG + A_SR) & READY, ==, 0);
    board_set_bool("/machine/soc/rng", "seed-error", false);
    poke(RNG + A_SR, 0);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RNG + A_SR), ==, R_SR_SECS_MASK | R_SR_SEIS_MASK);
    poke(RNG + A_CR, 0);
    poke(RNG + A_SR, 0);
    poke(RNG + A_CR, ON);
    board_wait_ns(WORD_NS);
    g_assert_cmphex(peek(RNG + A_SR), ==, READY);
}

/* Two that go on from the same snapshot draw the same words, whatever their -seed. */
static void test_snapshot_words(void)
{
    uint32_t a[16], b[16];
    g_autofree char *file = NULL;

    start("", 7);
    draw(a, ARRAY_SIZE(a));
    file = board_save();
    board_load(file, "-seed 1");
    draw(a, ARRAY_SIZE(a));
    board_load(file, "-seed 2");
    draw(b, ARRAY_SIZE(b));
    unlink(file);
    g_assert_cmpmem(a, sizeof(a), b, sizeof(b));
}

static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start("", 7);
    poke(RNG + A_CR, ON | R_CR_IE_MASK);
    board_wait_ns(400);
    file = board_save();
    board_load(file, "");
    board_watch_irqs();
    unlink(file);
    board_wait_ns(WORD_NS - 401);
    g_assert_false(irq(80));
    board_wait_ns(1);
    g_assert_true(irq(80));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("rng/pace", test_pace);
    qtest_add_func("rng/not-ready", test_not_ready);
    qtest_add_func("rng/interrupt", test_interrupt);
    qtest_add_func("rng/seed", test_seed);
    qtest_add_func("rng/no-clock", test_no_clock);
    qtest_add_func("rng/clock-lost", test_clock_lost);
    qtest_add_func("rng/seed-error", test_seed_error);
    qtest_add_func("rng/snapshot-words", test_snapshot_words);
    qtest_add_func("rng/snapshot", test_snapshot);
    return board_run_tests();
}
