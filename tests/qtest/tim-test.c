/*
 * Timers (RM0090 chapters 17 to 20): the counter, its flags, interrupts and DMA requests, chains.
 * Pins are in tim-io-test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/tim.h"

/* Every timer: counts to ARR, wraps and says so. */
static void test_all_count(void)
{
    static const struct {
        uint32_t base;
        int irq;
    } timers[] = {
        { TIM1, 25 }, { TIM2, 28 }, { TIM3, 29 }, { TIM4, 30 }, { TIM5, 50 }, { TIM6, 54 },
        { TIM7, 55 }, { TIM8, 44 }, { TIM9, 24 }, { TIM10, 25 }, { TIM11, 26 }, { TIM12, 43 },
        { 0x40001c00, 44 }, { 0x40002000, 45 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(timers); i++) {
        uint32_t t = timers[i].base;

        g_test_message("timer at 0x%08x", t);
        tim_start("");
        board_watch_irqs();
        tim_set(t, 3, 9);
        poke(t + A_DIER, R_DIER_UIE_MASK);
        tim_go(t);
        board_wait_ns(TICKS(4 * 9 + 2));
        g_assert_cmpuint(peek(t + A_CNT), ==, 9);
        board_wait_ns(TICKS(2) - 1);
        g_assert_cmpuint(peek(t + A_CNT), ==, 9);
        g_assert_false(irq(timers[i].irq));
        board_wait_ns(1);
        g_assert_true(irq(timers[i].irq));
        g_assert_cmpuint(peek(t + A_CNT), ==, 0);
        g_assert_cmphex(peek(t + A_SR) & 1, ==, 1);
        poke(t + A_SR, 0);
        g_assert_false(irq(timers[i].irq));
        board_wait_ns(TICKS(40 * 1000));
        g_assert_true(irq(timers[i].irq));
        g_assert_cmpuint(peek(t + A_CNT), ==, 0);
    }
}

static void test_wide(void)
{
    tim_start("");
    g_assert_cmphex(peek(TIM2 + A_ARR), ==, UINT32_MAX);
    g_assert_cmphex(peek(TIM3 + A_ARR), ==, UINT16_MAX);
    poke(TIM2 + A_CNT, 0xfffffff0);
    tim_go(TIM2);
    board_wait_ns(TICKS(15));
    g_assert_cmphex(peek(TIM2 + A_CNT), ==, 0xfffffffe);    /* 14.99 */
    board_wait_ns(TICKS(2));
    g_assert_cmphex(peek(TIM2 + A_CNT), ==, 0);
    g_assert_cmphex(peek(TIM2 + A_SR) & 1, ==, 1);
}

static void test_down(void)
{
    tim_start("");
    poke(TIM3 + A_CR1, R_CR1_DIR_MASK);
    tim_set(TIM3, 0, 99);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 99);
    poke(TIM3 + A_CCR1, 40);
    tim_go(TIM3);
    board_wait_ns(TICKS(58));
    g_assert_cmphex(peek(TIM3 + A_SR) & 2, ==, 0);
    board_wait_ns(TICKS(2));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 39);
    g_assert_cmphex(peek(TIM3 + A_SR) & 3, ==, 2);
    board_wait_ns(TICKS(40));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 99);
    g_assert_cmphex(peek(TIM3 + A_SR) & 3, ==, 3);
}

/* 0 1 2 ... 9 10 9 ... 1 0: overflow and underflow are events; CMS says which matches are flagged. */
static void test_centred(void)
{
    for (unsigned cms = 1; cms <= 3; cms++) {
        tim_start("");
        poke(TIM4 + A_CR1, cms << R_CR1_CMS_SHIFT);
        tim_set(TIM4, 1, 10);
        poke(TIM4 + A_CCR1, 4);
        tim_go(TIM4);
        board_wait_ns(TICKS(2 * 6));
        g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 6);
        g_assert_cmphex(peek(TIM4 + A_SR) & 3, ==, cms & 2);
        board_wait_ns(TICKS(2 * 6));
        g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 8);
        g_assert_cmphex(peek(TIM4 + A_CR1) & R_CR1_DIR_MASK, ==, R_CR1_DIR_MASK);
        g_assert_cmphex(peek(TIM4 + A_SR) & 1, ==, 1);
        poke(TIM4 + A_SR, 0);
        board_wait_ns(TICKS(2 * 6));
        g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 2);
        g_assert_cmphex(peek(TIM4 + A_SR) & 3, ==, cms & 1 ? 2 : 0);
        board_wait_ns(TICKS(2 * 3));
        g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 1);
        g_assert_cmphex(peek(TIM4 + A_CR1) & R_CR1_DIR_MASK, ==, 0);
        g_assert_cmphex(peek(TIM4 + A_SR) & 1, ==, 1);
        board_wait_ns(TICKS(2 * (20 * 12345 + 5)));
        g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 6);
    }
}

