/*
 * Wires by name, see wiring.h: the only place that makes OR and split devices.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/or-irq.h"
#include "hw/core/split-irq.h"
#include "stm32/core/wiring.h"

struct Wiring {
    Object *container;
    GHashTable *sinks;          /* name of an output -> GPtrArray of qemu_irq */
    GList *order;               /* the names, last first: the same machine every time */
};

/* A line of a device: "exti.line[3]" taken apart and found. */
typedef struct End {
    DeviceState *dev;
    char *line;                 /* "line" */
    int n;                      /* 3 */
} End;

Wiring *wiring_new(Object *container)
{
    Wiring *w = g_new0(Wiring, 1);

    w->container = container;
    w->sinks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                     (GDestroyNotify)g_ptr_array_unref);
    return w;
}

static DeviceState *helper(Wiring *w, const char *type, int lines)
{
    DeviceState *dev = qdev_new(type);

    object_property_add_child(w->container, "wire[*]", OBJECT(dev));
    qdev_prop_set_uint16(dev, "num-lines", lines);
    qdev_realize_and_unref(dev, NULL, &error_fatal);
    return dev;
}

static G_NORETURN void no_such(const char *what, const char *name)
{
    error_report("no %s '%s' to wire", what, name);
    exit(1);
}

static End find_end(Wiring *w, const char *name, const char *what)
{
    g_auto(GStrv) part = g_strsplit(name, ".", 2);
    Object *child = part[1] ? object_resolve_path_component(w->container, part[0]) : NULL;
    char *bracket = part[1] ? strchr(part[1], '[') : NULL;
    End end = { .dev = (DeviceState *)child };

    if (!child) {
        no_such(what, name);
    }
    if (bracket) {
        *bracket = '\0';
        qemu_strtoi(bracket + 1, NULL, 10, &end.n);
    }
    end.line = g_strdup(part[1]);
    return end;
}

void wiring_add(Wiring *w, const char *sources, qemu_irq sink)
{
    g_auto(GStrv) source = g_strsplit(sources, " ", 0);
    int n = g_strv_length(source);
    DeviceState *or = n > 1 ? helper(w, TYPE_OR_IRQ, n) : NULL;

    if (or) {
        qdev_connect_gpio_out(or, 0, sink);
    }
    for (int i = 0; i < n; i++) {
        GPtrArray *sinks = g_hash_table_lookup(w->sinks, source[i]);

        if (!sinks) {
            sinks = g_ptr_array_new();
            w->order = g_list_prepend(w->order, g_strdup(source[i]));
            g_hash_table_insert(w->sinks, g_strdup(source[i]), sinks);
        }
        g_ptr_array_add(sinks, or ? qdev_get_gpio_in(or, i) : sink);
    }
}

static void add_one_named(Wiring *w, const char *sources, const char *sink)
{
    End end = find_end(w, sink, "input");
    g_autofree char *property = g_strdup_printf("%s[%d]", end.line, end.n);

    if (!object_property_find(OBJECT(end.dev), property)) {
        no_such("input", sink);
    }
    wiring_add(w, sources, qdev_get_gpio_in_named(end.dev, end.line, end.n));
    g_free(end.line);
}

void wiring_add_named(Wiring *w, const char *sources, const char *sink, unsigned count)
{
    if (!count) {
        add_one_named(w, sources, sink);
    }
    for (unsigned i = 0; i < count; i++) {
        g_autofree char *from = g_strdup_printf("%s[%u]", sources, i);
        g_autofree char *to = g_strdup_printf("%s[%u]", sink, i);

        add_one_named(w, from, to);
    }
}

static void connect_source(Wiring *w, const char *name, GPtrArray *sinks)
{
    End end = find_end(w, name, "output");
    g_autofree char *property = g_strdup_printf("%s[%d]", end.line, end.n);
    qemu_irq in = sinks->pdata[0];

    if (!object_property_find(OBJECT(end.dev), property)) {
        no_such("output", name);
    }
    if (sinks->len > 1) {
        DeviceState *split = helper(w, TYPE_SPLIT_IRQ, sinks->len);

        for (int i = 0; i < sinks->len; i++) {
            qdev_connect_gpio_out(split, i, sinks->pdata[i]);
        }
        in = qdev_get_gpio_in(split, 0);
    }
    qdev_connect_gpio_out_named(end.dev, end.line, end.n, in);
    g_free(end.line);
}

void wiring_connect(Wiring *w)
{
    w->order = g_list_reverse(w->order);
    for (GList *name = w->order; name; name = name->next) {
        connect_source(w, name->data, g_hash_table_lookup(w->sinks, name->data));
    }
    g_list_free_full(w->order, g_free);
    g_hash_table_destroy(w->sinks);
    g_free(w);
}
