/*
 * What the registers of a converter ask for (RM0090 13.3 to 13.6, 13.9): sequences, times, modes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

const uint8_t adc_modes[16] = {
    [1] = SIMULTANEOUS | INJECTED_SIMULTANEOUS, [2] = SIMULTANEOUS | ALTERNATE,
    [5] = INJECTED_SIMULTANEOUS, [6] = SIMULTANEOUS, [7] = INTERLEAVED, [9] = ALTERNATE,
};

static bool scans(const Adc *s)
{
    return reg_get(s, CR1, SCAN) || reg_get(s, CR1, DISCEN);
}

/* unsure: without SCAN it is the first channel alone, whatever L says */
unsigned adc_regular_length(const Adc *s)
{
    return scans(s) ? reg_get(s, SQR1, L) + 1 : 1;
}

unsigned adc_injected_length(const Adc *s)
{
    bool scans = reg_get(s, CR1, SCAN) || reg_get(s, CR1, JDISCEN);

    return scans ? reg_get(s, JSQR, JL) + 1 : 1;
}

unsigned adc_regular_channel(const Adc *s, unsigned rank)
{
    return extract32(s->parent_obj.regs[R_SQR3 - rank / 6], rank % 6 * 5, 5);
}

/* A sequence of n is the last n of the four. */
unsigned adc_injected_channel(const Adc *s, unsigned rank)
{
    unsigned first = 3 - reg_get(s, JSQR, JL);

    return extract32(s->parent_obj.regs[R_JSQR], (first + rank) % 4 * 5, 5);
}

unsigned adc_sampling_cycles(const Adc *s, unsigned channel)
{
    static const uint16_t cycles[] = { 3, 15, 28, 56, 84, 112, 144, 480 };
    uint32_t smpr = s->parent_obj.regs[channel < 10 ? R_SMPR2 : R_SMPR1];

    return cycles[extract32(smpr, MIN(channel % 10, 8u + (channel < 10)) * 3, 3)];
}

uint64_t adc_conversion_ticks(const Adc *s, unsigned channel)
{
    unsigned bits = 12 - 2 * reg_get(s, CR1, RES);

    return (uint64_t)(adc_sampling_cycles(s, channel) + bits) * adc_prescaler(s->common);
}

bool adc_minds_overrun(const Adc *s)
{
    if (adc_uses_cdr_dma(s)) {
        return !s->common->dma_done;
    }
    return reg_get(s, CR2, EOCS) || (reg_get(s, CR2, DMA) && !s->dma_done);
}

/* ---- CDR ---- */

unsigned adc_cdr_dma(const AdcCommon *c)
{
    return reg_get(c, CCR, DMA);
}

Adc *adc_cdr_source(const AdcCommon *c, unsigned n)
{
    return c->adc[(adc_cdr_dma(c) ? c->item + n : n) % MAX(adc_team_size(c), 2)];
}

unsigned adc_cdr_items(const AdcCommon *c)
{
    return adc_cdr_dma(c) == CDR_HALFWORDS ? 1 : 2;
}

bool adc_cdr_is_ready(const AdcCommon *c)
{
    return !c->dma_done && adc_cdr_source(c, 0)->fresh &&
           (adc_cdr_items(c) == 1 || adc_cdr_source(c, 1)->fresh);
}
