/*
 * Timers: what a trigger that comes in does, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* ---- COM ---- */

/* Take over CCMR and CCER: with CCPC, what is preloaded only at a COM event. */
void tim_load_channels(Tim *s, bool com)
{
    const uint32_t *regs = s->parent_obj.regs;
    bool preload = s->advanced && regs[R_CR2] & R_CR2_CCPC_MASK && !com;
    uint32_t ccer = preload ? 0x0555 : 0, ccmr1 = preload ? 0x7070 : 0, ccmr2 = ccmr1 & 0xff;

    bool listened = tim_uses_trc(s);

    s->ccer = (s->ccer & ccer) | (regs[R_CCER] & ~ccer);
    s->ccmr[0] = (s->ccmr[0] & ccmr1) | (regs[R_CCMR1] & ~ccmr1);
    s->ccmr[1] = (s->ccmr[1] & ccmr2) | (regs[R_CCMR2] & ~ccmr2);
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_OUTPUT && !(tim_ccmr(s, ch) & CCMR_OCPE)) {
            s->ccr[ch] = regs[R_CCR1 + ch];
        }
        if (!(tim_ccer(s, ch) & CCER_E)) {
            s->captured[ch] = 0;
        }
    }
    if (!listened && tim_uses_trc(s)) {
        s->choosing = true;
    }
}

/* CCxE, CCxNE and OCxM that were preloaded take effect. */
void tim_commute(Tim *s)
{
    tim_load_channels(s, true);
    tim_event(s, R_SR_COMIF_MASK);
    if (tim_wants_dma(s, DMA_COM)) {
        tim_request(s, DMA_COM);
    }
    tim_output_refresh(s);
}

/* ---- TRGI ---- */

void tim_trigger_flag(Tim *s)
{
    tim_event(s, R_SR_TIF_MASK);
    if (tim_wants_dma(s, DMA_TRIG)) {
        tim_request(s, DMA_TRIG);
    }
}

static void trigger_rises(Tim *s)
{
    uint32_t *regs = s->parent_obj.regs;

    tim_capture_trc(s);
    if ((regs[R_CR2] & (R_CR2_CCPC_MASK | R_CR2_CCUS_MASK)) ==
        (R_CR2_CCPC_MASK | R_CR2_CCUS_MASK)) {
        tim_commute(s);
    }
    switch (tim_sms(s)) {
    case SMS_RESET:
        tim_restart(s, false);
        break;
    case SMS_TRIGGER:
        regs[R_CR1] |= R_CR1_CEN_MASK;
        tim_trgo_refresh(s);
        break;
    case SMS_CLOCK:
        s->clocks++;
        break;
    case SMS_GATED:
        break;
    default:
        return;
    }
    tim_trigger_flag(s);
}

void tim_trigger(Tim *s, bool level)
{
    if (s->trgi == level) {
        return;
    }
    s->trgi = level;
    if (tim_sms(s) == SMS_GATED) {
        s->gate = level;
        tim_trgo_refresh(s);
    }
    if (level) {
        trigger_rises(s);
    } else if (tim_sms(s) == SMS_GATED) {
        tim_trigger_flag(s);
    }
}

/* A pulse opens the gate for one tick, so a gated counter counts pulses too. */
void tim_trigger_pulses(Tim *s, uint64_t count)
{
    if (tim_sms(s) == SMS_GATED) {
        s->clocks += count;
        tim_trigger_flag(s);
        return;
    }
    if (tim_sms(s) == SMS_CLOCK && count > 1) {
        s->clocks += count - 1;
    }
    if (count) {
        s->trgi = false;
        tim_trigger(s, true);
        tim_trigger(s, false);
    }
}
