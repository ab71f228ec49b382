/*
 * A tilt switch on a module: OUT is high while it is `tilted`.
 *
 * unsure: which level Wokwi's has, and its control: it is in its elements, and not in its documentation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"

#define TYPE_TILT_SWITCH "wokwi-tilt-switch"
OBJECT_DECLARE_SIMPLE_TYPE(TiltSwitch, TILT_SWITCH)

enum { LEG_GND, LEG_VCC, LEG_OUT };

struct TiltSwitch {
    Part parent_obj;
    PinDriver out;
    int32_t tilted;
};

static void tilted_changed(Part *part)
{
    pin_drive_level(&TILT_SWITCH(part)->out, TILT_SWITCH(part)->tilted);
}

static bool tilt_switch_fit(Part *part, Error **errp)
{
    pin_add_driver(part_leg(part, LEG_OUT), &TILT_SWITCH(part)->out, part_id(part));
    return true;
}

static const PartControl tilt_switch_controls[] = {
    { "tilted", "OUT is high", offsetof(TiltSwitch, tilted), 0, 1, 0, 0, tilted_changed },
    { }
};

static void tilt_switch_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "VCC", "OUT", NULL };
    static const char *const shows[] = { "tilted", NULL };

    DEVICE_CLASS(klass)->desc = "tilt switch: GND, VCC, OUT";
    part_class_set(klass, legs, NULL, shows, tilt_switch_fit);
    part_class_set_controls(klass, tilt_switch_controls);
}

static const TypeInfo tilt_switch_types[] = { {
    .name = TYPE_TILT_SWITCH, .parent = TYPE_PART, .instance_size = sizeof(TiltSwitch),
    .class_init = tilt_switch_class_init,
} };
DEFINE_TYPES(tilt_switch_types)
