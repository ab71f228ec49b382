/*
 * A socket with one of QEMU's own USB devices in it: for tries of what is at the other end of a cable
 * without any firmware.
 *
 *   -device stm32-usb-adapter,id=stick -device usb-storage,bus=stick.0,drive=d -device stm32-usbip,port=stick
 *
 * QEMU's devices do not know toggles: what a host expects is what they send.  Nor is a transfer's length known
 * here: a disk that has less data than it is asked for fills its last packet up, which a host takes for too much.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/sysbus.h"
#include "stm32/core/usb/cable.h"
#include "hw/usb/desc.h"

#define TYPE_USB_ADAPTER "stm32-usb-adapter"
OBJECT_DECLARE_SIMPLE_TYPE(UsbAdapter, USB_ADAPTER)

typedef struct Slot {               /* an endpoint's packet */
    USBPacket packet;
    bool busy, done;                /* under way; and ended */
    uint8_t data[USB_MAX_PACKET];
    unsigned length;                /* bytes OUT */
} Slot;

struct UsbAdapter {
    SysBusDevice parent_obj;
    UsbSocket socket;
    USBBus bus;
    USBPort port;
    Slot slot[2][USB_ENDPOINTS];    /* [in] */
};

static Slot *slot_of(UsbAdapter *a, bool in, unsigned endpoint)
{
    return &a->slot[in && endpoint][endpoint % USB_ENDPOINTS];
}

/* ---- What the device does ---- */

static void attach(USBPort *port)
{
    usb_pull_up(&USB_ADAPTER(port->opaque)->socket, true, port->dev->speed);
}

static void detach(USBPort *port)
{
    usb_pull_up(&USB_ADAPTER(port->opaque)->socket, false, USB_SPEED_FULL);
}

static void child_detach(USBPort *port, USBDevice *child)
{
}

static void wakeup(USBPort *port)
{
    usb_wake(&USB_ADAPTER(port->opaque)->socket, true);
    usb_wake(&USB_ADAPTER(port->opaque)->socket, false);
}

static void complete(USBPort *port, USBPacket *p)
{
    UsbAdapter *a = USB_ADAPTER(port->opaque);

    if (p->status == USB_RET_REMOVE_FROM_QUEUE) {
        return;
    }
    container_of(p, Slot, packet)->done = true;
    usb_ready(&a->socket, p->pid == USB_TOKEN_IN, p->ep->nr);
    if (!p->ep->nr) {
        usb_ready(&a->socket, true, 0);
    }
}

static void wakeup_endpoint(USBBus *bus, USBEndpoint *ep, unsigned int stream)
{
    UsbAdapter *a = USB_ADAPTER(bus->qbus.parent);

    usb_ready(&a->socket, ep->pid == USB_TOKEN_IN, ep->nr);
}

static USBPortOps port_ops = {
    .attach = attach, .detach = detach, .child_detach = child_detach, .wakeup = wakeup,
    .complete = complete,
};
static USBBusOps bus_ops = { .wakeup_endpoint = wakeup_endpoint };

/* ---- What the host does ---- */

static void adapter_power(void *opaque, bool on)
{
}

static void adapter_frames(void *opaque, bool on)
{
}

static void adapter_reset(void *opaque, bool on)
{
    UsbAdapter *a = opaque;

    for (unsigned i = 0; i < 2 * USB_ENDPOINTS; i++) {
        Slot *slot = &a->slot[i / USB_ENDPOINTS][i % USB_ENDPOINTS];

        if (slot->busy && !slot->done) {
            usb_cancel_packet(&slot->packet);
        }
        slot->busy = slot->done = false;
    }
    if (on && a->port.dev) {
        usb_device_reset(a->port.dev);
    }
}

/* A host that has enough of the data goes on to the status stage; QEMU's devices do not know that. */
static bool ends_early(const Slot *slot, const UsbToken *token)
{
    return !token->endpoint && token->pid == USB_TOKEN_OUT && !token->length &&
           (slot->packet.ep->dev->setup_buf[0] & USB_DIR_IN);
}

static UsbAnswer answer_of(Slot *slot, UsbToken *token)
{
    bool in = token->pid == USB_TOKEN_IN;

    slot->busy = slot->done = false;
    switch (slot->packet.status) {
    case USB_RET_SUCCESS:
        if (in) {
            token->length = MIN(slot->packet.actual_length, token->length);
            memcpy(token->data, slot->data, token->length);
        }
        return in ? USB_DATA : USB_ACK;
    case USB_RET_NAK:
        return USB_NAK;
    case USB_RET_STALL:
        return ends_early(slot, token) ? USB_ACK : USB_STALL;
    default:
        return USB_NOTHING;
    }
}

