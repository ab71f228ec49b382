/*
 * The usbredir plug where its library was missing as QEMU was built: it says so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/board/usb/plug.h"
#include "stm32/board/usb/redir/type.h"

typedef struct AbsentRedir {
    UsbPlug parent_obj;
    char *chardev;
} AbsentRedir;

static void absent_open(UsbPlug *plug, Error **errp)
{
    error_setg(errp, TYPE_REDIR " has not been built in: install libusbredirparser-dev, and build anew");
}

static const Property absent_properties[] = {
    DEFINE_PROP_STRING("chardev", AbsentRedir, chardev),
};

static void absent_class_init(ObjectClass *klass, void *data)
{
    DEVICE_CLASS(klass)->desc = "usbredir (not built in)";
    USB_PLUG_CLASS(klass)->open = absent_open;
    device_class_set_props(DEVICE_CLASS(klass), absent_properties);
}

static const TypeInfo absent_types[] = { {
    .name = TYPE_REDIR, .parent = TYPE_USB_PLUG, .instance_size = sizeof(AbsentRedir),
    .class_init = absent_class_init,
} };
DEFINE_TYPES(absent_types)
