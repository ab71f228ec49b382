/*
 * Runs, see run.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/range.h"
#include "qemu/timer-late.h"
#include "exec/wait-loop.h"
#include "system/cpu-timers.h"
#include "system/runstate.h"
#include "stm32/core/run.h"
#include "stm32/trace.h"

#define MAX_RUNS 16             /* together */
#define MAX_TRIES 32            /* to find the end of a round of a loop at which all are quiet */
#define MIN_LOOK_NS 1000
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

    if (plan->lanes == RUN_LANES || (plan->dma && !lane_is_served_by(line, plan->dma)) ||
        !lane_offer(line, need, offer)) {
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

/* Ticks from the end of the first frame to that of another. */
static uint64_t ticks_to(const RunPlan *p, uint32_t frames)
{
    return p->tick ? p->tick(p->opaque, frames) - p->due : (frames - 1) * p->period;
}

/* In whole ns, rounded up. */
static int64_t end_of(const RunPlan *p, uint32_t frames)
{
    unsigned __int128 units = (unsigned __int128)ticks_to(p, frames) * p->tick_units;

    return p->first_ns + (int64_t)((units + p->first_part + UINT32_MAX) >> 32);
}

/* Frames that have ended by @ns. */
static uint32_t frames_by(const RunPlan *p, int64_t ns)
{
    uint32_t by = 0, more = p->frames;
    unsigned __int128 frame = (unsigned __int128)p->period * p->tick_units;

    if (end_of(p, 1) > ns) {
        return 0;
    }
    if (!p->tick) {
        return MIN((((unsigned __int128)(ns - p->first_ns) << 32) - p->first_part) / frame + 1, p->frames);
    }
    while (by < more) {                 /* at least so many, and no more than that */
        uint32_t middle = by + (more - by + 1) / 2;

        if (end_of(p, middle) <= ns) {
            by = middle;
        } else {
            more = middle - 1;
        }
    }
    return by;
}

/* From one end to the next, at least. */
static int64_t period_of(const RunPlan *p)
{
    return (unsigned __int128)p->period * p->tick_units >> 32;
}

static bool plan_run(Runner *runner, RunPlan *plan, const Periph *dma)
{
    plan->dma = dma;
    plan->frames = RUN_FRAMES;
    plan->slack = 0;
    plan->late = RUN_LATE_NS;
    plan->tick = NULL;
    plan->lanes = plan->timers = 0;
    if (disabled || periph_is_traced() || !runner->plan(runner->opaque, plan) || !plan->frames) {
        return false;
    }
    plan->tick_units = counter_exactly(plan->ticks, plan->due, &plan->first_ns, &plan->first_part);
    return period_of(plan) > plan->slack + 1 && !plans_conflict(plan, plan);
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
    int64_t expires[MAX_RUNS][RUN_TIMERS], late[MAX_RUNS][RUN_TIMERS];
    unsigned count;
} Runs;

/* A request is noticed with the end of an instruction, and may find a copy under way. */
static int64_t wait_for_dma(const Runs *r, const Periph *dma)
{
    int64_t wait = 4 + (icount_enabled() ? 2 * icount_to_ns(1) : 0);

    for (unsigned i = 0; i < r->count; i++) {
        for (unsigned j = 0; j < r->plan[i].lanes; j++) {
            const LaneOffer *offer = &r->plan[i].lane[j];

            wait = offer->lane->dma == dma ? MAX(wait, 4 + offer->blocked) : wait;
        }
    }
    return wait;
}

static void hold_timers(Runs *r, unsigned n)
{
    for (unsigned i = 0; i < r->plan[n].timers; i++) {
        r->expires[n][i] = timer_expire_time_ns(r->plan[n].timer[i]);
        r->late[n][i] = timer_lateness(r->plan[n].timer[i]);
        timer_del(r->plan[n].timer[i]);
    }
}

static void release_timers(Runs *r, unsigned n)
{
    for (unsigned i = 0; i < r->plan[n].timers; i++) {
        counter_arm_late(r->plan[n].timer[i], r->expires[n][i] < 0 ? COUNTER_NEVER : r->expires[n][i], r->late[n][i]);
    }
}

/* When somebody else has something to do, to the last moment before. */
static int64_t others_until(int64_t now, int64_t end)
{
    int64_t deadline = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);

    return deadline < 0 ? end : MIN(end, now + deadline - 1);
}

/* What a frame of @plan gives @dma to do, ns. */
static int64_t work_for(const RunPlan *plan, const Periph *dma)
{
    int64_t work = 0;

    for (unsigned i = 0; i < plan->lanes; i++) {
        work += plan->lane[i].lane->dma == dma ? plan->lane[i].work : 0;
    }
    return work;
}

/*
 * If @dma has not served all by @ns: since when it has had something to do.  It never rests while it has, so that does
 * not depend on the order: there is an end of a frame, back to which is less time than all that came since takes.
 */
static int64_t busy_since(const Runs *r, const Periph *dma, int64_t ns)
{
    int64_t sum = 0, each = 0, since = -1, work[MAX_RUNS], at[MAX_RUNS], extra = wait_for_dma(r, dma);
    uint32_t left[MAX_RUNS];

    for (unsigned i = 0; i < r->count; i++) {
        work[i] = work_for(&r->plan[i], dma);
        left[i] = work[i] ? frames_by(&r->plan[i], ns) : 0;
        at[i] = left[i] ? end_of(&r->plan[i], left[i]) : -1;
        each += work[i];
    }
    for (;;) {
        unsigned last = 0;

        for (unsigned i = 0; i < r->count; i++) {
            last = at[i] > at[last] ? i : last;
        }
        if (at[last] < 0 || ns - at[last] - sum > each + extra) {
            return since;               /* all that came before can't have lasted so long */
        }
        sum += work[last];
        since = ns - at[last] < sum + extra ? at[last] : since;
        left[last]--;
        at[last] = left[last] ? end_of(&r->plan[last], left[last]) : -1;
    }
}

