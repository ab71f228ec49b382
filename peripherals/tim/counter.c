/*
 * Timers: the counter, from one event to the next, see state.h.
 *
 * An event is the end of a run (overflow, underflow) or a channel's value.  What lies between two
 * of them is one addition; what lies between two looks at the timer is at most a few events and
 * then whole periods at once, so it does not matter for how long nobody has looked.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

#define MAX_SINGLE 256  /* periods that are told one by one if somebody wants every one */

/* ---- Events ---- */

void tim_load_shadows(Tim *s)
{
    const uint32_t *regs = s->parent_obj.regs;

    s->psc = regs[R_PSC];
    s->arr = regs[R_ARR];
    s->rep = regs[R_RCR];
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_OUTPUT) {
            s->ccr[ch] = regs[R_CCR1 + ch];
        }
    }
}

/* What an update event does besides loading the shadows. */
static void tell_of_updates(Tim *s, uint64_t count)
{
    uint32_t *regs = s->parent_obj.regs;

    for (unsigned ch = 0; ch < s->channels; ch++) {
        s->cleared[ch] &= s->input[INPUT_ETR].level;
        if (regs[R_CR2] & R_CR2_CCDS_MASK && tim_wants_dma(s, DMA_CH1 + ch)) {
            tim_request(s, DMA_CH1 + ch);
        }
    }
    if (regs[R_BDTR] & R_BDTR_AOE_MASK && !tim_break_is_active(s)) {
        regs[R_BDTR] |= R_BDTR_MOE_MASK;
    }
    if (tim_wants_dma(s, DMA_UP)) {
        tim_request(s, DMA_UP);
    }
    tim_trgo_pulses(s, MMS_UPDATE, count);
}

static void update_event(Tim *s)
{
    if (reg_get(s, CR1, UDIS)) {
        return;
    }
    tim_load_shadows(s);
    if (reg_get(s, CR1, OPM)) {
        reg_set(s, CR1, CEN, 0);
        tim_trgo_refresh(s);
    }
    tim_events(s, R_SR_UIF_MASK, 1);
    tell_of_updates(s, 1);
}

void tim_restart(Tim *s, bool by_software)
{
    uint32_t *regs = s->parent_obj.regs;
    bool silent = reg_get(s, CR1, URS);

    if (!reg_get(s, CR1, UDIS)) {
        tim_load_shadows(s);
    }
    s->psc_count = 0;
    if (tim_is_centred(s)) {
        regs[R_CR1] &= ~R_CR1_DIR_MASK;
    }
    regs[R_CNT] = tim_is_down(s) ? s->arr : 0;
    if (!reg_get(s, CR1, UDIS)) {
        if (!silent) {
            tim_event(s, R_SR_UIF_MASK);
        }
        tell_of_updates(s, 1);  /* unsure: with URS, that UG makes no DMA request */
    }
    tim_trgo_pulses(s, MMS_RESET, 1);
    tim_output_refresh(s);
}

static void match(Tim *s, unsigned ch, bool flagged)
{
    if (flagged) {
        tim_events(s, R_SR_CC1IF_MASK << ch, 1);
        if (ch == 0) {
            tim_trgo_pulses(s, MMS_COMPARE, 1);
        }
    }
    tim_output_event(s, ch);
}

/* The counter has come to the end of its run: what is its value then? */
static void reach_end(Tim *s)
{
    uint32_t *regs = s->parent_obj.regs;
    bool down = tim_is_down(s), centred = tim_is_centred(s);

    if (tim_is_beyond(s)) {
        regs[R_CNT] = 0;        /* unsure: not an overflow, ARR was not reached */
        return;
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_OUTPUT && s->ccr[ch] > s->arr && (!centred || !down)) {
            tim_events(s, R_SR_CC1IF_MASK << ch, 1);
        }
    }
    if (centred) {
        regs[R_CR1] ^= R_CR1_DIR_MASK;
    }
    regs[R_CNT] = 0;
    if (s->rep) {
        s->rep--;
    } else {
        update_event(s);        /* ARR is loaded before the counter is */
    }
    if (down != centred) {
        regs[R_CNT] = s->arr;
    }
}

/* @clocks pass, at the end of which something happens. */
static void reach_event(Tim *s, uint64_t clocks)
{
    uint32_t *cnt = &s->parent_obj.regs[R_CNT];
    unsigned cms = reg_get(s, CR1, CMS);
    bool down = tim_is_down(s), end = clocks == tim_clocks_to_end(s);

    if (end) {
        reach_end(s);
    } else {
        *cnt += down ? -clocks : clocks;
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_OUTPUT && s->ccr[ch] == *cnt) {
            match(s, ch, !cms || cms == 3 || end || (cms == 1) == down);
        }
    }
    tim_output_refresh(s);
}

