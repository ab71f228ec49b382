/* Copies 512 MiB from memory to memory by DMA2, a transfer a time.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

static uint32_t from[8192], to[8192];

int main(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    *(volatile uint32_t *)0xe000ed10 = 1 << 4;              /* SCR: SEVONPEND */
    for (uint32_t i = 0; i < 512 * 32; i++) {
        REG(DMA2, DMA_LIFCR) = 0x3d;
        REG(DMA2, DMA_S0PAR) = (uint32_t)from;
        REG(DMA2, DMA_S0M0AR) = (uint32_t)to;
        REG(DMA2, DMA_S0NDTR) = 8192;
        REG(DMA2, DMA_S0FCR) = 7;
        REG(DMA2, DMA_S0CR) = 2 << 6 | 3 << 9 | 2 << 11 | 2 << 13 | 1 << 21 | 1 << 23 | DMA_S0CR_TCIE;
        REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
        while (REG(DMA2, DMA_S0CR) & DMA_S0CR_EN) {
            __asm__ volatile("wfe");
            NVIC_ICPR[1] = 1 << 24;                         /* DMA2 stream 0 */
        }
    }
    leave();
}
