/* To SPI2, joined by jumpers: see spi_dma.h.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "spi_dma.h"

int main(void)
{
    init();
    REG(SPI2, SPI_CR2) = SPI_CR2_RXDMAEN | SPI_CR2_TXDMAEN;
    for (unsigned i = 0; i < ROUNDS; i++) {
        REG(DMA1, DMA_LIFCR) = 0x3d << 22;
        REG(DMA1, DMA_HIFCR) = 0x3d;
        stream(DMA1, 3, SPI2, in[1], 0);
        stream(DMA1, 4, SPI2, out[1], 1 << 6);
        REG(SPI2, SPI_CR1) = SPI_CR1_SSM | SPI_CR1_SPE;
        exchange();
    }
    leave();
}
