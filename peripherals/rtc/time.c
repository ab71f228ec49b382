/*
 * What happens when in the RTC (RM0090 26.3): alarms, the wake-up timer, filtered tamper events.
 *
 * Everything is computed when somebody looks: the calendar is what it was in some cycle, and the cycle
 * of the next alarm follows from it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/rtc/state.h"

static const uint32_t flags[RTC_EVENTS] = {
    R_ISR_ALRAF_MASK, R_ISR_ALRBF_MASK, R_ISR_WUTF_MASK
};

/* ---- Alarms ---- */

/* The largest number up to @from whose bits in @mask are those of @want, or -1. */
static int64_t sub_second_match(int64_t from, uint32_t want, uint32_t mask)
{
    return from < want ? -1 : want + ((from - want) & ~(int64_t)mask);
}

/* The next cycle after @cycle, which the calendar has got to, in which alarm @n matches. */
static uint64_t next_alarm(const Rtc *s, unsigned n, uint64_t cycle)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t alarm = regs[R_ALRMAR + n], ssr = regs[R_ALRMASSR + n];
    uint32_t mask = (1u << FIELD_EX32(ssr, ALRMASSR, MASKSS)) - 1;
    uint32_t want = FIELD_EX32(ssr, ALRMASSR, SS) & mask;
    Calendar next = s->calendar;
    uint64_t seconds, ticks = 0;
    int64_t match;

    if (mask) {
        match = sub_second_match((int64_t)rtc_sub_second_at(s, cycle) - 1, want, mask);
        if (match >= 0 && calendar_until(&s->calendar, alarm) == 0) {
            return s->begin + (s->ss - match) * rtc_tick(s);
        }
        match = sub_second_match(rtc_ticks_per_second(s) - 1, want, mask);
        if (match < 0) {
            return RTC_NEVER;
        }
        ticks = rtc_ticks_per_second(s) - 1 - match;
    }
    calendar_add(&next, 1);
    seconds = calendar_until(&next, alarm);
    return seconds == CALENDAR_NEVER ? RTC_NEVER
           : rtc_second_begins(s, seconds + 1) + ticks * rtc_tick(s);
}

/* ---- Wake-up timer ---- */

/* It counts seconds, not periods of RTCCLK. */
static bool wakeup_counts_seconds(const Rtc *s)
{
    return s->parent_obj.regs[R_CR] & 4;        /* WUCKSEL[2] */
}

/* Steps of the wake-up timer from one WUTF to the next. */
static uint64_t wakeup_steps(const Rtc *s)
{
    uint64_t steps = reg_get(s, WUTR, WUT) + 1;

    return reg_get(s, CR, WUCKSEL) >= 6 ? steps + 0x10000 : steps;
}

static uint64_t wakeup_cycles(const Rtc *s)
{
    return wakeup_steps(s) * (wakeup_counts_seconds(s)
                              ? rtc_tick(s) * rtc_ticks_per_second(s)
                              : 16 >> (reg_get(s, CR, WUCKSEL) & 3));
}

/* ---- What happens ---- */

static bool is_enabled(const Rtc *s, unsigned event)
{
    return s->parent_obj.regs[R_CR] & (R_CR_ALRAE_MASK << event);
}

static void schedule_alarms(Rtc *s, uint64_t cycle)
{
    for (unsigned n = ALARM_A; n <= ALARM_B; n++) {
        s->due[n] = is_enabled(s, n) && !s->frozen ? next_alarm(s, n, cycle) : RTC_NEVER;
    }
}

void rtc_calendar_stop(Rtc *s, uint64_t cycle)
{
    uint64_t second = rtc_tick(s) * rtc_ticks_per_second(s);

    rtc_advance(s, cycle);
    if (is_enabled(s, WAKEUP) && wakeup_counts_seconds(s) && !s->frozen) {
        uint64_t due = s->due[WAKEUP];

        s->wakeup_left = 1 + (due - MIN(rtc_second_begins(s, 1), due)) / second;
        s->due[WAKEUP] = RTC_NEVER;
    }
}

