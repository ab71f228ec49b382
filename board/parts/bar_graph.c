/*
 * Ten LEDs in a row, each with both its ends: `values`, per cent of each, as an eye sees it (glow.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/glow.h"

#define TYPE_BAR_GRAPH "wokwi-led-bar-graph"
OBJECT_DECLARE_SIMPLE_TYPE(BarGraph, BAR_GRAPH)

enum { LAMPS = 10 };

struct BarGraph {
    Part parent_obj;
    Glow glow;
};

static bool bar_graph_fit(Part *part, Error **errp)
{
    Glow *g = &BAR_GRAPH(part)->glow;

    for (unsigned n = 0; n < LAMPS; n++) {
        g->lamp[n].anode = part_leg(part, n);
        g->lamp[n].cathode = part_leg(part, LAMPS + n);
    }
    glow_begin(g, part, LAMPS);
    return true;
}

static char *get_values(Object *obj, Error **errp)
{
    return glow_text(&BAR_GRAPH(obj)->glow);
}

static void bar_graph_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10",
        "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", NULL
    };
    static const char *const looks[] = { "color", "offColor", NULL };
    static const char *const shows[] = { "values", NULL };

    DEVICE_CLASS(klass)->desc = "bar of ten LEDs: A1 ... A10, C1 ... C10";
    part_class_set(klass, legs, looks, shows, bar_graph_fit);
    object_class_property_add_str(klass, "values", get_values, NULL);
}

static const TypeInfo bar_graph_types[] = { {
    .name = TYPE_BAR_GRAPH, .parent = TYPE_PART, .instance_size = sizeof(BarGraph), .class_init = bar_graph_class_init,
} };
DEFINE_TYPES(bar_graph_types)
