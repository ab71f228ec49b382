/*
 * A joystick: `x` and `y` from -1 to 1 (0 is its middle), `pressed`.  HORZ and VERT are potentiometers of 10 kOhm from
 * GND to VCC: x = 1 (left) and y = 1 (top) are VCC.  SEL is joined to GND while it is pressed, and bounces, unless
 * `bounce=0`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/switch.h"

#define TYPE_JOYSTICK "wokwi-analog-joystick"
OBJECT_DECLARE_SIMPLE_TYPE(Joystick, JOYSTICK)

enum { LEG_VCC, LEG_VERT, LEG_HORZ, LEG_SEL, LEG_GND };
enum { OHMS = 10000, SCALE = 1000 };

struct Joystick {
    Part parent_obj;
    PinContact low[2], high[2];         /* of y and x, from the axis to either end */
    Switch select;
    int32_t axis[2];                    /* y, x */
    bool steady;
};

static void axes_changed(Part *part)
{
    Joystick *j = JOYSTICK(part);

    for (unsigned n = 0; n < 2; n++) {
        uint32_t ohms = OHMS * (j->axis[n] + SCALE) / (2 * SCALE);

        contact_set(&j->low[n], ohms);
        contact_set(&j->high[n], OHMS - ohms);
    }
}

static bool get_pressed(Object *obj, Error **errp)
{
    return JOYSTICK(obj)->select.closed;
}

static void set_pressed(Object *obj, bool pressed, Error **errp)
{
    switch_set(&JOYSTICK(obj)->select, pressed, JOYSTICK(obj)->steady);
}

static bool joystick_fit(Part *part, Error **errp)
{
    Joystick *j = JOYSTICK(part);

    for (unsigned n = 0; n < 2; n++) {
        contact_add(&j->low[n], part_leg(part, LEG_GND), part_leg(part, LEG_VERT + n), OHMS / 2);
        contact_add(&j->high[n], part_leg(part, LEG_VCC), part_leg(part, LEG_VERT + n), OHMS / 2);
    }
    switch_add(&j->select, part_leg(part, LEG_SEL), part_leg(part, LEG_GND), false);
    return true;
}

static const VMStateDescription joystick_vmstate = {
    .name = TYPE_JOYSTICK, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SWITCH(select, Joystick),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl joystick_controls[] = {
    { "x", "-1 (right) to 1 (left)", offsetof(Joystick, axis[1]), -1, 1, 0, SCALE, axes_changed },
    { "y", "-1 (bottom) to 1 (top)", offsetof(Joystick, axis[0]), -1, 1, 0, SCALE, axes_changed },
    { }
};

static void joystick_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "VERT", "HORZ", "SEL", "GND", NULL };
    static const char *const shows[] = { "x", "y", "pressed", NULL };

    DEVICE_CLASS(klass)->desc = "joystick: VCC, VERT, HORZ, SEL, GND";
    DEVICE_CLASS(klass)->vmsd = &joystick_vmstate;
    part_class_set(klass, legs, NULL, shows, joystick_fit);
    part_class_set_controls(klass, joystick_controls);
    object_class_property_add_bool(klass, "pressed", get_pressed, set_pressed);
    switch_class_add_bounce(klass, offsetof(Joystick, steady));
}

static const TypeInfo joystick_types[] = { {
    .name = TYPE_JOYSTICK, .parent = TYPE_PART, .instance_size = sizeof(Joystick), .class_init = joystick_class_init,
} };
DEFINE_TYPES(joystick_types)
