/*
 * An ultrasonic ranger, HC-SR04: `distance` in cm.  After a pulse of 10 us or more at TRIG it sends, and ECHO is high for
 * 58 us a centimetre.  Pulses that come before that is over are of no effect.
 *
 * Deliberately different: it hears its echo up to 400 cm always, a real one says 38 ms when there is none.
 * unsure: the time from TRIG to ECHO, here 450 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_HC_SR04 "wokwi-hc-sr04"
OBJECT_DECLARE_SIMPLE_TYPE(HcSr04, HC_SR04)

enum { LEG_VCC, LEG_TRIG, LEG_ECHO, LEG_GND };
enum { IDLE, SENDS, ECHOES };
enum { TRIG_NS = 10000, SENDS_NS = 450000, CM_NS = 58000, SCALE = 1000 };

struct HcSr04 {
    Part parent_obj;
    PinListener trig;
    PinDriver echo;
    QEMUTimer *timer;
    int32_t distance;
    int64_t rose, next;         /* virtual ns; -1: TRIG has not risen */
    uint8_t phase;
};

static void drive(HcSr04 *h)
{
    pin_drive_level(&h->echo, h->phase == ECHOES);
    counter_arm(h->timer, h->phase == IDLE ? COUNTER_NEVER : h->next);
}

static void expired(void *opaque)
{
    HcSr04 *h = opaque;

    if (h->phase == SENDS) {
        h->phase = ECHOES;
        h->next += (int64_t)h->distance * CM_NS / SCALE;
    } else {
        h->phase = IDLE;
    }
    drive(h);
}

static void trig_changed(void *opaque, bool level)
{
    HcSr04 *h = opaque;
    int64_t ns = pin_edge_ns(part_leg(PART(h), LEG_TRIG));

    if (level) {
        h->rose = ns;
    } else if (h->phase == IDLE && h->rose >= 0 && ns - h->rose >= TRIG_NS) {
        h->phase = SENDS;
        h->next = ns + SENDS_NS;
        drive(h);
    }
}

static bool hc_sr04_fit(Part *part, Error **errp)
{
    HcSr04 *h = HC_SR04(part);

    h->rose = -1;
    h->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, h);
    pin_add_driver(part_leg(part, LEG_ECHO), &h->echo, part_id(part));
    h->trig = (PinListener) { .changed = trig_changed, .opaque = h, .waves = true };
    pin_listen(&h->trig, part_leg(part, LEG_TRIG));
    drive(h);
    return true;
}

static int hc_sr04_post_load(void *opaque, int version_id)
{
    HcSr04 *h = opaque;

    if (h->phase > ECHOES) {
        return -EINVAL;
    }
    drive(h);
    return 0;
}

static const VMStateDescription hc_sr04_vmstate = {
    .name = TYPE_HC_SR04, .version_id = 1, .minimum_version_id = 1, .post_load = hc_sr04_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(rose, HcSr04),
        VMSTATE_INT64(next, HcSr04),
        VMSTATE_UINT8(phase, HcSr04),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl hc_sr04_controls[] = {
    { "distance", "centimetres", offsetof(HcSr04, distance), 2, 400, 400, SCALE },
    { }
};

static void hc_sr04_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "TRIG", "ECHO", "GND", NULL };
    static const char *const shows[] = { "distance", NULL };

    DEVICE_CLASS(klass)->desc = "ultrasonic ranger: VCC, TRIG, ECHO, GND; distance=";
    DEVICE_CLASS(klass)->vmsd = &hc_sr04_vmstate;
    part_class_set(klass, legs, NULL, shows, hc_sr04_fit);
    part_class_set_controls(klass, hc_sr04_controls);
}

static const TypeInfo hc_sr04_types[] = { {
    .name = TYPE_HC_SR04, .parent = TYPE_PART, .instance_size = sizeof(HcSr04), .class_init = hc_sr04_class_init,
} };
DEFINE_TYPES(hc_sr04_types)
