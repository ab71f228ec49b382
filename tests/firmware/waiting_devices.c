/*
 * Loops that wait for a peripheral, as waiting.c: A/D and D/A converters, CAN, both watchdogs, the RTC; a copy by
 * DMA, at which interrupts look meanwhile.
 *
 * Mailbox: 1.. cycles at the end of each, from the start; 64.. what was seen then
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "can.h"
#include "mailbox.h"
#include "rtc.h"

#define WAIT_WHILE(condition) do { } while (condition)

static unsigned word;

static void note(uint32_t value)
{
    mailbox[64 + word] = value;
    mailbox[++word] = DWT_CYCCNT;
}

/* Eight conversions of 47 us, then one; an injected one. */
static void wait_for_adc(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    clock_settles();
    REG(GPIOA, GPIO_MODER) |= 3 | 3 << 8;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_ADC1EN;
    REG(ADC, ADC_CCR) = 3 << 16;
    REG(ADC1, ADC_SMPR1) = REG(ADC1, ADC_SMPR2) = 0x3fffffff;
    REG(ADC1, ADC_SQR1) = 7 << 20;
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    REG(ADC1, ADC_CR1) = ADC_CR1_SCAN;
    WAIT_WHILE(DWT_CYCCNT < 168 * 100);
    for (unsigned i = 0; i < 4; i++) {
        REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
        WAIT_WHILE(!(REG(ADC1, ADC_SR) & ADC_SR_EOC));
        note(REG(ADC1, ADC_DR));
    }
    REG(ADC1, ADC_CR2) |= ADC_CR2_JSWSTART;
    WAIT_WHILE(!(REG(ADC1, ADC_SR) & ADC_SR_JEOC));
    note(REG(ADC1, ADC_JDR1));
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    WAIT_WHILE(!(REG(ADC, ADC_CSR) & ADC_SR_EOC));
    note(REG(ADC1, ADC_SR));
    REG(ADC1, ADC_CR2) |= ADC_CR2_CONT | ADC_CR2_EOCS;
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    for (unsigned i = 0; i < 10; i++) {
        WAIT_WHILE(!(REG(ADC1, ADC_SR) & ADC_SR_EOC));
        note(REG(ADC1, ADC_DR));
    }
    WAIT_WHILE(!(REG(ADC1, ADC_SR) & ADC_SR_OVR));
    note(REG(ADC1, ADC_SR));
    REG(ADC1, ADC_CR2) = 0;
}

/* A triangle, a step every 200 us. */
static void wait_for_dac(void)
{
    uint32_t dor = 0;

    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_DACEN | RCC_APB1ENR_TIM6EN;
    REG(TIM6, TIM_ARR) = 84 * 200 - 1;
    REG(TIM6, TIM_CR2) = 2 << 4;
    REG(TIM6, TIM_CR1) = TIM_CR1_CEN;
    REG(DAC, DAC_DHR12R1) = 77;
    REG(DAC, DAC_CR) = DAC_CR_EN1 | DAC_CR_TEN1 | 2 << 6 | 11 << 8;
    for (unsigned i = 0; i < 20; i++) {
        WAIT_WHILE(REG(DAC, DAC_DOR1) == dor);
        dor = REG(DAC, DAC_DOR1);
        note(dor);
    }
    WAIT_WHILE(!(REG(DAC, DAC_DOR1) == dor + 3) && !(REG(DAC, DAC_SR) & DAC_SR_DMAUDR1));
    note(REG(DAC, DAC_DOR1));
    REG(TIM6, TIM_CR1) = 0;
}

/* 125 kbit/s, to itself: a frame takes a ms. */
static void wait_for_can(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_CAN1EN;
    REG(CAN1, CAN_FS1R) = 1;
    REG(CAN1, CAN_F0R2) = 0;
    REG(CAN1, CAN_FA1R) = 1;
    REG(CAN1, CAN_FMR) = 14 << 8;
    can_start(CAN1, 47 | 3 << 16 | 1 << 20 | 1u << 30 | 1u << 31, 0);
    note(REG(CAN1, CAN_MSR));
    for (unsigned i = 0; i < 3; i++) {
        REG(CAN1, CAN_TDT0R) = 8;
        REG(CAN1, CAN_TDL0R) = i;
        REG(CAN1, CAN_TI0R) = 0x123u << 21 | 1;
        WAIT_WHILE(!(REG(CAN1, CAN_MSR) & CAN_MSR_TXM));
        note(REG(CAN1, CAN_TSR));
        if (i == 0) {
            WAIT_WHILE(!(REG(CAN1, CAN_TSR) & CAN_TSR_RQCP0));
        } else if (i == 1) {
            WAIT_WHILE((REG(CAN1, CAN_RF0R) & 3) != 1);
        } else {
            WAIT_WHILE(REG(CAN1, CAN_TI0R) & 1 || REG(CAN1, CAN_ESR));
        }
        WAIT_WHILE(!(REG(CAN1, CAN_RF0R) & 3));
        note(REG(CAN1, CAN_RDL0R));
        REG(CAN1, CAN_RF0R) = CAN_RF0R_RFOM0;
        REG(CAN1, CAN_TSR) = CAN_TSR_RQCP0;
    }
}

