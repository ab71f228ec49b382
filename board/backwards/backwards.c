/*
 * gdb goes backwards, without a recording: reverse-step, reverse-continue to breakpoints and watchpoints.
 *
 * With -icount sleep=off a machine is the same in every run, and goes on from a snapshot as if it had never been saved.
 * So the past is a matter of snapshots (history.c), taken now and then while it runs; to be at an instant is to load
 * the last one before it and run to there.  An instant is one of virtual time: each instruction has its own.
 * To find the last breakpoint that was met the stretch from a snapshot on is run without stopping at them, then the one
 * before it.  What came by serial lines comes again (ports.c); after anything else that was changed from outside, by
 * gdb, qom-set or a reset from outside, there is a snapshot, and in the past it begins another future.
 *
 * What would not be the same again is refused: the network, USB, links, the page, drives that can be written.
 * Not noticed are other commands of the monitor (device_add, loadvm), and a property that is set while it goes back;
 * sound that is played again is heard again, and semihosting's files are written again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "exec/cpu-common.h"
#include "exec/cpu-interrupt.h"
#include "gdbstub/backwards.h"
#include "hw/core/cpu.h"
#include "hw/qdev-core.h"
#include "net/net.h"
#include "system/block-backend.h"
#include "system/cpu-timers.h"
#include "system/replay.h"
#include "system/runstate.h"
#include "system/system.h"
#include "stm32/board/backwards/backwards.h"
#include "stm32/board/backwards/state.h"

#define EVERY_MS 100            /* of the host's time: the way from a snapshot to the next */
#define NEAR 100000             /* ns: so far before a place that gdb steps back to there is a snapshot, too */
#define FAR (10 * NEAR)

/* What it does while gdb waits. */
static struct {
    enum { AT_REST, SEARCHING, APPROACHING, ARRIVING, ENTERING, CHANGING } task;
    int64_t from;               /* where gdb was, */
    int64_t to;                 /* ... and is to be */
    int leg;                    /* the snapshot it has come from */
    int64_t hit;                /* the last that was met, -1: none */
    vaddr pc;                   /* ... there */
    vaddr watched;
    int watched_flags;          /* 0: it was a breakpoint */
    bool step;
    int64_t asleep;             /* since when the core sleeps, if it does */
    QEMUTimer *stop;
    QEMUBH *next;
} way = { .asleep = -1 };

static QEMUTimer *due;          /* the next snapshot */
static bool was_running;

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static int64_t instruction(void)
{
    return icount_to_ns(1);
}

/* ---- To an instant ---- */

static bool go_from(int leg, int64_t to)
{
    way.leg = leg;
    way.asleep = -1;
    if (!snapshot_load(history_nth(leg))) {
        way.task = AT_REST;
        error_report("backwards=on: a snapshot can't be loaded");
        gdb_backwards_arrived(NULL, false);
        return false;
    }
    timer_mod(way.stop, to);
    vm_start();
    return true;
}

static void stop_expired(void *opaque)
{
    if (way.task == AT_REST) {
        way.task = CHANGING;
    }
    vm_stop(RUN_STATE_RESTORE_VM);
}

static const CPUWatchpoint *watchpoint_met(void)
{
    CPUWatchpoint *wp;

    QTAILQ_FOREACH(wp, &first_cpu->watchpoints, entry) {
        if (way.watched_flags && wp->vaddr == way.watched && (wp->flags & BP_GDB)) {
            return wp;
        }
    }
    return NULL;
}

static void arrive(void)
{
    way.task = AT_REST;
    runstate_set(RUN_STATE_DEBUG);
    gdb_backwards_arrived(watchpoint_met(), false);
}

static void arrive_at_begin(void)
{
    way.task = AT_REST;
    if (snapshot_load(history_nth(0)) && !runstate_check(RUN_STATE_DEBUG) && !runstate_check(RUN_STATE_PAUSED)) {
        runstate_set(RUN_STATE_DEBUG);
    }
    gdb_backwards_arrived(NULL, true);
}

