/*
 * Real-time clock (RM0090 chapter 26), from a crystal of 32.768 kHz: times to its period.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/rtc.h"
#include "stm32/core/regs.h"

#define RTC 0x40002800
#define PWR_CR 0x40007000
#define PWR_CSR 0x40007004
#define RCC_BDCR 0x40023870
#define BKPSRAM 0x40024000
#define EXTI_IMR 0x40013c00
#define EXTI_RTSR 0x40013c08
#define EXTI_PR 0x40013c14
/* Years go by here, and slirp does something every few minutes: no network. */
#define LSE "-machine lse=on -nic none "
#define RESTART 4               /* cycles until the calendar goes */
#define SECOND 32768
#define FLAGS 0x7f00            /* of ISR: write this less one of them to clear that */
#define IN_INIT R_ISR_INIT_MASK

static int64_t ns_gone;         /* since RTCCLK runs */
static int64_t zero;            /* the cycle that the test counts from */

static void wait_ns(int64_t ns)
{
    if (ns) {
        board_wait_ns(ns);
    }
    ns_gone += ns;
}

/* Cycles since set_zero(). */
static int64_t cycle(void)
{
    return (__int128)ns_gone * SECOND / 1000000000 - zero;
}

static void set_zero(void)
{
    zero += cycle();
}

/* Wait until it is this cycle, or some ns more. */
static void wait_until(int64_t cycles, int64_t ns_more)
{
    __int128 ns = (__int128)(zero + cycles) * 1000000000;

    wait_ns((int64_t)((ns + SECOND - 1) / SECOND) + ns_more - ns_gone);
}

static void unlock(void)
{
    poke(RTC + A_WPR, 0xca);
    poke(RTC + A_WPR, 0x53);
}

/* A board with the backup domain open. */
static void start(const char *args)
{
    board_start(args);
    board_watch_irqs();
    board_enable("pwr");
    poke(PWR_CR, 1 << 8);
    poke(EXTI_IMR, 1 << 17 | 1 << 21 | 1 << 22);
    poke(EXTI_RTSR, 1 << 17 | 1 << 21 | 1 << 22);
}

/* ... and the RTC running from LSE and unlocked, at the begin of a cycle. */
static void start_running(void)
{
    start(LSE);
    poke(RCC_BDCR, 1);
    board_wait_ns(1000000000);
    poke(RCC_BDCR, 1 << 15 | 1 << 8 | 1);
    unlock();
    ns_gone = zero = 0;
    wait_until(10, 0);
    set_zero();
}

static uint32_t isr(uint32_t mask)
{
    return peek(RTC + A_ISR) & mask;
}

static void begin_init(void)
{
    poke(RTC + A_ISR, 0xffffffff);
    wait_until(cycle() + 2, 0);
    g_assert_cmphex(isr(R_ISR_INITF_MASK), ==, R_ISR_INITF_MASK);
}

static void end_init(void)
{
    poke(RTC + A_ISR, ~IN_INIT);
}

/* The calendar begins this, and zero is when it does. */
static void set_calendar(uint32_t tr, uint32_t dr)
{
    begin_init();
    poke(RTC + A_TR, tr);
    poke(RTC + A_DR, dr);
    end_init();
    set_zero();
    wait_until(RESTART, 0);
    set_zero();
}

static void assert_calendar(uint32_t tr, uint32_t dr)
{
    g_assert_cmphex(peek(RTC + A_TR), ==, tr);
    g_assert_cmphex(peek(RTC + A_DR), ==, dr);
}

static void test_protection(void)
{
    board_start(LSE);
    poke(RTC + A_BKP0R, 1);
    g_assert_cmphex(peek(RTC + A_BKP0R), ==, 0);
    g_assert_cmpint(board_mistakes("BKP0R written while the backup domain is protected"), ==, 1);
    start(LSE);
    poke(RTC + A_BKP0R + 4 * 19, 0x12345678);           /* needs no key */
    g_assert_cmphex(peek(RTC + A_BKP0R + 4 * 19), ==, 0x12345678);
    poke(RTC + A_CR, R_CR_BYPSHAD_MASK);
    g_assert_cmphex(peek(RTC + A_CR), ==, 0);
    g_assert_cmpint(board_mistakes("CR written while it is write-protected"), ==, 1);
    poke(RTC + A_WPR, 0xca);
    poke(RTC + A_WPR, 0x52);
    g_assert_cmpint(board_mistakes("key 0x52 out of order"), ==, 1);
    poke(RTC + A_WPR, 0x53);
    poke(RTC + A_CR, R_CR_BYPSHAD_MASK);
    g_assert_cmphex(peek(RTC + A_CR), ==, 0);
    unlock();
    poke(RTC + A_CR, R_CR_BYPSHAD_MASK);
    g_assert_cmphex(peek(RTC + A_CR), ==, R_CR_BYPSHAD_MASK);
    board_reset();                                      /* a reset locks nothing */
    board_enable("pwr");
    poke(PWR_CR, 1 << 8);
    poke(RTC + A_CR, 0);
    g_assert_cmphex(peek(RTC + A_CR), ==, 0);
    poke(RTC + A_TR, 0x123456);
    g_assert_cmpint(board_mistakes("TR written outside of initialization mode"), ==, 1);
    poke(RTC + A_CR, R_CR_FMT_MASK);
    g_assert_cmphex(peek(RTC + A_CR), ==, 0);
    poke(RTC + A_WPR, 0xff);                            /* locks, without a word */
    poke(RTC + A_CR, R_CR_BYPSHAD_MASK);
    g_assert_cmphex(peek(RTC + A_CR), ==, 0);
    g_assert_cmpint(board_mistakes("key 0xff"), ==, 0);
}

