/*
 * A row of conversions that a DMA takes in one go, see RegOps.read_run: as if each had come to its
 * end and been read at once.
 *
 * It is for a converter that goes on and on by itself, with nothing else to follow from what it
 * finds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

typedef struct Step {           /* of the sequence */
    unsigned channel;
    uint64_t ticks, sampling;
    bool moves;                 /* what it measures depends on the time */
    uint32_t data;              /* if not */
} Step;

bool adc_goes_on_alone(const Adc *s)
{
    return s->busy == ADC_REGULAR && !s->injected && adc_is_on(s) && reg_get(s, CR2, CONT) &&
           !reg_get(s, CR1, DISCEN) && !reg_get(s, CR1, JAUTO) && !adc_is_in_team(s);
}

uint64_t adc_shortest_ticks(const Adc *s)
{
    uint64_t ticks = UINT64_MAX;

    for (unsigned i = 0; i < adc_regular_length(s); i++) {
        ticks = MIN(ticks, adc_conversion_ticks(s, adc_regular_channel(s, i)));
    }
    return ticks;
}

static bool is_plain(const Adc *s)
{
    return adc_goes_on_alone(s) && !s->held && s->rank < adc_regular_length(s) && !reg_get(s, CR1, AWDEN);
}

static unsigned load_steps(Adc *s, Step *steps)
{
    unsigned length = adc_regular_length(s);

    for (unsigned i = 0; i < length; i++) {
        unsigned channel = adc_regular_channel(s, i);

        steps[i] = (Step) {
            .channel = channel, .ticks = adc_conversion_ticks(s, channel),
            .sampling = adc_sampling_cycles(s, channel) * adc_prescaler(s->common),
            .moves = adc_channel_moves(s, channel),
        };
        if (!steps[i].moves) {
            steps[i].data = adc_regular_data(s, adc_sample(s, channel, 0));
        }
    }
    return length;
}

static uint32_t data_of(Adc *s, const Step *step)
{
    int64_t ns;

    if (!step->moves) {
        return step->data;
    }
    ns = counter_time(&s->common->ticks, s->begun + step->sampling);
    return adc_regular_data(s, adc_sample(s, step->channel, ns));
}

unsigned adc_take_row(Adc *s, uint32_t *data, unsigned max)
{
    Step steps[ADC_MAX_SEQUENCE];
    unsigned count = 0, length;

    if (!max || s->end > s->common->seen || !is_plain(s)) {
        return 0;
    }
    length = load_steps(s, steps);
    while (count < max && s->end <= s->common->seen) {
        data[count++] = data_of(s, &steps[s->rank]);
        s->rank = s->rank + 1 < length ? s->rank + 1 : 0;
        s->begun = s->end;
        s->end += steps[s->rank].ticks;
    }
    s->left = length - s->rank;
    s->strikes = 0;
    s->parent_obj.regs[R_DR] = data[count - 1];
    return count;
}

uint64_t adc_row_end(Adc *s, unsigned more)
{
    unsigned length = adc_regular_length(s), rank = s->rank;
    uint64_t end = s->end, cycle = 0;

    if (!is_plain(s)) {
        return s->end;
    }
    for (unsigned i = 0; i < length; i++) {
        cycle += adc_conversion_ticks(s, adc_regular_channel(s, i));
    }
    end += more / length * cycle;
    for (more %= length; more; more--) {
        rank = rank + 1 < length ? rank + 1 : 0;
        end += adc_conversion_ticks(s, adc_regular_channel(s, rank));
    }
    return end;
}

/* ---- Runs: the same while time is exact, see core/run.h ---- */

/* From the end of the one under way, round and round. */
static void note_ticks(Adc *s)
{
    unsigned length = adc_regular_length(s);
    uint64_t ticks = 0;

    for (unsigned i = 0; i < length; i++) {
        s->row[i] = ticks;
        ticks += adc_conversion_ticks(s, adc_regular_channel(s, (s->rank + 1 + i) % length));
    }
    s->row_length = length;
    s->row_ticks = ticks;
}

static uint64_t end_tick(void *opaque, uint32_t conversions)
{
    Adc *s = opaque;

    return s->end + (conversions - 1) / s->row_length * s->row_ticks + s->row[(conversions - 1) % s->row_length];
}

/* The timer is that of all three. */
static bool is_only_one(const Adc *s)
{
    const AdcCommon *c = s->common;

    for (unsigned i = 0; i < N_ADCS; i++) {
        if (c->adc[i] != s && c->adc[i]->busy) {
            return false;
        }
    }
    return true;
}

static bool moves(const Adc *s)
{
    for (unsigned i = 0; i < adc_regular_length(s); i++) {
        if (adc_channel_moves(s, adc_regular_channel(s, i))) {
            return true;
        }
    }
    return false;
}

static bool adc_plan(void *opaque, RunPlan *plan)
{
    const LaneNeed receive = { opaque, R_DR, false };
    Adc *s = opaque;

    if (!time_is_exact() || !is_plain(s) || s->fresh || !reg_get(s, CR2, DMA) || s->dma_done || !is_only_one(s) ||
        moves(s) || reg_get(s, CR1, EOCIE) || reg_get(s, SR, OVR)) {
        return false;
    }
    plan->ticks = &s->common->ticks;
    plan->due = s->end;
    plan->period = adc_shortest_ticks(s);
    note_ticks(s);
    plan->tick = end_tick;
    plan->opaque = s;
    plan->timer[plan->timers++] = s->common->timer;
    s->lane = run_add_lane(plan, &s->dma, &receive);
    return s->lane;
}

static void adc_go(void *opaque, RunPlan *plan, uint32_t conversions)
{
    uint32_t data[RUN_FRAMES];
    Adc *s = opaque;

    adc_look(s->common);
    lane_put(s->lane, data, adc_take_row(s, data, conversions));
    periph_update(&s->common->parent_obj);
}

void adc_run_init(Adc *s)
{
    s->runner = (Runner) { .opaque = s, .plan = adc_plan, .go = adc_go };
    runner_add(&s->runner);
}
