/*
 * A/D converters (RM0090 chapter 13): each mode, to the cycle of ADCCLK, and misuse.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/adc.h"

#define DMA2 0x40026400
#define NVIC_PENDING 0xe000e200
#define BUFFER 0x20001000
#define TIM2 0x40000000
#define TIM3 0x40000400

static void set_bits(uint32_t reg, uint32_t bits) { poke(reg, peek(reg) | bits); }

static void start_channel(uint32_t adc, unsigned channel)
{
    poke(adc + A_SQR3, channel);
    poke(adc + A_SR, 0);
    set_bits(adc + A_CR2, SWSTART);
}

static uint32_t convert(uint32_t adc, unsigned channel)
{
    start_channel(adc, channel);
    board_wait_ns(CYCLES(500));
    g_assert_true(sr(adc) & EOC);
    return peek(adc + A_DR);
}

/* ---- One conversion ---- */

static void test_single(void)
{
    adc_start("");
    set_mv("pa1", 1234);
    start_channel(ADC1, 1);
    g_assert_cmphex(sr(ADC1), ==, R_SR_STRT_MASK);
    g_assert_cmphex(peek(ADC1 + A_CR2) & SWSTART, ==, 0);
    board_wait_ns(CONVERSION - 1);
    g_assert_cmphex(sr(ADC1), ==, R_SR_STRT_MASK);
    board_wait_ns(1);
    g_assert_cmphex(sr(ADC1), ==, R_SR_STRT_MASK | EOC);
    g_assert_cmphex(peek(ADC + A_CSR), ==, R_SR_STRT_MASK | EOC);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, counts(1234));
    g_assert_cmphex(sr(ADC1), ==, R_SR_STRT_MASK);
    poke(ADC1 + A_SR, 0);
    g_assert_cmphex(sr(ADC1), ==, 0);
    board_wait_ns(CONVERSION * 10);
    g_assert_cmphex(sr(ADC1), ==, 0);                   /* it was one */
    g_assert_cmpint(board_mistakes("adc"), ==, 0);
}

/* Every sampling time, of a channel in each SMPR, with each prescaler and resolution. */
static void test_times(void)
{
    static const unsigned cycles[] = { 3, 15, 28, 56, 84, 112, 144, 480 };

    adc_start("");
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned channel = 9; channel <= 10; channel++) {
            unsigned pre = i % 4, res = (i + channel) % 4;
            uint64_t ns = (cycles[i] + 12 - 2 * res) * 125ull * (pre + 1);

            poke(ADC1 + A_SMPR2, i << 27);
            poke(ADC1 + A_SMPR1, i);
            poke(ADC + A_CCR, pre << R_CCR_ADCPRE_SHIFT);
            poke(ADC1 + A_CR1, res << R_CR1_RES_SHIFT);
            start_channel(ADC1, channel);
            board_wait_ns(ns - 1);
            g_assert_false(sr(ADC1) & EOC);
            board_wait_ns(1);
            g_assert_true(sr(ADC1) & EOC);
        }
    }
}

static void test_range(void)
{
    adc_start("");
    g_assert_cmpuint(convert(ADC1, 2), ==, 0);          /* nobody drives it */
    pin_drive("pa2", "1");
    g_assert_cmpuint(convert(ADC1, 2), ==, 4095);
    pin_drive("pa2", "0");
    g_assert_cmpuint(convert(ADC1, 2), ==, 0);
    set_mv("pa2", 3000);
    g_assert_cmpuint(convert(ADC1, 2), ==, 4095);
    set_mv("pa2", 5000);
    g_assert_cmpuint(convert(ADC1, 2), ==, 4095);
    set_mv("pa2", 1500);
    g_assert_cmpuint(convert(ADC1, 2), ==, 2048);
    board_set_int("/machine/soc/pwr", "vdd", 3300);     /* VREF+ follows */
    g_assert_cmpuint(convert(ADC1, 2), ==, (1500 * 4095 + 1650) / 3300);
    pin_drive("pa2", "1");
    g_assert_cmpuint(convert(ADC1, 2), ==, 4095);
    board_set_bool("/machine/button-user", "pressed", true);
    g_assert_cmpuint(convert(ADC1, 0), ==, 4095);
}

/* All channels of all three. */
static void test_channels(void)
{
    static const char *const own[] = { "pf6", "pf7", "pf8", "pf9", "pf10", "pf3", "pf4", "pf5" };
    static const uint8_t channel[] = { 4, 5, 6, 7, 8, 9, 14, 15 };

    adc_start("");
    set_staircase();
    for (unsigned i = 0; i < 16; i++) {
        g_assert_cmpuint(convert(ADC1, i), ==, stair(i));
        g_assert_cmpuint(convert(ADC2, i), ==, stair(i));
        if (i < 4 || (i >= 10 && i < 14)) {
            g_assert_cmpuint(convert(ADC3, i), ==, stair(i));
        }
    }
    for (unsigned i = 0; i < ARRAY_SIZE(own); i++) {
        set_mv(own[i], 2000 + 10 * i);
        g_assert_cmpuint(convert(ADC3, channel[i]), ==, counts(2000 + 10 * i));
    }
    g_assert_cmpint(board_mistakes("adc"), ==, 0);
}

/* The sample is what was there when sampling ended, whoever looks later. */
static void test_sampling_instant(void)
{
    adc_start("");
    poke(ADC1 + A_SMPR2, 3 << 3);                       /* 56 cycles */
    set_mv("pa1", 1000);
    start_channel(ADC1, 1);
    board_wait_ns(CYCLES(56) - 1);
    set_mv("pa1", 2000);
    board_wait_ns(1);
    set_mv("pa1", 500);
    board_wait_ns(CYCLES(12));
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, counts(2000));
}

