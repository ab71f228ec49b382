/* Copies 512 MiB from flash to SRAM by DMA2, asleep.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"
#include "board.h"

static uint32_t to[16384];

void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
}

int main(void)
{
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    irq_enable(56);
    for (uint32_t i = 0; i < 512 * 16; i++) {
        REG(DMA2, DMA_S0PAR) = 0x08000000;
        REG(DMA2, DMA_S0M0AR) = (uint32_t)to;
        REG(DMA2, DMA_S0NDTR) = 16384;
        REG(DMA2, DMA_S0FCR) = 7;
        REG(DMA2, DMA_S0CR) = 2 << 6 | 3 << 9 | 2 << 11 | 2 << 13 | 1 << 21 | 1 << 23 | DMA_S0CR_TCIE;
        REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
        __asm__ volatile("cpsid i");
        while (REG(DMA2, DMA_S0CR) & DMA_S0CR_EN) {
            wait_for_interrupt();
        }
        __asm__ volatile("cpsie i");
    }
    leave();
}
