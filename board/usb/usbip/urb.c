/*
 * What clients submit and take back, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/usbip/state.h"

static const GadgetEndpoint *endpoint_of(Gadget *g, const uint8_t *header)
{
    uint32_t endpoint = word(header, W_ENDPOINT);

    return endpoint < USB_ENDPOINTS ? &g->endpoint[endpoint && word(header, W_DIRECTION)][endpoint] : NULL;
}

/* Isochronous packets of it; others have 0 or -1. */
static uint32_t packets_of(Gadget *g, const uint8_t *header)
{
    const GadgetEndpoint *e = endpoint_of(g, header);

    return e && e->there && e->kind == TRANSFER_ISOCHRONOUS ? word(header, W_PACKETS) : 0;
}

uint64_t urb_size(Gadget *g, const uint8_t *header)
{
    uint32_t length = word(header, W_LENGTH), packets = packets_of(g, header);

    if (length > MAX_URB || packets > MAX_PACKETS || word(header, W_DIRECTION) > 1) {
        return 0;
    }
    return CMD_HEADER + (word(header, W_DIRECTION) ? 0 : length) + packets * ISO_DESCRIPTOR;
}

static int32_t linux_status(TransferStatus status)
{
    switch (status) {
    case TRANSFER_DONE:
        return 0;
    case TRANSFER_STALLED:
        return -LINUX_EPIPE;
    case TRANSFER_BABBLE:
        return -LINUX_EOVERFLOW;
    case TRANSFER_MISSED:
        return -LINUX_EXDEV;
    case TRANSFER_TIMED_OUT:
        return -LINUX_ETIMEDOUT;
    case TRANSFER_CANCELLED:
        return -LINUX_ECONNRESET;
    case TRANSFER_GONE:
        return -LINUX_ESHUTDOWN;
    default:
        return -LINUX_EPROTO;
    }
}

/* ---- The answer ---- */

static void say_packets(Urb *u)
{
    for (unsigned i = 0; i < u->t.packets; i++) {
        const IsoPacket *p = &u->t.packet[i];
        uint8_t row[ISO_DESCRIPTOR];

        set_word(row, 0, p->offset);
        set_word(row, 1, p->length);
        set_word(row, 2, p->actual);
        set_word(row, 3, linux_status(p->status));
        client_say(u->client, row, sizeof(row));
    }
}

/* Of isochronous data that have come the gaps are left out. */
static void say_data(Urb *u)
{
    if (!u->t.in) {
        return;
    }
    if (!u->t.packets) {
        client_say(u->client, u->t.data, u->t.actual);
    }
    for (unsigned i = 0; i < u->t.packets; i++) {
        client_say(u->client, u->t.data + u->t.packet[i].offset, u->t.packet[i].actual);
    }
}

static void say_result(Urb *u)
{
    uint8_t header[CMD_HEADER] = {};
    int32_t status = linux_status(u->t.status);
    unsigned errors = 0;

    for (unsigned i = 0; i < u->t.packets; i++) {
        errors += u->t.packet[i].status != TRANSFER_DONE;
    }
    if (!status && (u->flags & FLAG_SHORT_NOT_OK) && u->t.in && u->t.actual < u->t.length) {
        status = -LINUX_EREMOTEIO;
    }
    set_word(header, W_COMMAND, RET_SUBMIT);
    set_word(header, W_SEQNUM, u->seqnum);
    set_word(header, W_STATUS, status);
    set_word(header, W_ACTUAL, u->t.actual);
    set_word(header, W_START_FRAME, u->t.start_frame);
    set_word(header, W_PACKETS, u->t.packets ?: UINT32_MAX);
    set_word(header, W_ERRORS, errors);
    client_say(u->client, header, sizeof(header));
    say_data(u);
    say_packets(u);
}

