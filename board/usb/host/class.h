/*
 * The built-in host, and what drives an interface of the device's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_HOST_CLASS_H
#define STM32_BOARD_USB_HOST_CLASS_H

#include "chardev/char-fe.h"
#include "stm32/board/usb/plug.h"

#define TYPE_USB_HOST_PLUG "stm32-usb-host"
OBJECT_DECLARE_SIMPLE_TYPE(UsbHostPlug, USB_HOST_PLUG)

typedef struct HostClass HostClass;

/* A driver of a class: at most one interface each is driven. */
typedef struct HostClassOps {
    size_t size;                    /* of its state */
    /* Is it for @interface? */
    bool (*matches)(const uint8_t *interface);
    /* Drive it, from a coroutine.  False: it can't, and has said why. */
    bool coroutine_fn (*begin)(HostClass *c);
    /* The device is gone, and with it all transfers. */
    void (*end)(HostClass *c);
    /* Once, as the machine is made: c->chr, if it has any, is open. */
    void (*init)(HostClass *c);
} HostClassOps;

struct HostClass {
    const HostClassOps *ops;
    UsbHostPlug *host;
    Gadget *gadget;
    void *state;                    /* the driver's */
    CharBackend chr;                /* of the option of the class's name */
    uint8_t interface;              /* the number of what it drives */
    bool going;
};

extern const HostClassOps cdc_ops, hid_ops, midi_ops, msc_ops;

/* Make the block device @name of what the device has stored; false, with one line in @errp: it can't be. */
bool msc_open(HostClass *c, const char *name, Error **errp);

/* The chosen setting of the interface that @c drives. */
const uint8_t *host_class_interface(HostClass *c);

#endif
