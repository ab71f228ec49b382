/*
 * A light sensor: `lux`.  AO is the middle of 10 kOhm to VCC and the photoresistor to GND, so that dark is high; DO is
 * high, and its LED off, while AO is above `threshold`.
 *
 * Deliberately different: `threshold` is in volts at a supply of 5 V, as Wokwi's boards have, and goes with the supply.
 * DO is driven whether VCC is wired or not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/board/parts/part.h"

#define TYPE_PHOTORESISTOR "wokwi-photoresistor-sensor"
OBJECT_DECLARE_SIMPLE_TYPE(Photoresistor, PHOTORESISTOR)

enum { LEG_VCC, LEG_GND, LEG_DO, LEG_AO };
enum { OHMS = 10000, SCALE = 1000 };

struct Photoresistor {
    Part parent_obj;
    PinContact low, high;
    PinDriver out;
    int32_t lux, threshold, rl10, gamma;        /* all times SCALE */
};

static void light_changed(Part *part)
{
    Photoresistor *p = PHOTORESISTOR(part);
    double lux = MAX(p->lux, 1) / (double)SCALE;
    double ohms = p->rl10 * pow(10 / lux, p->gamma / (double)SCALE);    /* rl10 is in kOhm */

    contact_set(&p->low, MIN(MAX(ohms, 1), 1e9));
    pin_drive_level(&p->out, ohms / (ohms + OHMS) > p->threshold / (5.0 * SCALE));
}

static bool photoresistor_fit(Part *part, Error **errp)
{
    Photoresistor *p = PHOTORESISTOR(part);

    contact_add(&p->low, part_leg(part, LEG_GND), part_leg(part, LEG_AO), OHMS);
    contact_add(&p->high, part_leg(part, LEG_VCC), part_leg(part, LEG_AO), OHMS);
    pin_add_driver(part_leg(part, LEG_DO), &p->out, part_id(part));
    return true;
}

static const PartControl photoresistor_controls[] = {
    { "lux", "how light it is", offsetof(Photoresistor, lux), 0, 1e6, 500, SCALE, light_changed },
    { "threshold", "of DO, volts of 5", offsetof(Photoresistor, threshold), 0, 5, 2.5, SCALE, light_changed },
    { "rl10", "kOhm at 10 lux", offsetof(Photoresistor, rl10), 0.001, 1e5, 50, SCALE, light_changed },
    { "gamma", "slope", offsetof(Photoresistor, gamma), 0, 2, 0.7, SCALE, light_changed },
    { }
};

static void photoresistor_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "GND", "DO", "AO", NULL };
    static const char *const shows[] = { "lux", NULL };

    DEVICE_CLASS(klass)->desc = "light sensor: VCC, GND, DO, AO; lux=";
    part_class_set(klass, legs, NULL, shows, photoresistor_fit);
    part_class_set_controls(klass, photoresistor_controls);
}

static const TypeInfo photoresistor_types[] = { {
    .name = TYPE_PHOTORESISTOR, .parent = TYPE_PART, .instance_size = sizeof(Photoresistor),
    .class_init = photoresistor_class_init,
} };
DEFINE_TYPES(photoresistor_types)
