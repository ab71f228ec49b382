/*
 * Runs: frames that nobody could tell apart from single ones are moved many at a time.
 *
 * Who sends or receives frames that a DMA serves (a runner) is after each as it was before, if all goes
 * well: the frame before has been served, the next is under way.  From there a run takes it so many frames
 * ahead, in the middle of a frame again, so that everything else is left to the way that single frames go.
 *
 * When virtual time is the guest's own, a run is part of idle time: the core sleeps, no timer is due but
 * those of runners, and time passes with the run.  Nothing is ever early or late, memory neither.  It is the
 * same if the core is in a loop that waits (exec/wait-loop.h of our patches), for nothing that runs change: not for
 * memory that they write, NDTR or HTIF.  Several runners pass the same time together.
 *
 * While the core does anything else frames may be late, if their runner says so (counter_arm_late()): what somebody looks
 * at is caught up with first, time being set back, and there are runs in that, as far as the look goes.
 *
 * When it is the host's, frames come in bunches: what is due is moved when a transfer ends, or half of it
 * does and that is an interrupt; when a register of the runner or of a DMA is looked at; and every
 * RUN_LATE_NS, if the runner does not let it be later, so memory is no later than that.  It is the rule of the A/D
 * converters, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_RUN_H
#define STM32_CORE_RUN_H

#include "stm32/core/counter.h"
#include "stm32/core/lane.h"

#define RUN_FRAMES 1024         /* at once */
#define RUN_LATE_NS 200000
#define RUN_LANES 4
#define RUN_TIMERS 2

typedef struct RunPlan {
    const Periph *dma;          /* none but what this one serves; NULL: all */
    const Counter *ticks;       /* a frame ends at tick `due`, ... */
    uint64_t due, period;       /* ... the next `period` ticks later, and so on, */
    /* ... or, if there is this, the @frames-th of @opaque at tick(), no sooner than that: */
    uint64_t (*tick)(void *opaque, uint32_t frames);
    void *opaque;
    uint32_t frames;            /* ... so many of them before somebody is told; */
    int64_t slack;              /* ... each has been served so long after its end, ns; */
    int64_t late;               /* ... in the host's time a frame may come so late */
    LaneOffer lane[RUN_LANES];
    unsigned lanes;
    QEMUTimer *timer[RUN_TIMERS];       /* that would tell of the end of a frame, the runner's first */
    unsigned timers;
    /* run.c: when the first of them ends exactly, and what a tick takes, see counter_exactly() */
    int64_t first_ns;
    uint32_t first_part;
    uint64_t tick_units;
} RunPlan;

typedef struct Runner {
    void *opaque;
    /* What a run would be now; false: none. */
    bool (*plan)(void *opaque, RunPlan *plan);
    /* @frames, at least 1, have ended, been served and been followed by others. */
    void (*go)(void *opaque, RunPlan *plan, uint32_t frames);
    bool late;                  /* the host's time: frames may have ended, and not have been moved */
    QLIST_ENTRY(Runner) next;
} Runner;

void runner_add(Runner *runner);

/* For `plan`: the lane that serves @line is part of it.  NULL: there is none, or it has nothing to offer. */
const Lane *run_add_lane(RunPlan *plan, const Line *line, const LaneNeed *need);

/* @dma has served what there was to serve, so there may be runs. */
void run_served(const Periph *dma);

/* While time is the host's: do what is due by now, of all or of one.  Has it gone? */
void run_look(void);
/*
 * Is nobody to be told of the end of the frame that goes on, and have its timers been armed for that?  Not any more
 * if things have changed since.
 */
bool run_is_late(Runner *runner);
bool run_look_at(Runner *runner);

/* Let there be none: all goes one by one. */
void run_enable(bool enable);
bool run_is_enabled(void);

#endif
