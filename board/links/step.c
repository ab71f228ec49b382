/*
 * The two ends of a link in step, see link.h.  Its own lines:
 *
 *   - hello ROLE STEP     after connecting; ROLE as LinkRole, STEP of who leads
 *   - turn TIME IDLE      it is your turn: we stand at TIME, and do nothing before IDLE
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/core/cpu.h"
#include "system/cpu-timers.h"
#include "system/cpus.h"
#include "system/runstate.h"
#include "stm32/board/links/step.h"
#include "stm32/core/counter.h"

#define MAX_DUE 4096            /* lines: an other end that says more is not one of ours */

typedef struct LinkLine {
    int64_t ns;                 /* since both were joined */
    char *text;
} LinkLine;

int64_t link_now(const Link *l)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - l->base;
}

bool link_in_step(const Link *l)
{
    return l->role != LINK_FREE && l->greeted;
}

static int64_t turn_ends(const Link *l)
{
    return MIN(l->limit, l->soon);
}

static void arm(Link *l)
{
    LinkLine *first = g_queue_peek_head(l->due);
    int64_t when = MIN(first ? first->ns : INT64_MAX, l->held ? INT64_MAX : turn_ends(l));

    counter_arm(l->timer, when == INT64_MAX ? COUNTER_NEVER : l->base + when);
}

/* Our turn, or the next one, is to end at @ns. */
static void end_turn_by(Link *l, int64_t ns)
{
    if (link_in_step(l)) {
        l->soon = MIN(l->soon, ns);
        arm(l);
    }
}

/* ---- Turns ---- */

static void hold(Link *l)
{
    if (!l->held) {
        l->held = true;
        icount_hold();
    }
}

static void release(Link *l)
{
    if (l->held) {
        l->held = false;
        icount_release();
    }
}

/* Until when the machine does nothing by itself. */
static int64_t idle_until(Link *l)
{
    int64_t left;

    if (!all_cpu_threads_idle()) {
        return link_now(l);
    }
    timer_del(l->timer);
    left = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);
    return left < 0 ? INT64_MAX : link_now(l) + left;
}

static void end_turn(Link *l)
{
    LinkLine *first = g_queue_peek_head(l->due);
    int64_t idle = idle_until(l);

    hold(l);
    l->soon = INT64_MAX;
    link_answer(l, "turn %" PRId64 " %" PRId64, link_now(l), MIN(idle, first ? first->ns : INT64_MAX));
}

static void hear_due(Link *l)
{
    while (!g_queue_is_empty(l->due)) {
        LinkLine *first = g_queue_peek_head(l->due);

        if (link_in_step(l) && first->ns > link_now(l)) {
            return;
        }
        g_queue_pop_head(l->due);
        l->hear(l->opaque, first->text);
        g_free(first->text);
        g_free(first);
    }
}

static void timer_expired_cb(void *opaque)
{
    Link *l = opaque;

    hear_due(l);
    if (link_in_step(l) && !l->held && link_now(l) >= turn_ends(l)) {
        end_turn(l);
    }
    arm(l);
}

/* It may wake up who was idle, and whose answer is not to come from too far in the past. */
void link_has_said(Link *l)
{
    end_turn_by(l, link_now(l) + l->step);
}

void link_expect(Link *l, int64_t ns)
{
    end_turn_by(l, ns - l->base);
}

/* The other end stands at @there and does nothing before @idle. */
static void take_turn(Link *l, int64_t there, int64_t idle)
{
    int64_t lead = l->role == LINK_LEADS ? l->step : 0;

    idle = MAX(idle, there);
    l->limit = idle > INT64_MAX / 2 ? INT64_MAX / 2 : idle + lead;
    if (link_now(l) < turn_ends(l)) {
        release(l);
    } else {
        end_turn(l);
    }
    arm(l);
}

static void go_free(Link *l)
{
    l->greeted = false;
    hear_due(l);
    timer_del(l->timer);
    release(l);
}

static void greet(Link *l, LinkRole theirs, uint64_t step)
{
    static const char *const wants[] = {
        [LINK_LEADS] = "follows=on", [LINK_FOLLOWS] = "step=100000",
    };

    if (l->role == LINK_FREE) {
        return;
    }
    if (theirs != (l->role == LINK_LEADS ? LINK_FOLLOWS : LINK_LEADS)) {
        warn_report("%s: the other end needs %s; the two machines are not in step", l->name,
                    wants[l->role]);
        go_free(l);
        return;
    }
    l->greeted = true;
    l->base = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    l->stood = 0;
    l->soon = INT64_MAX;
    if (l->role == LINK_LEADS) {
        take_turn(l, 0, 0);
    } else {
        l->step = step;
    }
}

/* A snapshot that is loaded while it is paused has another time: the two go on from where they stood. */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    Link *l = opaque;

    if (!running) {
        l->stood = link_now(l);
    } else if (link_in_step(l)) {
        l->base = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - l->stood;
        arm(l);
    }
}

/* ---- What the link hears ---- */

bool link_hear_step(Link *l, const char *line)
{
    unsigned role;
    uint64_t step;
    int64_t there, idle;

    if (sscanf(line, "hello %u %" SCNu64, &role, &step) == 2) {
        if (role <= LINK_FOLLOWS && step <= NANOSECONDS_PER_SECOND) {
            greet(l, role, step);
        }
        return true;
    }
    if (sscanf(line, "turn %" SCNd64 " %" SCNd64, &there, &idle) == 2) {
        if (link_in_step(l) && l->held && there >= 0) {
            take_turn(l, there, idle);
        }
        return true;
    }
    return false;
}

void link_hear_later(Link *l, int64_t ns, const char *text)
{
    LinkLine *due;

    if (g_queue_get_length(l->due) >= MAX_DUE) {
        return;
    }
    if (l->role == LINK_LEADS) {
        ns = ns < INT64_MAX / 2 ? ns + l->step : INT64_MAX / 2;
    }
    due = g_new(LinkLine, 1);
    *due = (LinkLine) { .ns = ns, .text = g_strdup(text) };
    g_queue_push_tail(l->due, due);
    timer_expired_cb(l);
}

void link_step_plugged(Link *l)
{
    if (!l->connected) {
        go_free(l);
        return;
    }
    if (l->role != LINK_FREE) {
        hold(l);
    }
    link_answer(l, "hello %u %" PRIu64, l->role, l->step);
}

/* ---- Setting up ---- */

static bool check_step(Link *l, Error **errp)
{
    if (l->step && l->follows) {
        error_setg(errp, "step= is for the end that leads, follows=on for the other");
    } else if (l->step > NANOSECONDS_PER_SECOND) {
        error_setg(errp, "step=%" PRIu64 ": ns by which this end leads, at most 1000000000 (1 s)",
                   l->step);
    } else if ((l->step || l->follows) && !icount_can_hold()) {
        error_setg(errp, "step= and follows= need -icount shift=3,sleep=off: otherwise time is the "
                   "host's, and does not wait");
    } else {
        return true;
    }
    return false;
}

bool link_step_init(Link *l, Error **errp)
{
    if (!check_step(l, errp)) {
        return false;
    }
    l->role = l->step ? LINK_LEADS : l->follows ? LINK_FOLLOWS : LINK_FREE;
    l->due = g_queue_new();
    l->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, timer_expired_cb, l);
    if (l->role != LINK_FREE) {
        hold(l);                /* until the other end is there */
    }
    qemu_add_vm_change_state_handler(vm_state_changed, l);
    return true;
}
