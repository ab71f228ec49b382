/*
 * Everything by DMA at once: SPI1 at its fastest at PA5 ... PA7, SPI2 and SPI3 exchange 256 bytes again and again, ADC1
 * converts two channels in a circle, DMA2 copies.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

#define STORM_SIZE 256
#define STORM_SAMPLES 64
#define STORM_COPY 2048

static uint8_t storm_out[3][STORM_SIZE], storm_in[3][STORM_SIZE];
static uint16_t storm_samples[STORM_SAMPLES];
static uint8_t storm_pattern[STORM_COPY], storm_copy[STORM_COPY];
static volatile uint32_t storm_rounds[3];

/* The streams of SPI1, SPI2 and SPI3. */
static const struct {
    uint32_t spi, dma, rx, tx, channel;
} storm[3] = { { SPI1, DMA2, 0, 3, 3 }, { SPI2, DMA1, 3, 4, 0 }, { SPI3, DMA1, 0, 7, 0 } };

static inline void storm_stream(uint32_t dma, unsigned n, uint32_t par, const void *memory, uint32_t count, uint32_t cr)
{
    REG(dma, DMA_OF(n, DMA_S0PAR)) = par;
    REG(dma, DMA_OF(n, DMA_S0M0AR)) = (uint32_t)memory;
    REG(dma, DMA_OF(n, DMA_S0NDTR)) = count;
    REG(dma, DMA_OF(n, DMA_S0CR)) = cr | DMA_S0CR_MINC;
    REG(dma, DMA_OF(n, DMA_S0CR)) |= DMA_S0CR_EN;
}

static inline void storm_clear(uint32_t dma, unsigned n)
{
    REG(dma, n < 4 ? DMA_LIFCR : DMA_HIFCR) = 0x3d << ((n & 2 ? 16 : 0) + (n & 1 ? 6 : 0));
}

static inline void storm_exchange(unsigned i)
{
    REG(storm[i].spi, SPI_CR2) = 0;
    storm_clear(storm[i].dma, storm[i].rx);
    storm_clear(storm[i].dma, storm[i].tx);
    storm_stream(storm[i].dma, storm[i].rx, storm[i].spi + SPI_DR, storm_in[i], STORM_SIZE,
                 storm[i].channel << 25 | DMA_S0CR_TCIE | 1 << 16);
    storm_stream(storm[i].dma, storm[i].tx, storm[i].spi + SPI_DR, storm_out[i], STORM_SIZE,
                 storm[i].channel << 25 | 1 << 6 | 1 << 16);
    REG(storm[i].spi, SPI_CR2) = SPI_CR2_RXDMAEN | SPI_CR2_TXDMAEN;
}

static inline void storm_ended(unsigned i)
{
    storm_rounds[i]++;
    storm_exchange(i);
}

void dma2_stream0_handler(void)
{
    storm_ended(0);
}

void dma1_stream3_handler(void)
{
    storm_ended(1);
}

void dma1_stream0_handler(void)
{
    storm_ended(2);
}

static inline void storm_pins(uint32_t port, unsigned first, uint32_t function)
{
    for (unsigned pin = first; pin < first + 3; pin++) {
        set_field(&REG(port, pin < 8 ? GPIO_AFRL : GPIO_AFRH), 0xfu << pin % 8 * 4, function);
        set_field(&REG(port, GPIO_MODER), 3u << 2 * pin, 2);
    }
}

static inline void storm_begin(void)
{
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_DMA1EN |
                             RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN | RCC_APB1ENR_SPI3EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SPI1EN | RCC_APB2ENR_ADC1EN;
    storm_pins(GPIOA, 5, 5);
    storm_pins(GPIOB, 13, 5);
    storm_pins(GPIOC, 10, 6);
    for (unsigned i = 0; i < STORM_COPY; i++) {
        storm_pattern[i] = i * 7 + i / 256;
        storm_out[0][i % STORM_SIZE] = i * 3;
        storm_out[1][i % STORM_SIZE] = ~i;
        storm_out[2][i % STORM_SIZE] = i * 13;
    }
    irq_enable(56);
    irq_enable(14);
    irq_enable(11);
    storm_stream(DMA2, 4, ADC1 + ADC_DR, storm_samples, STORM_SAMPLES, DMA_S0CR_CIRC | 1 << 11 | 1 << 13 | 2 << 16);
    REG(ADC1, ADC_SMPR1) = 0x7 << 24;               /* of VREFINT longer than of the others */
    REG(ADC1, ADC_SMPR2) = 3 << 3 | 3 << 6;
    REG(ADC1, ADC_SQR3) = 1 | 2 << 5 | 1 << 10;
    REG(ADC1, ADC_SQR1) = 2 << 20;
    REG(ADC1, ADC_CR1) = 1 << 8;
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    for (volatile uint32_t i = 0; i < 500; i++) {
    }
    REG(ADC1, ADC_CR2) |= ADC_CR2_CONT | ADC_CR2_DMA | ADC_CR2_DDS;
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    for (unsigned i = 0; i < 3; i++) {
        REG(storm[i].spi, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_SPE;
        storm_exchange(i);
    }
}

static inline void storm_copies(unsigned n)
{
    storm_clear(DMA2, n);
    REG(DMA2, DMA_OF(n, DMA_S0FCR)) = 7;
    storm_stream(DMA2, n, (uint32_t)storm_pattern, storm_copy, STORM_COPY, 2 << 6 | 1 << 9);
}
