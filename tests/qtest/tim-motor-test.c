/*
 * The outputs of TIM1 and TIM8 that drive motors (RM0090 17.3.11 to 17.3.13): complementary outputs,
 * dead time, break, off states, commutation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/tim.h"

static void start_pair(uint32_t bdtr)
{
    tim_start("");
    board_pin_function(GPIOE, 8, 1);
    board_pin_function(GPIOE, 9, 1);
    board_pin_function(GPIOE, 15, 1);                                  /* BKIN */
    tim_set(TIM1, 0, 159);
    poke(TIM1 + A_CCR1, 80);
    poke(TIM1 + A_CCMR1, PWM1);
    poke(TIM1 + A_CCER, 5);
    poke(TIM1 + A_BDTR, bdtr);
    tim_go(TIM1);
}

/* Both outputs rise 10 ticks late. */
static void test_dead_time(void)
{
    start_pair(10);
    g_assert_false(pin_level("pe9"));                       /* MOE is 0 */
    poke(TIM1 + A_BDTR, R_BDTR_MOE_MASK | 10);
    g_assert_false(pin_level("pe8"));
    assert_level_for("pe9", false, 10);
    g_assert_false(pin_level("pe8"));
    assert_level_for("pe9", true, 70);
    assert_level_for("pe8", false, 10);
    g_assert_false(pin_level("pe9"));
    assert_level_for("pe8", true, 70);
    assert_level_for("pe9", false, 10);
    poke(TIM1 + A_CCER, 4);                                 /* OC1N alone is not inverted */
    g_assert_true(pin_level("pe8"));
    poke(TIM1 + A_CCER, 5);
    poke(TIM1 + A_BDTR, R_BDTR_MOE_MASK | 90);              /* longer than the pulses */
    for (unsigned i = 0; i < 32; i++) {
        board_wait_ns(TICKS(10));
        g_assert_false(pin_level("pe8") || pin_level("pe9"));
    }
}

/* A low BKIN takes MOE away at once; idle levels; AOE gives it back at the next update event. */
static void test_break(void)
{
    pin_drive("pe15", "1");
    start_pair(R_BDTR_MOE_MASK | R_BDTR_BKE_MASK | R_BDTR_OSSI_MASK);
    pin_drive("pe15", "1");
    poke(TIM1 + A_SR, 0);
    poke(TIM1 + A_CR2, R_CR2_OIS1N_MASK);
    poke(TIM1 + A_BDTR, R_BDTR_MOE_MASK | R_BDTR_BKE_MASK | R_BDTR_OSSI_MASK);
    board_watch_irqs();
    poke(TIM1 + A_DIER, R_DIER_BIE_MASK);
    g_assert_true(pin_level("pe9"));
    pin_drive("pe15", "0");
    g_assert_false(pin_level("pe9"));
    g_assert_true(pin_level("pe8"));
    g_assert_true(irq(24));
    poke(TIM1 + A_SR, 0);
    g_assert_true(irq(24));                                 /* it is still active */
    poke(TIM1 + A_BDTR, peek(TIM1 + A_BDTR) | R_BDTR_MOE_MASK);
    g_assert_cmphex(peek(TIM1 + A_BDTR) & R_BDTR_MOE_MASK, ==, 0);
    pin_drive("pe15", "1");
    poke(TIM1 + A_SR, 0);
    g_assert_false(irq(24));
    poke(TIM1 + A_BDTR, peek(TIM1 + A_BDTR) | R_BDTR_AOE_MASK);
    board_wait_ns(TICKS(158));
    g_assert_cmphex(peek(TIM1 + A_BDTR) & R_BDTR_MOE_MASK, ==, 0);
    board_wait_ns(TICKS(2));
    g_assert_true(pin_level("pe9"));
    poke(TIM1 + A_EGR, R_EGR_BG_MASK);
    g_assert_false(pin_level("pe9"));
}

