/*
 * Timers (RM0090 chapters 17 to 19) at their pins: PWM, capture, encoder.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/tim.h"

/* ---- Outputs ---- */

/* The LED at PD12 shows the duty; PWM 2 and CC1P invert it. */
static void test_pwm(void)
{
    tim_start("");
    board_pin_function(GPIOD, 12, 2);
    tim_set(TIM4, 0, 159);
    poke(TIM4 + A_CCR1, 40);
    poke(TIM4 + A_CCMR1, PWM1);
    tim_go(TIM4);
    g_assert_cmpint(board_get_int("/machine/led-green", "brightness"), ==, 0);
    poke(TIM4 + A_CCER, 1);
    g_assert_cmpint(board_get_int("/machine/led-green", "brightness"), ==, 25);
    assert_level_for("pd12", true, 40);
    assert_level_for("pd12", false, 120);
    board_wait_ns(TICKS(160 * 1000));
    assert_level_for("pd12", true, 40);
    board_wait_ns(TICKS(120));
    poke(TIM4 + A_CCMR1, PWM2);
    g_assert_cmpint(board_get_int("/machine/led-green", "brightness"), ==, 75);
    assert_level_for("pd12", false, 40);
    assert_level_for("pd12", true, 120);
    poke(TIM4 + A_CCER, 3);
    assert_level_for("pd12", true, 40);
    assert_level_for("pd12", false, 120);
    poke(TIM4 + A_CCR1, 0);
    g_assert_cmpint(board_get_int("/machine/led-green", "brightness"), ==, 0);
    poke(TIM4 + A_CCR1, 160);
    g_assert_cmpint(board_get_int("/machine/led-green", "brightness"), ==, 100);
}

static void test_pwm_down_and_centred(void)
{
    tim_start("");
    board_pin_function(GPIOD, 13, 2);
    poke(TIM4 + A_CR1, R_CR1_DIR_MASK);
    tim_set(TIM4, 0, 159);
    poke(TIM4 + A_CCR2, 39);
    poke(TIM4 + A_CCMR1, PWM1 << 8);
    poke(TIM4 + A_CCER, 0x10);
    tim_go(TIM4);
    assert_level_for("pd13", false, 120);
    assert_level_for("pd13", true, 40);
    assert_level_for("pd13", false, 120);
    tim_start("");
    board_pin_function(GPIOD, 13, 2);
    poke(TIM4 + A_CR1, 1 << R_CR1_CMS_SHIFT);
    tim_set(TIM4, 1, 80);
    poke(TIM4 + A_CCR2, 20);
    poke(TIM4 + A_CCMR1, PWM1 << 8);
    poke(TIM4 + A_CCER, 0x10);
    tim_go(TIM4);
    assert_level_for("pd13", true, 2 * 20);
    assert_level_for("pd13", false, 2 * 120);
    assert_level_for("pd13", true, 2 * 40);
    assert_level_for("pd13", false, 2 * 120);
}

/* With OC1PE the duty changes at the next update event. */
static void test_pwm_preload(void)
{
    tim_start("");
    board_pin_function(GPIOD, 12, 2);
    tim_set(TIM4, 0, 159);
    poke(TIM4 + A_CCMR1, PWM1 | R_CCMR1_OC1PE_MASK);
    poke(TIM4 + A_CCR1, 40);
    poke(TIM4 + A_EGR, UG);
    poke(TIM4 + A_CCER, 1);
    tim_go(TIM4);
    board_wait_ns(TICKS(20));
    poke(TIM4 + A_CCR1, 100);
    assert_level_for("pd12", true, 20);
    assert_level_for("pd12", false, 120);
    assert_level_for("pd12", true, 100);
    assert_level_for("pd12", false, 60);
    assert_level_for("pd12", true, 100);
}