/* PSC is taken over at an update event, ARR and CCR at once or then. */
static void test_preload(void)
{
    tim_start("");
    tim_set(TIM3, 0, 99);
    tim_go(TIM3);
    poke(TIM3 + A_PSC, 9);
    board_wait_ns(TICKS(98));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 98);
    board_wait_ns(TICKS(2 + 50));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 5);
    poke(TIM3 + A_ARR, 49);                                 /* no ARPE: at once */
    board_wait_ns(TICKS(450));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    poke(TIM3 + A_CR1, CEN | R_CR1_ARPE_MASK);
    poke(TIM3 + A_ARR, 9);
    board_wait_ns(TICKS(490));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 49);
    board_wait_ns(TICKS(10 + 100));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    poke(TIM3 + A_CCMR1, R_CCMR1_OC1PE_MASK);
    poke(TIM3 + A_CCR1, 5);
    poke(TIM3 + A_SR, 0);
    board_wait_ns(TICKS(80));
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);              /* CC1: still 0; the others match there */
    board_wait_ns(TICKS(80));
    g_assert_cmphex(peek(TIM3 + A_SR) & 3, ==, 3);
}

static void test_update_bits(void)
{
    tim_start("");
    poke(TIM6 + A_CR1, R_CR1_URS_MASK);
    poke(TIM6 + A_EGR, UG);
    g_assert_cmphex(peek(TIM6 + A_SR), ==, 0);
    poke(TIM6 + A_CR1, 0);
    poke(TIM6 + A_EGR, UG);
    g_assert_cmphex(peek(TIM6 + A_SR), ==, 1);
    poke(TIM6 + A_SR, ~1);
    g_assert_cmphex(peek(TIM6 + A_SR), ==, 0);
    poke(TIM6 + A_ARR, 9);
    poke(TIM6 + A_CR1, CEN | R_CR1_UDIS_MASK);
    poke(TIM6 + A_PSC, 7);
    board_wait_ns(TICKS(104));
    g_assert_cmphex(peek(TIM6 + A_SR), ==, 0);              /* it wraps, nothing is loaded */
    g_assert_cmpuint(peek(TIM6 + A_CNT), ==, 4);
    poke(TIM6 + A_CR1, CEN | R_CR1_OPM_MASK);
    board_wait_ns(TICKS(6));
    g_assert_cmphex(peek(TIM6 + A_CR1), ==, R_CR1_OPM_MASK);
    g_assert_cmphex(peek(TIM6 + A_SR), ==, 1);
    board_wait_ns(TICKS(1000));
    g_assert_cmpuint(peek(TIM6 + A_CNT), ==, 0);
}

static void test_repetition(void)
{
    tim_start("");
    board_watch_irqs();
    poke(TIM1 + A_RCR, 2);
    tim_set(TIM1, 0, 99);
    poke(TIM1 + A_DIER, 1);
    tim_go(TIM1);
    for (unsigned i = 0; i < 5; i++) {
        board_wait_ns(TICKS(298));
        g_assert_false(irq(25));
        board_wait_ns(TICKS(2));
        g_assert_true(irq(25));
        poke(TIM1 + A_SR, 0);
        g_assert_false(irq(25));
    }
    poke(TIM1 + A_DIER, 0);
    board_wait_ns(TICKS(300 * 1000 + 250));
    poke(TIM1 + A_SR, 0);
    board_wait_ns(TICKS(48));
    g_assert_cmphex(peek(TIM1 + A_SR) & 1, ==, 0);
    board_wait_ns(TICKS(2));
    g_assert_cmphex(peek(TIM1 + A_SR) & 1, ==, 1);
}

