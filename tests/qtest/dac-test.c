/*
 * D/A converter (RM0090 chapter 14): data, triggers, waves, DMA and its underrun, to the cycle of PCLK1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/dac.h"
#include "stm32/core/regs.h"
#include "stm32/tests/qtest/board.h"

#define DAC 0x40007400
#define DMA1 0x40026000
#define TIM6 0x40001000
#define BUFFER 0x20001000
#define TSEL(n) ((n) << R_CR_TSEL1_SHIFT)
#define SOFTWARE TSEL(7u)
#define EN R_CR_EN1_MASK
#define TEN R_CR_TEN1_MASK
/* PCLK1 is 16 MHz: one cycle, and three */
#define ONE 63
#define THREE 188
#define TO_EVEN 62     /* after either: to the beginning of a cycle */

static int out(const char *pin)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/gpioa/%s", pin);

    return board_get_int(path, "mv");
}

static int mv(uint32_t dor) { return (dor * 3000 + 2047) / 4095; }

static void start(const char *args)
{
    board_start(args);
    board_enable("dac");
    board_enable("dma1");
    board_enable("gpioa");
    board_enable("tim6");
    poke(0x40020000, peek(0x40020000) | 0xf00);         /* PA4, PA5 */
}

static void pulse(unsigned n)
{
    qtest_set_irq_in(board, "/machine/soc/dac", "trig", n, 1);
    qtest_set_irq_in(board, "/machine/soc/dac", "trig", n, 0);
}

static void test_output(void)
{
    start("");
    g_assert_cmpint(out("pa4"), ==, 0);
    poke(DAC + A_DHR12R1, 1000);
    g_assert_cmpint(out("pa4"), ==, 0);                 /* off */
    poke(DAC + A_CR, EN);
    board_wait_ns(ONE);
    g_assert_cmpint(out("pa4"), ==, mv(1000));
    board_wait_ns(TO_EVEN);
    poke(DAC + A_DHR12R1, 4095);
    board_wait_ns(ONE - 1);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 1000);
    g_assert_cmpint(out("pa4"), ==, mv(1000));
    board_wait_ns(1);
    g_assert_cmpint(out("pa4"), ==, 3000);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 4095);
    poke(DAC + A_DHR12R2, 2048);
    poke(DAC + A_CR, EN | EN << 16);
    board_wait_ns(ONE);
    g_assert_cmpint(out("pa5"), ==, mv(2048));
    board_set_int("/machine/soc/pwr", "vdd", 3300);
    g_assert_cmpint(out("pa4"), ==, 3300);
    poke(DAC + A_CR, 0);
    g_assert_cmpint(out("pa4"), ==, 0);
    g_assert_cmpint(board_mistakes("dac"), ==, 0);
}

/* All registers are views of two. */
static void test_views(void)
{
    static const struct {
        uint32_t reg, value, one, two;
    } views[] = {
        { A_DHR12R1, 0x123, 0x123, 0 }, { A_DHR12L1, 0x4560, 0x456, 0 }, { A_DHR8R1, 0x78, 0x780, 0 },
        { A_DHR12R2, 0x123, 0x780, 0x123 }, { A_DHR12L2, 0x4560, 0x780, 0x456 },
        { A_DHR8R2, 0x9a, 0x780, 0x9a0 }, { A_DHR12RD, 0x3210654, 0x654, 0x321 },
        { A_DHR12LD, 0x98701230, 0x123, 0x987 }, { A_DHR8RD, 0x5634, 0x340, 0x560 },
    };

    start("");
    poke(DAC + A_CR, EN | EN << 16);
    for (unsigned i = 0; i < ARRAY_SIZE(views); i++) {
        poke(DAC + views[i].reg, views[i].value);
        board_wait_ns(2 * ONE);
        g_assert_cmphex(peek(DAC + A_DOR1), ==, views[i].one);
        g_assert_cmphex(peek(DAC + A_DOR2), ==, views[i].two);
        g_assert_cmphex(peek(DAC + A_DHR12RD), ==, views[i].two << 16 | views[i].one);
        g_assert_cmphex(peek(DAC + views[i].reg), ==, views[i].value);
    }
}