static void test_data(void)
{
    static const struct {
        unsigned res, left, regular, injected;
    } cases[] = {           /* 1234 mV is 0x694; injected less 0x10 */
        { 0, 0, 0x0694, 0x0684 }, { 0, 1, 0x6940, 0x3420 },
        { 1, 0, 0x01a5, 0x0195 }, { 1, 1, 0x6940, 0x32a0 },
        { 2, 0, 0x0069, 0x0059 }, { 2, 1, 0x6900, 0x2c80 },
        { 3, 0, 0x001a, 0x000a }, { 3, 1, 0x0068, 0x0014 },
    };

    adc_start("");
    set_mv("pa1", 1234);
    poke(ADC1 + A_JSQR, 1 << 15);
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        poke(ADC1 + A_CR1, cases[i].res << R_CR1_RES_SHIFT);
        poke(ADC1 + A_CR2, ADON | cases[i].left << R_CR2_ALIGN_SHIFT);
        poke(ADC1 + A_JOFR1, 0x10);
        g_assert_cmphex(convert(ADC1, 1), ==, cases[i].regular);
        set_bits(ADC1 + A_CR2, JSWSTART);
        board_wait_ns(CYCLES(15));
        g_assert_cmphex(peek(ADC1 + A_JDR1), ==, cases[i].injected);
    }
    poke(ADC1 + A_CR1, 0);                              /* negative: a sign on all bits above */
    poke(ADC1 + A_JOFR1, 0x700);
    for (unsigned left = 0; left < 2; left++) {
        poke(ADC1 + A_CR2, ADON | left << R_CR2_ALIGN_SHIFT);
        set_bits(ADC1 + A_CR2, JSWSTART);
        board_wait_ns(CYCLES(15));
        g_assert_cmphex(peek(ADC1 + A_JDR1), ==, (uint16_t)(((int)0x694 - 0x700) * (left ? 8 : 1)));
    }
}

/* What the factory has measured fits what is measured now. */
static void test_inside(void)
{
    uint32_t cal1, cal2, vrefint, raw;

    adc_start("");
    poke(ADC1 + A_SMPR1, 0x7ffffff);
    g_assert_cmpuint(convert(ADC1, 16), ==, 0);
    g_assert_cmpint(board_mistakes("set TSVREFE or VBATE"), ==, 1);
    poke(ADC + A_CCR, R_CCR_TSVREFE_MASK | R_CCR_VBATE_MASK);
    vrefint = qtest_readw(board, 0x1fff7a2a);
    cal1 = qtest_readw(board, 0x1fff7a2c);
    cal2 = qtest_readw(board, 0x1fff7a2e);
    raw = convert(ADC1, 17);
    g_assert_cmpint(abs((int)(3300 * vrefint / raw) - 3000), <=, 3);
    for (int t = -40; t <= 120; t += 40) {
        int at_3300;

        board_set_int(COMMON, "temperature", t * 1000);
        at_3300 = convert(ADC1, 16) * 3000 / 3300;
        g_assert_cmpint(abs((at_3300 - (int)cal1) * 80 / (int)(cal2 - cal1) + 30 - t), <=, 1);
    }
    board_set_int(COMMON, "vbat", 2500);
    g_assert_cmpuint(convert(ADC1, 18), ==, counts(1250));
    g_assert_cmpuint(convert(ADC2, 17), ==, 0);
    g_assert_cmpint(board_mistakes("channel 17 does not exist"), ==, 1);
    poke(ADC1 + A_SMPR1, 0);
    convert(ADC1, 17);
    g_assert_cmpint(board_mistakes("the 10 us it needs"), ==, 1);
}

/* ---- Sequences ---- */

static void test_scan(void)
{
    adc_start("");
    set_staircase();
    adc_count_up(ADC1, 16);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK);
    poke(ADC1 + A_CR2, ADON | R_CR2_EOCS_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    for (unsigned i = 0; i < 16; i++) {
        board_wait_ns(CONVERSION - 1);
        g_assert_false(sr(ADC1) & EOC);
        board_wait_ns(1);
        g_assert_true(sr(ADC1) & EOC);
        g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(i));
    }
    board_wait_ns(CONVERSION * 2);
    g_assert_false(sr(ADC1) & EOC);
    poke(ADC1 + A_CR2, ADON);                           /* EOC at the end alone */
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 16 - 1);
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(1);
    g_assert_true(sr(ADC1) & EOC);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(15));
    poke(ADC1 + A_CR1, 0);                              /* without SCAN: the first alone */
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(0));
    board_wait_ns(CONVERSION * 5);
    g_assert_false(sr(ADC1) & EOC);
}

static void test_continuous(void)
{
    adc_start("");
    set_mv("pa0", 700);
    poke(ADC1 + A_CR2, ADON | R_CR2_CONT_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    for (unsigned i = 0; i < 5; i++) {
        board_wait_ns(CONVERSION - 1);
        g_assert_false(sr(ADC1) & EOC);
        board_wait_ns(1);
        g_assert_cmpuint(peek(ADC1 + A_DR), ==, counts(700));
    }
    board_wait_ns(3600ll * 1000000000);                 /* nobody looks for an hour */
    set_mv("pa0", 900);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, counts(700));
    board_wait_ns(CONVERSION);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, counts(900));
    g_assert_false(sr(ADC1) & OVR);                     /* EOCS and DMA are off: nobody minds */
    poke(ADC1 + A_CR2, ADON);                           /* it ends after the one under way */
    board_wait_ns(CONVERSION);
    peek(ADC1 + A_DR);
    board_wait_ns(CONVERSION * 3);
    g_assert_false(sr(ADC1) & EOC);
    poke(ADC1 + A_CR2, 0);
    g_assert_cmpint(board_mistakes("adc"), ==, 0);
}

/* An hour is not counted conversion by conversion, and the phase stays. */
static void test_long_phase(void)
{
    adc_start("");
    poke(ADC1 + A_CR2, ADON | R_CR2_CONT_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 1000000 + CONVERSION / 2);
    peek(ADC1 + A_DR);
    board_wait_ns(CONVERSION - CONVERSION / 2 - 1);
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(1);
    g_assert_true(sr(ADC1) & EOC);
}

