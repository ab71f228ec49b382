/*
 * Timers at 168 MHz: PWM captured by another timer over a jumper, update interrupts against the cycle
 * counter, a chain, an encoder turned by two pins.
 *
 * Jumpers it wants: pd12-pc6 (TIM4's PWM to TIM3), pe2-pe9, pe4-pe11 (out to TIM1's inputs).
 *
 * Mailbox: 1 period, 2 high time of the PWM, in ticks of 84 MHz; 3 interrupts of TIM2 in 100 ms;
 * 4 what TIM3 has counted of TIM2's 1 MHz in 10 ms; 5 the encoder after 25 steps forward, 6 and 30 back;
 * 7, 8 CCR1 and CCR2 of TIM1 after three bursts of DMA, 9 what DMA has left, 10 its flags, 11 cycles of
 * the three periods
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

static volatile uint32_t interrupts;

void tim2_handler(void)
{
    REG(TIM2, TIM_SR) = ~TIM_SR_UIF;
    interrupts++;
}

static void wait_cycles(uint32_t cycles)
{
    uint32_t start = DWT_CYCCNT;

    while (DWT_CYCCNT - start < cycles) {
    }
}

static void alternate(uint32_t gpio, unsigned pin, uint32_t function)
{
    set_field(&REG(gpio, GPIO_MODER), 3u << 2 * pin, 2);
    set_field(&REG(gpio, pin < 8 ? GPIO_AFRL : GPIO_AFRH), 15u << pin % 8 * 4, function);
}

static void pwm_and_capture(void)
{
    alternate(GPIOD, 12, 2);
    alternate(GPIOC, 6, 2);
    REG(TIM4, TIM_ARR) = 42000 - 1;
    REG(TIM4, TIM_CCR1) = 10500;
    REG(TIM4, TIM_CCMR1) = 6 << 4 | TIM_CCMR1_OC1PE;
    REG(TIM4, TIM_CCER) = TIM_CCER_CC1E;
    REG(TIM4, TIM_EGR) = TIM_EGR_UG;
    REG(TIM3, TIM_CCMR1) = 0x0201;
    REG(TIM3, TIM_CCER) = TIM_CCER_CC1E | TIM_CCER_CC2E | TIM_CCER_CC2P;
    REG(TIM3, TIM_SMCR) = 5 << 4 | 4;
    REG(TIM3, TIM_CR1) = TIM_CR1_CEN;
    REG(TIM4, TIM_CR1) = TIM_CR1_CEN | TIM_CR1_ARPE;
    wait_cycles(168000 * 2);
    mailbox[1] = REG(TIM3, TIM_CCR1);
    mailbox[2] = REG(TIM3, TIM_CCR2);
}

static void count_interrupts(void)
{
    REG(TIM2, TIM_PSC) = 83;
    REG(TIM2, TIM_ARR) = 99;
    REG(TIM2, TIM_EGR) = TIM_EGR_UG;
    REG(TIM2, TIM_SR) = 0;
    REG(TIM2, TIM_DIER) = TIM_DIER_UIE;
    irq_enable(28);
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    wait_cycles(16800000);
    mailbox[3] = interrupts;
    REG(TIM2, TIM_DIER) = 0;
}

static void chain(void)
{
    REG(TIM2, TIM_CR1) = 0;
    REG(TIM2, TIM_PSC) = 0;
    REG(TIM2, TIM_ARR) = 83;
    REG(TIM2, TIM_EGR) = TIM_EGR_UG;
    REG(TIM2, TIM_CR2) = 2 << 4;
    REG(TIM3, TIM_SMCR) = 0;
    REG(TIM3, TIM_CCER) = 0;
    REG(TIM3, TIM_SMCR) = 1 << 4 | 7;
    REG(TIM3, TIM_CNT) = 0;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
    wait_cycles(1680000);
    mailbox[4] = REG(TIM3, TIM_CNT);
}

static void turn(int steps)
{
    static const uint32_t levels[] = { 0, 1 << 2, 1 << 2 | 1 << 4, 1 << 4 };
    static unsigned at;

    for (; steps; steps += steps < 0 ? 1 : -1) {
        at += steps < 0 ? 3 : 1;
        REG(GPIOE, GPIO_ODR) = levels[at % 4];
    }
}

static void encoder(void)
{
    set_field(&REG(GPIOE, GPIO_MODER), 3 << 4, 1);
    set_field(&REG(GPIOE, GPIO_MODER), 3 << 8, 1);
    alternate(GPIOE, 9, 1);
    alternate(GPIOE, 11, 1);
    REG(TIM1, TIM_CCMR1) = 0x0101;
    REG(TIM1, TIM_SMCR) = 3;
    REG(TIM1, TIM_CR1) = TIM_CR1_CEN;
    turn(25);
    mailbox[5] = REG(TIM1, TIM_CNT);
    turn(-30);
    mailbox[6] = REG(TIM1, TIM_CNT);
}

/* At each update DMA writes a pair to CCR1 and CCR2 through DMAR. */
static void dma_burst(void)
{
    static const uint32_t pairs[] = { 100, 200, 300, 400, 500, 600 };
    uint32_t start;

    REG(TIM1, TIM_CR1) = 0;
    REG(TIM1, TIM_SMCR) = 0;
    REG(TIM1, TIM_CCER) = 0;
    REG(TIM1, TIM_CCMR1) = 0;
    REG(TIM1, TIM_CNT) = 0;
    REG(TIM1, TIM_ARR) = 16800 - 1;
    REG(TIM1, TIM_DCR) = 1 << 8 | 0x34 / 4;
    REG(TIM1, TIM_DIER) = TIM_DIER_UDE;
    REG(DMA2, DMA_S5PAR) = TIM1 + TIM_DMAR;
    REG(DMA2, DMA_S5M0AR) = (uint32_t)pairs;
    REG(DMA2, DMA_S5NDTR) = 6;
    REG(DMA2, DMA_S5CR) = 6 << 25 | 2 << 13 | 2 << 11 | 1 << 10 | 1 << 6 | 1;
    start = DWT_CYCCNT;
    REG(TIM1, TIM_CR1) = TIM_CR1_CEN;
    while (!(REG(DMA2, DMA_HISR) & 1 << 11)) {
    }
    mailbox[11] = DWT_CYCCNT - start;
    mailbox[7] = REG(TIM1, TIM_CCR1);
    mailbox[8] = REG(TIM1, TIM_CCR2);
    mailbox[9] = REG(DMA2, DMA_S5NDTR);
    mailbox[10] = REG(DMA2, DMA_HISR) >> 6 & 0x3f;
}

int main(void)
{
    clock_168mhz();
    cycles_init();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_GPIODEN | RCC_AHB1ENR_GPIOEEN |
                             RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN | RCC_APB1ENR_TIM3EN | RCC_APB1ENR_TIM4EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_TIM1EN;
    pwm_and_capture();
    count_interrupts();
    chain();
    encoder();
    dma_burst();
    mailbox_finish();
}
