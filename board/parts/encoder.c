/*
 * A rotary encoder, KY-040: `rotate` = N turns it by N detents, clockwise if that is positive; `angle` is where it is.
 * `pressed`: SW is joined to GND, and bounces, unless `bounce=0`.
 *
 * A detent is four phases of 2.5 ms: clockwise CLK falls first, then DT; CLK rises, then DT.  They have pull-up
 * resistors, and are closed to GND.  What is turned while it still turns is done afterwards.
 *
 * Not able to: bounce at CLK and DT.  unsure: Wokwi has keys, and no control that is documented.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/switch.h"
#include "stm32/core/counter.h"

#define TYPE_ENCODER "wokwi-ky-040"
OBJECT_DECLARE_SIMPLE_TYPE(Encoder, ENCODER)

enum { LEG_CLK, LEG_DT, LEG_SW, LEG_VCC, LEG_GND };
enum { PHASES = 4, DETENT = 18, PHASE_NS = 2500000, MOST = 10000 };

struct Encoder {
    Part parent_obj;
    PinDriver out[2];           /* CLK, DT */
    Switch button;
    QEMUTimer *timer;
    int32_t position, wanted;   /* in phases since the start, clockwise */
    int64_t next;
    bool steady;
};

static void drive(Encoder *e)
{
    static const uint8_t closed[PHASES] = { 0, 1, 3, 2 };       /* bit 0: CLK */
    unsigned now = closed[(unsigned)e->position % PHASES];

    for (unsigned n = 0; n < 2; n++) {
        pin_drive(&e->out[n], now >> n & 1 ? DRIVE(LOW) : DRIVE(PULL_UP));
    }
    counter_arm(e->timer, e->position == e->wanted ? COUNTER_NEVER : e->next);
}

static void expired(void *opaque)
{
    Encoder *e = opaque;

    e->position += e->wanted > e->position ? 1 : e->wanted < e->position ? -1 : 0;
    e->next += PHASE_NS;
    drive(e);
}

static void get_rotate(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Encoder *e = ENCODER(obj);
    int64_t left = (e->wanted - e->position) / PHASES;

    visit_type_int(v, name, &left, errp);
}

static void set_rotate(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Encoder *e = ENCODER(obj);
    int64_t detents;

    if (!visit_type_int(v, name, &detents, errp)) {
        return;
    }
    if (detents < -MOST || detents > MOST || ABS(e->wanted + detents * PHASES) > INT32_MAX / 2) {
        error_setg(errp, "rotate is -%d to %d detents", MOST, MOST);
        return;
    }
    if (e->position == e->wanted) {
        e->next = drive_now() + PHASE_NS;
    }
    e->wanted += detents * PHASES;
    if (PART(e)->fitted) {
        drive(e);
    }
}

static void get_angle(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t detents = ENCODER(obj)->position / PHASES, angle = (detents * DETENT % 360 + 360) % 360;

    visit_type_int(v, name, &angle, errp);
}

static bool get_pressed(Object *obj, Error **errp)
{
    return ENCODER(obj)->button.closed;
}

static void set_pressed(Object *obj, bool pressed, Error **errp)
{
    switch_set(&ENCODER(obj)->button, pressed, ENCODER(obj)->steady);
}

static bool encoder_fit(Part *part, Error **errp)
{
    Encoder *e = ENCODER(part);

    e->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, e);
    pin_add_driver(part_leg(part, LEG_CLK), &e->out[0], part_id(part));
    pin_add_driver(part_leg(part, LEG_DT), &e->out[1], part_id(part));
    switch_add(&e->button, part_leg(part, LEG_SW), part_leg(part, LEG_GND), false);
    drive(e);
    return true;
}

static int encoder_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription encoder_vmstate = {
    .name = TYPE_ENCODER, .version_id = 1, .minimum_version_id = 1, .post_load = encoder_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SWITCH(button, Encoder),
        VMSTATE_INT32(position, Encoder),
        VMSTATE_INT32(wanted, Encoder),
        VMSTATE_INT64(next, Encoder),
        VMSTATE_END_OF_LIST()
    },
};

static void encoder_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "CLK", "DT", "SW", "VCC", "GND", NULL };
    static const char *const shows[] = { "angle", "pressed", NULL };

    DEVICE_CLASS(klass)->desc = "rotary encoder: CLK, DT, SW, VCC, GND";
    DEVICE_CLASS(klass)->vmsd = &encoder_vmstate;
    part_class_set(klass, legs, NULL, shows, encoder_fit);
    object_class_property_add(klass, "rotate", "int", get_rotate, set_rotate, NULL, NULL);
    object_class_property_add(klass, "angle", "int", get_angle, NULL, NULL, NULL);
    object_class_property_add_bool(klass, "pressed", get_pressed, set_pressed);
    switch_class_add_bounce(klass, offsetof(Encoder, steady));
}

static const TypeInfo encoder_types[] = { {
    .name = TYPE_ENCODER, .parent = TYPE_PART, .instance_size = sizeof(Encoder), .class_init = encoder_class_init,
} };
DEFINE_TYPES(encoder_types)
