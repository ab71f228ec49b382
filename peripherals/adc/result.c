/*
 * From volts to the data register (RM0090 13.4, 13.10): channels, resolution, alignment, the
 * injected offset; and the analog watchdog.
 *
 * The inside of the chip is the datasheet's typical one, as its calibration words say: a
 * temperature sensor of 0.76 V at 25 degrees and 2.5 mV a degree, a reference of 1.21 V.
 *
 * unsure: an input that nobody drives reads 0; on a board it is what the last channel left there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

#define FULL_SCALE 4095
#define VREFINT_UV 1210000
#define SLOW_NS 10000           /* the internal channels want to be sampled this long */

static bool common_has(const Adc *s, uint32_t mask)
{
    return s->common->parent_obj.regs[R_CCR] & mask;
}

/* Microvolts of the channels that only ADC1 has. */
static int internal_uv(const Adc *s, unsigned channel)
{
    const AdcCommon *c = s->common;

    if (s->number != 1) {
        return 0;
    }
    switch (channel) {
    case CHANNEL_TEMPERATURE:
        return common_has(s, R_CCR_TSVREFE_MASK) ? 760000 + (c->temperature - 25000) * 5 / 2 : 0;
    case CHANNEL_VREFINT:
        return common_has(s, R_CCR_TSVREFE_MASK) ? VREFINT_UV : 0;
    case CHANNEL_VBAT:
        return common_has(s, R_CCR_VBATE_MASK) ? (int)c->vbat * 1000 / 2 : 0;
    default:
        return 0;
    }
}

uint32_t adc_sample(Adc *s, unsigned channel, int64_t ns)
{
    int64_t vref = s->common->vref * 1000, uv;

    uv = channel < N_PIN_CHANNELS ? drive_uv(&s->input[channel].drive, ns, vref)
                                  : internal_uv(s, channel);
    return (CLAMP(uv, 0, vref) * FULL_SCALE + vref / 2) / vref;
}

void adc_check_channel(Adc *s, unsigned channel)
{
    Periph *p = &s->parent_obj;
    bool internal = channel >= N_PIN_CHANNELS;

    if (internal && (s->number != 1 || channel >= N_CHANNELS)) {
        periph_mistake(p, ADC007, "channel %u does not exist: it reads 0", channel);
    } else if (internal && !common_has(s, channel == CHANNEL_VBAT ? R_CCR_VBATE_MASK
                                                                  : R_CCR_TSVREFE_MASK)) {
        periph_mistake(p, ADC008, "channel %u is inside the chip and off", channel);
    } else if (internal && channel != CHANNEL_VBAT) {
        unsigned cycles = adc_sampling_cycles(s, channel) * adc_prescaler(s->common);

        if (clock_ticks_to_ns(p->clk, cycles) < SLOW_NS * 9 / 10) {
            periph_mistake(p, ADC009, "channel %u is sampled for less than the 10 us it needs", channel);
        }
    } else if (!internal && s->input[channel].pin &&
               s->input[channel].pin->config.mode != PIN_ANALOG) {
        periph_mistake(p, ADC010, "channel %u is %s, which is not in analog mode (MODER)", channel,
                       s->input[channel].pin->name);
    }
}

/* ---- Data ---- */

static unsigned dropped_bits(const Adc *s)
{
    return 2 * reg_get(s, CR1, RES);
}

/* Left alignment: to the top of the halfword, of 6 bits to that of a byte. */
static unsigned left_shift(const Adc *s)
{
    unsigned dropped = dropped_bits(s);

    return !reg_get(s, CR2, ALIGN) ? 0 : dropped == 6 ? 2 : 4 + dropped;
}

uint32_t adc_regular_data(const Adc *s, uint32_t sample)
{
    return sample >> dropped_bits(s) << left_shift(s);
}

/* With a sign, so that there is one bit less of room on the left. */
uint32_t adc_injected_data(const Adc *s, uint32_t sample, unsigned offset)
{
    int32_t value = (int32_t)(sample >> dropped_bits(s)) - (int32_t)offset;
    unsigned shift = left_shift(s);

    return ((uint32_t)value << (shift ? shift - 1 : 0)) & 0xffff;
}

/*
 * ---- Analog watchdog: compares 12 bits, whatever the resolution, before alignment and offset ----
 */

static bool is_watched(const Adc *s, AdcGroup group, unsigned channel)
{
    return (group == ADC_REGULAR ? reg_get(s, CR1, AWDEN) : reg_get(s, CR1, JAWDEN)) &&
           (!reg_get(s, CR1, AWDSGL) || reg_get(s, CR1, AWDCH) == channel);
}

static bool is_outside(const Adc *s, uint32_t sample)
{
    unsigned dropped = dropped_bits(s);
    uint32_t value = sample >> dropped << dropped;

    return value > s->parent_obj.regs[R_HTR] || value < s->parent_obj.regs[R_LTR];
}

void adc_watch(Adc *s, AdcGroup group, unsigned channel, uint32_t sample)
{
    if (is_watched(s, group, channel) && is_outside(s, sample)) {
        reg_set(s, SR, AWD, 1);
    }
}

bool adc_channel_moves(const Adc *s, unsigned channel)
{
    const Drive *d = &s->input[channel % N_PIN_CHANNELS].drive;

    return channel < N_PIN_CHANNELS &&
           (d->kind == DRIVE_WAVE || d->kind == DRIVE_PICTURE || d->kind == DRIVE_SOURCE);
}

/* A constant voltage inside the window needs no events. */
static bool may_leave(Adc *s, AdcGroup group, unsigned channel)
{
    return is_watched(s, group, channel) &&
           (adc_channel_moves(s, channel) || is_outside(s, adc_sample(s, channel, 0)));
}

bool adc_watchdog_may_bark(Adc *s)
{
    unsigned injected = reg_get(s, JSQR, JL) + 1;

    if (!(s->parent_obj.regs[R_CR1] & (R_CR1_AWDEN_MASK | R_CR1_JAWDEN_MASK))) {
        return false;
    }
    for (unsigned i = 0; s->regular && i < adc_regular_length(s); i++) {
        if (may_leave(s, ADC_REGULAR, adc_regular_channel(s, i))) {
            return true;
        }
    }
    for (unsigned i = 0; (s->injected || reg_get(s, CR1, JAUTO)) && i < injected; i++) {
        if (may_leave(s, ADC_INJECTED, adc_injected_channel(s, i))) {
            return true;
        }
    }
    return false;
}
