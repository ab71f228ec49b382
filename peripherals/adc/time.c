/*
 * Time of the A/D converters: what is due by now.
 *
 * Somebody who looks at a register makes true what is there.  A converter that runs on and on
 * without a reader costs nothing.
 *
 * Without -icount virtual time goes on while the host is busy.  A reader of DR, a program or the
 * DMA, then finds the results that have come meanwhile one by one: data that is not read waits
 * twice ADC_HELD_NS before it is an overrun.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

#define MAX_CONVERSIONS 4096    /* with nobody looking, made up for one by one */
#define MAX_STRIKES 2           /* a host may stand still for any time once: a reader comes first */
#define BACKLOG_NS 20000000     /* a host that is later than this: what it missed is lost */

/* The converter whose conversion ends first. */
static Adc *first_to_end(const AdcCommon *c)
{
    Adc *first = NULL;

    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        if (s->busy && (!first || s->end < first->end)) {
            first = s;
        }
    }
    return first;
}

/* ---- Up to now ---- */

/* Ticks after which a converter that is left alone does the same again; 0: it stops. */
static uint64_t cycle_ticks(const Adc *s)
{
    const AdcCommon *c = s->common;
    bool automatic = reg_get(s, CR1, JAUTO);
    uint64_t ticks = 0;

    if (!s->busy || !s->regular || (s->busy == ADC_INJECTED && !automatic) ||
        !reg_get(s, CR2, CONT) || reg_get(s, CR1, DISCEN)) {
        return 0;
    }
    if (adc_is_interleaved(c) && adc_is_in_team(s)) {
        s = c->adc[0];
        ticks = adc_team_size(c) * (5 + reg_get(c, CCR, DELAY)) *
                adc_prescaler(c);
        return MAX(ticks, adc_conversion_ticks(s, adc_regular_channel(s, 0)));
    }
    for (unsigned i = 0; i < adc_regular_length(s); i++) {
        ticks += adc_conversion_ticks(s, adc_regular_channel(s, i));
    }
    for (unsigned i = 0; automatic && i < adc_injected_length(s); i++) {
        ticks += adc_conversion_ticks(s, adc_injected_channel(s, i));
    }
    return ticks;
}

/* Leave out whole cycles: nobody has seen them, and the last ones leave the same flags. */
static void skip_ahead(AdcCommon *c)
{
    uint64_t skipped = 0;

    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *s = c->adc[i];
        uint64_t cycle = cycle_ticks(s), cycles = cycle && c->seen > s->end
                                                  ? (c->seen - s->end) / cycle : 0;

        if (cycles > 1) {
            skipped = (cycles - 1) * cycle;
            s->begun += skipped;
            s->end += skipped;
        }
    }
    if (adc_is_interleaved(c)) {
        c->turn_at += skipped;
    }
}

void adc_look(AdcCommon *c)
{
    c->seen_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    c->seen = counter_at(&c->ticks, c->seen_ns);
}

/* Has it ended?  The clock is looked at once in a sync: a slow host would never be through. */
static bool is_due(AdcCommon *c, const Adc *s, bool *looked)
{
    if (s->end <= c->seen) {
        return true;
    }
    if (*looked) {
        return false;
    }
    *looked = true;
    adc_look(c);
    if (s->end > c->seen) {
        return false;
    }
    if (!time_is_exact() &&
        counter_time(&c->ticks, MIN(s->end, (uint64_t)INT64_MAX)) < c->seen_ns - BACKLOG_NS) {
        skip_ahead(c);
    }
    return s->end <= c->seen;
}

bool adc_waits_for_reader(const Adc *s)
{
    return !time_is_exact() && s->busy == ADC_REGULAR && s->fresh && adc_minds_overrun(s) &&
           s->strikes < MAX_STRIKES;
}

void adc_sync(AdcCommon *c)
{
    unsigned done = 0;
    bool looked = false;
    Adc *s = NULL;

    while (c->busy && (s = first_to_end(c)) && is_due(c, s, &looked) && !adc_waits_for_reader(s)) {
        adc_finish(s);
        if (++done == MAX_CONVERSIONS) {
            skip_ahead(c);
            done = 0;
        }
    }
    c->busy = s != NULL;
}

int64_t adc_holds(const AdcCommon *c)
{
    const Adc *s = first_to_end(c);

    return s ? counter_when(&c->ticks, s->end) : INT64_MAX;
}

void adc_settle(AdcCommon *c)
{
    adc_sync(c);
    for (unsigned i = 0; c->busy && i < N_ADCS; i++) {
        adc_hold(c->adc[i]);
    }
}
