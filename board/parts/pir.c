/*
 * A motion sensor: `motion` = true is somebody who moves, once.  OUT is high for `delayTime` seconds from then, and
 * again from each further motion (not with `retrigger=0`); for `inhibitTime` seconds after that it sees nothing.
 *
 * unsure: the name of Wokwi's control, which it has as a button alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_PIR "wokwi-pir-motion-sensor"
OBJECT_DECLARE_SIMPLE_TYPE(Pir, PIR)

enum { LEG_VCC, LEG_OUT, LEG_GND };
enum { SCALE = 1000, MS = 1000000 };

struct Pir {
    Part parent_obj;
    PinDriver out;
    QEMUTimer *timer;
    int32_t delay, inhibit;     /* ms */
    bool once;                  /* it can't be triggered again */
    bool high;
    int64_t until;              /* virtual ns: it is high; after that, blind */
};

static void drive(Pir *p)
{
    pin_drive_level(&p->out, p->high);
    counter_arm(p->timer, p->high ? p->until : COUNTER_NEVER);
}

static void expired(void *opaque)
{
    Pir *p = opaque;

    p->high = false;
    p->until += (int64_t)p->inhibit * MS;
    drive(p);
}

static bool get_motion(Object *obj, Error **errp)
{
    return PIR(obj)->high;
}

static void set_motion(Object *obj, bool motion, Error **errp)
{
    Pir *p = PIR(obj);
    int64_t now = drive_now();

    if (!motion || !PART(p)->fitted || (p->high ? p->once : now < p->until)) {
        return;
    }
    p->high = true;
    p->until = now + (int64_t)p->delay * MS;
    drive(p);
}

static char *get_retrigger(Object *obj, Error **errp)
{
    return g_strdup(PIR(obj)->once ? "0" : "1");
}

static void set_retrigger(Object *obj, const char *value, Error **errp)
{
    PIR(obj)->once = !strcmp(value, "0");
}

static bool pir_fit(Part *part, Error **errp)
{
    Pir *p = PIR(part);

    p->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, p);
    pin_add_driver(part_leg(part, LEG_OUT), &p->out, part_id(part));
    drive(p);
    return true;
}

static int pir_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription pir_vmstate = {
    .name = TYPE_PIR, .version_id = 1, .minimum_version_id = 1, .post_load = pir_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(high, Pir),
        VMSTATE_INT64(until, Pir),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl pir_controls[] = {
    { "delayTime", "seconds that OUT stays high", offsetof(Pir, delay), 0.001, 1e6, 5, SCALE },
    { "inhibitTime", "seconds that it is blind", offsetof(Pir, inhibit), 0, 1e6, 1.2, SCALE },
    { }
};

static void pir_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "OUT", "GND", NULL };
    static const char *const shows[] = { "motion", NULL };

    DEVICE_CLASS(klass)->desc = "motion sensor: VCC, OUT, GND; delayTime=, inhibitTime=";
    DEVICE_CLASS(klass)->vmsd = &pir_vmstate;
    part_class_set(klass, legs, NULL, shows, pir_fit);
    part_class_set_controls(klass, pir_controls);
    object_class_property_add_bool(klass, "motion", get_motion, set_motion);
    object_class_property_add_str(klass, "retrigger", get_retrigger, set_retrigger);
}

static const TypeInfo pir_types[] = { {
    .name = TYPE_PIR, .parent = TYPE_PART, .instance_size = sizeof(Pir), .class_init = pir_class_init,
} };
DEFINE_TYPES(pir_types)
