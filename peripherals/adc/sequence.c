/*
 * The groups of a converter (RM0090 13.3): regular and injected sequences, one conversion after the
 * other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

#define SEQUENCE_NS (500 * SCALE_MS)      /* until a sequence is thought of as set up */
#define MAX_OWED 64
#define MAX_HZ 36010000         /* and a little for rounding */

/* ---- One conversion ---- */

static unsigned channel_under_way(const Adc *s)
{
    return s->busy == ADC_REGULAR ? adc_regular_channel(s, s->rank)
                                  : adc_injected_channel(s, s->jrank);
}

static void begin(Adc *s, AdcGroup group, uint64_t tick)
{
    unsigned channel;

    s->busy = group;
    s->has_started = true;
    s->held = false;
    s->begun = tick;
    channel = channel_under_way(s);
    s->end = tick + adc_conversion_ticks(s, channel);
    s->common->busy = true;
}

/* Is an injected conversion of the team under way that this one has to wait for? */
static bool waits_for_team(const Adc *s)
{
    const AdcCommon *c = s->common;

    for (unsigned i = 0; adc_is_combined(c) && adc_is_in_team(s) && i < adc_team_size(c); i++) {
        if (c->adc[i]->injected) {
            return true;
        }
    }
    return false;
}

/*
 * Interleaved: each in its turn, DELAY after the one before began; and no two sample at the same
 * time.
 */
static void begin_interleaved(Adc *s, uint64_t tick)
{
    AdcCommon *c = s->common;
    unsigned delay = 5 + reg_get(c, CCR, DELAY);
    unsigned sampling = adc_sampling_cycles(s, adc_regular_channel(s, s->rank)) + 2;

    if (c->turn != s->number - 1) {
        return;
    }
    begin(s, ADC_REGULAR, MAX(tick, c->turn_at));
    c->turn_at = s->begun + (uint64_t)MAX(delay, sampling) * adc_prescaler(c);
    c->turn = s->number % adc_team_size(c);
    adc_go_on(c->adc[c->turn], tick);
}

void adc_go_on(Adc *s, uint64_t tick)
{
    if (s->busy || !adc_is_on(s)) {
        return;
    }
    if (s->injected) {
        begin(s, ADC_INJECTED, tick);
    } else if (s->regular && !waits_for_team(s)) {
        if (adc_is_interleaved(s->common) && adc_is_in_team(s)) {
            begin_interleaved(s, tick);
        } else {
            begin(s, ADC_REGULAR, tick);
        }
    }
}

void adc_interrupt(Adc *s, uint64_t tick)
{
    if (s->busy == ADC_REGULAR && adc_is_interleaved(s->common) && adc_is_in_team(s)) {
        s->common->turn = s->number - 1;
        s->common->turn_at = tick;
    }
    s->busy = ADC_NOTHING;
}

/* ---- Groups ---- */

static unsigned regular_batch(const Adc *s)
{
    unsigned left = adc_regular_length(s) - MIN(s->rank, adc_regular_length(s));

    return !reg_get(s, CR1, DISCEN) ? left : MIN(left, reg_get(s, CR1, DISCNUM) + 1);
}

static bool may_start(Adc *s)
{
    if (!adc_is_on(s)) {
        periph_mistake(&s->parent_obj, ADC011, "started while it is off");
        return false;
    }
    if (adc_tick(s->common) < s->stable) {
        periph_mistake(&s->parent_obj, ADC012, "started before it is stable");
    }
    if (clock_get_hz(s->parent_obj.clk) / adc_prescaler(s->common) > MAX_HZ) {
        periph_mistake(&s->parent_obj, ADC013, "its clock is faster than 36 MHz: PCLK2 is %u Hz, ADCPRE "
                       "divides it by %u", clock_get_hz(s->parent_obj.clk), adc_prescaler(s->common));
    }
    return true;
}

/* What is set up for more channels than are converted, or kept; a while after the first, as it may be for later. */
static void check_sequence(void *opaque)
{
    Adc *s = opaque;
    unsigned length = reg_get(s, SQR1, L) + 1;

    if (reg_get(s, CR1, DISCEN) || adc_is_in_team(s)) {
        return;
    }
    if (length > 1 && !reg_get(s, CR1, SCAN)) {
        periph_mistake(&s->parent_obj, ADC022, "SQR1.L says %u conversions, and CR1.SCAN is 0: only the first is made", length);
    } else if (s->longest == 1 && reg_get(s, SQR3, SQ2)) {
        periph_mistake(&s->parent_obj, ADC022, "SQR3 has channel %u in SQ2, and SQR1.L has never said more than 1 conversion",
                       reg_get(s, SQR3, SQ2));
    } else if (length > 1 && !s->kept && !reg_get(s, CR2, DMA) && !reg_get(s, CR2, EOCS)) {
        periph_mistake(&s->parent_obj, ADC023, "%u conversions in a row, no DMA, and EOCS is 0", length);
    }
}

