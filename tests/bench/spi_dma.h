/*
 * 8 MiB in messages of 8 KiB through SPI1 at 42 Mbit/s by DMA, both ways; asleep, woken for each message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "board.h"

#define SIZE 8192
#define ROUNDS 1024

static uint8_t out[2][SIZE], in[2][SIZE];
static volatile uint32_t ended;

void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    ended = 1;
}

static inline void stream(uint32_t dma, unsigned n, uint32_t spi, const void *memory, uint32_t cr)
{
    REG(dma, DMA_OF(n, DMA_S0PAR)) = spi + SPI_DR;
    REG(dma, DMA_OF(n, DMA_S0M0AR)) = (uint32_t)memory;
    REG(dma, DMA_OF(n, DMA_S0NDTR)) = SIZE;
    REG(dma, DMA_OF(n, DMA_S0CR)) = cr | DMA_S0CR_MINC;
    REG(dma, DMA_OF(n, DMA_S0CR)) |= DMA_S0CR_EN;
}

/* SPI1: PB3 ... PB5; SPI2: PB13 ... PB15; PA4 selects a part. */
static inline void init(void)
{
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_DMA1EN |
                             RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SPI1EN;
    set_field(&REG(GPIOB, GPIO_AFRL), 0xfff << 12, 0x555);
    set_field(&REG(GPIOB, GPIO_AFRH), 0xfffu << 20, 0x555);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3f << 6, 0x2a);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3fu << 26, 0x2a);
    set_field(&REG(GPIOA, GPIO_MODER), 3 << 8, 1);          /* PA4 is low */
    irq_enable(56);
    REG(SPI1, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_SPE;
}

static inline void exchange(void)
{
    ended = 0;
    REG(DMA2, DMA_LIFCR) = 0x3d << 22 | 0x3d;
    REG(SPI1, SPI_CR2) = SPI_CR2_RXDMAEN;
    stream(DMA2, 0, SPI1, in[0], 3 << 25 | DMA_S0CR_TCIE);
    stream(DMA2, 3, SPI1, out[0], 3 << 25 | 1 << 6);
    REG(SPI1, SPI_CR2) |= SPI_CR2_TXDMAEN;
    __asm__ volatile("cpsid i");
    while (!ended) {
        wait_for_interrupt();
        __asm__ volatile("cpsie i; nop; cpsid i");
    }
    __asm__ volatile("cpsie i");
}
