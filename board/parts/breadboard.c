/*
 * Breadboards: holes 1t.a ... 1t.e are a column, 1b.f ... 1b.j the one below it; tp.1, tp.2 ... is the upper rail +, tn
 * the upper -, bp and bn are the lower ones (wokwi-breadboard-mini has none).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"

typedef struct Holes {
    unsigned columns, rail;
} Holes;

/* "tp.1 tp.2 ..." */
static char *rail_names(const char *rail, unsigned holes)
{
    GString *names = g_string_new(NULL);

    for (unsigned n = 1; n <= holes; n++) {
        g_string_append_printf(names, "%s%s.%u", n > 1 ? " " : "", rail, n);
    }
    return g_string_free(names, false);
}

static void breadboard_class_init(ObjectClass *klass, void *data)
{
    static const char *const rails[] = { "tp", "tn", "bp", "bn" };
    const Holes *holes = data;
    GPtrArray *legs = g_ptr_array_new();

    for (unsigned n = 1; n <= holes->columns; n++) {
        g_ptr_array_add(legs, g_strdup_printf("%ut.a %ut.b %ut.c %ut.d %ut.e", n, n, n, n, n));
        g_ptr_array_add(legs, g_strdup_printf("%ub.f %ub.g %ub.h %ub.i %ub.j", n, n, n, n, n));
    }
    for (unsigned n = 0; holes->rail && n < ARRAY_SIZE(rails); n++) {
        g_ptr_array_add(legs, rail_names(rails[n], holes->rail));
    }
    g_ptr_array_add(legs, NULL);
    DEVICE_CLASS(klass)->desc = "breadboard: 1t.a ..., 1b.f ..., tp.1 ..., tn.1 ..., bp.1 ..., bn.1 ...";
    part_class_set(klass, (const char *const *)g_ptr_array_free(legs, false), NULL, NULL, NULL);
}

static const Holes whole = { 63, 50 }, half = { 30, 25 }, mini = { 17, 0 };

static const TypeInfo breadboard_types[] = { {
    .name = "wokwi-breadboard", .parent = TYPE_PART, .class_init = breadboard_class_init, .class_data = (void *)&whole,
}, {
    .name = "wokwi-breadboard-half", .parent = TYPE_PART, .class_init = breadboard_class_init,
    .class_data = (void *)&half,
}, {
    .name = "wokwi-breadboard-mini", .parent = TYPE_PART, .class_init = breadboard_class_init,
    .class_data = (void *)&mini,
} };
DEFINE_TYPES(breadboard_types)