static void test_initialization(void)
{
    start(LSE);
    unlock();
    poke(RTC + A_ISR, 0xffffffff);
    wait_ns(1000000000);
    g_assert_cmphex(isr(0xc0), ==, IN_INIT);            /* no RTCCLK, no INITF */
    start_running();
    g_assert_cmphex(isr(0xffffffff), ==, 0x27);
    poke(RTC + A_ISR, 0xffffffff);
    wait_until(2, -1);
    g_assert_cmphex(isr(0xe0), ==, IN_INIT | R_ISR_RSF_MASK);
    wait_until(2, 0);
    g_assert_cmphex(isr(0xe0), ==, IN_INIT | R_ISR_INITF_MASK);
    poke(RTC + A_PRER, 0xff);                           /* two writes, as the manual wants */
    poke(RTC + A_PRER, 0x7f00ff);
    poke(RTC + A_TR, 0x235958);
    poke(RTC + A_DR, 0x991231 | 5 << 13);
    wait_ns(10000000000);                         /* it stands */
    end_init();
    set_zero();
    g_assert_cmphex(isr(0xe0), ==, 0);
    wait_until(RESTART, 0);
    g_assert_cmphex(isr(0xf0), ==, R_ISR_RSF_MASK | R_ISR_INITS_MASK);
    assert_calendar(0x235958, 0x991231 | 5 << 13);
    wait_until(RESTART + SECOND, -1);
    assert_calendar(0x235958, 0x991231 | 5 << 13);
    wait_until(RESTART + SECOND, 0);
    assert_calendar(0x235959, 0x991231 | 5 << 13);
    wait_until(RESTART + 2 * SECOND, 0);
    assert_calendar(0, 0x000101 | 6 << 13);
}

static void test_dates(void)
{
    static const struct {
        uint32_t dr, next;
        int days;
    } dates[] = {
        { 0x240228 | 3 << 13, 0x240229 | 4 << 13, 1 },
        { 0x240229 | 7 << 13, 0x240301 | 1 << 13, 1 },
        { 0x230228 | 2 << 13, 0x230301 | 3 << 13, 1 },
        { 0x000228 | 1 << 13, 0x000229 | 2 << 13, 1 },
        { 0x260430 | 4 << 13, 0x260501 | 5 << 13, 1 },
        { 0x261009 | 4 << 13, 0x261010 | 5 << 13, 1 },
        { 0x260101 | 4 << 13, 0x270101 | 5 << 13, 365 },
        { 0x990101 | 5 << 13, 0x990101 | 4 << 13, 36525 },
        { 0x000000, 0x000001 | 1 << 13, 1 },            /* no date, but it must go on */
        { 0x001f3f, 0x010101 | 1 << 13, 1 },
    };

    start_running();
    for (unsigned i = 0; i < ARRAY_SIZE(dates); i++) {
        g_test_message("%06x", dates[i].dr);
        set_calendar(0x000000, dates[i].dr);
        wait_ns(dates[i].days * 86400000000000ll);
        assert_calendar(0, dates[i].next);
    }
}

static void test_am_pm(void)
{
    static const uint32_t hours[] = {
        0x12, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x10, 0x11,
        0x52, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x50, 0x51,
    };

    start_running();
    begin_init();
    poke(RTC + A_CR, R_CR_FMT_MASK);
    set_calendar(0x120000, 0x260101 | 4 << 13);
    for (unsigned hour = 0; hour < 24; hour++) {
        assert_calendar(hours[hour] << 16, 0x260101 | 4 << 13);
        wait_ns(3600000000000ll);
    }
    assert_calendar(0x120000, 0x260102 | 5 << 13);
}

static void test_daylight_saving(void)
{
    start_running();
    set_calendar(0x012345, 0x260329 | 7 << 13);
    poke(RTC + A_CR, R_CR_ADD1H_MASK | R_CR_BKP_MASK);
    assert_calendar(0x022345, 0x260329 | 7 << 13);
    g_assert_cmphex(peek(RTC + A_CR), ==, R_CR_BKP_MASK);
    poke(RTC + A_CR, R_CR_SUB1H_MASK);
    poke(RTC + A_CR, R_CR_SUB1H_MASK);
    assert_calendar(0x002345, 0x260329 | 7 << 13);
    poke(RTC + A_CR, R_CR_SUB1H_MASK);                  /* not below 0 */
    assert_calendar(0x002345, 0x260329 | 7 << 13);
}

