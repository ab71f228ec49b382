/*
 * The built-in host: a PC in a few words, for who has none.
 *
 *   -chardev socket,id=tty,path=/tmp/tty,server=on,wait=off -device stm32-usb-host,cdc=tty
 *
 * It enumerates the board's device as Linux does (gadget.h), says what it has found and what is wrong with
 * it (-d guest_errors), and drives the first interface of each class that it knows: cdc.c (CDC-ACM), msc.c
 * (mass storage), hid.c, midi.c.
 *
 * Deliberately different: one device, no hubs; no audio, network or video.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "stm32/board/usb/host/class.h"

enum { CDC, HID, MIDI, MSC, CLASSES };

static const HostClassOps *const classes[CLASSES] = { &cdc_ops, &hid_ops, &midi_ops, &msc_ops };

struct UsbHostPlug {
    UsbPlug parent_obj;
    HostClass class[CLASSES];
    char *msc;
};

/* Who drives @interface? */
static HostClass *driver_of(UsbHostPlug *host, const uint8_t *interface)
{
    for (unsigned i = 0; i < CLASSES; i++) {
        HostClass *c = &host->class[i];

        if (!c->going && classes[i]->matches(interface)) {
            return c;
        }
    }
    return NULL;
}

static void coroutine_fn drive(UsbHostPlug *host, Gadget *g, const uint8_t *interface)
{
    HostClass *c = driver_of(host, interface);

    if (!c || interface[3] || interface[2] >= GADGET_INTERFACES) {
        return;
    }
    c->interface = interface[2];
    c->going = true;
    if (!c->ops->begin(c)) {
        c->ops->end(c);
        c->going = false;
    }
}

static void coroutine_fn found(void *opaque)
{
    UsbHostPlug *host = USB_HOST_PLUG(opaque);
    Gadget *g = &USB_PLUG(opaque)->gadget;
    const Descriptors *d = gadget_configuration(g);
    g_autofree char *summary = usb_summary(g);
    unsigned life = g->life;

    usb_plug_say(USB_PLUG(opaque), "%s", summary);
    for (const uint8_t *at = NULL; d && life == g->life && (at = descriptors_next(d, at));) {
        if (at[1] == DESC_INTERFACE) {
            drive(host, g, at);
        }
    }
}

static void gone(void *opaque)
{
    UsbHostPlug *host = USB_HOST_PLUG(opaque);

    for (unsigned i = 0; i < CLASSES; i++) {
        if (host->class[i].going) {
            host->class[i].going = false;
            classes[i]->end(&host->class[i]);
        }
    }
    usb_plug_say(USB_PLUG(opaque), "the device has gone");
}

static void host_open(UsbPlug *plug, Error **errp)
{
    UsbHostPlug *host = USB_HOST_PLUG(plug);

    for (unsigned i = 0; i < CLASSES; i++) {
        host->class[i].ops = classes[i];
        host->class[i].host = host;
        host->class[i].gadget = &plug->gadget;
        host->class[i].state = g_malloc0(classes[i]->size);
        classes[i]->init(&host->class[i]);
    }
    if (host->msc) {
        msc_open(&host->class[MSC], host->msc, errp);
    }
}

static const Property host_properties[] = {
    DEFINE_PROP_CHR("cdc", UsbHostPlug, class[CDC].chr),
    DEFINE_PROP_CHR("hid", UsbHostPlug, class[HID].chr),
    DEFINE_PROP_CHR("midi", UsbHostPlug, class[MIDI].chr),
    DEFINE_PROP_STRING("msc", UsbHostPlug, msc),
};

static void usb_host_plug_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    UsbPlugClass *pc = USB_PLUG_CLASS(klass);

    dc->desc = "a host at the USB cable, when the board is the device";
    pc->open = host_open;
    pc->gadget = (GadgetOps) { .found = found, .gone = gone };
    device_class_set_props(dc, host_properties);
}

static const TypeInfo usb_host_plug_types[] = { {
    .name = TYPE_USB_HOST_PLUG, .parent = TYPE_USB_PLUG, .instance_size = sizeof(UsbHostPlug),
    .class_init = usb_host_plug_class_init,
} };
DEFINE_TYPES(usb_host_plug_types)
