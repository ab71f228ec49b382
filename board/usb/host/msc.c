/*
 * Mass storage, as a block device of QEMU's: option msc=NAME makes a node of that name, which is what the device
 * has stored, and which QEMU's own server hands on:
 *
 *   -device stm32-usb-host,msc=stick      then, in the monitor:  nbd_server_start localhost:10809
 *                                                                nbd_server_add -w stick
 *   nbd-client, qemu-img, nbdcopy, a mount: nbd://localhost/stick
 *
 * It is read and written as fast as the bus allows, in virtual time.  While there is no device it has no medium.
 *
 * Deliberately different: what is under way when the machine is paused, or the server is stopped, fails: nobody can
 * wait for virtual time then.  So does what takes more than 30 s of the host's time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "block/block.h"
#include "block/block_int.h"
#include "qemu/main-loop.h"
#include "system/block-backend.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "stm32/board/usb/host/scsi.h"

#define DRIVER "stm32-usb-storage"
#define BLOCK 512
#define PATIENCE_MS 30000
#define MAX_MOVE 65536              /* bytes of a command */

typedef struct Request {
    Coroutine *co;
    bool write;
    uint64_t offset, bytes;
    uint8_t *data;
    int result;
    QSIMPLEQ_ENTRY(Request) next;
} Request;

typedef struct Msc {
    Scsi scsi;
    bool ready, working;
    BlockDriverState *node;
    QEMUTimer *patience;            /* of the host's time */
    QSIMPLEQ_HEAD(, Request) requests;
} Msc;

/* ---- Requests, one after the other ---- */

static void finish(Msc *m, Request *r, int result)
{
    r->result = result;
    aio_co_schedule(bdrv_get_aio_context(m->node), r->co);
}

static int coroutine_fn serve(Msc *m, Request *r)
{
    unsigned size = m->scsi.block_size;

    if (!m->ready) {
        return -ENOMEDIUM;
    }
    for (uint64_t done = 0; done < r->bytes;) {
        unsigned part = MIN(r->bytes - done, MAX_MOVE);
        int result = scsi_move(&m->scsi, r->write, (r->offset + done) / size, part / size, r->data + done);

        if (result < 0 || !m->ready) {
            return result < 0 ? result : -ENOMEDIUM;
        }
        done += part;
    }
    return 0;
}

static void coroutine_fn work(void *opaque)
{
    Msc *m = opaque;
    Request *r;

    m->working = true;
    while ((r = QSIMPLEQ_FIRST(&m->requests))) {
        int result;

        QSIMPLEQ_REMOVE_HEAD(&m->requests, next);
        result = serve(m, r);
        finish(m, r, result);
    }
    m->working = false;
    timer_del(m->patience);
}

static int coroutine_fn ask(BlockDriverState *bs, bool write, int64_t offset, int64_t bytes,
                            QEMUIOVector *iov)
{
    Msc *m = *(Msc **)bs->opaque;
    Request r = { .co = qemu_coroutine_self(), .write = write, .offset = offset, .bytes = bytes };

    if (!m->ready) {
        return -ENOMEDIUM;
    }
    r.data = g_malloc(bytes);
    if (write) {
        qemu_iovec_to_buf(iov, 0, r.data, bytes);
    }
    QSIMPLEQ_INSERT_TAIL(&m->requests, &r, next);
    timer_mod(m->patience, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + PATIENCE_MS);
    if (!m->working) {
        qemu_coroutine_enter(qemu_coroutine_create(work, m));
    }
    qemu_coroutine_yield();         /* until finish() */
    if (!write && !r.result) {
        qemu_iovec_from_buf(iov, 0, r.data, bytes);
    }
    g_free(r.data);
    return r.result;
}

/* Virtual time may not pass any more: who waits for it has waited in vain. */
static void give_up(void *opaque)
{
    Msc *m = opaque;
    Request *r;

    while ((r = QSIMPLEQ_FIRST(&m->requests))) {
        QSIMPLEQ_REMOVE_HEAD(&m->requests, next);
        finish(m, r, -EIO);
    }
    if (m->scsi.now) {
        host_bus_cancel(&m->scsi.class->gadget->bus, m->scsi.now);
    }
}

/* ---- The block driver ---- */

static Msc *opening;                /* the one that is being made */