static void test_compare_interrupts(void)
{
    tim_start("");
    board_watch_irqs();
    tim_set(TIM8, 15, 999);
    for (unsigned ch = 0; ch < 4; ch++) {
        poke(TIM8 + A_CCR1 + 4 * ch, 100 + 100 * ch);
    }
    poke(TIM8 + A_DIER, 0x1e);
    tim_go(TIM8);
    for (unsigned ch = 0; ch < 4; ch++) {
        board_wait_ns(99999);
        g_assert_false(irq(46));
        board_wait_ns(1);
        g_assert_true(irq(46));
        g_assert_cmphex(peek(TIM8 + A_SR), ==, 2 << ch);
        poke(TIM8 + A_SR, 0);
    }
    poke(TIM8 + A_CCR1, 2000);                              /* beyond ARR: flagged at overflow */
    board_wait_ns(600000);
    g_assert_cmphex(peek(TIM8 + A_SR) & 3, ==, 3);
}

/* The frequency changes in mid-count, and the clock is switched off and on. */
static void test_clock(void)
{
    tim_start("");
    tim_set(TIM2, 15, 0xffffffff);
    tim_go(TIM2);
    board_wait_ns(1000500);
    poke(0x40023808, 8 << 4);                               /* HPRE: half */
    board_wait_ns(1000000);
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 1500);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 1501);
    poke(0x40023840, peek(0x40023840) & ~1);
    board_wait_ns(5000000);
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 0);
    board_enable("tim2");
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 1501);
    board_wait_ns(2000);
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 1502);
}

/* TIM3 counts the update events of TIM2, at any speed. */
static void test_chain(void)
{
    static const uint32_t arr[] = { 1, 2, 9, 999 };

    for (unsigned i = 0; i < ARRAY_SIZE(arr); i++) {
        uint32_t period = arr[i] + 1;

        tim_start("");
        board_watch_irqs();
        poke(TIM2 + A_CR2, 2 << R_CR2_MMS_SHIFT);
        tim_set(TIM2, 0, arr[i]);
        tim_set(TIM3, 0, 299);
        poke(TIM3 + A_SMCR, 1 << R_SMCR_TS_SHIFT | 7);
        poke(TIM3 + A_DIER, 1);
        tim_go(TIM3);
        tim_go(TIM2);
        board_wait_ns(TICKS(period * 100));
        g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 100);
        board_wait_ns(TICKS(period * 200) - 1);
        g_assert_false(irq(29));
        board_wait_ns(1);
        g_assert_true(irq(29));
        poke(TIM3 + A_SR, 0);
        poke(TIM2 + A_ARR, arr[i] * 2 + 1);                 /* half as fast */
        board_wait_ns(TICKS(period * 600) - 1);
        g_assert_false(irq(29));
        board_wait_ns(1);
        g_assert_true(irq(29));
        board_wait_ns(TICKS(period * 2 * 300 * 1000 + period * 14));
        g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 7);
    }
}

/* TIM1 -> TIM2 -> TIM3, -> TIM4 gated by TIM1's OC1REF, -> TIM8 started by its CEN. */
static void test_chain_modes(void)
{
    tim_start("");
    tim_set(TIM1, 0, 99);
    poke(TIM1 + A_CCMR1, 6 << 4);
    poke(TIM1 + A_CCR1, 30);
    poke(TIM1 + A_CR2, 4 << R_CR2_MMS_SHIFT);
    poke(TIM2 + A_SMCR, 0 << R_SMCR_TS_SHIFT | 7);          /* counts rising edges */
    poke(TIM2 + A_ARR, 9);
    poke(TIM2 + A_EGR, UG);
    poke(TIM2 + A_CR2, 2 << R_CR2_MMS_SHIFT);
    poke(TIM3 + A_SMCR, 1 << R_SMCR_TS_SHIFT | 7);
    poke(TIM4 + A_SMCR, 0 << R_SMCR_TS_SHIFT | 5);
    poke(TIM8 + A_SMCR, 0 << R_SMCR_TS_SHIFT | 6);
    tim_go(TIM2);
    tim_go(TIM3);
    tim_go(TIM4);
    g_assert_cmphex(peek(TIM8 + A_CR1) & CEN, ==, 0);
    tim_go(TIM1);
    board_wait_ns(TICKS(40));
    g_assert_cmphex(peek(TIM8 + A_CR1) & CEN, ==, 0);       /* OC1REF was high at once */
    board_wait_ns(TICKS(100));
    g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 60);
    g_assert_cmphex(peek(TIM4 + A_SR) & R_SR_TIF_MASK, ==, R_SR_TIF_MASK);
    g_assert_cmpuint(peek(TIM8 + A_CNT), ==, 40);
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 1);
    board_wait_ns(TICKS(100 * 1000));
    g_assert_cmpuint(peek(TIM2 + A_CNT), ==, 1);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 100);
    g_assert_cmpuint(peek(TIM4 + A_CNT), ==, 60 + 30 * 1000);
}

