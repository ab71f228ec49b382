/*
 * The port of QEMU's USB bus that an OTG host has: what is plugged in, its speed, and what it has to say by itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/far.h"

#define HOST(port) ((Otg *)(port)->opaque)

bool otg_far_is_there(const Otg *s)
{
    return s->h.port.dev && s->h.port.dev->attached;
}

unsigned otg_far_speed(Otg *s, unsigned address)
{
    USBDevice *dev = address ? far_device(s, address) : NULL;

    dev = dev ?: s->h.port.dev;
    return dev ? dev->speed : USB_SPEED_FULL;
}

/* What the core can do with the PHY it has chosen. */
static unsigned speeds(const Otg *s)
{
    unsigned mask = USB_SPEED_MASK_LOW | USB_SPEED_MASK_FULL;

    return otg_uses_ulpi(s) && !reg_get(s, HCFG, FSLSS) ? mask | USB_SPEED_MASK_HIGH : mask;
}

void otg_far_reset(Otg *s)
{
    OtgHost *h = &s->h;

    otg_far_cancel(s);
    far_reset_toggles(s);
    if (!otg_far_is_there(s)) {
        return;
    }
    h->resetting = true;
    h->port.speedmask = speeds(s);
    usb_port_reset(&h->port);
    h->resetting = false;
}

static void plug_changed(Otg *s)
{
    if (!s->h.resetting) {
        periph_update(&s->parent_obj);
    }
}

static void port_attach(USBPort *port)
{
    plug_changed(HOST(port));
}

/* The device is still there while this runs. */
static void port_detach(USBPort *port)
{
    Otg *s = HOST(port);

    far_cancel_device(s, NULL);
    if (!s->h.resetting) {
        USBDevice *dev = port->dev;

        port->dev = NULL;
        periph_update(&s->parent_obj);
        port->dev = dev;
    }
}

static void port_child_detach(USBPort *port, USBDevice *child)
{
    far_cancel_device(HOST(port), child);
}

static void port_wakeup(USBPort *port)
{
    Otg *s = HOST(port);

    s->h.woken = true;
    periph_update(&s->parent_obj);
}

/* Channels that were told NAK ask again. */
static void endpoint_is_ready(Otg *s)
{
    for (unsigned n = 0; n < s->n_channels; n++) {
        s->h.channel[n].nak = false;
    }
    periph_update(&s->parent_obj);
}

static void port_complete(USBPort *port, USBPacket *packet)
{
    OtgPending *p = container_of(packet, OtgPending, packet);

    if (packet->status == USB_RET_REMOVE_FROM_QUEUE) {
        usb_cancel_packet(packet);
        p->used = false;
        return;
    }
    far_note(p);
    endpoint_is_ready(HOST(port));
}

static void bus_wakeup_endpoint(USBBus *bus, USBEndpoint *ep, unsigned stream)
{
    Otg *s = container_of(bus, Otg, h.bus);

    endpoint_is_ready(s);
}

static USBPortOps port_ops = {
    .attach = port_attach, .detach = port_detach, .child_detach = port_child_detach,
    .wakeup = port_wakeup, .complete = port_complete,
};

static USBBusOps bus_ops = { .wakeup_endpoint = bus_wakeup_endpoint };

void otg_far_init(Otg *s)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        usb_packet_init(&s->h.pending[i].packet);
    }
}

void otg_far_realize(Otg *s)
{
    DeviceState *dev = DEVICE(s);
    unsigned mask = USB_SPEED_MASK_LOW | USB_SPEED_MASK_FULL | (s->ulpi_fitted ? USB_SPEED_MASK_HIGH : 0);

    /* a bus is named after the id of its device, which devices of a board have not */
    dev->id = g_strdup(object_get_canonical_path_component(OBJECT(s)));
    usb_bus_new(&s->h.bus, sizeof(s->h.bus), &bus_ops, dev);
    g_clear_pointer(&dev->id, g_free);
    usb_register_port(&s->h.bus, &s->h.port, s, 0, &port_ops, mask);
}