static unsigned packet_size(USBEndpoint *ep)
{
    const USBDescDevice *device = ep->dev->device;

    return MIN(ep->nr ? ep->max_packet_size : device ? device->bMaxPacketSize0 : 64, USB_MAX_PACKET);
}

static UsbAnswer begin(UsbAdapter *a, Slot *slot, USBEndpoint *ep, UsbToken *token)
{
    bool in = token->pid == USB_TOKEN_IN;
    unsigned length = in ? packet_size(ep) : MIN(token->length, USB_MAX_PACKET);

    if (!in) {
        memcpy(slot->data, token->data, length);
    }
    usb_packet_setup(&slot->packet, token->pid, ep, 0, 0, false, false);
    usb_packet_addbuf(&slot->packet, slot->data, length);
    usb_handle_packet(a->port.dev, &slot->packet);
    slot->busy = slot->packet.status == USB_RET_ASYNC;
    if (token->pid == USB_TOKEN_SETUP) {
        return USB_ACK;             /* STALL comes in the next stage */
    }
    return slot->busy ? USB_NAK : answer_of(slot, token);
}

static UsbAnswer adapter_token(void *opaque, UsbToken *token)
{
    UsbAdapter *a = opaque;
    USBDevice *dev = a->port.dev;
    Slot *slot = slot_of(a, token->pid == USB_TOKEN_IN, token->endpoint);
    USBEndpoint *ep;

    if (!dev || token->address != dev->addr) {
        return USB_NOTHING;
    }
    if (token->pid == USB_PING) {
        return slot->busy && !slot->done ? USB_NAK : USB_ACK;
    }
    ep = usb_ep_get(dev, token->pid, token->endpoint);
    if (!ep || (token->endpoint && ep->type == USB_ENDPOINT_XFER_INVALID)) {
        return USB_NOTHING;
    }
    if (slot->busy && token->pid == USB_TOKEN_SETUP) {
        if (!slot->done) {
            usb_cancel_packet(&slot->packet);
        }
        slot->busy = slot->done = false;
    }
    if (slot->busy && slot->packet.pid == USB_TOKEN_SETUP && slot->done) {
        slot->busy = slot->done = false;                /* the request has been worked on */
        if (slot->packet.status == USB_RET_STALL) {
            return USB_STALL;
        }
    }
    return slot->busy ? slot->done ? answer_of(slot, token) : USB_NAK : begin(a, slot, ep, token);
}

static const UsbDeviceOps adapter_ops = {
    .power = adapter_power, .reset = adapter_reset, .frames = adapter_frames, .token = adapter_token,
};

static UsbSocket *adapter_socket(Object *owner)
{
    return &USB_ADAPTER(owner)->socket;
}

static void adapter_realize(DeviceState *dev, Error **errp)
{
    UsbAdapter *a = USB_ADAPTER(dev);

    if (!dev->id) {
        error_setg(errp, "a " TYPE_USB_ADAPTER " needs an id=NAME: what is plugged in has bus=NAME.0, the "
                   "other end port=NAME");
        return;
    }
    for (unsigned i = 0; i < 2 * USB_ENDPOINTS; i++) {
        usb_packet_init(&a->slot[i / USB_ENDPOINTS][i % USB_ENDPOINTS].packet);
    }
    usb_socket_init(&a->socket, &adapter_ops, a);
    usb_bus_new(&a->bus, sizeof(a->bus), &bus_ops, dev);
    usb_register_port(&a->bus, &a->port, a, 0, &port_ops, USB_SPEED_MASK_FULL | USB_SPEED_MASK_HIGH);
}

static const VMStateDescription adapter_vmstate = {
    .name = TYPE_USB_ADAPTER, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_USB_SOCKET(socket, UsbAdapter),
        VMSTATE_END_OF_LIST()
    },
};

static void adapter_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "a USB socket with one of QEMU's devices in it, to try what is at the other end";
    dc->realize = adapter_realize;
    dc->vmsd = &adapter_vmstate;
    dc->hotpluggable = false;
    dc->user_creatable = true;          /* which those of the system bus are not by themselves */
    ((UsbSocketOwnerClass *)object_class_dynamic_cast(klass, TYPE_USB_SOCKET_OWNER))->socket = adapter_socket;
    set_bit(DEVICE_CATEGORY_USB, dc->categories);
}

static const TypeInfo adapter_types[] = { {
    .name = TYPE_USB_ADAPTER, .parent = TYPE_SYS_BUS_DEVICE, .instance_size = sizeof(UsbAdapter),
    .class_init = adapter_class_init,
    .interfaces = (InterfaceInfo[]) { { TYPE_USB_SOCKET_OWNER }, { } },
} };
DEFINE_TYPES(adapter_types)