static void test_shadow_registers(void)
{
    start_running();
    set_calendar(0x000059, 0x260101 | 4 << 13);
    wait_until(128 * 200, 0);
    g_assert_cmphex(peek(RTC + A_SSR), ==, 55);         /* locks all three ... */
    wait_until(SECOND + 128, 0);
    g_assert_cmphex(peek(RTC + A_TR), ==, 0x59);
    g_assert_cmphex(peek(RTC + A_DR), ==, 0x260101 | 4 << 13);
    g_assert_cmphex(peek(RTC + A_TR), ==, 0x100);       /* ... until DR */
    g_assert_cmphex(peek(RTC + A_SSR), ==, 254);
    wait_until(2 * SECOND, 0);
    g_assert_cmphex(peek(RTC + A_SSR), ==, 254);
    poke(RTC + A_CR, R_CR_BYPSHAD_MASK);
    g_assert_cmphex(peek(RTC + A_SSR), ==, 255);
    g_assert_cmphex(peek(RTC + A_TR), ==, 0x101);
    g_assert_cmphex(isr(R_ISR_RSF_MASK), ==, 0);
    poke(RTC + A_CR, 0);
    peek(RTC + A_DR);
    poke(RTC + A_ISR, ~(R_ISR_RSF_MASK | IN_INIT));
    g_assert_cmphex(isr(R_ISR_RSF_MASK), ==, 0);
    wait_until(2 * SECOND + 2, 0);
    g_assert_cmphex(isr(R_ISR_RSF_MASK), ==, R_ISR_RSF_MASK);
}

static void test_resets(void)
{
    start_running();
    set_calendar(0x101112, 0x260717 | 5 << 13);
    poke(RTC + A_BKP0R, 0x32f2);
    board_reset();
    assert_calendar(0, 0x2101);                         /* the shadow registers' */
    wait_ns(1000000000);
    assert_calendar(0x101113, 0x260717 | 5 << 13);
    g_assert_cmphex(peek(RTC + A_BKP0R), ==, 0x32f2);
    board_enable("pwr");
    poke(PWR_CR, 1 << 8);
    poke(RTC + A_ISR, 0xffffffff);
    wait_ns(1000000000);
    board_reset();                                      /* ends INIT */
    g_assert_cmphex(isr(0xc0), ==, 0);
    wait_ns(1001000000);
    assert_calendar(0x101114, 0x260717 | 5 << 13);
    board_enable("pwr");
    poke(PWR_CR, 1 << 8);
    poke(RCC_BDCR, 1 << 16);
    poke(RCC_BDCR, 0);
    g_assert_cmphex(peek(RTC + A_BKP0R), ==, 0);
    g_assert_cmphex(isr(0xffffffff), ==, 7);
    poke(RTC + A_CR, R_CR_BYPSHAD_MASK);
    g_assert_cmphex(peek(RTC + A_CR), ==, 0);           /* locked again */
}

/* ---- Alarms ---- */

#define NO_DATE R_ALRMAR_MSK4_MASK
#define EVERY_SECOND 0x80808080

static void set_alarm(uint32_t alarm, uint32_t ssr)
{
    poke(RTC + A_CR, 0);
    wait_until(cycle() + 2, 0);
    g_assert_cmphex(isr(R_ISR_ALRAWF_MASK), ==, R_ISR_ALRAWF_MASK);
    poke(RTC + A_ALRMAR, alarm);
    poke(RTC + A_ALRMASSR, ssr);
    poke(RTC + A_CR, R_CR_ALRAE_MASK | R_CR_ALRAIE_MASK);
    g_assert_cmphex(isr(R_ISR_ALRAWF_MASK), ==, 0);
}

static void clear_alarm(void)
{
    poke(RTC + A_ISR, ~(R_ISR_ALRAF_MASK | IN_INIT));
    poke(EXTI_PR, 1 << 17);
    g_assert_false(irq(41));
}

/* The interrupt comes in this cycle since the calendar was set, not 1 ns before. */
static void assert_alarm_at(int64_t cycle)
{
    wait_until(cycle, -1);
    g_assert_false(irq(41));
    g_assert_cmphex(isr(R_ISR_ALRAF_MASK), ==, 0);
    wait_until(cycle, 0);
    g_assert_true(irq(41));
    g_assert_cmphex(isr(R_ISR_ALRAF_MASK), ==, R_ISR_ALRAF_MASK);
    clear_alarm();
}

