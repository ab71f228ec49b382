/*
 * What the tests of the timers share: where they are, and how to set one going.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_TIM_H
#define STM32_TESTS_TIM_H

#define REGS "stm32/regs/tim.h"
#include "stm32/core/regs.h"
#include "stm32/tests/qtest/board.h"

#define TIM1 0x40010000
#define TIM2 0x40000000
#define TIM3 0x40000400
#define TIM4 0x40000800
#define TIM5 0x40000c00
#define TIM6 0x40001000
#define TIM7 0x40001400
#define TIM8 0x40010400
#define TIM9 0x40014000
#define TIM10 0x40014400
#define TIM11 0x40014800
#define TIM12 0x40001800

#define CEN R_CR1_CEN_MASK
#define UG R_EGR_UG_MASK

/* At 16 MHz, HSI, a tick is 62.5 ns: two are a whole number. */
#define TICKS(n) ((n) * 125ll / 2)

/* A new board with all timers clocked. */
static inline void tim_start(const char *args)
{
    static const char *const names[] = {
        "tim1", "tim2", "tim3", "tim4", "tim5", "tim6", "tim7", "tim8", "tim9", "tim10", "tim11",
        "tim12", "tim13", "tim14", "gpioa", "gpiob", "gpioc", "gpiod", "gpioe", "gpioi",
    };

    board_start(args);
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        board_enable(names[i]);
    }
}

/* Prescaler and period take effect at once, and leave no flag. */
static inline void tim_set(uint32_t tim, uint32_t psc, uint32_t arr)
{
    poke(tim + A_PSC, psc);
    poke(tim + A_ARR, arr);
    poke(tim + A_EGR, UG);
    poke(tim + A_SR, 0);
}

static inline void tim_go(uint32_t tim)
{
    poke(tim + A_CR1, peek(tim + A_CR1) | CEN);
}

#define PWM1 (6 << 4)       /* OC1M in CCMR1 */
#define PWM2 (7 << 4)

/* The pin is at @level for @ticks, to the nanosecond: from its edge until just before the next. */
static inline void assert_level_for(const char *pin, bool level, unsigned ticks)
{
    g_assert_true(pin_level(pin) == level);
    board_wait_ns(TICKS(ticks) - 1);
    g_assert_true(pin_level(pin) == level);
    board_wait_ns(1);
    g_assert_true(pin_level(pin) != level);
}

#define GPIOA 0x40020000
#define GPIOB 0x40020400
#define GPIOC 0x40020800
#define GPIOD 0x40020c00
#define GPIOE 0x40021000

#endif
