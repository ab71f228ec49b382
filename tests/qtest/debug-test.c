/*
 * What firmware uses of the debug blocks: device identity, cycle counter, text by SWO.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"

#define IDCODE 0xe0042000
#define DEMCR 0xe000edfc
#define DWT_CTRL 0xe0001000
#define DWT_CYCCNT 0xe0001004
#define DWT_SLEEPCNT 0xe0001010
#define DWT_LAR 0xe0001fb0
#define DWT_LSR 0xe0001fb4
#define ITM 0xe0000000
#define TER (ITM + 0xe00)
#define TCR (ITM + 0xe80)
#define LAR (ITM + 0xfb0)
#define LSR (ITM + 0xfb4)
#define RCC_CFGR 0x40023808
#define TRCENA (1 << 24)

static void test_identity(void)
{
    g_assert_cmphex(peek(IDCODE) & 0xfff, ==, 0x413);
    g_assert_cmphex(peek(IDCODE) >> 16, >=, 0x1001);
}

static void test_freeze_bits_survive_a_reset(void)
{
    poke(IDCODE + 8, 0xffffffff);
    g_assert_cmphex(peek(IDCODE + 8), ==, 0x06e01dff);
    board_reset();
    g_assert_cmphex(peek(IDCODE + 8), ==, 0x06e01dff);
    poke(IDCODE + 8, 0);
}

static void test_cycle_counter(void)
{
    board_start("");
    poke(DWT_CTRL, 1);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 0);      /* TRCENA is not set */
    poke(DEMCR, TRCENA);
    g_assert_cmphex(peek(DEMCR), ==, TRCENA);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 16);     /* HSI, 16 MHz */
    poke(DWT_CYCCNT, 0xfffffff0);
    board_wait_ns(2000);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 16);
    poke(DWT_CTRL, 0);
    board_wait_ns(2000);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 16);
}

/* 16 MHz for 1031 ns, then 1 MHz: not a fraction of a cycle is lost. */
static void test_cycle_counter_follows_the_clock(void)
{
    board_start("");
    poke(DEMCR, TRCENA);
    poke(DWT_CTRL, 1);
    poke(DWT_CYCCNT, 0);
    board_wait_ns(1031);                            /* 16.496 cycles */
    poke(RCC_CFGR, 0xb << 4);
    board_wait_ns(503);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 16);     /* 16.999 */
    board_wait_ns(2);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 17);
    board_wait_ns(1000000);
    g_assert_cmpuint(peek(DWT_CYCCNT), ==, 1017);
}

/* C1.8.4: SLEEPCNT has 8 bits and begins anew when it is enabled. */
static void test_sleep_counter(void)
{
    board_start("");
    poke(DEMCR, TRCENA);
    poke(DWT_CTRL, 1 << 19);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 0);    /* nobody sleeps */
    qtest_set_irq_in(board, "/machine/soc/dwt", "sleeping", 0, 1);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 16);
    board_wait_ns(16000);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 16);   /* 272 */
    poke(DWT_SLEEPCNT, 0xffffff05);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 5);
    qtest_set_irq_in(board, "/machine/soc/dwt", "sleeping", 0, 0);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 5);
    poke(DWT_CTRL, 0);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 5);
    poke(DWT_CTRL, 1 << 19);
    g_assert_cmpuint(peek(DWT_SLEEPCNT), ==, 0);
}

/* So do the others, which nothing here counts; each has its bit, and that of POSTCNT is there too. */
static void test_event_counters(void)
{
    static const struct {
        unsigned reg, bit;
    } counters[] = { { 0x08, 17 }, { 0x0c, 18 }, { 0x14, 20 }, { 0x18, 21 } };

    board_start("");
    poke(DEMCR, TRCENA);
    poke(DWT_CTRL, 0xffffffff);
    g_assert_cmphex(peek(DWT_CTRL), ==, 0x407f1fff);
    poke(DWT_CTRL, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(counters); i++) {
        poke(DWT_CTRL + counters[i].reg, 0x1a5);
        g_assert_cmphex(peek(DWT_CTRL + counters[i].reg), ==, 0xa5);
        poke(DWT_CTRL, 1u << counters[i].bit);
        g_assert_cmphex(peek(DWT_CTRL + counters[i].reg), ==, 0);
        poke(DWT_CTRL, 0);
    }
}

/* The key is an idiom of firmware for several cores; another value is none. */
static void test_dwt_lock(void)
{
    board_start("");
    poke(DWT_LAR, 0xc5acce55);
    g_assert_cmpuint(peek(DWT_LSR), ==, 0);
    g_assert_cmpint(board_mistakes("dwt"), ==, 0);
    poke(DWT_LAR, 0xc5acce5);
    g_assert_cmpint(board_mistakes("LAR: wrong key 0x0c5acce5"), ==, 1);
}

static void test_itm_lock(void)
{
    board_start("");
    g_assert_cmphex(peek(LSR) & 3, ==, 3);
    poke(TER, 1);
    g_assert_cmphex(peek(TER), ==, 0);
    g_assert_cmpint(board_mistakes("TER written while locked"), ==, 1);
    poke(LAR, 0xc5acce55);
    g_assert_cmphex(peek(LSR) & 3, ==, 1);
    poke(TER, 1);
    g_assert_cmphex(peek(TER), ==, 1);
    /* A system reset is none of debug logic's business */
    poke(TCR, 0x10005);
    board_reset();
    g_assert_cmphex(peek(LSR) & 3, ==, 1);
    g_assert_cmphex(peek(TER), ==, 1);
    g_assert_cmphex(peek(TCR), ==, 0x10005);
}

static void test_no_listener(void)
{
    board_start("");
    g_assert_cmphex(peek(ITM), ==, 0);
    g_assert_cmphex(peek(TCR) & 1, ==, 0);
}

static void test_swo_text(void)
{
    g_autofree char *name = NULL, *args = NULL, *text = NULL;
    int fd = g_file_open_tmp("stm32-swo-XXXXXX", &name, NULL);

    close(fd);
    args = g_strdup_printf("-machine swo=swo -chardev file,id=swo,path=%s", name);
    board_start(args);
    g_assert_cmphex(peek(ITM), ==, 1);              /* as with an ST-LINK that listens */
    qtest_writeb(board, ITM, 'H');
    qtest_writeb(board, ITM, 'i');
    poke(ITM, 0x0a212121);
    qtest_writeb(board, ITM + 4, 'x');              /* port 1 goes nowhere */
    poke(LAR, 0xc5acce55);
    poke(TER, 0);
    qtest_writeb(board, ITM, 'y');
    board_stop();
    g_assert_true(g_file_get_contents(name, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "Hi!!!\n");
    unlink(name);
    board_start("");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    board_start("");
    qtest_add_func("debug/identity", test_identity);
    qtest_add_func("debug/freeze-bits-survive-a-reset", test_freeze_bits_survive_a_reset);
    qtest_add_func("debug/cycle-counter", test_cycle_counter);
    qtest_add_func("debug/cycle-counter-follows-the-clock", test_cycle_counter_follows_the_clock);
    qtest_add_func("debug/sleep-counter", test_sleep_counter);
    qtest_add_func("debug/event-counters", test_event_counters);
    qtest_add_func("debug/dwt-lock", test_dwt_lock);
    qtest_add_func("debug/itm-lock", test_itm_lock);
    qtest_add_func("debug/no-listener", test_no_listener);
    qtest_add_func("debug/swo-text", test_swo_text);
    return board_run_tests();
}
