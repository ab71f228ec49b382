/*
 * The connection with a client of the USB/IP server: bytes that are said to it go out as fast as it takes them.  When
 * it ends, all ends that the client has submitted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "stm32/board/usb/usbip/state.h"

/* ---- The end ---- */

static void free_client(void *opaque)
{
    Client *c = opaque;

    qio_channel_close(QIO_CHANNEL(c->channel), NULL);
    object_unref(OBJECT(c->channel));
    g_byte_array_free(c->in, true);
    g_byte_array_free(c->out, true);
    g_free(c);
}

/* Nobody waits for an answer any more. */
static void cancel_all(Client *c)
{
    Urb *u, *next;

    QTAILQ_FOREACH(u, &c->urbs, next) {
        u->unlinked = true;
    }
    QTAILQ_FOREACH_SAFE(u, &c->urbs, next, next) {
        host_bus_cancel(&USB_PLUG(c->server)->gadget.bus, &u->t);
    }
}

void client_drop(Client *c, const char *why)
{
    Usbip *s = c->server;

    if (!c->channel || !s) {
        return;
    }
    if (why) {
        usb_plug_say(USB_PLUG(s), "a client is dropped: %s", why);
    }
    g_clear_handle_id(&c->in_watch, g_source_remove);
    g_clear_handle_id(&c->out_watch, g_source_remove);
    cancel_all(c);
    QTAILQ_REMOVE(&s->clients, c, next);
    s->count--;
    c->server = NULL;
    aio_bh_schedule_oneshot(qemu_get_aio_context(), free_client, c);    /* we may be in one of its calls */
}

/* ---- Out ---- */

static gboolean may_write(QIOChannel *channel, GIOCondition condition, void *opaque);

void client_push(Client *c)
{
    ssize_t done;

    if (!c->out->len || c->out_watch || !c->server) {
        return;
    }
    done = qio_channel_write(QIO_CHANNEL(c->channel), (char *)c->out->data, c->out->len, NULL);
    if (done > 0) {
        g_byte_array_remove_range(c->out, 0, done);
    } else if (done < 0 && done != QIO_CHANNEL_ERR_BLOCK) {
        client_drop(c, NULL);
        return;
    }
    if (c->out->len) {
        c->out_watch = qio_channel_add_watch(QIO_CHANNEL(c->channel), G_IO_OUT | G_IO_HUP | G_IO_ERR,
                                             may_write, c, NULL);
    } else if (c->closing) {
        client_drop(c, NULL);
    }
}

static gboolean may_write(QIOChannel *channel, GIOCondition condition, void *opaque)
{
    Client *c = opaque;

    c->out_watch = 0;
    client_push(c);
    return G_SOURCE_REMOVE;
}

void client_say(Client *c, const void *data, size_t length)
{
    if (c->server && length) {
        g_byte_array_append(c->out, data, length);
    }
}

void client_finish(Client *c)
{
    c->closing = true;
    if (!c->out->len) {
        client_drop(c, NULL);
    } else {
        client_push(c);
    }
}
