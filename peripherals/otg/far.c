/*
 * QEMU's USB bus as the far end of an OTG host: `otg-fs.0` or `otg-hs.0`, with one port.  QEMU's devices know
 * packets and when they are done; what a wire knows besides is here: a device that has not answered yet says NAK,
 * a SETUP is never refused, data toggles, packets no longer than a descriptor allows.
 *
 * Deliberately different: a toggle that is wrong is seen, a CRC never is.  Packets that were under way when a
 * snapshot was made are asked for again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "block/block.h"
#include "stm32/peripherals/otg/state.h"
#include "hw/usb/desc.h"

#define SETUP_BYTES 8
#define CONTROL_BYTES 64        /* of endpoint 0, of a device that does not say */

#define HOST(port) ((Otg *)(port)->opaque)

/* ---- Endpoints of devices ---- */

static USBDevice *find_device(Otg *s, unsigned address)
{
    return s->h.connected && s->h.port.dev ? usb_find_device(&s->h.port, address) : NULL;
}

/* In QEMU's snapshots a device does not say which configuration it has, and so has no endpoints afterwards. */
static void restore_configuration(Otg *s, USBDevice *dev, unsigned address)
{
    unsigned configuration = s->h.configuration[address % OTG_ADDRESSES];

    if (unlikely(configuration && !dev->configuration) && usb_device_get_usb_desc(dev)) {
        usb_desc_handle_control(dev, NULL, DeviceOutRequest | USB_REQ_SET_CONFIGURATION, configuration, 0, 0, NULL);
    }
}

/* NULL: there is no such endpoint. */
static USBEndpoint *find_endpoint(USBDevice *dev, bool in, unsigned endpoint)
{
    USBEndpoint *ep;

    if (endpoint > USB_MAX_ENDPOINTS) {
        return NULL;
    }
    ep = usb_ep_get(dev, in ? USB_TOKEN_IN : USB_TOKEN_OUT, endpoint);
    return ep->type == USB_ENDPOINT_XFER_INVALID ? NULL : ep;
}

/* Bytes of a packet, as the descriptors of the device have them. */
static unsigned packet_size(USBDevice *dev, const USBEndpoint *ep, unsigned otherwise)
{
    unsigned size = ep->max_packet_size;

    if (!ep->nr) {
        size = dev->device && dev->device->bMaxPacketSize0 ? dev->device->bMaxPacketSize0 : CONTROL_BYTES;
    }
    return MIN(size ?: otherwise, USB_MAX_PACKET);
}

/* ---- Toggles ---- */

static uint32_t toggle_bit(bool in, unsigned endpoint)
{
    return 1u << (16 * in + (endpoint & 15));
}

static bool toggle_of(const Otg *s, const UsbToken *token, bool in)
{
    return s->h.toggles[token->address % OTG_ADDRESSES] & toggle_bit(in, token->endpoint);
}

static void flip(Otg *s, const UsbToken *token, bool in)
{
    s->h.toggles[token->address % OTG_ADDRESSES] ^= toggle_bit(in, token->endpoint);
}

/* Both begin with DATA0 on all endpoints of an interface that is set. */
static void reset_interface(Otg *s, USBDevice *dev, unsigned address, unsigned interface)
{
    for (unsigned endpoint = 1; endpoint <= USB_MAX_ENDPOINTS; endpoint++) {
        for (int in = 0; in < 2; in++) {
            USBEndpoint *ep = find_endpoint(dev, in, endpoint);

            if (ep && ep->ifnum == interface) {
                s->h.toggles[address] &= ~toggle_bit(in, endpoint);
            }
        }
    }
}

