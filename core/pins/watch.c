/*
 * Watch a pin, for tests: its edges with their times, and a stop of the machine at one.  QOM properties of a Pin:
 *
 *   watch     true: from now on its edges are written down, those before are forgotten; false: no longer
 *   edges     how many there have been since then, of waves that nobody could have served too
 *   history   the last of them, "NS:LEVEL NS:LEVEL ...", each with the time it had
 *   stop-on   "rising", "falling", "edge": the machine is paused at each such edge; "none"
 *
 * It costs an event an edge while it is on, and nothing before.  Nothing of it is in a snapshot: who loads one
 * sets `watch` again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/core/pause.h"
#include "stm32/core/pins/pin.h"

#define HISTORY 65536           /* edges; those before are forgotten, a power of 2 */

typedef enum StopOn { STOP_ON_NONE, STOP_ON_RISING, STOP_ON_FALLING, STOP_ON_EDGE } StopOn;

static const char *const stop_names[] = { "none", "rising", "falling", "edge" };

typedef struct PinWatch {
    Pin *pin;
    PinListener listener;
    StopOn stop_on;
    uint64_t edges, recorded;
    GArray *history;            /* of int64_t: time, and the level in its lowest bit */
} PinWatch;

static void record(PinWatch *w, int64_t ns, bool level)
{
    int64_t item = (uint64_t)ns << 1 | level;

    if (w->history->len < HISTORY) {
        g_array_append_val(w->history, item);
    } else {
        g_array_index(w->history, int64_t, w->recorded % HISTORY) = item;
    }
    w->recorded++;
}

static void changed(void *opaque, bool level)
{
    PinWatch *w = opaque;

    w->edges += 1 + 2 * pin_periods_skipped(w->pin);
    record(w, pin_edge_ns(w->pin), level);
    if (w->stop_on == STOP_ON_EDGE || w->stop_on == (level ? STOP_ON_RISING : STOP_ON_FALLING)) {
        pause_machine();
    }
}

static PinWatch *begin(Pin *pin)
{
    PinWatch *w = pin->watch;

    if (!w) {
        w = pin->watch = g_new0(PinWatch, 1);
        w->pin = pin;
        w->history = g_array_new(false, false, sizeof(int64_t));
        w->listener = (PinListener) { .changed = changed, .opaque = w, .waves = true };
        pin_listen(&w->listener, pin);
    }
    return w;
}

static void end(Pin *pin)
{
    PinWatch *w = pin->watch;

    if (w) {
        pin_listen(&w->listener, NULL);
        g_array_free(w->history, true);
        g_clear_pointer(&pin->watch, g_free);
    }
}

static bool get_watch(Object *obj, Error **errp)
{
    return PIN(obj)->watch;
}

static void set_watch(Object *obj, bool on, Error **errp)
{
    Pin *pin = PIN(obj);

    if (on) {
        PinWatch *w = begin(pin);

        w->edges = w->recorded = 0;
        g_array_set_size(w->history, 0);
    } else {
        end(pin);
    }
}

static void get_edges(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    uint64_t edges = PIN(obj)->watch ? PIN(obj)->watch->edges : 0;

    visit_type_uint64(v, name, &edges, errp);
}

static char *get_history(Object *obj, Error **errp)
{
    PinWatch *w = PIN(obj)->watch;
    GString *text = g_string_new("");

    for (unsigned i = 0; w && i < w->history->len; i++) {
        uint64_t first = w->history->len < HISTORY ? 0 : w->recorded;
        int64_t item = g_array_index(w->history, int64_t, (first + i) % HISTORY);

        g_string_append_printf(text, "%s%" PRId64 ":%d", i ? " " : "", item >> 1, (int)(item & 1));
    }
    return g_string_free(text, false);
}

static char *get_stop_on(Object *obj, Error **errp)
{
    return g_strdup(stop_names[PIN(obj)->watch ? PIN(obj)->watch->stop_on : STOP_ON_NONE]);
}

static void set_stop_on(Object *obj, const char *value, Error **errp)
{
    for (unsigned i = 0; i < ARRAY_SIZE(stop_names); i++) {
        if (!strcmp(value, stop_names[i])) {
            if (i != STOP_ON_NONE || PIN(obj)->watch) {
                begin(PIN(obj))->stop_on = i;
            }
            return;
        }
    }
    error_setg(errp, "stop-on=%s: it is 'rising', 'falling', 'edge' or 'none'", value);
}

void pin_watch_add_properties(ObjectClass *klass)
{
    object_class_property_add_bool(klass, "watch", get_watch, set_watch);
    object_class_property_add(klass, "edges", "uint64", get_edges, NULL, NULL, NULL);
    object_class_property_add_str(klass, "history", get_history, NULL);
    object_class_property_add_str(klass, "stop-on", get_stop_on, set_stop_on);
}
