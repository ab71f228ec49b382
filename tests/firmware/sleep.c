/*
 * Sleep, Stop and Standby (RM0090 5.3).
 *
 * The mailbox lies in SRAM2, which Standby loses; what has to survive it is in backup SRAM.
 * Mailbox: 1 wake-ups from Sleep; 2 cycles counted while asleep; 3 SWS after Stop, 4 ready flags then;
 *   5 wake-ups from WFE by an event, 6 pending bits it left; 7 PWR_CSR after Standby; 8 RCC_CSR then;
 *   9 SysTick's count over a Stop of 50 ms
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define KEPT ((volatile uint32_t *)0x40024000)
#define IN_STANDBY 0x57a9d8b1
#define SLEEPDEEP (1 << 2)
#define HOST_PRESSES_BUTTON 0x10        /* word 15: what the test is to do */

static volatile unsigned wakeups;

void exti0_handler(void)
{
    REG(EXTI, EXTI_PR) = 1;
    wakeups++;
}

static void sleep_mode(void)
{
    uint32_t start = DWT_CYCCNT;

    ticks_init(16000000);
    for (unsigned i = 0; i < 10; i++) {
        wait_for_interrupt();
    }
    SYST_CSR = 0;
    mailbox[1] = ticks_ms;
    mailbox[2] = DWT_CYCCNT - start;
}

static void stop_mode(void)
{
    uint32_t before;

    clock_168mhz();
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = 5;
    before = SYST_CVR;
    SCB_SCR |= SLEEPDEEP;
    mailbox[15] = HOST_PRESSES_BUTTON + 1;
    wait_for_interrupt();
    SCB_SCR &= ~SLEEPDEEP;
    mailbox[9] = before - SYST_CVR;
    mailbox[3] = (REG(RCC, RCC_CFGR) & RCC_CFGR_SWS) >> 2;
    mailbox[4] = REG(RCC, RCC_CR);
}

static void stop_mode_by_event(void)
{
    unsigned handled = wakeups;

    REG(EXTI, EXTI_IMR) = 0;
    REG(EXTI, EXTI_EMR) = 1;
    SCB_SCR |= SLEEPDEEP;
    __asm__ volatile("sev\n wfe");      /* the register is empty now */
    mailbox[15] = HOST_PRESSES_BUTTON + 2;
    __asm__ volatile("wfe");
    SCB_SCR &= ~SLEEPDEEP;
    mailbox[5] = wakeups == handled;
    mailbox[6] = REG(EXTI, EXTI_PR);
    REG(EXTI, EXTI_EMR) = 0;
}

static void standby_mode(void)
{
    while (REG(GPIOA, GPIO_IDR) & 1) {      /* or it would end at once */
    }
    REG(PWR, PWR_CR) |= PWR_CR_PDDS | PWR_CR_CWUF | PWR_CR_CSBF;
    REG(PWR, PWR_CSR) |= PWR_CSR_EWUP;
    KEPT[0] = IN_STANDBY;
    for (unsigned i = 1; i < 10; i++) {
        KEPT[i] = mailbox[i];
    }
    REG(GPIOD, GPIO_BSRR) = 1 << 12;
    SCB_SCR |= SLEEPDEEP;
    mailbox[15] = HOST_PRESSES_BUTTON + 3;
    wait_for_interrupt();
}

static void after_standby(void)
{
    for (unsigned i = 1; i < 10; i++) {
        mailbox[i] = KEPT[i];
    }
    mailbox[7] = REG(PWR, PWR_CSR);
    mailbox[8] = REG(RCC, RCC_CSR);
    mailbox_finish();
}

int main(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_PWREN;
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_BKPSRAMEN | RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    REG(PWR, PWR_CR) |= PWR_CR_DBP;
    if (KEPT[0] == IN_STANDBY) {
        after_standby();
    }
    cycles_init();
    leds_init();
    REG(EXTI, EXTI_RTSR) = 1;
    REG(EXTI, EXTI_IMR) = 1;
    irq_enable(6);

    sleep_mode();
    stop_mode();
    stop_mode_by_event();
    standby_mode();
    mailbox[0] = 0xbad;                 /* nobody comes back here */
    for (;;) {
    }
}