static void test_compare_modes(void)
{
    tim_start("");
    board_pin_function(GPIOD, 12, 2);
    tim_set(TIM4, 0, 159);
    poke(TIM4 + A_CCR1, 40);
    poke(TIM4 + A_CCER, 1);
    poke(TIM4 + A_CCMR1, 3 << 4);                           /* toggle */
    tim_go(TIM4);
    assert_level_for("pd12", false, 40);
    assert_level_for("pd12", true, 160);
    assert_level_for("pd12", false, 160);
    poke(TIM4 + A_CCR1, 60);
    assert_level_for("pd12", true, 20);
    poke(TIM4 + A_CCMR1, 1 << 4);                           /* active on match */
    assert_level_for("pd12", false, 160);
    board_wait_ns(TICKS(1000));
    g_assert_true(pin_level("pd12"));
    poke(TIM4 + A_CCMR1, 2 << 4);                           /* inactive on match */
    board_wait_ns(TICKS(160));
    g_assert_false(pin_level("pd12"));
    poke(TIM4 + A_CCMR1, 5 << 4);
    g_assert_true(pin_level("pd12"));
    poke(TIM4 + A_CCMR1, 0);                                /* frozen */
    g_assert_true(pin_level("pd12"));
    poke(TIM4 + A_CCMR1, 4 << 4);
    g_assert_false(pin_level("pd12"));
}

/* A single pulse: 30 ticks after the start, 70 long. */
static void test_one_pulse(void)
{
    tim_start("");
    board_pin_function(GPIOD, 12, 2);
    tim_set(TIM4, 0, 99);
    poke(TIM4 + A_CCR1, 30);
    poke(TIM4 + A_CCMR1, PWM2);
    poke(TIM4 + A_CCER, 1);
    poke(TIM4 + A_CR1, CEN | R_CR1_OPM_MASK);
    assert_level_for("pd12", false, 30);
    assert_level_for("pd12", true, 70);
    board_wait_ns(TICKS(1000));
    g_assert_false(pin_level("pd12"));
    g_assert_cmphex(peek(TIM4 + A_CR1) & CEN, ==, 0);
}

/* A period of 10 s does not fit a square wave of the pins. */
static void test_slow_pwm(void)
{
    tim_start("");
    board_pin_function(GPIOA, 1, 1);
    tim_set(TIM2, 0, 160000000 - 1);
    poke(TIM2 + A_CCR2, 16000000);
    poke(TIM2 + A_CCMR1, PWM1 << 8);
    poke(TIM2 + A_CCER, 0x10);
    tim_go(TIM2);
    assert_level_for("pa1", true, 16000000);
    assert_level_for("pa1", false, 144000000);
    assert_level_for("pa1", true, 16000000);
}

/* ---- Inputs ---- */

/* TIM4's PWM at PD12 over a jumper to TIM3's TI1: period and duty, to the tick. */
static void test_pwm_input(void)
{
    static const uint32_t periods[] = { 4, 8, 20, 32, 100, 1000, 60000 };

    for (unsigned i = 0; i < ARRAY_SIZE(periods); i++) {
        tim_start("-machine wire=pd12-pc6");
        board_pin_function(GPIOD, 12, 2);
        board_pin_function(GPIOC, 6, 2);
        tim_set(TIM4, 0, periods[i] - 1);
        poke(TIM4 + A_CCR1, periods[i] / 4);
        poke(TIM4 + A_CCMR1, PWM1);
        poke(TIM4 + A_CCER, 1);
        poke(TIM3 + A_CCMR1, 0x0201);                       /* TI1 to both */
        poke(TIM3 + A_CCER, 0x31);                          /* IC2 falling */
        poke(TIM3 + A_SMCR, 5 << R_SMCR_TS_SHIFT | 4);
        tim_go(TIM3);
        board_wait_ns(777);
        tim_go(TIM4);
        board_wait_ns(TICKS(periods[i] * 10) + 713);        /* of 4 MHz, some edges untold yet */
        g_assert_cmpuint(peek(TIM3 + A_CCR1), ==, periods[i]);
        g_assert_cmpuint(peek(TIM3 + A_CCR2), ==, periods[i] / 4);
        g_assert_cmphex(peek(TIM3 + A_SR) & R_SR_TIF_MASK, ==, R_SR_TIF_MASK);
    }
}

