/*
 * A stepper motor with two coils, 200 steps a turn: `angle` in degrees, `steps`, from the currents in A and B (coils.h): full
 * and half steps, and microsteps of a driver.  `gearRatio` 2:1 makes 400 steps a turn of what is seen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/coils.h"
#include "stm32/board/parts/part.h"

#define TYPE_STEPPER "wokwi-stepper-motor"
OBJECT_DECLARE_SIMPLE_TYPE(Stepper, STEPPER)

struct Stepper {
    Part parent_obj;
    Coils coils;
    unsigned gear, of;          /* turns of the motor for a number of turns that are seen */
};

static void get_angle(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Stepper *s = STEPPER(obj);
    double angle = coils_angle(&s->coils, COILS_STEPS * s->gear / s->of);

    visit_type_number(v, name, &angle, errp);
}

static void get_steps(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t steps = STEPPER(obj)->coils.position >> 4;          /* of COILS_MICROSTEPS, whole ones */

    visit_type_int(v, name, &steps, errp);
}

static char *get_gear(Object *obj, Error **errp)
{
    return g_strdup_printf("%u:%u", STEPPER(obj)->gear, STEPPER(obj)->of);
}

static void set_gear(Object *obj, const char *value, Error **errp)
{
    Stepper *s = STEPPER(obj);
    unsigned gear, of;
    char end;

    if (sscanf(value, "%4u:%4u%c", &gear, &of, &end) != 2 || !gear || !of || gear * COILS_STEPS < of) {
        error_setg(errp, "gearRatio is two numbers, as in 2:1, not '%s'", value);
        return;
    }
    s->gear = gear;
    s->of = of;
}

static bool stepper_fit(Part *part, Error **errp)
{
    coils_init(&STEPPER(part)->coils, part->legs);
    return true;
}

static void stepper_init(Object *obj)
{
    STEPPER(obj)->gear = STEPPER(obj)->of = 1;
}

static const VMStateDescription stepper_vmstate = {
    .name = TYPE_STEPPER, .version_id = 2, .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_COILS(coils, Stepper),
        VMSTATE_END_OF_LIST()
    },
};

static void stepper_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "A-", "A+", "B+", "B-", NULL };
    static const char *const looks[] = { "arrow", "display", "size", NULL };
    static const char *const shows[] = { "angle", "steps", NULL };

    DEVICE_CLASS(klass)->desc = "stepper motor: A-, A+, B+, B-; gearRatio=";
    DEVICE_CLASS(klass)->vmsd = &stepper_vmstate;
    part_class_set(klass, legs, looks, shows, stepper_fit);
    object_class_property_add(klass, "angle", "number", get_angle, NULL, NULL, NULL);
    object_class_property_add(klass, "steps", "int", get_steps, NULL, NULL, NULL);
    object_class_property_add_str(klass, "gearRatio", get_gear, set_gear);
}

static const TypeInfo stepper_types[] = { {
    .name = TYPE_STEPPER, .parent = TYPE_PART, .instance_size = sizeof(Stepper), .instance_init = stepper_init,
    .class_init = stepper_class_init,
} };
DEFINE_TYPES(stepper_types)
