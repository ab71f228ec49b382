/*
 * Timers: what others notice, see state.h: interrupts, DMA requests, TRGO.
 *
 * What TRGO does is only noted for other timers: they are told of it when the event is over, see
 * sync.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

#define CC_FLAGS (R_SR_CC1IF_MASK * 15)

/* ---- Flags and requests ---- */

void tim_update_lines(Tim *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t active = regs[R_SR] & regs[R_DIER] & 0xff;

    if (s->advanced) {
        line_set(&s->irq[IRQ_BRK], active & R_SR_BIF_MASK);
        line_set(&s->irq[IRQ_UP], active & R_SR_UIF_MASK);
        line_set(&s->irq[IRQ_TRG_COM], active & (R_SR_TIF_MASK | R_SR_COMIF_MASK));
        line_set(&s->irq[IRQ_CC], active & CC_FLAGS);
    } else {
        line_set(&s->irq[IRQ_ALL], active);
    }
    for (unsigned n = 0; n < N_DMA; n++) {
        line_set(&s->dma_line[n], s->dma & 1 << n && tim_wants_dma(s, n));
    }
}

void tim_request(Tim *s, unsigned dma)
{
    s->dma |= 1 << dma;
    tim_update_lines(s);
}

void tim_event(Tim *s, uint32_t flags)
{
    s->parent_obj.regs[R_SR] |= flags;
    for (unsigned ch = 0; ch < s->channels && flags & CC_FLAGS; ch++) {
        if (flags & R_SR_CC1IF_MASK << ch && tim_wants_dma(s, DMA_CH1 + ch) &&
            !reg_get(s, CR2, CCDS)) {
            s->dma |= 1 << (DMA_CH1 + ch);
        }
    }
    tim_update_lines(s);
}

void tim_events(Tim *s, uint32_t flag, uint64_t n)
{
    if (s->parent_obj.regs[R_DIER] & flag) {
        missed_add(&s->missed, flag, s->parent_obj.regs[R_SR] & flag ? n : n - 1);
    }
    tim_event(s, flag);
}

/* ---- TRGO ---- */

static void note(Tim *s, TimTold what, uint64_t value)
{
    if (s->slaves->len && s->n_notes < ARRAY_SIZE(s->note)) {   /* an event makes a few at most */
        s->note[s->n_notes++] = (TimNote) { s->at, what, value };
    }
}

void tim_trgo_pulses(Tim *s, unsigned source, uint64_t count)
{
    if (tim_mms(s) != source || !count) {
        return;
    }
    note(s, TIM_PULSES, count);
    if (s->trgo_wanted) {
        line_set(&s->trgo, true);
        line_set(&s->trgo, false);
    }
}

void tim_trgo_refresh(Tim *s)
{
    unsigned source = tim_mms(s);
    bool level = source == MMS_ENABLE
                 ? reg_get(s, CR1, CEN) && (tim_sms(s) != SMS_GATED || s->gate)
                 : source >= MMS_OC1REF && s->ref[source - MMS_OC1REF];

    if (s->trgo_level != level) {
        s->trgo_level = level;
        note(s, TIM_LEVEL, level);
    }
    line_set(&s->trgo, level);
}
