/*
 * What a write to the RTC's registers does (RM0090 26.6), once it is allowed to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/peripherals/rtc/state.h"

#define RESTART_CYCLES 4            /* from the end of INIT to the calendar's first */
#define CR_INIT_ONLY (R_CR_DCE_MASK | R_CR_FMT_MASK | R_CR_REFCKON_MASK)

static const char outside_init[] = "outside of initialization mode (ISR.INITF)";

void rtc_tr_dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint32_t now = p->regs[n];

    rtc_settle(s);
    p->regs[n] = was;               /* a shadow register */
    if (rtc_check(p, n, was, s->frozen, outside_init)) {
        *(n == R_TR ? &s->calendar.tr : &s->calendar.dr) = now;
    }
}

void rtc_written_in_init(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (rtc_check(p, n, was, RTC(p)->frozen, outside_init)) {
        p->regs[n] = now;
    }
}

/* Daylight saving: an hour more or less; none less in the first hour of the day. */
static void change_hour(Rtc *s, bool add, bool sub)
{
    Calendar *c = &s->calendar;
    uint32_t date = c->dr;

    if (s->frozen || add == sub) {
        return;
    }
    rtc_calendar_stop(s, counter_now(&s->cycles));
    if (add) {
        calendar_add(c, 3600);
    } else {
        calendar_add(c, 23 * 3600);
        if (c->dr == date) {        /* it was in the first hour */
            calendar_add(c, 3600);
        }
        c->dr = date;
    }
    rtc_calendar_go(s);
}

/* What CR has before it is changed: bits that can't be changed now are put back. */
static uint32_t keep_locked_bits(Periph *p, uint32_t was, uint32_t now)
{
    Rtc *s = RTC(p);

    if (((now ^ was) & CR_INIT_ONLY) && !s->frozen) {
        periph_mistake(p, RTC007, "CR.FMT, DCE or REFCKON written %s: ignored", outside_init);
        now = (now & ~CR_INIT_ONLY) | (was & CR_INIT_ONLY);
    }
    if (((now ^ was) & R_CR_WUCKSEL_MASK) && !rtc_is_writable(s, WAKEUP)) {
        periph_mistake(p, RTC008, "CR.WUCKSEL written while ISR.WUTWF is 0: ignored");
        now = (now & ~R_CR_WUCKSEL_MASK) | (was & R_CR_WUCKSEL_MASK);
    }
    if (((now ^ was) & R_CR_TSEDGE_MASK) && (was & R_CR_TSE_MASK)) {
        periph_mistake(p, RTC009, "CR.TSEDGE changed while TSE is set: may make a time stamp");
    }
    return now;
}

void rtc_cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(s);
    if (!rtc_check_unlocked(p, n, was)) {
        return;
    }
    now = keep_locked_bits(p, was, now);
    p->regs[n] = now;
    if (now & ~was & R_CR_COE_MASK) {
        s->wave_start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
    s->calendar.am_pm = now & R_CR_FMT_MASK;
    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        uint32_t enable = R_CR_ALRAE_MASK << event;

        if (now & ~was & enable) {
            rtc_start_event(s, event);
        } else if (was & ~now & enable) {
            rtc_stop_event(s, event);
        }
    }
    change_hour(s, data & R_CR_ADD1H_MASK, data & R_CR_SUB1H_MASK);
}

void rtc_leave_init(Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);

    s->copy_at = now + RESTART_CYCLES;
    if (s->frozen) {
        s->frozen = false;
        s->begin = now + RESTART_CYCLES;
        s->ss = FIELD_EX32(s->parent_obj.regs[R_PRER], PRER, PREDIV_S);
        rtc_calendar_go(s);
    }
}

void rtc_isr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint64_t now = counter_now(&s->cycles);

    p->regs[n] = was;
    rtc_settle(s);
    if (!rtc_check_open(p, n, p->regs[n])) {
        return;
    }
    p->regs[n] &= data | ~RTC_ISR_FLAGS;
    if (!(p->regs[n] & R_ISR_TSF_MASK)) {
        p->regs[R_TSTR] = p->regs[R_TSDR] = p->regs[R_TSSSR] = 0;
    }
    if (!(data & R_ISR_RSF_MASK)) {
        s->copy_at = now + RTC_SYNC;
    }
    rtc_tamper_configure(s, p->regs[R_TAFCR]);
    if (!((data ^ was) & R_ISR_INIT_MASK) || !rtc_check_unlocked(p, n, p->regs[n])) {
        return;
    }
    p->regs[n] ^= R_ISR_INIT_MASK;
    if (data & R_ISR_INIT_MASK) {
        s->init_at = now + RTC_SYNC;
    } else {
        rtc_leave_init(s);
    }
}

void rtc_wutr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (rtc_check(p, n, was, rtc_is_writable(RTC(p), WAKEUP), "while ISR.WUTWF is 0")) {
        p->regs[n] = now;
        if (!now && FIELD_EX32(p->regs[R_CR], CR, WUCKSEL) == 3) {
            periph_mistake(p, RTC010, "WUTR = 0 with RTCCLK / 2 is not allowed");
        }
    }
}

void rtc_alarm_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    unsigned event = n == R_ALRMAR || n == R_ALRMASSR ? ALARM_A : ALARM_B;
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(s);
    if (rtc_check(p, n, was, s->frozen || rtc_is_writable(s, event), "while its ISR.ALRxWF is 0")) {
        p->regs[n] = now;
    }
}

/* A fraction of a second later, perhaps a whole one earlier: no second is to be jumped over. */
void rtc_shiftr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint64_t now = counter_now(&s->cycles);
    uint64_t tick = FIELD_EX32(p->regs[R_PRER], PRER, PREDIV_A) + 1;

    rtc_settle(s);
    if (!rtc_check(p, n, was, now >= s->shift_at && !s->frozen,
               "while a shift is pending or in initialization mode")) {
        return;
    }
    rtc_calendar_stop(s, now);
    s->ss += FIELD_EX32(data, SHIFTR, SUBFS);
    calendar_add(&s->calendar, data >> R_SHIFTR_ADD1S_SHIFT);
    rtc_calendar_go(s);
    s->shift_at = now + tick;
    s->copy_at = s->shift_at + RTC_SYNC;
}

void rtc_calr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint32_t now = p->regs[n];
    uint64_t cycle = counter_now(&s->cycles);

    p->regs[n] = was;
    rtc_settle(s);
    if (rtc_check(p, n, was, cycle >= s->recalibrated_at, "while ISR.RECALPF is 1")) {
        now &= ~(now & R_CALR_CALW8_MASK ? 3 : now & R_CALR_CALW16_MASK ? 1 : 0);
        p->regs[n] = now;
        s->recalibrated_at = cycle + 3 * (FIELD_EX32(p->regs[R_PRER], PRER, PREDIV_A) + 1);
    }
}

void rtc_tafcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (rtc_check_open(p, n, was)) {
        p->regs[n] = now;
        rtc_tamper_configure(RTC(p), was);
    }
}

void rtc_bkp_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (rtc_check_open(p, n, p->regs[n])) {
        p->regs[n] = now;
    }
}
