/*
 * Five seconds of a motor's control loop at 20 kHz: TIM1 counts up and down at 168 MHz and makes three PWMs, its
 * TRGO lets the ADC measure three currents around the middle of the period, and the interrupt at their end
 * computes the next widths in floating point: some 2800 cycles of the 8400 that a period has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "board.h"

#define TOP 4200
#define ROUNDS 175      /* of 16 cycles, as the Cortex-M4's manual counts them */

static volatile uint32_t periods;
static float gains[4] = { 0.5f, 0.25f, 0.125f, 0.0625f }, state[4];

/* ROUNDS steps of a filter on @x; the compiler is not asked for an FPU, this is the loop alone that has one. */
static uint32_t filter(uint32_t x)
{
    uint32_t rounds = ROUNDS, y;

    __asm__ volatile(".fpu fpv4-sp-d16\n"
                     "vldmia %[gains], {s8-s11}\n"
                     "vmov s0, %[x]\n"
                     "vcvt.f32.u32 s0, s0\n"
                     "1: vldr s1, [%[state]]\n"
                     "vsub.f32 s2, s0, s1\n"
                     "vmla.f32 s1, s2, s8\n"
                     "vmul.f32 s3, s1, s9\n"
                     "vmla.f32 s3, s2, s10\n"
                     "vstr s1, [%[state]]\n"
                     "subs %[rounds], #1\n"
                     "bne 1b\n"
                     "vcvt.u32.f32 s3, s3\n"
                     "vmov %[y], s3\n"
                     : [y] "=r"(y), [rounds] "+r"(rounds)
                     : [x] "r"(x), [gains] "r"(gains), [state] "r"(state)
                     : "cc", "memory");
    return y;
}

void adc_handler(void)
{
    uint32_t current = REG(ADC1, ADC_JDR1) + REG(ADC1, ADC_JDR2) + REG(ADC1, ADC_JDR3);
    uint32_t width;

    REG(ADC1, ADC_SR) = ~ADC_SR_JEOC;
    width = filter(current) % TOP;
    REG(TIM1, TIM_CCR1) = width;
    REG(TIM1, TIM_CCR2) = TOP / 2;
    REG(TIM1, TIM_CCR3) = TOP - width;
    periods++;
}

static void start_adc(void)
{
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_ADC1EN;
    REG(ADC, ADC_CCR) = 1 << 16;                            /* 21 MHz */
    REG(ADC1, ADC_CR1) = ADC_CR1_SCAN | ADC_CR1_JEOCIE;
    REG(ADC1, ADC_JSQR) = 2 << 20 | 3 << 15 | 2 << 10 | 1 << 5;
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    for (volatile uint32_t i = 0; i < 500; i++) {
    }
    REG(ADC1, ADC_CR2) |= 1 << 20 | 1 << 16;                /* rising edge of TIM1's TRGO */
    irq_enable(18);
}

static void start_pwm(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(GPIOA, GPIO_AFRH) |= 0x111;                         /* PA8, PA9, PA10 */
    REG(GPIOA, GPIO_MODER) |= 2 << 16 | 2 << 18 | 2 << 20;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_TIM1EN;
    REG(TIM1, TIM_ARR) = TOP;
    REG(TIM1, TIM_CCMR1) = 6 << 12 | 1 << 11 | 6 << 4 | 1 << 3;
    REG(TIM1, TIM_CCMR2) = 7 << 12 | 1 << 11 | 6 << 4 | 1 << 3;
    REG(TIM1, TIM_CCR4) = TOP - 1;
    REG(TIM1, TIM_CCER) = 0x111;
    REG(TIM1, TIM_BDTR) = 1 << 15;
    REG(TIM1, TIM_CR2) = 7 << 4;                            /* TRGO: OC4REF, once a period */
    REG(TIM1, TIM_EGR) = 1;
    REG(TIM1, TIM_CR1) = 1 << 5 | TIM_CR1_CEN;              /* centre-aligned */
}

int main(void)
{
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;          /* CPACR: the FPU on */
    clock_168mhz();
    start_adc();
    start_pwm();
    while (periods < 5 * 20000) {
        wait_for_interrupt();
    }
    leave();
}
