/*
 * The core works while all is moved by DMA (dma_storm.h): it waits for copies in a loop, compares them, reads memory in
 * the midst of what is received, changes what is going to be sent, looks at registers, lets an SPI wait for its DMA, sets
 * up a stream and stops it, has exceptions whose vectors are copied, and TIM2 interrupts it at irregular instants.  All
 * that is to be seen goes into a sum.
 *
 * Mailbox: 1 that sum; 2 how often TIM2 interrupted; 3 bytes that were copied wrong; 4 exchanges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include "mailbox.h"
#include "dma_storm.h"

static uint32_t sum = 1, seed = 1;

static void add(uint32_t word)
{
    sum = (sum ^ word) * 16777619;
}

static void pause_requests(unsigned loops)
{
    REG(SPI2, SPI_CR2) = SPI_CR2_RXDMAEN;
    for (volatile unsigned i = 0; i < loops; i++) {
    }
    add(REG(DMA1, DMA_OF(4, DMA_S0NDTR)));
    REG(SPI2, SPI_CR2) = SPI_CR2_RXDMAEN | SPI_CR2_TXDMAEN;
}

/* One that nobody requests. */
static void use_other_stream(void)
{
    static uint32_t word;

    storm_clear(DMA2, 1);
    add(REG(DMA2, DMA_OF(1, DMA_S0CR)));
    storm_stream(DMA2, 1, ADC1 + ADC_DR, &word, 3, 2 << 25);
    add(REG(DMA2, DMA_OF(1, DMA_S0NDTR)));
    REG(DMA2, DMA_OF(1, DMA_S0CR)) &= ~DMA_S0CR_EN;
    add(REG(DMA2, DMA_LISR) & 0xfc0);
}

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = 0;
    seed = seed * 1664525 + 1013904223;
    REG(TIM2, TIM_ARR) = 500 + (seed >> 17);
    mailbox[2]++;
    add(REG(TIM5, TIM_CNT));
    add(storm_in[0][seed >> 8 & 0xff] | storm_in[1][seed >> 8 & 0xff] << 8 | storm_samples[seed & 63] << 16);
    switch (seed >> 28 & 7) {
    case 0:
        add(REG(DMA2, DMA_OF(0, DMA_S0NDTR)));
        break;
    case 1:
        add(REG(DMA1, DMA_OF(3, DMA_S0NDTR)));
        break;
    case 2:
        add(REG(DMA2, DMA_HISR));
        break;
    case 3:
        add(REG(SPI3, SPI_SR));
        break;
    case 4:
        storm_out[1][seed & 0xff] = seed >> 8;
        break;
    case 5:
        pause_requests(seed >> 20 & 0xff);
        break;
    case 6:
        for (unsigned n = 0; n < 8; n++) {
            add(REG(DMA2, DMA_OF(n, DMA_S0CR)));
            add(REG(DMA1, DMA_OF(n, DMA_S0CR)));
        }
        break;
    default:
        use_other_stream();
        break;
    }
}

static void compare(void)
{
    for (unsigned i = 0; i < STORM_COPY; i++) {
        mailbox[3] += storm_copy[i] != storm_pattern[i];
    }
}

/* Where something may come in at any moment. */
static void read_about(void)
{
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 3; i++) {
            uint8_t *out = &storm_out[i][round * 11 & 0xff];

            add(storm_in[i][round * 37 & 0xff]);
            *out += round;
        }
        add(storm_samples[round]);
        add(storm_copy[round * 97]);
    }
}

static uint32_t vectors[128] __attribute__((aligned(512))), other[128];

static void one_way(void)
{
    add(1);
}

static void other_way(void)
{
    add(2);
}

/* Which vector an exception takes is the one that a copy has, or has not, written by then. */
static void move_vectors(void)
{
    for (unsigned i = 0; i < 128; i++) {
        vectors[i] = other[i] = ((const uint32_t *)0x08000000)[i];
    }
    vectors[11] = (uint32_t)one_way;
    SCB_VTOR = (uint32_t)vectors;
    for (unsigned round = 0; round < 24; round++) {
        other[11] = (uint32_t)(round & 1 ? one_way : other_way);
        storm_clear(DMA2, 5);
        REG(DMA2, DMA_OF(5, DMA_S0FCR)) = 7;
        storm_stream(DMA2, 5, (uint32_t)other, vectors, 128, 2 << 6 | 1 << 9 | 2 << 11 | 2 << 13);
        for (volatile unsigned i = 0; i < 40 + round * 30; i++) {
        }
        __asm__ volatile("svc 0");
        while (REG(DMA2, DMA_OF(5, DMA_S0CR)) & DMA_S0CR_EN) {
        }
        __asm__ volatile("svc 0");
    }
    SCB_VTOR = 0x08000000;
}

static volatile bool sent;

void dma1_stream4_handler(void)
{
    storm_clear(DMA1, 4);
    add(REG(TIM5, TIM_CNT));
    sent = true;
}

/*
 * SPI2 only sends from now on: when its stream is through nobody waits for the last frames, but the next one may come in
 * their midst, and tells.
 */
static void send_on(void)
{
    const uint32_t to_spi = 1 << 6;

    NVIC_ICER[0] = 1 << 14;
    while (REG(DMA1, DMA_OF(3, DMA_S0CR)) & DMA_S0CR_EN) {
    }
    irq_enable(15);
    for (unsigned round = 0; round < 60; round++) {
        REG(SPI2, SPI_CR2) = SPI_CR2_TXDMAEN;
        storm_clear(DMA1, 4);
        storm_stream(DMA1, 4, SPI2 + SPI_DR, storm_out[1], 2 + round % 3, to_spi);
        for (volatile unsigned i = 0; i < round; i++) {
        }
        while (REG(DMA1, DMA_OF(4, DMA_S0CR)) & DMA_S0CR_EN) {
        }
        storm_clear(DMA1, 4);
        sent = false;
        storm_stream(DMA1, 4, SPI2 + SPI_DR, storm_out[1], 1 + round % 4, to_spi | DMA_S0CR_TCIE);
        while (!sent) {
        }
        while (REG(SPI2, SPI_SR) & SPI_SR_BSY) {
        }
    }
}

int main(void)
{
    storm_begin();
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN | 1 << 3;
    REG(TIM5, TIM_CR1) = TIM_CR1_CEN;
    REG(TIM2, TIM_ARR) = 1000;
    REG(TIM2, TIM_DIER) = 1;
    irq_enable(28);
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN | 1 << 7;
    for (unsigned round = 0; round < 12; round++) {
        storm_copies(6);
        storm_copies(7);
        if (round & 1) {
            read_about();
        }
        while (REG(DMA2, DMA_OF(6, DMA_S0CR)) & DMA_S0CR_EN) {
        }
        add(REG(TIM5, TIM_CNT));
        while (REG(DMA2, DMA_OF(7, DMA_S0CR)) & DMA_S0CR_EN) {
        }
        add(REG(TIM5, TIM_CNT));
        compare();
        for (unsigned i = 0; i < STORM_COPY; i++) {
            storm_pattern[i] += round;
        }
        read_about();
        for (uint32_t look = mailbox[2]; round % 4 == 3 && mailbox[2] < look + 2;) {
            wait_for_interrupt();
        }
    }
    move_vectors();
    send_on();
    __asm__ volatile("cpsid i");
    mailbox[1] = sum;
    mailbox[4] = storm_rounds[0] + storm_rounds[1] + storm_rounds[2];
    mailbox_finish();
}