static int storage_open(BlockDriverState *bs, QDict *options, int flags, Error **errp)
{
    if (!opening) {
        error_setg(errp, DRIVER " is made by -device stm32-usb-host,msc=NAME");
        return -EINVAL;
    }
    *(Msc **)bs->opaque = opening;
    return 0;
}

static int64_t coroutine_fn storage_length(BlockDriverState *bs)
{
    Msc *m = *(Msc **)bs->opaque;

    return m->ready ? (int64_t)m->scsi.blocks * m->scsi.block_size : 0;
}

static bool coroutine_fn storage_is_inserted(BlockDriverState *bs)
{
    return (*(Msc **)bs->opaque)->ready;
}

static void storage_limits(BlockDriverState *bs, Error **errp)
{
    bs->bl.request_alignment = BLOCK;
    bs->bl.max_transfer = 1 << 20;
    bs->bl.has_variable_length = true;
}

static int coroutine_fn storage_read(BlockDriverState *bs, int64_t offset, int64_t bytes, QEMUIOVector *iov,
                                     BdrvRequestFlags flags)
{
    return ask(bs, false, offset, bytes, iov);
}

static int coroutine_fn storage_write(BlockDriverState *bs, int64_t offset, int64_t bytes, QEMUIOVector *iov,
                                      BdrvRequestFlags flags)
{
    return ask(bs, true, offset, bytes, iov);
}

static void storage_drain(BlockDriverState *bs)
{
    give_up(*(Msc **)bs->opaque);
}

static BlockDriver storage_driver = {
    .format_name = DRIVER, .protocol_name = DRIVER, .instance_size = sizeof(Msc *),
    .bdrv_open = storage_open, .bdrv_co_getlength = storage_length,
    .bdrv_co_is_inserted = storage_is_inserted, .bdrv_refresh_limits = storage_limits, .bdrv_co_preadv = storage_read,
    .bdrv_co_pwritev = storage_write, .bdrv_drain_begin = storage_drain,
};

static void storage_driver_init(void)
{
    bdrv_register(&storage_driver);
}
block_init(storage_driver_init);

/* ---- The class ---- */

static bool msc_matches(const uint8_t *interface)
{
    return interface[5] == CLASS_STORAGE && interface[7] == 0x50;
}

static bool coroutine_fn msc_begin(HostClass *c)
{
    Msc *m = c->state;
    const Descriptors *d = gadget_configuration(c->gadget);
    const uint8_t *interface = host_class_interface(c);
    const uint8_t *in = interface ? descriptors_endpoint(d, interface, true, TRANSFER_BULK) : NULL;
    const uint8_t *out = interface ? descriptors_endpoint(d, interface, false, TRANSFER_BULK) : NULL;
    unsigned life = c->gadget->life;

    if (!in || !out) {
        return false;
    }
    m->scsi.in = in[2] & 15;
    m->scsi.out = out[2] & 15;
    m->ready = scsi_start(&m->scsi) && life == c->gadget->life && c->gadget->found;
    if (m->ready && m->node && m->scsi.block_size != BLOCK) {
        usb_plug_say(USB_PLUG(c->host), "msc=: only disks with blocks of 512 bytes are handed on");
        m->ready = false;
    }
    return m->ready;
}

static void msc_end(HostClass *c)
{
    Msc *m = c->state;

    m->ready = false;
    give_up(m);
}

static void msc_init(HostClass *c)
{
    Msc *m = c->state;

    m->scsi.class = c;
    QSIMPLEQ_INIT(&m->requests);
}

bool msc_open(HostClass *c, const char *name, Error **errp)
{
    Msc *m = c->state;
    QDict *options = qdict_new();
    BlockBackend *owner;

    qdict_put_str(options, "driver", DRIVER);
    qdict_put_str(options, "node-name", name);
    opening = m;
    m->node = bdrv_open(NULL, NULL, options, BDRV_O_RDWR, errp);
    opening = NULL;
    m->patience = aio_timer_new(qemu_get_aio_context(), QEMU_CLOCK_REALTIME, SCALE_MS, give_up, m);
    if (m->node) {                  /* so it is let go of at the end */
        owner = blk_new(qemu_get_aio_context(), 0, BLK_PERM_ALL);
        blk_insert_bs(owner, m->node, &error_abort);
        bdrv_unref(m->node);
    }
    return m->node;
}

const HostClassOps msc_ops = {
    .size = sizeof(Msc), .matches = msc_matches, .begin = msc_begin, .end = msc_end, .init = msc_init,
};
