/*
 * Prescalers, calibration and the calendar of the RTC (RM0090 26.3.1, 26.3.2, 26.3.11): what it is in which
 * cycle of RTCCLK, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/peripherals/rtc/state.h"

/* ---- Prescalers and calibration ---- */

uint64_t rtc_tick(const Rtc *s)
{
    return reg_get(s, PRER, PREDIV_A) + 1;
}

uint64_t rtc_ticks_per_second(const Rtc *s)
{
    return reg_get(s, PRER, PREDIV_S) + 1;
}

/* Coarse calibration: ck_apre pulses added or left out in 64 minutes, spread over all of them. */
static uint64_t coarse(const Rtc *s, uint64_t period)
{
    uint32_t pulses = 64 * 60 * rtc_ticks_per_second(s), dc = reg_get(s, CALIBR, DC);

    if (!reg_get(s, CR, DCE)) {
        return period;
    }
    return muldiv64(period, pulses,
                    reg_get(s, CALIBR, DCS) ? pulses - 2 * dc : pulses + 4 * dc);
}

uint64_t rtc_calibrated_period(const Rtc *s)
{
    uint32_t calr = s->parent_obj.regs[R_CALR], pulses = (1 << 20) - FIELD_EX32(calr, CALR, CALM);

    if ((calr & R_CALR_CALP_MASK) && rtc_tick(s) > 3) {
        pulses += 512;
    }
    return coarse(s, muldiv64(clock_get(s->rtcclk), 1 << 20, pulses));
}

/* ---- The calendar ---- */

uint64_t rtc_second_begins(const Rtc *s, uint64_t n)
{
    return s->begin + (s->ss + 1 + (n - 1) * rtc_ticks_per_second(s)) * rtc_tick(s);
}

/* Ticks of the sub-second counter since it was `ss`. */
static uint64_t ticks_at(const Rtc *s, uint64_t cycle)
{
    return s->frozen || cycle < s->begin ? 0 : (cycle - s->begin) / rtc_tick(s);
}

void rtc_advance(Rtc *s, uint64_t cycle)
{
    uint64_t ticks = ticks_at(s, cycle), seconds;

    if (ticks > s->ss) {
        seconds = 1 + (ticks - s->ss - 1) / rtc_ticks_per_second(s);
        s->begin = rtc_second_begins(s, seconds);
        s->ss = rtc_ticks_per_second(s) - 1;
        calendar_add(&s->calendar, seconds);
    }
}

uint32_t rtc_sub_second_at(const Rtc *s, uint64_t cycle)
{
    return s->ss - ticks_at(s, cycle);
}

uint32_t rtc_sub_second(const Rtc *s)
{
    return rtc_sub_second_at(s, counter_now(&s->cycles));
}
