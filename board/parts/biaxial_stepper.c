/*
 * Two stepper motors in a case, one shaft in the other: `outerAngle`, `innerAngle` in degrees (coils.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/coils.h"
#include "stm32/board/parts/part.h"

#define TYPE_BIAXIAL "wokwi-biaxial-stepper"
OBJECT_DECLARE_SIMPLE_TYPE(Biaxial, BIAXIAL)

struct Biaxial {
    Part parent_obj;
    Coils coils[2];             /* outer, inner */
};

static void get_angle(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    double angle = coils_angle(&BIAXIAL(obj)->coils[(uintptr_t)opaque], COILS_STEPS);

    visit_type_number(v, name, &angle, errp);
}

static bool biaxial_fit(Part *part, Error **errp)
{
    for (unsigned n = 0; n < 2; n++) {
        coils_init(&BIAXIAL(part)->coils[n], part_leg(part, n * COIL_ENDS));
    }
    return true;
}

static const VMStateDescription biaxial_vmstate = {
    .name = TYPE_BIAXIAL, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(coils, Biaxial, 2, 1, vmstate_coils, Coils),
        VMSTATE_END_OF_LIST()
    },
};

static void biaxial_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "A1-", "A1+", "B1+", "B1-", "A2-", "A2+", "B2+", "B2-", NULL };
    static const char *const looks[] = {
        "outerHandLength", "outerHandColor", "outerHandShape", "innerHandLength", "innerHandColor", "innerHandShape", NULL
    };
    static const char *const shows[] = { "outerAngle", "innerAngle", NULL };

    DEVICE_CLASS(klass)->desc = "two stepper motors: A1-, A1+, B1+, B1-, A2-, A2+, B2+, B2-";
    DEVICE_CLASS(klass)->vmsd = &biaxial_vmstate;
    part_class_set(klass, legs, looks, shows, biaxial_fit);
    object_class_property_add(klass, "outerAngle", "number", get_angle, NULL, NULL, (void *)0);
    object_class_property_add(klass, "innerAngle", "number", get_angle, NULL, NULL, (void *)1);
}

static const TypeInfo biaxial_types[] = { {
    .name = TYPE_BIAXIAL, .parent = TYPE_PART, .instance_size = sizeof(Biaxial), .class_init = biaxial_class_init,
} };
DEFINE_TYPES(biaxial_types)
