/*
 * Displays of seven segments and a dot, 1 to 4 digits: `values`, for each digit per cent of A to G and DP, then of the
 * colon.  Digits that are on in turn are all seen (glow.h).
 *
 * Not able to: break without resistors.  unsure: the colon's other end is COM, as that of a single digit, or else the
 * first digit's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/glow.h"

#define TYPE_SEVEN_SEGMENT "wokwi-7segment"
OBJECT_DECLARE_SIMPLE_TYPE(SevenSegment, SEVEN_SEGMENT)

enum { LEG_A, LEG_DIG1 = 8, LEG_COM = 12, LEG_CLN };
enum { SEGMENTS = 8, DIGITS = 4 };

struct SevenSegment {
    Part parent_obj;
    Glow glow;
    bool cathode;               /* is what a digit's segments share */
    uint32_t digits;
};

static void set_lamp(SevenSegment *s, unsigned n, Pin *own, Pin *common)
{
    s->glow.lamp[n].anode = s->cathode ? own : common;
    s->glow.lamp[n].cathode = s->cathode ? common : own;
}

static bool seven_segment_fit(Part *part, Error **errp)
{
    SevenSegment *s = SEVEN_SEGMENT(part);
    unsigned n = 0;

    if (!s->digits || s->digits > DIGITS) {
        error_setg(errp, "%s: digits is 1 to 4, not %u", part_id(part), s->digits);
        return false;
    }
    for (unsigned digit = 0; digit < s->digits; digit++) {
        for (unsigned segment = 0; segment < SEGMENTS; segment++) {
            set_lamp(s, n++, part_leg(part, LEG_A + segment),
                     part_leg(part, s->digits > 1 ? LEG_DIG1 + digit : LEG_COM));
        }
    }
    set_lamp(s, n++, part_leg(part, LEG_CLN), part_leg(part, LEG_COM));
    glow_begin(&s->glow, part, n);
    return true;
}

static char *get_values(Object *obj, Error **errp)
{
    return glow_text(&SEVEN_SEGMENT(obj)->glow);
}

static char *get_common(Object *obj, Error **errp)
{
    return g_strdup(SEVEN_SEGMENT(obj)->cathode ? "cathode" : "anode");
}

static void set_common(Object *obj, const char *value, Error **errp)
{
    if (strcmp(value, "anode") && strcmp(value, "cathode")) {
        error_setg(errp, "common is 'anode' or 'cathode', not '%s'", value);
    } else if (!PART(obj)->fitted) {
        SEVEN_SEGMENT(obj)->cathode = !strcmp(value, "cathode");
    }
}

static const Property seven_segment_properties[] = {
    DEFINE_PROP_UINT32("digits", SevenSegment, digits, 1),
};

static void seven_segment_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "A", "B", "C", "D", "E", "F", "G", "DP", "DIG1", "DIG2", "DIG3", "DIG4", "COM COM.1 COM.2", "CLN", NULL
    };
    static const char *const looks[] = { "color", "offColor", "background", "colon", "colonValue", "pins", NULL };
    static const char *const shows[] = { "values", NULL };

    DEVICE_CLASS(klass)->desc = "7-segment display: A ... G, DP, COM or DIG1 ... DIG4, CLN; digits=, common=";
    part_class_set(klass, legs, looks, shows, seven_segment_fit);
    object_class_property_add_str(klass, "values", get_values, NULL);
    object_class_property_add_str(klass, "common", get_common, set_common);
    device_class_set_props(DEVICE_CLASS(klass), seven_segment_properties);
}

static const TypeInfo seven_segment_types[] = { {
    .name = TYPE_SEVEN_SEGMENT, .parent = TYPE_PART, .instance_size = sizeof(SevenSegment),
    .class_init = seven_segment_class_init,
} };
DEFINE_TYPES(seven_segment_types)
