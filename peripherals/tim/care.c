/*
 * Outputs that nobody sees: of a channel that is at no pin, of a pin whose channel is off, or frozen, and all of them without
 * MOE.  Inputs that see nothing, and a trigger output that is waited for and not chosen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/later.h"
#include "stm32/peripherals/tim/state.h"

#define OUTPUTS_NS (10 * SCALE_MS)      /* until outputs of a timer that counts are thought of as forgotten */
#define NEVER_NS (500 * SCALE_MS)       /* ... and a channel as never to be enabled */
#define CCER_ON(ch) (5u << 4 * (ch))    /* CCxE, CCxNE */

static bool drives(const Tim *s, unsigned ch)
{
    return extract32(s->parent_obj.regs[R_CCER], 4 * ch, 1) && tim_ccs(s, ch) == CCS_OUTPUT;
}

/*
 * An advanced timer has outputs enabled, at pins: is their main switch off, and no break has done it?  Who sets OSSI
 * wants pins held at their idle level while it is off, as grblHAL does while its spindle stands.
 */
static void check_main_output(Tim *s)
{
    bool wanted = false;

    for (unsigned i = 0; i < s->channels; i++) {
        wanted |= drives(s, i) && signal_is_routed(&s->ch[i]);
    }
    if (wanted && !reg_get(s, BDTR, MOE) && !reg_get(s, BDTR, OSSI) && !reg_get(s, SR, BIF)) {
        periph_mistake(&s->parent_obj, TIM012, "it counts, and outputs are enabled (CCER 0x%04x), but BDTR.MOE is 0: the "
                       "pins stay off", s->parent_obj.regs[R_CCER]);
    }
}

/* A channel that is a PWM, or toggles, at no pin: does anything else take it? */
static void check_pin(Tim *s, unsigned ch)
{
    uint32_t told = (R_DIER_CC1IE_MASK | R_DIER_CC1DE_MASK) << ch;
    unsigned mode = tim_ocm(s, ch);

    if (drives(s, ch) && !signal_is_routed(&s->ch[ch]) &&
        (mode == OC_TOGGLE || mode == OC_PWM1 || mode == OC_PWM2) && !(s->parent_obj.regs[R_DIER] & told) &&
        !s->oc_wanted[ch] && !s->trgo_wanted) {
        guest_mistake_of(DEVICE(s)->canonical_path, TIM015, NULL, &s->ch[ch], "it counts, and the output of channel %u is "
                         "enabled, but no pin has it", ch + 1);
    }
}

static void check_outputs(void *opaque)
{
    Tim *s = opaque;

    tim_sync(s);
    if (!reg_get(s, CR1, CEN)) {
        return;
    }
    if (s->advanced) {
        check_main_output(s);
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        check_pin(s, ch);
    }
}

/* A PWM is all set up at a pin, and has never been enabled since the reset. */
static void check_never_on(Tim *s)
{
    for (unsigned ch = 0; ch < s->channels; ch++) {
        unsigned mode = tim_ocm(s, ch);

        if (!(s->been_on & CCER_ON(ch)) && signal_is_routed(&s->ch[ch]) && tim_ccs(s, ch) == CCS_OUTPUT &&
            (mode == OC_PWM1 || mode == OC_PWM2) && s->parent_obj.regs[R_CCR1 + ch]) {
            guest_mistake_of(DEVICE(s)->canonical_path, TIM017, NULL, &s->ch[ch], "it counts, and channel %u is a PWM that a pin "
                             "has, but CCER.CC%uE has never been set", ch + 1, ch + 1);
        }
    }
}

/* An output that is enabled at a pin, and does nothing, as its mode has never been chosen. */
static void check_frozen(Tim *s, unsigned ch)
{
    if (drives(s, ch) && signal_is_routed(&s->ch[ch]) && !extract32(s->been_moved, ch, 1) && tim_ocm(s, ch) == OC_FROZEN) {
        guest_mistake_of(DEVICE(s)->canonical_path, TIM020, NULL, &s->ch[ch], "it counts, and channel %u is enabled at a pin, but "
                         "OC%uM is 0", ch + 1, ch + 1);
    }
}

/* Somebody wants to be told of captures of a channel that has never been enabled since the reset. */
static void check_capture(Tim *s, unsigned ch)
{
    uint32_t told = (R_DIER_CC1IE_MASK | R_DIER_CC1DE_MASK) << ch;

    if (tim_ccs(s, ch) != CCS_OUTPUT && !extract32(s->been_on, 4 * ch, 1) && s->parent_obj.regs[R_DIER] & told) {
        guest_mistake_of(DEVICE(s)->canonical_path, TIM018, NULL, &s->ch[ch], "channel %u is an input, and DIER has CC%uIE or "
                         "CC%uDE, but CCER.CC%uE has never been set", ch + 1, ch + 1, ch + 1, ch + 1);
    }
}

/* It listens to an input that is at no pin. */
static void check_inputs(Tim *s)
{
    for (unsigned i = 0; i < N_INPUTS; i++) {
        bool xored = i < 3 && reg_get(s, CR2, TI1S);
        /* OCxCE alone: a low ETR clears nothing */
        bool matters = i != INPUT_ETR || reg_get(s, SMCR, ECE) || tim_ts(s) == TS_ETRF;

        if (s->used & 1 << i && matters && !xored && !signal_is_routed(tim_pin_of(s, i)) && !tim_is_inside(s, i)) {
            g_autofree char *name = i == INPUT_ETR ? g_strdup("ETR") : g_strdup_printf("TI%u", i + 1);

            guest_mistake_of(DEVICE(s)->canonical_path, TIM019, NULL, tim_pin_of(s, i), "it listens to %s, which is at no pin", name);
        }
    }
}

static bool clocks_others(const Tim *s)
{
    for (unsigned i = 0; i < s->slaves->len; i++) {
        const Tim *slave = s->slaves->pdata[i];

        if (tim_master(slave) == s && tim_sms(slave) == SMS_CLOCK && reg_get(slave, CR1, CEN)) {
            return true;
        }
    }
    return false;
}

static void check_later(void *opaque)
{
    Tim *s = opaque;

    tim_sync(s);
    if (!reg_get(s, CR1, CEN)) {
        return;
    }
    check_never_on(s);
    for (unsigned ch = 0; ch < s->channels; ch++) {
        check_frozen(s, ch);
        check_capture(s, ch);
    }
    check_inputs(s);
    if ((s->trgo_wanted || clocks_others(s)) && tim_mms(s) == MMS_RESET) {
        periph_mistake(&s->parent_obj, TIM021, "it counts, and TRGO is waited for, but CR2.MMS is 0: only EGR.UG triggers");
    }
}

void tim_care(Tim *s)
{
    s->been_on |= s->parent_obj.regs[R_CCER];
    mistake_later(check_outputs, s, OUTPUTS_NS);
    mistake_later(check_later, s, NEVER_NS);
}
