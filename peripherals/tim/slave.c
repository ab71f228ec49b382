/*
 * Timers: triggers in and out, chains, see state.h.
 *
 * Timers that are chained know each other: before a slave is looked at it has its master counted up to
 * then, and the master tells of each event at the time it had, or of a number of them at once to a
 * slave that only counts.  So a chain is exact at any speed, and costs no events.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* ---- TRGI ---- */

bool tim_uses_trc(const Tim *s)
{
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_TRC && tim_ccer(s, ch) & CCER_E) {
            return true;
        }
    }
    return s->parent_obj.regs[R_CR2] & R_CR2_CCUS_MASK;
}

/* The timer that is this one's selected trigger. */
static Tim *selected_master(const Tim *s)
{
    if (!tim_has_slave(s) || tim_ts(s) >= N_ITR || (tim_sms(s) < SMS_RESET && !tim_uses_trc(s)) ||
        (tim_ts(s) == 1 && FIELD_EX32(s->parent_obj.regs[R_OR], OR, ITR1_RMP) && s->remap == 2)) {
        return NULL;
    }
    return s->itr[tim_ts(s)];
}

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

    tim_input_trc(s);
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
        tim_count(s, 1);
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
        tim_count(s, count);
        tim_trigger_flag(s);
        return;
    }
    if (tim_sms(s) == SMS_CLOCK && count > 1) {
        tim_count(s, count - 1);
    }
    if (count) {
        s->trgi = false;
        tim_trigger(s, true);
        tim_trigger(s, false);
    }
}

/* What TS selects, with the level that has now: no edge, that was there before it was selected. */
void tim_slave_select(Tim *s)
{
    Tim *master = selected_master(s);
    unsigned ts = tim_ts(s);

    if (master) {
        s->choosing = true;
        tim_sync(master);
        s->choosing = false;
    }
    s->trgi = master ? master->trgo_level
            : ts == 1 && s->remap == 2
              ? s->itr_level[FIELD_EX32(s->parent_obj.regs[R_OR], OR, ITR1_RMP) % 4]
            : ts == TS_TI1FP1 || ts == TS_TI2FP2 ? tim_input_fp(s, ts - TS_TI1FP1)
            : ts == TS_ETRF ? s->input[INPUT_ETR].level : false;
    s->gate = s->trgi;
}

/* ITR1 of TIM2 from Ethernet (1) or USB (2, 3). */
static void itr1_input(void *opaque, int n, int level)
{
    Tim *s = opaque;

    s->itr_level[n] = level;
    if (tim_ts(s) == 1 && FIELD_EX32(s->parent_obj.regs[R_OR], OR, ITR1_RMP) == n) {
        tim_sync(s);
        tim_trigger(s, level);
        periph_update(opaque);
    }
}

/* ---- COM ---- */

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

/* ---- TRGO ---- */

static unsigned mms(const Tim *s)
{
    return s->channels == 1 ? MMS_OC1REF : FIELD_EX32(s->parent_obj.regs[R_CR2], CR2, MMS);
}

typedef enum Told { PULSES, LEVEL } Told;

static void tell_slave(Tim *slave, int64_t ns, Told what, uint64_t value)
{
    tim_sync_to(slave, ns);
    slave->depth++;
    if (slave->depth < 4) {         /* a ring of timers ends here */
        bool busy = slave->busy;

        slave->busy = true;
        if (what == PULSES) {
            tim_trigger_pulses(slave, value);
        } else {
            tim_trigger(slave, value);
        }
        slave->busy = busy;
    }
    slave->depth--;
    if (!slave->pulling && !slave->busy) {
        periph_update(&slave->parent_obj);
    }
}

static void tell_slaves(Tim *s, Told what, uint64_t value)
{
    int64_t ns = counter_time(&s->ticks, s->at);

    for (unsigned i = 0; i < s->slaves->len; i++) {
        Tim *slave = s->slaves->pdata[i];

        if (selected_master(slave) == s && !slave->choosing) {
            tell_slave(slave, ns, what, value);
        }
    }
}

void tim_trgo_pulses(Tim *s, unsigned source, uint64_t count)
{
    if (mms(s) != source || !count) {
        return;
    }
    tell_slaves(s, PULSES, count);
    if (s->trgo_wanted) {
        line_set(&s->trgo, true);
        line_set(&s->trgo, false);
    }
}

void tim_trgo_refresh(Tim *s)
{
    unsigned source = mms(s);
    bool level = source == MMS_ENABLE
                 ? tim_cr1(s, R_CR1_CEN_MASK) && (tim_sms(s) != SMS_GATED || s->gate)
                 : source >= MMS_OC1REF && s->ref[source - MMS_OC1REF];

    if (s->trgo_level != level) {
        s->trgo_level = level;
        tell_slaves(s, LEVEL, level);
    }
    line_set(&s->trgo, level);
}

