/*
 * Time of the A/D converters: what is due by now, and when to look again.
 *
 * Somebody who looks at a register makes true what is there; a timer runs only for interrupts, DMA
 * requests and overruns.  A converter that runs on and on without a reader costs nothing.
 *
 * Without -icount virtual time goes on while the host is busy.  A reader of DR, a program or the DMA,
 * then finds the results that have come meanwhile one by one: data that is not read waits twice HELD_NS
 * before it is an overrun.  What the DMA takes comes in bunches: when it has something to tell (half or
 * all of a transfer), when its registers are looked at, and every DMA_LAZY_NS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

#define MAX_CONVERSIONS 4096    /* with nobody looking, made up for one by one */
#define HELD_NS 5000000
#define MAX_STRIKES 2           /* the host may have stood still for any time once: a reader comes first */
#define BACKLOG_NS 20000000     /* a host that is later than this: what it missed is lost */
#define IRQ_FLOOR_NS 1000
#define DMA_FLOOR_NS 200000
#define DMA_LAZY_NS 500000      /* what the DMA moves is in memory no later than this */

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
    bool automatic = adc_cr1(s, R_CR1_JAUTO_MASK);
    uint64_t ticks = 0;

    if (!s->busy || !s->regular || (s->busy == ADC_INJECTED && !automatic) ||
        !adc_cr2(s, R_CR2_CONT_MASK) || adc_cr1(s, R_CR1_DISCEN_MASK)) {
        return 0;
    }
    if (adc_is_interleaved(c) && adc_is_in_team(s)) {
        s = c->adc[0];
        ticks = adc_team_size(c) * (5 + FIELD_EX32(c->parent_obj.regs[R_CCR], CCR, DELAY)) *
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

/* Is its end put off, because the data before has not been read? */
static bool waits_for_reader(const Adc *s)
{
    return !time_is_exact() && s->busy == ADC_REGULAR && s->fresh && adc_minds_overrun(s) &&
           s->strikes < MAX_STRIKES;
}

void adc_sync(AdcCommon *c)
{
    unsigned done = 0;
    bool looked = false;
    Adc *s = NULL;

    while (c->busy && (s = first_to_end(c)) && is_due(c, s, &looked) && !waits_for_reader(s)) {
        adc_finish(s);
        if (++done == MAX_CONVERSIONS) {
            skip_ahead(c);
            done = 0;
        }
    }
    c->busy = s != NULL;
}

void adc_settle(AdcCommon *c)
{
    adc_sync(c);
    for (unsigned i = 0; c->busy && i < N_ADCS; i++) {
        adc_hold(c->adc[i]);
    }
}

/* ---- When to look again ---- */

static bool wants_dma(const Adc *s)
{
    return adc_uses_cdr_dma(s) ? !s->common->dma_done
                               : adc_cr2(s, R_CR2_DMA_MASK) && !s->dma_done;
}

/* Can the ends of its conversions be noticed without looking at a register? */
static bool is_noticed(Adc *s)
{
    uint32_t want = s->parent_obj.regs[R_CR1], sr = s->parent_obj.regs[R_SR];
    bool injected = s->injected || (s->regular && want & R_CR1_JAUTO_MASK);

    return (s->regular && wants_dma(s) && !s->fresh) ||
           (s->regular && want & R_CR1_EOCIE_MASK && !(sr & R_SR_EOC_MASK)) ||
           (injected && want & R_CR1_JEOCIE_MASK && !(sr & R_SR_JEOC_MASK)) ||
           (s->regular && want & R_CR1_OVRIE_MASK && adc_minds_overrun(s)) ||
           (want & R_CR1_AWDIE_MASK && !(sr & R_SR_AWD_MASK) && adc_watchdog_may_bark(s));
}

/* Without -icount: not so often that the host has time for nothing else. */
static int64_t not_before(const AdcCommon *c)
{
    int64_t floor = DMA_FLOOR_NS;

    if (time_is_exact()) {
        return 0;
    }
    for (unsigned i = 0; i < N_ADCS; i++) {
        if (adc_cr1(c->adc[i], R_CR1_EOCIE_MASK | R_CR1_JEOCIE_MASK)) {
            floor = IRQ_FLOOR_NS;
        }
    }
    return c->expired + floor;
}

static int64_t when_ends(Adc *s)
{
    const AdcCommon *c = s->common;
    int64_t when = counter_when(&c->ticks, s->end);

    if (waits_for_reader(s)) {
        return s->fresh_ns + HELD_NS;
    }
    if (s->unnoticed && !s->fresh && !adc_cr1(s, R_CR1_EOCIE_MASK)) {
        when = counter_when(&c->ticks, adc_row_end(s, s->unnoticed));
        when = MIN(when, c->expired + DMA_LAZY_NS);
    }
    return MAX(when, not_before(c));
}

void adc_plan(AdcCommon *c)
{
    int64_t when = COUNTER_NEVER;
    bool team = false;

    for (unsigned i = 0; c->busy && i < adc_team_size(c); i++) {
        team |= adc_is_in_team(c->adc[i]) && is_noticed(c->adc[i]);
    }
    for (unsigned i = 0; c->busy && i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        if (s->busy && ((team && adc_is_in_team(s)) || is_noticed(s) ||
                        (s->end <= c->seen && waits_for_reader(s)))) {
            when = MIN(when, when_ends(s));
        }
    }
    counter_arm(c->timer, when);
}

static void expired(void *opaque)
{
    AdcCommon *c = opaque;

    adc_look(c);
    c->expired = c->seen_ns;
    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        if (s->fresh && c->seen_ns >= s->fresh_ns + HELD_NS) {
            s->strikes++;
            s->fresh_ns = c->seen_ns;
        }
    }
    adc_sync(c);
    adc_update_all(c);
}

void adc_time_init(AdcCommon *c)
{
    counter_init(&c->ticks, c->parent_obj.clk);
    counter_go(&c->ticks);
    c->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, c);
}