static void test_discontinuous(void)
{
    static const unsigned batch[] = { 3, 3, 2, 3 };
    unsigned n = 0;

    adc_start("");
    set_staircase();
    adc_count_up(ADC1, 8);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK | R_CR1_DISCEN_MASK | 2 << R_CR1_DISCNUM_SHIFT);
    poke(ADC1 + A_CR2, ADON | R_CR2_EOCS_MASK);
    for (unsigned i = 0; i < ARRAY_SIZE(batch); i++) {
        set_bits(ADC1 + A_CR2, SWSTART);
        for (unsigned k = 0; k < batch[i]; k++) {
            board_wait_ns(CONVERSION);
            g_assert_true(sr(ADC1) & EOC);
            g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(n++ % 8));
        }
        board_wait_ns(CONVERSION * 4);
        g_assert_false(sr(ADC1) & EOC);
    }
    poke(ADC1 + A_CR2, ADON);
    poke(ADC1 + A_CR1, 0);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK | R_CR1_DISCEN_MASK | 2 << R_CR1_DISCNUM_SHIFT);
    for (unsigned i = 0; i < 3; i++) {                  /* without EOCS: at the end of all */
        g_assert_false(sr(ADC1) & EOC);
        set_bits(ADC1 + A_CR2, SWSTART);
        board_wait_ns(CONVERSION * 3);
    }
    g_assert_true(sr(ADC1) & EOC);
}

static void test_injected(void)
{
    adc_start("");
    set_staircase();
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK);
    poke(ADC1 + A_JSQR, 4 | 5 << 5 | 6 << 10 | 7 << 15 | 2 << R_JSQR_JL_SHIFT); /* the last three */
    set_bits(ADC1 + A_CR2, JSWSTART);
    g_assert_cmphex(sr(ADC1), ==, R_SR_JSTRT_MASK);
    board_wait_ns(CONVERSION * 3 - 1);
    g_assert_false(sr(ADC1) & JEOC);
    board_wait_ns(1);
    g_assert_true(sr(ADC1) & JEOC);
    g_assert_cmpuint(peek(ADC1 + A_JDR1), ==, stair(5));
    g_assert_cmpuint(peek(ADC1 + A_JDR2), ==, stair(6));
    g_assert_cmpuint(peek(ADC1 + A_JDR3), ==, stair(7));
    g_assert_cmpuint(peek(ADC1 + A_JDR4), ==, 0);
    g_assert_true(sr(ADC1) & JEOC);                     /* reading does not clear it */
    poke(ADC1 + A_SR, ~JEOC);
    g_assert_false(sr(ADC1) & JEOC);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK | R_CR1_JDISCEN_MASK);
    for (unsigned i = 0; i < 3; i++) {                  /* one a trigger */
        set_bits(ADC1 + A_CR2, JSWSTART);
        board_wait_ns(CONVERSION);
        g_assert_true(!!(sr(ADC1) & JEOC) == (i == 2));
    }
}

/* The regular conversion under way is given up, and begins anew when the injected ones are through. */
static void test_injection(void)
{
    adc_start("");
    set_staircase();
    adc_count_up(ADC1, 3);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK);
    poke(ADC1 + A_JSQR, 9 << 15);
    poke(ADC1 + A_CR2, ADON | R_CR2_EOCS_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(0));
    board_wait_ns(CYCLES(14));
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CONVERSION);
    g_assert_cmphex(sr(ADC1) & (JEOC | EOC), ==, JEOC);
    g_assert_cmpuint(peek(ADC1 + A_JDR1), ==, stair(9));
    board_wait_ns(CONVERSION - 1);
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(1);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(1));
    board_wait_ns(CONVERSION);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(2));
    /* a regular trigger during injected ones waits for their end */
    set_bits(ADC1 + A_CR2, JSWSTART);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 2 - 1);
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(1);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(0));
}

static void test_auto_injection(void)
{
    adc_start("");
    set_staircase();
    adc_count_up(ADC1, 2);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK | R_CR1_JAUTO_MASK);
    poke(ADC1 + A_JSQR, 8 << 10 | 9 << 15 | 1 << R_JSQR_JL_SHIFT);
    poke(ADC1 + A_CR2, ADON | R_CR2_CONT_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    for (unsigned i = 0; i < 3; i++) {
        board_wait_ns(CONVERSION * 2);
        g_assert_cmphex(sr(ADC1) & (JEOC | EOC), ==, EOC);
        g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(1));
        board_wait_ns(CONVERSION * 2 - 1);
        g_assert_false(sr(ADC1) & JEOC);
        board_wait_ns(1);
        g_assert_true(sr(ADC1) & JEOC);
        g_assert_cmpuint(peek(ADC1 + A_JDR1), ==, stair(8));
        g_assert_cmpuint(peek(ADC1 + A_JDR2), ==, stair(9));
        poke(ADC1 + A_SR, 0);
    }
}

/* Both groups, on and on: nobody looks for hours. */
static void test_auto_injection_unseen(void)
{
    adc_start("");
    set_mv("pa0", 700);
    poke(ADC1 + A_CR1, R_CR1_JAUTO_MASK);
    poke(ADC1 + A_CR2, ADON | R_CR2_CONT_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(10000ll * 1000000000 + CYCLES(1));
    g_assert_cmphex(sr(ADC1) & (EOC | JEOC), ==, EOC | JEOC);
    poke(ADC1 + A_SR, 0);
    board_wait_ns(2 * CONVERSION);
    g_assert_cmphex(sr(ADC1) & (EOC | JEOC), ==, EOC | JEOC);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, counts(700));
}

/* A new sequence begins at once; on the chip only if it was not software that began the one under way. */
static void test_new_sequence(void)
{
    adc_start("-machine errata=off");
    set_staircase();
    start_channel(ADC1, 3);
    board_wait_ns(CONVERSION - 10);
    poke(ADC1 + A_SQR3, 4);
    board_wait_ns(CYCLES(14));
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(CYCLES(1));
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(4));
}

