/*
 * The demo's tune, see music.h: the Ode to Joy, through I2S3 and DMA1 stream 5.
 *
 * PLLI2S makes 86 MHz, so there are 47991 frames a second.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "cs43l22.h"
#include "music.h"

#define RATE 47991
#define HALF 512                /* frames: 10.7 ms */
#define LOUD (8000 << 12)
#define BEAT (RATE / 4)         /* an eighth */

enum { C = 262, D = 294, E = 330, F = 349, G = 392 };           /* Hz */

static const struct {
    uint16_t hz, beats;
} tune[] = {
    { E, 2 }, { E, 2 }, { F, 2 }, { G, 2 }, { G, 2 }, { F, 2 }, { E, 2 }, { D, 2 },
    { C, 2 }, { C, 2 }, { D, 2 }, { E, 2 }, { E, 3 }, { D, 1 }, { D, 4 },
};
#define NOTES (sizeof(tune) / sizeof(tune[0]))

static int16_t buffer[2][HALF][2];
static unsigned note, left, silent;     /* which; frames of it that are left; halves since the end */
static uint32_t phase;                  /* 2^32 a period */
static int32_t loud;

/* A triangle that dies away. */
static int16_t next_sample(void)
{
    int32_t triangle;

    if (!left) {
        if (note == NOTES) {
            return 0;
        }
        left = tune[note++].beats * BEAT;
        loud = LOUD;
    }
    left--;
    loud -= loud >> 14;
    phase += tune[note - 1].hz * (0xffffffffu / RATE);
    triangle = (int32_t)(phase >> 15) - 0x10000;
    triangle = (triangle < 0 ? -triangle : triangle) - 0x8000;
    return triangle * (loud >> 12) >> 15;
}

static void fill(int16_t (*frame)[2])
{
    for (unsigned i = 0; i < HALF; i++) {
        frame[i][0] = frame[i][1] = next_sample();
    }
    silent = note == NOTES && !left ? silent + 1 : 0;
}

static void stop(void)
{
    REG(DMA1, DMA_OF(5, DMA_S0CR)) &= ~DMA_S0CR_EN;
    REG(SPI3, SPI_I2SCFGR) = 0;
    REG(RCC, RCC_CR) &= ~RCC_CR_PLLI2SON;
}

void dma1_stream5_handler(void)
{
    uint32_t flags = REG(DMA1, DMA_HISR) & 0x3d << 6;

    REG(DMA1, DMA_HIFCR) = flags;
    if (silent > 2) {
        stop();
        return;
    }
    if (flags & DMA_HISR_HTIF5) {
        fill(buffer[0]);
    }
    if (flags & DMA_HISR_TCIF5) {
        fill(buffer[1]);
    }
}

bool music_init(void)
{
    cs43l22_init();
    sleep_ms(1);
    if (cs43l22_get(0x01) >> 3 != 0x1c) {       /* its ID; the rest is the revision */
        return false;
    }
    cs43l22_put(0x04, 0xaf);                    /* headphones on, no speaker */
    cs43l22_put(0x05, 0x81);                    /* MCLK as it comes */
    cs43l22_put(0x06, 0x04);                    /* Philips standard */
    cs43l22_put(0x02, 0x9e);                    /* power up */
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA1EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI3EN;
    irq_enable(16);
    return true;
}

void music_play(void)
{
    stop();
    while (REG(DMA1, DMA_OF(5, DMA_S0CR)) & DMA_S0CR_EN) {
    }
    note = left = silent = 0;
    fill(buffer[0]);
    fill(buffer[1]);
    REG(RCC, RCC_PLLI2SCFGR) = 3u << 28 | 258 << 6;
    REG(RCC, RCC_CR) |= RCC_CR_PLLI2SON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLI2SRDY)) {
    }
    REG(DMA1, DMA_HIFCR) = 0x3d << 6;
    REG(DMA1, DMA_OF(5, DMA_S0PAR)) = SPI3 + SPI_DR;
    REG(DMA1, DMA_OF(5, DMA_S0M0AR)) = (uint32_t)buffer;
    REG(DMA1, DMA_OF(5, DMA_S0NDTR)) = sizeof(buffer) / sizeof(int16_t);
    REG(DMA1, DMA_OF(5, DMA_S0CR)) = DMA_S0CR_CIRC | DMA_S0CR_MINC | 1 << 11 | 1 << 13 | 1 << 6 |
                                     DMA_S0CR_HTIE | DMA_S0CR_TCIE;
    REG(DMA1, DMA_OF(5, DMA_S0CR)) |= DMA_S0CR_EN;
    REG(SPI3, SPI_CR2) = SPI_CR2_TXDMAEN;
    REG(SPI3, SPI_I2SPR) = SPI_I2SPR_MCKOE | SPI_I2SPR_ODD | 3;
    REG(SPI3, SPI_I2SCFGR) = SPI_I2SCFGR_I2SMOD | 2 << 8;
    REG(SPI3, SPI_I2SCFGR) |= SPI_I2SCFGR_I2SE;
}
