/* The same as dma_copy.c, 64 MiB, but the core waits in a loop, awake.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"
#include "board.h"

static uint32_t to[16384];

int main(void)
{
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    for (uint32_t i = 0; i < 64 * 16; i++) {
        REG(DMA2, DMA_LIFCR) = 0x3d;
        REG(DMA2, DMA_S0PAR) = 0x08000000;
        REG(DMA2, DMA_S0M0AR) = (uint32_t)to;
        REG(DMA2, DMA_S0NDTR) = 16384;
        REG(DMA2, DMA_S0FCR) = 7;
        REG(DMA2, DMA_S0CR) = 2 << 6 | 3 << 9 | 2 << 11 | 2 << 13 | 1 << 21 | 1 << 23;
        REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
        while (REG(DMA2, DMA_S0CR) & DMA_S0CR_EN) {
        }
    }
    leave();
}