static void test_new_sequence_errata(void)
{
    adc_start("");
    set_staircase();
    start_channel(ADC1, 3);
    board_wait_ns(CONVERSION - 10);
    poke(ADC1 + A_SQR3, 4);
    board_wait_ns(10 * CONVERSION);
    g_assert_false(sr(ADC1) & EOC);
    g_assert_cmpint(board_mistakes("SQR3 written during a conversion that software has started"), ==, 1);
    set_bits(ADC1 + A_CR2, SWSTART);                    /* the remedy */
    board_wait_ns(CONVERSION);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(4));
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CYCLES(14));
    poke(ADC1 + A_JSQR, 5 << 15);
    board_wait_ns(10 * CONVERSION);
    g_assert_false(sr(ADC1) & JEOC);
    poke(ADC1 + A_CR2, ADON | 1 << R_CR2_EXTEN_SHIFT);
    qtest_set_irq_in(board, COMMON, "ext-trig", 0, 1);
    board_wait_ns(CYCLES(13));
    poke(ADC1 + A_SQR3, 6);                             /* a trigger from outside has started it */
    board_wait_ns(CYCLES(14));
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(CYCLES(2));
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(6));
}

/* ---- Triggers ---- */

static void test_triggers(void)
{
    static const uint8_t edge[] = { 0, 1, 2, 3 };

    adc_start("");
    for (unsigned group = 0; group < 2; group++) {
        uint32_t flag = group ? JEOC : EOC;
        const char *line = group ? "jext-trig" : "ext-trig";
        unsigned sel = group ? R_CR2_JEXTSEL_SHIFT : R_CR2_EXTSEL_SHIFT;
        unsigned en = group ? R_CR2_JEXTEN_SHIFT : R_CR2_EXTEN_SHIFT;

        for (unsigned n = 0; n < 16; n++) {
            for (unsigned i = 0; i < 4; i++) {
                poke(ADC1 + A_CR2, ADON | n << sel | (uint32_t)edge[i] << en);
                qtest_set_irq_in(board, COMMON, line, n, 0);        /* PA15, line 15 of EXTI, is pulled up */
                for (unsigned level = 1; level < 2; level--) {
                    bool starts = edge[i] & (level ? 1 : 2);

                    poke(ADC1 + A_SR, 0);
                    qtest_set_irq_in(board, COMMON, line, (n + 1) % 16, level);
                    board_wait_ns(CONVERSION);
                    g_assert_cmphex(sr(ADC1) & flag, ==, 0);
                    qtest_set_irq_in(board, COMMON, line, n, level);
                    board_wait_ns(CONVERSION - 1);
                    g_assert_cmphex(sr(ADC1) & flag, ==, 0);
                    board_wait_ns(1);
                    g_assert_cmphex(sr(ADC1) & flag, ==, starts ? flag : 0);
                }
            }
        }
    }
    poke(ADC1 + A_CR2, ADON | 1 << R_CR2_EXTEN_SHIFT);
    qtest_set_irq_in(board, COMMON, "ext-trig", 0, 1);
    qtest_set_irq_in(board, COMMON, "ext-trig", 0, 0);
    qtest_set_irq_in(board, COMMON, "ext-trig", 0, 1);
    g_assert_cmpint(board_mistakes("it is lost"), ==, 1);
}

/* The update of TIM3 every 10 us; the timer has no events for nobody. */
static void test_timer(void)
{
    adc_start("");
    board_enable("tim3");
    poke(TIM3 + 0x2c, 159);
    poke(TIM3 + 4, 2 << 4);                             /* MMS: update */
    poke(ADC1 + A_CR2, ADON | 8 << R_CR2_EXTSEL_SHIFT | 1 << R_CR2_EXTEN_SHIFT);
    poke(TIM3, 1);
    for (unsigned i = 0; i < 5; i++) {
        board_wait_ns(i ? 10000 - CONVERSION - 1 : 9999);
        g_assert_false(sr(ADC1) & R_SR_STRT_MASK);
        board_wait_ns(1);
        g_assert_true(sr(ADC1) & R_SR_STRT_MASK);
        board_wait_ns(CONVERSION - 1);
        g_assert_false(sr(ADC1) & EOC);
        board_wait_ns(1);
        g_assert_true(sr(ADC1) & EOC);
        poke(ADC1 + A_SR, 0);
    }
}

/* The timer runs, and the trigger is enabled later: only what comes then counts, and nothing is lost. */
static void test_late_trigger(void)
{
    static const struct {
        uint32_t select, flag;
    } table[] = {
        { 6 << R_CR2_EXTSEL_SHIFT | 1 << R_CR2_EXTEN_SHIFT, EOC },      /* TIM2's TRGO */
        { 3 << R_CR2_JEXTSEL_SHIFT | 1 << R_CR2_JEXTEN_SHIFT, JEOC },
        { 3 << R_CR2_EXTSEL_SHIFT | 1 << R_CR2_EXTEN_SHIFT, EOC },      /* its CC2 */
        { 3 << R_CR2_EXTSEL_SHIFT | 2 << R_CR2_EXTEN_SHIFT, EOC },
        { 2 << R_CR2_JEXTSEL_SHIFT | 3 << R_CR2_JEXTEN_SHIFT, JEOC },   /* its CC1 */
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        adc_start("");
        board_enable("tim2");
        poke(TIM2 + 0x2c, 1599);                        /* 100 us */
        poke(TIM2 + 4, 2 << 4);                         /* MMS: update */
        poke(TIM2 + 0x34, 1400);                        /* high for 87.5 us */
        poke(TIM2 + 0x38, 1400);
        poke(TIM2 + 0x18, 6 << 12 | 6 << 4);
        poke(TIM2 + 0x20, 1 << 4 | 1);
        poke(TIM2, 1);
        board_wait_ns(1050000);
        poke(ADC1 + A_CR2, ADON | table[i].select);
        board_wait_ns(37000);
        g_assert_cmphex(sr(ADC1), ==, 0);
        board_wait_ns(15000);
        g_assert_cmphex(sr(ADC1) & table[i].flag, ==, table[i].flag);
        board_wait_ns(1000000);
        g_assert_cmpint(board_mistakes("it is lost"), ==, 0);
    }
}

