/*
 * A push button: `pressed`.  It bounces, unless `bounce=0`.
 *
 * wokwi-pushbutton-6mm is the same in a smaller case.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/switch.h"

#define TYPE_PUSHBUTTON "wokwi-pushbutton"
OBJECT_DECLARE_SIMPLE_TYPE(Pushbutton, PUSHBUTTON)

struct Pushbutton {
    Part parent_obj;
    Switch contact;
    bool steady;
};

static bool get_pressed(Object *obj, Error **errp)
{
    return PUSHBUTTON(obj)->contact.closed;
}

static void set_pressed(Object *obj, bool pressed, Error **errp)
{
    switch_set(&PUSHBUTTON(obj)->contact, pressed, PUSHBUTTON(obj)->steady);
}

static bool pushbutton_fit(Part *part, Error **errp)
{
    switch_add(&PUSHBUTTON(part)->contact, part_leg(part, 0), part_leg(part, 1), false);
    return true;
}

static const VMStateDescription pushbutton_vmstate = {
    .name = TYPE_PUSHBUTTON, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SWITCH(contact, Pushbutton),
        VMSTATE_END_OF_LIST()
    },
};

static void pushbutton_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "1.l 1.r", "2.l 2.r", NULL };
    static const char *const looks[] = { "color", "label", "key", "xray", NULL };
    static const char *const shows[] = { "pressed", NULL };

    DEVICE_CLASS(klass)->desc = "push button: 1.l 1.r, 2.l 2.r";
    DEVICE_CLASS(klass)->vmsd = &pushbutton_vmstate;
    part_class_set(klass, legs, looks, shows, pushbutton_fit);
    object_class_property_add_bool(klass, "pressed", get_pressed, set_pressed);
    switch_class_add_bounce(klass, offsetof(Pushbutton, steady));
}

static const TypeInfo pushbutton_types[] = { {
    .name = TYPE_PUSHBUTTON, .parent = TYPE_PART, .instance_size = sizeof(Pushbutton),
    .class_init = pushbutton_class_init,
}, {
    .name = "wokwi-pushbutton-6mm", .parent = TYPE_PUSHBUTTON,
} };
DEFINE_TYPES(pushbutton_types)
