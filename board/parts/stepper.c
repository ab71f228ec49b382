/*
 * A stepper motor with two coils, 200 steps a turn: `angle` in degrees, `steps`, from the currents in A and B: full and
 * half steps.  A coil without current, or with both ends alike, has none.
 *
 * Deliberately different: it follows at once, and never slips but by four half steps, whose way nobody knows.
 * Pins of a port that change at once are seen one after the other, so a motor that is let go may turn by half a step.
 * Not able to: microsteps of currents in between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "system/runstate.h"
#include "stm32/board/parts/part.h"

#define TYPE_STEPPER "wokwi-stepper-motor"
OBJECT_DECLARE_SIMPLE_TYPE(Stepper, STEPPER)

enum { LEG_A_MINUS, LEG_A_PLUS, LEG_B_PLUS, LEG_B_MINUS, LEGS };
enum { HALVES = 8, TURN = 400 };

struct Stepper {
    Part parent_obj;
    PinFollower follower[LEGS];
    int32_t position;           /* in half steps; its rest by 8 is that of the currents */
    bool turned;                /* it has had current */
};

static int current(Stepper *s, unsigned plus, unsigned minus)
{
    Drive p = pin_plain_state(part_leg(PART(s), plus)), m = pin_plain_state(part_leg(PART(s), minus));

    return drive_level(&p) - drive_level(&m);
}

static void changed(void *opaque)
{
    /* by current in A and in B, each -1, 0, 1 */
    static const int8_t place[3][3] = { { 5, 4, 3 }, { 6, -1, 2 }, { 7, 0, 1 } };
    Stepper *s = opaque;
    int at = place[current(s, LEG_A_PLUS, LEG_A_MINUS) + 1][current(s, LEG_B_PLUS, LEG_B_MINUS) + 1];
    int step;

    if (at < 0 || !runstate_is_running()) {
        return;                         /* a snapshot is loaded pin by pin */
    }
    step = ((at - s->position) % HALVES + HALVES) % HALVES;
    if (!s->turned) {
        s->position = at;               /* where it is when it begins is 0 for who looks */
        s->turned = true;
    } else if (step != HALVES / 2) {
        s->position += step > HALVES / 2 ? step - HALVES : step;
    }
}

static void get_angle(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    double angle = (STEPPER(obj)->position % TURN + TURN) % TURN * 360.0 / TURN;

    visit_type_number(v, name, &angle, errp);
}

static void get_steps(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t steps = STEPPER(obj)->position / 2;

    visit_type_int(v, name, &steps, errp);
}

static bool stepper_fit(Part *part, Error **errp)
{
    Stepper *s = STEPPER(part);

    for (unsigned n = 0; n < LEGS; n++) {
        s->follower[n] = (PinFollower) { .changed = changed, .opaque = s };
        pin_follow(&s->follower[n], part_leg(part, n));
    }
    return true;
}

static const VMStateDescription stepper_vmstate = {
    .name = TYPE_STEPPER, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32(position, Stepper),
        VMSTATE_BOOL(turned, Stepper),
        VMSTATE_END_OF_LIST()
    },
};

static void stepper_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "A-", "A+", "B+", "B-", NULL };
    static const char *const looks[] = { "arrow", "display", "gearRatio", "size", NULL };
    static const char *const shows[] = { "angle", "steps", NULL };

    DEVICE_CLASS(klass)->desc = "stepper motor: A-, A+, B+, B-";
    DEVICE_CLASS(klass)->vmsd = &stepper_vmstate;
    part_class_set(klass, legs, looks, shows, stepper_fit);
    object_class_property_add(klass, "angle", "number", get_angle, NULL, NULL, NULL);
    object_class_property_add(klass, "steps", "int", get_steps, NULL, NULL, NULL);
}

static const TypeInfo stepper_types[] = { {
    .name = TYPE_STEPPER, .parent = TYPE_PART, .instance_size = sizeof(Stepper), .class_init = stepper_class_init,
} };
DEFINE_TYPES(stepper_types)