/* Without a timer: a pin that is high already when its line is selected is no edge. */
static void test_late_pin(void)
{
    adc_start("");
    board_enable("syscfg");
    poke(0x40013810, 1 << 12);                          /* PB11 */
    pin_drive("pb11", "1");
    poke(ADC1 + A_CR2, ADON | 15 << R_CR2_EXTSEL_SHIFT | 1 << R_CR2_EXTEN_SHIFT);
    board_wait_ns(CONVERSION);
    g_assert_cmphex(sr(ADC1), ==, 0);
    pin_drive("pb11", "0");
    pin_drive("pb11", "1");
    board_wait_ns(CONVERSION);
    g_assert_cmphex(sr(ADC1) & EOC, ==, EOC);
}

/* OC2REF of TIM2 rises in PWM mode 2 at its match; lines 11 and 15 of EXTI are pins. */
static void test_compare_and_pins(void)
{
    adc_start("");
    board_enable("tim2");
    poke(TIM2 + 0x2c, 999);
    poke(TIM2 + 0x38, 400);
    poke(TIM2 + 0x18, 7 << 12);
    poke(TIM2 + 0x20, 1 << 4);
    poke(ADC1 + A_CR2, ADON | 3 << R_CR2_EXTSEL_SHIFT | 1 << R_CR2_EXTEN_SHIFT);
    poke(TIM2, 1);
    board_wait_ns(25000 + CONVERSION - 1);
    g_assert_false(sr(ADC1) & EOC);
    board_wait_ns(1);
    g_assert_true(sr(ADC1) & EOC);
    poke(TIM2, 0);
    poke(ADC1 + A_SR, 0);
    board_enable("syscfg");
    poke(ADC1 + A_CR2, ADON | 15 << R_CR2_EXTSEL_SHIFT | 2 << R_CR2_EXTEN_SHIFT |
                       15 << R_CR2_JEXTSEL_SHIFT | 1 << R_CR2_JEXTEN_SHIFT);
    poke(0x40013810, 1 << 12);                          /* PB11 */
    poke(0x40013814, 1 << 12);                          /* PB15 */
    pin_drive("pb11", "1");
    pin_drive("pb15", "1");
    board_wait_ns(CONVERSION);
    g_assert_cmphex(sr(ADC1) & (EOC | JEOC), ==, JEOC);
    pin_drive("pb11", "0");
    board_wait_ns(CONVERSION);
    g_assert_cmphex(sr(ADC1) & (EOC | JEOC), ==, JEOC | EOC);
}

/* ---- Watchdog, interrupts ---- */

static void test_watchdog(void)
{
    adc_start("");
    set_mv("pa0", 1000);
    set_mv("pa1", 2000);
    poke(ADC1 + A_HTR, counts(1500));
    poke(ADC1 + A_LTR, counts(500));
    convert(ADC1, 1);
    g_assert_false(sr(ADC1) & AWD);                     /* off */
    poke(ADC1 + A_CR1, R_CR1_AWDEN_MASK);
    convert(ADC1, 0);
    g_assert_false(sr(ADC1) & AWD);
    convert(ADC1, 1);
    g_assert_true(sr(ADC1) & AWD);
    poke(ADC1 + A_CR1, R_CR1_AWDEN_MASK | R_CR1_AWDSGL_MASK | 0);
    convert(ADC1, 1);
    g_assert_false(sr(ADC1) & AWD);                     /* watches channel 0 */
    set_mv("pa0", 499);
    convert(ADC1, 0);
    g_assert_true(sr(ADC1) & AWD);
    set_mv("pa0", 1500);                                /* the thresholds are inside */
    convert(ADC1, 0);
    g_assert_false(sr(ADC1) & AWD);
    poke(ADC1 + A_JSQR, 1 << 15);
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CONVERSION);
    g_assert_false(sr(ADC1) & AWD);
    poke(ADC1 + A_CR1, R_CR1_JAWDEN_MASK);
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CONVERSION);
    g_assert_true(sr(ADC1) & AWD);
    poke(ADC1 + A_CR1, R_CR1_AWDEN_MASK | 2 << R_CR1_RES_SHIFT);    /* 8 bits, left aligned */
    poke(ADC1 + A_HTR, counts(1500) & 0xff0);
    poke(ADC1 + A_LTR, 0);
    convert(ADC1, 0);
    g_assert_false(sr(ADC1) & AWD);
}

/* In continuous mode the interrupt comes when the voltage leaves the window, with no event before. */
static void test_watchdog_interrupt(void)
{
    adc_start("");
    board_watch_irqs();
    set_mv("pa0", 1000);
    poke(ADC1 + A_HTR, 2000);
    poke(ADC1 + A_CR1, R_CR1_AWDEN_MASK | R_CR1_AWDIE_MASK);
    poke(ADC1 + A_CR2, ADON | R_CR2_CONT_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 1000);
    g_assert_false(irq(18));
    set_mv("pa0", 2000);
    board_wait_ns(CONVERSION - 1);
    g_assert_false(irq(18));
    board_wait_ns(1);
    g_assert_true(irq(18));
    poke(ADC1 + A_SR, 0);
    g_assert_false(irq(18));
}

