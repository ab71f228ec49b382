/*
 * usbredir: packets that the other side submits, and takes back; configurations that it sets.  See state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/redir/state.h"

/* ---- The answer ---- */

static void answer_control(Job *j, uint8_t *data, unsigned length)
{
    struct usb_redir_control_packet_header h = {
        .endpoint = j->endpoint, .requesttype = j->t.setup[0], .request = j->t.setup[1],
        .value = get16(j->t.setup + 2), .index = get16(j->t.setup + 4), .length = j->t.actual,
        .status = redir_status(j->t.status),
    };

    usbredirparser_send_control_packet(j->redir->parser, j->id, &h, data, length);
}

static void answer_bulk(Job *j, uint8_t *data, unsigned length)
{
    struct usb_redir_bulk_packet_header h = {
        .endpoint = j->endpoint, .status = redir_status(j->t.status), .length = j->t.actual,
        .length_high = j->t.actual >> 16,
    };

    usbredirparser_send_bulk_packet(j->redir->parser, j->id, &h, data, length);
}

static void answer_interrupt(Job *j)
{
    struct usb_redir_interrupt_packet_header h = {
        .endpoint = j->endpoint, .status = redir_status(j->t.status), .length = j->t.actual,
    };

    usbredirparser_send_interrupt_packet(j->redir->parser, j->id, &h, NULL, 0);
}

static void answer_configuration(Job *j)
{
    struct usb_redir_configuration_status_header h = {
        .status = redir_status(j->t.status), .configuration = redir_gadget(j->redir)->configuration,
    };

    redir_describe(j->redir);
    usbredirparser_send_configuration_status(j->redir->parser, j->id, &h);
}

static void answer_setting(Job *j)
{
    unsigned interface = j->t.setup[4] % GADGET_INTERFACES;
    struct usb_redir_alt_setting_status_header h = {
        .status = redir_status(j->t.status), .interface = interface,
        .alt = redir_gadget(j->redir)->alternate[interface],
    };

    redir_describe(j->redir);
    usbredirparser_send_alt_setting_status(j->redir->parser, j->id, &h);
}

static void answer(Job *j)
{
    bool in = j->endpoint & 0x80 && j->t.actual;
    uint8_t *data = in ? j->t.data : NULL;
    unsigned length = in ? j->t.actual : 0;

    switch (j->type) {
    case usb_redir_control_packet:
        answer_control(j, data, length);
        break;
    case usb_redir_bulk_packet:
        answer_bulk(j, data, length);
        break;
    case usb_redir_interrupt_packet:
        answer_interrupt(j);
        break;
    case usb_redir_set_configuration:
        answer_configuration(j);
        break;
    case usb_redir_set_alt_setting:
        answer_setting(j);
        break;
    default:
        break;                      /* isochronous OUT: nobody waits */
    }
    redir_push(j->redir);
}

static void job_done(void *opaque, Transfer *t)
{
    Job *j = opaque;
    Redir *r = j->redir;

    QTAILQ_REMOVE(&r->jobs, j, next);
    r->held -= j->held;
    r->iso_out -= j->type == usb_redir_iso_packet;
    if (r->parser) {
        answer(j);
    }
    g_free(t->data);
    g_free(j);
}

/* ---- The packet ---- */

static Job *job_new(Redir *r, unsigned type, uint64_t id, uint8_t endpoint, unsigned length)
{
    Job *j = g_new0(Job, 1);

    j->redir = r;
    j->type = type;
    j->id = id;
    j->endpoint = endpoint;
    j->held = sizeof(Job) + length;
    j->t.length = length;
    j->t.data = g_malloc0(MAX(length, 1));
    j->t.done = job_done;
    j->t.opaque = j;
    r->held += j->held;
    r->iso_out += type == usb_redir_iso_packet;
    QTAILQ_INSERT_TAIL(&r->jobs, j, next);
    return j;
}

/* As the endpoint has it, or it fails. */
static void submit(Job *j, TransferKind kind)
{
    Gadget *g = redir_gadget(j->redir);
    bool in = j->endpoint & 0x80;

    if (!gadget_aim(g, &j->t, in, j->endpoint & 0x7f) || j->t.kind != kind) {
        j->t.status = TRANSFER_FAILED;
        job_done(j, &j->t);
    } else {
        j->t.in = in;
        host_bus_submit(&g->bus, &j->t);
    }
}

static void set_setup(Job *j, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                      uint16_t length)
{
    uint8_t setup[8] = { type, request, value, value >> 8, index, index >> 8, length, length >> 8 };

    memcpy(j->t.setup, setup, sizeof(setup));
}

/* @data of the other side's, @got of them, go OUT. */
static void fill(Job *j, uint8_t *data, int got)
{
    if (!(j->endpoint & 0x80) && data) {
        memcpy(j->t.data, data, MIN(j->t.length, (unsigned)MAX(got, 0)));
    }
    usbredirparser_free_packet_data(j->redir->parser, data);
}

