/*
 * A slide switch: 2 is joined to 1 (`value` 0) or to 3 (1).  It breaks before it makes, and bounces unless `bounce=0`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/switch.h"

#define TYPE_SLIDE_SWITCH "wokwi-slide-switch"
OBJECT_DECLARE_SIMPLE_TYPE(SlideSwitch, SLIDE_SWITCH)

struct SlideSwitch {
    Part parent_obj;
    Switch contact[2];
    bool value, steady;
};

static void get_value(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    uint32_t value = SLIDE_SWITCH(obj)->value;

    visit_type_uint32(v, name, &value, errp);
}

static void set_value(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    SlideSwitch *s = SLIDE_SWITCH(obj);
    uint32_t value;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (value > 1) {
        error_setg(errp, "value is 0 (left) or 1 (right), not %u", value);
        return;
    }
    s->value = value;
    switch_set(&s->contact[!value], false, true);
    switch_set(&s->contact[value], true, s->steady);
}

static bool slide_switch_fit(Part *part, Error **errp)
{
    SlideSwitch *s = SLIDE_SWITCH(part);

    switch_add(&s->contact[0], part_leg(part, 0), part_leg(part, 1), !s->value);
    switch_add(&s->contact[1], part_leg(part, 2), part_leg(part, 1), s->value);
    return true;
}

static const VMStateDescription slide_switch_vmstate = {
    .name = TYPE_SLIDE_SWITCH, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SWITCHES(contact, SlideSwitch, 2),
        VMSTATE_BOOL(value, SlideSwitch),
        VMSTATE_END_OF_LIST()
    },
};

static void slide_switch_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "1", "2", "3", NULL };
    static const char *const shows[] = { "value", NULL };

    DEVICE_CLASS(klass)->desc = "slide switch: 1, 2, 3";
    DEVICE_CLASS(klass)->vmsd = &slide_switch_vmstate;
    part_class_set(klass, legs, NULL, shows, slide_switch_fit);
    object_class_property_add(klass, "value", "uint32", get_value, set_value, NULL, NULL);
    switch_class_add_bounce(klass, offsetof(SlideSwitch, steady));
}

static const TypeInfo slide_switch_types[] = { {
    .name = TYPE_SLIDE_SWITCH, .parent = TYPE_PART, .instance_size = sizeof(SlideSwitch),
    .class_init = slide_switch_class_init,
} };
DEFINE_TYPES(slide_switch_types)
