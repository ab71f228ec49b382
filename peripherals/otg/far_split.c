/*
 * Split transactions (USB 2.0 11.14 to 11.21): a hub of high speed has a transaction translator, which talks to devices
 * of full and low speed in the host's place.  A start-split tells it what to do, a complete-split asks what has come
 * of it; until that is so it says NYET.
 *
 * The hub is QEMU's (`usb-hub,high-speed=on`), which knows nothing of that: what its translator does is here.
 *
 * Deliberately different: a transaction begins when the start-split has come, not in the next microframe, and a packet
 * IN comes as a whole with the first complete-split behind its end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/far.h"

enum { XACT_MIDDLE, XACT_END, XACT_BEGIN, XACT_ALL };   /* HCSPLT.XACTPOS */

/* ---- Who translates ---- */

/* The hub that @dev is at, or NULL: it is at the root port. */
static USBDevice *hub_of(const Otg *s, const USBDevice *dev)
{
    return dev->port && dev->port != &s->h.port ? USB_DEVICE(dev->port->opaque) : NULL;
}

/* The hub of high speed that translates for @dev, and which of its ports; NULL: none does. */
static USBDevice *translator_of(const Otg *s, USBDevice *dev, unsigned *port)
{
    USBDevice *hub;

    if (dev->speed == USB_SPEED_HIGH) {
        return NULL;
    }
    while ((hub = hub_of(s, dev)) && hub->speed != USB_SPEED_HIGH) {
        dev = hub;
    }
    *port = dev->port ? dev->port->index + 1 : 0;
    return hub;
}

bool otg_far_needs_split(Otg *s, unsigned address)
{
    USBDevice *dev = otg_host_speed(s) == USB_SPEED_HIGH ? far_device(s, address) : NULL, *hub;
    unsigned port;

    hub = dev ? translator_of(s, dev, &port) : NULL;
    if (hub) {
        periph_mistake(&s->parent_obj, OTG066, "a transaction goes to device %u, which is of %s speed behind a hub of "
                       "high speed, without HCSPLT.SPLITEN: it does not hear it; the hub is device %u, its port %u",
                       address, dev->speed == USB_SPEED_LOW ? "low" : "full", hub->addr, port);
    }
    return hub;
}

/* ---- The halves ---- */

/* Isochronous OUT: in parts of up to 188 bytes.  Is this the last? */
static bool collect(OtgTranslation *t, const UsbToken *token, unsigned position)
{
    unsigned bytes;

    if (position == XACT_ALL || position == XACT_BEGIN) {
        t->length = 0;
    }
    bytes = MIN(token->length, sizeof(t->data) - t->length);
    memcpy(t->data + t->length, token->data, bytes);
    t->length += bytes;
    t->collects = position == XACT_BEGIN || position == XACT_MIDDLE;
    return !t->collects;
}

static UsbAnswer start(Otg *s, USBDevice *dev, UsbToken *token, unsigned max_packet, unsigned position, unsigned type,
                       OtgTranslation key)
{
    bool in = token->pid == USB_TOKEN_IN;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    OtgTranslation *t = far_find_translation(s, token, in) ?: far_place_translation(s, far_is_periodic(type));
    UsbToken there = *token;

    if (!t || (t->used && !t->collects && t->ready_at > now)) {
        return USB_NAK;                 /* it is at work */
    }
    if (!t->used || !t->collects) {
        *t = key;
    }
    there.data = t->data;
    if (!in && type == EP_ISOCHRONOUS) {
        if (!collect(t, token, position)) {
            return USB_ACK;
        }
        there.length = t->length;
    } else if (!in) {
        memcpy(t->data, token->data, MIN(token->length, sizeof(t->data)));
    }
    t->answer = otg_far_token(s, &there, max_packet);
    t->toggle = there.toggle;
    t->length = there.length;
    t->ready_at = now + usb_token_ns(dev->speed, token->pid, MIN(there.length, USB_MAX_PACKET), t->answer,
                                     type == EP_ISOCHRONOUS);
    t->used = in || type != EP_ISOCHRONOUS;
    return USB_ACK;
}

/* Its start-split may have given the device another address. */
static UsbAnswer complete(OtgTranslation *t, UsbToken *token)
{
    bool in = token->pid == USB_TOKEN_IN;

    if (t->ready_at > qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)) {
        return USB_NYET;
    }
    t->used = false;
    token->toggle = t->toggle;
    token->length = in && t->answer == USB_DATA ? t->length : 0;
    memcpy(token->data, t->data, MIN(token->length, sizeof(t->data)));
    return t->answer;
}

UsbAnswer otg_far_split(Otg *s, UsbToken *token, unsigned max_packet, uint32_t hcsplt, unsigned type)
{
    unsigned hub_address = FIELD_EX32(hcsplt, HCSPLT0, HUBADDR);
    unsigned hub_port = FIELD_EX32(hcsplt, HCSPLT0, PRTADDR), port = 0;
    bool in = token->pid == USB_TOKEN_IN, completes = FIELD_EX32(hcsplt, HCSPLT0, COMPLSPLT);
    OtgTranslation *t = completes ? far_find_translation(s, token, in) : NULL;
    USBDevice *dev = otg_host_speed(s) == USB_SPEED_HIGH ? far_device(s, token->address) : NULL;
    USBDevice *hub = dev ? translator_of(s, dev, &port) : NULL;

    if (t && t->hub == hub_address && t->port == hub_port) {
        return complete(t, token);
    }
    if (!hub || hub->addr != hub_address || port != hub_port) {
        if (dev || otg_host_speed(s) != USB_SPEED_HIGH) {
            periph_mistake(&s->parent_obj, OTG067, "a split transaction goes to hub %u, port %u, and device %u %s",
                           hub_address, hub_port, token->address, !dev ? "is at a bus that is not of high speed"
                           : hub ? "is not there" : "is of high speed itself");
        }
        return USB_NOTHING;
    }
    if (completes) {
        periph_mistake(&s->parent_obj, OTG068, "a complete-split for endpoint %u %s of device %u comes without a "
                       "start-split before it", token->endpoint, in ? "IN" : "OUT", token->address);
        return far_is_periodic(type) ? USB_NYET : USB_STALL;
    }
    return start(s, dev, token, max_packet, FIELD_EX32(hcsplt, HCSPLT0, XACTPOS), type, (OtgTranslation) {
        .used = true, .in = in, .hub = hub_address, .port = hub_port,
        .address = token->address, .endpoint = token->endpoint, .type = type,
    });
}
