/*
 * Parts that do nothing but join or look: supplies (wokwi-vcc is 5 V, wokwi-gnd), wokwi-junction, wokwi-text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/supply.h"

static bool vcc_fit(Part *part, Error **errp)
{
    pin_join(supply_find("5v"), part_leg(part, 0));
    return true;
}

static bool gnd_fit(Part *part, Error **errp)
{
    pin_join(supply_find("gnd"), part_leg(part, 0));
    return true;
}

static void vcc_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", NULL };

    DEVICE_CLASS(klass)->desc = "5 V: VCC";
    part_class_set(klass, legs, NULL, NULL, vcc_fit);
}

static void gnd_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", NULL };

    DEVICE_CLASS(klass)->desc = "ground: GND";
    part_class_set(klass, legs, NULL, NULL, gnd_fit);
}

static void junction_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "J", NULL };
    static const char *const looks[] = { "color", NULL };

    DEVICE_CLASS(klass)->desc = "where wires meet: J";
    part_class_set(klass, legs, looks, NULL, NULL);
}

static void text_class_init(ObjectClass *klass, void *data)
{
    static const char *const looks[] = { "text", NULL };

    DEVICE_CLASS(klass)->desc = "a text for the eye: text=";
    part_class_set(klass, NULL, looks, NULL, NULL);
}

static const TypeInfo passive_types[] = {
    { .name = "wokwi-vcc", .parent = TYPE_PART, .class_init = vcc_class_init },
    { .name = "wokwi-gnd", .parent = TYPE_PART, .class_init = gnd_class_init },
    { .name = "wokwi-junction", .parent = TYPE_PART, .class_init = junction_class_init },
    { .name = "wokwi-text", .parent = TYPE_PART, .class_init = text_class_init },
};
DEFINE_TYPES(passive_types)