static void test_alarm(void)
{
    static const struct {
        uint32_t tr, dr, alarm;
        int64_t seconds, again;         /* until the first, and the next from there */
    } rows[] = {
        { 0x022000, 0x260717, NO_DATE | 0x022030, 30, 86400 },
        { 0x022000, 0x260717, EVERY_SECOND, 1, 1 },
        { 0x000000, 0x260717, 0x80808030, 30, 60 },
        { 0x000030, 0x260717, 0x80808030, 60, 60 },                 /* not in this second */
        { 0x235959, 0x260717, 0x80801500, 15 * 60 + 1, 3600 },
        { 0x000000, 0x260117 | 6 << 13, 0x31000000, 14 * 86400, 59 * 86400 },
        { 0x000000, 0x260717 | 5 << 13, 0x41000000, 3 * 86400, 7 * 86400 },  /* Monday */
        { 0x000000, 0x240201 | 4 << 13, 0x29000000, 28 * 86400, 29 * 86400 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        g_test_message("%08x", rows[i].alarm);
        start_running();
        set_calendar(rows[i].tr, rows[i].dr);
        set_alarm(rows[i].alarm, 0);
        assert_alarm_at(rows[i].seconds * SECOND);
        assert_alarm_at((rows[i].seconds + rows[i].again) * SECOND);
    }
}

static void test_sub_second_alarm(void)
{
    start_running();
    set_calendar(0, 0x260101);
    set_alarm(0x80808002, 8 << R_ALRMASSR_MASKSS_SHIFT | 155);      /* second 2, SSR = 155 */
    assert_alarm_at(2 * SECOND + 100 * 128);
    assert_alarm_at(62 * SECOND + 100 * 128);
    start_running();
    set_calendar(0, 0x260101);
    set_alarm(EVERY_SECOND, 6 << R_ALRMASSR_MASKSS_SHIFT | 0);      /* 4 times a second */
    for (unsigned n = 1; n < 10; n++) {
        assert_alarm_at(n * SECOND / 4 - 128);
    }
    start_running();
    set_calendar(0, 0x260101);
    set_alarm(EVERY_SECOND, 15 << R_ALRMASSR_MASKSS_SHIFT | 300);   /* PREDIV_S is 255 */
    wait_ns(10000000000);
    g_assert_cmphex(isr(R_ISR_ALRAF_MASK), ==, 0);
}

/* What can't be, never is; and a flag that nobody waits for is there when asked for. */
static void test_odd_alarms(void)
{
    static const uint32_t never[] = { 0x80808075, 0x80807580, 0x80358080, 0x32000000, 0x49000000 };

    start_running();
    set_calendar(0, 0x260101 | 4 << 13);
    for (unsigned i = 0; i < ARRAY_SIZE(never); i++) {
        set_alarm(never[i], 0);
        wait_ns(100 * 86400000000000ll);
        g_assert_cmphex(isr(R_ISR_ALRAF_MASK), ==, 0);
    }
    start_running();
    set_calendar(0, 0);                                 /* as a time base does it */
    set_alarm(1, 0);
    assert_alarm_at(SECOND);
    assert_calendar(1, 0);
    poke(RTC + A_ALRMAR, 5);
    g_assert_cmphex(peek(RTC + A_ALRMAR), ==, 1);
    g_assert_cmpint(board_mistakes("while its ISR.ALRxWF is 0"), ==, 1);
    start_running();
    set_calendar(0, 0x260101);
    poke(RTC + A_ALRMBR, 0x80808010);
    poke(RTC + A_CR, R_CR_ALRBE_MASK);
    wait_until(10 * SECOND, -1);
    g_assert_cmphex(isr(R_ISR_ALRBF_MASK), ==, 0);
    wait_until(11 * SECOND, 0);
    g_assert_cmphex(isr(R_ISR_ALRBF_MASK), ==, R_ISR_ALRBF_MASK);
    g_assert_false(irq(41));
    poke(RTC + A_CR, R_CR_ALRBE_MASK | R_CR_ALRBIE_MASK);
    g_assert_true(irq(41));
}

/* ---- Wake-up timer ---- */

static void assert_wakeup_at(int64_t cycle)
{
    wait_until(cycle, -1);
    g_assert_false(irq(3));
    wait_until(cycle, 0);
    g_assert_true(irq(3));
    g_assert_cmphex(isr(R_ISR_WUTF_MASK), ==, R_ISR_WUTF_MASK);
    poke(RTC + A_ISR, ~(R_ISR_WUTF_MASK | IN_INIT));
    poke(EXTI_PR, 1 << 22);
}

static void test_wakeup(void)
{
    uint32_t on = R_CR_WUTE_MASK | R_CR_WUTIE_MASK;

    for (unsigned select = 0; select < 8; select++) {
        int64_t period = select < 4 ? (16 >> select) * 10 : select < 6 ? 10 * SECOND
                         : (0x10000ll + 10) * SECOND;

        start_running();
        set_calendar(0, 0x260101);
        poke(RTC + A_WUTR, 9);
        poke(RTC + A_CR, select);
        poke(RTC + A_CR, select | on);
        g_assert_cmphex(isr(R_ISR_WUTWF_MASK), ==, 0);
        assert_wakeup_at(period);
        assert_wakeup_at(2 * period);
        wait_until(5 * period + 1, 0);                  /* some are missed */
        poke(RTC + A_ISR, ~(R_ISR_WUTF_MASK | IN_INIT));
        poke(EXTI_PR, 1 << 22);
        assert_wakeup_at(6 * period);
        poke(RTC + A_WUTR, 3);                          /* lost */
        g_assert_cmphex(peek(RTC + A_WUTR), ==, 9);
        poke(RTC + A_CR, select);
        g_assert_cmphex(isr(R_ISR_WUTWF_MASK), ==, 0);
        wait_until(cycle() + 2, 0);
        g_assert_cmphex(isr(R_ISR_WUTWF_MASK), ==, R_ISR_WUTWF_MASK);
        poke(RTC + A_WUTR, 3);
        g_assert_cmphex(peek(RTC + A_WUTR), ==, 3);
    }
    g_assert_cmpint(board_mistakes("WUTR written while ISR.WUTWF is 0"), ==, 1);
}

/* It raises PWR's WUF too. */
static void test_wakes_pwr(void)
{
    start_running();
    poke(PWR_CR, 1 << 8 | 1 << 2);
    poke(RTC + A_WUTR, 0);
    poke(RTC + A_CR, R_CR_WUTE_MASK | R_CR_WUTIE_MASK);
    wait_until(15, 0);
    g_assert_cmphex(peek(PWR_CSR) & 1, ==, 0);
    wait_until(16, 0);
    g_assert_cmphex(peek(PWR_CSR) & 1, ==, 1);
}

/* ---- Shift and calibration ---- */

static void test_shift(void)
{
    start_running();
    set_calendar(0, 0x260101);
    wait_until(128 * 100, 0);
    poke(RTC + A_SHIFTR, 56);                           /* later by 56 / 256 s */
    g_assert_cmphex(isr(R_ISR_SHPF_MASK | R_ISR_RSF_MASK), ==, R_ISR_SHPF_MASK);
    poke(RTC + A_SHIFTR, 56);                           /* lost */
    g_assert_cmpint(board_mistakes("SHIFTR written while a shift is pending"), ==, 1);
    wait_until(128 * 101 + 2, 0);
    g_assert_cmphex(isr(R_ISR_SHPF_MASK | R_ISR_RSF_MASK), ==, R_ISR_RSF_MASK);
    g_assert_cmphex(peek(RTC + A_SSR), ==, 255 - 101 + 56);
    peek(RTC + A_DR);
    wait_until(SECOND + 56 * 128, -1);
    assert_calendar(0, 0x260101);
    wait_until(SECOND + 56 * 128, 0);
    assert_calendar(1, 0x260101);
    poke(RTC + A_SHIFTR, R_SHIFTR_ADD1S_MASK | 200);    /* earlier by 56 / 256 s: as it was */
    wait_until(2 * SECOND, -1);
    assert_calendar(2, 0x260101);
    g_assert_cmphex(peek(RTC + A_SSR), ==, 256);        /* more than PREDIV_S, so it is 1 yet */
    peek(RTC + A_DR);
    wait_until(3 * SECOND, -1);
    assert_calendar(2, 0x260101);
    wait_until(3 * SECOND, 0);
    assert_calendar(3, 0x260101);
}

/* 2^20 cycles of RTCCLK are 32 s; masked pulses make them longer, added ones shorter. */
static void test_calibration(void)
{
    static const struct {
        uint32_t calr;
        int pulses;
    } rows[] = {
        { 511, -511 }, { 256, -256 }, { R_CALR_CALP_MASK, 512 }, { R_CALR_CALP_MASK | 511, 1 },
        { R_CALR_CALW8_MASK | 0x1ff, -0x1fc }, { R_CALR_CALW16_MASK | 0x1ff, -0x1fe },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        double second = 1e9 * (1 << 20) / ((1 << 20) + rows[i].pulses);

        start_running();
        poke(RTC + A_CALR, rows[i].calr);
        g_assert_cmphex(isr(R_ISR_RECALPF_MASK), ==, R_ISR_RECALPF_MASK);
        poke(RTC + A_CALR, 0);                          /* lost */
        wait_ns(20000000);
        g_assert_cmphex(isr(R_ISR_RECALPF_MASK), ==, 0);
        poke(RTC + A_ISR, 0xffffffff);
        wait_ns(100000);
        poke(RTC + A_TR, 0);
        end_init();
        wait_ns((int64_t)(second / SECOND * RESTART));
        wait_ns((int64_t)(second * 3600) - 50000);      /* the cycle had begun */
        g_assert_cmphex(peek(RTC + A_TR), ==, 0x005959);
        peek(RTC + A_DR);
        wait_ns(100000);
        g_assert_cmphex(peek(RTC + A_TR), ==, 0x010000);
        peek(RTC + A_DR);
    }
}

/* DC = 31 negative: 62 of 983040 pulses of ck_apre are left out in 64 minutes. */
static void test_coarse_calibration(void)
{
    start_running();
    begin_init();
    poke(RTC + A_CALIBR, R_CALIBR_DCS_MASK | 31);
    poke(RTC + A_CR, R_CR_DCE_MASK);
    poke(RTC + A_TR, 0);
    end_init();
    wait_ns(125000);                              /* the restart */
    wait_ns(3840000000000ll);
    g_assert_cmphex(peek(RTC + A_TR), ==, 0x010359);
    peek(RTC + A_DR);
    wait_ns(3840000000000ll * 62 / 983040 + 1000000);
    g_assert_cmphex(peek(RTC + A_TR), ==, 0x010400);
}

/* ---- Pins ---- */

static void test_time_stamp(void)
{
    start_running();
    pin_drive("pc13", "0");
    set_calendar(0x112233, 0x260717 | 5 << 13);
    poke(RTC + A_CR, R_CR_TSE_MASK | R_CR_TSIE_MASK);
    wait_until(128 * 10, 0);
    pin_drive("pc13", "1");
    g_assert_true(irq(2));
    g_assert_cmphex(isr(R_ISR_TSF_MASK | R_ISR_TSOVF_MASK), ==, R_ISR_TSF_MASK);
    wait_until(SECOND, 0);
    pin_drive("pc13", "0");
    g_assert_cmphex(isr(R_ISR_TSOVF_MASK), ==, 0);
    pin_drive("pc13", "1");
    g_assert_cmphex(isr(R_ISR_TSOVF_MASK), ==, R_ISR_TSOVF_MASK);
    g_assert_cmphex(peek(RTC + A_TSTR), ==, 0x112233);
    g_assert_cmphex(peek(RTC + A_TSDR), ==, 0x0717 | 5 << 13);
    g_assert_cmphex(peek(RTC + A_TSSSR), ==, 245);
    poke(RTC + A_ISR, ~(R_ISR_TSF_MASK | R_ISR_TSOVF_MASK | IN_INIT));
    g_assert_cmphex(peek(RTC + A_TSTR), ==, 0);
    poke(RTC + A_CR, 0);
    poke(RTC + A_CR, R_CR_TSE_MASK | R_CR_TSEDGE_MASK);
    pin_drive("pc13", "0");
    g_assert_cmphex(isr(R_ISR_TSF_MASK), ==, R_ISR_TSF_MASK);
    poke(RTC + A_ISR, ~(R_ISR_TSF_MASK | IN_INIT));
    poke(RTC + A_TAFCR, R_TAFCR_TSINSEL_MASK);          /* PI8 instead */
    pin_drive("pi8", "1");
    pin_drive("pc13", "1");
    pin_drive("pc13", "0");
    g_assert_cmphex(isr(R_ISR_TSF_MASK), ==, 0);
    pin_drive("pi8", "0");
    g_assert_cmphex(isr(R_ISR_TSF_MASK), ==, R_ISR_TSF_MASK);
}

static void fill_backup(void)
{
    for (unsigned i = 0; i < 20; i++) {
        poke(RTC + A_BKP0R + 4 * i, ~i);
    }
}

static void assert_erased(bool erased)
{
    for (unsigned i = 0; i < 20; i++) {
        g_assert_cmphex(peek(RTC + A_BKP0R + 4 * i), ==, erased ? 0 : ~i);
    }
}

static void test_tamper_edge(void)
{
    start_running();
    pin_drive("pc13", "0");
    fill_backup();
    poke(RTC + A_TAFCR, R_TAFCR_TAMP1E_MASK | R_TAFCR_TAMPIE_MASK | R_TAFCR_TAMPTS_MASK);
    assert_erased(false);
    pin_drive("pc13", "1");
    assert_erased(true);
    g_assert_true(irq(2));
    g_assert_cmphex(isr(R_ISR_TAMP1F_MASK | R_ISR_TSF_MASK), ==, R_ISR_TAMP1F_MASK | R_ISR_TSF_MASK);
    fill_backup();
    poke(RTC + A_ISR, ~(R_ISR_TAMP1F_MASK | R_ISR_TSF_MASK | IN_INIT));
    assert_erased(false);
    poke(RTC + A_TAFCR, 0);
    poke(RTC + A_TAFCR, R_TAFCR_TAMP1E_MASK);           /* enabled while high: counts too */
    assert_erased(true);
    poke(RTC + A_TAFCR, R_TAFCR_TAMP2E_MASK | R_TAFCR_TAMP2TRG_MASK);   /* PI8 is low */
    g_assert_cmphex(isr(R_ISR_TAMP2F_MASK), ==, R_ISR_TAMP2F_MASK);
}

static void test_tamper_level(void)
{
    uint32_t low = R_TAFCR_TAMP1E_MASK | R_TAFCR_TAMPIE_MASK;

    start_running();
    zero = 0;                                           /* samples are where RTCCLK / 256 is */
    fill_backup();
    /* 4 samples at 128 Hz; nobody drives the pin, so it is charged and high */
    poke(RTC + A_TAFCR, low | 2 << R_TAFCR_TAMPFLT_SHIFT | 7 << R_TAFCR_TAMPFREQ_SHIFT);
    wait_until(100000, 0);
    assert_erased(false);
    wait_until(256 * 1000 + 10, 0);
    pin_drive("pc13", "0");
    wait_until(256 * 1003 + 10, 0);
    pin_drive("pc13", "1");                             /* 3 are not enough */
    wait_until(256 * 1010 + 10, 0);
    assert_erased(false);
    pin_drive("pc13", "0");
    wait_until(256 * 1014, -1);
    g_assert_false(irq(2));
    wait_until(256 * 1014, 0);
    g_assert_true(irq(2));
    assert_erased(true);
    g_assert_cmphex(isr(R_ISR_TAMP1F_MASK), ==, R_ISR_TAMP1F_MASK);
    /* not charged, a pin that nobody drives is low */
    pin_drive("pc13", "z");
    poke(RTC + A_ISR, ~(R_ISR_TAMP1F_MASK | IN_INIT));
    fill_backup();
    poke(RTC + A_TAFCR, low | 1 << R_TAFCR_TAMPFLT_SHIFT | R_TAFCR_TAMPPUDIS_MASK);
    wait_ns(3000000000);
    assert_erased(true);
}

static void test_alarm_output(void)
{
    start_running();
    set_calendar(0, 0x260101);
    poke(RTC + A_TAFCR, R_TAFCR_ALARMOUTTYPE_MASK);
    poke(RTC + A_ALRMAR, 0x80808002);
    poke(RTC + A_CR, R_CR_ALRAE_MASK | 1 << R_CR_OSEL_SHIFT);
    wait_until(2 * SECOND, -1);
    g_assert_false(pin_level("pc13"));
    wait_until(2 * SECOND, 0);
    g_assert_true(pin_level("pc13"));
    poke(RTC + A_CR, R_CR_ALRAE_MASK | R_CR_POL_MASK | 1 << R_CR_OSEL_SHIFT);
    g_assert_false(pin_level("pc13"));
    poke(RTC + A_ISR, ~(R_ISR_ALRAF_MASK | IN_INIT));
    g_assert_true(pin_level("pc13"));
    poke(RTC + A_TAFCR, 0);                             /* open drain, no pull-up */
    g_assert_false(pin_level("pc13"));
    pin_drive("pc13", "1");
    g_assert_true(pin_level("pc13"));
}

static void test_calibration_output(void)
{
    start_running();
    poke(RTC + A_CR, R_CR_COE_MASK);                    /* 512 Hz */
    for (unsigned n = 0; n < 100; n++) {
        wait_until(64 * n, 0);
        g_assert_true(pin_level("pc13"));
        wait_until(64 * n + 32, 0);
        g_assert_false(pin_level("pc13"));
    }
    poke(RTC + A_CR, 0);
    poke(RTC + A_CR, R_CR_COE_MASK | R_CR_COSEL_MASK);  /* 1 Hz */
    g_assert_true(pin_level("pc13"));
    wait_ns(500000001);
    g_assert_false(pin_level("pc13"));
    wait_ns(500000000);
    g_assert_true(pin_level("pc13"));
}

/* ---- Where it starts from ---- */

static void test_base(void)
{
    start(LSE "-rtc base=2026-02-28T23:59:58,clock=vm");
    g_assert_cmphex(isr(R_ISR_INITS_MASK), ==, R_ISR_INITS_MASK);
    poke(RCC_BDCR, 1);
    wait_ns(1000000000);
    poke(RCC_BDCR, 1 << 15 | 1 << 8 | 1);
    wait_ns(1000000);
    assert_calendar(0x235958, 0x260228 | 6 << 13);
    wait_ns(2000000000);
    assert_calendar(0, 0x260301 | 7 << 13);
    board_reset();
    wait_ns(1000000000);
    assert_calendar(1, 0x260301 | 7 << 13);
    start(LSE "-rtc clock=vm");
    g_assert_cmphex(isr(R_ISR_INITS_MASK), ==, 0);
}

static void poke_backup(uint32_t seed)
{
    board_enable("bkpsram");
    poke(RTC + A_BKP0R, seed);
    poke(RTC + A_BKP0R + 4 * 19, ~seed);
    poke(BKPSRAM, seed + 1);
    poke(BKPSRAM + 4092, seed + 2);
}

static void assert_backup(uint32_t seed)
{
    board_enable("bkpsram");
    g_assert_cmphex(peek(RTC + A_BKP0R), ==, seed);
    g_assert_cmphex(peek(RTC + A_BKP0R + 4 * 19), ==, ~seed);
    g_assert_cmphex(peek(BKPSRAM), ==, seed + 1);
    g_assert_cmphex(peek(BKPSRAM + 4092), ==, seed + 2);
}

/* Does QEMU refuse to start with the file @name, with one line that has @why, and leave it alone? */
static void assert_refused(const char *name, const char *why)
{
    g_autofree char *option = g_strdup_printf("stm32f407g_disc,backup=%s", name);
    const char *argv[] = {
        g_getenv("QTEST_QEMU_BINARY"), "-machine", option, "-accel", "qtest", "-display", "none",
        "-monitor", "none", "-serial", "none", NULL
    };
    g_autofree char *before = NULL, *after = NULL, *error = NULL;
    gsize size, size_after;
    int status;

    g_assert(g_file_get_contents(name, &before, &size, NULL));
    g_assert(g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, &error, &status, NULL));
    g_test_message("%s", error);
    g_assert_cmpint(status, !=, 0);
    g_assert_nonnull(strstr(error, why));
    g_assert_cmpuint(board_lines_of(error), ==, 1);
    g_assert(g_file_get_contents(name, &after, &size_after, NULL));
    g_assert_cmpmem(before, size, after, size_after);
}

