/*
 * Five seconds of pulses on PB4, a width each from memory: TIM3 with DMA1, which its compares request, every 1.3125 us,
 * as who sends to WS2812 does.  An interrupt for half of a ring.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PULSES_H
#define PULSES_H

#include "bench.h"
#include "board.h"

#define PERIOD 21               /* of 16 MHz */
#define PULSES 4096

static uint16_t widths[PULSES];
static volatile uint32_t halves;

void dma1_stream4_handler(void)
{
    REG(DMA1, DMA_HIFCR) = 0x3d;
    halves++;
}

static inline void five_seconds_of_pulses(int asleep)
{
    for (unsigned i = 0; i < PULSES; i++) {
        widths[i] = i % 3 ? 15 : 5;
    }
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_DMA1EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM3EN;
    REG(GPIOB, GPIO_AFRL) |= 2 << 16;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 8, 2);
    REG(TIM3, TIM_ARR) = PERIOD - 1;
    REG(TIM3, TIM_CCR1) = 5;
    REG(TIM3, TIM_CCMR1) = 6 << 4 | 1 << 3;
    REG(TIM3, TIM_CCER) = 1;
    REG(DMA1, DMA_OF(4, DMA_S0PAR)) = TIM3 + TIM_CCR1;
    REG(DMA1, DMA_OF(4, DMA_S0M0AR)) = (uint32_t)widths;
    REG(DMA1, DMA_OF(4, DMA_S0NDTR)) = PULSES;
    REG(DMA1, DMA_OF(4, DMA_S0CR)) = 5 << 25 | 1 << 13 | 1 << 11 | DMA_S0CR_MINC | DMA_S0CR_CIRC | 1 << 6 |
                                     DMA_S0CR_TCIE | DMA_S0CR_HTIE;
    REG(DMA1, DMA_OF(4, DMA_S0CR)) |= DMA_S0CR_EN;
    irq_enable(15);
    REG(TIM3, TIM_DIER) = 1 << 9;
    REG(TIM3, TIM_CR1) = TIM_CR1_CEN;
    while (halves < 5 * (16000000 / PERIOD) / (PULSES / 2)) {
        if (asleep) {
            __asm__ volatile("wfi");
        }
    }
}

#endif