static void urb_done(void *opaque, Transfer *t)
{
    Urb *u = opaque;
    Client *c = u->client;

    QTAILQ_REMOVE(&c->urbs, u, next);
    if (!u->unlinked) {
        say_result(u);
    }
    c->held -= u->held;
    g_free(t->packet);
    g_free(t->data);
    g_free(u);
    client_push(c);
}

/* ---- The command ---- */

/* False: one of them is not within the data. */
static bool take_packets(Urb *u, const uint8_t *row)
{
    for (unsigned i = 0; i < u->t.packets; i++, row += ISO_DESCRIPTOR) {
        IsoPacket *p = &u->t.packet[i];

        *p = (IsoPacket) { .offset = word(row, 0), .length = word(row, 1), .status = TRANSFER_MISSED };
        if (p->length > u->t.length || p->offset > u->t.length - p->length) {
            p->length = p->offset = 0;
            return false;
        }
    }
    return true;
}

/* The device has its address, from us. */
static bool sets_address(const Urb *u)
{
    return u->t.kind == TRANSFER_CONTROL && !u->t.setup[0] && u->t.setup[1] == SET_ADDRESS;
}

static void fail(Urb *u, TransferStatus status)
{
    u->t.status = status;
    u->t.actual = 0;
    urb_done(u, &u->t);
}

void urb_submit(Client *c, const uint8_t *header)
{
    Gadget *g = &USB_PLUG(c->server)->gadget;
    bool in = word(header, W_DIRECTION);
    uint32_t length = word(header, W_LENGTH), packets = packets_of(g, header);
    const uint8_t *data = header + CMD_HEADER;
    Urb *u = g_new0(Urb, 1);
    bool sound;

    u->client = c;
    u->seqnum = word(header, W_SEQNUM);
    u->flags = word(header, W_FLAGS);
    u->t.done = urb_done;
    u->t.opaque = u;
    u->t.length = length;
    u->t.data = g_malloc0(MAX(length, 1));
    u->t.packets = packets;
    u->t.packet = g_new0(IsoPacket, packets);
    u->t.zero_packet = u->flags & FLAG_ZERO_PACKET;
    memcpy(u->t.setup, header + 4 * W_SETUP, sizeof(u->t.setup));
    u->held = sizeof(Urb) + length + packets * sizeof(IsoPacket);
    c->held += u->held;
    QTAILQ_INSERT_TAIL(&c->urbs, u, next);
    if (!in) {
        memcpy(u->t.data, data, length);
        data += length;
    }
    sound = take_packets(u, data) && gadget_aim(g, &u->t, in, word(header, W_ENDPOINT));
    if (u->t.kind == TRANSFER_CONTROL) {
        u->t.in = u->t.setup[0] & REQUEST_IN;
        sound &= get16(u->t.setup + 6) == length && (!length || u->t.in == in);
    }
    if (!sound) {
        fail(u, TRANSFER_FAILED);
    } else if (sets_address(u)) {
        fail(u, TRANSFER_DONE);
    } else {
        host_bus_submit(&g->bus, &u->t);
    }
}

static Urb *find(Client *c, uint32_t seqnum)
{
    Urb *u;

    QTAILQ_FOREACH(u, &c->urbs, next) {
        if (u->seqnum == seqnum) {
            return u;
        }
    }
    return NULL;
}

/* The URB is not answered any more, if it has not been. */
void urb_unlink(Client *c, const uint8_t *header)
{
    Urb *u = find(c, word(header, W_UNLINK));
    uint8_t answer[CMD_HEADER] = {};

    set_word(answer, W_COMMAND, RET_UNLINK);
    set_word(answer, W_SEQNUM, word(header, W_SEQNUM));
    if (u) {
        u->unlinked = true;
        host_bus_cancel(&USB_PLUG(c->server)->gadget.bus, &u->t);
        set_word(answer, W_STATUS, -LINUX_ECONNRESET);
    }
    client_say(c, answer, sizeof(answer));
}
