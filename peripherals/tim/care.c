/*
 * Outputs that nobody sees: of a channel that is at no pin, of a pin whose channel is off, and all of them without MOE.
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
static void check_never_on(void *opaque)
{
    Tim *s = opaque;

    for (unsigned ch = 0; reg_get(s, CR1, CEN) && ch < s->channels; ch++) {
        unsigned mode = tim_ocm(s, ch);

        if (!(s->been_on & CCER_ON(ch)) && signal_is_routed(&s->ch[ch]) && tim_ccs(s, ch) == CCS_OUTPUT &&
            (mode == OC_PWM1 || mode == OC_PWM2) && s->parent_obj.regs[R_CCR1 + ch]) {
            guest_mistake_of(DEVICE(s)->canonical_path, TIM017, NULL, &s->ch[ch], "it counts, and channel %u is a PWM that a pin "
                             "has, but CCER.CC%uE has never been set", ch + 1, ch + 1);
        }
    }
}

void tim_care_of_outputs(Tim *s)
{
    s->been_on |= s->parent_obj.regs[R_CCER];
    mistake_later(check_outputs, s, OUTPUTS_NS);
    mistake_later(check_never_on, s, NEVER_NS);
}
