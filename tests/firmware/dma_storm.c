/*
 * The core works while all is moved by DMA (dma_storm.h): it waits for copies in a loop, compares them, reads memory in
 * the midst of what is received, changes what is going to be sent, looks at registers, and TIM2 interrupts it at irregular
 * instants.  All that is to be seen goes into a sum.
 *
 * Mailbox: 1 that sum; 2 how often TIM2 interrupted; 3 bytes that were copied wrong; 4 exchanges
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mailbox.h"
#include "dma_storm.h"

static uint32_t sum = 1, seed = 1;

static void add(uint32_t word)
{
    sum = (sum ^ word) * 16777619;
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
    default:
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
    __asm__ volatile("cpsid i");
    mailbox[1] = sum;
    mailbox[4] = storm_rounds[0] + storm_rounds[1] + storm_rounds[2];
    mailbox_finish();
}