Tim *tim_slave_clock(const Tim *s)
{
    Tim *master = selected_master(s);
    bool clock = tim_sms(s) == SMS_CLOCK;

    if (master && tim_sms(s) == SMS_GATED) {
        clock = mms(master) < MMS_OC1REF && mms(master) != MMS_ENABLE;
    }
    return clock ? master : NULL;
}

bool tim_trgo_is_wanted(const Tim *s)
{
    for (unsigned i = 0; i < s->slaves->len; i++) {
        const Tim *slave = s->slaves->pdata[i];

        if (selected_master(slave) == s && tim_slave_clock(slave) != s) {
            return true;
        }
    }
    return s->trgo_wanted;
}

/* ---- Chains ---- */

void tim_slave_pull(Tim *s)
{
    Tim *master = selected_master(s);

    if (master) {
        tim_sync(master);
    }
}

void tim_slave_replan(Tim *s)
{
    for (unsigned i = 0; i < s->slaves->len; i++) {
        Tim *slave = s->slaves->pdata[i];

        if (tim_slave_clock(slave) == s && !slave->busy) {
            tim_plan(slave);
        }
    }
}

uint64_t tim_trgo_steps(const Tim *s, uint64_t *then)
{
    uint64_t period = (tim_is_centred(s) ? 2ull * s->arr : s->arr + 1ull);
    uint64_t clocks = NEVER;

    switch (mms(s)) {
    case MMS_UPDATE:
        clocks = tim_clocks_to_update(s);
        period = (s->parent_obj.regs[R_RCR] + 1ull) * (tim_is_centred(s) ? s->arr : s->arr + 1ull);
        break;
    case MMS_COMPARE:
        clocks = tim_ccs(s, 0) == CCS_OUTPUT ? tim_clocks_to_match(s, 0) : NEVER;
        period = tim_is_centred(s) ? 1 : period;    /* two in a period: look at each */
        break;
    case MMS_RESET:
    case MMS_ENABLE:
        break;
    default:
        *then = period * (s->psc + 1ull);
        return tim_output_change(s, mms(s) - MMS_OC1REF);
    }
    *then = period * (s->psc + 1ull);
    return tim_steps(s, clocks);
}

static int64_t when(const Tim *s, uint64_t n, unsigned depth)
{
    const Tim *master = tim_slave_clock(s);
    uint64_t first, then;

    if (n == NEVER || !tim_cr1(s, R_CR1_CEN_MASK) || !s->arr) {
        return COUNTER_NEVER;
    }
    if (!master) {
        return tim_is_internal(s) ? counter_when(&s->ticks, s->at + n) : COUNTER_NEVER;
    }
    first = tim_trgo_steps(master, &then);
    if (first == NEVER) {
        return COUNTER_NEVER;
    }
    if (tim_has_pending(master)) {
        first = MIN(first, tim_steps(master, tim_clocks_to_update(master)));
        n = 1;
    }
    if (n > 1 && then > (UINT64_MAX >> 2) / n) {
        return COUNTER_NEVER;
    }
    return depth > 4 ? COUNTER_NEVER     /* a ring of timers: nothing drives it */
                     : when(master, first + (n - 1) * then, depth + 1);
}

int64_t tim_when(const Tim *s, uint64_t n)
{
    return when(s, n, 0);
}

/* What has happened by now is of no interest to who begins to listen. */
static void trgo_wanted_input(void *opaque, int n, int level)
{
    tim_sync(opaque);
    TIM(opaque)->trgo_wanted = level;
    periph_update(opaque);
}

static void oc_wanted_input(void *opaque, int n, int level)
{
    tim_sync(opaque);
    TIM(opaque)->oc_wanted[n] = level;
    periph_update(opaque);
}

void tim_slave_init(Tim *s)
{
    static const char *const names[] = { "itr0", "itr1", "itr2", "itr3" };

    s->slaves = g_ptr_array_new();
    for (unsigned i = 0; i < N_ITR; i++) {
        object_property_add_link(OBJECT(s), names[i], TYPE_TIM, (Object **)&s->itr[i],
                                 object_property_allow_set_link, 0);
    }
    qdev_init_gpio_in_named(DEVICE(s), itr1_input, "itr1", 4);
    qdev_init_gpio_in_named(DEVICE(s), trgo_wanted_input, "trgo-wanted", 1);
    qdev_init_gpio_in_named(DEVICE(s), oc_wanted_input, "oc-wanted", N_CHANNELS);
}

/* The tables of the chip have set the links: tell the masters. */
void tim_slave_connect(Tim *s)
{
    for (unsigned i = 0; i < N_ITR; i++) {
        if (s->itr[i] && !g_ptr_array_find(s->itr[i]->slaves, s, NULL)) {
            g_ptr_array_add(s->itr[i]->slaves, s);
        }
    }
}
