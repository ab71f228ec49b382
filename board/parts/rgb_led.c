/*
 * An RGB LED: `red`, `green`, `blue` are per cent, as of three LEDs.  `common`: which end they share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/light.h"
#include "stm32/board/parts/part.h"

#define TYPE_RGB_LED "wokwi-rgb-led"
OBJECT_DECLARE_SIMPLE_TYPE(RgbLed, RGB_LED)

enum { LEG_R, LEG_COM, LEG_G, LEG_B };

struct RgbLed {
    Part parent_obj;
    bool anode;                 /* is what they share */
};

static void get_colour(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Pin *own = part_leg(PART(obj), (uintptr_t)opaque), *common = part_leg(PART(obj), LEG_COM);
    bool anode = RGB_LED(obj)->anode;

    light_visit(v, name, anode ? common : own, anode ? own : common, errp);
}

static char *get_common(Object *obj, Error **errp)
{
    return g_strdup(RGB_LED(obj)->anode ? "anode" : "cathode");
}

static void set_common(Object *obj, const char *value, Error **errp)
{
    bool anode = !strcmp(value, "anode");

    if (!anode && strcmp(value, "cathode")) {
        error_setg(errp, "common is 'anode' or 'cathode', not '%s'", value);
        return;
    }
    RGB_LED(obj)->anode = anode;
}

static void rgb_led_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "R", "COM", "G", "B", NULL };
    static const char *const shows[] = { "red", "green", "blue", NULL };

    DEVICE_CLASS(klass)->desc = "RGB LED: R, COM, G, B";
    part_class_set(klass, legs, NULL, shows, NULL);
    object_class_property_add_str(klass, "common", get_common, set_common);
    object_class_property_add(klass, "red", "int", get_colour, NULL, NULL, (void *)(uintptr_t)LEG_R);
    object_class_property_add(klass, "green", "int", get_colour, NULL, NULL, (void *)(uintptr_t)LEG_G);
    object_class_property_add(klass, "blue", "int", get_colour, NULL, NULL, (void *)(uintptr_t)LEG_B);
}

static const TypeInfo rgb_led_types[] = { {
    .name = TYPE_RGB_LED, .parent = TYPE_PART, .instance_size = sizeof(RgbLed), .class_init = rgb_led_class_init,
} };
DEFINE_TYPES(rgb_led_types)
