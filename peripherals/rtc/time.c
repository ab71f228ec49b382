/*
 * Time in the RTC (RM0090 26.3): prescalers, calibration, alarms and the wake-up timer, see state.h.
 *
 * Everything is computed when somebody looks: the calendar is what it was in some cycle, and the cycle
 * of the next alarm follows from it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/peripherals/rtc/state.h"

static const uint32_t flags[RTC_EVENTS] = {
    R_ISR_ALRAF_MASK, R_ISR_ALRBF_MASK, R_ISR_WUTF_MASK
};

static uint32_t reg(const Rtc *s, unsigned n)
{
    return s->parent_obj.regs[n];
}

/* ---- Prescalers and calibration ---- */

/* Cycles of RTCCLK for one of ck_apre. */
static uint64_t tick(const Rtc *s)
{
    return FIELD_EX32(reg(s, R_PRER), PRER, PREDIV_A) + 1;
}

/* Cycles of ck_apre for a second. */
static uint64_t ticks_per_second(const Rtc *s)
{
    return FIELD_EX32(reg(s, R_PRER), PRER, PREDIV_S) + 1;
}

/* Coarse calibration: ck_apre pulses added or left out in 64 minutes, spread over all of them. */
static uint64_t coarse(const Rtc *s, uint64_t period)
{
    uint32_t pulses = 64 * 60 * ticks_per_second(s), dc = FIELD_EX32(reg(s, R_CALIBR), CALIBR, DC);

    if (!(reg(s, R_CR) & R_CR_DCE_MASK)) {
        return period;
    }
    return muldiv64(period, pulses,
                    reg(s, R_CALIBR) & R_CALIBR_DCS_MASK ? pulses - 2 * dc : pulses + 4 * dc);
}

uint64_t rtc_calibrated_period(const Rtc *s)
{
    uint32_t calr = reg(s, R_CALR), pulses = (1 << 20) - FIELD_EX32(calr, CALR, CALM);

    if ((calr & R_CALR_CALP_MASK) && tick(s) > 3) {
        pulses += 512;
    }
    return coarse(s, muldiv64(clock_get(s->rtcclk), 1 << 20, pulses));
}

/* ---- The calendar ---- */

/* The cycle in which the @n-th second from the one that is now begins, 1 or more. */
static uint64_t second_begins(const Rtc *s, uint64_t n)
{
    return s->begin + (s->ss + 1 + (n - 1) * ticks_per_second(s)) * tick(s);
}

/* Ticks of the sub-second counter since it was `ss`. */
static uint64_t ticks_at(const Rtc *s, uint64_t cycle)
{
    return s->frozen || cycle < s->begin ? 0 : (cycle - s->begin) / tick(s);
}

/* Let the calendar be what it is in @cycle. */
static void advance(Rtc *s, uint64_t cycle)
{
    uint64_t ticks = ticks_at(s, cycle), seconds;

    if (ticks > s->ss) {
        seconds = 1 + (ticks - s->ss - 1) / ticks_per_second(s);
        s->begin = second_begins(s, seconds);
        s->ss = ticks_per_second(s) - 1;
        calendar_add(&s->calendar, seconds);
    }
}

static uint32_t sub_second_at(const Rtc *s, uint64_t cycle)
{
    return s->ss - ticks_at(s, cycle);
}

uint32_t rtc_sub_second(const Rtc *s)
{
    return sub_second_at(s, counter_now(&s->cycles));
}

/* ---- Alarms ---- */

/* The largest number up to @from whose bits in @mask are those of @want, or -1. */
static int64_t sub_second_match(int64_t from, uint32_t want, uint32_t mask)
{
    return from < want ? -1 : want + ((from - want) & ~(int64_t)mask);
}

/* The next cycle after @cycle, which the calendar has got to, in which alarm @n matches. */
static uint64_t next_alarm(const Rtc *s, unsigned n, uint64_t cycle)
{
    uint32_t alarm = reg(s, R_ALRMAR + n), ssr = reg(s, R_ALRMASSR + n);
    uint32_t mask = (1u << FIELD_EX32(ssr, ALRMASSR, MASKSS)) - 1;
    uint32_t want = FIELD_EX32(ssr, ALRMASSR, SS) & mask;
    Calendar next = s->calendar;
    uint64_t seconds, ticks = 0;
    int64_t match;

    if (mask) {
        match = sub_second_match((int64_t)sub_second_at(s, cycle) - 1, want, mask);
        if (match >= 0 && calendar_until(&s->calendar, alarm) == 0) {
            return s->begin + (s->ss - match) * tick(s);
        }
        match = sub_second_match(ticks_per_second(s) - 1, want, mask);
        if (match < 0) {
            return RTC_NEVER;
        }
        ticks = ticks_per_second(s) - 1 - match;
    }
    calendar_add(&next, 1);
    seconds = calendar_until(&next, alarm);
    return seconds == CALENDAR_NEVER ? RTC_NEVER
           : second_begins(s, seconds + 1) + ticks * tick(s);
}

