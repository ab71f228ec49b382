/*
 * The table of dma_requests.h comes true: requests to the DMAs, and their answers back.
 *
 * A requester `x.dma-rx` may have the inputs `dma-rx-ack` and `dma-rx-last` and the output
 * `dma-rx-end`: they are wired if they are there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/lane.h"
#include "stm32/soc/dma_requests.h"
#include "stm32/soc/dma_wiring.h"

/* The peripheral that "usart2.dma-rx" is a line of, NULL if it is not modelled yet. */
static DeviceState *find_requester(Object *soc, const char *name)
{
    g_auto(GStrv) part = g_strsplit(name, ".", 2);
    Object *p = object_resolve_path_component(soc, part[0]);

    return p && object_dynamic_cast(p, TYPE_PERIPH) ? DEVICE(p) : NULL;
}

/* Those names of a cell whose peripherals are modelled. */
static char *modelled_requests(Object *soc, const char *cell)
{
    g_auto(GStrv) names = g_strsplit(cell, " ", 0);
    GString *modelled = g_string_new(NULL);

    for (char **name = names; *name; name++) {
        if (find_requester(soc, *name)) {
            g_string_append_printf(modelled, "%s%s", modelled->len ? " " : "", *name);
        }
    }
    return g_string_free(modelled, FALSE);
}

/* All cells that hold @name: "dma1.ack[44] dma2.ack[12]". */
static char *cells_of(const char *name, const char *line)
{
    GString *cells = g_string_new(NULL);

    for (unsigned i = 0; i < ARRAY_SIZE(dma_request_table); i++) {
        for (unsigned n = 0; n < 8; n++) {
            g_auto(GStrv) names = g_strsplit(dma_request_table[i].channel[n], " ", 0);

            if (g_strv_contains((const char *const *)names, name)) {
                g_string_append_printf(cells, "%s%s.%s[%u]", cells->len ? " " : "",
                                       dma_request_table[i].dma, line,
                                       dma_request_table[i].stream * 8 + n);
            }
        }
    }
    return g_string_free(cells, FALSE);
}

/* The answer `ack` or `last` back to the requester @name, if it has an input for that. */
static void add_dma_answer(Object *soc, Wiring *wiring, const char *name, const char *line)
{
    DeviceState *dev = find_requester(soc, name);
    g_autofree char *input = g_strdup_printf("%s-%s", strchr(name, '.') + 1, line);
    g_autofree char *property = g_strdup_printf("%s[0]", input);

    if (object_property_find(OBJECT(dev), property)) {
        g_autofree char *cells = cells_of(name, line);

        wiring_add(wiring, cells, qdev_get_gpio_in_named(dev, input, 0));
    }
}

/* The end of the flow, from a requester that tells it. */
static void add_flow_end(Object *soc, Wiring *wiring, const char *name, DeviceState *dma,
                         unsigned cell)
{
    g_autofree char *output = g_strdup_printf("%s-end", name);
    g_autofree char *property = g_strdup_printf("%s[0]", strchr(output, '.') + 1);

    if (object_property_find(OBJECT(find_requester(soc, name)), property)) {
        wiring_add(wiring, output, qdev_get_gpio_in_named(dma, "flow-end", cell));
    }
}

static void add_lane(Object *soc, const char *name, DeviceState *dma, unsigned cell, bool shared)
{
    Line *line = periph_find_line(PERIPH(find_requester(soc, name)), strchr(name, '.') + 1);

    if (line) {
        lane_add(line, PERIPH(dma), cell, shared);
    }
}

static void connect_dma_cell(Object *soc, Wiring *wiring, DeviceState *dma, unsigned cell,
                             const char *text, GHashTable *answered)
{
    g_autofree char *names = modelled_requests(soc, text);
    g_auto(GStrv) name = g_strsplit(names, " ", 0);

    if (strcmp(text, "-")) {
        PERIPH(dma)->info->lanes->wired(PERIPH(dma), cell, text);
    }
    if (*name) {
        wiring_add(wiring, names, qdev_get_gpio_in_named(dma, "request", cell));
    }
    for (char **n = name; *n; n++) {
        add_lane(soc, *n, dma, cell, g_strv_length(name) > 1);
        add_flow_end(soc, wiring, *n, dma, cell);
        if (g_hash_table_add(answered, g_strdup(*n))) {
            add_dma_answer(soc, wiring, *n, "ack");
            add_dma_answer(soc, wiring, *n, "last");
        }
    }
}

void dma_wiring_add(Object *soc, Wiring *wiring)
{
    g_autoptr(GHashTable) answered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < ARRAY_SIZE(dma_request_table); i++) {
        DeviceState *dma = DEVICE(object_resolve_path_component(soc, dma_request_table[i].dma));

        for (unsigned n = 0; n < 8; n++) {
            connect_dma_cell(soc, wiring, dma, dma_request_table[i].stream * 8 + n,
                             dma_request_table[i].channel[n], answered);
        }
    }
}