void adc_start_regular(Adc *s, uint64_t tick, bool by_software)
{
    if (!may_start(s)) {
        return;
    }
    s->longest = MAX(s->longest, reg_get(s, SQR1, L) + 1);
    s->kept |= reg_get(s, CR2, DMA) || reg_get(s, CR2, EOCS);
    if (!s->has_started) {
        mistake_later(check_sequence, s, SEQUENCE_NS);
    }
    if (reg_get(s, SR, OVR) && adc_minds_overrun(s)) {
        periph_mistake(&s->parent_obj, ADC014, "a regular trigger is ignored while SR.OVR is set");
        return;
    }
    if (s->regular && reg_get(s, CR2, CONT)) {
        return;                     /* it goes on and on: nothing is lost */
    }
    if (s->regular) {
        if (time_is_exact()) {
            periph_mistake(&s->parent_obj, ADC015, "a regular trigger comes before the last one's "
                           "conversions are through: it is lost");
        } else {
            s->owed = MIN(s->owed + 1, MAX_OWED);
        }
        return;
    }
    s->regular = true;
    s->by_software[ADC_REGULAR] = by_software;
    reg_set(s, SR, STRT, 1);
    if (!reg_get(s, CR1, DISCEN) || s->rank >= adc_regular_length(s)) {
        s->rank = 0;
    }
    s->left = regular_batch(s);
    for (unsigned i = 0; i < adc_regular_length(s); i++) {
        adc_check_channel(s, adc_regular_channel(s, i));
    }
    adc_go_on(s, tick);
}

static void begin_injected_group(Adc *s, bool by_software)
{
    bool single = reg_get(s, CR1, JDISCEN);

    s->injected = true;
    s->by_software[ADC_INJECTED] = by_software;
    reg_set(s, SR, JSTRT, 1);
    if (!single || s->jrank >= adc_injected_length(s)) {
        s->jrank = 0;
    }
    s->jleft = single ? 1 : adc_injected_length(s);
}

void adc_start_injected(Adc *s, uint64_t tick, bool by_software)
{
    AdcCommon *c = s->common;

    if (!may_start(s)) {
        return;
    }
    if (s->injected) {
        periph_mistake(&s->parent_obj, ADC016, "an injected trigger comes before the last one's conversions "
                       "are through: it is lost");
        return;
    }
    begin_injected_group(s, by_software);
    for (unsigned i = 0; i < adc_injected_length(s); i++) {
        adc_check_channel(s, adc_injected_channel(s, i));
    }
    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *a = c->adc[i];
        bool together = adc_is_combined(c) && adc_is_in_team(a) && adc_is_in_team(s);

        if (a->busy == ADC_REGULAR && (a == s || together)) {
            adc_interrupt(a, tick);
        }
    }
    adc_go_on(s, tick);
}

void adc_give_up(Adc *s, AdcGroup group, uint64_t tick)
{
    AdcCommon *c = s->common;

    if (s->busy == group) {
        adc_interrupt(s, tick);
    }
    if (group == ADC_REGULAR) {
        s->regular = false;
        s->rank = s->owed = 0;
    } else {
        s->injected = false;
        s->jrank = 0;
    }
    for (unsigned i = 0; i < N_ADCS; i++) {
        adc_go_on(c->adc[i], tick);     /* the team may have waited for it */
    }
}

void adc_restart(Adc *s, AdcGroup group, uint64_t tick)
{
    if (s->busy == group) {
        adc_interrupt(s, tick);
    }
    if (group == ADC_REGULAR) {
        s->rank = 0;
        s->left = regular_batch(s);
    } else {
        s->jrank = 0;
        s->jleft = reg_get(s, CR1, JDISCEN) ? 1 : adc_injected_length(s);
    }
    adc_go_on(s, tick);
}

void adc_stop(Adc *s)
{
    s->busy = ADC_NOTHING;
    s->regular = s->injected = s->fresh = false;
    s->rank = s->jrank = s->owed = 0;
}

/* ---- The end of a conversion ---- */

