/*
 * What a user need not prepare for record and replay, see replay.h: a filter at each NIC records what comes from the
 * network.
 *
 * Serial input, and what is set by QMP's qom-set, is recorded by our patches (175-replay-outside).
 *
 * Not there: going backwards in a replay.  A snapshot arms timers that were not armed, so a replay that goes on from
 * one waits for what does not come.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "net/net.h"
#include "qom/object_interfaces.h"
#include "system/cpu-timers.h"
#include "system/replay.h"
#include "system/system.h"
#include "stm32/board/replay.h"

#define MAX_NICS 8

static void add_filters(Notifier *notifier, void *data)
{
    NetClientState *nics[MAX_NICS];
    int count = qemu_find_net_clients_except(NULL, nics, NET_CLIENT_DRIVER_NIC, MAX_NICS);

    for (int i = 0; i < MIN(count, MAX_NICS); i++) {
        g_autofree char *id = g_strdup_printf("replay-%s", nics[i]->name);

        if (QTAILQ_EMPTY(&nics[i]->filters)) {      /* else the user has given one */
            object_new_with_props("filter-replay", object_get_objects_root(), id, &error_fatal,
                                  "netdev", nics[i]->name, NULL);
        }
    }
}

void replay_prepare(bool page)
{
    static Notifier notifier = { .notify = add_filters };
    const char *wrong = icount_can_hold() ? "takes an -icount without sleep=off"
                      : page ? "does not go with page=, whose clicks are not recorded" : NULL;

    if (replay_mode == REPLAY_MODE_NONE) {
        return;
    }
    if (wrong) {
        error_report("rr=%s %s", replay_mode == REPLAY_MODE_RECORD ? "record" : "replay", wrong);
        exit(1);
    }
    qemu_add_machine_init_done_notifier(&notifier);
}