static uint64_t clocks_to_event(const Tim *s)
{
    uint64_t clocks = tim_clocks_to_end(s);

    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_OUTPUT) {
            clocks = MIN(clocks, tim_clocks_to_match(s, ch));
        }
    }
    return clocks;
}

/* ---- Whole periods ---- */

/* Events of @ch in a period. */
static unsigned matches(const Tim *s, unsigned ch)
{
    if (tim_ccs(s, ch) != CCS_OUTPUT || s->ccr[ch] > s->arr) {
        return 0;
    }
    return tim_is_centred(s) && s->ccr[ch] && s->ccr[ch] < s->arr ? 2 : 1;
}

static void skip_channel(Tim *s, unsigned ch, uint64_t periods)
{
    uint64_t changes = periods * matches(s, ch);
    unsigned mode = tim_ocm(s, ch);

    if (tim_ccs(s, ch) != CCS_OUTPUT) {
        return;
    }
    tim_events(s, R_SR_CC1IF_MASK << ch, reg_get(s, CR1, CMS) == 3 ? MAX(changes, 1) : periods);
    if (ch == 0 && changes) {
        tim_trgo_pulses(s, MMS_COMPARE, changes);
    }
    if (mode == OC_TOGGLE) {
        tim_trgo_pulses(s, MMS_OC1REF + ch, (changes + !s->ref[ch]) / 2);
        s->ref[ch] ^= changes & 1;
    } else if (mode >= OC_PWM1 && tim_output_change(s, ch) != NEVER) {
        tim_trgo_pulses(s, MMS_OC1REF + ch, periods);
    }
}

/* Does anybody want each event by itself? */
static bool is_watched(const Tim *s)
{
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (s->oc_wanted[ch]) {
            return true;
        }
    }
    return tim_trgo_is_wanted(s) || s->parent_obj.regs[R_DIER] >> R_DIER_UDE_SHIFT;
}

/* The repetition counter counts @ends of a run; how many update events that is. */
static uint64_t repeat(Tim *s, uint64_t ends)
{
    uint64_t rest, cycle = s->parent_obj.regs[R_RCR] + 1ull;

    if (ends <= s->rep) {
        s->rep -= ends;
        return 0;
    }
    if (reg_get(s, CR1, UDIS)) {
        s->rep = 0;             /* it is loaded again by an update event alone */
        return 0;
    }
    rest = ends - s->rep - 1;
    s->rep = cycle - 1 - rest % cycle;
    return 1 + rest / cycle;
}

/* Of @n steps leave out whole periods in which nothing new happens; how many steps that is. */
static uint64_t skip_periods(Tim *s, uint64_t n)
{
    uint64_t steps = tim_period_clocks(s) * (s->psc + 1ull), periods = n / steps, updates;
    uint64_t ends = tim_is_centred(s) ? 2 : 1, keep = is_watched(s) ? MAX_SINGLE : 1;

    if (periods <= keep || tim_is_beyond(s)) {
        return 0;
    }
    periods -= keep;
    if (tim_has_pending(s) || tim_is_one_pulse(s)) {
        periods = MIN(periods, s->rep / ends);
    }
    if (!periods) {
        return 0;
    }
    updates = repeat(s, periods * ends);
    for (unsigned ch = 0; ch < s->channels; ch++) {
        skip_channel(s, ch, periods);
    }
    if (updates) {
        tim_events(s, R_SR_UIF_MASK, updates);
        tell_of_updates(s, updates);
    }
    return periods * steps;
}

/* ---- Counting ---- */

/* One event, or what is left: then 0 is. */
uint64_t tim_advance(Tim *s, uint64_t n, bool internal)
{
    uint64_t skipped, clocks, steps;

    if (!n || !s->arr || !reg_get(s, CR1, CEN)) {
        return 0;
    }
    skipped = skip_periods(s, n);
    clocks = clocks_to_event(s);
    steps = tim_steps(s, clocks);
    n -= skipped;
    s->at += internal ? skipped : 0;
    if (n < steps) {
        uint64_t all = s->psc_count + n;
        uint32_t passed = all / (s->psc + 1ull);

        s->parent_obj.regs[R_CNT] += tim_is_down(s) ? -passed : passed;
        s->psc_count = all % (s->psc + 1ull);
        return 0;
    }
    s->at += internal ? steps : 0;
    s->psc_count = 0;
    reach_event(s, clocks);
    return n - steps;
}
