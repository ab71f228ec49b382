/*
 * The codec: control over I2C1 (PB6, PB9; reset is PD4) by polling, samples over I2S3 (PC7, PC10,
 * PA4, PC12) by DMA1 stream 5, 48 frames over and over.  PLLI2S makes 86 MHz, so with MCLK there
 * are 47991 frames a second: left has 1 kHz, right 2 kHz.
 *
 * 200 ms each: as loud as it is, 6 dB less, muted, left headphone 12 dB less.
 *
 * Mailbox: 1 the codec's ID; 2 bytes that it has not acknowledged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "cs43l22.h"
#include "mailbox.h"

#define FRAMES 48

/* A quarter of a sine of amplitude 16000, in 12 steps. */
static const int16_t quarter[] = {
    0, 2088, 4141, 6123, 8000, 9740, 11314, 12694, 13856, 14782, 15455, 15863, 16000
};
static int16_t frame[FRAMES][2];

static int16_t sine(unsigned n)
{
    unsigned i = n % (FRAMES / 2), k = i <= 12 ? i : 24 - i;

    return n % FRAMES < FRAMES / 2 ? quarter[k] : -quarter[k];
}

/* ---- I2S ---- */

static void i2s_start(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA1EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI3EN;
    REG(RCC, RCC_PLLI2SCFGR) = 3u << 28 | 258 << 6;
    REG(RCC, RCC_CR) |= RCC_CR_PLLI2SON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLI2SRDY)) {
    }
    for (unsigned i = 0; i < FRAMES; i++) {
        frame[i][0] = sine(i);
        frame[i][1] = sine(2 * i) / 2;
    }
    REG(DMA1, DMA_OF(5, DMA_S0PAR)) = SPI3 + SPI_DR;
    REG(DMA1, DMA_OF(5, DMA_S0M0AR)) = (uint32_t)frame;
    REG(DMA1, DMA_OF(5, DMA_S0NDTR)) = 2 * FRAMES;
    REG(DMA1, DMA_OF(5, DMA_S0CR)) = DMA_S0CR_CIRC | DMA_S0CR_MINC | 1 << 11 | 1 << 13 | 1 << 6;
    REG(DMA1, DMA_OF(5, DMA_S0CR)) |= DMA_S0CR_EN;
    REG(SPI3, SPI_CR2) = SPI_CR2_TXDMAEN;
    REG(SPI3, SPI_I2SPR) = SPI_I2SPR_MCKOE | SPI_I2SPR_ODD | 3;
    REG(SPI3, SPI_I2SCFGR) = SPI_I2SCFGR_I2SMOD | 2 << 8;
    REG(SPI3, SPI_I2SCFGR) |= SPI_I2SCFGR_I2SE;
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    cs43l22_init();
    sleep_ms(1);
    mailbox[1] = cs43l22_get(0x01);
    cs43l22_put(0x04, 0xaf);          /* headphone on, speaker off */
    cs43l22_put(0x05, 0x81);
    cs43l22_put(0x06, 0x04);          /* I2S */
    cs43l22_put(0x02, 0x9e);
    i2s_start();
    sleep_ms(200);
    cs43l22_put(0x20, 0xf4);
    cs43l22_put(0x21, 0xf4);
    sleep_ms(200);
    cs43l22_put(0x0f, 0xc0);
    sleep_ms(200);
    cs43l22_put(0x20, 0);
    cs43l22_put(0x21, 0);
    cs43l22_put(0x22, 0xe8);
    cs43l22_put(0x0f, 0);
    sleep_ms(200);
    REG(SPI3, SPI_I2SCFGR) = 0;
    sleep_ms(200);
    mailbox[2] = cs43l22_errors();
    mailbox_finish();
}
