/*
 * A LED at a pin, see led.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/led.h"

OBJECT_DECLARE_SIMPLE_TYPE(LedAtPin, LED_AT_PIN)

struct LedAtPin {
    Object parent_obj;
    Pin *pin;
    bool lit_by_high;
};

Pin *led_pin(Object *led)
{
    return LED_AT_PIN(led)->pin;
}

unsigned led_brightness(Object *object)
{
    LedAtPin *led = LED_AT_PIN(object);
    unsigned duty = pin_duty(led->pin);

    return led->lit_by_high ? duty : 100 - duty;
}

static bool get_lit(Object *obj, Error **errp)
{
    return led_brightness(obj) > 0;
}

static void get_brightness(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t percent = led_brightness(obj);

    visit_type_int(v, name, &percent, errp);
}

void led_new(Object *parent, const char *name, Pin *pin, bool lit_by_high)
{
    LedAtPin *led = LED_AT_PIN(object_new(TYPE_LED_AT_PIN));

    led->pin = pin;
    led->lit_by_high = lit_by_high;
    object_property_add_child(parent, name, OBJECT(led));
    object_unref(OBJECT(led));
}

static void led_class_init(ObjectClass *klass, void *data)
{
    object_class_property_add_bool(klass, "lit", get_lit, NULL);
    object_class_property_add(klass, "brightness", "int", get_brightness, NULL, NULL, NULL);
}

static const TypeInfo led_types[] = { {
    .name = TYPE_LED_AT_PIN, .parent = TYPE_OBJECT, .instance_size = sizeof(LedAtPin),
    .class_init = led_class_init,
} };
DEFINE_TYPES(led_types)