static void wait_for_watchdogs(void)
{
    REG(IWDG, IWDG_KR) = 0xcccc;
    REG(IWDG, IWDG_KR) = 0x5555;
    REG(IWDG, IWDG_PR) = 6;
    REG(IWDG, IWDG_RLR) = 0xfff;
    WAIT_WHILE(REG(IWDG, IWDG_SR) & 1);
    note(REG(IWDG, IWDG_PR));
    WAIT_WHILE(REG(IWDG, IWDG_SR));
    note(REG(IWDG, IWDG_RLR));

    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_WWDGEN;
    REG(WWDG, WWDG_CFR) = 0x7f | 3 << 7;
    REG(WWDG, WWDG_CR) = WWDG_CR_WDGA | 0x45;
    WAIT_WHILE((REG(WWDG, WWDG_CR) & 0x7f) != 0x43);
    note(REG(WWDG, WWDG_CR));
    REG(WWDG, WWDG_CR) = WWDG_CR_WDGA | 0x43;
    WAIT_WHILE(!(REG(WWDG, WWDG_SR) & 1));
    note(REG(WWDG, WWDG_CR));
    REG(WWDG, WWDG_CR) = WWDG_CR_WDGA | 0x7f;
}

/* Steps of 4 ms from LSI. */
static void wait_for_rtc(void)
{
    uint32_t ssr, tr;

    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_PWREN;
    clock_settles();
    REG(PWR, PWR_CR) |= PWR_CR_DBP;
    rtc_start(0x235958, 0x250131);
    note(0);
    WAIT_WHILE(!(REG(RTC, RTC_ISR) & RTC_ISR_RSF));
    note(REG(RTC, RTC_TR));
    note(REG(RTC, RTC_DR));
    REG(RTC, RTC_CR) |= RTC_CR_BYPSHAD;
    for (unsigned i = 0; i < 3; i++) {
        ssr = REG(RTC, RTC_SSR);
        WAIT_WHILE(REG(RTC, RTC_SSR) == ssr);
        note(ssr);
    }
    REG(RTC, RTC_CR) &= ~RTC_CR_BYPSHAD;
    ssr = REG(RTC, RTC_SSR);
    (void)REG(RTC, RTC_DR);
    do {                                /* as HAL reads it: it stands until DR is read */
        tr = REG(RTC, RTC_SSR);
        (void)REG(RTC, RTC_TR);
        (void)REG(RTC, RTC_DR);
    } while (tr > ssr - 3);
    note(tr);
}

static uint32_t copy[4096];
static volatile uint32_t sum;

/* How far has it got? */
void systick_handler(void)
{
    uint32_t n = 0;

    while (n < 4096 && copy[n] == ((uint32_t *)0x08000000)[n]) {
        n += 16;
    }
    sum = sum * 31 + n;
}

static void start_copy(void)
{
    for (unsigned i = 0; i < 4096; i++) {
        copy[i] = 0x5a5a5a5a;
    }
    REG(DMA2, DMA_S0PAR) = 0x08000000;
    REG(DMA2, DMA_S0M0AR) = (uint32_t)copy;
    REG(DMA2, DMA_S0NDTR) = 4096;
    REG(DMA2, DMA_S0FCR) = 7;
    REG(DMA2, DMA_S0CR) = 2 << 6 | 3 << 9 | 2 << 11 | 2 << 13;
    REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
}

static void wait_for_copy(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA2EN;
    SYST_RVR = 16801;
    SYST_CVR = 0;
    SYST_CSR = 7;
    start_copy();
    WAIT_WHILE(!(REG(DMA2, DMA_LISR) & 1 << 4));
    note(REG(DMA2, DMA_S0NDTR));
    note(sum);
    WAIT_WHILE(REG(DMA2, DMA_S0CR) & DMA_S0CR_EN);
    note(sum);
    REG(DMA2, DMA_LIFCR) = 0x3d;
    start_copy();
    WAIT_WHILE(REG(DMA2, DMA_S0NDTR) > 1000);
    note(REG(DMA2, DMA_S0NDTR));
    WAIT_WHILE(!(REG(DMA2, DMA_LISR) & 1 << 5));
    note(sum);
    SYST_CSR = 0;
}

int main(void)
{
    clock_168mhz();
    cycles_init();
    wait_for_copy();
    wait_for_adc();
    wait_for_dac();
    wait_for_can();
    wait_for_watchdogs();
    wait_for_rtc();
    mailbox_finish();
}
