/*
 * An amplifier for a load cell, HX711: `load` in kg.  DT low says that there is a value, every 100 ms; 24 pulses of SCK
 * read it, the first bit uppermost, 1 to 3 more say the gain.  SCK high for 60 us puts it to sleep.
 *
 * Deliberately different: gains and channels make no difference.  unsure: Wokwi's counts a kilogram, here 420 for 5kg
 * and 50kg alike.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_HX711 "wokwi-hx711"
OBJECT_DECLARE_SIMPLE_TYPE(Hx711, HX711)

enum { LEG_VCC, LEG_DT, LEG_SCK, LEG_GND };
enum { BITS = 24, COUNTS = 420, SCALE = 1000, SAMPLE_NS = 100000000, SLEEP_NS = 60000 };

struct Hx711 {
    Part parent_obj;
    PinListener sck;
    PinDriver dt;
    QEMUTimer *timer;
    int32_t load;
    uint32_t value;
    uint8_t pulses;             /* of the value that is read; 0: none yet */
    bool ready;
    int64_t next, rose;         /* virtual ns: the next value; SCK */
};

static void drive(Hx711 *h)
{
    bool bit = h->pulses && h->pulses <= BITS ? h->value >> (BITS - h->pulses) & 1 : !h->ready || h->pulses;

    pin_drive_level(&h->dt, bit);
    counter_arm(h->timer, h->ready ? COUNTER_NEVER : h->next);
}

static void expired(void *opaque)
{
    Hx711 *h = opaque;

    h->ready = true;
    h->pulses = 0;
    drive(h);
}

static void wait_for_next(Hx711 *h)
{
    h->ready = false;
    h->pulses = 0;
    h->next = drive_now() + SAMPLE_NS;
}

static void sck_changed(void *opaque, bool level)
{
    Hx711 *h = opaque;
    int64_t now = drive_now();

    if (!level) {
        if (now - h->rose >= SLEEP_NS || h->pulses > BITS) {
            wait_for_next(h);
        }
    } else if (h->ready) {
        if (!h->pulses) {
            h->value = (uint32_t)((int64_t)h->load * COUNTS / SCALE) & 0xffffff;
        }
        h->pulses++;
    }
    h->rose = level ? now : h->rose;
    drive(h);
}

static bool hx711_fit(Part *part, Error **errp)
{
    Hx711 *h = HX711(part);

    h->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, h);
    pin_add_driver(part_leg(part, LEG_DT), &h->dt, part_id(part));
    part_listen(part, LEG_SCK, &h->sck, sck_changed);
    h->ready = true;
    drive(h);
    return true;
}

static int hx711_post_load(void *opaque, int version_id)
{
    Hx711 *h = opaque;

    if (h->pulses > BITS + 1) {
        return -EINVAL;
    }
    drive(h);
    return 0;
}

static const VMStateDescription hx711_vmstate = {
    .name = TYPE_HX711, .version_id = 1, .minimum_version_id = 1, .post_load = hx711_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(value, Hx711),
        VMSTATE_UINT8(pulses, Hx711),
        VMSTATE_BOOL(ready, Hx711),
        VMSTATE_INT64(next, Hx711),
        VMSTATE_INT64(rose, Hx711),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl hx711_controls[] = {
    { "load", "kg", offsetof(Hx711, load), -1000, 1000, 0, SCALE },
    { }
};

static void hx711_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "DT", "SCK", "GND", NULL };
    static const char *const looks[] = { "type", NULL };
    static const char *const shows[] = { "load", NULL };

    DEVICE_CLASS(klass)->desc = "scale: VCC, DT, SCK, GND; load=";
    DEVICE_CLASS(klass)->vmsd = &hx711_vmstate;
    part_class_set(klass, legs, looks, shows, hx711_fit);
    part_class_set_controls(klass, hx711_controls);
}

static const TypeInfo hx711_types[] = { {
    .name = TYPE_HX711, .parent = TYPE_PART, .instance_size = sizeof(Hx711), .class_init = hx711_class_init,
} };
DEFINE_TYPES(hx711_types)
