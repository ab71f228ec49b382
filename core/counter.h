/*
 * Counter: a free-running up-counter that costs nothing while nobody looks.
 *
 * It stores what it was at an instant, and computes what it is.  Every timer of the chip stands on
 * it.  Only counter.c converts between nanoseconds and ticks.
 *
 * The owner gets ClockPreUpdate of the clock it counts and calls counter_sync(): no fraction of a
 * step is lost when the frequency changes.  At ClockUpdate it computes its deadlines anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_COUNTER_H
#define STM32_CORE_COUNTER_H

#include "hw/clock.h"
#include "qemu/timer.h"
#include "migration/vmstate.h"

typedef struct Counter {
    Clock *clk;
    uint32_t divide;    /* ticks of clk for one step */
    bool going;
    uint64_t count;     /* whole steps at `anchor` ... */
    uint32_t phase;     /* ... and 2^-32 steps */
    int64_t anchor;     /* virtual ns */
} Counter;

#define COUNTER_NEVER INT64_MAX

/* Start from nothing: stopped at 0, one step per tick of @clk. */
void counter_init(Counter *c, Clock *clk);

/* Steps counted by now. */
uint64_t counter_now(const Counter *c);

/*
 * Steps counted by the virtual time @ns, if nothing changes until then: not before it was last
 * booked.
 */
uint64_t counter_at(const Counter *c, int64_t ns);

/*
 * Be @count, at the start of a step: now, or at the virtual time @ns, not before it was last
 * booked.
 */
void counter_set(Counter *c, uint64_t count);
void counter_set_at(Counter *c, uint64_t count, int64_t ns);

/* Stand still; go on.  Both may be called in either state. */
void counter_stop(Counter *c);
void counter_go(Counter *c);

/* Book what has passed with the period so far: before the clock changes its period. */
void counter_sync(Counter *c);

/*
 * From now on one step for every @divide ticks of the clock, 1 or more; the step under way starts
 * anew.
 */
void counter_divide(Counter *c, uint32_t divide);

/*
 * The first virtual time, in ns, at which counter_now() is @count or more: now or before if it is
 * that already, COUNTER_NEVER if it stands still or that is more than some 200 years ahead.
 */
int64_t counter_when(const Counter *c, uint64_t count);

/*
 * When it is or was @count exactly, for one that moves: at *@ns and *@part of 2^32 of a nanosecond.  And how long a step
 * takes, in units of 2^-32 ns.
 */
uint64_t counter_exactly(const Counter *c, uint64_t count, int64_t *ns, uint32_t *part);

/*
 * Let @timer expire at @when, as counter_when() has it; COUNTER_NEVER: not at all.  Every timer of
 * virtual time is armed here.
 *
 * A time that has passed is now, and virtual time stands until that is done.  A timer that is due
 * again and again would never let anybody else go on: that is a bug of the model, which is told
 * once; such timers come some time later then.
 */
void counter_arm(QEMUTimer *timer, int64_t when);

/*
 * The same, but while virtual time is the host's @timer may be @late ns late: nobody is told of what it does before.  It
 * sees the time it is armed for all the same, and runs before somebody looks at registers.
 */
void counter_arm_late(QEMUTimer *timer, int64_t when, int64_t late);

/*
 * May timers be late at all?  While time is the host's; with -icount, if nobody can tell: memory that is moved has to be
 * guarded then (exec/late-memory.h), and what becomes known to anybody at once may not be late.
 */
bool time_may_be_late(void);

/* With -icount: for what anybody may be late has perhaps changed, so nobody is.  Who has been told otherwise notes the era. */
void time_be_exact(void);
unsigned time_era(void);

/* Is virtual time the guest's own (-icount, tests), so that the guest itself is never late? */
bool time_is_exact(void);

/*
 * The first virtual time at which it is or was @count at its present pace, which may be long ago,
 * even before 0.  For a counter that stands: when that was last booked.
 */
int64_t counter_time(const Counter *c, int64_t count);

extern const VMStateDescription vmstate_counter;
#define VMSTATE_COUNTER(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_counter, Counter)

#endif
