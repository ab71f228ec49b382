/*
 * Light as an eye sees it, see glow.h.
 *
 * Not in a snapshot: what was seen before it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/glow.h"
#include "stm32/board/parts/light.h"

#define WINDOW_NS 20000000

static void look(Glow *g)
{
    for (unsigned n = 0; n < g->n; n++) {
        g->lamp[n].percent = light_percent(g->lamp[n].anode, g->lamp[n].cathode);
    }
}

/* Book the time that has passed, and look anew. */
static void update(void *opaque)
{
    Glow *g = opaque;
    int64_t now = drive_now(), passed = now - g->since;
    bool steady = passed < 0 || passed >= WINDOW_NS;
    bool full = steady || now - g->begun >= WINDOW_NS;

    for (unsigned n = 0; n < g->n; n++) {
        GlowLamp *l = &g->lamp[n];

        l->sum += (uint64_t)l->percent * (steady ? 0 : passed);
        if (full) {
            l->seen = steady ? l->percent : l->sum / (now - g->begun);
            l->sum = 0;
        }
    }
    g->begun = full ? now : g->begun;
    g->since = now;
    look(g);
}

void glow_begin(Glow *g, Part *part, unsigned n)
{
    g->n = n;
    g->followers = g_new0(PinFollower, part->n_legs);
    for (unsigned leg = 0; leg < part->n_legs; leg++) {
        g->followers[leg].changed = update;
        g->followers[leg].opaque = g;
        pin_follow(&g->followers[leg], part_leg(part, leg));
    }
}

unsigned glow_percent(Glow *g, unsigned n)
{
    if (drive_now() - g->since >= WINDOW_NS || drive_now() < g->since) {
        look(g);                /* a duty may have changed that nobody was told of */
    }
    update(g);
    return g->lamp[n].seen;
}

char *glow_text(Glow *g)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < g->n; n++) {
        g_string_append_printf(text, n ? ",%u" : "%u", glow_percent(g, n));
    }
    return g_string_free(text, false);
}
