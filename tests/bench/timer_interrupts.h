/* Five seconds asleep, woken by TIM2.  SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TIMER_INTERRUPTS_H
#define TIMER_INTERRUPTS_H

#include "bench.h"

static volatile uint32_t count;

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = ~TIM_SR_UIF;
    count++;
}

static inline void sleep_five_seconds(uint32_t interrupts_a_second)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN;
    REG(TIM2, TIM_ARR) = 16000000 / interrupts_a_second - 1;
    REG(TIM2, TIM_DIER) = TIM_DIER_UIE;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    NVIC_ISER[0] = 1u << 28;
    while (count < 5 * interrupts_a_second) {
        __asm__ volatile("wfi");
    }
}

#endif
