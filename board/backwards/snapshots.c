/*
 * Snapshots in memory: what devices write, as in any snapshot, and memory in pages, of which those that are as in the
 * snapshot before are shared with that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "exec/cpu-common.h"
#include "io/channel-buffer.h"
#include "migration/global_state.h"
#include "migration/qemu-file.h"
#include "migration/savevm.h"
#include "system/runstate.h"
#include "stm32/board/backwards/state.h"

#define PAGE 4096
#define HEADER 8                /* bytes: magic and version, which the loader of devices does not take */

typedef struct Memory {
    uint8_t *host;              /* where it is, for as long as the machine is there */
    size_t size;
    GPtrArray *pages;           /* reference counted */
} Memory;

struct Snapshot {
    int64_t ns;
    GBytes *devices;
    GArray *memories;
    PortsState ports;
};

static const Snapshot *before;          /* whose pages are likely to be as they are now */

/* ---- Memory ---- */

static size_t page_size(const Memory *m, unsigned n)
{
    return MIN(PAGE, m->size - (size_t)n * PAGE);
}

static const Memory *memory_before(const uint8_t *host)
{
    for (unsigned n = 0; before && n < before->memories->len; n++) {
        const Memory *m = &g_array_index(before->memories, Memory, n);

        if (m->host == host) {
            return m;
        }
    }
    return NULL;
}

static int take_block(RAMBlock *block, void *memories)
{
    Memory m = { .host = qemu_ram_get_host_addr(block), .size = qemu_ram_get_used_length(block) };
    const Memory *old = memory_before(m.host);

    if (!qemu_ram_is_migratable(block)) {
        return 0;
    }
    m.pages = g_ptr_array_new_with_free_func(g_rc_box_release);
    for (unsigned n = 0; (size_t)n * PAGE < m.size; n++) {
        uint8_t *now = m.host + (size_t)n * PAGE;
        uint8_t *page = old && old->size == m.size ? old->pages->pdata[n] : NULL;

        if (page && !memcmp(page, now, page_size(&m, n))) {
            g_rc_box_acquire(page);
        } else {
            page = g_rc_box_dup(page_size(&m, n), now);
        }
        g_ptr_array_add(m.pages, page);
    }
    g_array_append_val(memories, m);
    return 0;
}

static void load_memory(const Memory *m)
{
    for (unsigned n = 0; n < m->pages->len; n++) {
        uint8_t *now = m->host + (size_t)n * PAGE;

        if (memcmp(now, m->pages->pdata[n], page_size(m, n))) {
            memcpy(now, m->pages->pdata[n], page_size(m, n));
        }
    }
}

/* ---- Devices ---- */

static GBytes *take_devices(void)
{
    QIOChannelBuffer *buffer = qio_channel_buffer_new(256 * 1024);
    QEMUFile *file = qemu_file_new_output(QIO_CHANNEL(buffer));
    bool good;
    GBytes *bytes;

    global_state_store();       /* else what is loaded has no state */
    good = !qemu_save_device_state(file) && !qemu_fflush(file);
    bytes = good ? g_bytes_new(buffer->data, buffer->usage) : NULL;

    qemu_fclose(file);
    object_unref(OBJECT(buffer));
    return bytes;
}

static bool load_devices(GBytes *bytes)
{
    size_t size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    QIOChannelBuffer *buffer = qio_channel_buffer_new(size);
    QEMUFile *file;
    bool good;

    memcpy(buffer->data, data + HEADER, size - HEADER);
    buffer->usage = size - HEADER;
    file = qemu_file_new_input(QIO_CHANNEL(buffer));
    good = !qemu_load_device_state(file);
    qemu_fclose(file);
    object_unref(OBJECT(buffer));
    return good;
}

/* ---- All of it ---- */

Snapshot *snapshot_take(void)
{
    Snapshot *s = g_new0(Snapshot, 1);

    s->ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    s->memories = g_array_new(false, false, sizeof(Memory));
    s->devices = take_devices();
    if (!s->devices) {
        snapshot_free(s);
        return NULL;
    }
    qemu_ram_foreach_block(take_block, s->memories);
    ports_save(&s->ports);
    before = s;
    return s;
}

bool snapshot_load(const Snapshot *s)
{
    qemu_system_reset(SHUTDOWN_CAUSE_SNAPSHOT_LOAD);
    for (unsigned n = 0; n < s->memories->len; n++) {
        load_memory(&g_array_index(s->memories, Memory, n));
    }
    if (!load_devices(s->devices)) {
        return false;
    }
    ports_load(&s->ports);
    before = s;
    return true;
}

void snapshot_free(Snapshot *s)
{
    if (before == s) {
        before = NULL;
    }
    for (unsigned n = 0; n < s->memories->len; n++) {
        g_ptr_array_unref(g_array_index(s->memories, Memory, n).pages);
    }
    g_array_unref(s->memories);
    g_clear_pointer(&s->devices, g_bytes_unref);
    ports_free(&s->ports);
    g_free(s);
}

int64_t snapshot_ns(const Snapshot *s)
{
    return s->ns;
}