/* A slave that is gated by pulses counts them. */
static void test_gated_by_pulses(void)
{
    tim_start("");
    poke(TIM1 + A_RCR, 4);
    tim_set(TIM1, 0, 9);
    poke(TIM1 + A_CR2, 2 << R_CR2_MMS_SHIFT);
    tim_set(TIM3, 0, 99);
    poke(TIM3 + A_SMCR, 5);
    tim_go(TIM3);
    tim_go(TIM1);
    board_wait_ns(TICKS(50 * 1230));
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 30);
}

/* A ring of timers, each the clock of the next: stands, and does not hang. */
static void test_ring(void)
{
    tim_start("");
    poke(TIM2 + A_CR2, 2 << R_CR2_MMS_SHIFT);
    poke(TIM3 + A_CR2, 2 << R_CR2_MMS_SHIFT);
    tim_set(TIM2, 0, 1);
    tim_set(TIM3, 0, 1);
    poke(TIM2 + A_SMCR, 2 << R_SMCR_TS_SHIFT | 7);
    poke(TIM3 + A_SMCR, 1 << R_SMCR_TS_SHIFT | 7);
    poke(TIM2 + A_DIER, 0x5f5f);
    poke(TIM3 + A_DIER, 0x5f5f);
    tim_go(TIM2);
    tim_go(TIM3);
    for (unsigned i = 0; i < 10; i++) {
        poke(TIM2 + A_EGR, UG);
        poke(TIM3 + A_EGR, UG);
        board_wait_ns(1000);
    }
    poke(TIM2 + A_SMCR, 2 << R_SMCR_TS_SHIFT | 4);
    poke(TIM3 + A_SMCR, 1 << R_SMCR_TS_SHIFT | 4);
    board_wait_ns(100000);
    peek(TIM2 + A_CNT);
}

static void ack(const char *tim, const char *line)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/%s", tim);

    qtest_set_irq_in(board, path, line, 0, 1);
    qtest_set_irq_in(board, path, line, 0, 0);
}

/* A request is latched until the DMA has done a beat; SR has nothing to do with it. */
static void test_dma(void)
{
    tim_start("");
    board_intercept_out("tim3", "dma-up");
    tim_set(TIM3, 0, 159);
    poke(TIM3 + A_DIER, R_DIER_UDE_MASK);
    tim_go(TIM3);
    board_wait_ns(9999);
    g_assert_false(irq(0));
    board_wait_ns(1);
    g_assert_true(irq(0));
    poke(TIM3 + A_SR, 0);
    g_assert_true(irq(0));
    ack("tim3", "dma-up-ack");
    g_assert_false(irq(0));
    board_wait_ns(10000);
    g_assert_true(irq(0));
    poke(TIM3 + A_DIER, 0);
    g_assert_false(irq(0));
}

static void test_dma_compare(void)
{
    tim_start("");
    board_intercept_out("tim3", "dma-ch2");
    tim_set(TIM3, 0, 159);
    poke(TIM3 + A_CCR2, 80);
    poke(TIM3 + A_DIER, R_DIER_CC2DE_MASK);
    tim_go(TIM3);
    board_wait_ns(4999);
    g_assert_false(irq(0));
    board_wait_ns(1);
    g_assert_true(irq(0));
    ack("tim3", "dma-ch2-ack");
    poke(TIM3 + A_CR2, R_CR2_CCDS_MASK);
    board_wait_ns(4999);
    g_assert_false(irq(0));
    board_wait_ns(1);
    g_assert_true(irq(0));                                  /* at the update event */
}