/* Every edge that is asked for is captured, with the prescaler every 8th; unread ones overrun. */
static void test_capture(void)
{
    tim_start("");
    board_pin_function(GPIOC, 7, 2);
    poke(TIM3 + A_CCMR1, 1 << 8);
    poke(TIM3 + A_CCER, 0x10);
    tim_go(TIM3);
    board_wait_ns(TICKS(100));
    pin_drive("pc7", "1");
    g_assert_cmphex(peek(TIM3 + A_SR), ==, R_SR_CC2IF_MASK);
    board_wait_ns(TICKS(100));
    g_assert_cmpuint(peek(TIM3 + A_CCR2), ==, 100);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    pin_drive("pc7", "0");
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    pin_drive("pc7", "1");
    pin_drive("pc7", "0");
    pin_drive("pc7", "1");
    g_assert_cmphex(peek(TIM3 + A_SR), ==, R_SR_CC2IF_MASK | R_SR_CC2OF_MASK);
    peek(TIM3 + A_CCR2);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, R_SR_CC2OF_MASK);
    poke(TIM3 + A_SR, 0);
    poke(TIM3 + A_CCER, 0);
    poke(TIM3 + A_CCMR1, 1 << 8 | 3 << 10);
    poke(TIM3 + A_CCER, 0xb0);                              /* both edges */
    for (unsigned i = 0; i < 7; i++) {
        pin_drive("pc7", i % 2 ? "1" : "0");
        g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    }
    pin_drive("pc7", "1");
    g_assert_cmphex(peek(TIM3 + A_SR), ==, R_SR_CC2IF_MASK);
}

/* 8 samples at CK_INT: 500 ns. */
static void test_filter(void)
{
    tim_start("");
    board_pin_function(GPIOC, 6, 2);
    poke(TIM3 + A_CCMR1, 0x31);
    poke(TIM3 + A_CCER, 1);
    tim_go(TIM3);
    board_wait_ns(1000);
    pin_drive("pc6", "1");
    board_wait_ns(400);
    pin_drive("pc6", "0");
    board_wait_ns(1600);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    pin_drive("pc6", "1");
    board_wait_ns(5000);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, R_SR_CC1IF_MASK);
    g_assert_cmpuint(peek(TIM3 + A_CCR1), ==, 48 + 8);
}

/* A channel that is off while its filter waits: the edge is gone, and time goes on. */
static void test_filter_left(void)
{
    tim_start("");
    board_pin_function(GPIOC, 6, 2);
    poke(TIM3 + A_CCMR1, 0xf1);
    poke(TIM3 + A_CCER, 1);
    pin_drive("pc6", "1");
    board_wait_ns(1000);
    poke(TIM3 + A_CCER, 0);
    board_wait_ns(1000000);
    poke(TIM3 + A_CCMR1, 0x01f1);
    poke(TIM3 + A_CCER, 0x10);                              /* TI2, another input */
    board_wait_ns(1000000);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    poke(TIM3 + A_CCER, 0x11);                              /* TI1 has been high since */
    board_wait_ns(1000000);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, 0);
    pin_drive("pc6", "0");
    board_wait_ns(1000000);
    pin_drive("pc6", "1");
    board_wait_ns(1000000);
    g_assert_cmphex(peek(TIM3 + A_SR), ==, R_SR_CC1IF_MASK);
}