static void test_backup_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("stm32-backup-XXXXXX", NULL);
    g_autofree char *name = g_strdup_printf("%s/backup", folder), *bytes = NULL;
    g_autofree char *args = g_strdup_printf("-machine backup=%s", name);
    gsize size;

    start(args);                                        /* created */
    poke_backup(0x1000);
    start(args);                                        /* kept over the end */
    assert_backup(0x1000);
    poke_backup(0x2000);
    g_usleep(2500000);                                  /* what a crash would leave by then */
    g_assert(g_file_get_contents(name, &bytes, &size, NULL));
    board_stop();
    g_assert(g_file_set_contents(name, bytes, size, NULL));
    start(args);
    assert_backup(0x2000);
    board_stop();
    g_assert(g_file_set_contents(name, bytes, 16 + 80 + 4, NULL));
    assert_refused(name, "it is cut short; it is left as it is");
    g_assert(g_file_set_contents(name, "", 0, NULL));
    start(args);
    g_assert_cmphex(peek(RTC + A_BKP0R), ==, 0);
    board_stop();

    bytes[100] ^= 1;
    g_assert(g_file_set_contents(name, bytes, size, NULL));
    assert_refused(name, "its checksum is wrong; it is left as it is");
    bytes[100] ^= 1;
    bytes = g_realloc(bytes, size + 1);
    g_assert(g_file_set_contents(name, bytes, size + 1, NULL));
    assert_refused(name, "it is too long");
    g_assert(g_file_set_contents(name, "something", 9, NULL));
    assert_refused(name, "it is no backup file");
    unlink(name);
    rmdir(folder);
}