/* DMAR reaches DBL+1 registers in turn, for which the request stays. */
static void test_dma_burst(void)
{
    tim_start("");
    board_intercept_out("tim1", "dma-up");
    poke(TIM1 + A_DCR, 2 << R_DCR_DBL_SHIFT | R_CCR1);
    poke(TIM1 + A_DIER, R_DIER_UDE_MASK);
    poke(TIM1 + A_EGR, UG);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_true(irq(0));
        poke(TIM1 + A_DMAR, 100 + i);
        ack("tim1", "dma-up-ack");
    }
    g_assert_false(irq(0));
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpuint(peek(TIM1 + A_CCR1 + 4 * i), ==, 100 + i);
        g_assert_cmpuint(peek(TIM1 + A_DMAR), ==, 100 + i);
    }
    g_assert_cmpuint(peek(TIM1 + A_DMAR), ==, 100);
    poke(TIM1 + A_DCR, 31 << R_DCR_DBL_SHIFT | 31);         /* beyond: nothing bad */
    for (unsigned i = 0; i < 40; i++) {
        poke(TIM1 + A_DMAR, UINT32_MAX);
        peek(TIM1 + A_DMAR);
    }
}

/* Update and a channel that share a stream: the burst is the update's, whoever else hears the acknowledge. */
static void test_dma_shared_burst(void)
{
    static const struct {
        uint32_t tim, stream, channel;
    } table[] = {
        { TIM2, 1, 3 }, { TIM2, 7, 3 }, { TIM3, 2, 5 }, { TIM4, 6, 2 }, { TIM5, 0, 6 }, { TIM5, 6, 6 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        uint32_t tim = table[i].tim, dma = 0x40026010 + 0x18 * table[i].stream;

        tim_start("");
        board_enable("dma1");
        for (unsigned n = 0; n < 12; n++) {
            qtest_writew(board, 0x20000100 + 2 * n, 100 + n);
        }
        tim_set(tim, 0, 1599);
        poke(tim + A_DCR, 3 << R_DCR_DBL_SHIFT | R_CCR1);
        poke(dma + 4, 12);
        poke(dma + 8, tim + A_DMAR);
        poke(dma + 12, 0x20000100);
        poke(dma, table[i].channel << 25 | 1 << 13 | 1 << 11 | 1 << 10 | 1 << 6 | 1);
        poke(tim + A_DIER, R_DIER_UDE_MASK);
        tim_go(tim);
        for (unsigned burst = 0; burst < 3; burst++) {
            board_wait_ns(TICKS(burst ? 1400 : 1600) - 63);
            g_assert_cmpuint(peek(dma + 4), ==, 12 - 4 * burst);
            board_wait_ns(TICKS(200) + 63);
            g_assert_cmpuint(peek(dma + 4), ==, 8 - 4 * burst);
            for (unsigned ch = 0; ch < 4; ch++) {
                g_assert_cmpuint(peek(tim + A_CCR1 + 4 * ch) & 0xffff, ==, 100 + 4 * burst + ch);
            }
        }
    }
}

/* In how many of the @count ticks from @first on a pin is high; @ns after the first of all. */
static unsigned high_ticks(const char *pin, unsigned first, unsigned count, int64_t *ns)
{
    unsigned high = 0;

    for (unsigned tick = first; tick < first + count; tick++) {
        int64_t middle = TICKS(2 * tick + 1) / 2;

        board_wait_ns(middle - *ns);
        *ns = middle;
        high += pin_level(pin);
    }
    return high;
}

/* A compare requests the next pulse, which DMA preloads in time even if few ticks of the period are left. */
static void test_dma_pulses(void)
{
    static const uint16_t pulses[] = { 5, 15, 16, 5, 5, 15, 0 };
    int64_t ns = 0;

    tim_start("");
    board_enable("dma1");
    board_route("pb4", 2);
    qtest_memwrite(board, 0x20000100, pulses, sizeof(pulses));
    tim_set(TIM3, 0, 20);
    poke(TIM3 + A_CCMR1, PWM1 | R_CCMR1_OC1PE_MASK);
    poke(TIM3 + A_CCR1, 15);
    poke(TIM3 + A_EGR, UG);
    poke(TIM3 + A_CCER, 1);
    poke(0x40026070 + 4, ARRAY_SIZE(pulses));               /* DMA1's stream 4, channel 5 */
    poke(0x40026070 + 8, TIM3 + A_CCR1);
    poke(0x40026070 + 12, 0x20000100);
    poke(0x40026070, 5 << 25 | 1 << 13 | 1 << 11 | 1 << 10 | 1 << 6 | 1);
    board_wait_ns(1000);
    poke(TIM3 + A_DIER, R_DIER_CC1DE_MASK);
    tim_go(TIM3);
    g_assert_cmpuint(high_ticks("pb4", 0, 21, &ns), ==, 15);
    for (unsigned i = 0; i < ARRAY_SIZE(pulses); i++) {
        g_assert_cmpuint(high_ticks("pb4", 21 * (i + 1), 21, &ns), ==, pulses[i]);
    }
    g_assert_cmphex(peek(0x40026000 + 4) & 0x3d, ==, 0x30);
}

/* A slave that is set up late: what its master has done before is not for it. */
static void test_late_slave(void)
{
    for (unsigned how = 0; how < 2; how++) {
        tim_start("");
        poke(TIM2 + A_CR2, 2 << R_CR2_MMS_SHIFT);
        tim_set(TIM2, 0, 159);                              /* TRGO every 10 us */
        tim_go(TIM2);
        tim_set(TIM3, 0, 0xffff);
        poke(TIM3 + A_SMCR, 1 << R_SMCR_TS_SHIFT);          /* ITR1 */
        if (how) {
            poke(TIM3 + A_CCMR1, 3);                        /* TRC captures */
        }
        tim_go(TIM3);
        board_wait_ns(1005000);
        if (how) {
            poke(TIM3 + A_CCER, 1);
        } else {
            poke(TIM3 + A_CR1, 0);
            poke(TIM3 + A_CNT, 0);
            poke(TIM3 + A_CR1, CEN);
            poke(TIM3 + A_SMCR, 1 << R_SMCR_TS_SHIFT | 7);
        }
        g_assert_cmphex(peek(TIM3 + A_SR) & ~1, ==, 0);
        board_wait_ns(4999);
        g_assert_cmphex(peek(TIM3 + A_SR) & ~1, ==, 0);
        board_wait_ns(1);
        if (how) {
            g_assert_cmphex(peek(TIM3 + A_SR) & ~1, ==, R_SR_CC1IF_MASK);
            g_assert_cmpuint(peek(TIM3 + A_CCR1), ==, 1010000 * 2 / 125);
        } else {
            g_assert_cmphex(peek(TIM3 + A_SR) & ~1, ==, R_SR_TIF_MASK);
            g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 1);
        }
    }
}