/* gdb that steps does so again and again: the next time it is not far. */
static void go_to(int64_t to)
{
    int leg = history_find(to, true);

    way.to = to;
    if (leg < 0) {
        arrive_at_begin();
    } else if (to - snapshot_ns(history_nth(leg)) > FAR) {
        way.task = APPROACHING;
        go_from(leg, to - NEAR);
    } else {
        way.task = ARRIVING;
        go_from(leg, to);
    }
}

/* ---- From leg to leg ---- */

static void search_before(int64_t end)
{
    int leg = history_find(end, false);

    if (leg < 0) {
        arrive_at_begin();
        return;
    }
    way.task = SEARCHING;
    way.hit = -1;
    go_from(leg, end);
}

/*
 * An exception is entered in no time: an instant can be before that or after.  Where the next instruction is the
 * handler's, gdb is to see that.
 */
static bool is_about_to_enter(void)
{
    return (first_cpu->interrupt_request & CPU_INTERRUPT_HARD) && !way.watched_flags &&
           (way.step || first_cpu->cc->get_pc(first_cpu) != way.pc);
}

/* The machine stands at the end of a leg. */
static void next_leg(void *opaque)
{
    switch (way.task) {
    case SEARCHING:
        if (way.hit >= 0) {
            go_to(way.hit);
        } else {
            search_before(snapshot_ns(history_nth(way.leg)));
        }
        break;
    case APPROACHING:
        history_take(false);
        way.task = ARRIVING;
        timer_mod(way.stop, way.to);
        vm_start();
        break;
    case ARRIVING:
        if (is_about_to_enter()) {
            way.task = ENTERING;
            cpu_single_step(first_cpu, SSTEP_ENABLE);
            vm_start();
        } else if (way.step && first_cpu->halted && way.asleep >= 0) {
            go_to(way.asleep - instruction());      /* the instruction before was the one that let it sleep */
        } else if (way.step && first_cpu->halted && way.leg > 0) {
            go_from(way.leg - 1, way.to);           /* it slept already */
        } else {
            arrive();
        }
        break;
    case ENTERING:
        arrive();
        break;
    case CHANGING:
        way.task = AT_REST;
        if (snapshot_load(history_nth(way.leg))) {
            vm_start();
        }
        break;
    default:
        break;
    }
}

/* In the past it goes on to where something was changed from outside, and from there as it was then. */
static void arm_change(void)
{
    way.leg = history_find_change(now());
    if (way.leg < 0) {
        timer_del(way.stop);
    } else {
        timer_mod(way.stop, snapshot_ns(history_nth(way.leg)));
    }
}

static void state_changed(void *opaque, bool running, RunState state)
{
    if (running) {
        if (!history_count()) {
            history_take(true);
        }
        history_arm();
        if (way.task == AT_REST) {
            arm_change();
        }
        return;
    }
    if (way.task == AT_REST) {
        past_note_instant();
    } else if (state == RUN_STATE_RESTORE_VM) {
        qemu_bh_schedule(way.next);
    } else {                            /* somebody has lost patience: gdb is told so */
        way.task = AT_REST;
        timer_del(way.stop);
    }
}

/* ---- What gdb asks for, and the CPU says ---- */

static void go(bool step)
{
    past_note_instant();
    way.from = now();
    way.step = step;
    way.watched_flags = 0;
    if (!history_count()) {
        gdb_backwards_arrived(NULL, true);
    } else if (step) {
        go_to(way.from - instruction());
    } else {
        search_before(way.from);
    }
}

static GdbBackwardsHit hit(CPUState *cpu, const CPUWatchpoint *wp)
{
    int64_t ns;

    if (way.task == AT_REST) {
        return GDB_BACKWARDS_STOP;
    }
    if (way.task == ENTERING && !wp) {
        vm_stop(RUN_STATE_RESTORE_VM);
        return GDB_BACKWARDS_STAY;
    }
    ns = now() - (wp ? instruction() : 0);      /* the store counts already, and gdb is to be before it */
    if (way.task == SEARCHING && (wp || !cpu->singlestep_enabled) && ns < way.from) {
        way.hit = ns;
        way.pc = cpu->cc->get_pc(cpu);
        way.watched = wp ? wp->vaddr : 0;
        way.watched_flags = wp ? wp->flags : 0;
    }
    return GDB_BACKWARDS_GO_ON;
}

