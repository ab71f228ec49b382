/*
 * What a user need not prepare for record and replay, see replay.h.
 *
 * What comes from the network is recorded by a filter at each NIC.  To go backwards gdb needs snapshots of the machine,
 * and these a disk: a replay has one, a file that nobody sees and that is gone with QEMU.  While gdb is there a snapshot
 * is taken every second of the host's time, so a step back is a second's way forth, and not one from the start.
 *
 * Serial input, and what is set by QMP's qom-set, is recorded by our patches (175-replay-outside).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "block/block.h"
#include "block/snapshot.h"
#include "migration/snapshot.h"
#include "net/net.h"
#include "qobject/qdict.h"
#include "qom/object_interfaces.h"
#include "system/block-backend.h"
#include "system/replay.h"
#include "system/runstate.h"
#include "system/system.h"
#include "stm32/board/replay.h"

#define DISK_SIZE (64 * 1024 * 1024)
#define MAX_SNAPSHOTS 200
#define MAX_NICS 8
#define STEP 20000000              /* instructions from one snapshot to the next; a tenth of a second for the host */

static BlockBackend *disk;

/* ---- The network ---- */

static void add_filters(void)
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

/* ---- Snapshots ---- */

static bool open_disk(const char *path, Error **errp)
{
    QDict *options = qdict_new();

    bdrv_img_create(path, "qcow2", NULL, NULL, NULL, DISK_SIZE, 0, true, errp);
    if (*errp) {
        qobject_unref(options);
        return false;
    }
    qdict_put_str(options, "driver", "qcow2");
    disk = blk_new_open(path, NULL, options, BDRV_O_RDWR, errp);
    return disk && monitor_add_blk(disk, "replay-snapshots", errp);
}

static void make_disk(void)
{
    g_autofree char *path = NULL;
    Error *err = NULL;
    int fd;

    if (bdrv_all_find_vmstate_bs(NULL, false, NULL, NULL)) {
        return;                                     /* the user has given one */
    }
    fd = g_file_open_tmp("stm32-replay-XXXXXX", &path, NULL);
    if (fd < 0 || !open_disk(path, &err)) {
        warn_report("there can be no debugging backwards, for there is no room for snapshots%s%s", err ? ": " : "",
                    err ? error_get_pretty(err) : "");
        error_free(err);
    }
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
}

/* None before gdb has come: then QEMU has saved where that was. */
static int snapshots(void)
{
    g_autofree QEMUSnapshotInfo *list = NULL;
    int count = bdrv_snapshot_list(blk_bs(disk), &list);

    return count;
}

static void begin_step(void);

/* The CPU stands between two instructions. */
static void step_is_over(void *opaque)
{
    int count = snapshots();

    replay_break_is_over();
    if (count > 0 && count < MAX_SNAPSHOTS) {
        g_autofree char *name = g_strdup_printf("replay-%d", count);

        save_snapshot(name, true, NULL, false, NULL, NULL);     /* stops and starts the machine: see run_state */
    } else {
        begin_step();
    }
}

static void begin_step(void)
{
    replay_break_once(replay_get_current_icount() + STEP, step_is_over, NULL);
}

static void run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        begin_step();
    }
}

/* ---- */

static void machine_is_there(Notifier *notifier, void *data)
{
    add_filters();
    if (replay_mode == REPLAY_MODE_PLAY) {
        make_disk();
    }
    if (disk) {
        qemu_add_vm_change_state_handler(run_state, NULL);
    }
}

void replay_prepare(void)
{
    static Notifier notifier = { .notify = machine_is_there };

    if (replay_mode != REPLAY_MODE_NONE) {
        qemu_add_machine_init_done_notifier(&notifier);
    }
}