/* It is written through a link, which stays; its mode stays as well. */
static void test_backup_file_by_link(void)
{
    g_autofree char *folder = g_dir_make_tmp("stm32-backup-XXXXXX", NULL);
    g_autofree char *name = g_strdup_printf("%s/backup", folder);
    g_autofree char *link = g_strdup_printf("%s/link", folder);
    g_autofree char *args = g_strdup_printf("-machine backup=%s", link);
    struct stat st;

    g_assert(g_file_set_contents(name, "", 0, NULL));
    g_assert_cmpint(chmod(name, 0600), ==, 0);
    g_assert_cmpint(symlink("backup", link), ==, 0);
    start(args);
    poke_backup(0x3000);
    start(args);
    assert_backup(0x3000);
    board_stop();
    g_assert_cmpint(lstat(link, &st), ==, 0);
    g_assert_true(S_ISLNK(st.st_mode));
    g_assert_cmpint(lstat(name, &st), ==, 0);
    g_assert_cmphex(st.st_mode, ==, S_IFREG | 0600);
    unlink(link);
    unlink(name);
    rmdir(folder);
}

/* ---- Snapshots ---- */

static void test_snapshot(void)
{
    for (unsigned ns = 0; ns < 5; ns++) {
        g_autofree char *file = NULL;

        start_running();
        set_calendar(0x235958, 0x260228 | 6 << 13);
        set_alarm(NO_DATE | 1, 0);
        wait_until(655, ns * 1000003);
        peek(RTC + A_TR);                               /* locked */
        file = board_save();
        board_load(file, LSE);
        unlink(file);
        board_watch_irqs();
        g_assert_cmphex(peek(RTC + A_DR), ==, 0x260228 | 6 << 13);
        wait_until(3 * SECOND, -1);
        g_assert_false(irq(41));
        wait_until(3 * SECOND, 0);
        g_assert_true(irq(41));
        assert_calendar(1, 0x260301 | 7 << 13);
    }
}