/* The last moment until @ns at which all that has been requested has been served. */
static int64_t served_until(const Runs *r, int64_t ns)
{
    for (unsigned i = 0; i < r->count; i++) {
        const RunPlan *plan = &r->plan[i];

        ns = MIN(ns, end_of(plan, plan->frames + 1) - 1);
        for (unsigned j = 0; j < plan->lanes; j++) {
            const Periph *dma = plan->lane[j].lane->dma;
            int64_t since = busy_since(r, dma, ns);

            ns = since < 0 ? ns : since - 1;
        }
    }
    return ns;
}

/* To the last moment at which all are quiet. */
static int64_t all_quiet_until(const Runs *r, int64_t now, int64_t until)
{
    int64_t was;

    do {
        was = until;
        until = served_until(r, until);
    } while (until != was && until > now);
    return until;
}

/* Does a DMA get more to do than it can? */
static bool is_too_much(const Runs *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        const Periph *dma = r->plan[i].lane[0].lane->dma;
        int64_t per_million = 0;

        for (unsigned j = 0; j < r->count; j++) {
            const RunPlan *plan = &r->plan[j];

            per_million += work_for(plan, dma) * 1000000 / MAX(period_of(plan), 1);
        }
        if (per_million > 950000) {
            return true;
        }
    }
    return false;
}

static bool begins_by(const Runs *r, int64_t end)
{
    for (unsigned i = 0; i < r->count; i++) {
        if (r->plan[i].first_ns <= end) {
            return true;
        }
    }
    return false;
}

/* All there are that have something to do by @end, or those that @dma serves. */
static bool find_runs(Runs *r, const Periph *dma, int64_t end)
{
    Runner *runner;

    r->count = 0;
    QLIST_FOREACH(runner, &runners, next) {
        RunPlan *plan = &r->plan[r->count];

        if (r->count == MAX_RUNS || !plan_run(runner, plan, dma)) {
            continue;
        }
        for (unsigned i = 0; i < r->count; i++) {
            if (plans_conflict(&r->plan[i], plan)) {
                return false;
            }
        }
        r->runner[r->count++] = runner;
    }
    return begins_by(r, end) && !is_too_much(r);
}

/* They go, to @until. */
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

static void hold_all_timers(Runs *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        hold_timers(r, i);
    }
}

static bool run_together(int64_t end)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    static Runs runs;

    if (lanes_are_busy() || !find_runs(&runs, NULL, end)) {
        return false;               /* a DMA that is will have done soon, and asks again */
    }
    hold_all_timers(&runs);
    return pass_time(&runs, now, all_quiet_until(&runs, now, others_until(now, end)));
}

/* A bit for each request that has to do with them. */
static uint64_t requests_of(const Runs *r)
{
    uint64_t requests = 0;

    for (unsigned i = 0; i < r->count; i++) {
        for (unsigned j = 0; j < r->plan[i].lanes; j++) {
            requests |= 1ull << r->plan[i].lane[j].lane->request;
        }
    }
    return requests;
}

/*
 * While time is set back it may be another for each DMA: those who are late, and are served by another, have nothing to
 * do with this one, and two DMAs seldom rest at the same time.
 */
static bool run_apart(const Periph *dma, int64_t end)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), until;
    static Runs runs;
    bool any;

    if (dma->info->lanes->busy(dma) || !find_runs(&runs, dma, end)) {
        return false;
    }
    hold_all_timers(&runs);
    until = MIN(end, qemu_clock_bound(QEMU_CLOCK_VIRTUAL) - 1);
    if (!dma->info->lanes->alone(dma, requests_of(&runs), &until)) {
        until = others_until(now, until);
    }
    any = pass_time(&runs, now, all_quiet_until(&runs, now, until));
    icount_set_back(now);
    return any;
}

/* Time that is set back goes no further than the look that asks for it: often it is not worth while. */
static bool is_short(int64_t end)
{
    return icount_is_set_back() && end - qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < MIN_LOOK_NS;
}

static void run_idle_time(const Periph *dma)
{
    unsigned rounds = 0;
    int64_t end;

    while (!disabled && rounds++ < MAX_ROUNDS && (end = icount_idle_end()) >= 0 && !is_short(end) &&
           (icount_is_set_back() ? run_apart(dma, end) : run_together(end))) {
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
    found = !disabled && find_runs(&runs, NULL, until) && !loop_uses(&runs);
    is_watched = false;
    if (!found) {
        return false;
    }
    hold_all_timers(&runs);
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
    counter_arm(plan->timer[0], MAX(when, MIN(end_of(plan, plan->frames), when + plan->late)));
}

bool run_look_at(Runner *runner)
{
    unsigned rounds = 0;
    RunPlan plan;

    if (!runner->late) {
        return false;
    }
    set_late(runner, false);
    while (plan_run(runner, &plan, NULL)) {
        uint32_t frames;

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

    set_late(runner, runner->late && plan_run(runner, &plan, NULL));
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

void run_served(const Periph *dma)
{
    Runner *runner;
    RunPlan plan;

    if (time_is_exact()) {
        run_idle_time(dma);
        return;
    }
    QLIST_FOREACH(runner, &runners, next) {
        if (plan_run(runner, &plan, NULL)) {
            be_late(runner, &plan);
        }
    }
}
