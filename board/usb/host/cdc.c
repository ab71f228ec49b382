/*
 * CDC-ACM, a serial line over USB: PSTN 1.2.  Option cdc= is the chardev that is the terminal.
 *
 * As Linux's cdc_acm: 115200 8N1 is set, DTR and RTS are high while somebody is at the chardev, two packets
 * are read at a time, a break goes on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/board/usb/host/stream.h"

enum { SET_LINE_CODING = 0x20, SET_CONTROL_LINE_STATE = 0x22, SEND_BREAK = 0x23 };
enum { DTR = 1, RTS = 2 };

typedef struct Cdc {
    Stream stream;
    Transfer notice;                /* of the interrupt endpoint */
    uint8_t notice_data[64];
    bool lines;                     /* DTR and RTS, as told */
} Cdc;

static bool cdc_matches(const uint8_t *interface)
{
    return interface[5] == CLASS_CDC && interface[6] == 2;
}

static int coroutine_fn cdc_request(HostClass *c, uint8_t request, uint16_t value, void *data,
                                    unsigned length)
{
    return gadget_request(c->gadget, REQUEST_CLASS | REQUEST_INTERFACE, request, value, c->interface, data,
                          length);
}

static void coroutine_fn set_lines(void *opaque)
{
    HostClass *c = opaque;
    Cdc *cdc = c->state;
    int got;

    cdc->lines = cdc->stream.open;
    got = cdc_request(c, SET_CONTROL_LINE_STATE, cdc->lines ? DTR | RTS : 0, NULL, 0);

    if (got == -TRANSFER_STALLED) {
        guest_mistake(c->gadget->path, USB050, "SET_CONTROL_LINE_STATE is answered by STALL: the device "
                      "can't know whether a terminal is open");
    }
}

static void coroutine_fn send_break(void *opaque)
{
    cdc_request(opaque, SEND_BREAK, 250, NULL, 0);
}

static void in_coroutine(HostClass *c, CoroutineEntry *entry)
{
    Cdc *cdc = c->state;

    if (c->going && cdc->stream.going) {
        qemu_coroutine_enter(qemu_coroutine_create(entry, c));
    }
}

static void notice_done(void *opaque, Transfer *t)
{
    HostClass *c = opaque;
    Cdc *cdc = c->state;

    if (t->status == TRANSFER_DONE && cdc->stream.going) {
        host_bus_submit(&c->gadget->bus, t);
    }
}

static void listen_to_notices(HostClass *c)
{
    Cdc *cdc = c->state;
    const uint8_t *i = host_class_interface(c);
    const uint8_t *e = i ? descriptors_endpoint(gadget_configuration(c->gadget), i, true,
                                                TRANSFER_INTERRUPT) : NULL;

    cdc->notice = (Transfer) { .data = cdc->notice_data, .length = sizeof(cdc->notice_data),
                              .done = notice_done, .opaque = c };
    if (e && gadget_aim(c->gadget, &cdc->notice, true, e[2] & 15)) {
        host_bus_submit(&c->gadget->bus, &cdc->notice);
    }
}

/* The interface of the data, which the union names, or the one that follows. */
static unsigned data_interface(HostClass *c)
{
    for (const uint8_t *at = host_class_interface(c);
         at && (at = descriptors_in_interface(gadget_configuration(c->gadget), at));) {
        if (at[1] == DESC_CS_INTERFACE && at[2] == 6 && at[0] >= 5) {
            return at[4];
        }
    }
    return c->interface + 1;
}

/* Its endpoints, which may be there in another setting only. */
static bool coroutine_fn find_endpoints(HostClass *c)
{
    Cdc *cdc = c->state;
    const Descriptors *d = gadget_configuration(c->gadget);
    unsigned number = data_interface(c);

    for (unsigned alternate = 0; d && alternate < 4; alternate++) {
        const uint8_t *i = descriptors_interface(d, number, alternate);

        if (i && stream_find(&cdc->stream, i, TRANSFER_BULK) && cdc->stream.out >= 0) {
            cdc->stream.read_size *= 2;
            return !alternate || gadget_request(c->gadget, REQUEST_INTERFACE, SET_INTERFACE, alternate,
                                                number, NULL, 0) >= 0;
        }
    }
    return false;
}

static bool coroutine_fn cdc_begin(HostClass *c)
{
    Cdc *cdc = c->state;
    uint8_t coding[7] = { 115200 & 0xff, 115200 >> 8 & 0xff, 115200 >> 16, 0, 0, 0, 8 };
    unsigned life = c->gadget->life;
    bool there = qemu_chr_fe_backend_connected(&c->chr);

    if (!find_endpoints(c)) {
        return false;
    }
    usb_plug_say(USB_PLUG(c->host), "interface %u is a CDC-ACM serial line%s", c->interface,
                 there ? "" : "; -device stm32-usb-host,cdc=ID hands it on to a chardev");
    if (!there) {
        return true;
    }
    if (cdc_request(c, SET_LINE_CODING, 0, coding, sizeof(coding)) == -TRANSFER_STALLED) {
        guest_mistake(c->gadget->path, USB051, "SET_LINE_CODING is answered by STALL");
    }
    if (cdc->stream.open) {
        set_lines(c);
    }
    if (life != c->gadget->life || !c->gadget->found) {
        return false;
    }
    stream_begin(&cdc->stream);
    listen_to_notices(c);
    if (cdc->stream.open != cdc->lines) {
        in_coroutine(c, set_lines);         /* meanwhile */
    }
    return true;
}

static void cdc_end(HostClass *c)
{
    Cdc *cdc = c->state;

    stream_end(&cdc->stream);
    host_bus_cancel(&c->gadget->bus, &cdc->notice);
}

static void came(Stream *s, const uint8_t *data, unsigned length, GString *text)
{
    g_string_append_len(text, (const char *)data, length);
}

static Stream *stream_of(void *opaque)
{
    return &((Cdc *)((HostClass *)opaque)->state)->stream;
}

static int can_type(void *opaque)
{
    return stream_room(stream_of(opaque));
}

static void type(void *opaque, const uint8_t *data, int length)
{
    stream_typed(stream_of(opaque), data, length);
}

static void event(void *opaque, QEMUChrEvent event)
{
    if (event == CHR_EVENT_OPENED || event == CHR_EVENT_CLOSED) {
        stream_open(stream_of(opaque), event == CHR_EVENT_OPENED);
        in_coroutine(opaque, set_lines);
    } else if (event == CHR_EVENT_BREAK) {
        in_coroutine(opaque, send_break);
    }
}

static void cdc_init(HostClass *c)
{
    Cdc *cdc = c->state;

    stream_init(&cdc->stream, c);
    cdc->stream.came = came;
    qemu_chr_fe_set_handlers(&c->chr, can_type, type, event, NULL, c, NULL, true);
}

const HostClassOps cdc_ops = {
    .size = sizeof(Cdc), .matches = cdc_matches, .begin = cdc_begin, .end = cdc_end, .init = cdc_init,
};
