/* The same as spi_dma.c, but the core waits in loops, awake.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "spi_dma.h"

static void exchange_awake(unsigned round)
{
    ended = 0;
    REG(DMA2, DMA_LIFCR) = 0x3d << 22 | 0x3d;
    REG(SPI1, SPI_CR2) = SPI_CR2_RXDMAEN;
    stream(DMA2, 0, SPI1, in[0], 3 << 25 | (round % 2 ? DMA_S0CR_TCIE : 0));
    stream(DMA2, 3, SPI1, out[0], 3 << 25 | 1 << 6);
    REG(SPI1, SPI_CR2) |= SPI_CR2_TXDMAEN;
    if (round % 2) {
        while (!ended) {                /* the interrupt says so */
        }
    } else {
        while (!(REG(DMA2, DMA_LISR) & 1 << 5)) {
        }
    }
}

int main(void)
{
    init();
    for (unsigned i = 0; i < ROUNDS; i++) {
        exchange_awake(i);
    }
    leave();
}
