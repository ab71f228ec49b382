/*
 * Timers: the way of time, see state.h: brings a timer to now, and tells those that it triggers.
 *
 * Timers that are chained know each other: before a slave is looked at it has its master counted up
 * to then, and the master tells of each event at the time it had, or of a number of them at once to
 * a slave that only counts.  So a chain is exact at any speed, and costs no events.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* ---- Counting, and what that does to others ---- */

static void tell_slave(Tim *slave, int64_t ns, const TimNote *note)
{
    tim_sync_to(slave, ns);
    slave->depth++;
    if (slave->depth < 4) {         /* a ring of timers ends here */
        bool busy = slave->busy;

        slave->busy = true;
        if (note->what == TIM_PULSES) {
            tim_trigger_pulses(slave, note->value);
        } else {
            tim_trigger(slave, note->value);
        }
        tim_run(slave);
        slave->busy = busy;
    }
    slave->depth--;
    if (!slave->pulling && !slave->busy) {
        periph_update(&slave->parent_obj);
    }
}

/* What TRGO has done. */
static void tell_slaves(Tim *s)
{
    while (s->n_notes) {
        TimNote note = s->note[0];
        int64_t ns = counter_time(&s->ticks, note.at);

        s->n_notes--;
        memmove(s->note, s->note + 1, s->n_notes * sizeof(note));
        for (unsigned i = 0; i < s->slaves->len; i++) {
            Tim *slave = s->slaves->pdata[i];

            if (tim_master(slave) == s && !slave->choosing) {
                tell_slave(slave, ns, &note);
            }
        }
    }
}

static void count(Tim *s, uint64_t n, bool internal)
{
    while (n) {
        n = tim_advance(s, n, internal);
        tell_slaves(s);
    }
}

void tim_run(Tim *s)
{
    while (s->clocks) {
        uint64_t n = s->clocks;

        s->clocks = 0;
        count(s, n, false);
    }
    tell_slaves(s);
}

void tim_sync_to(Tim *s, int64_t ns)
{
    uint64_t tick = counter_at(&s->ticks, ns);

    if (s->busy) {
        return;                 /* somebody we told of an event asks back */
    }
    s->busy = true;
    while (s->at < tick) {
        uint64_t until = MIN(tick, MAX(tim_input_due(s), s->at + 1));

        if (tim_is_internal(s)) {
            count(s, until - s->at, true);
        }
        s->at = until;
        while (tim_input_settle(s, until)) {
            tim_run(s);
        }
    }
    s->busy = false;
}

static void pull_master(Tim *s)
{
    Tim *master = tim_master(s);

    if (master) {
        tim_sync(master);
    }
}

void tim_sync(Tim *s)
{
    if (s->busy || s->pulling) {
        return;
    }
    s->pulling = true;
    pull_master(s);
    tim_input_catch_up(s);
    s->pulling = false;
    tim_sync_to(s, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

/* ---- Inputs ---- */

/* What TS selects, with the level that has now: no edge, that was there before it was selected. */
void tim_slave_select(Tim *s)
{
    Tim *master = tim_master(s);
    unsigned ts = tim_ts(s);

    if (master) {
        tim_sync(master);       /* what it has done by now is not for this one */
    }
    s->choosing = false;
    s->trgi = master ? master->trgo_level
            : ts == 1 && s->remap == 2
              ? s->itr_level[reg_get(s, OR, ITR1_RMP) % 4]
            : ts == TS_TI1FP1 || ts == TS_TI2FP2 ? tim_input_fp(s, ts - TS_TI1FP1)
            : ts == TS_ETRF ? s->input[INPUT_ETR].level : false;
    s->gate = s->trgi;
}

/* ITR1 of TIM2 from Ethernet (1) or USB (2, 3). */
static void itr1_input(void *opaque, int n, int level)
{
    Tim *s = opaque;

    s->itr_level[n] = level;
    if (tim_ts(s) == 1 && reg_get(s, OR, ITR1_RMP) == n) {
        tim_sync(s);
        tim_trigger(s, level);
        periph_update(opaque);
    }
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
