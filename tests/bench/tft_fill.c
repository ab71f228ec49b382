/*
 * Five seconds of a TFT filled 30 times a second with a picture by DMA2, two transfers of 38400 pixels each; asleep.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "fsmc.h"
#include "timer_interrupts.h"

enum { HALF = TFT_WIDTH * TFT_HEIGHT / 2 };

static uint16_t picture[HALF];
static volatile bool moved;

void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    moved = true;
}

static void send_half(void)
{
    moved = false;
    REG(DMA2, DMA_S0PAR) = (uint32_t)picture;
    REG(DMA2, DMA_S0M0AR) = TFT_DATA_ADDRESS;
    REG(DMA2, DMA_S0NDTR) = HALF;
    REG(DMA2, DMA_S0FCR) = 7;
    REG(DMA2, DMA_S0CR) = 2 << 6 | DMA_S0CR_PINC | 1 << 11 | 1 << 13 | DMA_S0CR_TCIE | DMA_S0CR_EN;
    while (!moved) {
        wait_for_interrupt();
    }
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    fsmc_init();
    tft_init();
    SYST_CSR = 0;
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN;
    REG(TIM2, TIM_ARR) = 84000000 / 30 - 1;
    REG(TIM2, TIM_DIER) = TIM_DIER_UIE;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    irq_enable(28);
    irq_enable(56);
    for (uint32_t frame = 1; frame <= 150; frame++) {
        while (count < frame) {
            wait_for_interrupt();
        }
        for (uint32_t i = 0; i < HALF; i++) {
            picture[i] = i + frame;
        }
        tft_window(0, 0, TFT_WIDTH, TFT_HEIGHT);
        send_half();
        send_half();
    }
    leave();
}
