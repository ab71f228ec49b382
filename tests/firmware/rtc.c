/*
 * RTC (RM0090 26) from LSI: an alarm wakes from Sleep, the wake-up timer from Stop and from Standby.
 *
 * The mailbox lies in SRAM2, which Standby loses: what has to survive is in backup registers.
 * Mailbox: 1 ms until the alarm that was set for 2 s; 2 alarms; 3 seconds that Stop took by the calendar,
 *   4 ms of SysTick meanwhile; 5 PWR_CSR after Standby; 6 TR before it, 7 after
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "rtc.h"

#define BKP(n) REG(RTC, RTC_BKP0R + 4 * (n))
#define IN_STANDBY 0x57a9d8b1
#define SLEEPDEEP (1 << 2)
#define CLEAR(flag) (REG(RTC, RTC_ISR) = ~((flag) | RTC_ISR_INIT))

static volatile unsigned alarms, wakeups;

void rtc_alarm_handler(void)
{
    CLEAR(RTC_ISR_ALRAF);
    REG(EXTI, EXTI_PR) = 1 << 17;
    alarms++;
}

void rtc_wakeup_handler(void)
{
    CLEAR(RTC_ISR_WUTF);
    REG(EXTI, EXTI_PR) = 1 << 22;
    wakeups++;
}

static uint32_t read_time(void)
{
    uint32_t tr;

    CLEAR(RTC_ISR_RSF);
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_RSF)) {
    }
    tr = REG(RTC, RTC_TR);
    (void)REG(RTC, RTC_DR);
    return tr;
}

static void alarm_in_sleep(void)
{
    REG(RTC, RTC_ALRMAR) = RTC_ALRMAR_MSK4;             /* at midnight */
    REG(RTC, RTC_CR) |= RTC_CR_ALRAE | RTC_CR_ALRAIE;
    ticks_ms = 0;
    while (!alarms) {
        wait_for_interrupt();
    }
    mailbox[1] = ticks_ms;
    mailbox[2] = alarms;
}

/* Every 16 periods of LSI / 32000: 2000 of them are 1 s. */
static void start_wakeup(unsigned seconds)
{
    REG(RTC, RTC_CR) &= ~(uint32_t)RTC_CR_WUTE;
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_WUTWF)) {
    }
    REG(RTC, RTC_WUTR) = 2000 * seconds - 1;
    CLEAR(RTC_ISR_WUTF);
    REG(RTC, RTC_CR) |= RTC_CR_WUTE | RTC_CR_WUTIE;
}

static void stop_mode(void)
{
    uint32_t before = read_time();

    ticks_ms = 0;
    start_wakeup(5);
    SCB_SCR |= SLEEPDEEP;
    while (!wakeups) {
        wait_for_interrupt();
    }
    SCB_SCR &= ~SLEEPDEEP;
    mailbox[3] = read_time() - before;
    mailbox[4] = ticks_ms;
}

/* The alarm stays armed, for the next midnight: time is not to leap there before the reset. */
static void standby_mode(void)
{
    SYST_CSR = 0;
    start_wakeup(3);
    for (unsigned i = 1; i < 5; i++) {
        BKP(i) = mailbox[i];
    }
    BKP(6) = read_time();
    BKP(0) = IN_STANDBY;
    REG(PWR, PWR_CR) |= PWR_CR_PDDS | PWR_CR_CWUF | PWR_CR_CSBF;
    SCB_SCR |= SLEEPDEEP;
    wait_for_interrupt();
}

static void after_standby(void)
{
    for (unsigned i = 1; i < 5; i++) {
        mailbox[i] = BKP(i);
    }
    mailbox[5] = REG(PWR, PWR_CSR);
    mailbox[6] = BKP(6);
    mailbox[7] = read_time();
    mailbox_finish();
}

int main(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_PWREN;
    clock_settles();
    REG(PWR, PWR_CR) |= PWR_CR_DBP;
    if (BKP(0) == IN_STANDBY) {
        REG(RCC, RCC_CSR) |= RCC_CSR_LSION;
        after_standby();
    }
    ticks_init(16000000);
    rtc_start(0x235958, 0x991231 | 5 << 13);
    REG(EXTI, EXTI_RTSR) = 1 << 17 | 1 << 22;
    REG(EXTI, EXTI_IMR) = 1 << 17 | 1 << 22;
    irq_enable(3);
    irq_enable(41);
    alarm_in_sleep();
    stop_mode();
    standby_mode();
    mailbox[0] = 0xbad;                 /* nobody comes back here */
    for (;;) {
    }
}
