/*
 * Runs, see run.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/range.h"
#include "exec/wait-loop.h"
#include "system/cpu-timers.h"
#include "system/runstate.h"
#include "stm32/core/run.h"
#include "stm32/trace.h"

#define MAX_RUNS 16             /* together */
#define MAX_TRIES 32            /* to find the end of a round of a loop at which all are quiet */
#define MAX_ROUNDS 8            /* then the host may want to do something else */

static QLIST_HEAD(, Runner) runners = QLIST_HEAD_INITIALIZER(runners);
static bool disabled;
static unsigned late_runners;
static bool is_watched;         /* the core is in a loop that waits */

static bool run_in_loop(int64_t until, int64_t round);

/* Time stands: what is in memory is what a snapshot will have. */
static void state_changed(void *opaque, bool running, RunState state)
{
    if (!running) {
        run_look();
    }
}

void runner_add(Runner *runner)
{
    if (QLIST_EMPTY(&runners)) {
        qemu_add_vm_change_state_handler(state_changed, NULL);
        wait_loop_set_pass(run_in_loop);
    }
    QLIST_INSERT_HEAD(&runners, runner, next);
}

void run_enable(bool enable)
{
    disabled = !enable;
}

bool run_is_enabled(void)
{
    return !disabled;
}

const Lane *run_add_lane(RunPlan *plan, const Line *line, const LaneNeed *need)
{
    LaneOffer *offer = &plan->lane[plan->lanes];

    if (plan->lanes == RUN_LANES || !lane_offer(line, need, offer)) {
        return NULL;
    }
    plan->lanes++;
    plan->frames = MIN(plan->frames, is_watched ? offer->to_half : offer->beats);
    plan->slack = MAX(plan->slack, offer->slack);
    return offer->lane;
}

/* ---- Memory ---- */

/*
 * Of two lanes, does it matter who is first at a place of memory?  What is received to where it was sent from
 * is behind the sender all the time.
 */
static bool lanes_conflict(const LaneOffer *a, const LaneOffer *b, bool same)
{
    const LaneOffer *to = a->writes ? a : b, *from = a->writes ? b : a;

    return to->writes && ranges_overlap(to->addr, to->size, from->addr, from->size) &&
           !(same && !from->writes && to->addr <= from->addr && to->step <= from->step);
}

