/*
 * Which snapshots there are: the older the fewer.  Those that something from outside came after, which is not kept
 * itself (a write by gdb, a property that was set), are pinned.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <float.h>
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "stm32/board/backwards/state.h"

#define MOST 100                /* snapshots; each takes some 100 kbytes and what memory has changed */

typedef struct Entry {
    Snapshot *snapshot;
    bool pinned;
} Entry;

static GArray *entries;
static QEMUTimer *over;

static Entry *entry(unsigned n)
{
    return &g_array_index(entries, Entry, n);
}

static int64_t ns_of(unsigned n)
{
    return snapshot_ns(entry(n)->snapshot);
}

static void drop(unsigned n)
{
    snapshot_free(entry(n)->snapshot);
    g_array_remove_index(entries, n);
}

static void past_is_over(void *opaque)
{
    ports_wake();
}

unsigned history_count(void)
{
    return entries ? entries->len : 0;
}

const Snapshot *history_nth(unsigned n)
{
    return entry(n)->snapshot;
}

int history_find(int64_t ns, bool or_at)
{
    int n = history_count() - 1;

    while (n >= 0 && (or_at ? ns_of(n) > ns : ns_of(n) >= ns)) {
        n--;
    }
    return n;
}

int history_find_change(int64_t ns)
{
    for (unsigned n = 0; n < history_count(); n++) {
        if (entry(n)->pinned && ns_of(n) > ns) {
            return n;
        }
    }
    return -1;
}

/* That one whose loss makes the least difference: its gap, seen from here; -1: all are pinned. */
static int least_wanted(void)
{
    int64_t now = ns_of(entries->len - 1);
    double least = DBL_MAX;
    int found = -1;

    for (unsigned n = 1; n + 1 < entries->len; n++) {
        double gap = (double)(ns_of(n + 1) - ns_of(n - 1)) / (now - ns_of(n) + 1);

        if (!entry(n)->pinned && gap < least) {
            least = gap;
            found = n;
        }
    }
    return found;
}

static void thin_out(void)
{
    while (entries->len > MOST) {
        int n = least_wanted();

        drop(MAX(n, 0));        /* without one the past begins later */
    }
}

void history_take(bool pinned)
{
    Entry new = { .snapshot = snapshot_take(), .pinned = pinned || !history_count() };
    int at;

    if (!new.snapshot) {
        warn_report_once("backwards=on: this machine can't be saved, so there is no way back");
        return;
    }
    if (!entries) {
        entries = g_array_new(false, false, sizeof(Entry));
        over = timer_new_ns(QEMU_CLOCK_VIRTUAL, past_is_over, NULL);
    }
    at = history_find(snapshot_ns(new.snapshot), true) + 1;
    if (at > 0 && ns_of(at - 1) == snapshot_ns(new.snapshot)) {
        new.pinned |= entry(--at)->pinned;
        drop(at);
    }
    g_array_insert_val(entries, at, new);
    thin_out();
}

void history_forget_future(void)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    while (history_count() && ns_of(entries->len - 1) > now) {
        drop(entries->len - 1);
    }
    past_ends_here();
    ports_forget_future();
}

void history_arm(void)
{
    if (over) {
        timer_mod(over, past_end());
    }
}