static void test_interrupts(void)
{
    adc_start("");
    board_watch_irqs();
    for (uint32_t adc = ADC1; adc <= ADC3; adc += 0x100) {
        poke(adc + A_CR1, R_CR1_EOCIE_MASK);
        set_bits(adc + A_CR2, SWSTART);
        board_wait_ns(CONVERSION - 1);
        g_assert_false(irq(18));
        board_wait_ns(1);
        g_assert_true(irq(18));
        peek(adc + A_DR);
        g_assert_false(irq(18));
        poke(adc + A_CR1, R_CR1_JEOCIE_MASK);
        set_bits(adc + A_CR2, JSWSTART);
        board_wait_ns(CONVERSION);
        g_assert_true(irq(18));
        poke(adc + A_SR, ~JEOC);
        g_assert_false(irq(18));
        poke(adc + A_CR1, R_CR1_OVRIE_MASK);
        poke(adc + A_CR2, ADON | R_CR2_EOCS_MASK | R_CR2_CONT_MASK);
        set_bits(adc + A_CR2, SWSTART);
        board_wait_ns(CONVERSION * 2 - 1);
        g_assert_false(irq(18));
        board_wait_ns(1);
        g_assert_true(irq(18));
        poke(adc + A_CR2, 0);
        poke(adc + A_SR, 0);
        g_assert_false(irq(18));
    }
}

/* ---- Overrun and DMA ---- */

static void test_overrun(void)
{
    adc_start("");
    set_staircase();
    adc_count_up(ADC1, 3);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK);
    poke(ADC1 + A_CR2, ADON | R_CR2_EOCS_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 2 - 1);
    g_assert_false(sr(ADC1) & OVR);
    board_wait_ns(1);
    g_assert_true(sr(ADC1) & OVR);
    board_wait_ns(CONVERSION * 4);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(0));  /* the first, and nothing after it */
    board_wait_ns(CONVERSION * 4);
    g_assert_false(sr(ADC1) & EOC);
    set_bits(ADC1 + A_CR2, SWSTART);
    g_assert_cmpint(board_mistakes("ignored while SR.OVR is set"), ==, 1);
    board_wait_ns(CONVERSION * 4);
    g_assert_false(sr(ADC1) & EOC);
    poke(ADC1 + A_SR, ~OVR);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION);
    g_assert_cmpuint(peek(ADC1 + A_DR), ==, stair(0));
    set_bits(ADC1 + A_CR2, JSWSTART);                   /* injected ones never mind */
    board_wait_ns(CONVERSION);
    g_assert_true(sr(ADC1) & JEOC);
}

static void start_dma(unsigned stream, unsigned channel, uint32_t from, unsigned size,
                      unsigned items, bool circular)
{
    uint32_t base = DMA2 + 0x10 + 0x18 * stream;

    poke(base + 8, from);
    poke(base + 12, BUFFER);
    poke(base + 4, items);
    poke(base, channel << 25 | (size / 2) << 13 | (size / 2) << 11 | 1 << 10 | circular << 8 | 1);
}

static void assert_halfwords(unsigned n, unsigned channels)
{
    for (unsigned i = 0; i < n; i++) {
        g_assert_cmpuint(qtest_readw(board, BUFFER + 2 * i), ==, stair(i % channels));
    }
}

/* Each of the three by each of its streams. */
static void test_dma(void)
{
    static const struct {
        uint32_t adc;
        unsigned stream, channel;
    } way[] = {
        { ADC1, 0, 0 }, { ADC1, 4, 0 }, { ADC2, 2, 1 }, { ADC2, 3, 1 }, { ADC3, 0, 2 }, { ADC3, 1, 2 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(way); i++) {
        uint32_t adc = way[i].adc;

        adc_start("");
        set_staircase();
        adc_count_up(adc, 4);
        start_dma(way[i].stream, way[i].channel, adc + A_DR, 2, 8, false);
        poke(adc + A_CR1, R_CR1_SCAN_MASK);
        poke(adc + A_CR2, ADON | R_CR2_DMA_MASK | R_CR2_CONT_MASK);
        set_bits(adc + A_CR2, SWSTART);
        board_wait_ns(CONVERSION * 8 + 1000);
        assert_halfwords(8, 4);
        /* without DDS that was all: no request, no overrun, conversions go on */
        board_wait_ns(CONVERSION * 20);
        g_assert_cmphex(sr(adc) & (OVR | EOC), ==, EOC);
        poke(DMA2 + 8, 0xffffffff);
        poke(DMA2 + 12, 0xffffffff);
        start_dma(way[i].stream, way[i].channel, adc + A_DR, 2, 8, false);
        board_wait_ns(CONVERSION * 20);
        g_assert_cmpuint(peek(DMA2 + 0x14 + 0x18 * way[i].stream), ==, 8);
        poke(adc + A_CR2, ADON | R_CR2_CONT_MASK);      /* DMA to 0 and 1 again */
        poke(adc + A_CR2, ADON | R_CR2_DMA_MASK | R_CR2_CONT_MASK);
        board_wait_ns(CONVERSION * 20);
        g_assert_cmpuint(peek(DMA2 + 0x14 + 0x18 * way[i].stream), ==, 0);
    }
}

static void test_dma_circular(void)
{
    adc_start("");
    set_staircase();
    adc_count_up(ADC1, 3);
    start_dma(0, 0, ADC1 + A_DR, 2, 6, true);
    poke(ADC1 + A_CR1, R_CR1_SCAN_MASK);
    poke(ADC1 + A_CR2, ADON | R_CR2_DMA_MASK | R_CR2_DDS_MASK | R_CR2_CONT_MASK);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 100 + 1000);
    assert_halfwords(6, 3);
    g_assert_cmpuint(peek(DMA2 + 0x14), ==, 6 - 100 % 6);
    g_assert_false(sr(ADC1) & OVR);
    poke(DMA2 + 0x10, 0);                               /* the DMA goes away */
    board_wait_ns(CONVERSION * 3);
    g_assert_true(sr(ADC1) & OVR);
}

/* ---- Multi modes ---- */

static void set_multi(unsigned multi, unsigned delay, unsigned dma)
{
    poke(ADC + A_CCR, 0);
    poke(ADC + A_CCR, multi | (delay - 5) << R_CCR_DELAY_SHIFT | dma << R_CCR_DMA_SHIFT |
                      R_CCR_DDS_MASK);
}

