/*
 * A push button, see button.h.
 *
 * Deliberately different: the reset button restarts the board when it is pressed, not when it is let go.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-core.h"
#include "system/runstate.h"
#include "stm32/board/button.h"

OBJECT_DECLARE_SIMPLE_TYPE(Button, BUTTON)

struct Button {
    DeviceState parent_obj;
    bool pressed, resets;
    PinDriver driver;
};

static void button_update(Button *b)
{
    if (!b->resets) {
        pin_drive(&b->driver, b->pressed ? DRIVE(HIGH) : DRIVE(NONE));
    }
}

static bool get_pressed(Object *obj, Error **errp)
{
    return BUTTON(obj)->pressed;
}

static void set_pressed(Object *obj, bool pressed, Error **errp)
{
    Button *b = BUTTON(obj);

    if (b->resets && pressed && !b->pressed) {
        qemu_system_reset_request(SHUTDOWN_CAUSE_HOST_QMP_SYSTEM_RESET);
    }
    b->pressed = pressed;
    button_update(b);
}

void button_new(Object *parent, const char *name, Pin *pin)
{
    Button *b = BUTTON(object_new(TYPE_BUTTON));

    object_property_add_child(parent, name, OBJECT(b));
    b->resets = !pin;
    if (pin) {
        pin_add_driver(pin, &b->driver, name);
    }
    qdev_realize_and_unref(DEVICE(b), NULL, &error_fatal);
}

static int button_post_load(void *opaque, int version_id)
{
    button_update(opaque);
    return 0;
}

static const VMStateDescription button_vmstate = {
    .name = TYPE_BUTTON, .version_id = 1, .minimum_version_id = 1,
    .post_load = button_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(pressed, Button),
        VMSTATE_END_OF_LIST()
    },
};

static void button_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->vmsd = &button_vmstate;
    dc->user_creatable = false;     /* it is soldered on */
    object_class_property_add_bool(klass, "pressed", get_pressed, set_pressed);
}

static const TypeInfo button_types[] = { {
    .name = TYPE_BUTTON, .parent = TYPE_DEVICE, .instance_size = sizeof(Button),
    .class_init = button_class_init,
} };
DEFINE_TYPES(button_types)
