/*
 * Timers: input capture, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* What an edge detector lets through: bits of CCER. */
static bool is_active_edge(const Tim *s, unsigned ch, bool level)
{
    unsigned ccer = tim_ccer(s, ch);

    return (ccer & (CCER_P | CCER_NP)) == (CCER_P | CCER_NP) || level == !(ccer & CCER_P);
}

void tim_capture(Tim *s, unsigned ch)
{
    uint32_t *regs = s->parent_obj.regs, flag = R_SR_CC1IF_MASK << ch;

    if (regs[R_SR] & flag) {
        regs[R_SR] |= R_SR_CC1OF_MASK << ch;
    }
    regs[R_CCR1 + ch] = s->ccr[ch] = regs[R_CNT];
    tim_events(s, flag, 1);
    if (ch == 0) {
        tim_trgo_pulses(s, MMS_COMPARE, 1);
    }
}

/* @edges have come, the last just now: is it one to capture? */
static void capture_divided(Tim *s, unsigned ch, uint64_t edges)
{
    unsigned divide = 1 << (tim_ccmr(s, ch) >> 2 & 3);
    uint32_t *count = &s->captured[ch];
    uint64_t all = *count + edges;

    *count = all % divide;
    if (all >= divide && all % divide == 0) {
        tim_capture(s, ch);
    }
}

void tim_capture_trc(Tim *s)
{
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_TRC && tim_ccer(s, ch) & CCER_E) {
            capture_divided(s, ch, 1);
        }
    }
}

void tim_capture_edge(Tim *s, unsigned ti, bool level, uint64_t skipped)
{
    for (unsigned ch = ti & ~1; ch < MIN((ti | 1) + 1, s->channels); ch++) {
        unsigned ccs = tim_ccs(s, ch);
        bool mine = ccs == (ch == ti ? CCS_DIRECT : CCS_OTHER);

        if (mine && tim_ccer(s, ch) & CCER_E) {
            bool both = (tim_ccer(s, ch) & (CCER_P | CCER_NP)) == (CCER_P | CCER_NP);

            if (is_active_edge(s, ch, level)) {
                capture_divided(s, ch, 1 + skipped * (both ? 2 : 1));
            } else {
                s->captured[ch] += skipped;     /* taken account of at the next that is active */
            }
        }
    }
}