static void test_simultaneous(void)
{
    for (unsigned three = 0; three < 2; three++) {
        adc_start("");
        set_staircase();
        poke(ADC1 + A_SQR3, 1);
        poke(ADC2 + A_SQR3, 2);
        poke(ADC3 + A_SQR3, 3);
        set_multi(three ? 0x16 : 6, 5, 0);
        set_bits(ADC1 + A_CR2, SWSTART);
        g_assert_cmphex(peek(ADC + A_CSR), ==, 0x1010 | three << 20);
        board_wait_ns(CONVERSION);
        g_assert_cmphex(peek(ADC + A_CSR), ==, 0x1212 | three << 20 | three << 17);
        g_assert_cmphex(peek(ADC + A_CDR), ==, stair(2) << 16 | stair(1));
        g_assert_cmphex(peek(ADC + A_CSR) & 0x202, ==, 0);
        set_bits(ADC2 + A_CR2, SWSTART);
        g_assert_cmpint(board_mistakes("ADC1 starts it"), ==, 1);
    }
}

static void test_simultaneous_dma(void)
{
    adc_start("");                                      /* three, each alone */
    set_staircase();
    poke(ADC1 + A_SQR3, 1);
    poke(ADC2 + A_SQR3, 2);
    poke(ADC3 + A_SQR3, 3);
    set_multi(0x16, 5, 1);
    start_dma(0, 0, ADC + A_CDR, 2, 6, false);
    for (unsigned i = 0; i < 2; i++) {
        set_bits(ADC1 + A_CR2, SWSTART);
        board_wait_ns(CONVERSION * 2);
    }
    for (unsigned i = 0; i < 6; i++) {
        g_assert_cmpuint(qtest_readw(board, BUFFER + 2 * i), ==, stair(1 + i % 3));
    }
    adc_start("");                                      /* two, in pairs */
    set_staircase();
    poke(ADC1 + A_SQR3, 1);
    poke(ADC2 + A_SQR3, 2);
    set_multi(6, 5, 2);
    start_dma(0, 0, ADC + A_CDR, 4, 2, false);
    for (unsigned i = 0; i < 2; i++) {
        set_bits(ADC1 + A_CR2, SWSTART);
        board_wait_ns(CONVERSION * 2);
        g_assert_cmphex(peek(BUFFER + 4 * i), ==, stair(2) << 16 | stair(1));
    }
    adc_start("");                                      /* two, of 8 bits */
    set_staircase();
    poke(ADC1 + A_CR1, 2 << R_CR1_RES_SHIFT);
    poke(ADC2 + A_CR1, 2 << R_CR1_RES_SHIFT);
    poke(ADC1 + A_SQR3, 1);
    poke(ADC2 + A_SQR3, 2);
    set_multi(6, 5, 3);
    start_dma(0, 0, ADC + A_CDR, 2, 2, false);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CONVERSION * 2);
    g_assert_cmphex(qtest_readw(board, BUFFER), ==, (stair(2) >> 4) << 8 | stair(1) >> 4);
}

/* A voltage that changes tells who has sampled when. */
static void test_interleaved(void)
{
    static const unsigned delays[] = { 5, 8, 20 };

    for (unsigned i = 0; i < ARRAY_SIZE(delays); i++) {
        unsigned d = delays[i], t = 0;

        adc_start("");
        set_multi(0x17, d, 0);
        set_bits(ADC1 + A_CR2, SWSTART);
        for (unsigned k = 0; k < 3; k++) {              /* the ends: 15, 15 + d, 15 + 2 d */
            unsigned end = 15 + k * d;

            board_wait_ns(CYCLES(end - t) - 1);
            g_assert_cmphex(peek(ADC + A_CSR) & (EOC << 8 * k), ==, 0);
            board_wait_ns(1);
            g_assert_cmphex(peek(ADC + A_CSR) & (EOC << 8 * k), ==, EOC << 8 * k);
            t = end;
        }
    }
    adc_start("");                                      /* sampling for 15 cycles: 17 between */
    poke(ADC1 + A_SMPR2, 1);
    poke(ADC2 + A_SMPR2, 1);
    set_multi(7, 6, 0);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CYCLES(27 + 17) - 1);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x202, ==, 2);
    board_wait_ns(1);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x202, ==, 0x202);
}

/* All three on one channel at full speed: a pair every 10 cycles, in the order of the manual. */
static void test_interleaved_dma(void)
{
    adc_start("");
    set_staircase();
    for (unsigned i = 0; i < 3; i++) {
        poke(ADC1 + 0x100 * i + A_SQR3, 1 + i);
        set_bits(ADC1 + 0x100 * i + A_CR2, R_CR2_CONT_MASK);
    }
    set_multi(0x17, 5, 2);
    start_dma(0, 0, ADC + A_CDR, 4, 9, true);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CYCLES(15 + 5 + 10 * 90) + 1000);
    for (unsigned i = 0; i < 9; i++) {
        static const unsigned low[] = { 1, 3, 2 }, high[] = { 2, 1, 3 };

        g_assert_cmphex(peek(BUFFER + 4 * i), ==, stair(high[i % 3]) << 16 | stair(low[i % 3]));
    }
    g_assert_cmpuint(peek(DMA2 + 0x14), ==, 9 - 91 % 9);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x202020, ==, 0);
    poke(DMA2 + 0x10, 0);
    board_wait_ns(CYCLES(100));
    g_assert_cmphex(peek(ADC + A_CSR) & 0x202020, !=, 0);
}

static void test_injected_simultaneous(void)
{
    adc_start("");
    set_staircase();
    for (unsigned i = 0; i < 3; i++) {
        poke(ADC1 + 0x100 * i + A_JSQR, (1 + i) << 15);
    }
    set_multi(0x15, 5, 0);
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CONVERSION - 1);
    g_assert_cmphex(peek(ADC + A_CSR), ==, 0x080808);
    board_wait_ns(1);
    g_assert_cmphex(peek(ADC + A_CSR), ==, 0x0c0c0c);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpuint(peek(ADC1 + 0x100 * i + A_JDR1), ==, stair(1 + i));
    }
}

