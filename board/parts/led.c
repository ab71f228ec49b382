/*
 * A LED.  `brightness`: per cent of the time it has current.  Its series resistor is a part of its own, or left out.
 *
 * Not able to: break without one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/light.h"
#include "stm32/board/parts/part.h"

enum { LEG_A, LEG_C };

static void get_brightness(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    light_visit(v, name, part_leg(PART(obj), LEG_A), part_leg(PART(obj), LEG_C), errp);
}

static void led_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "A", "C", NULL };
    static const char *const looks[] = { "color", "lightColor", "label", "gamma", "flip", "fps", NULL };
    static const char *const shows[] = { "brightness", NULL };

    DEVICE_CLASS(klass)->desc = "LED: A, C";
    part_class_set(klass, legs, looks, shows, NULL);
    object_class_property_add(klass, "brightness", "int", get_brightness, NULL, NULL, NULL);
}

static const TypeInfo led_types[] = { {
    .name = "wokwi-led", .parent = TYPE_PART, .class_init = led_class_init,
} };
DEFINE_TYPES(led_types)