/* The timer runs before its trigger is enabled: only its events from then on count. */
static void test_late_trigger(void)
{
    start("");
    poke(TIM6 + 0x2c, 1599);                            /* 100 us */
    poke(TIM6 + 4, 2 << 4);                             /* MMS: update */
    poke(TIM6, 1);
    board_wait_ns(1050000);
    poke(DAC + A_DHR12R1, 77);                          /* off: it stays there */
    poke(DAC + A_CR, EN | TEN);                         /* TSEL = 0: TIM6 */
    poke(DAC + A_DHR12R1, 99);
    board_wait_ns(49000);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 0);
    board_wait_ns(2000);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 99);
}

static void test_triggers(void)
{
    start("");
    for (unsigned n = 0; n < 7; n++) {
        uint32_t before = peek(DAC + A_DOR1);

        poke(DAC + A_CR, EN | TEN | TSEL(n));
        poke(DAC + A_DHR12R1, 100 + n);
        pulse((n + 1) % 7);
        board_wait_ns(1000);
        g_assert_cmpuint(peek(DAC + A_DOR1), ==, before);
        pulse(n);
        board_wait_ns(THREE - 1);
        g_assert_cmpuint(peek(DAC + A_DOR1), ==, before);
        board_wait_ns(1);
        g_assert_cmpuint(peek(DAC + A_DOR1), ==, 100 + n);
        board_wait_ns(TO_EVEN);
    }
    poke(DAC + A_CR, EN | TEN | SOFTWARE | (EN | TEN | SOFTWARE) << 16);
    poke(DAC + A_DHR12RD, 300 << 16 | 200);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 106);
    poke(DAC + A_SWTRIGR, 3);
    g_assert_cmpuint(peek(DAC + A_SWTRIGR), ==, 0);
    board_wait_ns(ONE - 1);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 106);
    board_wait_ns(1);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 200);
    g_assert_cmpuint(peek(DAC + A_DOR2), ==, 300);
    poke(DAC + A_CR, EN | TEN);
    poke(DAC + A_SWTRIGR, 1);
    g_assert_cmpint(board_mistakes("does not wait for it"), ==, 1);
}

static void test_exti(void)
{
    start("");
    board_enable("syscfg");
    poke(0x40013810, 1 << 4);                           /* PB9 */
    poke(DAC + A_CR, EN | TEN | TSEL(6));
    poke(DAC + A_DHR12R1, 77);
    pin_drive("pb9", "0");
    pin_drive("pb9", "1");
    board_wait_ns(THREE);
    g_assert_cmpuint(peek(DAC + A_DOR1), ==, 77);
}

static void test_waves(void)
{
    uint32_t lfsr = 0xaaa;

    start("");
    poke(DAC + A_DHR12R1, 10);
    poke(DAC + A_CR, EN | TEN | SOFTWARE | 1 << R_CR_WAVE1_SHIFT | 5 << R_CR_MAMP1_SHIFT);
    for (unsigned i = 0; i < 5000; i++) {
        poke(DAC + A_SWTRIGR, 1);
        board_wait_ns(ONE);
        g_assert_cmpuint(peek(DAC + A_DOR1), ==, 10 + (lfsr & 63));
        lfsr = lfsr >> 1 | ((lfsr ^ lfsr >> 1 ^ lfsr >> 4 ^ lfsr >> 6) & 1) << 11;
    }
    poke(DAC + A_CR, 0);
    poke(DAC + A_CR, EN | TEN | SOFTWARE | 2 << R_CR_WAVE1_SHIFT | 3 << R_CR_MAMP1_SHIFT);
    for (unsigned i = 0; i < 100; i++) {
        unsigned phase = i % 30;

        poke(DAC + A_SWTRIGR, 1);
        board_wait_ns(ONE);
        g_assert_cmpuint(peek(DAC + A_DOR1), ==, 10 + (phase <= 15 ? phase : 30 - phase));
    }
    poke(DAC + A_DHR12R1, 4090);                        /* it stops at the top */
    for (unsigned i = 0; i < 40; i++) {
        poke(DAC + A_SWTRIGR, 1);
        board_wait_ns(ONE);
        g_assert_cmpuint(peek(DAC + A_DOR1), >=, 4090);
        g_assert_cmpuint(peek(DAC + A_DOR1), <=, 4095);
    }
}

static void start_dma(unsigned channel, unsigned items)
{
    uint32_t base = DMA1 + 0x10 + 0x18 * (4 + channel);

    for (unsigned i = 0; i < items; i++) {
        qtest_writew(board, BUFFER + 2 * i, 100 + 100 * i);
    }
    poke(base + 8, DAC + (channel == 1 ? A_DHR12R1 : A_DHR12R2));
    poke(base + 12, BUFFER);
    poke(base + 4, items);
    poke(base, 7 << 25 | 1 << 13 | 1 << 11 | 1 << 10 | 1 << 8 | 1 << 6 | 1);
}