/* LSI on TI4 of TIM5: what every program does to measure it. */
static void test_lsi(void)
{
    uint32_t first;

    tim_start("");
    poke(0x40023874, 1);                                    /* LSION */
    board_wait_ns(1000000);
    poke(TIM5 + A_OR, 1 << R_OR_TI4_RMP_SHIFT);
    poke(TIM5 + A_CCMR2, 0x0100 | 3 << 10);                 /* every 8th */
    poke(TIM5 + A_CCER, 0x1000);
    tim_go(TIM5);
    board_wait_ns(251000);
    first = peek(TIM5 + A_CCR4);
    board_wait_ns(250000);
    g_assert_cmpuint(peek(TIM5 + A_CCR4) - first, ==, 16000000 / 32000 * 8);
    g_assert_cmphex(peek(TIM5 + A_SR) & R_SR_CC4OF_MASK, ==, 0);
}

/* LSE there: 8 periods of 32768 Hz are 3906.25 ticks. */
static void test_lse(void)
{
    uint32_t first;

    tim_start("-machine lse=on");
    board_enable("pwr");
    poke(0x40007000, 1 << 8);                               /* DBP */
    poke(0x40023870, 1);                                    /* LSEON */
    board_wait_ns(5000000000);
    g_assert_cmphex(peek(0x40023870) & 2, ==, 2);
    poke(TIM5 + A_OR, 2 << R_OR_TI4_RMP_SHIFT);
    poke(TIM5 + A_CCMR2, 0x0100 | 3 << 10);
    poke(TIM5 + A_CCER, 0x1000);
    tim_go(TIM5);
    board_wait_ns(251000);
    first = peek(TIM5 + A_CCR4);
    board_wait_ns(4 * 244141);
    first = peek(TIM5 + A_CCR4) - first;
    g_assert_cmpuint(first, >=, 4 * 3906);
    g_assert_cmpuint(first, <=, 4 * 3906 + 2);
}

/* RTC's wake-up flag there, 16 periods of LSI after the timer has been started. */
static void test_rtc_wakeup(void)
{
    enum { RTC = 0x40002800, CR = 0x08, ISR = 0x0c, WUTR = 0x14, WPR = 0x24 };

    tim_start("");
    board_enable("pwr");
    poke(0x40007000, 1 << 8);
    poke(0x40023874, 1);
    board_wait_ns(1000000);
    poke(0x40023870, 2 << 8 | 1 << 15);                     /* RTCSEL: LSI; RTCEN */
    poke(RTC + WPR, 0xca);
    poke(RTC + WPR, 0x53);
    board_wait_ns(1000000);
    poke(TIM5 + A_OR, 3 << R_OR_TI4_RMP_SHIFT);
    poke(TIM5 + A_CCMR2, 0x0100);
    poke(TIM5 + A_CCER, 0x1000);
    tim_go(TIM5);
    poke(RTC + WUTR, 0);
    poke(RTC + CR, 1 << 10 | 1 << 14);                      /* WUTE, WUTIE */
    g_assert_cmphex(peek(TIM5 + A_SR) & R_SR_CC4IF_MASK, ==, 0);
    board_wait_ns(2000000);
    g_assert_cmphex(peek(RTC + ISR) & 1 << 10, ==, 1 << 10);
    g_assert_cmphex(peek(TIM5 + A_SR) & R_SR_CC4IF_MASK, ==, R_SR_CC4IF_MASK);
    g_assert_cmpuint(peek(TIM5 + A_CCR4), >=, 15 * 500);    /* the phase of the prescaler is free */
    g_assert_cmpuint(peek(TIM5 + A_CCR4), <=, 34 * 500);
}

/* HSE / 8 on TI1 of TIM11. */
static void test_hse_rtc(void)
{
    uint32_t first;

    tim_start("");
    poke(0x40023800, peek(0x40023800) | 1 << 16);
    poke(0x40023808, 8 << 16);
    board_wait_ns(10000000);
    poke(TIM11 + A_OR, 2);
    poke(TIM11 + A_CCMR1, 1);
    poke(TIM11 + A_CCER, 1);
    tim_go(TIM11);
    board_wait_ns(10500);
    first = peek(TIM11 + A_CCR1);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(TIM11 + A_CCR1) - first, ==, 16);
}