static bool plans_conflict(const RunPlan *a, const RunPlan *b)
{
    for (unsigned i = 0; i < a->lanes; i++) {
        for (unsigned j = a == b ? i + 1 : 0; j < b->lanes; j++) {
            if (lanes_conflict(&a->lane[i], &b->lane[j], a == b)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- Time ---- */

/* Frames that have ended and been served by @ns. */
static uint32_t frames_by(const RunPlan *p, int64_t ns)
{
    uint64_t at = counter_at(p->ticks, ns - p->slack);

    return at < p->due ? 0 : MIN((at - p->due) / p->period + 1, p->frames);
}

static int64_t end_of(const RunPlan *p, uint32_t frames)
{
    return counter_when(p->ticks, p->due + (frames - 1) * p->period);
}

/* The last moment until @ns at which no frame has ended that has not been served. */
static int64_t quiet_until(const RunPlan *p, int64_t ns)
{
    return MIN(ns, end_of(p, frames_by(p, ns) + 1) - 1);
}

/* Who traces accesses to registers wants to see each. */
static bool is_traced(void)
{
    return trace_event_get_state_backends(TRACE_PERIPH_READ) ||
           trace_event_get_state_backends(TRACE_PERIPH_WRITE);
}

static bool plan_run(Runner *runner, RunPlan *plan)
{
    plan->frames = RUN_FRAMES;
    plan->slack = 0;
    plan->lanes = plan->timers = 0;
    return !disabled && !is_traced() && runner->plan(runner->opaque, plan) && plan->frames &&
           end_of(plan, 2) - end_of(plan, 1) > plan->slack + 1 && !plans_conflict(plan, plan);
}

static void go(Runner *runner, RunPlan *plan, uint32_t frames)
{
    trace_run_frames(frames, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    runner->go(runner->opaque, plan, frames);
}

/* ---- Idle time ---- */

typedef struct Runs {
    Runner *runner[MAX_RUNS];
    RunPlan plan[MAX_RUNS];
    int64_t expires[MAX_RUNS][RUN_TIMERS];
    unsigned count;
} Runs;

static bool find_runs(Runs *r)
{
    Runner *runner;

    r->count = 0;
    QLIST_FOREACH(runner, &runners, next) {
        RunPlan *plan = &r->plan[r->count];

        if (r->count == MAX_RUNS || !plan_run(runner, plan)) {
            continue;
        }
        for (unsigned i = 0; i < r->count; i++) {
            if (plans_conflict(&r->plan[i], plan)) {
                return false;
            }
        }
        r->runner[r->count++] = runner;
    }
    return r->count;
}

static void hold_timers(Runs *r, unsigned n)
{
    for (unsigned i = 0; i < r->plan[n].timers; i++) {
        r->expires[n][i] = timer_expire_time_ns(r->plan[n].timer[i]);
        timer_del(r->plan[n].timer[i]);
    }
}

static void release_timers(Runs *r, unsigned n)
{
    for (unsigned i = 0; i < r->plan[n].timers; i++) {
        counter_arm(r->plan[n].timer[i], r->expires[n][i] < 0 ? COUNTER_NEVER : r->expires[n][i]);
    }
}

/* When somebody else has something to do, to the last moment before. */
static int64_t others_until(int64_t now, int64_t end)
{
    int64_t deadline = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);

    return deadline < 0 ? end : MIN(end, now + deadline - 1);
}

/* To the last moment at which all are quiet. */
static int64_t all_quiet_until(const Runs *r, int64_t now, int64_t until)
{
    int64_t was;

    do {
        was = until;
        for (unsigned i = 0; i < r->count; i++) {
            until = quiet_until(&r->plan[i], until);
        }
    } while (until != was && until > now);
    return until;
}

static bool pass_time(Runs *r, int64_t now, int64_t until)
{
    bool any = false;

    for (unsigned i = 0; i < r->count; i++) {
        any |= until > now && frames_by(&r->plan[i], until);
    }
    if (any) {
        icount_idle_until(until);
    }
    for (unsigned i = 0; i < r->count; i++) {
        uint32_t frames = any ? frames_by(&r->plan[i], until) : 0;

        if (frames) {
            go(r->runner[i], &r->plan[i], frames);
        } else {
            release_timers(r, i);
        }
    }
    return any;
}

static bool run_together(int64_t end)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), until;
    static Runs runs;

    if (!find_runs(&runs)) {
        return false;
    }
    for (unsigned i = 0; i < runs.count; i++) {
        hold_timers(&runs, i);
    }
    until = all_quiet_until(&runs, now, others_until(now, end));
    return pass_time(&runs, now, until);
}

static void run_idle_time(void)
{
    unsigned rounds = 0;
    int64_t end;

    while (!disabled && rounds++ < MAX_ROUNDS && (end = icount_idle_end()) >= 0 && run_together(end)) {
    }
}

/* ---- The time of a loop that waits ---- */

static bool loop_uses(const Runs *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        for (unsigned j = 0; j < r->plan[i].lanes; j++) {
            const LaneOffer *offer = &r->plan[i].lane[j];

            if (offer->writes && (!offer->host || wait_loop_uses(offer->host, offer->size))) {
                return true;
            }
        }
    }
    return false;
}

/* To the end of the last of the loop's rounds at which all are quiet. */
static int64_t last_round_until(const Runs *r, int64_t now, int64_t until, int64_t round)
{
    for (unsigned i = 0; i < MAX_TRIES && until > now; i++) {
        int64_t quiet = all_quiet_until(r, now, until);

        if (quiet == until && (until - now) % round == 0) {
            return until;
        }
        until = quiet - (quiet > now ? (quiet - now) % round : 0);
    }
    return now;
}

static bool run_in_loop(int64_t until, int64_t round)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    static Runs runs;
    bool found;

    is_watched = true;
    found = !disabled && find_runs(&runs) && !loop_uses(&runs);
    is_watched = false;
    if (!found) {
        return false;
    }
    for (unsigned i = 0; i < runs.count; i++) {
        hold_timers(&runs, i);
    }
    return pass_time(&runs, now, last_round_until(&runs, now, others_until(now, until), round));
}

/* ---- The host's time ---- */

static void set_late(Runner *runner, bool late)
{
    late_runners += late - runner->late;
    runner->late = late;
}

/* Nobody need be told of the end of the frame that goes on, if it is later than its plan has it. */
static void be_late(Runner *runner, RunPlan *plan)
{
    int64_t when = end_of(plan, 1);

    set_late(runner, true);
    counter_arm(plan->timer[0], MAX(when, MIN(end_of(plan, plan->frames), when + RUN_LATE_NS)));
}

bool run_look_at(Runner *runner)
{
    unsigned rounds = 0;
    RunPlan plan;

    if (!runner->late) {
        return false;
    }
    set_late(runner, false);
    while (plan_run(runner, &plan)) {
        uint32_t frames;

        plan.slack = 0;
        frames = frames_by(&plan, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        if (!frames || rounds == MAX_ROUNDS) {
            be_late(runner, &plan);
            break;
        }
        go(runner, &plan, frames);
        rounds++;
    }
    return rounds;
}

bool run_is_late(Runner *runner)
{
    RunPlan plan;

    set_late(runner, runner->late && plan_run(runner, &plan));
    return runner->late;
}

void run_look(void)
{
    Runner *runner;

    if (late_runners) {
        QLIST_FOREACH(runner, &runners, next) {
            run_look_at(runner);
        }
    }
}

void run_served(void)
{
    Runner *runner;
    RunPlan plan;

    if (time_is_exact()) {
        run_idle_time();
        return;
    }
    QLIST_FOREACH(runner, &runners, next) {
        if (plan_run(runner, &plan)) {
            be_late(runner, &plan);
        }
    }
}
