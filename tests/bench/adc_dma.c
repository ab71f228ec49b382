/*
 * Five seconds of 2.4 million conversions a second, taken by DMA; asleep, woken for every 16384.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "board.h"

#define ITEMS 16384

static uint16_t samples[ITEMS];
static volatile uint32_t rounds;

void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    rounds++;
}

/* 144 MHz, PCLK2 72 MHz: ADCCLK is the 36 MHz it may be. */
static void clock_144mhz(void)
{
    REG(RCC, RCC_CR) |= RCC_CR_HSEON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_HSERDY)) {
    }
    REG(FLASH, FLASH_ACR) = 5;
    REG(RCC, RCC_CFGR) = 5 << 10 | 4 << 13;
    REG(RCC, RCC_PLLCFGR) = 8 | 288 << 6 | 1 << 22 | 7 << 24;
    REG(RCC, RCC_CR) |= RCC_CR_PLLON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLRDY)) {
    }
    REG(RCC, RCC_CFGR) |= 2;
}

int main(void)
{
    clock_144mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN | RCC_AHB1ENR_GPIOAEN;
    REG(GPIOA, GPIO_MODER) |= 3;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_ADC1EN;
    irq_enable(56);
    REG(DMA2, DMA_S0PAR) = ADC1 + ADC_DR;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)samples;
    REG(DMA2, DMA_S0NDTR) = ITEMS;
    REG(DMA2, DMA_S0CR) = DMA_S0CR_CIRC | DMA_S0CR_MINC | DMA_S0CR_TCIE | 1 << 11 | 1 << 13 |
                          DMA_S0CR_EN;
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    for (volatile uint32_t i = 0; i < 500; i++) {
    }
    REG(ADC1, ADC_CR2) |= ADC_CR2_CONT | ADC_CR2_DMA | ADC_CR2_DDS;
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    while (rounds < 5 * 2400000 / ITEMS) {
        wait_for_interrupt();
    }
    leave();
}