/* RM0090 13.8: what comes too late is lost, and nothing more comes until OVR is cleared. */
static void overrun(Adc *s)
{
    AdcCommon *c = s->common;

    if (reg_get(s, CR2, DMA)) {
        periph_mistake(&s->parent_obj, ADC018, "overrun: the DMA did not take a result in time; neither conversions "
                       "nor requests go on before SR.OVR is cleared and the stream set up again");
    }
    reg_set(s, SR, OVR, 1);
    s->regular = false;
    s->rank = 0;
    for (unsigned i = 0; adc_uses_cdr_dma(s) && i < adc_team_size(c); i++) {
        if (c->adc[i] != s && c->adc[i]->regular) {
            c->adc[i]->regular = false;
            c->adc[i]->rank = 0;
            if (c->adc[i]->busy == ADC_REGULAR) {
                adc_interrupt(c->adc[i], s->end);
            }
        }
    }
}

/* A regular group is through, or waits for its next trigger. */
static void regular_pause(Adc *s, bool last)
{
    if (last) {
        s->rank = 0;
        if (reg_get(s, CR1, JAUTO) && !s->injected) {
            begin_injected_group(s, s->by_software[ADC_REGULAR]);
        }
    }
    if (last && reg_get(s, CR2, CONT) && !reg_get(s, CR1, DISCEN)) {
        s->left = regular_batch(s);
    } else if (s->owed) {
        s->owed--;
        s->left = regular_batch(s);
    } else {
        s->regular = false;
    }
}

static void finish_regular(Adc *s, unsigned channel, uint32_t sample)
{
    uint32_t *regs = s->parent_obj.regs;
    bool last = s->rank + 1 >= adc_regular_length(s), minds = adc_minds_overrun(s);

    if (minds && s->fresh) {
        overrun(s);
        return;
    }
    adc_watch(s, ADC_REGULAR, channel, sample);
    regs[R_DR] = adc_regular_data(s, sample);
    s->fresh = minds;
    if (minds && !time_is_exact()) {
        s->fresh_ns = s->common->seen_ns;
        s->strikes = 0;
    }
    if (last || reg_get(s, CR2, EOCS)) {
        if (!minds && reg_get(s, CR2, EXTEN) && !reg_get(s, CR2, CONT) && reg_get(s, CR1, EOCIE)) {
            missed_add(&s->missed, regs[R_SR] & R_SR_EOC_MASK, 1);
        }
        regs[R_SR] |= R_SR_EOC_MASK;
    }
    s->rank++;
    s->left -= s->left ? 1 : 0;
    if (last || !s->left) {
        regular_pause(s, last);
    }
}

static void finish_injected(Adc *s, unsigned channel, uint32_t sample)
{
    uint32_t *regs = s->parent_obj.regs;
    unsigned n = s->jrank % 4;
    bool last = s->jrank + 1 >= adc_injected_length(s);

    adc_watch(s, ADC_INJECTED, channel, sample);
    regs[R_JDR1 + n] = adc_injected_data(s, sample, regs[R_JOFR1 + n]);
    s->jrank++;
    s->jleft -= s->jleft ? 1 : 0;
    if (last) {
        if (reg_get(s, CR2, JEXTEN) && reg_get(s, CR1, JEOCIE)) {
            missed_add(&s->missed, regs[R_SR] & R_SR_JEOC_MASK, 1);
        }
        regs[R_SR] |= R_SR_JEOC_MASK;
        s->jrank = 0;
    }
    s->injected = !last && s->jleft;
}

void adc_hold(Adc *s)
{
    AdcCommon *c = s->common;
    unsigned channel = channel_under_way(s);
    uint64_t tick = s->begun + adc_sampling_cycles(s, channel) * adc_prescaler(c);

    if (s->busy && !s->held && (tick <= c->seen || tick <= adc_tick(c))) {
        s->sample = adc_sample(s, channel, counter_time(&c->ticks, tick));
        s->held = true;
    }
}

void adc_finish(Adc *s)
{
    AdcCommon *c = s->common;
    AdcGroup group = s->busy;
    unsigned channel = channel_under_way(s);
    uint64_t tick = s->end;

    adc_hold(s);
    s->busy = ADC_NOTHING;
    if (group == ADC_REGULAR) {
        finish_regular(s, channel, s->sample);
    } else {
        finish_injected(s, channel, s->sample);
    }
    adc_go_on(s, tick);
    for (unsigned i = 0; group == ADC_INJECTED && adc_is_combined(c) && i < N_ADCS; i++) {
        adc_go_on(c->adc[i], tick);
    }
}