/* What a SETUP does to toggles (USB 2.0 5.8.5, 9.1.1.5, 9.4.5). */
static void watch_setup(Otg *s, USBDevice *dev, const UsbToken *token)
{
    unsigned address = token->address % OTG_ADDRESSES;
    unsigned request = token->data[0] << 8 | token->data[1];
    unsigned value = token->data[2] | token->data[3] << 8, index = token->data[4];
    uint32_t *toggles = &s->h.toggles[address];

    switch (request) {
    case DeviceOutRequest | USB_REQ_SET_ADDRESS:
        s->h.toggles[value % OTG_ADDRESSES] = s->h.configuration[value % OTG_ADDRESSES] = 0;
        break;
    case DeviceOutRequest | USB_REQ_SET_CONFIGURATION:
        *toggles = 0;
        s->h.configuration[address] = value;
        break;
    case InterfaceOutRequest | USB_REQ_SET_INTERFACE:
        reset_interface(s, dev, address, index);
        break;
    case EndpointOutRequest | USB_REQ_CLEAR_FEATURE:
        *toggles &= ~toggle_bit(index & USB_DIR_IN, index);
        break;
    }
    *toggles |= toggle_bit(false, 0) | toggle_bit(true, 0);
}

/* ---- Packets that are under way, and answers that have come ---- */

static OtgPending *find_pending(Otg *s, const UsbToken *token, bool in)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        OtgPending *p = &s->h.pending[i];

        if (p->used && p->address == token->address && p->endpoint == token->endpoint &&
            (p->in == in || !token->endpoint)) {
            return p;
        }
    }
    return NULL;
}

static void forget(OtgPending *p)
{
    if (p->used && !p->complete && usb_packet_is_inflight(&p->packet)) {
        usb_cancel_packet(&p->packet);
    }
    p->used = false;
}

/* One that is free; should a firmware let all of them wait, the first is forgotten. */
static OtgPending *new_pending(Otg *s)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        if (!s->h.pending[i].used) {
            return &s->h.pending[i];
        }
    }
    forget(&s->h.pending[0]);
    return &s->h.pending[0];
}

static void cancel(Otg *s, const USBDevice *dev)
{
    for (unsigned i = 0; i < OTG_PENDING; i++) {
        OtgPending *p = &s->h.pending[i];

        if (!dev || (p->used && !p->complete && p->packet.ep->dev == dev)) {
            forget(p);
        }
    }
}

void otg_far_cancel(Otg *s)
{
    cancel(s, NULL);
}

static void note(OtgPending *p)
{
    p->complete = true;
    p->status = p->packet.status;
    p->length = MIN(MAX(p->packet.actual_length, 0), USB_MAX_PACKET);
}

/* Hand a packet to the device.  It is complete, or will be, or (false) the device said NAK. */
static bool submit(OtgPending *p, USBDevice *dev, USBEndpoint *ep, const UsbToken *token, unsigned bytes)
{
    bool in = token->pid == USB_TOKEN_IN;

    p->used = true;
    p->complete = false;
    p->setup = token->pid == USB_TOKEN_SETUP;
    p->in = in;
    p->address = token->address;
    p->endpoint = token->endpoint;
    if (!in) {
        memcpy(p->data, token->data, token->length);
    }
    usb_packet_setup(&p->packet, token->pid, ep, 0, 0, false, true);
    usb_packet_addbuf(&p->packet, p->data, in ? bytes : token->length);
    usb_handle_packet(dev, &p->packet);
    if (p->packet.status == USB_RET_ASYNC) {
        usb_device_flush_ep_queue(dev, ep);
        if (!p->complete && usb_device_is_scsi_storage(dev)) {
            bdrv_drain_all();           /* a disk takes no time, and so always the same */
        }
        return true;
    }
    if (p->packet.status == USB_RET_NAK) {
        p->used = false;
        return false;
    }
    note(p);
    return true;
}

/* ---- Answers ---- */

/* What the wire says of a packet that is complete. */
static UsbAnswer answer_of(Otg *s, const OtgPending *p, UsbToken *token, unsigned max_packet)
{
    switch (p->status) {
    case USB_RET_SUCCESS:
        if (!p->in) {
            flip(s, token, false);
            return USB_ACK;
        }
        token->toggle = toggle_of(s, token, true);
        token->length = MIN(p->length, max_packet + 1);
        memcpy(token->data, p->data, MIN(p->length, max_packet));
        flip(s, token, true);
        return USB_DATA;
    case USB_RET_STALL:
        return USB_STALL;
    case USB_RET_BABBLE:
        token->length = max_packet + 1;
        return USB_DATA;
    default:
        return USB_NOTHING;
    }
}

