/*
 * A triangle of the DAC by TIM6 and DMA, over a jumper to the ADC, which TIM2 triggers and DMA empties;
 * then one conversion of each ADC at the same time, and the chip's own temperature.
 *
 * Jumper it wants: pa4-pa1.
 *
 * Mailbox: 1 samples that are not what the DAC had just put out; 2 interrupts of the ADC's DMA;
 * 3 DAC underruns, 4 ADC overruns; 5 CDR of a simultaneous conversion; 6 thousandths of a degree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define N 256

static uint16_t out[N], in[N];
static volatile uint32_t rounds;

void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    rounds++;
}

static void start_dma(void)
{
    for (unsigned i = 0; i < N; i++) {
        out[i] = i < N / 2 ? 31 * i : 31 * (N - i);
    }
    REG(DMA1, DMA_OF(5, DMA_S0PAR)) = DAC + DAC_DHR12R1;
    REG(DMA1, DMA_OF(5, DMA_S0M0AR)) = (uint32_t)out;
    REG(DMA1, DMA_OF(5, DMA_S0NDTR)) = N;
    REG(DMA1, DMA_OF(5, DMA_S0CR)) = 7 << 25 | 1 << 11 | 1 << 13 | DMA_S0CR_CIRC | DMA_S0CR_MINC |
                                     1 << 6 | DMA_S0CR_EN;
    REG(DMA2, DMA_S0PAR) = ADC1 + ADC_DR;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)in;
    REG(DMA2, DMA_S0NDTR) = N;
    REG(DMA2, DMA_S0CR) = 1 << 11 | 1 << 13 | DMA_S0CR_CIRC | DMA_S0CR_MINC | DMA_S0CR_TCIE |
                          DMA_S0CR_EN;
}

/* Both timers every 20 us; TIM2 10 us later, so that the DAC has settled. */
static void run_loop(void)
{
    irq_enable(56);
    start_dma();
    REG(DAC, DAC_CR) = DAC_CR_EN1 | DAC_CR_TEN1 | DAC_CR_DMAEN1;
    REG(ADC1, ADC_SQR3) = 1;
    REG(ADC1, ADC_CR2) |= ADC_CR2_DMA | ADC_CR2_DDS | 6 << 24 | 1 << 28;
    REG(TIM6, TIM_ARR) = REG(TIM2, TIM_ARR) = 84 * 20 - 1;
    REG(TIM6, TIM_CR2) = REG(TIM2, TIM_CR2) = 2 << 4;
    REG(TIM2, TIM_CNT) = 84 * 10;
    REG(TIM6, TIM_CR1) = TIM_CR1_CEN;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    while (rounds < 20) {
        wait_for_interrupt();
    }
    REG(TIM2, TIM_CR1) = REG(TIM6, TIM_CR1) = 0;
}

static void check_loop(void)
{
    unsigned shift = 0;

    /* the first triggers found nothing from the DMA yet: where in the triangle did it begin? */
    while (shift < N && (in[0] != out[shift] || in[1] != out[(shift + 1) % N])) {
        shift++;
    }
    for (unsigned i = 0; i < N; i++) {
        mailbox[1] += in[i] != out[(i + shift) % N];
    }
    mailbox[2] = rounds;
    mailbox[3] = REG(DAC, DAC_SR);
    mailbox[4] = REG(ADC1, ADC_SR) & ADC_SR_OVR;
}

static void measure_both(void)
{
    REG(DAC, DAC_CR) = 0;
    REG(DAC, DAC_CR) = DAC_CR_EN1;
    REG(DAC, DAC_DHR12R1) = 1234;
    REG(ADC1, ADC_CR2) = REG(ADC2, ADC_CR2) = ADC_CR2_ADON;
    REG(ADC2, ADC_SQR3) = 1;
    REG(ADC, ADC_CCR) = 6 | 1 << 16;
    for (volatile uint32_t i = 0; i < 500; i++) {
    }
    REG(ADC1, ADC_SR) = 0;
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    while (!(REG(ADC2, ADC_SR) & ADC_SR_EOC)) {
    }
    mailbox[5] = REG(ADC, ADC_CDR);
}

static void measure_temperature(void)
{
    int32_t cal30 = *(volatile uint16_t *)0x1fff7a2c, cal110 = *(volatile uint16_t *)0x1fff7a2e;
    int32_t raw;

    REG(ADC, ADC_CCR) = ADC_CCR_TSVREFE | 1 << 16;
    REG(ADC1, ADC_SMPR1) = 7 << 18;
    REG(ADC1, ADC_SQR3) = 16;
    (void)REG(ADC1, ADC_DR);
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    while (!(REG(ADC1, ADC_SR) & ADC_SR_EOC)) {
    }
    raw = REG(ADC1, ADC_DR) * 3000 / 3300;
    mailbox[6] = (raw - cal30) * 80000 / (cal110 - cal30) + 30000;
}

int main(void)
{
    clock_168mhz();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_DMA2EN | RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM6EN | RCC_APB1ENR_TIM2EN | RCC_APB1ENR_DACEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_ADC1EN | RCC_APB2ENR_ADC2EN;
    REG(GPIOA, GPIO_MODER) |= 3 << 2 | 3 << 8;
    REG(ADC, ADC_CCR) = 1 << 16;                            /* 21 MHz */
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    for (volatile uint32_t i = 0; i < 500; i++) {
    }
    run_loop();
    check_loop();
    measure_both();
    measure_temperature();
    mailbox_finish();
}
