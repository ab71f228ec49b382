/*
 * A heart beat sensor: `bpm` beats a minute at OUT, a pulse each: 80 ms up from 1.2 V to 2.2 V, and 250 ms down again.  The
 * voltage is computed when it is asked for, and whoever listens to edges looks every millisecond.
 *
 * unsure: Wokwi has it in its elements alone; the control and the shape of the pulse are ours.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"

#define TYPE_HEART_BEAT "wokwi-heart-beat-sensor"
OBJECT_DECLARE_SIMPLE_TYPE(HeartBeat, HEART_BEAT)

enum { LEG_GND, LEG_VCC, LEG_OUT };
enum { REST_UV = 1200000, PULSE_UV = 1000000, UP_NS = 80000000, DOWN_NS = 250000000, SCALE = 10 };

struct HeartBeat {
    Part parent_obj;
    PinDriver out;
    AnalogSource source;
    int32_t bpm;
};

static int uv_at(AnalogSource *source, int64_t ns)
{
    HeartBeat *h = container_of(source, HeartBeat, source);
    int64_t at = h->bpm ? ns % (60000000000ll * SCALE / h->bpm) : INT64_MAX;

    if (at < UP_NS) {
        return REST_UV + at * PULSE_UV / UP_NS;
    }
    return REST_UV + (at < UP_NS + DOWN_NS ? (UP_NS + DOWN_NS - at) * PULSE_UV / DOWN_NS : 0);
}

static void bpm_changed(Part *part)
{
    HeartBeat *h = HEART_BEAT(part);

    if (h->bpm) {
        pin_drive(&h->out, (Drive) { .kind = DRIVE_SOURCE, .source = &h->source });
    } else {
        pin_drive(&h->out, (Drive) { .kind = DRIVE_ANALOG, .uv = REST_UV });
    }
}

static bool heart_beat_fit(Part *part, Error **errp)
{
    HeartBeat *h = HEART_BEAT(part);

    h->source = (AnalogSource) { .uv = uv_at, .step = 1000000 };
    pin_add_driver(part_leg(part, LEG_OUT), &h->out, part_id(part));
    return true;
}

static const PartControl heart_beat_controls[] = {
    { "bpm", "beats a minute", offsetof(HeartBeat, bpm), 0, 180, 60, SCALE, bpm_changed },
    { }
};

static void heart_beat_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "VCC", "OUT", NULL };
    static const char *const shows[] = { "bpm", NULL };

    DEVICE_CLASS(klass)->desc = "heart beat sensor: GND, VCC, OUT; bpm=";
    part_class_set(klass, legs, NULL, shows, heart_beat_fit);
    part_class_set_controls(klass, heart_beat_controls);
}

static const TypeInfo heart_beat_types[] = { {
    .name = TYPE_HEART_BEAT, .parent = TYPE_PART, .instance_size = sizeof(HeartBeat), .class_init = heart_beat_class_init,
} };
DEFINE_TYPES(heart_beat_types)
