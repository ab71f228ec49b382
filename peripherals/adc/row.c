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

static bool is_plain(const Adc *s)
{
    return s->busy == ADC_REGULAR && !s->injected && !s->held && adc_is_on(s) &&
           reg_get(s, CR2, CONT) && s->rank < adc_regular_length(s) &&
           !reg_get(s, CR1, DISCEN) && !reg_get(s, CR1, JAUTO) && !reg_get(s, CR1, AWDEN) &&
           !adc_is_in_team(s);
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
