/*
 * Timers: how far it is from where the counter is to what happens next, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

bool tim_is_down(const Tim *s)
{
    return reg_get(s, CR1, DIR);
}

bool tim_is_internal(const Tim *s)
{
    unsigned sms = tim_sms(s);

    return reg_get(s, CR1, CEN) && s->arr && clock_is_enabled(s->ticks.clk) &&
           !tim_is_encoder(s) && sms != SMS_CLOCK &&
           !reg_get(s, SMCR, ECE) && (sms != SMS_GATED || s->gate);
}

uint64_t tim_steps(const Tim *s, uint64_t clocks)
{
    return clocks == NEVER ? NEVER : clocks * (s->psc + 1ull) - s->psc_count;
}

/* A counter beyond ARR runs on to its last value, and over it to 0. */
bool tim_is_beyond(const Tim *s)
{
    return s->parent_obj.regs[R_CNT] > s->arr && !tim_is_down(s);
}

uint64_t tim_period_clocks(const Tim *s)
{
    return tim_is_centred(s) ? 2ull * s->arr : s->arr + 1ull;
}

uint64_t tim_clocks_to_end(const Tim *s)
{
    uint64_t cnt = s->parent_obj.regs[R_CNT];

    if (tim_is_beyond(s)) {
        return tim_max(s) - cnt + 1;
    }
    if (tim_is_centred(s)) {
        return MAX(tim_is_down(s) ? cnt : s->arr - cnt, 1);
    }
    return (tim_is_down(s) ? cnt : s->arr - cnt) + 1;
}

uint64_t tim_clocks_to_match(const Tim *s, unsigned ch)
{
    uint64_t cnt = s->parent_obj.regs[R_CNT], c = s->ccr[ch], end = tim_clocks_to_end(s);
    bool down = tim_is_down(s), centred = tim_is_centred(s);

    if (c > s->arr) {
        return tim_is_beyond(s) && c > cnt ? c - cnt : NEVER;
    }
    if (down ? c < cnt : c > cnt) {
        return down ? cnt - c : c - cnt;
    }
    return end + (down == centred ? c : s->arr - c);    /* counting up after the end, or down */
}

uint64_t tim_clocks_to_update(const Tim *s)
{
    uint64_t end = tim_clocks_to_end(s) + (tim_is_beyond(s) ? s->arr + 1ull : 0);

    if (reg_get(s, CR1, UDIS) || !s->arr) {
        return NEVER;
    }
    return end + s->rep * (tim_is_centred(s) ? s->arr : s->arr + 1ull);
}

bool tim_has_pending(const Tim *s)
{
    const uint32_t *regs = s->parent_obj.regs;

    if (reg_get(s, CR1, UDIS)) {
        return false;
    }
    if (s->psc != regs[R_PSC] || s->arr != regs[R_ARR]) {
        return true;
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_OUTPUT && s->ccr[ch] != regs[R_CCR1 + ch]) {
            return true;
        }
    }
    return false;
}

bool tim_knows_next(const Tim *s)
{
    const uint32_t *regs = s->parent_obj.regs;

    return !tim_is_down(s) && !tim_is_centred(s) && !tim_is_beyond(s) && !s->rep && s->psc == regs[R_PSC] &&
           s->arr == regs[R_ARR] && s->arr && !reg_get(s, CR1, UDIS) && !tim_is_one_pulse(s);
}

uint64_t tim_clocks_to_flag(const Tim *s, unsigned ch)
{
    uint64_t end = tim_clocks_to_end(s), match = tim_clocks_to_match(s, ch);
    uint32_t next = s->parent_obj.regs[R_CCR1 + ch];

    if (s->ccr[ch] > s->arr || match < end || next == s->ccr[ch] || !tim_knows_next(s)) {
        return s->ccr[ch] > s->arr ? end : match;
    }
    return end + MIN(next, s->arr + 1ull);
}

/* PWM that never changes: 0 % or 100 %. */
static bool is_constant(const Tim *s, unsigned ch)
{
    uint32_t c = s->ccr[ch];

    if (tim_is_centred(s)) {
        return c == 0 || c >= s->arr;
    }
    return tim_is_down(s) ? c >= s->arr : c == 0 || c > s->arr;
}

/* Clocks of the counter until OCxREF changes. */
uint64_t tim_clocks_to_change(const Tim *s, unsigned ch)
{
    uint64_t end = tim_clocks_to_end(s), match = tim_clocks_to_match(s, ch);

    if (!reg_get(s, CR1, CEN) || !s->arr) {
        return NEVER;
    }
    if (s->cleared[ch]) {
        return s->input[INPUT_ETR].level ? NEVER : tim_clocks_to_update(s);
    }
    switch (tim_ocm(s, ch)) {
    case OC_ACTIVE:   return s->ref[ch] ? NEVER : match;
    case OC_INACTIVE: return s->ref[ch] ? match : NEVER;
    case OC_TOGGLE:   return match;
    case OC_PWM1:
    case OC_PWM2:     return is_constant(s, ch) && s->parent_obj.regs[R_CNT] <= s->arr ? NEVER
                             : MIN(end, match);
    default:          return NEVER;
    }
}

uint64_t tim_output_change(const Tim *s, unsigned ch)
{
    uint64_t clocks = tim_clocks_to_change(s, ch);

    if (tim_ocm(s, ch) >= OC_ACTIVE && tim_has_pending(s)) {
        clocks = MIN(clocks, tim_clocks_to_update(s));
    }
    return tim_steps(s, clocks);
}