/* Clocked by pins: external clock modes 1 and 2, the ETR prescaler, and a clock of 8 MHz from MCO. */
static void test_external_clock(void)
{
    tim_start("-machine wire=pa8-pd2");
    board_pin_function(GPIOC, 7, 2);
    poke(TIM3 + A_SMCR, 6 << R_SMCR_TS_SHIFT | 7);
    poke(TIM3 + A_CCMR1, 1 << 8);
    tim_go(TIM3);
    for (unsigned i = 0; i < 10; i++) {
        pin_drive("pc7", "1");
        pin_drive("pc7", "0");
        board_wait_ns(1000);
    }
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 10);
    poke(TIM3 + A_SMCR, R_SMCR_ECE_MASK | 1 << R_SMCR_ETPS_SHIFT);
    board_pin_function(GPIOD, 2, 2);
    board_pin_function(GPIOA, 8, 0);
    poke(TIM3 + A_CNT, 0);
    poke(0x40023808, 6 << 24);                              /* MCO1: HSI / 4 = 4 MHz */
    board_wait_ns(1000000);
    g_assert_cmpuint(peek(TIM3 + A_CNT), >=, 1999);
    g_assert_cmpuint(peek(TIM3 + A_CNT), <=, 2001);
}

/* ETF: 8 samples, as the filters of the inputs. */
static void test_etr_filter(void)
{
    tim_start("");
    board_pin_function(GPIOD, 2, 2);
    poke(TIM3 + A_SMCR, R_SMCR_ECE_MASK | 3 << R_SMCR_ETF_SHIFT);
    tim_go(TIM3);
    for (unsigned i = 0; i < 3; i++) {
        pin_drive("pd2", "1");
        board_wait_ns(400);
        pin_drive("pd2", "0");
        board_wait_ns(1600);
    }
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    pin_drive("pd2", "1");
    board_wait_ns(600);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 1);
}

/* One turn of an encoder is four counts in mode 3; DIR tells which way. */
static void turn(bool forward, unsigned steps)
{
    static const char *const a[] = { "1", "1", "0", "0" }, *const b[] = { "0", "1", "1", "0" };
    static unsigned at = 3;

    for (unsigned i = 0; i < steps; i++) {
        at = (at + (forward ? 1 : 3)) % 4;
        pin_drive("pc6", a[at]);
        pin_drive("pc7", b[at]);
        board_wait_ns(1000);
    }
}

static void test_encoder(void)
{
    tim_start("");
    board_pin_function(GPIOC, 6, 2);
    board_pin_function(GPIOC, 7, 2);
    tim_set(TIM3, 0, 99);
    poke(TIM3 + A_CCMR1, 0x0101);
    poke(TIM3 + A_SMCR, 3);
    tim_go(TIM3);
    turn(true, 10);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 10);
    g_assert_cmphex(peek(TIM3 + A_CR1) & R_CR1_DIR_MASK, ==, 0);
    turn(false, 15);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 95);
    g_assert_cmphex(peek(TIM3 + A_CR1) & R_CR1_DIR_MASK, ==, R_CR1_DIR_MASK);
    g_assert_cmphex(peek(TIM3 + A_SR) & 1, ==, 1);
    turn(true, 5);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    poke(TIM3 + A_SMCR, 0);
    poke(TIM3 + A_SMCR, 1);
    turn(true, 8);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 4);
}

