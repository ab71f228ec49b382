/*
 * Five seconds of I2S3 as master at 96 kHz, stereo, 16 bits, fed by DMA; asleep, woken for every 8192.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "board.h"

#define ITEMS 8192

#define PLLI2SCFGR 0x84
#define PLLI2SON (1u << 26)
#define PLLI2SRDY (1u << 27)
#define I2SCFGR 0x1c
#define I2SPR 0x20
#define SPI3_CR2 0x04
#define SPI3_DR 0x0c
/* of DMA1: stream 5, channel 0 is SPI3_TX */
#define S5CR 0x88
#define S5NDTR 0x8c
#define S5PAR 0x90
#define S5M0AR 0x94

static uint16_t samples[ITEMS];
static volatile uint32_t rounds;

void dma1_stream5_handler(void)
{
    REG(DMA1, 0x0c) = 0x3d << 6;
    rounds++;
}

int main(void)
{
    clock_168mhz();
    REG(RCC, PLLI2SCFGR) = 258 << 6 | 3u << 28;         /* 86 MHz */
    REG(RCC, RCC_CR) |= PLLI2SON;
    while (!(REG(RCC, RCC_CR) & PLLI2SRDY)) {
    }
    REG(RCC, RCC_AHB1ENR) |= 1 | 1 << 2 | 1 << 21;      /* GPIOA, GPIOC, DMA1 */
    REG(RCC, RCC_APB1ENR) |= 1 << 15;
    REG(GPIOA, GPIO_MODER) |= 2 << 8;                   /* WS: PA4 */
    REG(GPIOA, 0x20) |= 6 << 16;
    REG(GPIOC, GPIO_MODER) |= 2 << 20 | 2 << 24;        /* CK, SD: PC10, PC12 */
    REG(GPIOC, 0x24) |= 6 << 8 | 6 << 16;
    irq_enable(16);
    REG(DMA1, S5PAR) = 0x40003c00 + SPI3_DR;
    REG(DMA1, S5M0AR) = (uint32_t)samples;
    REG(DMA1, S5NDTR) = ITEMS;
    REG(DMA1, S5CR) = 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11 | 1 << 13 | 1;
    REG(0x40003c00, I2SPR) = 14;                        /* 86 MHz / 28 / 32 */
    REG(0x40003c00, SPI3_CR2) = 2;
    REG(0x40003c00, I2SCFGR) = 1 << 11 | 2 << 8 | 1 << 10;
    while (rounds < 5 * 192000 / ITEMS) {
        wait_for_interrupt();
    }
    leave();
}
