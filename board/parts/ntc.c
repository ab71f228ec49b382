/*
 * A temperature sensor with an NTC of 10 kOhm at 25 degrees: `temperature`, `beta`.  OUT is the middle of 10 kOhm to VCC
 * and the NTC to GND.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/board/parts/part.h"

#define TYPE_NTC "wokwi-ntc-temperature-sensor"
OBJECT_DECLARE_SIMPLE_TYPE(Ntc, NTC)

enum { LEG_GND, LEG_VCC, LEG_OUT };
enum { OHMS = 10000, SCALE = 1000 };

struct Ntc {
    Part parent_obj;
    PinContact low, high;
    int32_t temperature, beta;          /* the first times SCALE */
};

static void temperature_changed(Part *part)
{
    Ntc *n = NTC(part);
    double kelvin = n->temperature / (double)SCALE + 273.15;
    double ohms = OHMS * exp(n->beta * (1 / kelvin - 1 / 298.15));

    contact_set(&n->low, MIN(MAX(ohms, 1), 1e9));
}

static bool ntc_fit(Part *part, Error **errp)
{
    Ntc *n = NTC(part);

    contact_add(&n->low, part_leg(part, LEG_GND), part_leg(part, LEG_OUT), OHMS);
    contact_add(&n->high, part_leg(part, LEG_VCC), part_leg(part, LEG_OUT), OHMS);
    return true;
}

static const PartControl ntc_controls[] = {
    { "temperature", "degrees Celsius", offsetof(Ntc, temperature), -55, 300, 24, SCALE, temperature_changed },
    { "beta", "of the NTC", offsetof(Ntc, beta), 1, 20000, 3950, 1, temperature_changed },
    { }
};

static void ntc_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "VCC", "OUT", NULL };
    static const char *const shows[] = { "temperature", NULL };

    DEVICE_CLASS(klass)->desc = "temperature sensor with an NTC: GND, VCC, OUT; temperature=";
    part_class_set(klass, legs, NULL, shows, ntc_fit);
    part_class_set_controls(klass, ntc_controls);
}

static const TypeInfo ntc_types[] = { {
    .name = TYPE_NTC, .parent = TYPE_PART, .instance_size = sizeof(Ntc), .class_init = ntc_class_init,
} };
DEFINE_TYPES(ntc_types)