/* May it go on? */
static bool check(Redir *r, uint64_t length, uint8_t *data)
{
    if (length <= MAX_TRANSFER && r->held <= MAX_HELD) {
        return true;
    }
    usbredirparser_free_packet_data(r->parser, data);
    redir_drop(r, "it wants too much at a time");
    return false;
}

static void control_packet(void *opaque, uint64_t id, struct usb_redir_control_packet_header *h,
                           uint8_t *data, int got)
{
    Redir *r = opaque;
    Job *j;

    if (check(r, h->length, data)) {
        j = job_new(r, usb_redir_control_packet, id, (h->endpoint & 0x7f) | (h->requesttype & 0x80),
                    h->length);
        set_setup(j, h->requesttype, h->request, h->value, h->index, h->length);
        fill(j, data, got);
        submit(j, TRANSFER_CONTROL);
    }
}

static void bulk_packet(void *opaque, uint64_t id, struct usb_redir_bulk_packet_header *h, uint8_t *data,
                        int got)
{
    Redir *r = opaque;
    uint64_t length = h->length | (uint64_t)h->length_high << 16;
    Job *j;

    if (check(r, length, data)) {
        j = job_new(r, usb_redir_bulk_packet, id, h->endpoint, length);
        fill(j, data, got);
        submit(j, TRANSFER_BULK);
    }
}

static void interrupt_packet(void *opaque, uint64_t id, struct usb_redir_interrupt_packet_header *h,
                             uint8_t *data, int got)
{
    Redir *r = opaque;
    Job *j;

    if (check(r, h->length, data)) {
        j = job_new(r, usb_redir_interrupt_packet, id, h->endpoint & 0x7f, h->length);
        fill(j, data, got);
        submit(j, TRANSFER_INTERRUPT);
    }
}

/* OUT: a frame's worth.  What comes faster than it goes is lost, as any that comes too late. */
static void iso_packet(void *opaque, uint64_t id, struct usb_redir_iso_packet_header *h, uint8_t *data,
                       int got)
{
    Redir *r = opaque;
    Job *j;

    if (r->iso_out >= ISO_OUT_PACKETS) {
        usbredirparser_free_packet_data(r->parser, data);
    } else if (check(r, h->length, data)) {
        j = job_new(r, usb_redir_iso_packet, id, h->endpoint & 0x7f, h->length);
        j->packet.length = h->length;
        j->t.packet = &j->packet;
        j->t.packets = 1;
        fill(j, data, got);
        submit(j, TRANSFER_ISOCHRONOUS);
    }
}

static void cancel_data_packet(void *opaque, uint64_t id)
{
    Redir *r = opaque;
    Job *j;

    QTAILQ_FOREACH(j, &r->jobs, next) {
        if (j->id == id && j->type != usb_redir_iso_packet) {
            host_bus_cancel(&redir_gadget(r)->bus, &j->t);
            return;
        }
    }
}

void packets_cancel(Redir *r)
{
    Job *j, *next;

    QTAILQ_FOREACH_SAFE(j, &r->jobs, next, next) {
        host_bus_cancel(&redir_gadget(r)->bus, &j->t);
    }
}

/* ---- Configuration ---- */

static void set_configuration(void *opaque, uint64_t id, struct usb_redir_set_configuration_header *h)
{
    Job *j = job_new(opaque, usb_redir_set_configuration, id, 0, 0);

    streams_stop(opaque);
    set_setup(j, 0, SET_CONFIGURATION, h->configuration, 0, 0);
    submit(j, TRANSFER_CONTROL);
}

static void set_alt_setting(void *opaque, uint64_t id, struct usb_redir_set_alt_setting_header *h)
{
    Job *j = job_new(opaque, usb_redir_set_alt_setting, id, 0, 0);

    set_setup(j, REQUEST_INTERFACE, SET_INTERFACE, h->alt, h->interface, 0);
    submit(j, TRANSFER_CONTROL);
}

static void get_configuration(void *opaque, uint64_t id)
{
    Redir *r = opaque;
    struct usb_redir_configuration_status_header h = {
        .status = usb_redir_success, .configuration = redir_gadget(r)->configuration,
    };

    usbredirparser_send_configuration_status(r->parser, id, &h);
}

static void get_alt_setting(void *opaque, uint64_t id, struct usb_redir_get_alt_setting_header *get)
{
    Redir *r = opaque;
    struct usb_redir_alt_setting_status_header h = {
        .status = usb_redir_success, .interface = get->interface,
        .alt = redir_gadget(r)->alternate[get->interface % GADGET_INTERFACES],
    };

    usbredirparser_send_alt_setting_status(r->parser, id, &h);
}

void packets_init(struct usbredirparser *parser)
{
    parser->control_packet_func = control_packet;
    parser->bulk_packet_func = bulk_packet;
    parser->interrupt_packet_func = interrupt_packet;
    parser->iso_packet_func = iso_packet;
    parser->cancel_data_packet_func = cancel_data_packet;
    parser->set_configuration_func = set_configuration;
    parser->get_configuration_func = get_configuration;
    parser->set_alt_setting_func = set_alt_setting;
    parser->get_alt_setting_func = get_alt_setting;
}