/*
 * With UDIS there is no update event for OPM to stop at, or to load RCR: it goes on for hours, and costs
 * nothing.
 */
static void test_opm_udis(void)
{
    tim_start("");
    tim_set(TIM1, 0, 1);
    poke(TIM1 + A_RCR, 4);
    poke(TIM1 + A_EGR, UG);
    poke(TIM1 + A_SR, 0);
    poke(TIM1 + A_CR1, CEN | R_CR1_UDIS_MASK | R_CR1_OPM_MASK);
    board_wait_ns(10000ll * 1000000000);
    g_assert_cmphex(peek(TIM1 + A_CR1), ==, CEN | R_CR1_UDIS_MASK | R_CR1_OPM_MASK);
    g_assert_cmphex(peek(TIM1 + A_SR) & R_SR_UIF_MASK, ==, 0);
    poke(TIM1 + A_CR1, CEN | R_CR1_OPM_MASK);               /* it has counted down to 0 long ago */
    board_wait_ns(TICKS(2));
    g_assert_cmphex(peek(TIM1 + A_CR1), ==, R_CR1_OPM_MASK);
    g_assert_cmphex(peek(TIM1 + A_SR) & R_SR_UIF_MASK, ==, R_SR_UIF_MASK);
}

static void test_trgo_line(void)
{
    tim_start("");
    board_intercept_out("tim6", "trgo");
    poke(TIM6 + A_CR2, 1 << R_CR2_MMS_SHIFT);
    g_assert_false(irq(0));
    tim_go(TIM6);
    g_assert_true(irq(0));
    tim_start("");
    board_intercept_out("tim3", "oc");
    qtest_set_irq_in(board, "/machine/soc/tim3", "oc-wanted", 1, 1);
    tim_set(TIM3, 0, 159);
    poke(TIM3 + A_CCMR1, 7 << 12);
    poke(TIM3 + A_CCR2, 32);
    tim_go(TIM3);
    board_wait_ns(1999);
    g_assert_false(irq(1));
    board_wait_ns(1);
    g_assert_true(irq(1));
    board_wait_ns(7999);
    g_assert_true(irq(1));
    board_wait_ns(1);
    g_assert_false(irq(1));
}

