/*
 * A square wave at CLK: `frequency` in Hz, "10k" and "1.3m" are kHz and MHz.  It costs nothing until somebody listens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"

#define TYPE_CLOCK_GENERATOR "wokwi-clock-generator"
OBJECT_DECLARE_SIMPLE_TYPE(ClockGenerator, CLOCK_GENERATOR)

#define MOST_HZ 100e6
#define LEAST_HZ 0.01
#define SECOND 4294967296e9     /* in units of 2^-32 ns */

struct ClockGenerator {
    Part parent_obj;
    PinDriver out;
    char *frequency;
};

static bool clock_generator_fit(Part *part, Error **errp)
{
    ClockGenerator *c = CLOCK_GENERATOR(part);
    const char *text = c->frequency ?: "10k";
    char *end;
    double hz = g_ascii_strtod(text, &end);

    hz *= *end == 'k' || *end == 'K' ? 1e3 : *end == 'm' || *end == 'M' ? 1e6 : 1;
    if (end == text || (*end && (!strchr("kKmM", *end) || end[1])) || !(hz >= LEAST_HZ && hz <= MOST_HZ)) {
        error_setg(errp, "%s: frequency is 0.01 to 100m, as in 10k or 1.3m, not '%s'", part_id(part), text);
        return false;
    }
    pin_add_driver(part_leg(part, 0), &c->out, part_id(part));
    pin_drive(&c->out, (Drive) { .kind = DRIVE_WAVE, .period = SECOND / hz, .high = SECOND / hz / 2 });
    return true;
}

static const Property clock_generator_properties[] = {
    DEFINE_PROP_STRING("frequency", ClockGenerator, frequency),
};

static void clock_generator_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "CLK", NULL };

    DEVICE_CLASS(klass)->desc = "square wave: CLK; frequency=";
    part_class_set(klass, legs, NULL, NULL, clock_generator_fit);
    device_class_set_props(DEVICE_CLASS(klass), clock_generator_properties);
}

static const TypeInfo clock_generator_types[] = { {
    .name = TYPE_CLOCK_GENERATOR, .parent = TYPE_PART, .instance_size = sizeof(ClockGenerator),
    .class_init = clock_generator_class_init,
} };
DEFINE_TYPES(clock_generator_types)
