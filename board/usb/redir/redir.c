/*
 * usbredir: the board's device for another QEMU, or a SPICE client, by the protocol of usbredirparser.
 *
 *   -chardev socket,id=r,host=localhost,port=4000,server=on,wait=off -device stm32-usbredir,chardev=r
 *
 * and there, with a USB controller:  -chardev socket,id=r,host=localhost,port=4000
 *                                    -device usb-redir,chardev=r
 *
 * This is the side that has the device ("usb-host").  It has been enumerated (gadget.h) before the other
 * side is told of it.
 *
 * Deliberately different: no filters, no bulk streams (USB 3), no buffered bulk input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "stm32/board/usb/redir/state.h"

OBJECT_DECLARE_SIMPLE_TYPE(Redir, REDIR)

/* ---- What the other side is told of the device ---- */

static void announce(Redir *r)
{
    Gadget *g = redir_gadget(r);
    const uint8_t *d = g->device;
    struct usb_redir_device_connect_header h = {
        .speed = MIN(host_bus_speed(&g->bus), (unsigned)usb_redir_speed_high),
        .device_class = d[4], .device_subclass = d[5], .device_protocol = d[6],
        .vendor_id = get16(d + 8), .product_id = get16(d + 10), .device_version_bcd = get16(d + 12),
    };

    if (r->parser && r->greeted && g->found && !r->connected) {
        r->connected = true;
        redir_describe(r);
        usbredirparser_send_device_connect(r->parser, &h);
        redir_push(r);
    }
}

/* ---- Bytes ---- */

static gboolean flush(void *do_not_use, GIOCondition condition, void *opaque)
{
    Redir *r = opaque;

    r->watch = 0;
    redir_push(r);
    return G_SOURCE_REMOVE;
}

static int parser_write(void *opaque, uint8_t *data, int count)
{
    Redir *r = opaque;
    int done;

    if (!r->parser) {
        return 0;                   /* the other side has gone while it was written to */
    }
    done = qemu_chr_fe_write(&r->chr, data, count);
    if (!r->parser) {
        return 0;
    }
    if (done < count && !r->watch) {
        r->watch = qemu_chr_fe_add_watch(&r->chr, G_IO_OUT | G_IO_HUP, flush, r);
    }
    return MAX(done, 0);
}

static int parser_read(void *opaque, uint8_t *data, int count)
{
    Redir *r = opaque;
    int taken = !r->parser || r->resetting || r->dropping ? 0 : MIN(count, (int)r->in->len);

    memcpy(data, r->in->data, taken);
    g_byte_array_remove_range(r->in, 0, taken);
    return taken;
}

static void pump(Redir *r)
{
    if (r->parser && usbredirparser_do_read(r->parser) == usbredirparser_read_parse_error) {
        redir_drop(r, "what it says is not usbredir");
    }
    redir_push(r);
}

static int can_receive(void *opaque)
{
    Redir *r = opaque;

    return r->parser && !r->resetting && !r->dropping ? 65536 : 0;
}

static void receive(void *opaque, const uint8_t *data, int length)
{
    Redir *r = opaque;

    g_byte_array_append(r->in, data, length);
    pump(r);
}

/* ---- The other side ---- */

static void hello(void *opaque, struct usb_redir_hello_header *h)
{
    Redir *r = opaque;

    r->greeted = true;
    announce(r);
}

static void reset(void *opaque)
{
    Redir *r = opaque;

    if (redir_gadget(r)->found) {
        r->resetting = true;
        streams_stop(r);
        gadget_reset(redir_gadget(r));
    }
}

static void restored(void *opaque)
{
    Redir *r = REDIR(opaque);

    r->resetting = false;
    pump(r);
    qemu_chr_fe_accept_input(&r->chr);
}

static void ignore(void *opaque)
{
}

static void ignore_filter(void *opaque, struct usbredirfilter_rule *rules, int count)
{
    free(rules);
}

static void refuse(void *opaque)
{
    Redir *r = opaque;

    usb_plug_say(USB_PLUG(r), "the other side does not want the device: its filter rejects it");
}

static void parser_log(void *opaque, int level, const char *text)
{
}

static void meet(Redir *r)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {};
    struct usbredirparser *p = usbredirparser_create();

    p->priv = r;
    p->log_func = parser_log;
    p->read_func = parser_read;
    p->write_func = parser_write;
    p->hello_func = hello;
    p->reset_func = reset;
    p->filter_reject_func = refuse;
    p->filter_filter_func = ignore_filter;
    p->device_disconnect_ack_func = ignore;
    unused_init(p);
    packets_init(p);
    streams_init(p);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_device_disconnect_ack);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_init(p, "stm32f407g_disc", caps, USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host);
    r->parser = p;
    r->greeted = r->connected = r->dropping = false;
    g_byte_array_set_size(r->in, 0);
    redir_push(r);
}

static void destroy(void *opaque)
{
    usbredirparser_destroy(opaque);
}

/* We may be in one of the parser's calls: it goes later. */
static void part(Redir *r)
{
    struct usbredirparser *parser = r->parser;

    if (!parser) {
        return;
    }
    r->parser = NULL;
    g_clear_handle_id(&r->watch, g_source_remove);
    streams_stop(r);
    packets_cancel(r);
    aio_bh_schedule_oneshot(qemu_get_aio_context(), destroy, parser);
}

static void event(void *opaque, QEMUChrEvent event)
{
    Redir *r = opaque;

    if (event == CHR_EVENT_OPENED) {
        part(r);
        meet(r);
    } else if (event == CHR_EVENT_CLOSED) {
        part(r);
    }
}

/* ---- The device ---- */

static void found(void *opaque)
{
    g_autofree char *summary = usb_summary(&USB_PLUG(opaque)->gadget);

    usb_plug_say(opaque, "%s", summary);
    announce(REDIR(opaque));
}

static void gone(void *opaque)
{
    Redir *r = REDIR(opaque);

    streams_stop(r);
    r->resetting = false;
    if (r->parser && r->connected) {
        r->connected = false;
        usbredirparser_send_device_disconnect(r->parser);
        redir_push(r);
    }
    usb_plug_say(opaque, "the device has gone");
    qemu_chr_fe_accept_input(&r->chr);
}

static void redir_open(UsbPlug *plug, Error **errp)
{
    Redir *r = REDIR(plug);

    if (!qemu_chr_fe_backend_connected(&r->chr)) {
        error_setg(errp, "a " TYPE_REDIR " needs chardev=ID");
        return;
    }
    r->in = g_byte_array_new();
    QTAILQ_INIT(&r->jobs);
    for (unsigned i = 0; i < USB_ENDPOINTS; i++) {
        r->stream[i].redir = r;
    }
    qemu_chr_fe_set_handlers(&r->chr, can_receive, receive, event, NULL, r, NULL, true);
}

static const Property redir_properties[] = {
    DEFINE_PROP_CHR("chardev", Redir, chr),
};

static void redir_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    UsbPlugClass *pc = USB_PLUG_CLASS(klass);

    dc->desc = "usbredir: the board's USB device for another QEMU or a SPICE client";
    pc->open = redir_open;
    pc->gadget = (GadgetOps) { .found = found, .gone = gone, .restored = restored };
    device_class_set_props(dc, redir_properties);
}

static const TypeInfo redir_types[] = { {
    .name = TYPE_REDIR, .parent = TYPE_USB_PLUG, .instance_size = sizeof(Redir),
    .class_init = redir_class_init,
} };
DEFINE_TYPES(redir_types)