static UsbAnswer setup(Otg *s, USBDevice *dev, UsbToken *token)
{
    OtgPending *p;

    if (token->endpoint || token->length != SETUP_BYTES) {
        return USB_NOTHING;
    }
    while ((p = find_pending(s, token, false))) {
        forget(p);                      /* it ends what was before */
    }
    watch_setup(s, dev, token);
    p = new_pending(s);
    if (submit(p, dev, &dev->ep_ctl, token, 0) && p->complete && p->status == USB_RET_SUCCESS) {
        p->used = false;
    }
    return USB_ACK;
}

/* A SETUP that the device has still to do, or has refused, is what the tokens after it find. */
static bool is_still_at_setup(OtgPending *p, UsbAnswer *answer)
{
    if (!p || !p->setup) {
        return false;
    }
    if (!p->complete) {
        *answer = USB_NAK;
        return true;
    }
    if (p->status == USB_RET_SUCCESS) {
        p->used = false;
        return false;
    }
    *answer = p->status == USB_RET_STALL ? USB_STALL : USB_NOTHING;
    return true;
}

static UsbAnswer transfer(Otg *s, USBDevice *dev, USBEndpoint *ep, UsbToken *token, unsigned max_packet)
{
    bool in = token->pid == USB_TOKEN_IN;
    OtgPending *p = find_pending(s, token, in);
    UsbAnswer answer;

    if (is_still_at_setup(p, &answer)) {
        return answer;
    }
    p = find_pending(s, token, in);
    if (p && p->in != in) {
        forget(p);                      /* endpoint 0 has turned round */
        p = NULL;
    }
    if (!p) {
        p = new_pending(s);
        if (!submit(p, dev, ep, token, packet_size(dev, ep, max_packet))) {
            return USB_NAK;
        }
    }
    if (!p->complete) {
        return USB_NAK;
    }
    answer = answer_of(s, p, token, max_packet);
    p->used = false;
    return answer;
}

UsbAnswer otg_far_token(Otg *s, UsbToken *token, unsigned max_packet)
{
    USBDevice *dev = find_device(s, token->address);
    bool in = token->pid == USB_TOKEN_IN, isochronous;
    USBEndpoint *ep;

    if (!dev) {
        return USB_NOTHING;
    }
    restore_configuration(s, dev, token->address);
    ep = find_endpoint(dev, in, token->endpoint);
    if (!ep) {
        return USB_NOTHING;
    }
    if (token->pid == USB_TOKEN_SETUP) {
        return setup(s, dev, token);
    }
    if (token->pid == USB_PING) {
        OtgPending *p = find_pending(s, token, false);

        return p && !p->complete ? USB_NAK : USB_ACK;
    }
    isochronous = ep->type == USB_ENDPOINT_XFER_ISOC;
    if (!in && !isochronous && token->toggle != toggle_of(s, token, false)) {
        periph_mishap(&s->parent_obj, "DATA%u goes to OUT endpoint %u of device %u, which expects DATA%u: it takes "
                      "that for a packet that comes again, and drops it", token->toggle, token->endpoint,
                      token->address, !token->toggle);
        return USB_ACK;
    }
    return transfer(s, dev, ep, token, max_packet);
}

/* ---- The port ---- */

bool otg_far_is_there(const Otg *s)
{
    return s->h.port.dev && s->h.port.dev->attached;
}

unsigned otg_far_speed(Otg *s, unsigned address)
{
    USBDevice *dev = address ? find_device(s, address) : NULL;

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
    for (unsigned address = 0; address < OTG_ADDRESSES; address++) {
        h->toggles[address] = toggle_bit(false, 0) | toggle_bit(true, 0);
    }
    memset(h->configuration, 0, sizeof(h->configuration));
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

    cancel(s, NULL);
    if (!s->h.resetting) {
        USBDevice *dev = port->dev;

        port->dev = NULL;
        periph_update(&s->parent_obj);
        port->dev = dev;
    }
}

static void port_child_detach(USBPort *port, USBDevice *child)
{
    cancel(HOST(port), child);
}

static void port_wakeup(USBPort *port)
{
    otg_host_woken(HOST(port));
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
    note(p);
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