/* In the middle of INIT, of a tamper filter, of the wake-up timer. */
static void test_snapshot_of_requests(void)
{
    g_autofree char *file = NULL;

    start_running();
    pin_drive("pc13", "0");
    fill_backup();
    poke(RTC + A_TAFCR, R_TAFCR_TAMP1E_MASK | R_TAFCR_TAMPIE_MASK | 3 << R_TAFCR_TAMPFLT_SHIFT |
                        7 << R_TAFCR_TAMPFREQ_SHIFT);
    poke(RTC + A_WUTR, 99);
    poke(RTC + A_CR, R_CR_WUTE_MASK | R_CR_WUTIE_MASK);
    poke(RTC + A_ISR, 0xffffffff);
    wait_until(1, 0);
    file = board_save();
    board_load(file, LSE);
    unlink(file);
    board_watch_irqs();
    g_assert_cmphex(isr(0xc0), ==, IN_INIT);
    wait_until(2, 0);
    g_assert_cmphex(isr(0xc0), ==, IN_INIT | R_ISR_INITF_MASK);
    assert_wakeup_at(1600);
    zero = 0;
    wait_until(8 * 256, -1);
    g_assert_false(irq(2));
    wait_until(8 * 256, 0);
    g_assert_true(irq(2));
    assert_erased(true);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("rtc/protection", test_protection);
    qtest_add_func("rtc/initialization", test_initialization);
    qtest_add_func("rtc/dates", test_dates);
    qtest_add_func("rtc/am-pm", test_am_pm);
    qtest_add_func("rtc/daylight-saving", test_daylight_saving);
    qtest_add_func("rtc/shadow-registers", test_shadow_registers);
    qtest_add_func("rtc/resets", test_resets);
    qtest_add_func("rtc/alarm", test_alarm);
    qtest_add_func("rtc/sub-second-alarm", test_sub_second_alarm);
    qtest_add_func("rtc/odd-alarms", test_odd_alarms);
    qtest_add_func("rtc/wakeup", test_wakeup);
    qtest_add_func("rtc/wakes-pwr", test_wakes_pwr);
    qtest_add_func("rtc/shift", test_shift);
    qtest_add_func("rtc/calibration", test_calibration);
    qtest_add_func("rtc/coarse-calibration", test_coarse_calibration);
    qtest_add_func("rtc/time-stamp", test_time_stamp);
    qtest_add_func("rtc/tamper-edge", test_tamper_edge);
    qtest_add_func("rtc/tamper-level", test_tamper_level);
    qtest_add_func("rtc/alarm-output", test_alarm_output);
    qtest_add_func("rtc/calibration-output", test_calibration_output);
    qtest_add_func("rtc/base", test_base);
    qtest_add_func("rtc/backup-file", test_backup_file);
    qtest_add_func("rtc/backup-file-by-link", test_backup_file_by_link);
    qtest_add_func("rtc/snapshot", test_snapshot);
    qtest_add_func("rtc/snapshot-of-requests", test_snapshot_of_requests);
    return board_run_tests();
}
