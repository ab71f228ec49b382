/*
 * 200 ms of everything by DMA at once (tests/firmware/dma_storm.h): three SPIs, an ADC, and copies every 3 ms that the core
 * waits for in a loop and compares; otherwise it waits for TIM2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "../firmware/dma_storm.h"

static volatile uint32_t ticks;

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = 0;
    ticks++;
}

static int is_copied(void)
{
    for (unsigned i = 0; i < STORM_COPY; i++) {
        if (storm_copy[i] != storm_pattern[i]) {
            return 0;
        }
    }
    return 1;
}

int main(void)
{
    storm_begin();
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN;
    REG(TIM2, TIM_PSC) = 83;
    REG(TIM2, TIM_ARR) = 999;
    REG(TIM2, TIM_DIER) = 1;
    irq_enable(28);
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    while (ticks < 200) {
        uint32_t until = ticks + 3;

        storm_copies(6);
        storm_copies(7);
        while ((REG(DMA2, DMA_OF(6, DMA_S0CR)) | REG(DMA2, DMA_OF(7, DMA_S0CR))) & DMA_S0CR_EN) {
        }
        if (!is_copied()) {
            for (;;) {
            }
        }
        while (ticks < until) {
        }
    }
    leave();
}
