/*
 * HID 1.11.  Option hid= is a chardev: each report that comes is a line of hexadecimal digits, and each such line
 * that is written there is an output report, with its number in front if the device numbers them.
 *
 * As Linux: idle is set to 0 (only changes are reported), output goes by the interrupt OUT endpoint if there is
 * one, and by SET_REPORT otherwise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/complain.h"
#include "stm32/board/usb/host/stream.h"

#define MAX_REPORT 256
#define MAX_QUEUE 16

enum { SET_REPORT = 9, SET_IDLE = 10 };
enum { OUTPUT_REPORT = 2 };

typedef struct Hid {
    Stream stream;
    bool numbered;                  /* reports begin with a number */
    GQueue *out;                    /* of GBytes, output reports */
    bool sending;
} Hid;

static bool hid_matches(const uint8_t *interface)
{
    return interface[5] == CLASS_HID;
}

/* ---- The report descriptor ---- */

/* Bytes of the item at @at, at most @left, or 0 if it is cut off. */
static unsigned item_size(const uint8_t *at, unsigned left)
{
    static const uint8_t sizes[] = { 1, 2, 3, 5 };
    unsigned size = at[0] == 0xfe ? left > 1 ? 3 + at[1] : UINT_MAX : sizes[at[0] & 3];

    return size <= left ? size : 0;
}

static void check_report_descriptor(HostClass *c, const uint8_t *data, unsigned length)
{
    Hid *hid = c->state;
    unsigned at = 0, size, collections = 0;

    for (; at < length && (size = item_size(data + at, length - at)); at += size) {
        unsigned tag = data[at] & 0xfc;

        hid->numbered |= tag == 0x84;
        collections += tag == 0xa0;
        if (tag == 0xc0 && !collections--) {
            collections = 0;
            COMPLAIN(c->gadget, USB052, "the report descriptor of interface %u ends a collection that has "
                     "not begun", c->interface);
        }
    }
    if (at < length) {
        COMPLAIN(c->gadget, USB053, "the report descriptor of interface %u ends within an item: Linux "
                 "refuses the interface", c->interface);
    } else if (collections) {
        COMPLAIN(c->gadget, USB054, "the report descriptor of interface %u does not end %u of its "
                 "collections: Linux refuses the interface", c->interface, collections);
    }
}

static void coroutine_fn read_report_descriptor(HostClass *c)
{
    uint8_t data[4096];
    unsigned length = 0;
    int got;

    for (const uint8_t *at = host_class_interface(c);
         at && (at = descriptors_in_interface(gadget_configuration(c->gadget), at));) {
        if (at[1] == DESC_HID) {
            length = MIN(get16(at + 7), sizeof(data));
        }
    }
    if (!length) {
        return;
    }
    got = gadget_request(c->gadget, REQUEST_IN | REQUEST_INTERFACE, GET_DESCRIPTOR, DESC_HID_REPORT << 8,
                         c->interface, data, length);
    if (got == -TRANSFER_GONE) {
        return;
    }
    if (got < 0) {
        COMPLAIN(c->gadget, USB055, "GET_DESCRIPTOR of the report of interface %u fails: %s; Linux and "
                 "Windows refuse the interface", c->interface, transfer_status_name(-got));
        return;
    }
    if (got != length) {
        COMPLAIN(c->gadget, USB056, "wDescriptorLength of interface %u is %u, but its report descriptor has "
                 "%d bytes: Linux refuses the interface", c->interface, length, got);
    }
    check_report_descriptor(c, data, got);
}

/* ---- Reports ---- */

static void came(Stream *s, const uint8_t *data, unsigned length, GString *text)
{
    for (unsigned i = 0; i < length; i++) {
        g_string_append_printf(text, "%02x", data[i]);
    }
    g_string_append_c(text, '\n');
}

