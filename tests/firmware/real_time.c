/*
 * SysTick every ms and TIM2 every quarter of one, beside TIM5 that counts us: are their interrupts as many as
 * they should be?
 *
 * Mailbox: 1 SysTick's interrupts, 2 TIM2's; 3 from the test: never sleep
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

void systick_handler(void)
{
    mailbox[1]++;
}

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = ~TIM_SR_UIF;
    mailbox[2]++;
}

int main(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN | RCC_APB1ENR_TIM5EN;
    REG(TIM5, TIM_PSC) = 16 - 1;
    REG(TIM5, TIM_EGR) = 1;
    REG(TIM2, TIM_ARR) = 16 * 250 - 1;
    REG(TIM2, TIM_DIER) = TIM_DIER_UIE;
    irq_enable(28);
    REG(TIM5, TIM_CR1) = TIM_CR1_CEN;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    SYST_RVR = 16000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    for (;;) {
        if (!mailbox[3]) {
            wait_for_interrupt();
        }
    }
}
