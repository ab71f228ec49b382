/* Five seconds asleep, woken by a timer 100 000 times a second.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

static volatile uint32_t count;

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = ~TIM_SR_UIF;
    count++;
}

int main(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN;
    REG(TIM2, TIM_ARR) = 160 - 1;
    REG(TIM2, TIM_DIER) = TIM_DIER_UIE;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    NVIC_ISER[0] = 1u << 28;
    while (count < 500000) {
        __asm__ volatile("wfi");
    }
    leave();
}