static void test_alternate(void)
{
    adc_start("");
    for (unsigned i = 0; i < 7; i++) {
        if (!i) {
            set_multi(0x19, 5, 0);
        }
        for (unsigned k = 0; k < 3; k++) {
            poke(ADC1 + 0x100 * k + A_SR, 0);
        }
        set_bits(ADC1 + A_CR2, JSWSTART);
        board_wait_ns(CONVERSION);
        g_assert_cmphex(peek(ADC + A_CSR), ==, 0x0cu << 8 * (i % 3));
    }
}

/* Regular simultaneous with alternate: both stop for the injected one, and go on in step. */
static void test_combined(void)
{
    adc_start("");
    set_multi(2, 5, 0);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CYCLES(7));
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CONVERSION);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x606, ==, 0x4);
    board_wait_ns(CONVERSION - 1);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x606, ==, 0x4);
    board_wait_ns(1);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x606, ==, 0x206);
    adc_start("");
    set_multi(1, 5, 0);
    set_bits(ADC1 + A_CR2, SWSTART);
    board_wait_ns(CYCLES(7));
    set_bits(ADC1 + A_CR2, JSWSTART);
    board_wait_ns(CONVERSION);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x606, ==, 0x404);
    board_wait_ns(CONVERSION);
    g_assert_cmphex(peek(ADC + A_CSR) & 0x606, ==, 0x606);
}

/* ---- Misuse ---- */

static void test_misuse(void)
{
    adc_start("");
    poke(ADC1 + A_CR2, 0);
    poke(ADC1 + A_CR2, SWSTART);
    g_assert_cmpint(board_mistakes("set ADON first"), ==, 1);
    board_wait_ns(CONVERSION);
    g_assert_cmphex(sr(ADC1), ==, 0);
    poke(ADC1 + A_CR2, ADON);
    poke(ADC1 + A_CR2, ADON | SWSTART);
    g_assert_cmpint(board_mistakes("3 us after ADON"), ==, 1);
    board_wait_ns(CONVERSION);
    poke(0x40020000, 0);                                /* PA0 is an input */
    g_assert_cmpuint(convert(ADC1, 0), ==, 0);
    g_assert_cmpint(board_mistakes("channel 0 is PA0, which is not in analog mode"), ==, 1);
    g_assert_cmpuint(convert(ADC1, 31), ==, 0);
    g_assert_cmpint(board_mistakes("channel 31 does not exist"), ==, 1);
    poke(ADC + A_CCR, 3);
    g_assert_cmpint(board_mistakes("MULTI = 0x3 is reserved"), ==, 1);
    poke(ADC1 + A_CR1, R_CR1_JAUTO_MASK | R_CR1_DISCEN_MASK);
    g_assert_cmpint(board_mistakes("JAUTO and a discontinuous mode"), ==, 1);
    board_hold_in_reset("adc", true);
    board_hold_in_reset("adc", false);
    g_assert_cmphex(peek(ADC1 + A_CR2), ==, 0);
    g_assert_cmphex(peek(ADC2 + A_CR2), ==, 0);
    g_assert_cmphex(peek(ADC + A_CCR), ==, 0);
}

/* The common registers have a clock if any of the three has. */
static void test_clocks(void)
{
    board_start("");
    peek(ADC + A_CCR);
    g_assert_cmpint(board_mistakes("adc-common: read of CCR (+0x04) without clock"), ==, 1);
    board_enable("adc3");
    poke(ADC + A_CCR, R_CCR_TSVREFE_MASK);
    g_assert_cmphex(peek(ADC + A_CCR), ==, R_CCR_TSVREFE_MASK);
    g_assert_cmphex(peek(ADC1 + A_HTR), ==, 0);
    g_assert_cmphex(peek(ADC3 + A_HTR), ==, 0xfff);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("adc/single", test_single);
    qtest_add_func("adc/times", test_times);
    qtest_add_func("adc/range", test_range);
    qtest_add_func("adc/channels", test_channels);
    qtest_add_func("adc/sampling-instant", test_sampling_instant);
    qtest_add_func("adc/data", test_data);
    qtest_add_func("adc/inside", test_inside);
    qtest_add_func("adc/scan", test_scan);
    qtest_add_func("adc/continuous", test_continuous);
    qtest_add_func("adc/long-phase", test_long_phase);
    qtest_add_func("adc/discontinuous", test_discontinuous);
    qtest_add_func("adc/injected", test_injected);
    qtest_add_func("adc/injection", test_injection);
    qtest_add_func("adc/auto-injection", test_auto_injection);
    qtest_add_func("adc/auto-injection-unseen", test_auto_injection_unseen);
    qtest_add_func("adc/new-sequence", test_new_sequence);
    qtest_add_func("adc/new-sequence-errata", test_new_sequence_errata);
    qtest_add_func("adc/triggers", test_triggers);
    qtest_add_func("adc/timer", test_timer);
    qtest_add_func("adc/late-trigger", test_late_trigger);
    qtest_add_func("adc/late-pin", test_late_pin);
    qtest_add_func("adc/compare-and-pins", test_compare_and_pins);
    qtest_add_func("adc/watchdog", test_watchdog);
    qtest_add_func("adc/watchdog-interrupt", test_watchdog_interrupt);
    qtest_add_func("adc/interrupts", test_interrupts);
    qtest_add_func("adc/overrun", test_overrun);
    qtest_add_func("adc/dma", test_dma);
    qtest_add_func("adc/dma-circular", test_dma_circular);
    qtest_add_func("adc/simultaneous", test_simultaneous);
    qtest_add_func("adc/simultaneous-dma", test_simultaneous_dma);
    qtest_add_func("adc/interleaved", test_interleaved);
    qtest_add_func("adc/interleaved-dma", test_interleaved_dma);
    qtest_add_func("adc/injected-simultaneous", test_injected_simultaneous);
    qtest_add_func("adc/alternate", test_alternate);
    qtest_add_func("adc/combined", test_combined);
    qtest_add_func("adc/misuse", test_misuse);
    qtest_add_func("adc/clocks", test_clocks);
    return board_run_tests();
}
