/*
 * Counter: ticks from time and time from ticks, see counter.h.
 *
 * A clock's period is in units of 2^-32 ns, so an hour of 168 MHz is 94 bits: all arithmetic here
 * is in 128 bits and rounds once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/timer-late.h"
#include "system/cpu-timers.h"
#include "system/qtest.h"
#include "stm32/core/counter.h"

#define MAX_AT_ONCE 100000      /* timers due at one instant: a chain of devices has some ten, */
#define MAX_AFTER_BUG 1000      /* ... one that never ends is cut shorter the next time */
#define BUG_DELAY_NS SCALE_MS

typedef unsigned __int128 Units;    /* of 2^-32 ns */

static Units step_period(const Counter *c)
{
    return (Units)clock_get(c->clk) * c->divide;
}

/* Time since step 0 of `count` began: `phase` of a step, and what has passed since the anchor. */
static Units since_count(const Counter *c, int64_t ns)
{
    return ((step_period(c) * c->phase) >> 32) + ((Units)MAX(ns - c->anchor, 0) << 32);
}

static bool is_moving(const Counter *c)
{
    return c->going && clock_is_enabled(c->clk);
}

void counter_init(Counter *c, Clock *clk)
{
    *c = (Counter) { .clk = clk, .divide = 1 };
}

uint64_t counter_at(const Counter *c, int64_t ns)
{
    Units since;

    if (!is_moving(c)) {
        return c->count;
    }
    since = since_count(c, ns);
    if (likely(since >> 64 == 0)) {     /* up to 4 s: the short division */
        return c->count + (uint64_t)since / (uint64_t)MIN(step_period(c), UINT64_MAX);
    }
    return c->count + (uint64_t)(since / step_period(c));
}

uint64_t counter_now(const Counter *c)
{
    return counter_at(c, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

void counter_sync(Counter *c)
{
    if (is_moving(c)) {
        Units since = since_count(c, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        Units step = step_period(c);

        c->count += since / step;
        c->phase = ((since % step) << 32) / step;
    }
    c->anchor = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

void counter_set_at(Counter *c, uint64_t count, int64_t ns)
{
    c->count = count;
    c->phase = 0;
    c->anchor = ns;
}

void counter_set(Counter *c, uint64_t count)
{
    counter_set_at(c, count, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

/* Booking rounds: only when something changes, or whoever calls this often falls behind. */
static void set_going(Counter *c, bool going)
{
    if (c->going != going) {
        counter_sync(c);
        c->going = going;
    }
}

void counter_stop(Counter *c)
{
    set_going(c, false);
}

void counter_go(Counter *c)
{
    set_going(c, true);
}

void counter_divide(Counter *c, uint32_t divide)
{
    if (c->divide != divide) {
        counter_sync(c);
        c->divide = divide;
        c->phase = 0;
    }
}

int64_t counter_when(const Counter *c, uint64_t count)
{
    Units ahead, begun;

    if (count <= c->count) {
        return c->anchor;
    }
    if (!is_moving(c)) {
        return COUNTER_NEVER;
    }
    if (count - c->count > ~(Units)0 / step_period(c)) {
        return COUNTER_NEVER;
    }
    begun = (step_period(c) * c->phase) >> 32;
    ahead = (Units)(count - c->count) * step_period(c) - begun;
    ahead = (ahead + UINT32_MAX) >> 32;     /* whole ns, rounded up: not a moment too early */
    return ahead < (Units)(INT64_MAX - c->anchor) ? c->anchor + (int64_t)ahead : COUNTER_NEVER;
}

uint64_t counter_exactly(const Counter *c, uint64_t count, int64_t *ns, uint32_t *part)
{
    __int128 ahead = (__int128)(int64_t)(count - c->count) * step_period(c) - ((step_period(c) * c->phase) >> 32);

    *ns = c->anchor + (int64_t)(ahead >> 32);
    *part = (uint32_t)ahead;
    return step_period(c);
}

/*
 * When something that was due at @when and is armed only now is done: before time goes on; later if that never
 * ends.
 */
static int64_t due_now(int64_t when, int64_t now)
{
    static int64_t instant;
    static unsigned count, max = MAX_AT_ONCE;

    count = instant == now ? count + 1 : 1;
    instant = now;
    if (count <= max) {
        return when;
    }
    if (max == MAX_AT_ONCE) {
        error_report("a device's timer is due again and again at %" PRId64 " ns of virtual time; "
                     "such timers come late from now on: please report this bug of the machine",
                     now);
        max = MAX_AFTER_BUG;
    }
    return now + BUG_DELAY_NS;
}

void counter_arm(QEMUTimer *timer, int64_t when)
{
    int64_t set = timer_expire_time_ns(timer), now;     /* -1: it is not armed */

    if (when == COUNTER_NEVER) {
        if (set >= 0) {
            timer_del(timer);
        }
        return;
    }
    if (set == when) {
        return;
    }
    now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    if (when > now) {
        timer_mod(timer, when);
    } else if (set < 0 || set > now) {
        timer_mod(timer, due_now(when, now));
    }
}

void counter_arm_late(QEMUTimer *timer, int64_t when, int64_t late)
{
    if ((late <= 0 && !qemu_timers_late) || when == COUNTER_NEVER || when <= qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)) {
        counter_arm(timer, when);
    } else {
        timer_mod_late(timer, when, MAX(late, 0));
    }
}

bool time_may_be_late(void)
{
    return !time_is_exact() || icount_lets_late();
}

static unsigned era;

void time_be_exact(void)
{
    if (time_is_exact()) {
        era++;
        qemu_timers_be_exact();
    }
}

unsigned time_era(void)
{
    return era;
}

bool time_is_exact(void)
{
    return icount_enabled() || qtest_enabled();
}

int64_t counter_time(const Counter *c, int64_t count)
{
    Units begun = (step_period(c) * c->phase) >> 32, steps;

    if (!is_moving(c)) {
        return c->anchor;
    }
    if (count > (int64_t)c->count) {
        return counter_when(c, count);
    }
    steps = c->count - count;
    return c->anchor - (int64_t)((steps * step_period(c) + begun) >> 32);
}

const VMStateDescription vmstate_counter = {
    .name = "stm32-counter", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(divide, Counter),
        VMSTATE_BOOL(going, Counter),
        VMSTATE_UINT64(count, Counter),
        VMSTATE_UINT32(phase, Counter),
        VMSTATE_INT64(anchor, Counter),
        VMSTATE_END_OF_LIST()
    },
};
