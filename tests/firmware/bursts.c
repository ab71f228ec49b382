/*
 * Three channels by turns, as fast as ADC1 can, by DMA: none of its data gets lost, doubled or into the
 * wrong place, though a host that is late hands over many at once; and NDTR always is what it should be
 * by then.
 *
 * Mailbox: 1 items that are not what their channel has; 2 rounds; 3 SR.OVR of the ADC; 4 one of each
 * channel, added; 5 interrupts for half of it; 6 times that NDTR was measured, 7 and was too far from
 * what has come since
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define N (3 * 1001)
#define ROUNDS 50
#define TICKS_PER_US 84             /* of TIM2 */
#define TICKS_PER_ITEM 60

static uint16_t in[N];
static volatile uint32_t rounds;

/* One too many or too few would shift all that come after it. */
static void check(void)
{
    static const uint16_t expected[] = { 1000, 3000, 0 };       /* PA4, PA5, PA2 */

    for (unsigned i = 0; i < N; i++) {
        mailbox[1] += in[i] != expected[i % 3];
    }
}

void dma2_stream0_handler(void)
{
    uint32_t flags = REG(DMA2, DMA_LISR);

    REG(DMA2, DMA_LIFCR) = flags;
    if (flags & 1 << 4) {
        mailbox[5]++;
    }
    if (flags & 1 << 5) {
        mailbox[4] = in[0] + in[1] + in[2];
        check();
        rounds++;
    }
}

typedef struct Look {
    uint32_t tick, left;
} Look;

/* Which tick of TIM2 belongs to this NDTR?  To 3 us: who takes longer has been interrupted. */
static Look look(void)
{
    Look l;
    uint32_t after;

    do {
        l.tick = REG(TIM2, TIM_CNT);
        l.left = REG(DMA2, DMA_S0NDTR);
        after = REG(TIM2, TIM_CNT);
    } while (after - l.tick > 3 * TICKS_PER_US);
    return l;
}

static void measure_pace(void)
{
    Look first = look(), second;
    uint32_t ticks, items, expected;

    do {
        second = look();
        ticks = second.tick - first.tick;
    } while (ticks < 100 * TICKS_PER_US);
    if (ticks < 1500 * TICKS_PER_US) {          /* less than a round */
        items = (first.left + N - second.left) % N;
        expected = ticks / TICKS_PER_ITEM;
        mailbox[6]++;
        mailbox[7] += items + 6 < expected || items > expected + 6;
    }
}

int main(void)
{
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN | RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_DACEN | RCC_APB1ENR_TIM2EN;
    clock_settles();
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_ADC1EN;
    REG(GPIOA, GPIO_MODER) |= 3 << 4 | 3 << 8 | 3 << 10;
    REG(DAC, DAC_CR) = DAC_CR_EN1 | 1 << 16;
    REG(DAC, DAC_DHR12R1) = 1000;
    REG(DAC, DAC_DHR12R1 + 0xc) = 3000;                         /* DHR12R2 */
    REG(ADC, ADC_CCR) = 1 << 16;                                /* 21 MHz: 1.4 million a second */
    REG(ADC1, ADC_CR1) = ADC_CR1_SCAN;
    REG(ADC1, ADC_SQR1) = 2 << 20;
    REG(ADC1, ADC_SQR3) = 4 | 5 << 5 | 2 << 10;
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    for (volatile uint32_t i = 0; i < 500; i++) {
    }
    irq_enable(56);
    REG(DMA2, DMA_S0PAR) = ADC1 + ADC_DR;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)in;
    REG(DMA2, DMA_S0NDTR) = N;
    REG(DMA2, DMA_S0CR) = 1 << 11 | 1 << 13 | DMA_S0CR_CIRC | DMA_S0CR_MINC | DMA_S0CR_TCIE |
                          1 << 3 | DMA_S0CR_EN;
    REG(ADC1, ADC_CR2) |= ADC_CR2_CONT | ADC_CR2_DMA | ADC_CR2_DDS;
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    while (rounds < ROUNDS) {
        wait_for_interrupt();
    }
    for (unsigned i = 0; i < 100; i++) {
        measure_pace();
    }
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    mailbox[2] = rounds;
    mailbox[3] = REG(ADC1, ADC_SR) & ADC_SR_OVR;
    mailbox_finish();
}