static void sleeps(void)
{
    way.asleep = now();
}

/* ---- What changes from outside ---- */

/* Let it stand for a moment; resume() lets it go on, unless it is to stand: then the main loop says so. */
static void halt(void)
{
    was_running = runstate_is_running();
    if (was_running) {
        vm_stop(RUN_STATE_SAVE_VM);
    }
}

static void resume(void)
{
    if (was_running && gdb_backwards_stop_is_due()) {
        runstate_set(RUN_STATE_RUNNING);
    } else if (was_running) {
        vm_start();
    }
}

static bool is_state(const char *property)
{
    return strcmp(property, "stop-at") != 0;
}

static void change_begins(const char *property)
{
    if (is_state(property) && way.task == AT_REST) {
        halt();
        if (past_goes_on()) {
            history_forget_future();
        }
    }
}

static void change_ends(const char *property)
{
    if (is_state(property) && way.task == AT_REST) {
        history_take(true);
        resume();
    }
}

static void snapshot_is_due(void *opaque)
{
    timer_mod(due, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + EVERY_MS);
    if (runstate_is_running() && way.task == AT_REST && !gdb_backwards_stop_is_due() && !past_goes_on()) {
        halt();
        history_take(false);
        resume();
    }
}

/* ---- What does not go with it ---- */

static int complain(Object *obj, void *opaque)
{
    static const char *const types[] = {
        "stm32-usb-host", "stm32-usbip", "stm32-usbredir", "stm32-cable", "stm32-can-link", "stm32-logic", "stm32-recorder",
    };
    const char *type = object_get_typename(obj);

    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        if (!strcmp(type, types[i])) {
            error_report("backwards=on does not go with -device %s: what comes from there does not come twice", type);
            exit(1);
        }
    }
    return 0;
}

static void check_all(Notifier *notifier, void *data)
{
    static const char *const folders[] = { "/machine/peripheral", "/machine/peripheral-anon" };
    NetClientState *nic;
    BlockBackend *blk = NULL;

    for (unsigned i = 0; i < ARRAY_SIZE(folders); i++) {
        Object *folder = object_resolve_path(folders[i], NULL);

        if (folder) {
            object_child_foreach(folder, complain, NULL);
        }
    }
    if (qemu_find_net_clients_except(NULL, &nic, NET_CLIENT_DRIVER_NIC, 1) && nic->peer) {
        error_report("backwards=on does not go with -nic: what comes from there does not come twice");
        exit(1);
    }
    while ((blk = blk_next(blk))) {
        if (blk_is_inserted(blk) && blk_is_writable(blk)) {
            error_report("backwards=on: what is written to the drive '%s' is not taken back; add readonly=on", blk_name(blk));
            exit(1);
        }
    }
}

void backwards_prepare(bool page)
{
    static const GdbBackwards ops = {
        .go = go, .hit = hit, .sleeps = sleeps, .change_begins = change_begins, .change_ends = change_ends,
    };
    static Notifier notifier = { .notify = check_all };
    const char *wrong = !icount_can_hold() || replay_mode != REPLAY_MODE_NONE ? "takes -icount shift=3,sleep=off"
                      : page ? "does not go with page=, whose clicks do not come twice" : NULL;

    if (wrong) {
        error_report("backwards=on %s", wrong);
        exit(1);
    }
    way.stop = timer_new_ns(QEMU_CLOCK_VIRTUAL, stop_expired, NULL);
    way.next = qemu_bh_new(next_leg, NULL);
    due = timer_new_ms(QEMU_CLOCK_REALTIME, snapshot_is_due, NULL);
    timer_mod(due, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + EVERY_MS);
    qemu_add_vm_change_state_handler(state_changed, NULL);
    qemu_add_machine_init_done_notifier(&notifier);
    gdb_backwards = &ops;
}
