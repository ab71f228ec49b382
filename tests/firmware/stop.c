/*
 * What Sleep and Stop leave running, what bars the way into Stop, and what the RTC shows after it
 * (RM0090 5.3, 26.3.3, 38.16.1).
 *
 * Mailbox: 1 cycles that CYCCNT counts in 10 ms of Sleep, 2 and in 100 ms of Stop; 3 SLEEPCNT after a
 *   sleep of 200 cycles, 4 a while later, 5 when it is enabled anew; 6 SWS after a Stop that a pending bit
 *   of EXTI bars, 7 that a flag of the RTC bars, 8 wake-ups by then, 9 SWS after one that nothing bars;
 *   10 steps of SSR between before Stop and right after it, 11 a moment later, 12 is RSF set all the
 *   while; 13 wake-ups by SysTick in a Stop with DBG_STOP, 14 cycles that CYCCNT counts in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "rtc.h"

#define SLEEPDEEP (1 << 2)
#define DWT_SLEEPCNT REG(0xe0001000, 0x10)
#define SLEEPEVTENA (1 << 19)
#define DBGMCU_CR REG(0xe0042000, 4)
#define DBG_STOP 2
#define CLEAR(flag) (REG(RTC, RTC_ISR) = ~((flag) | RTC_ISR_INIT))

static volatile unsigned wakeups, systicks;

void rtc_wakeup_handler(void)
{
    CLEAR(RTC_ISR_WUTF);
    REG(EXTI, EXTI_PR) = 1 << 22;
    wakeups++;
}

void systick_handler(void)
{
    systicks++;
}

static void systick_every(uint32_t cycles)
{
    SYST_RVR = cycles - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
}

/* Every 16 periods of LSI / 32000: 200 of them are 100 ms. */
static void wake_up_after_100_ms(uint32_t interrupt_enable)
{
    REG(RTC, RTC_CR) &= ~(uint32_t)(RTC_CR_WUTE | RTC_CR_WUTIE);
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_WUTWF)) {
    }
    CLEAR(RTC_ISR_WUTF);
    REG(RTC, RTC_WUTR) = 199;
    REG(RTC, RTC_CR) |= RTC_CR_WUTE | interrupt_enable;
}

static uint32_t stop(void)
{
    uint32_t start = DWT_CYCCNT;

    SCB_SCR |= SLEEPDEEP;
    __asm__ volatile("dsb\n wfi\n isb" ::: "memory");
    SCB_SCR &= ~SLEEPDEEP;
    return DWT_CYCCNT - start;
}

static void count_in_sleep(void)
{
    uint32_t start;

    systick_every(160000);              /* 10 ms */
    start = DWT_CYCCNT;
    wait_for_interrupt();
    mailbox[1] = DWT_CYCCNT - start;
    DWT_CTRL |= SLEEPEVTENA;
    systick_every(200);
    wait_for_interrupt();
    SYST_CSR = 0;
    mailbox[3] = DWT_SLEEPCNT;
    for (volatile unsigned i = 0; i < 1000; i++) {
    }
    mailbox[4] = DWT_SLEEPCNT;
    DWT_CTRL &= ~SLEEPEVTENA;
    DWT_CTRL |= SLEEPEVTENA;
    mailbox[5] = DWT_SLEEPCNT;
}

static uint32_t sysclk(void)
{
    return (REG(RCC, RCC_CFGR) & RCC_CFGR_SWS) >> 2;
}

static void barred_stops(void)
{
    clock_168mhz();
    REG(EXTI, EXTI_IMR) |= 1 << 3;      /* NVIC does not know of it */
    REG(EXTI, EXTI_SWIER) = 1 << 3;
    stop();
    mailbox[6] = sysclk();
    REG(EXTI, EXTI_PR) = 1 << 3;
    REG(EXTI, EXTI_IMR) &= ~(1u << 3);

    wake_up_after_100_ms(0);
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_WUTF)) {
    }
    stop();
    mailbox[7] = sysclk();
    mailbox[8] = wakeups;
}

static uint32_t sub_seconds(void)
{
    uint32_t ssr = REG(RTC, RTC_SSR);

    (void)REG(RTC, RTC_DR);
    return ssr;
}

/* Down-counter steps from @before to now. */
static uint32_t steps_since(uint32_t before)
{
    return (before + RTC_STEPS - sub_seconds()) % RTC_STEPS;
}

static void stop_that_nothing_bars(void)
{
    uint32_t before;

    CLEAR(RTC_ISR_RSF);
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_RSF)) {
    }
    wake_up_after_100_ms(RTC_CR_WUTIE);
    before = sub_seconds();
    mailbox[2] = stop();
    mailbox[12] = !!(REG(RTC, RTC_ISR) & RTC_ISR_RSF);
    mailbox[10] = steps_since(before);
    mailbox[9] = sysclk();
    CLEAR(RTC_ISR_RSF);
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_RSF)) {
    }
    mailbox[11] = steps_since(before);
}

static void stop_for_debugger(void)
{
    REG(RTC, RTC_CR) &= ~(uint32_t)(RTC_CR_WUTE | RTC_CR_WUTIE);
    DBGMCU_CR = DBG_STOP;
    systicks = 0;
    systick_every(160000);
    mailbox[14] = stop();
    mailbox[13] = systicks;
    SYST_CSR = 0;
}

int main(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_PWREN;
    clock_settles();
    REG(PWR, PWR_CR) |= PWR_CR_DBP;
    cycles_init();
    rtc_start(0, 0x2101);
    REG(EXTI, EXTI_RTSR) = 1 << 22;
    REG(EXTI, EXTI_IMR) = 1 << 22;
    irq_enable(3);
    count_in_sleep();
    barred_stops();
    stop_that_nothing_bars();
    stop_for_debugger();
    mailbox_finish();
}