/* ---- Wake-up timer ---- */

/* It counts seconds, not periods of RTCCLK. */
static bool wakeup_counts_seconds(const Rtc *s)
{
    return reg(s, R_CR) & 4;        /* WUCKSEL[2] */
}

/* Steps of the wake-up timer from one WUTF to the next. */
static uint64_t wakeup_steps(const Rtc *s)
{
    uint64_t steps = FIELD_EX32(reg(s, R_WUTR), WUTR, WUT) + 1;

    return FIELD_EX32(reg(s, R_CR), CR, WUCKSEL) >= 6 ? steps + 0x10000 : steps;
}

static uint64_t wakeup_cycles(const Rtc *s)
{
    return wakeup_steps(s) * (wakeup_counts_seconds(s)
                              ? tick(s) * ticks_per_second(s)
                              : 16 >> (FIELD_EX32(reg(s, R_CR), CR, WUCKSEL) & 3));
}

/* ---- What happens ---- */

static bool is_enabled(const Rtc *s, unsigned event)
{
    return reg(s, R_CR) & (R_CR_ALRAE_MASK << event);
}

static void schedule_alarms(Rtc *s, uint64_t cycle)
{
    for (unsigned n = ALARM_A; n <= ALARM_B; n++) {
        s->due[n] = is_enabled(s, n) && !s->frozen ? next_alarm(s, n, cycle) : RTC_NEVER;
    }
}

void rtc_calendar_stop(Rtc *s, uint64_t cycle)
{
    uint64_t second = tick(s) * ticks_per_second(s);

    advance(s, cycle);
    if (is_enabled(s, WAKEUP) && wakeup_counts_seconds(s) && !s->frozen) {
        s->wakeup_left = 1 + (s->due[WAKEUP] - MIN(second_begins(s, 1), s->due[WAKEUP])) / second;
        s->due[WAKEUP] = RTC_NEVER;
    }
}

void rtc_calendar_go(Rtc *s)
{
    schedule_alarms(s, counter_now(&s->cycles));
    if (is_enabled(s, WAKEUP) && wakeup_counts_seconds(s) && !s->frozen) {
        s->due[WAKEUP] = second_begins(s, s->wakeup_left);
    }
}

void rtc_start_event(Rtc *s, unsigned event)
{
    uint64_t now = counter_now(&s->cycles);

    if (event != WAKEUP) {
        schedule_alarms(s, now);
    } else if (!wakeup_counts_seconds(s)) {
        s->due[WAKEUP] = now + wakeup_cycles(s);
    } else {
        s->wakeup_left = wakeup_steps(s);
        s->due[WAKEUP] = s->frozen ? RTC_NEVER : second_begins(s, s->wakeup_left);
    }
}

void rtc_stop_event(Rtc *s, unsigned event)
{
    s->due[event] = RTC_NEVER;
    s->writable_at[event] = counter_now(&s->cycles) + RTC_SYNC;
}

/* All that is due in @cycle or before. */
static void happen(Rtc *s, uint64_t cycle)
{
    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        if (cycle < s->due[event]) {
            continue;
        }
        s->parent_obj.regs[R_ISR] |= flags[event];
        if (event == WAKEUP) {
            uint64_t period = wakeup_cycles(s);

            s->due[event] += period * ((cycle - s->due[event]) / period + 1);
        } else {
            advance(s, cycle);
            s->due[event] = next_alarm(s, event, cycle);
        }
    }
    for (unsigned n = 0; n < ARRAY_SIZE(s->tamper_at); n++) {
        if (cycle >= s->tamper_at[n]) {
            s->tamper_at[n] = RTC_NEVER;
            rtc_tamper(s, n);
        }
    }
    advance(s, cycle);
}

void rtc_settle(Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);

    if ((reg(s, R_ISR) & R_ISR_INIT_MASK) && !s->frozen && now >= s->init_at) {
        happen(s, s->init_at);
        rtc_calendar_stop(s, s->init_at);
        s->ss = sub_second_at(s, s->init_at);
        s->frozen = true;
        s->due[ALARM_A] = s->due[ALARM_B] = RTC_NEVER;
    }
    happen(s, now);
}

uint64_t rtc_next_event(const Rtc *s)
{
    uint32_t cr = reg(s, R_CR), isr = reg(s, R_ISR), osel = FIELD_EX32(cr, CR, OSEL);
    uint32_t stamp = cr & R_CR_TSIE_MASK ? R_TAFCR_TAMPTS_MASK : 0;
    uint64_t next = RTC_NEVER;

    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        bool noticed = (cr & (R_CR_ALRAIE_MASK << event)) || osel == event + 1;

        if (noticed && !(isr & flags[event])) {
            next = MIN(next, s->due[event]);
        }
    }
    for (unsigned n = 0; n < ARRAY_SIZE(s->tamper_at); n++) {
        if (reg(s, R_TAFCR) & (R_TAFCR_TAMPIE_MASK | stamp)) {
            next = MIN(next, s->tamper_at[n]);
        }
    }
    return next;
}
