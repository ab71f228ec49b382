/*
 * The same work with timers off, running, and one of them making 1 MHz of PWM at a LED's pin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"

static inline void work(void)
{
    volatile uint32_t *reg = polled_register(GPIO_IDR);
    uint32_t x = 1;

    for (uint32_t i = 0; i < 4000000; i++) {
        for (unsigned round = 0; round < 50; round++) {
            x = x * 1664525 + 1013904223;
        }
        x += *reg;
    }
    *(volatile uint32_t *)0x20000400 = x;
}

static inline void start_timers(void)
{
    static const uint32_t timers[] = {
        0x40000000, 0x40000400, 0x40000800, 0x40000c00, 0x40001000, 0x40001400, 0x40001800,
        0x40001c00, 0x40002000, 0x40010000, 0x40010400, 0x40014000, 0x40014400, 0x40014800,
    };

    REG(RCC, RCC_APB1ENR) |= 0x1ff;
    REG(RCC, RCC_APB2ENR) |= 0x70003;
    for (unsigned i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
        REG(timers[i], TIM_ARR) = 100 + i;
        REG(timers[i], TIM_CR1) = TIM_CR1_CEN;
    }
}

static inline void start_pwm(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    set_field(&REG(GPIOD, GPIO_MODER), 3u << 26, 2);
    set_field(&REG(GPIOD, GPIO_AFRH), 15u << 20, 2);
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM4EN;
    REG(TIM4, TIM_ARR) = 15;
    REG(TIM4, TIM_CCR2) = 4;
    REG(TIM4, TIM_CCMR1) = 6 << 12;
    REG(TIM4, TIM_CCER) = TIM_CCER_CC2E;
    REG(TIM4, TIM_CR1) = TIM_CR1_CEN;
}