/* TIM6 every 10 us: each update outputs what the DMA has brought after the one before. */
static void test_dma(void)
{
    for (unsigned channel = 1; channel <= 2; channel++) {
        unsigned shift = 16 * (channel - 1);
        uint32_t dor = DAC + (channel == 1 ? A_DOR1 : A_DOR2);

        start("");
        start_dma(channel, 5);
        poke(DAC + A_CR, (EN | TEN | R_CR_DMAEN1_MASK) << shift);
        poke(TIM6 + 0x2c, 159);
        poke(TIM6 + 4, 2 << 4);
        poke(TIM6, 1);
        board_wait_ns(10000 + THREE);
        for (unsigned i = 0; i < 12; i++) {
            board_wait_ns(9999);
            g_assert_cmpuint(peek(dor), ==, i ? 100 + (i - 1) % 5 * 100 : 0);
            board_wait_ns(1);
            g_assert_cmpuint(peek(dor), ==, 100 + i % 5 * 100);
            g_assert_cmpint(out(channel == 1 ? "pa4" : "pa5"), ==, mv(100 + i % 5 * 100));
        }
        g_assert_cmphex(peek(DAC + A_SR), ==, 0);
    }
}

static void test_underrun(void)
{
    start("-machine errata=off");
    board_watch_irqs();
    poke(DAC + A_CR, EN | TEN | R_CR_DMAEN1_MASK | R_CR_DMAUDRIE1_MASK);
    pulse(0);
    g_assert_false(irq(54));
    pulse(0);                                           /* nobody has answered */
    g_assert_cmphex(peek(DAC + A_SR), ==, R_SR_DMAUDR1_MASK);
    g_assert_true(irq(54));
    start_dma(1, 5);
    pulse(0);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DMA1 + 0x10 + 0x18 * 5 + 4), ==, 5);      /* no request before it is cleared */
    poke(DAC + A_SR, R_SR_DMAUDR1_MASK);
    g_assert_cmphex(peek(DAC + A_SR), ==, 0);
    g_assert_false(irq(54));
    pulse(0);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(DMA1 + 0x10 + 0x18 * 5 + 4), ==, 4);
}

/* ES0182: the DMA goes on after an underrun, and its request outlives DMAEN and EN. */
static void test_underrun_errata(void)
{
    uint32_t ndtr = DMA1 + 0x10 + 0x18 * 5 + 4;

    start("");
    poke(DAC + A_CR, EN | TEN | R_CR_DMAEN1_MASK);
    pulse(0);
    pulse(0);
    g_assert_cmphex(peek(DAC + A_SR), ==, R_SR_DMAUDR1_MASK);
    start_dma(1, 5);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(ndtr), ==, 4);                /* the request that was there */
    pulse(0);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(ndtr), ==, 3);
    poke(ndtr - 4, 0);
    pulse(0);
    poke(DAC + A_CR, 0);
    poke(DAC + A_CR, EN | TEN | R_CR_DMAEN1_MASK);
    poke(DMA1 + 0xc, 0xf40);                            /* its TCIF, by being disabled */
    start_dma(1, 5);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(ndtr), ==, 4);                /* nothing has triggered since */
}

static void test_misuse(void)
{
    start("");
    poke(0x40020000, 0);
    poke(DAC + A_CR, EN);
    g_assert_cmpint(board_mistakes("PA4 is not in analog mode"), ==, 1);
    board_hold_in_reset("dac", true);
    g_assert_cmphex(peek(DAC + A_CR), ==, 0);
    board_hold_in_reset("dac", false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("dac/output", test_output);
    qtest_add_func("dac/views", test_views);
    qtest_add_func("dac/triggers", test_triggers);
    qtest_add_func("dac/late-trigger", test_late_trigger);
    qtest_add_func("dac/exti", test_exti);
    qtest_add_func("dac/waves", test_waves);
    qtest_add_func("dac/dma", test_dma);
    qtest_add_func("dac/underrun", test_underrun);
    qtest_add_func("dac/underrun-errata", test_underrun_errata);
    qtest_add_func("dac/misuse", test_misuse);
    return board_run_tests();
}
