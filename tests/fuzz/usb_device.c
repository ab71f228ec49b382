/*
 * Fuzzing of the built-in USB host: the device at the other end of its cable has the descriptors and answers of the input.
 *
 * An input: 4 bytes of the device descriptor (class, bMaxPacketSize0, configurations, bcdUSB), the length of the configuration
 * and its bytes, then what each token is answered with; when that has ended, what a dull device answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-core.h"
#include "stm32/core/usb/cable.h"
#include "stm32/tests/fuzz/fuzz.h"

#define TYPE_FUZZ_USB "stm32-fuzz-usb"
OBJECT_DECLARE_SIMPLE_TYPE(FuzzUsb, FUZZ_USB)

struct FuzzUsb {
    DeviceState parent_obj;
    UsbSocket socket;
    Input in;
    uint8_t device[18];
    const uint8_t *config;
    size_t config_size;
    uint8_t setup[8], address, new_address, toggle[2][USB_ENDPOINTS];
    const uint8_t *reply;
    size_t reply_size;
};

static void device_power(void *opaque, bool on)
{
}

static void device_reset(void *opaque, bool on)
{
    FuzzUsb *f = opaque;

    f->address = f->new_address = 0;
    memset(f->toggle, 0, sizeof(f->toggle));
}

static void device_frames(void *opaque, bool on)
{
}

/* What the request is for, as far as a device has to know; else nothing, or what is left of the input. */
static UsbAnswer take_setup(FuzzUsb *f, const UsbToken *token)
{
    memcpy(f->setup, token->data, MIN(token->length, 8));
    f->reply_size = 0;
    f->toggle[1][0] = f->toggle[0][0] = 1;
    if (f->setup[0] == 0 && f->setup[1] == 5) {
        f->new_address = f->setup[2] & 0x7f;
    } else if (f->setup[0] == 0x80 && f->setup[1] == 6 && f->setup[3] == 1) {
        f->reply = f->device;
        f->reply_size = sizeof(f->device);
    } else if (f->setup[0] == 0x80 && f->setup[1] == 6 && f->setup[3] == 2) {
        f->reply = f->config;
        f->reply_size = f->config_size;
    } else if (f->setup[0] & 0x80) {
        f->reply_size = input_byte(&f->in);
        f->reply = input_bytes(&f->in, &f->reply_size);
    } else if (f->setup[1] == 9 || f->setup[1] == 1) {
        memset(f->toggle, 0, sizeof(f->toggle));
        f->toggle[1][0] = 1;
    }
    f->reply_size = MIN(f->reply_size, f->setup[6] | f->setup[7] << 8);
    return USB_ACK;
}

static UsbAnswer give(FuzzUsb *f, UsbToken *token, const uint8_t *data, size_t size)
{
    token->length = MIN(size, token->length);
    memcpy(token->data, data, token->length);
    token->toggle = f->toggle[1][token->endpoint];
    f->toggle[1][token->endpoint] ^= 1;
    return USB_DATA;
}

static UsbAnswer control_in(FuzzUsb *f, UsbToken *token)
{
    size_t size = MIN(f->reply_size, f->device[7]);
    const uint8_t *data = f->reply;

    if (!(f->setup[0] & 0x80)) {
        f->address = f->new_address;
        return give(f, token, data, 0);
    }
    f->reply += size;
    f->reply_size -= size;
    return give(f, token, data, size);
}

static UsbAnswer device_token(void *opaque, UsbToken *token)
{
    FuzzUsb *f = opaque;
    const uint8_t *data;
    size_t size;
    uint8_t way;

    if (token->address != f->address) {
        return USB_NOTHING;
    }
    if (token->pid == USB_TOKEN_SETUP) {
        return take_setup(f, token);
    }
    way = token->endpoint || f->in.left % 8 == 7 ? input_byte(&f->in) : 0;
    switch (way) {
    case 0xff: return USB_STALL;
    case 0xfe: return USB_NOTHING;
    case 0xfd: return USB_NAK;
    case 0xfc: f->toggle[1][token->endpoint] ^= 1; break;
    }
    if (token->pid != USB_TOKEN_IN) {
        return USB_ACK;
    }
    if (!token->endpoint) {
        return control_in(f, token);
    }
    if (!f->in.left) {
        return USB_NAK;
    }
    size = way;
    data = input_bytes(&f->in, &size);
    return give(f, token, data, size);
}

static const UsbDeviceOps device_ops = {
    .power = device_power, .reset = device_reset, .frames = device_frames, .token = device_token,
};

static UsbSocket *device_socket(Object *owner)
{
    return &FUZZ_USB(owner)->socket;
}

static void device_realize(DeviceState *dev, Error **errp)
{
    usb_socket_init(&FUZZ_USB(dev)->socket, &device_ops, dev);
}

static void device_class_init(ObjectClass *klass, void *data)
{
    DEVICE_CLASS(klass)->realize = device_realize;
    ((UsbSocketOwnerClass *)object_class_dynamic_cast(klass, TYPE_USB_SOCKET_OWNER))->socket = device_socket;
}

static const TypeInfo device_types[] = { {
    .name = TYPE_FUZZ_USB, .parent = TYPE_DEVICE, .instance_size = sizeof(FuzzUsb), .class_init = device_class_init,
    .interfaces = (InterfaceInfo[]) { { TYPE_USB_SOCKET_OWNER }, { } },
} };
DEFINE_TYPES(device_types)

/* ---- The target ---- */

static const uint8_t good_device[18] = { 18, 1, 0, 2, 0, 0, 0, 64, 0x83, 4, 0x40, 0x57, 0, 1, 1, 2, 3, 1 };

static void play(const uint8_t *data, size_t size)
{
    FuzzUsb *f = FUZZ_USB(object_resolve_path("/machine/peripheral/fuzz", NULL));
    unsigned speed;

    f->in = (Input) { data, size };
    memcpy(f->device, good_device, sizeof(good_device));
    f->device[3] ^= input_byte(&f->in);
    f->device[4] ^= input_byte(&f->in);
    f->device[7] ^= input_byte(&f->in);
    speed = input_byte(&f->in);
    f->config_size = input_half(&f->in) % 1024;
    f->config = input_bytes(&f->in, &f->config_size);
    usb_pull_up(&f->socket, true, speed & 1 ? USB_SPEED_HIGH : USB_SPEED_FULL);
    for (unsigned i = 0; i < 20; i++) {
        static const uint8_t typed[] = "00010203\n90 3c 7f\n";

        fuzz_step(30000000);
        fuzz_say("cdc", typed, sizeof(typed) - 1);
        fuzz_say("hid", typed, sizeof(typed) - 1);
        fuzz_say("midi", typed, sizeof(typed) - 1);
        usb_ready(&f->socket, i & 1, i / 2 % 4);
    }
    usb_pull_up(&f->socket, false, USB_SPEED_FULL);
    fuzz_step(10000000);
    fuzz_main_loop();
}

const Target fuzz_usb_device = {
    .name = "usb_device", .about = "what a USB device tells the built-in host",
    .args = "-device " TYPE_FUZZ_USB ",id=fuzz -chardev null,id=cdc -chardev null,id=hid -chardev null,id=midi "
            "-device stm32-usb-host,port=fuzz,cdc=cdc,hid=hid,midi=midi,msc=stick",
    .play = play,
};
