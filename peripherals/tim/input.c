/*
 * Timers: edges that come in, see state.h: filters, encoder, ETR, and what they trigger.
 *
 * A clock from outside is only noted here: it is counted when the edge is over, see sync.c.
 *
 * Deliberately different: a filter lets a level through that has been there for as long as its
 * samples take, it does not take samples; where a wave is too fast to be seen edge by edge it does
 * not count what was left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

void tim_input_catch_up(Tim *s)
{
    for (unsigned i = 0; s->used && i < N_INPUTS; i++) {
        Pin *pin = s->used & 1 << i || (s->xored && i < 3) ? signal_pin(tim_pin_of(s, i)) : NULL;

        if (pin) {
            pin_catch_up(pin);
        }
    }
    if (s->internal && s->used) {
        pin_catch_up(s->internal);
    }
}

bool tim_input_fp(const Tim *s, unsigned ti)
{
    return s->input[ti].level ^ ((tim_ccer(s, ti) & CCER_P) != 0);
}

/* ---- Encoder ---- */

/*
 * RM0090 table 80.  unsure: its text says that mode 1 counts edges of TI2 and mode 2 those of TI1,
 * as here; HAL and later manuals have it the other way round.
 */
static void encoder_edge(Tim *s, unsigned ti)
{
    bool a = tim_input_fp(s, 0), b = tim_input_fp(s, 1);
    bool down = ti == 0 ? a == b : a != b;
    unsigned sms = tim_sms(s);
    unsigned counted = sms == SMS_ENCODER1 ? 1 << 1 : sms == SMS_ENCODER2 ? 1 << 0 : 3;

    reg_set(s, CR1, DIR, down);
    s->clocks += counted >> ti & 1;
}

/* ---- Edges ---- */

/* TI1, TI2 as trigger. */
static void trigger_edge(Tim *s, unsigned ti, bool level, uint64_t skipped)
{
    unsigned ts = tim_ts(s);

    if (ti == 0 && ts == TS_TI1F_ED) {
        tim_trigger_pulses(s, 1 + 2 * skipped);
    } else if ((ti == 0 && ts == TS_TI1FP1) || (ti == 1 && ts == TS_TI2FP2)) {
        if (skipped) {
            tim_trigger_pulses(s, skipped);
        }
        if ((tim_ccer(s, ti) & (CCER_P | CCER_NP)) == (CCER_P | CCER_NP)) {
            tim_trigger_pulses(s, 1);
        } else {
            tim_trigger(s, tim_input_fp(s, ti));
        }
    }
}

static void etr_edge(Tim *s, bool level, uint64_t skipped)
{
    uint32_t smcr = s->parent_obj.regs[R_SMCR];
    unsigned divide = 1 << FIELD_EX32(smcr, SMCR, ETPS);
    uint64_t all = s->etr_count + skipped + level, pulses = all / divide;

    s->etr_count = all % divide;
    if (smcr & R_SMCR_ECE_MASK) {
        s->clocks += pulses;
    }
    if (tim_ts(s) == TS_ETRF) {
        if (divide == 1 && !skipped) {
            tim_trigger(s, level);
        } else if (pulses) {
            tim_trigger_pulses(s, pulses);
        }
    }
    tim_output_refresh(s);
}

void tim_filtered_edge(Tim *s, unsigned input, bool level, uint64_t skipped)
{
    s->input[input].level = level;
    if (input == INPUT_ETR) {
        etr_edge(s, level, skipped);
        return;
    }
    tim_capture_edge(s, input, level, skipped);
    if (tim_is_encoder(s) && input < 2) {
        encoder_edge(s, input);
    } else {
        trigger_edge(s, input, level, skipped);
    }
}

/* ---- Filters ---- */

/* RM0090 ICxF, ETF: so many samples have to agree, in ticks. */
uint64_t tim_filter_ticks(const Tim *s, unsigned input)
{
    static const struct {
        uint8_t divide, samples;
    } table[16] = {
        { 0, 0 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 2, 6 }, { 2, 8 }, { 4, 6 }, { 4, 8 },
        { 8, 6 }, { 8, 8 }, { 16, 5 }, { 16, 6 }, { 16, 8 }, { 32, 5 }, { 32, 6 }, { 32, 8 },
    };
    unsigned f = input == INPUT_ETR ? reg_get(s, SMCR, ETF)
               : tim_ccs(s, input) != CCS_OUTPUT ? tim_ccmr(s, input) >> 4 : 0;
    unsigned dts = 1 << reg_get(s, CR1, CKD);

    return table[f].samples * (table[f].divide ? table[f].divide * dts : 1);
}

uint64_t tim_input_due(const Tim *s)
{
    uint64_t due = NEVER;

    for (unsigned i = 0; s->used && i < N_INPUTS; i++) {
        due = s->input[i].waiting ? MIN(due, s->input[i].due) : due;
    }
    return due;
}

bool tim_input_settle(Tim *s, uint64_t tick)
{
    for (unsigned i = 0; s->used && i < N_INPUTS; i++) {
        if (s->input[i].waiting && s->input[i].due <= tick) {
            s->input[i].waiting = false;
            tim_filtered_edge(s, i, !s->input[i].level, 0);
            return true;
        }
    }
    return false;
}
