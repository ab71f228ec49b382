/*
 * A USB power switch, see usb_switch.h.
 *
 * Lines: EN low switches on; OUT is 5 V then, and floats otherwise; FAULT, open drain, is low while
 * it is on and has to limit the current.
 *
 * Deliberately different: FAULT comes at once (the silicon waits some ms); VBUS stays at 5 V unless it is shorted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-core.h"
#include "migration/vmstate.h"
#include "stm32/board/usb_switch.h"

OBJECT_DECLARE_SIMPLE_TYPE(UsbSwitch, USB_SWITCH)

#define VBUS_UV 5000000

struct UsbSwitch {
    DeviceState parent_obj;
    PinListener enable;
    PinDriver vbus, fault;
    bool on, overcurrent, shorted;
};

static void usb_switch_update(UsbSwitch *s)
{
    pin_drive(&s->vbus, s->on && !s->shorted ? (Drive) { .kind = DRIVE_ANALOG, .uv = VBUS_UV } : DRIVE(NONE));
    pin_drive(&s->fault, s->on && (s->overcurrent || s->shorted) ? DRIVE(LOW) : DRIVE(NONE));
}

static void enable_changed(void *opaque, bool level)
{
    UsbSwitch *s = opaque;

    s->on = !level;
    usb_switch_update(s);
}

static bool get_overcurrent(Object *obj, Error **errp)
{
    return USB_SWITCH(obj)->overcurrent;
}

static void set_overcurrent(Object *obj, bool overcurrent, Error **errp)
{
    UsbSwitch *s = USB_SWITCH(obj);

    s->overcurrent = overcurrent;
    usb_switch_update(s);
}

static bool get_shorted(Object *obj, Error **errp)
{
    return USB_SWITCH(obj)->shorted;
}

static void set_shorted(Object *obj, bool shorted, Error **errp)
{
    UsbSwitch *s = USB_SWITCH(obj);

    s->shorted = shorted;
    usb_switch_update(s);
}

void usb_switch_new(Object *parent, const char *name, Pin *enable, Pin *vbus, Pin *fault)
{
    UsbSwitch *s = USB_SWITCH(object_new(TYPE_USB_SWITCH));

    object_property_add_child(parent, name, OBJECT(s));
    pin_add_driver(vbus, &s->vbus, "USB power switch");
    pin_add_driver(fault, &s->fault, "USB power switch");
    s->enable.changed = enable_changed;
    s->enable.opaque = s;
    pin_listen(&s->enable, enable);
    enable_changed(s, pin_level(enable));
    qdev_realize_and_unref(DEVICE(s), NULL, &error_fatal);
}

static int usb_switch_post_load(void *opaque, int version_id)
{
    usb_switch_update(opaque);
    return 0;
}

static const VMStateDescription usb_switch_vmstate = {
    .name = TYPE_USB_SWITCH, .version_id = 2, .minimum_version_id = 2,
    .post_load = usb_switch_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(on, UsbSwitch),
        VMSTATE_BOOL(overcurrent, UsbSwitch),
        VMSTATE_BOOL(shorted, UsbSwitch),
        VMSTATE_END_OF_LIST()
    },
};

static void usb_switch_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->vmsd = &usb_switch_vmstate;
    dc->user_creatable = false;     /* it is soldered on */
    object_class_property_add_bool(klass, "overcurrent", get_overcurrent, set_overcurrent);
    object_class_property_add_bool(klass, "short-circuit", get_shorted, set_shorted);
}

static const TypeInfo usb_switch_types[] = { {
    .name = TYPE_USB_SWITCH, .parent = TYPE_DEVICE, .instance_size = sizeof(UsbSwitch),
    .class_init = usb_switch_class_init,
} };
DEFINE_TYPES(usb_switch_types)
