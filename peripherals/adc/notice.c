/*
 * What of the A/D converters others notice: interrupts and DMA requests; and when to look again for
 * them.
 *
 * A timer runs only for interrupts, DMA requests and overruns.  Without -icount what the DMA takes
 * comes in bunches: when it has something to tell (half or all of a transfer), when its registers
 * are looked at, and every DMA_LAZY_NS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

#define IRQ_FLOOR_NS 1000
#define DMA_FLOOR_NS 200000
#define LATE_FLOOR_NS 1000
#define DMA_LAZY_NS 500000      /* what the DMA moves is in memory no later than this */

/* ---- When to look again ---- */

static bool wants_dma(const Adc *s)
{
    return adc_uses_cdr_dma(s) ? !s->common->dma_done
                               : reg_get(s, CR2, DMA) && !s->dma_done;
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
        if ((c->adc[i]->parent_obj.regs[R_CR1] & (R_CR1_EOCIE_MASK | R_CR1_JEOCIE_MASK))) {
            floor = IRQ_FLOOR_NS;
        }
    }
    return c->expired + floor;
}

static int64_t when_ends(Adc *s)
{
    const AdcCommon *c = s->common;
    int64_t when = counter_when(&c->ticks, s->end);

    if (adc_waits_for_reader(s)) {
        return s->fresh_ns + ADC_HELD_NS;
    }
    if (s->unnoticed && !s->fresh && !reg_get(s, CR1, EOCIE)) {
        when = counter_when(&c->ticks, adc_row_end(s, s->unnoticed));
        when = MIN(when, c->expired + DMA_LAZY_NS);
    }
    return MAX(when, not_before(c));
}

/*
 * With -icount: how late may be what a converter that goes on by itself gives the DMA, and nobody else is told of?  Not
 * if it is so fast that a busy DMA could be too slow.
 */
static int64_t lateness(Adc *s)
{
    int64_t each, late;
    uint32_t beats;

    if (!time_is_exact() || !time_may_be_late() || !run_is_enabled() || !adc_goes_on_alone(s) ||
        !reg_get(s, CR2, DMA) || s->dma_done || s->parent_obj.regs[R_CR1] & (R_CR1_EOCIE_MASK | R_CR1_AWDIE_MASK)) {
        return 0;
    }
    each = clock_ticks_to_ns(s->parent_obj.clk, adc_shortest_ticks(s));
    beats = lane_quiet(&s->dma, &s->parent_obj, false);
    if (beats < 2 || each < LATE_FLOOR_NS) {
        return 0;
    }
    late = MIN((beats - 1) * each, RUN_LATE_NS);
    lane_be_late(&s->dma, when_ends(s) + late);
    return late;
}

static void plan(AdcCommon *c)
{
    int64_t when = COUNTER_NEVER, late = INT64_MAX;
    bool team = false;

    for (unsigned i = 0; c->busy && i < adc_team_size(c); i++) {
        team |= adc_is_in_team(c->adc[i]) && is_noticed(c->adc[i]);
    }
    for (unsigned i = 0; c->busy && i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        if (s->busy && ((team && adc_is_in_team(s)) || is_noticed(s) ||
                        (s->end <= c->seen && adc_waits_for_reader(s)))) {
            when = MIN(when, when_ends(s));
            late = MIN(late, lateness(s));
        }
    }
    counter_arm_late(c->timer, when, when == COUNTER_NEVER ? 0 : late);
}

/* ---- Lines ---- */

static bool interrupts(const Adc *s)
{
    uint32_t sr = s->parent_obj.regs[R_SR], cr1 = s->parent_obj.regs[R_CR1];

    return (sr & R_SR_EOC_MASK && cr1 & R_CR1_EOCIE_MASK) ||
           (sr & R_SR_AWD_MASK && cr1 & R_CR1_AWDIE_MASK) ||
           (sr & R_SR_JEOC_MASK && cr1 & R_CR1_JEOCIE_MASK) ||
           (sr & R_SR_OVR_MASK && cr1 & R_CR1_OVRIE_MASK);
}

static bool requests_dma(const Adc *s)
{
    if (adc_uses_cdr_dma(s)) {
        return s->number == 1 && adc_cdr_is_ready(s->common);
    }
    return s->fresh && reg_get(s, CR2, DMA) && !s->dma_done;
}

void adc_update_all(AdcCommon *c)
{
    plan(c);
    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        line_set(&s->irq, interrupts(s));
        line_set(&s->dma, requests_dma(s));
    }
}

static void expired(void *opaque)
{
    AdcCommon *c = opaque;

    adc_look(c);
    c->expired = c->seen_ns;
    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        if (s->fresh && c->seen_ns >= s->fresh_ns + ADC_HELD_NS) {
            s->strikes++;
            s->fresh_ns = c->seen_ns;
        }
    }
    adc_sync(c);
    adc_update_all(c);
}

void adc_notice_init(AdcCommon *c)
{
    counter_init(&c->ticks, c->parent_obj.clk);
    counter_go(&c->ticks);
    c->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, c);
}
