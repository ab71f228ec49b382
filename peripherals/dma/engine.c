/*
 * Time and arbitration of the DMA (RM0090 10.3.4): one stream at a time has the ports, that with
 * the highest PL, then that with the lowest number; a request's burst is never interrupted.
 *
 * Work is done when its time is over: by a timer, or when a register is looked at.  A requester is
 * never touched from within its own access, only the timer is armed there.
 *
 * Without -icount virtual time goes on while the host does the work.  Requests are then served as
 * soon as possible.  No event does more than MAX_UNITS or DMA_MAX_BEATS of work; then others have
 * their turn for PAUSE_NS, and what is late begins anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer-late.h"
#include "stm32/peripherals/dma/settings.h"

#define MAX_UNITS 512           /* of work by one event */
#define PAUSE_NS 100000

static bool has_clock(const Dma *s)
{
    return clock_is_enabled(s->parent_obj.clk);
}

/* Who is next? */
static unsigned arbitrate(Dma *s)
{
    unsigned best = DMA_NONE, best_level = 0;

    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (dma_is_enabled(s, n) && dma_stream_wants(s, n)) {
            unsigned level = FIELD_EX32(dma_cr(s, n), S0CR, PL);

            if (best == DMA_NONE || level > best_level) {
                best = n;
                best_level = level;
            }
        }
    }
    return best;
}

static bool waits_for_host(Dma *s)
{
    return !time_is_exact() && !dma_stream_is_free_running(s, s->active);
}

static void begin(Dma *s, uint64_t tick)
{
    s->active = arbitrate(s);
    s->begun = tick;
    s->units = 0;
    if (s->active != DMA_NONE && waits_for_host(s)) {
        s->units = s->cost = 1;     /* what it costs is for the host to say */
        s->asked++;
    } else if (s->active != DMA_NONE) {
        dma_stream_plan(s, s->active, &s->units, &s->cost);
    }
}

/* Units that are through at tick @now. */
static uint32_t units_done(Dma *s, uint64_t now)
{
    return waits_for_host(s) ? s->units : MIN((now - s->begun) / MAX(s->cost, 1), s->units);
}

void dma_engine_interrupt(Dma *s)
{
    s->units = MIN(s->units, units_done(s, counter_now(&s->ticks)) + 1);
}

/*
 * What is copied goes to memory when that is through, or somebody looks at registers that show how far it is: not whenever
 * a request comes in between, so it does not matter whether requests come one by one or in runs.
 */
static void do_units(Dma *s, unsigned n, uint32_t done)
{
    uint32_t copied = s->copied[n];

    if (time_is_exact() && dma_stream_is_free_running(s, n) && !s->stream[n].stopping &&
        done < dma_copy_units(s, n)) {
        s->copied[n] += done;
        return;
    }
    s->copied[n] = 0;
    dma_stream_do(s, n, copied + done);
}

/* Do what is through at tick @now, and let the next begin where that ended. */
static bool work_once(Dma *s, uint64_t now)
{
    uint32_t done = s->active == DMA_NONE ? 0 : units_done(s, now);
    unsigned n = s->active;
    uint64_t end;

    if (!done) {
        return false;
    }
    end = waits_for_host(s) ? now : s->begun + (uint64_t)done * s->cost;
    s->begun = end;
    s->units -= done;
    if (dma_stream_wants(s, n)) {
        do_units(s, n, done);
    }
    if (!s->units && s->stream[n].stopping && dma_is_enabled(s, n)) {
        dma_stream_stop(s, n);
    }
    if (!s->units || !dma_stream_wants(s, n)) {
        begin(s, end);
    }
    return true;
}

void dma_engine_work(Dma *s)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    unsigned left = MAX_UNITS;
    uint64_t tick;

    if (s->working || !has_clock(s) || now < s->pause_until) {
        return;
    }
    s->working = true;
    s->beats = 0;
    tick = counter_at(&s->ticks, now);
    while (left && !dma_host_is_tired(s) && work_once(s, tick)) {
        left--;
    }
    s->working = false;
    if ((!left && !time_is_exact()) || dma_host_is_tired(s)) {
        s->pause_until = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + PAUSE_NS;
        s->begun = counter_now(&s->ticks);
    }
}

void dma_engine_look(Dma *s)
{
    dma_engine_work(s);
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (s->copied[n] && !s->working) {
            uint32_t done = s->copied[n];

            s->copied[n] = 0;
            s->working = true;
            dma_stream_do(s, n, done);
            s->working = false;
        }
    }
}

