/*
 * A sensor of temperature and humidity, DHT22 (AM2302): `temperature`, `humidity`.  A master that holds SDA low for a
 * millisecond and lets go gets 80 us low, 80 us high, and 40 bits: 50 us low, then 26 us (0) or 70 us (1) high.
 *
 * Deliberately different: it measures whenever it is asked, a real one no more than every two seconds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"

#define TYPE_DHT22 "wokwi-dht22"
OBJECT_DECLARE_SIMPLE_TYPE(Dht22, DHT22)

enum { LEG_VCC, LEG_SDA, LEG_NC, LEG_GND };
enum { SCALE = 10, BITS = 40, START_NS = 800000 };
/* What it does in a row: phases from 1 on; the even ones from FIRST on are low for a bit, the others its high. */
enum { IDLE, WAITS, LOW, HIGH, FIRST, LAST = FIRST + 2 * BITS };

struct Dht22 {
    Part parent_obj;
    PinDriver pull, out;
    PinListener listener;
    QEMUTimer *timer;
    int32_t temperature, humidity;      /* tenths */
    uint64_t data;                      /* the bit sent first is bit 39 */
    int64_t fell, next;                 /* virtual ns; -1: SDA has not fallen */
    uint8_t phase;
};

static bool phase_is_low(const Dht22 *d)
{
    return d->phase == LOW || (d->phase >= FIRST && (d->phase - FIRST) % 2 == 0);
}

static int phase_ns(const Dht22 *d)
{
    if (d->phase < FIRST) {
        return d->phase == WAITS ? 30000 : 80000;
    }
    if (phase_is_low(d)) {
        return 50000;
    }
    return d->data >> (BITS - 1 - (d->phase - FIRST) / 2) & 1 ? 70000 : 26000;
}

static void drive(Dht22 *d)
{
    pin_drive(&d->out, phase_is_low(d) ? DRIVE(LOW) : DRIVE(NONE));
    counter_arm(d->timer, d->phase == IDLE ? COUNTER_NEVER : d->next);
}

static void expired(void *opaque)
{
    Dht22 *d = opaque;

    d->phase = d->phase < LAST ? d->phase + 1 : IDLE;
    d->fell = -1;
    d->next += phase_ns(d);
    drive(d);
}

static uint64_t measure(const Dht22 *d)
{
    uint8_t byte[5] = { d->humidity >> 8, d->humidity, (d->temperature < 0 ? 0x80 : 0) | ABS(d->temperature) >> 8,
                        ABS(d->temperature) };

    byte[4] = byte[0] + byte[1] + byte[2] + byte[3];
    return (uint64_t)byte[0] << 32 | (uint32_t)byte[1] << 24 | byte[2] << 16 | byte[3] << 8 | byte[4];
}

static void changed(void *opaque, bool level)
{
    Dht22 *d = opaque;
    int64_t ns = drive_now();

    if (d->phase != IDLE) {
        return;
    }
    if (!level) {
        d->fell = ns;
    } else if (d->fell >= 0 && ns - d->fell >= START_NS) {
        d->data = measure(d);
        d->phase = WAITS;
        d->next = ns + phase_ns(d);
        drive(d);
    }
}

static bool dht22_fit(Part *part, Error **errp)
{
    Dht22 *d = DHT22(part);

    d->fell = -1;
    d->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, d);
    pin_add_driver(part_leg(part, LEG_SDA), &d->pull, part_id(part));
    pin_drive(&d->pull, DRIVE(PULL_UP));
    pin_add_driver(part_leg(part, LEG_SDA), &d->out, part_id(part));
    part_listen(part, LEG_SDA, &d->listener, changed);
    return true;
}

static int dht22_post_load(void *opaque, int version_id)
{
    Dht22 *d = opaque;

    if (d->phase > LAST) {
        return -EINVAL;
    }
    drive(d);
    return 0;
}

static const VMStateDescription dht22_vmstate = {
    .name = TYPE_DHT22, .version_id = 1, .minimum_version_id = 1, .post_load = dht22_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(data, Dht22),
        VMSTATE_INT64(fell, Dht22),
        VMSTATE_INT64(next, Dht22),
        VMSTATE_UINT8(phase, Dht22),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl dht22_controls[] = {
    { "temperature", "degrees Celsius", offsetof(Dht22, temperature), -40, 80, 24, SCALE },
    { "humidity", "per cent", offsetof(Dht22, humidity), 0, 100, 40, SCALE },
    { }
};

static void dht22_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC VDD", "SDA", "NC", "GND", NULL };
    static const char *const shows[] = { "temperature", "humidity", NULL };

    DEVICE_CLASS(klass)->desc = "temperature and humidity: VCC, SDA, NC, GND; temperature=, humidity=";
    DEVICE_CLASS(klass)->vmsd = &dht22_vmstate;
    part_class_set(klass, legs, NULL, shows, dht22_fit);
    part_class_set_controls(klass, dht22_controls);
}

static const TypeInfo dht22_types[] = { {
    .name = TYPE_DHT22, .parent = TYPE_PART, .instance_size = sizeof(Dht22), .class_init = dht22_class_init,
} };
DEFINE_TYPES(dht22_types)
