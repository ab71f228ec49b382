/*
 * A servo: `angle` in degrees, from the length of the pulses at PWM: 544 us is 0, 2400 us is 180.  A timer's square costs
 * nothing; without pulses it stays where it is.
 *
 * Deliberately different: it is there at once.  Pulses of less than 300 us or more than 3 ms are none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/part.h"

#define TYPE_SERVO "wokwi-servo"
OBJECT_DECLARE_SIMPLE_TYPE(Servo, SERVO)

enum { LEG_GND, LEG_VPLUS, LEG_PWM };
enum { LEAST_NS = 300000, MOST_NS = 3000000, FIRST_NS = 544000, SPAN_NS = 2400000 - 544000 };

struct Servo {
    Part parent_obj;
    PinFollower follower;
    bool level;
    uint64_t wave;              /* high time of the square that is there, ns; 0: none */
    int64_t rose;               /* virtual ns, of a level */
    uint32_t pulse;             /* the last one, ns */
};

static void take(Servo *s, uint64_t ns)
{
    if (ns >= LEAST_NS && ns <= MOST_NS) {
        s->pulse = ns;
    }
}

static void changed(void *opaque)
{
    Servo *s = opaque;
    Drive d = pin_plain_state(part_leg(PART(s), LEG_PWM));
    bool level = d.kind != DRIVE_WAVE && drive_level(&d);

    take(s, s->wave);
    if (s->level && !level && d.kind != DRIVE_WAVE) {
        take(s, drive_now() - s->rose);
    }
    if (level && !s->level) {
        s->rose = drive_now();
    }
    s->level = level;
    s->wave = d.kind == DRIVE_WAVE ? d.high >> 32 : 0;
}

static void get_angle(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Servo *s = SERVO(obj);
    int64_t angle;

    changed(s);
    take(s, s->wave);
    angle = ((int64_t)s->pulse - FIRST_NS) * 180 / SPAN_NS;
    angle = MIN(MAX(angle, 0), 180);
    visit_type_int(v, name, &angle, errp);
}

static bool servo_fit(Part *part, Error **errp)
{
    Servo *s = SERVO(part);

    s->follower.changed = changed;
    s->follower.opaque = s;
    pin_follow(&s->follower, part_leg(part, LEG_PWM));
    return true;
}

static const VMStateDescription servo_vmstate = {
    .name = TYPE_SERVO, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(level, Servo),
        VMSTATE_UINT64(wave, Servo),
        VMSTATE_INT64(rose, Servo),
        VMSTATE_UINT32(pulse, Servo),
        VMSTATE_END_OF_LIST()
    },
};

static void servo_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "V+", "PWM", NULL };
    static const char *const looks[] = { "horn", "hornColor", NULL };
    static const char *const shows[] = { "angle", NULL };

    DEVICE_CLASS(klass)->desc = "servo: GND, V+, PWM";
    DEVICE_CLASS(klass)->vmsd = &servo_vmstate;
    part_class_set(klass, legs, looks, shows, servo_fit);
    object_class_property_add(klass, "angle", "int", get_angle, NULL, NULL, NULL);
}

static const TypeInfo servo_types[] = { {
    .name = TYPE_SERVO, .parent = TYPE_PART, .instance_size = sizeof(Servo), .class_init = servo_class_init,
} };
DEFINE_TYPES(servo_types)
