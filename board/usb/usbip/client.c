/*
 * A client of the USB/IP server: bytes in, commands.  One that talks nonsense, or asks and does not listen, is
 * dropped.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/usbip/state.h"

#define READ_SIZE 65536

static void say_header(Client *c, unsigned code, uint32_t status)
{
    uint8_t header[OP_HEADER];

    stw_be_p(header, USBIP_VERSION);
    stw_be_p(header + 2, code);
    stl_be_p(header + 4, status);
    client_say(c, header, sizeof(header));
}

static void say_list(Client *c)
{
    Gadget *g = &USB_PLUG(c->server)->gadget;
    const Descriptors *d = gadget_configuration(g);
    uint8_t device[OP_DEVICE], count[4];

    say_header(c, OP_REP_DEVLIST, OP_OK);
    stl_be_p(count, g->found);
    client_say(c, count, sizeof(count));
    if (!g->found) {
        return;
    }
    usbip_describe(c->server, device);
    client_say(c, device, sizeof(device));
    for (unsigned i = 0, left = device[OP_DEVICE - 1]; left && i < GADGET_INTERFACES; i++) {
        const uint8_t *at = d ? descriptors_interface(d, i, 0) : NULL;
        uint8_t row[4] = {};

        if (at) {
            memcpy(row, at + 5, 3);
            client_say(c, row, sizeof(row));
            left--;
        }
    }
}

static bool is_taken(Usbip *s)
{
    Client *c;

    QTAILQ_FOREACH(c, &s->clients, next) {
        if (c->imported) {
            return true;
        }
    }
    return false;
}

static void import(Client *c, const uint8_t *bus_id)
{
    Gadget *g = &USB_PLUG(c->server)->gadget;
    uint8_t device[OP_DEVICE];

    if (!g->found || is_taken(c->server) || strncmp((const char *)bus_id, USBIP_BUS_ID, OP_BUS_ID)) {
        say_header(c, OP_REP_IMPORT, OP_NOT_AVAILABLE);
        return;
    }
    c->imported = true;
    say_header(c, OP_REP_IMPORT, OP_OK);
    usbip_describe(c->server, device);
    client_say(c, device, sizeof(device));
    usb_plug_say(USB_PLUG(c->server), "the device is attached by a USB/IP client");
}

/* The first command in @c->in, before the device is imported: its bytes, 0 if there are not enough. */
static size_t take_op(Client *c)
{
    const uint8_t *in = c->in->data;

    if (c->in->len < OP_HEADER) {
        return 0;
    }
    switch (lduw_be_p(in + 2)) {
    case OP_REQ_DEVLIST:
        say_list(c);
        return OP_HEADER;
    case OP_REQ_IMPORT:
        if (c->in->len < OP_HEADER + OP_BUS_ID) {
            return 0;
        }
        import(c, in + OP_HEADER);
        return OP_HEADER + OP_BUS_ID;
    default:
        client_drop(c, "what it says is not USB/IP");
        return 0;
    }
}

/* ... and behind that. */
static size_t take_command(Client *c)
{
    const uint8_t *in = c->in->data;
    uint64_t size = CMD_HEADER;

    if (c->in->len < CMD_HEADER) {
        return 0;
    }
    switch (word(in, W_COMMAND)) {
    case CMD_SUBMIT:
        size = urb_size(&USB_PLUG(c->server)->gadget, in);
        if (!size) {
            client_drop(c, "a transfer that is too large");
            return 0;
        }
        if (c->in->len < size) {
            return 0;
        }
        urb_submit(c, in);
        return size;
    case CMD_UNLINK:
        urb_unlink(c, in);
        return size;
    default:
        client_drop(c, "what it says is not USB/IP");
        return 0;
    }
}

static void take_all(Client *c)
{
    size_t taken;

    do {
        taken = c->imported ? take_command(c) : take_op(c);
        if (c->server && taken) {
            g_byte_array_remove_range(c->in, 0, taken);
        }
    } while (c->server && taken);
    if (c->server && c->held + c->out->len > MAX_HELD) {
        client_drop(c, "it asks for more and more, and does not listen");
    }
    client_push(c);
}

static gboolean may_read(QIOChannel *channel, GIOCondition condition, void *opaque)
{
    Client *c = opaque;
    size_t had = c->in->len;
    ssize_t got;

    g_byte_array_set_size(c->in, had + READ_SIZE);
    got = qio_channel_read(channel, (char *)c->in->data + had, READ_SIZE, NULL);
    g_byte_array_set_size(c->in, had + MAX(got, 0));
    if (got > 0) {
        take_all(c);
    } else if (got != QIO_CHANNEL_ERR_BLOCK) {
        if (c->imported) {
            usb_plug_say(USB_PLUG(c->server), "the USB/IP client has left");
        }
        client_drop(c, NULL);
    }
    return G_SOURCE_CONTINUE;
}

void client_new(Usbip *s, QIOChannelSocket *channel)
{
    Client *c = g_new0(Client, 1);

    c->server = s;
    c->channel = channel;
    object_ref(OBJECT(channel));
    c->in = g_byte_array_new();
    c->out = g_byte_array_new();
    QTAILQ_INIT(&c->urbs);
    QTAILQ_INSERT_TAIL(&s->clients, c, next);
    s->count++;
    qio_channel_set_blocking(QIO_CHANNEL(channel), false, NULL);
    qio_channel_set_delay(QIO_CHANNEL(channel), false);
    c->in_watch = qio_channel_add_watch(QIO_CHANNEL(channel), G_IO_IN | G_IO_HUP | G_IO_ERR, may_read, c,
                                        NULL);
}
