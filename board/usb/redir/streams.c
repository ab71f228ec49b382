/*
 * usbredir: endpoints that are read all the time, and what comes is sent on.  See state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/redir/state.h"

static RedirStream *stream_of(Redir *r, uint8_t endpoint)
{
    return &r->stream[endpoint % USB_ENDPOINTS];
}

static void stop(RedirStream *s)
{
    s->going = false;
    for (unsigned i = 0; i < s->transfers; i++) {
        host_bus_cancel(&redir_gadget(s->redir)->bus, &s->t[i]);
        g_clear_pointer(&s->t[i].data, g_free);
    }
    s->transfers = 0;
}

void streams_stop(Redir *r)
{
    for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
        stop(&r->stream[i]);
    }
}

static void say_interrupt(RedirStream *s, Transfer *t)
{
    struct usb_redir_interrupt_packet_header h = {
        .endpoint = s->endpoint, .status = redir_status(t->status), .length = t->actual,
    };

    usbredirparser_send_interrupt_packet(s->redir->parser, s->id++, &h, t->data, t->actual);
}

static void say_iso(RedirStream *s, Transfer *t)
{
    for (unsigned i = 0; i < t->packets; i++) {
        struct usb_redir_iso_packet_header h = {
            .endpoint = s->endpoint, .status = redir_status(t->packet[i].status),
            .length = t->packet[i].actual,
        };

        usbredirparser_send_iso_packet(s->redir->parser, s->id++, &h, t->data + t->packet[i].offset,
                                       t->packet[i].actual);
    }
}

static void stream_done(void *opaque, Transfer *t)
{
    RedirStream *s = opaque;
    Redir *r = s->redir;
    bool goes_on = t->status == TRANSFER_DONE || t->status == TRANSFER_BABBLE;

    if (!s->going || !r->parser) {
        return;
    }
    if (usbredirparser_get_bufferered_output_size(r->parser) > MAX_HELD) {
        redir_drop(r, "it does not listen");
        return;
    }
    if (t->kind == TRANSFER_ISOCHRONOUS) {
        say_iso(s, t);
    } else if (t->status == TRANSFER_DONE || t->status == TRANSFER_STALLED) {
        say_interrupt(s, t);
    }
    redir_push(r);
    if (s->going && goes_on) {
        host_bus_submit(&redir_gadget(r)->bus, t);
    }
}

/* @count transfers of @packets packets each (0: it is not isochronous).  False: no such endpoint. */
static bool start(RedirStream *s, uint8_t endpoint, TransferKind kind, unsigned count, unsigned packets)
{
    Gadget *g = redir_gadget(s->redir);
    Transfer aim = {};
    unsigned size;

    stop(s);
    if (!(endpoint & 0x80) || !gadget_aim(g, &aim, true, endpoint & 0x7f) || aim.kind != kind) {
        return false;
    }
    s->endpoint = endpoint;
    s->id = 0;
    s->going = true;
    size = aim.max_packet * MAX(aim.burst, 1);
    for (unsigned i = 0; i < count && s->going; i++) {
        Transfer *t = &s->t[i];

        *t = aim;
        t->length = size * MAX(packets, 1);
        t->data = g_malloc0(t->length);
        t->done = stream_done;
        t->opaque = s;
        t->packets = packets;
        t->packet = packets ? s->packet[i] : NULL;
        for (unsigned n = 0; n < packets; n++) {
            s->packet[i][n] = (IsoPacket) { .offset = n * size, .length = size };
        }
        s->transfers = i + 1;
        host_bus_submit(&g->bus, t);
    }
    return true;
}

/* ---- What the other side wants ---- */

static void start_interrupt_receiving(void *opaque, uint64_t id,
                                      struct usb_redir_start_interrupt_receiving_header *wanted)
{
    Redir *r = opaque;
    bool good = start(stream_of(r, wanted->endpoint), wanted->endpoint, TRANSFER_INTERRUPT, 2, 0);
    struct usb_redir_interrupt_receiving_status_header h = {
        .endpoint = wanted->endpoint, .status = good ? usb_redir_success : usb_redir_inval,
    };

    if (!r->parser) {
        return;                     /* the other side has gone meanwhile */
    }
    usbredirparser_send_interrupt_receiving_status(r->parser, id, &h);
}

static void stop_interrupt_receiving(void *opaque, uint64_t id,
                                     struct usb_redir_stop_interrupt_receiving_header *wanted)
{
    Redir *r = opaque;
    struct usb_redir_interrupt_receiving_status_header h = {
        .endpoint = wanted->endpoint, .status = usb_redir_success,
    };

    stop(stream_of(r, wanted->endpoint));
    usbredirparser_send_interrupt_receiving_status(r->parser, id, &h);
}

/* OUT needs nothing: each packet says where it goes. */
static void start_iso_stream(void *opaque, uint64_t id, struct usb_redir_start_iso_stream_header *wanted)
{
    Redir *r = opaque;
    unsigned count = MIN(MAX(wanted->no_urbs, 1), STREAM_TRANSFERS);
    unsigned packets = MIN(MAX(wanted->pkts_per_urb, 1), STREAM_PACKETS);
    bool good = !(wanted->endpoint & 0x80) || start(stream_of(r, wanted->endpoint), wanted->endpoint,
                                                    TRANSFER_ISOCHRONOUS, count, packets);
    struct usb_redir_iso_stream_status_header h = {
        .endpoint = wanted->endpoint, .status = good ? usb_redir_success : usb_redir_inval,
    };

    if (!r->parser) {
        return;
    }
    usbredirparser_send_iso_stream_status(r->parser, id, &h);
}

static void stop_iso_stream(void *opaque, uint64_t id, struct usb_redir_stop_iso_stream_header *wanted)
{
    Redir *r = opaque;
    struct usb_redir_iso_stream_status_header h = {
        .endpoint = wanted->endpoint, .status = usb_redir_success,
    };

    if (wanted->endpoint & 0x80) {
        stop(stream_of(r, wanted->endpoint));
    }
    usbredirparser_send_iso_stream_status(r->parser, id, &h);
}

void streams_init(struct usbredirparser *parser)
{
    parser->start_interrupt_receiving_func = start_interrupt_receiving;
    parser->stop_interrupt_receiving_func = stop_interrupt_receiving;
    parser->start_iso_stream_func = start_iso_stream;
    parser->stop_iso_stream_func = stop_iso_stream;
}
