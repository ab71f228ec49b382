/*
 * Timers: compare outputs, see state.h.
 *
 * What a pin does from now on is drawn at once: a PWM that goes on as it is is a square wave, one
 * drive and no events.  What is not periodic is a level and the time after which to look again.
 *
 * Deliberately different: the dead time is there in square waves; a single edge (forced levels, one
 * pulse mode, a break) comes without it.  After a break outputs are idle at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* ---- OCxREF ---- */

static bool pwm_ref(const Tim *s, unsigned ch)
{
    uint32_t cnt = s->parent_obj.regs[R_CNT];
    bool active = tim_is_down(s) ? cnt <= s->ccr[ch] : cnt < s->ccr[ch];

    return active ^ (tim_ocm(s, ch) == OC_PWM2);
}

static void set_ref(Tim *s, unsigned ch, bool level)
{
    if (s->ref[ch] != level) {
        s->ref[ch] = level;
        tim_trgo_refresh(s);
    }
    line_set(&s->oc[ch], level);
}

void tim_output_event(Tim *s, unsigned ch)
{
    if (s->cleared[ch]) {
        return;
    }
    switch (tim_ocm(s, ch)) {
    case OC_ACTIVE:   set_ref(s, ch, true); break;
    case OC_INACTIVE: set_ref(s, ch, false); break;
    case OC_TOGGLE:   set_ref(s, ch, !s->ref[ch]); break;
    }
}

void tim_output_refresh(Tim *s)
{
    bool etrf = s->input[INPUT_ETR].level;

    for (unsigned ch = 0; ch < s->channels; ch++) {
        unsigned mode = tim_ocm(s, ch);

        if (tim_ccs(s, ch) != CCS_OUTPUT) {
            continue;
        }
        s->cleared[ch] = tim_ccmr(s, ch) & CCMR_OCCE && (s->cleared[ch] || etrf);
        if (mode == OC_FORCE_LOW || s->cleared[ch]) {
            set_ref(s, ch, false);
        } else if (mode == OC_FORCE_HIGH) {
            set_ref(s, ch, true);
        } else if (mode >= OC_PWM1) {
            set_ref(s, ch, pwm_ref(s, ch));
        }
    }
}

/* After one change of OCxREF, the clocks until the next. */
static uint64_t clocks_between_changes(const Tim *s, unsigned ch, bool at_match)
{
    uint64_t c = s->ccr[ch];

    if (tim_is_centred(s)) {    /* it has come to c, or to one end if c is there */
        bool up = tim_is_down(s) ? c >= s->parent_obj.regs[R_CNT] : c > s->parent_obj.regs[R_CNT];

        return c == 0 || c == s->arr ? 2ull * s->arr : 2 * (up ? s->arr - c : c);
    }
    if (tim_ocm(s, ch) == OC_TOGGLE) {
        return s->arr + 1ull;
    }
    if (tim_is_down(s)) {
        return at_match ? c + 1 : s->arr - c;
    }
    return at_match ? s->arr + 1ull - c : c;
}

/* A pulse with every period that comes, as PWM mode 1 makes them of a counter that goes up; none now. */
static bool draw_pulses(const Tim *s, unsigned ch, Wave *w)
{
    uint64_t next = s->parent_obj.regs[R_CCR1 + ch], prescale = s->psc + 1ull, period = prescale * (s->arr + 1ull);

    if (tim_ocm(s, ch) != OC_PWM1 || s->ref[ch] || s->cleared[ch] || tim_ccer(s, ch) & (CCER_P | CCER_NE) ||
        next > s->arr || !tim_is_internal(s) || !tim_knows_next(s) || !tim_has_pending(s) ||
        period > UINT64_MAX / clock_get(s->ticks.clk)) {
        return false;
    }
    if (next) {
        *w = (Wave) { .rise = s->at + tim_steps(s, tim_clocks_to_end(s)), .period = period, .high = prescale * next };
    }
    return true;
}

/*
 * OCxREF from now on.  If it is not a level for ever nor a wave, @steps until it has to be drawn
 * again.
 */
static Wave draw_ref(const Tim *s, unsigned ch, uint64_t *steps)
{
    Wave w = { .level = s->ref[ch] };
    unsigned mode = tim_ocm(s, ch);
    uint64_t clocks = tim_clocks_to_change(s, ch), change = tim_output_change(s, ch);
    uint64_t prescale = s->psc + 1ull, between, period;
    bool toggle = mode == OC_TOGGLE;

    if (change == NEVER || draw_pulses(s, ch, &w)) {
        return w;
    }
    between = prescale * clocks_between_changes(s, ch, clocks == tim_clocks_to_match(s, ch));
    period = toggle && !(tim_is_centred(s) && s->ccr[ch] && s->ccr[ch] < s->arr)
             ? 2 * between : prescale * (tim_is_centred(s) ? 2ull * s->arr : s->arr + 1ull);
    if (!tim_is_internal(s) || tim_has_pending(s) || tim_is_one_pulse(s) ||
        s->cleared[ch] || (mode < OC_PWM1 && !toggle) || s->parent_obj.regs[R_CNT] > s->arr ||
        period > UINT64_MAX / clock_get(s->ticks.clk) || between >= period) {
        *steps = MIN(*steps, change);
        return w;
    }
    w.period = period;
    w.high = s->ref[ch] ? period - between : between;
    w.rise = s->at + change + (s->ref[ch] ? between : 0) - period;
    return w;
}