void rtc_calendar_go(Rtc *s)
{
    schedule_alarms(s, counter_now(&s->cycles));
    if (is_enabled(s, WAKEUP) && wakeup_counts_seconds(s) && !s->frozen) {
        s->due[WAKEUP] = rtc_second_begins(s, s->wakeup_left);
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
        s->due[WAKEUP] = s->frozen ? RTC_NEVER : rtc_second_begins(s, s->wakeup_left);
    }
}

void rtc_stop_event(Rtc *s, unsigned event)
{
    s->due[event] = RTC_NEVER;
    s->writable_at[event] = counter_now(&s->cycles) + RTC_SYNC;
}

bool rtc_is_writable(const Rtc *s, unsigned event)
{
    return !(s->parent_obj.regs[R_CR] & (R_CR_ALRAE_MASK << event)) &&
           counter_now(&s->cycles) >= s->writable_at[event];
}

static void look(void *opaque)
{
    periph_update(opaque);
}

/*
 * EXTI looks for an edge, so as long as the flag is set there is no interrupt any more.  Firmware that waits for that will
 * not access the RTC.
 */
static void check_flag(Rtc *s, unsigned event, bool was)
{
    static const char *const names[RTC_EVENTS] = { "ALRAF", "ALRBF", "WUTF" };

    if (!(s->parent_obj.regs[R_CR] & R_CR_ALRAIE_MASK << event) || !time_is_exact()) {
        return;
    }
    if (!was && s->due[event] != RTC_NEVER) {
        mistake_later(look, s, counter_when(&s->cycles, s->due[event]) - guest_now_ns());
    } else if (was) {
        periph_mistake(&s->parent_obj, RTC012, "%s is set, and comes again: EXTI sees no edge, so there is no interrupt any "
                       "more until it is cleared", names[event]);
    }
}

/* All that is due in @cycle or before. */
static void happen(Rtc *s, uint64_t cycle)
{
    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        bool was;

        if (cycle < s->due[event]) {
            continue;
        }
        was = s->parent_obj.regs[R_ISR] & flags[event];
        s->parent_obj.regs[R_ISR] |= flags[event];
        if (event == WAKEUP) {
            uint64_t period = wakeup_cycles(s);

            s->due[event] += period * ((cycle - s->due[event]) / period + 1);
        } else {
            rtc_advance(s, cycle);
            s->due[event] = next_alarm(s, event, cycle);
        }
        check_flag(s, event, was);
    }
    for (unsigned n = 0; n < ARRAY_SIZE(s->tamper_at); n++) {
        if (cycle >= s->tamper_at[n]) {
            s->tamper_at[n] = RTC_NEVER;
            rtc_tamper(s, n);
        }
    }
    rtc_advance(s, cycle);
}

void rtc_settle(Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);

    if (reg_get(s, ISR, INIT) && !s->frozen && now >= s->init_at) {
        happen(s, s->init_at);
        rtc_calendar_stop(s, s->init_at);
        s->ss = rtc_sub_second_at(s, s->init_at);
        s->frozen = true;
        s->due[ALARM_A] = s->due[ALARM_B] = RTC_NEVER;
    }
    happen(s, now);
}

uint64_t rtc_next_event(const Rtc *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t cr = regs[R_CR], isr = regs[R_ISR], osel = reg_get(s, CR, OSEL);
    uint32_t stamp = cr & R_CR_TSIE_MASK ? R_TAFCR_TAMPTS_MASK : 0;
    uint64_t next = RTC_NEVER;

    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        bool noticed = (cr & (R_CR_ALRAIE_MASK << event)) || osel == event + 1;

        if (noticed && !(isr & flags[event])) {
            next = MIN(next, s->due[event]);
        }
    }
    for (unsigned n = 0; n < ARRAY_SIZE(s->tamper_at); n++) {
        if (regs[R_TAFCR] & (R_TAFCR_TAMPIE_MASK | stamp)) {
            next = MIN(next, s->tamper_at[n]);
        }
    }
    return next;
}
