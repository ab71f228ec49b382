/*
 * A USB cable, see cable.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "stm32/core/usb/cable.h"

/* ---- The device's side ---- */

void usb_socket_init(UsbSocket *socket, const UsbDeviceOps *ops, void *opaque)
{
    *socket = (UsbSocket){
        .device = ops, .device_opaque = opaque, .speed = USB_SPEED_FULL, .bus_speed = USB_SPEED_FULL,
    };
}

void usb_pull_up(UsbSocket *socket, bool on, unsigned speed)
{
    bool was = socket->pulled_up;

    socket->pulled_up = on;
    socket->speed = speed;
    if (on != was && socket->host) {
        socket->host->connected(socket->host_opaque, on);
    }
}

void usb_ready(UsbSocket *socket, bool in, unsigned endpoint)
{
    if (socket->host) {
        socket->host->ready(socket->host_opaque, in, endpoint);
    }
}

void usb_wake(UsbSocket *socket, bool on)
{
    bool was = socket->woken;

    socket->woken = on && socket->pulled_up && socket->powered;
    if (socket->host && socket->woken != was) {
        socket->host->woken(socket->host_opaque, socket->woken);
    }
}

void usb_request_session(UsbSocket *socket)
{
    if (socket->host && socket->host->session_requested && !socket->powered) {
        socket->host->session_requested(socket->host_opaque);
    }
}

int64_t usb_frame_ns(const UsbSocket *socket)
{
    return socket->bus_speed == USB_SPEED_HIGH ? 125000 : 1000000;
}

uint64_t usb_frame_at(const UsbSocket *socket, int64_t ns)
{
    return socket->frames ? (ns - socket->frame_zero) / usb_frame_ns(socket) : 0;
}

int64_t usb_frame_start(const UsbSocket *socket, uint64_t frame)
{
    return socket->frame_zero + frame * usb_frame_ns(socket);
}

/* ---- The host's side ---- */

bool usb_plug(UsbSocket *socket, const UsbHostOps *ops, void *opaque, unsigned speed)
{
    if (socket->host) {
        return false;
    }
    socket->host = ops;
    socket->host_opaque = opaque;
    socket->host_speed = speed;
    return true;
}

void usb_unplug(UsbSocket *socket)
{
    usb_frames(socket, false);
    usb_reset(socket, false);
    usb_power(socket, false);
    socket->host = NULL;
}

void usb_power(UsbSocket *socket, bool on)
{
    if (on != socket->powered) {
        socket->powered = on;
        socket->device->power(socket->device_opaque, on);
    }
}

void usb_reset(UsbSocket *socket, bool on)
{
    if (on == socket->reset) {
        return;
    }
    if (on) {
        usb_frames(socket, false);
    } else {
        socket->bus_speed = MIN(socket->speed, socket->host_speed);
    }
    socket->reset = on;
    socket->device->reset(socket->device_opaque, on);
}

void usb_frames(UsbSocket *socket, bool on)
{
    if (on != socket->frames) {
        socket->frames = on;
        socket->frame_zero = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        socket->device->frames(socket->device_opaque, on);
    }
}

UsbAnswer usb_token(UsbSocket *socket, UsbToken *token)
{
    if (!socket->pulled_up || !socket->powered || !socket->frames) {
        return USB_NOTHING;
    }
    return socket->device->token(socket->device_opaque, token);
}

UsbTest usb_test_of(const UsbSocket *socket)
{
    return socket->device->test ? socket->device->test(socket->device_opaque) : USB_TEST_NONE;
}

static const char *const test_names[] = {
    [USB_TEST_NONE] = "none", [USB_TEST_J] = "j", [USB_TEST_K] = "k", [USB_TEST_SE0_NAK] = "se0-nak",
    [USB_TEST_PACKET] = "packet", [USB_TEST_FORCE_ENABLE] = "force-enable",
};

const char *usb_test_name(UsbTest test)
{
    return test < ARRAY_SIZE(test_names) ? test_names[test] : "none";
}

int usb_test_find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(test_names); i++) {
        if (!strcmp(name, test_names[i])) {
            return i;
        }
    }
    return -1;
}

/*
 * USB 2.0 table 5-2 and 5.11.3.  What is counted in bits: sync, PIDs, addresses, CRCs, ends of packets,
 * and between packets the time that a usual device and hub take to turn round.
 */
int64_t usb_token_ns(unsigned speed, int pid, unsigned length, UsbAnswer answer, bool isochronous)
{
    bool high = speed == USB_SPEED_HIGH;
    unsigned sync = high ? 32 : 8, end = high ? 8 : 3, gap = high ? 88 : 8;
    bool data = pid == USB_PING ? false
                : pid == USB_TOKEN_IN ? answer == USB_DATA : true;
    bool handshake = !isochronous && answer != USB_NOTHING;
    unsigned bits = sync + 24 + end;                    /* PID, address, CRC */

    if (data) {
        bits += gap + sync + 8 + length * 8 + 16 + end; /* stuffed bits are not counted */
    }
    if (answer == USB_NOTHING && !isochronous) {
        bits += high ? 816 : 18;                        /* the host waits, USB 2.0 7.1.19 */
    } else if (handshake) {
        bits += gap + sync + 8 + end;
    }
    bits += gap;
    /* 480, 12 and 1.5 Mbit/s */
    return high ? bits * 25 / 12 : speed == USB_SPEED_LOW ? bits * 2000 / 3 : bits * 250 / 3;
}

const VMStateDescription vmstate_usb_socket = {
    .name = "usb-socket", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(pulled_up, UsbSocket),
        VMSTATE_UINT8(speed, UsbSocket),
        VMSTATE_BOOL(woken, UsbSocket),
        VMSTATE_BOOL(powered, UsbSocket),
        VMSTATE_BOOL(reset, UsbSocket),
        VMSTATE_UINT8(bus_speed, UsbSocket),
        VMSTATE_BOOL(frames, UsbSocket),
        VMSTATE_INT64(frame_zero, UsbSocket),
        VMSTATE_END_OF_LIST()
    },
};

UsbSocket *usb_socket_of(Object *obj)
{
    Object *owner = object_dynamic_cast(obj, TYPE_USB_SOCKET_OWNER);

    return owner ? USB_SOCKET_OWNER_CLASS(object_get_class(owner))->socket(owner) : NULL;
}

static const TypeInfo usb_socket_types[] = { {
    .name = TYPE_USB_SOCKET_OWNER, .parent = TYPE_INTERFACE,
    .class_size = sizeof(UsbSocketOwnerClass),
} };
DEFINE_TYPES(usb_socket_types)
