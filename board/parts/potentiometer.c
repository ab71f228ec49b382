/*
 * A potentiometer, turned or slid: `value` from 0 (SIG is GND) to 1023 (SIG is VCC), 10 kOhm from end to end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"

#define TYPE_POTENTIOMETER "wokwi-potentiometer"
OBJECT_DECLARE_SIMPLE_TYPE(Potentiometer, POTENTIOMETER)

enum { LEG_GND, LEG_SIG, LEG_VCC };
enum { MAX = 1023, OHMS = 10000 };

struct Potentiometer {
    Part parent_obj;
    uint32_t value;
    PinContact low, high;       /* from SIG to either end */
};

static uint32_t low_ohms(const Potentiometer *p)
{
    return OHMS * p->value / MAX;
}

static void get_value(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    visit_type_uint32(v, name, &POTENTIOMETER(obj)->value, errp);
}

static void set_value(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Potentiometer *p = POTENTIOMETER(obj);
    uint32_t value;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (value > MAX) {
        error_setg(errp, "value is 0 to %u, not %u", MAX, value);
        return;
    }
    p->value = value;
    if (p->low.pin[0]) {
        contact_set(&p->low, low_ohms(p));
        contact_set(&p->high, OHMS - low_ohms(p));
    }
}

static bool potentiometer_fit(Part *part, Error **errp)
{
    Potentiometer *p = POTENTIOMETER(part);

    contact_add(&p->low, part_leg(part, LEG_GND), part_leg(part, LEG_SIG), low_ohms(p));
    contact_add(&p->high, part_leg(part, LEG_VCC), part_leg(part, LEG_SIG), OHMS - low_ohms(p));
    return true;
}

static int potentiometer_post_load(void *opaque, int version_id)
{
    Potentiometer *p = opaque;

    if (p->value > MAX) {
        return -EINVAL;
    }
    contact_set(&p->low, low_ohms(p));
    contact_set(&p->high, OHMS - low_ohms(p));
    return 0;
}

static const VMStateDescription potentiometer_vmstate = {
    .name = TYPE_POTENTIOMETER, .version_id = 1, .minimum_version_id = 1, .post_load = potentiometer_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(value, Potentiometer),
        VMSTATE_END_OF_LIST()
    },
};

static void potentiometer_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "SIG", "VCC", NULL };
    static const char *const looks[] = { "travelLength", NULL };
    static const char *const shows[] = { "value", NULL };

    DEVICE_CLASS(klass)->desc = "potentiometer: GND, SIG, VCC";
    DEVICE_CLASS(klass)->vmsd = &potentiometer_vmstate;
    part_class_set(klass, legs, looks, shows, potentiometer_fit);
    object_class_property_add(klass, "value", "uint32", get_value, set_value, NULL, NULL);
}

static const TypeInfo potentiometer_types[] = { {
    .name = TYPE_POTENTIOMETER, .parent = TYPE_PART, .instance_size = sizeof(Potentiometer),
    .class_init = potentiometer_class_init,
}, {
    .name = "wokwi-slide-potentiometer", .parent = TYPE_POTENTIOMETER,
} };
DEFINE_TYPES(potentiometer_types)
