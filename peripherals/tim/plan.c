/*
 * Timers: when to look again, see state.h, and what the pins do until then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"
#include "stm32/core/run.h"

#define IRQ_BITS 0xff           /* of DIER */

/* Steps to the next update event or match whose bit in @wanted is set, as in SR and DIER. */
static uint64_t steps_to_event(const Tim *s, uint32_t wanted)
{
    uint64_t clocks = NEVER;

    if (wanted & R_SR_UIF_MASK) {
        clocks = tim_clocks_to_update(s);
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (wanted & R_SR_CC1IF_MASK << ch && tim_ccs(s, ch) == CCS_OUTPUT) {
            clocks = MIN(clocks, tim_clocks_to_flag(s, ch));
        }
    }
    if (clocks != NEVER && wanted && tim_has_pending(s) && !tim_knows_next(s)) {
        clocks = MIN(clocks, tim_clocks_to_update(s));
    }
    return tim_steps(s, clocks);
}

int64_t tim_flags_hold(const Tim *s)
{
    bool captures = false;

    for (unsigned ch = 0; ch < s->channels; ch++) {
        captures |= tim_ccs(s, ch) != CCS_OUTPUT && tim_ccer(s, ch) & CCER_E;
    }
    if (!captures && tim_sms(s) == SMS_OFF && !reg_get(s, CR1, CEN) && tim_input_due(s) == NEVER) {
        return COUNTER_NEVER;           /* it stands, and has no inputs */
    }
    if (captures || tim_master(s) || !tim_is_internal(s) || tim_input_due(s) != NEVER) {
        return 0;
    }
    return tim_when(s, steps_to_event(s, 0x1f));
}

/* What is noticed by others than the program. */
static uint64_t steps_to_signal(Tim *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t dma = regs[R_DIER] >> R_DIER_UDE_SHIFT & ~s->dma & 0x1f;
    uint64_t steps = NEVER, then;

    if (regs[R_CR2] & R_CR2_CCDS_MASK && dma) {
        dma = R_SR_UIF_MASK;
    }
    steps = steps_to_event(s, dma);
    if (tim_trgo_is_wanted(s)) {
        steps = MIN(steps, tim_trgo_steps(s, &then));
        if (tim_is_one_pulse(s)) {
            steps = MIN(steps, tim_steps(s, tim_clocks_to_update(s)));
        }
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (s->oc_wanted[ch]) {
            steps = MIN(steps, tim_output_change(s, ch));
        }
    }
    return steps;
}

/* Tell the timers behind that our pace has changed. */
static void replan_slaves(Tim *s)
{
    for (unsigned i = 0; i < s->slaves->len; i++) {
        Tim *slave = s->slaves->pdata[i];

        if (tim_slave_clock(slave) == s && !slave->busy) {
            tim_plan(slave);
        }
    }
}

bool tim_is_alone(const Tim *s)
{
    for (unsigned i = 0; i < s->slaves->len; i++) {
        if (tim_master(s->slaves->pdata[i]) == s) {
            return false;
        }
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (s->oc_wanted[ch]) {
            return false;
        }
    }
    return !s->trgo_wanted && !s->used && !tim_master(s);
}

/*
 * While time is the host's: how late may be what nobody is told of but a DMA?  As many periods as beats could follow
 * each other with nobody told.
 */
static int64_t lateness(Tim *s)
{
    uint32_t dma = s->parent_obj.regs[R_DIER] >> R_DIER_UDE_SHIFT & MAKE_64BIT_MASK(0, N_DMA);
    uint32_t beats = UINT32_MAX;
    uint64_t period = tim_period_clocks(s) * (s->psc + 1ull) / (tim_is_centred(s) ? 2 : 1);

    if (time_is_exact() || !run_is_enabled() || !dma || !tim_is_alone(s) || s->parent_obj.regs[R_DIER] & IRQ_BITS) {
        return 0;
    }
    for (unsigned n = 0; n < N_DMA; n++) {
        if (dma & 1 << n) {
            beats = MIN(beats, lane_quiet(&s->dma_line[n], &s->parent_obj, false) / (reg_get(s, DCR, DBL) + 1));
        }
    }
    return MIN(RUN_LATE_NS, beats * clock_ticks_to_ns(s->ticks.clk, MIN(period, UINT32_MAX)));
}

void tim_plan(Tim *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    int64_t when, other;
    uint64_t due;

    if (s->busy || s->planning) {
        return;
    }
    s->planning = true;
    other = tim_when(s, MIN(tim_output_drive(s), steps_to_signal(s)));
    other = MAX(other, s->expired + MIN_EVENT_NS);
    when = tim_when(s, steps_to_event(s, regs[R_DIER] & ~regs[R_SR] & 0x1f));
    when = MIN(when, other);
    due = tim_input_due(s);
    if (due != NEVER) {
        when = MIN(when, counter_when(&s->ticks, due));
    }
    counter_arm_late(s->timer, when, lateness(s));
    replan_slaves(s);
    s->planning = false;
}

/* ---- DMA acknowledges ---- */

/*
 * A beat has been done: the request is served, if it is not one of a burst that goes on.  Requests
 * that share a stream are told all together, before any level falls.  unsure: if more than one of
 * them was there, that a beat, or a burst, serves them all.
 */
static void dma_ack(Tim *s, unsigned n, int level)
{
    if (!level) {
        s->burst_accessed = false;
        return;
    }
    if (!s->burst_accessed || !s->burst) {
        s->dma &= ~(1 << n);
    }
    tim_update_lines(s);
    if (!s->busy) {
        tim_plan(s);
    }
}

static void ack_up(void *opaque, int n, int level)   { dma_ack(opaque, DMA_UP, level); }
static void ack_ch1(void *opaque, int n, int level)  { dma_ack(opaque, DMA_CH1, level); }
static void ack_ch2(void *opaque, int n, int level)  { dma_ack(opaque, DMA_CH1 + 1, level); }
static void ack_ch3(void *opaque, int n, int level)  { dma_ack(opaque, DMA_CH1 + 2, level); }
static void ack_ch4(void *opaque, int n, int level)  { dma_ack(opaque, DMA_CH1 + 3, level); }
static void ack_trig(void *opaque, int n, int level) { dma_ack(opaque, DMA_TRIG, level); }
static void ack_com(void *opaque, int n, int level)  { dma_ack(opaque, DMA_COM, level); }

void tim_dma_init(Tim *s)
{
    static const struct {
        const char *name, *ack;
        qemu_irq_handler handler;
    } table[N_DMA] = {
        { "dma-up", "dma-up-ack", ack_up }, { "dma-ch1", "dma-ch1-ack", ack_ch1 },
        { "dma-ch2", "dma-ch2-ack", ack_ch2 }, { "dma-ch3", "dma-ch3-ack", ack_ch3 },
        { "dma-ch4", "dma-ch4-ack", ack_ch4 }, { "dma-trig", "dma-trig-ack", ack_trig },
        { "dma-com", "dma-com-ack", ack_com },
    };
    unsigned count = s->advanced ? N_DMA : tim_is_general(s) ? DMA_COM : tim_is_basic(s) ? 1 : 0;

    for (unsigned n = 0; n < count; n++) {
        periph_add_line(&s->parent_obj, &s->dma_line[n], table[n].name);
        qdev_init_gpio_in_named(DEVICE(s), table[n].handler, table[n].ack, 1);
    }
}
