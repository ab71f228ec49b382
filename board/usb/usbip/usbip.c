/*
 * USB/IP: the board's device becomes one of a developer's Linux.
 *
 *   -device stm32-usbip                     then, on Linux: modprobe vhci-hcd
 *                                           usbip attach -r localhost -b 1-1
 *
 * A server, on localhost's port 3240 unless address= says otherwise.  The device has been enumerated (see
 * gadget.h) before a client gets it.  One client has the device at a time.
 *
 * Deliberately different: a reset of the device by the client's side is not handed on; USB/IP has none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/sockets.h"
#include "hw/qdev-properties.h"
#include "system/replay.h"
#include "stm32/board/usb/usbip/state.h"

#define DEFAULT_ADDRESS "127.0.0.1:3240"

static void found(void *opaque)
{
    UsbPlug *plug = opaque;
    g_autofree char *summary = usb_summary(&plug->gadget);

    usb_plug_say(plug, "%s, ready to be attached", summary);
}

/* Whoever has the device sees it pulled out. */
static void gone(void *opaque)
{
    Usbip *s = USBIP(opaque);
    Client *c, *next;

    QTAILQ_FOREACH_SAFE(c, &s->clients, next, next) {
        if (c->imported) {
            client_finish(c);
        }
    }
    usb_plug_say(opaque, "the device has gone");
}

static void come(QIONetListener *listener, QIOChannelSocket *channel, void *opaque)
{
    Usbip *s = opaque;

    if (s->count < MAX_CLIENTS) {
        client_new(s, channel);
    }
}

static void usbip_open(UsbPlug *plug, Error **errp)
{
    Usbip *s = USBIP(plug);
    const char *text = s->address ?: DEFAULT_ADDRESS;
    SocketAddress address = { .type = SOCKET_ADDRESS_TYPE_INET };
    Error *err = NULL;

    if (replay_mode != REPLAY_MODE_NONE) {
        error_setg(errp, "what comes by USB/IP cannot be recorded: use stm32-usbredir");
        return;
    }
    if (inet_parse(&address.u.inet, text, &err) < 0) {
        error_setg(errp, "address=%s: write it as address=127.0.0.1:3240", text);
        error_free(err);
        return;
    }
    QTAILQ_INIT(&s->clients);
    s->listener = qio_net_listener_new();
    qio_net_listener_set_name(s->listener, TYPE_USBIP);
    if (qio_net_listener_open_sync(s->listener, &address, MAX_CLIENTS, &err) < 0) {
        error_setg(errp, "address=%s: %s", text, error_get_pretty(err));
        error_free(err);
        object_unref(OBJECT(s->listener));
        s->listener = NULL;
        return;
    }
    qio_net_listener_set_client_func(s->listener, come, s, NULL);
}

static const Property usbip_properties[] = {
    DEFINE_PROP_STRING("address", Usbip, address),
};

static void usbip_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    UsbPlugClass *pc = USB_PLUG_CLASS(klass);

    dc->desc = "USB/IP server: the board's USB device for a real Linux";
    pc->open = usbip_open;
    pc->gadget = (GadgetOps) { .found = found, .gone = gone };
    device_class_set_props(dc, usbip_properties);
}

static const TypeInfo usbip_types[] = { {
    .name = TYPE_USBIP, .parent = TYPE_USB_PLUG, .instance_size = sizeof(Usbip),
    .class_init = usbip_class_init,
} };
DEFINE_TYPES(usbip_types)