/* ---- From OCxREF to the pins ---- */

static Wave inverted(Wave w, bool invert)
{
    if (!invert) {
        return w;
    }
    return (Wave) { !w.level, w.rise + w.high, w.period, w.period - w.high };
}

/* Rising later by the dead time; what is shorter than that does not happen. */
static Wave delayed(Wave w, uint32_t ticks)
{
    if (!w.period) {
        return w;
    }
    if (w.high <= ticks) {
        return (Wave) { .level = false };
    }
    w.rise += ticks;
    w.high -= ticks;
    return w;
}

static uint32_t dead_time(const Tim *s)
{
    uint32_t dtg = reg_get(s, BDTR, DTG);
    uint32_t dts = 1 << reg_get(s, CR1, CKD);

    if (dtg < 0x80) {
        return dtg * dts;
    } else if (dtg < 0xc0) {
        return (64 + (dtg & 0x3f)) * 2 * dts;
    }
    return (32 + (dtg & 0x1f)) * (dtg < 0xe0 ? 8 : 16) * dts;
}

/* Let @signal do @w, or nothing.  A wave that goes on as before stays the drive it is. */
static void drive(Tim *s, Signal *signal, Wave *was, Wave w, bool on)
{
    uint64_t period = clock_get(s->ticks.clk);
    bool same = w.period && was->period == w.period && was->high == w.high &&
                (w.rise - was->rise) % (int64_t)w.period == 0;

    if (same) {
        w.rise = was->rise;
    }
    *was = w;
    if (!on && signal->drive.kind == DRIVE_NONE) {
        return;
    }
    if (!on) {
        signal_drive(signal, DRIVE(NONE));
    } else if (!w.period) {
        signal_drive(signal, DRIVE_LEVEL(w.level));
    } else if (!same || signal->drive.kind != DRIVE_WAVE || s->drawn_period != period) {
        signal_drive(signal, (Drive) {
            .kind = DRIVE_WAVE, .start = counter_time(&s->ticks, w.rise),
            .period = w.period * period, .high = w.high * period,
        });
    }
}

/* RM0090 table 74: what MOE, OSSI, OSSR, CCxE and CCxNE make of it. */
static void drive_channel(Tim *s, unsigned ch, Wave ref)
{
    uint32_t bdtr = s->parent_obj.regs[R_BDTR], ccer = tim_ccer(s, ch);
    uint32_t ois = s->parent_obj.regs[R_CR2] >> (R_CR2_OIS1_SHIFT + 2 * ch);
    bool pair = s->advanced && ch < N_CHANNELS - 1;
    bool e = ccer & CCER_E, ne = pair && ccer & CCER_NE, on = e, on_n = ne;
    Wave w = { .level = false }, wn = w;

    if (s->advanced && !(bdtr & R_BDTR_MOE_MASK)) {
        on = on_n = bdtr & R_BDTR_OSSI_MASK && (e || ne);
        w.level = ois & 1;
        wn.level = ois >> 1 & 1;
    } else {
        w = inverted(e && ne ? delayed(ref, dead_time(s)) : e ? ref : w, ccer & CCER_P);
        wn = inverted(e && ne ? delayed(inverted(ref, true), dead_time(s)) : ne ? ref : wn,
                      ccer & CCER_NP);
        if (bdtr & R_BDTR_OSSR_MASK) {
            on = on_n = e || ne;
        }
    }
    drive(s, &s->ch[ch], &s->out[ch], w, on);
    if (pair) {
        drive(s, &s->chn[ch], &s->outn[ch], wn, on_n);
    }
}

uint64_t tim_output_drive(Tim *s)
{
    uint64_t steps = NEVER;

    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) != CCS_OUTPUT) {
            drive(s, &s->ch[ch], &s->out[ch], (Wave) { }, false);
        } else if (tim_ccer(s, ch) & (CCER_E | CCER_NE)) {
            drive_channel(s, ch, draw_ref(s, ch, &steps));
        } else {
            drive(s, &s->ch[ch], &s->out[ch], (Wave) { }, false);
            if (s->advanced && ch < N_CHANNELS - 1) {
                drive(s, &s->chn[ch], &s->outn[ch], (Wave) { }, false);
            }
        }
    }
    if (reg_get(s, BDTR, AOE) && !reg_get(s, BDTR, MOE) && !tim_break_is_active(s)) {
        steps = MIN(steps, tim_steps(s, tim_clocks_to_update(s)));
    }
    s->drawn_period = clock_get(s->ticks.clk);
    return steps;
}

/* ---- Break ---- */

bool tim_break_is_active(const Tim *s)
{
    uint32_t bdtr = s->parent_obj.regs[R_BDTR];
    bool high = bdtr & R_BDTR_BKP_MASK;

    return bdtr & R_BDTR_BKE_MASK && (s->brk[0] || signal_level(&s->bkin, !high) == high);
}

void tim_break_check(Tim *s)
{
    if (s->advanced && tim_break_is_active(s)) {
        reg_set(s, BDTR, MOE, 0);
        reg_set(s, SR, BIF, 1);
    }
}
