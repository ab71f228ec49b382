/*
 * Timers: who is whose trigger, and when that comes, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

bool tim_uses_trc(const Tim *s)
{
    for (unsigned ch = 0; s->ccer && ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_TRC && tim_ccer(s, ch) & CCER_E) {
            return true;
        }
    }
    return reg_get(s, CR2, CCUS);
}

/* The timer that is this one's selected trigger. */
Tim *tim_master(const Tim *s)
{
    if (!tim_has_slave(s) || tim_ts(s) >= N_ITR || (tim_sms(s) < SMS_RESET && !tim_uses_trc(s)) ||
        (tim_ts(s) == 1 && reg_get(s, OR, ITR1_RMP) && s->remap == 2)) {
        return NULL;
    }
    return s->itr[tim_ts(s)];
}

unsigned tim_mms(const Tim *s)
{
    return s->channels == 1 ? MMS_OC1REF : reg_get(s, CR2, MMS);
}

Tim *tim_slave_clock(const Tim *s)
{
    Tim *master = tim_master(s);
    bool clock = tim_sms(s) == SMS_CLOCK;

    if (master && tim_sms(s) == SMS_GATED) {
        clock = tim_mms(master) < MMS_OC1REF && tim_mms(master) != MMS_ENABLE;
    }
    return clock ? master : NULL;
}

bool tim_trgo_is_wanted(const Tim *s)
{
    for (unsigned i = 0; i < s->slaves->len; i++) {
        const Tim *slave = s->slaves->pdata[i];

        if (tim_master(slave) == s && tim_slave_clock(slave) != s) {
            return true;
        }
    }
    return s->trgo_wanted;
}

uint64_t tim_trgo_steps(const Tim *s, uint64_t *then)
{
    uint64_t period = (tim_is_centred(s) ? 2ull * s->arr : s->arr + 1ull);
    uint64_t clocks = NEVER;

    switch (tim_mms(s)) {
    case MMS_UPDATE:
        clocks = tim_clocks_to_update(s);
        period = (s->parent_obj.regs[R_RCR] + 1ull) * (tim_is_centred(s) ? s->arr : s->arr + 1ull);
        break;
    case MMS_COMPARE:
        clocks = tim_ccs(s, 0) == CCS_OUTPUT ? tim_clocks_to_match(s, 0) : NEVER;
        period = tim_is_centred(s) ? 1 : period;    /* two in a period: look at each */
        break;
    case MMS_RESET:
    case MMS_ENABLE:
        break;
    default:
        *then = period * (s->psc + 1ull);
        return tim_output_change(s, tim_mms(s) - MMS_OC1REF);
    }
    *then = period * (s->psc + 1ull);
    return tim_steps(s, clocks);
}

static int64_t when(const Tim *s, uint64_t n, unsigned depth)
{
    const Tim *master = tim_slave_clock(s);
    uint64_t first, then;

    if (n == NEVER || !reg_get(s, CR1, CEN) || !s->arr) {
        return COUNTER_NEVER;
    }
    if (!master) {
        return tim_is_internal(s) ? counter_when(&s->ticks, s->at + n) : COUNTER_NEVER;
    }
    first = tim_trgo_steps(master, &then);
    if (first == NEVER) {
        return COUNTER_NEVER;
    }
    if (tim_has_pending(master)) {
        first = MIN(first, tim_steps(master, tim_clocks_to_update(master)));
        n = 1;
    }
    if (n > 1 && then > (UINT64_MAX >> 2) / n) {
        return COUNTER_NEVER;
    }
    return depth > 4 ? COUNTER_NEVER     /* a ring of timers: nothing drives it */
                     : when(master, first + (n - 1) * then, depth + 1);
}

int64_t tim_when(const Tim *s, uint64_t n)
{
    return when(s, n, 0);
}

/* The tables of the chip have set the links: tell the masters. */
void tim_slave_connect(Tim *s)
{
    for (unsigned i = 0; i < N_ITR; i++) {
        if (s->itr[i] && !g_ptr_array_find(s->itr[i]->slaves, s, NULL)) {
            g_ptr_array_add(s->itr[i]->slaves, s);
        }
    }
}