/* With CCPC, CCxE and OCxM wait for COM. */
static void test_commutation(void)
{
    start_pair(R_BDTR_MOE_MASK);
    poke(TIM1 + A_CR2, R_CR2_CCPC_MASK);
    poke(TIM1 + A_CCMR1, 4 << 4);
    g_assert_true(pin_level("pe9"));
    poke(TIM1 + A_EGR, R_EGR_COMG_MASK);
    g_assert_false(pin_level("pe9"));
    g_assert_cmphex(peek(TIM1 + A_SR) & R_SR_COMIF_MASK, ==, R_SR_COMIF_MASK);
}

/* Table 74 with MOE = 1: the output that is off is high impedance, or inactive with OSSR. */
static void test_off_state_run(void)
{
    for (unsigned ossr = 0; ossr <= 1; ossr++) {
        start_pair(R_BDTR_MOE_MASK | (ossr ? R_BDTR_OSSR_MASK : 0));
        poke(TIM1 + A_CCMR1, 5 << 4);                       /* forced active */
        poke(GPIOE + 0x0c, 1 << 16 | 1 << 18);              /* pull-ups at PE8, PE9 */
        poke(TIM1 + A_CCER, 1);
        g_assert_true(pin_level("pe9"));
        g_assert_true(pin_level("pe8") == !ossr);           /* pulled up, or driven low */
        poke(TIM1 + A_CCER, 4);
        g_assert_true(pin_level("pe8"));
        g_assert_true(pin_level("pe9") == !ossr);
        poke(TIM1 + A_CCER, 1 | 8);                         /* CC1NP: inactive is high */
        g_assert_true(pin_level("pe8"));
        poke(TIM1 + A_CCER, 0);
        g_assert_true(pin_level("pe8") && pin_level("pe9"));
    }
}

/* With MOE = 0: idle levels OIS1 and OIS1N, or high impedance without OSSI. */
static void test_off_state_idle(void)
{
    for (unsigned ois = 0; ois <= 3; ois++) {
        start_pair(R_BDTR_OSSI_MASK);
        poke(TIM1 + A_CR2, ois << R_CR2_OIS1_SHIFT);
        g_assert_true(pin_level("pe9") == (ois & 1));
        g_assert_true(pin_level("pe8") == ois >> 1);
    }
    start_pair(0);
    pin_drive("pe9", "1");
    g_assert_true(pin_level("pe9"));
    pin_drive("pe9", "0");
    g_assert_false(pin_level("pe9"));
    g_assert_cmpint(board_mistakes("drive against each other"), ==, 0);
}

/* The clock security system breaks too. */
static void test_css_break(void)
{
    start_pair(R_BDTR_MOE_MASK | R_BDTR_BKE_MASK | R_BDTR_BKP_MASK | R_BDTR_OSSI_MASK);
    poke(0x40023800, peek(0x40023800) | 1 << 16);           /* HSEON */
    board_wait_ns(10000000);
    poke(0x40023800, peek(0x40023800) | 1 << 19);           /* CSSON */
    poke(TIM1 + A_SR, 0);
    g_assert_cmphex(peek(TIM1 + A_BDTR) & R_BDTR_MOE_MASK, ==, R_BDTR_MOE_MASK);
    board_set_bool("/machine", "hse-stopped", true);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(TIM1 + A_SR) & R_SR_BIF_MASK, ==, R_SR_BIF_MASK);
    g_assert_cmphex(peek(TIM1 + A_BDTR) & R_BDTR_MOE_MASK, ==, 0);
    g_assert_false(pin_level("pe9"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("tim-motor/dead-time", test_dead_time);
    qtest_add_func("tim-motor/break", test_break);
    qtest_add_func("tim-motor/commutation", test_commutation);
    qtest_add_func("tim-motor/off-state-run", test_off_state_run);
    qtest_add_func("tim-motor/off-state-idle", test_off_state_idle);
    qtest_add_func("tim-motor/css-break", test_css_break);
    return board_run_tests();
}
