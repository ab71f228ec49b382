/*
 * An internal wire of the chip as a trace, see wire.h.  Beats of a DMA that are moved many at a time (core/run.h) do
 * not show: -machine runs=off has each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/irq.h"
#include "system/runstate.h"
#include "stm32/board/logic/wire.h"

static void told(void *opaque, int n, int level)
{
    LogicWire *w = opaque;

    qemu_set_irq(w->next, level);
    if (w->on && runstate_is_running()) {
        capture_add(w->capture, w->n, !!level, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        w->changed(w->opaque);
    }
}

static bool no_line(Periph *p, const char *name, Error **errp)
{
    g_autoptr(GString) all = g_string_new(NULL);
    Line *line;

    QSLIST_FOREACH(line, &p->lines, next) {
        g_string_append_printf(all, "%s%s", all->len ? ", " : "", line->name);
    }
    error_setg(errp, "wires=: there is no '%s'; its outputs are %s", name, all->len ? all->str : "none");
    return false;
}

bool wire_open(LogicWire *w, Capture *capture, const char *name, Error **errp)
{
    g_auto(GStrv) part = g_strsplit(name, ".", 2);
    Object *soc = object_resolve_path("/machine/soc", NULL);
    Object *child = soc && part[0] && part[1] ? object_resolve_path_component(soc, part[0]) : NULL;
    Periph *p = child ? (Periph *)object_dynamic_cast(child, TYPE_PERIPH) : NULL;

    if (!p) {
        error_setg(errp, "wires=: '%s' is no output of a peripheral; usart2.dma-rx and tim2.irq are", name);
        return false;
    }
    w->line = periph_find_line(p, part[1]);
    if (!w->line) {
        return no_line(p, name, errp);
    }
    w->capture = capture;
    w->n = capture_add_trace(capture, g_strdup(name), VCD_LEVEL);
    w->next = qdev_intercept_gpio_out(DEVICE(p), qemu_allocate_irq(told, w, 0), part[1], 0);
    return true;
}

void wire_on(LogicWire *w, bool on, int64_t ns)
{
    w->on = on;
    if (on) {
        capture_add(w->capture, w->n, w->line->level, ns);
    }
}