/* Hall sensors: each edge of any of three resets the counter, CCR1 is the time since. */
static void test_hall(void)
{
    static const char *const pins[] = { "pc6", "pc7", "pc8" };

    tim_start("");
    for (unsigned i = 0; i < 3; i++) {
        board_pin_function(GPIOC, 6 + i, 2);
    }
    poke(TIM3 + A_CR2, R_CR2_TI1S_MASK);
    poke(TIM3 + A_CCMR1, 3);                                /* TRC */
    poke(TIM3 + A_CCER, 1);
    poke(TIM3 + A_SMCR, 4 << R_SMCR_TS_SHIFT | 4);
    tim_go(TIM3);
    for (unsigned i = 0; i < 6; i++) {
        board_wait_ns(TICKS(200 + 2 * i));
        pin_drive(pins[i % 3], i < 3 ? "1" : "0");
        g_assert_cmpuint(peek(TIM3 + A_CCR1), ==, 200 + 2 * i);
        g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    }
}

/* A pin starts the counter, gates it, and ETR clears OC1REF until the next update event. */
static void test_slave_modes(void)
{
    tim_start("");
    board_pin_function(GPIOC, 6, 2);
    poke(TIM3 + A_CCMR1, 1);
    poke(TIM3 + A_SMCR, 5 << R_SMCR_TS_SHIFT | 6);
    board_wait_ns(1000);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 0);
    pin_drive("pc6", "1");
    board_wait_ns(1000);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 16);
    poke(TIM3 + A_SMCR, 0);
    poke(TIM3 + A_SMCR, 5 << R_SMCR_TS_SHIFT | 5);
    board_wait_ns(1000);
    pin_drive("pc6", "0");
    board_wait_ns(1000);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 32);
    pin_drive("pc6", "1");
    board_wait_ns(1000);
    g_assert_cmpuint(peek(TIM3 + A_CNT), ==, 48);
}

static void test_ocref_clear(void)
{
    tim_start("");
    board_pin_function(GPIOD, 2, 2);                                   /* TIM3 ETR */
    board_pin_function(GPIOC, 7, 2);
    tim_set(TIM3, 0, 159);
    poke(TIM3 + A_CCMR1, (PWM1 | R_CCMR1_OC1CE_MASK) << 8);
    poke(TIM3 + A_CCR2, 80);
    poke(TIM3 + A_CCER, 0x10);
    tim_go(TIM3);
    board_wait_ns(TICKS(20));
    g_assert_true(pin_level("pc7"));
    pin_drive("pd2", "1");
    g_assert_false(pin_level("pc7"));
    pin_drive("pd2", "0");
    assert_level_for("pc7", false, 140);
    assert_level_for("pc7", true, 80);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    board_start("");
    qtest_add_func("tim-io/pwm", test_pwm);
    qtest_add_func("tim-io/pwm-down-and-centred", test_pwm_down_and_centred);
    qtest_add_func("tim-io/pwm-preload", test_pwm_preload);
    qtest_add_func("tim-io/compare-modes", test_compare_modes);
    qtest_add_func("tim-io/one-pulse", test_one_pulse);
    qtest_add_func("tim-io/slow-pwm", test_slow_pwm);
    qtest_add_func("tim-io/pwm-input", test_pwm_input);
    qtest_add_func("tim-io/capture", test_capture);
    qtest_add_func("tim-io/filter", test_filter);
    qtest_add_func("tim-io/filter-left", test_filter_left);
    qtest_add_func("tim-io/lsi", test_lsi);
    qtest_add_func("tim-io/lse", test_lse);
    qtest_add_func("tim-io/rtc-wakeup", test_rtc_wakeup);
    qtest_add_func("tim-io/etr-filter", test_etr_filter);
    qtest_add_func("tim-io/hse-rtc", test_hse_rtc);
    qtest_add_func("tim-io/external-clock", test_external_clock);
    qtest_add_func("tim-io/encoder", test_encoder);
    qtest_add_func("tim-io/hall", test_hall);
    qtest_add_func("tim-io/slave-modes", test_slave_modes);
    qtest_add_func("tim-io/ocref-clear", test_ocref_clear);
    return board_run_tests();
}