static int64_t when_due(Dma *s)
{
    int64_t when;

    if (s->active == DMA_NONE) {
        return COUNTER_NEVER;
    }
    when = waits_for_host(s) ? s->asked : counter_when(&s->ticks, s->begun + (uint64_t)s->units * s->cost);
    return MAX(when, s->pause_until);
}

/*
 * Who requests in the same cycle comes in as well, whichever device was first to get there.  What is done by our own timer
 * has just been followed by what comes next.
 */
static bool begins_anew(Dma *s, uint64_t now)
{
    if (s->expiring && time_is_exact()) {
        return false;
    }
    return s->active == DMA_NONE ||
           (time_is_exact() && s->begun == now && !dma_stream_is_free_running(s, s->active));
}

/* A copy that interrupts is left alone. */
static int64_t copy_until(Dma *s, unsigned n)
{
    return *dma_reg(s, R_S0CR, n) & (R_S0CR_HTIE_MASK | R_S0CR_TCIE_MASK) ? 0 : COUNTER_NEVER;
}

bool dma_copies(Dma *s)
{
    return time_is_exact() && s->active != DMA_NONE && dma_stream_is_free_running(s, s->active) &&
           dma_stream_wants(s, s->active) && !s->stream[s->active].stopping && copy_until(s, s->active) &&
           arbitrate(s) == s->active;
}

/* Whenever that was, it has begun so much later, so to say. */
void dma_copy_waits(Dma *s, unsigned n, uint32_t beats)
{
    if (dma_copies(s)) {
        s->begun += (uint64_t)beats * dma_stream_longest(s, n);
    }
}

/*
 * With -icount: until when is nobody told of anything that is to be done?  Those who request say so, see lane.h, and
 * nobody waits for a copy that does not interrupt but who looks at registers or memory.
 */
static int64_t late_until(Dma *s)
{
    int64_t until = time_is_exact() && time_may_be_late() ? COUNTER_NEVER : 0;

    for (unsigned n = 0; n < DMA_STREAMS && until; n++) {
        if (!dma_is_enabled(s, n) || !dma_stream_wants(s, n)) {
            continue;
        }
        until = MIN(until, dma_stream_is_free_running(s, n) ? copy_until(s, n) : dma_late_until(s, n));
    }
    return until && dma_guard(s) ? until : 0;
}

static void arm(Dma *s)
{
    int64_t when = s->due, until = when == COUNTER_NEVER || s->active == DMA_NONE ? 0 : late_until(s);

    if (timer_expire_time_ns(s->timer) == when && s->until == until && s->era == time_era()) {
        return;                     /* it is armed for that already */
    }
    s->until = until;
    s->era = time_era();
    counter_arm_late(s->timer, when, until > when ? MIN(until - when, RUN_LATE_NS) : 0);
}

void dma_engine_schedule(Dma *s)
{
    int64_t when = COUNTER_NEVER;
    bool taken_back;

    if (s->working) {
        return;
    }
    taken_back = s->active != DMA_NONE && !dma_stream_wants(s, s->active);
    if (taken_back) {
        s->active = DMA_NONE;
    }
    if (has_clock(s)) {
        uint64_t now = counter_now(&s->ticks);

        if (taken_back || begins_anew(s, now)) {
            begin(s, now);
        } else if (s->units > 1 && arbitrate(s) != s->active) {
            dma_engine_interrupt(s);
        }
        when = when_due(s);
    }
    s->due = when;
    if (!s->expiring) {
        arm(s);
    }
}

/* While time is set back what follows is done without a timer, if nobody else has something to do before. */
static void expired(void *opaque)
{
    Dma *s = opaque;

    s->expiring = true;
    do {
        dma_engine_work(s);
        periph_update(&s->parent_obj);
    } while (s->due != COUNTER_NEVER && s->due > qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) && icount_go_on(s->due));
    s->expiring = false;
    arm(s);
    run_served(&s->parent_obj);
}

DmaList dma_all = QSLIST_HEAD_INITIALIZER(dma_all);

void dma_engine_init(Dma *s)
{
    QSLIST_INSERT_HEAD(&dma_all, s, next);
    counter_init(&s->ticks, s->parent_obj.clk);
    counter_go(&s->ticks);
    s->active = DMA_NONE;
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
}

void dma_engine_reset(Dma *s)
{
    s->active = DMA_NONE;
    s->units = 0;
    s->pause_until = 0;
    timer_del(s->timer);
}