/* SR = 0 is no SR &= ~FLAG: not if the read before was to wait for the write, as at the end of a handler. */
static void test_cleared_anew(void)
{
    tim_start("");
    tim_set(TIM3, 0, 99);
    tim_go(TIM3);
    board_wait_ns(TICKS(100));
    poke(TIM3 + A_SR, 0);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    board_wait_ns(TICKS(100));
    poke(TIM3 + A_SR, 0);
    g_assert_cmpint(board_mistakes("has come in between"), ==, 0);
    board_wait_ns(TICKS(100));
    g_assert_cmphex(peek(TIM3 + A_SR) & 1, ==, 1);
    poke(TIM3 + A_CCR1, 50);
    poke(TIM3 + A_SR, ~(1 << 1));
    g_assert_cmphex(peek(TIM3 + A_SR) & 3, ==, 1);
    board_wait_ns(TICKS(60));
    poke(TIM3 + A_SR, 0);                       /* CC1IF was not seen */
    g_assert_cmpint(board_mistakes("has come in between"), ==, 1);
}

static void test_misuse(void)
{
    tim_start("");
    poke(TIM3 + A_ARR, 0);
    tim_go(TIM3);
    g_assert_cmpint(board_mistakes("with ARR = 0: the counter stands"), ==, 1);
    board_wait_ns(1000000);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    poke(TIM3 + A_ARR, 0x12345);
    g_assert_cmphex(peek(TIM3 + A_ARR), ==, 0x2345);
    g_assert_cmpint(board_mistakes("ARR written 0x00012345"), ==, 1);
    poke(TIM6 + A_CCR1, 5);
    g_assert_cmphex(peek(TIM6 + A_CCR1), ==, 0);
    g_assert_cmpint(board_mistakes("CCR1 written 0x00000005"), ==, 1);
    poke(TIM9 + A_SMCR, 3);
    g_assert_cmpint(board_mistakes("has no encoder mode"), ==, 1);
    poke(TIM4 + A_CCER, 1);
    poke(TIM4 + A_CCMR1, 1);
    g_assert_cmphex(peek(TIM4 + A_CCMR1), ==, 0);
    g_assert_cmpint(board_mistakes("CC1S written while CC1E is set"), ==, 1);
    poke(TIM5 + A_CCMR1, 1);
    poke(TIM5 + A_CCR1, 77);
    g_assert_cmpuint(peek(TIM5 + A_CCR1), ==, 0);
    g_assert_cmpint(board_mistakes("CCR1 written while the channel is an input"), ==, 1);
}

/* Settings that contradict each other, or come at the wrong time. */
/* "CCR = CNT + n" goes round in output compare; what PWM is given must fit. */
static void test_carry(void)
{
    tim_start("");
    for (unsigned mode = 0; mode < 8; mode++) {
        poke(TIM3 + A_CCMR1, mode << R_CCMR1_OC2M_SHIFT);
        poke(TIM3 + A_CCR2, 0x10007);
        g_assert_cmphex(peek(TIM3 + A_CCR2), ==, 7);
        g_assert_cmpint(board_mistakes("CCR2 written 0x00010007"), ==, mode >= 6);
    }
    poke(TIM10 + A_CCR2, 0x10000);
    g_assert_cmpint(board_mistakes("CCR2 written 0x00010000"), ==, 1);
}

