/*
 * What the RTC's registers read (RM0090 26.3.6): shadows of the calendar, flags made of state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/rtc/state.h"

/* All of it follows from the cycle of RTCCLK that it is read in: shadows too, read once more in the same. */
int64_t rtc_holds(Periph *p)
{
    Rtc *s = RTC(p);

    return counter_when(&s->cycles, counter_now(&s->cycles) + 1);
}

/* ---- The calendar's shadows ---- */

static bool is_copied(const Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);

    return !s->frozen && now >= s->copy_at && now >= s->shift_at;
}

/* RM0090 26.3.3: not copied in Stop, nor in the first two cycles after it, whatever RSF says. */
static bool is_stale(const Rtc *s)
{
    return counter_now(&s->cycles) < s->stale_until;
}

static void copy_calendar(Rtc *s)
{
    uint32_t *regs = s->parent_obj.regs;

    regs[R_TR] = s->calendar.tr;
    regs[R_DR] = s->calendar.dr;
    regs[R_SSR] = rtc_sub_second(s) & R_SSR_SS_MASK;
}

/* Do the shadows follow the calendar now? */
static bool is_followed(const Rtc *s)
{
    return !is_stale(s) && !s->shadows_locked && is_copied(s);
}

uint32_t rtc_shadow_read(Periph *p, unsigned n)
{
    Rtc *s = RTC(p);

    rtc_settle(s);
    if (reg_get(s, CR, BYPSHAD) || is_followed(s)) {
        return n == R_TR ? s->calendar.tr : n == R_DR ? s->calendar.dr : rtc_sub_second(s);
    }
    return p->regs[n];
}

int64_t rtc_shadow_holds(Periph *p, unsigned n)
{
    return rtc_holds(p);
}

/* Reading SSR or TR keeps the three together until DR is read. */
void rtc_shadow_was_read(Periph *p, unsigned n, uint32_t value)
{
    Rtc *s = RTC(p);

    if (reg_get(s, CR, BYPSHAD)) {
        return;
    }
    if (clock_is_enabled(s->rtcclk) && clock_get(p->clk) * 7 > clock_get(s->rtcclk)) {
        periph_mistake(p, RTC005, "PCLK1 is slower than 7 * RTCCLK");
    }
    if (is_stale(s)) {
        periph_mistake(p, RTC006, "%s read right after Stop: it is as it was before", p->reg[n].name);
    } else if (is_followed(s)) {
        copy_calendar(s);
    }
    if (s->shadows_locked && n == R_TR && s->calendar.tr != p->regs[R_TR]) {
        periph_mistake(p, RTC011, "TR read 0x%06x, as before, though it is 0x%06x by now: DR has not been read since",
                       p->regs[R_TR], s->calendar.tr);
    }
    s->shadows_locked = n != R_DR;
}

void rtc_pclk_changed(void *opaque, ClockEvent event)
{
    Rtc *s = opaque;
    bool stops = !clock_is_enabled(s->parent_obj.clk);

    if (stops) {
        rtc_settle(s);
        if (!s->shadows_locked && !is_stale(s) && is_copied(s)) {
            copy_calendar(s);
        }
    } else if (s->bus_stopped) {
        s->stale_until = counter_now(&s->cycles) + RTC_SYNC;
    }
    s->bus_stopped = stops;
}

/* ---- Flags ---- */

uint32_t rtc_isr_read(Periph *p, unsigned n)
{
    Rtc *s = RTC(p);
    uint64_t now = counter_now(&s->cycles);
    uint32_t isr;

    rtc_settle(s);
    isr = p->regs[R_ISR] & (RTC_ISR_FLAGS | R_ISR_INIT_MASK);
    isr = FIELD_DP32(isr, ISR, ALRAWF, rtc_is_writable(s, ALARM_A) && !s->frozen);
    isr = FIELD_DP32(isr, ISR, ALRBWF, rtc_is_writable(s, ALARM_B) && !s->frozen);
    isr = FIELD_DP32(isr, ISR, WUTWF, rtc_is_writable(s, WAKEUP));
    isr = FIELD_DP32(isr, ISR, SHPF, now < s->shift_at);
    isr = FIELD_DP32(isr, ISR, INITS, (s->calendar.dr & (R_DR_YT_MASK | R_DR_YU_MASK)) != 0);
    isr = FIELD_DP32(isr, ISR, RSF, is_copied(s) && !(p->regs[R_CR] & R_CR_BYPSHAD_MASK));
    isr = FIELD_DP32(isr, ISR, INITF, s->frozen);
    return FIELD_DP32(isr, ISR, RECALPF, now < s->recalibrated_at);
}

uint32_t rtc_read_settled(Periph *p, unsigned n)
{
    rtc_settle(RTC(p));
    return p->regs[n];
}