static void coroutine_fn send_report(HostClass *c, GBytes *report)
{
    Hid *hid = c->state;
    gsize length;
    void *data = (void *)g_bytes_get_data(report, &length);

    if (hid->stream.out >= 0) {
        Transfer t = { .data = data, .length = length };

        if (gadget_aim(c->gadget, &t, false, hid->stream.out)) {
            gadget_transfer(c->gadget, &t);
        }
    } else if (gadget_request(c->gadget, REQUEST_CLASS | REQUEST_INTERFACE, SET_REPORT,
                              OUTPUT_REPORT << 8 | (hid->numbered ? *(uint8_t *)data : 0), c->interface,
                              data, length) == -TRANSFER_STALLED) {
        guest_mistake(c->gadget->path, USB057, "SET_REPORT is answered by STALL");
    }
}

static void coroutine_fn send_reports(void *opaque)
{
    HostClass *c = opaque;
    Hid *hid = c->state;
    GBytes *report;

    hid->sending = true;
    while (c->going && (report = g_queue_pop_head(hid->out))) {
        send_report(c, report);
        g_bytes_unref(report);
    }
    hid->sending = false;
    qemu_chr_fe_accept_input(&c->chr);
}

static void typed(Stream *s, const char *line)
{
    HostClass *c = s->class;
    Hid *hid = c->state;
    uint8_t data[MAX_REPORT];
    int length = stream_hex(line, data, sizeof(data));

    if (length < 0) {
        usb_plug_say(USB_PLUG(c->host), "hid=: a line that is no report; write it as 0102ff");
    } else if (length > 0) {
        g_queue_push_tail(hid->out, g_bytes_new(data, length));
        if (!hid->sending) {
            qemu_coroutine_enter(qemu_coroutine_create(send_reports, c));
        }
    }
}

/* ---- The class ---- */

static bool coroutine_fn hid_begin(HostClass *c)
{
    Hid *hid = c->state;
    const uint8_t *interface = host_class_interface(c);
    unsigned life = c->gadget->life;
    bool there = qemu_chr_fe_backend_connected(&c->chr);

    hid->numbered = false;
    if (!interface || !stream_find(&hid->stream, interface, TRANSFER_INTERRUPT)) {
        return false;
    }
    usb_plug_say(USB_PLUG(c->host), "interface %u is a HID%s", c->interface,
                 there ? "" : "; -device stm32-usb-host,hid=ID shows its reports");
    gadget_request(c->gadget, REQUEST_CLASS | REQUEST_INTERFACE, SET_IDLE, 0, c->interface, NULL, 0);
    read_report_descriptor(c);
    if (life != c->gadget->life || !c->gadget->found) {
        return false;
    }
    if (there) {
        stream_begin(&hid->stream);
    }
    return true;
}

static void hid_end(HostClass *c)
{
    Hid *hid = c->state;
    GBytes *report;

    stream_end(&hid->stream);
    while ((report = g_queue_pop_head(hid->out))) {
        g_bytes_unref(report);
    }
}

static Hid *hid_of(void *opaque)
{
    return ((HostClass *)opaque)->state;
}

static int can_type(void *opaque)
{
    Hid *hid = hid_of(opaque);

    return g_queue_get_length(hid->out) < MAX_QUEUE ? MIN(stream_room(&hid->stream), 2u * MAX_REPORT) : 0;
}

static void type(void *opaque, const uint8_t *data, int length)
{
    stream_typed(&hid_of(opaque)->stream, data, length);
}

static void event(void *opaque, QEMUChrEvent event)
{
    if (event == CHR_EVENT_OPENED || event == CHR_EVENT_CLOSED) {
        stream_open(&hid_of(opaque)->stream, event == CHR_EVENT_OPENED);
    }
}

static void hid_init(HostClass *c)
{
    Hid *hid = c->state;

    stream_init(&hid->stream, c);
    hid->stream.came = came;
    hid->stream.lines = true;
    hid->stream.typed = typed;
    hid->out = g_queue_new();
    qemu_chr_fe_set_handlers(&c->chr, can_type, type, event, NULL, c, NULL, true);
}

const HostClassOps hid_ops = {
    .size = sizeof(Hid), .matches = hid_matches, .begin = hid_begin, .end = hid_end, .init = hid_init,
};
