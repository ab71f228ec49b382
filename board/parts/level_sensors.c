/*
 * Modules with a sensor, an analog output, and a digital one that compares it with a threshold:
 *
 *   wokwi-gas-sensor (MQ-2)        `ppm`: AO rises with it; DO is low while AO is above `threshold`
 *   wokwi-flame-sensor             `flame`: AO falls with it; DO is high while there is one
 *   wokwi-big-sound-sensor, wokwi-small-sound-sensor       `sound`: AO is the middle of the supply and goes up with it; DO
 *                                  is high while it is loud
 *
 * AO is the middle of two resistors between VCC and GND, so it goes with the supply that is wired.
 *
 * Deliberately different: `threshold` is in volts at a supply of 5 V, as Wokwi's boards have.  DO is driven whether VCC is
 * wired or not.  unsure: Wokwi's curve of the MQ-2; this is the data sheet's of LPG.  Those of sound and flame are in
 * Wokwi's elements, and not in its documentation: their controls, and which level of DO is which, are ours.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/board/parts/part.h"

#define TYPE_LEVEL_SENSOR "stm32-level-sensor"
OBJECT_DECLARE_SIMPLE_TYPE(LevelSensor, LEVEL_SENSOR)

enum { LEG_AO, LEG_DO, LEG_GND, LEG_VCC };
enum { OHMS = 10000, SCALE = 1000 };
enum { GAS = 1, FLAME, SOUND };

struct LevelSensor {
    Part parent_obj;
    PinContact low, high;
    PinDriver out;
    int32_t what, threshold;            /* times SCALE */
    uint8_t kind;
};

/* The part of the supply that AO has. */
static double fraction(const LevelSensor *s)
{
    double x = (double)s->what / SCALE, ratio;

    switch (s->kind) {
    case GAS:                           /* the sensor's resistance to that of clean air, which is 9.83 loads */
        ratio = MIN(pow(MAX(x, 1) / 574.25, -1 / 2.222), 9.83);
        return 1 / (1 + ratio);
    case FLAME:
        return 0.95 - 0.9 * x;
    default:
        return 0.5 + 0.45 * x;
    }
}

static void what_changed(Part *part)
{
    LevelSensor *s = LEVEL_SENSOR(part);
    double at = fraction(s);
    bool above = at > s->threshold / (5.0 * SCALE);

    contact_set(&s->low, MAX(lrint(OHMS * at), 1));
    contact_set(&s->high, MAX(lrint(OHMS * (1 - at)), 1));
    pin_drive_level(&s->out, s->kind == SOUND ? above : !above);
}

static bool level_sensor_fit(Part *part, Error **errp)
{
    LevelSensor *s = LEVEL_SENSOR(part);

    contact_add(&s->low, part_leg(part, LEG_GND), part_leg(part, LEG_AO), OHMS);
    contact_add(&s->high, part_leg(part, LEG_VCC), part_leg(part, LEG_AO), OHMS);
    pin_add_driver(part_leg(part, LEG_DO), &s->out, part_id(part));
    return true;
}

static const PartControl gas_controls[] = {
    { "ppm", "gas, parts per million", offsetof(LevelSensor, what), 0.1, 1e6, 400, SCALE, what_changed },
    { "threshold", "of DO, volts of 5", offsetof(LevelSensor, threshold), 0, 5, 4.4, SCALE, what_changed },
    { }
};

static const PartControl flame_controls[] = {
    { "flame", "0: none, 1: near", offsetof(LevelSensor, what), 0, 1, 0, SCALE, what_changed },
    { "threshold", "of DO, volts of 5", offsetof(LevelSensor, threshold), 0, 5, 2.5, SCALE, what_changed },
    { }
};

static const PartControl sound_controls[] = {
    { "sound", "0: silence, 1: loud", offsetof(LevelSensor, what), 0, 1, 0, SCALE, what_changed },
    { "threshold", "of DO, volts of 5", offsetof(LevelSensor, threshold), 0, 5, 3.5, SCALE, what_changed },
    { }
};

static const char *const level_legs[] = { "AO AOUT", "DO DOUT", "GND", "VCC", NULL };

static void gas_class_init(ObjectClass *klass, void *data)
{
    static const char *const shows[] = { "ppm", NULL };

    DEVICE_CLASS(klass)->desc = "gas sensor: AO, DO, GND, VCC; ppm=";
    part_class_set(klass, level_legs, NULL, shows, level_sensor_fit);
    part_class_set_controls(klass, gas_controls);
}

static void flame_class_init(ObjectClass *klass, void *data)
{
    static const char *const shows[] = { "flame", NULL };

    DEVICE_CLASS(klass)->desc = "flame sensor: AO, DO, GND, VCC; flame=";
    part_class_set(klass, level_legs, NULL, shows, level_sensor_fit);
    part_class_set_controls(klass, flame_controls);
}

static void sound_class_init(ObjectClass *klass, void *data)
{
    static const char *const shows[] = { "sound", NULL };

    DEVICE_CLASS(klass)->desc = "sound sensor: AO, DO, GND, VCC; sound=";
    part_class_set(klass, level_legs, NULL, shows, level_sensor_fit);
    part_class_set_controls(klass, sound_controls);
}

static void gas_init(Object *obj)
{
    LEVEL_SENSOR(obj)->kind = GAS;
}

static void flame_init(Object *obj)
{
    LEVEL_SENSOR(obj)->kind = FLAME;
}

static void sound_init(Object *obj)
{
    LEVEL_SENSOR(obj)->kind = SOUND;
}

static const TypeInfo level_sensor_types[] = {
    { .name = TYPE_LEVEL_SENSOR, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(LevelSensor) },
    { .name = "wokwi-gas-sensor", .parent = TYPE_LEVEL_SENSOR, .instance_init = gas_init, .class_init = gas_class_init },
    { .name = "wokwi-flame-sensor", .parent = TYPE_LEVEL_SENSOR, .instance_init = flame_init, .class_init = flame_class_init },
    { .name = "wokwi-big-sound-sensor", .parent = TYPE_LEVEL_SENSOR, .instance_init = sound_init,
      .class_init = sound_class_init },
    { .name = "wokwi-small-sound-sensor", .parent = TYPE_LEVEL_SENSOR, .instance_init = sound_init,
      .class_init = sound_class_init },
};
DEFINE_TYPES(level_sensor_types)