static void test_misuse_modes(void)
{
    tim_start("");
    tim_go(TIM3);
    poke(TIM3 + A_CR1, CEN | 1 << R_CR1_CMS_SHIFT);
    g_assert_cmpint(board_mistakes("CR1.CMS changed from edge-aligned"), ==, 1);
    poke(TIM4 + A_SMCR, 3 | R_SMCR_ECE_MASK);
    g_assert_cmpint(board_mistakes("encoder mode and ECE exclude each other"), ==, 1);
    poke(TIM4 + A_SMCR, 5 | 4 << R_SMCR_TS_SHIFT);
    g_assert_cmpint(board_mistakes("gated mode with TI1F_ED"), ==, 1);
    poke(TIM4 + A_SMCR, 5 | 6 << R_SMCR_TS_SHIFT);
    g_assert_cmpint(board_mistakes("SMCR.TS changed with SMS not 0"), ==, 1);
    poke(TIM4 + A_SMCR, 0);
    poke(TIM4 + A_SMCR, 5 << R_SMCR_TS_SHIFT);              /* while SMS is 0 it may */
    g_assert_cmpint(board_mistakes("SMCR.TS changed with SMS not 0"), ==, 1);
    poke(TIM10 + A_CR2, 0x20);
    g_assert_cmpint(board_mistakes("CR2 written 0x00000020"), ==, 1);
    poke(TIM6 + A_DIER, 3);
    g_assert_cmpint(board_mistakes("DIER written 0x00000003"), ==, 1);
    g_assert_cmphex(peek(TIM6 + A_DIER), ==, 1);
}

static void test_lock(void)
{
    static const uint32_t reset = 0xc000;

    for (unsigned level = 1; level <= 3; level++) {
        tim_start("");
        poke(TIM1 + A_BDTR, level << 8 | R_BDTR_BKP_MASK);
        poke(TIM1 + A_BDTR, reset | R_BDTR_OSSR_MASK | 0x55);
        g_assert_cmphex(peek(TIM1 + A_BDTR), ==, 0x8000 | R_BDTR_BKP_MASK | level << 8 |
                        (level < 2 ? R_BDTR_OSSR_MASK : 0));
        poke(TIM1 + A_CR2, 0x7f00);
        g_assert_cmphex(peek(TIM1 + A_CR2), ==, 0);
        poke(TIM1 + A_CCER, 0xffff);
        g_assert_cmphex(peek(TIM1 + A_CCER), ==, level < 2 ? 0x3fff : 0x1555);
        poke(TIM1 + A_CCMR1, 0x7878);
        g_assert_cmphex(peek(TIM1 + A_CCMR1), ==, level < 3 ? 0x7878 : 0);
        g_assert_cmpint(board_mistakes("which BDTR.LOCK"), >=, 1);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("tim/all-count", test_all_count);
    qtest_add_func("tim/wide", test_wide);
    qtest_add_func("tim/down", test_down);
    qtest_add_func("tim/centred", test_centred);
    qtest_add_func("tim/preload", test_preload);
    qtest_add_func("tim/update-bits", test_update_bits);
    qtest_add_func("tim/repetition", test_repetition);
    qtest_add_func("tim/compare-interrupts", test_compare_interrupts);
    qtest_add_func("tim/clock", test_clock);
    qtest_add_func("tim/chain", test_chain);
    qtest_add_func("tim/chain-modes", test_chain_modes);
    qtest_add_func("tim/gated-by-pulses", test_gated_by_pulses);
    qtest_add_func("tim/ring", test_ring);
    qtest_add_func("tim/dma", test_dma);
    qtest_add_func("tim/dma-compare", test_dma_compare);
    qtest_add_func("tim/dma-pulses", test_dma_pulses);
    qtest_add_func("tim/dma-burst", test_dma_burst);
    qtest_add_func("tim/dma-shared-burst", test_dma_shared_burst);
    qtest_add_func("tim/late-slave", test_late_slave);
    qtest_add_func("tim/opm-udis", test_opm_udis);
    qtest_add_func("tim/trgo-line", test_trgo_line);
    qtest_add_func("tim/cleared-anew", test_cleared_anew);
    qtest_add_func("tim/misuse", test_misuse);
    qtest_add_func("tim/carry", test_carry);
    qtest_add_func("tim/misuse-modes", test_misuse_modes);
    qtest_add_func("tim/lock", test_lock);
    return board_run_tests();
}
