/*
 * A resistor: `value` in ohms.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"

#define TYPE_RESISTOR "wokwi-resistor"
OBJECT_DECLARE_SIMPLE_TYPE(Resistor, RESISTOR)

struct Resistor {
    Part parent_obj;
    uint32_t ohms;
    PinContact contact;
};

static bool resistor_fit(Part *part, Error **errp)
{
    Resistor *r = RESISTOR(part);

    if (r->ohms >= CONTACT_OPEN) {
        error_setg(errp, "%s: value=%u is no resistor", part_id(part), r->ohms);
        return false;
    }
    contact_add(&r->contact, part_leg(part, 0), part_leg(part, 1), MAX(r->ohms, 1));
    return true;
}

static const Property resistor_properties[] = {
    DEFINE_PROP_UINT32("value", Resistor, ohms, 1000),
};

static void resistor_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "1", "2", NULL };

    DEVICE_CLASS(klass)->desc = "resistor: 1, 2; value= in ohms";
    part_class_set(klass, legs, NULL, NULL, resistor_fit);
    device_class_set_props(DEVICE_CLASS(klass), resistor_properties);
}

static const TypeInfo resistor_types[] = { {
    .name = TYPE_RESISTOR, .parent = TYPE_PART, .instance_size = sizeof(Resistor), .class_init = resistor_class_init,
} };
DEFINE_TYPES(resistor_types)
