/*
 * What pins show, edge by edge: the logic analyser's traces (board/logic/trace.h), live.
 *
 * Which pins is the machine's state: all pages see the same traces, and one that comes later sees them from then on.
 * What changes faster than can be shown is cut: the latest of it is told, and from when on it is complete.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "stm32/board/logic/trace.h"
#include "stm32/board/page/state.h"
#include "stm32/board/user_pin.h"

#define MAX_TRACES 16
#define MAX_CHANGES 4000        /* that a page is told of in a tick */
#define MAX_PERIODS 1000        /* of a wave, or steps of a generator */

static struct {
    Trace trace;
    bool opened, used;
    int32_t before;             /* its value at `from` */
} slots[MAX_TRACES];
static Capture capture;         /* only its list of changes is used */
static bool watching;
static int64_t from, until;     /* virtual ns: what is told is complete between them */
static uint64_t changed_at;     /* the tick that finds another set of pins */
static uint64_t tick;
static QDict *news;

/* ---- Changes come ---- */

/* The first @n are not told. */
static void drop(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const Change *c = &g_array_index(capture.changes, Change, i);

        slots[c->trace].before = c->value;
        from = MAX(from, c->ns);
    }
    g_array_remove_range(capture.changes, 0, n);
}

static void trace_changed(void *opaque)
{
    if (capture.changes->len > 4 * MAX_CHANGES) {
        drop(capture.changes->len - MAX_CHANGES);
    }
}

/* A wave or a generator: no more of it than can be told. */
static void leave_out(unsigned n, int64_t now)
{
    Trace *t = &slots[n].trace;
    double step = t->drive.kind == DRIVE_WAVE ? t->drive.period / 4294967296.0
                  : t->drive.kind == DRIVE_SOURCE ? t->drive.source->step : 0;
    int64_t begin = now - step * MAX_PERIODS;

    if (step && begin > t->until) {
        t->until = begin;
        from = MAX(from, begin);
        if (t->drive.kind == DRIVE_WAVE) {
            t->told = wave_edges(&t->drive, begin);
        }
        slots[n].before = drive_level_at(&t->drive, begin);
        t->known = false;
    }
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    int64_t x = ((const Change *)a)->ns, y = ((const Change *)b)->ns;

    return (x > y) - (x < y);
}

/* ---- Pins ---- */

static void all_on(bool on)
{
    for (unsigned n = 0; n < MAX_TRACES; n++) {
        if (slots[n].used && on) {
            trace_on(&slots[n].trace);
        } else if (slots[n].opened) {
            trace_off(&slots[n].trace);
        }
    }
    from = until = drive_now();
}

/* What happened while it stood is none of a trace's business. */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    if (running && watching) {
        all_on(true);
    }
}

static int find(const char *name)
{
    for (unsigned n = 0; n < MAX_TRACES; n++) {
        if (slots[n].used && !g_ascii_strcasecmp(slots[n].trace.name, name)) {
            return n;
        }
    }
    return -1;
}

static void open_slot(unsigned n, Pin *pin, const char *name)
{
    Trace *t = &slots[n].trace;

    if (!slots[n].opened) {
        trace_open(t, &capture, pin, name, false);
        t->changed = trace_changed;
        t->n = n;
    } else {
        g_free(t->name);
        t->name = g_strdup(name);
        t->pin = pin;
    }
    slots[n].opened = slots[n].used = true;
    slots[n].before = VCD_UNKNOWN;
    trace_on(t);
}

void traces_set(const char *name, bool on, Error **errp)
{
    int n = name ? find(name) : -1;
    Pin *pin = on && n < 0 ? user_pin("page", name, errp) : NULL;

    if (!on && n >= 0) {
        trace_off(&slots[n].trace);
        slots[n].used = false;
        drop(capture.changes->len);         /* another pin may get its number */
        changed_at = tick + 1;
    }
    if (!pin) {
        return;
    }
    for (n = 0; n < MAX_TRACES && slots[n].used; n++) {
    }
    if (n == MAX_TRACES) {
        error_setg(errp, "there are %d traces already", MAX_TRACES);
        return;
    }
    open_slot(n, pin, name);
    changed_at = tick + 1;
}

void traces_watch(bool on)
{
    if (!capture.changes) {
        capture.changes = g_array_new(false, false, sizeof(Change));
        qemu_add_vm_change_state_handler(vm_state_changed, NULL);
    }
    watching = on;
    all_on(on);
    g_array_set_size(capture.changes, 0);
}

/* ---- Pages are told ---- */

/* "ns:level,...", of one trace. */
static char *edges_of(unsigned n)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < capture.changes->len; i++) {
        const Change *c = &g_array_index(capture.changes, Change, i);

        if (c->trace == n) {
            g_string_append_printf(text, "%s%" PRId64 ":%d", text->len ? "," : "", c->ns, c->value);
        }
    }
    return g_string_free(text, false);
}

static void make_news(void)
{
    QList *pins = qlist_new();

    news = qdict_new();
    qdict_put_int(news, "from", from);
    qdict_put_int(news, "to", until);
    for (unsigned n = 0; n < MAX_TRACES; n++) {
        if (slots[n].used) {
            g_autofree char *edges = edges_of(n);
            QDict *one = qdict_new();

            qdict_put_str(one, "name", slots[n].trace.name);
            qdict_put_int(one, "value", slots[n].before);
            qdict_put_str(one, "edges", edges);
            qlist_append(pins, one);
            slots[n].before = slots[n].trace.value;
        }
    }
    qdict_put(news, "pins", pins);
}

void traces_update(uint64_t now_tick)
{
    int64_t now = drive_now();
    bool any = false;

    tick = now_tick;
    qobject_unref(news);
    news = NULL;
    from = until;
    if (now < until) {                          /* a snapshot was loaded */
        g_array_set_size(capture.changes, 0);
        all_on(true);
    }
    for (unsigned n = 0; n < MAX_TRACES; n++) {
        if (slots[n].used) {
            any = true;
            leave_out(n, now);
            trace_take(&slots[n].trace, now);
        }
    }
    g_array_sort(capture.changes, by_time);
    if (capture.changes->len > MAX_CHANGES) {
        drop(capture.changes->len - MAX_CHANGES);
    }
    if ((any && now > until) || changed_at == tick) {
        until = now;
        make_news();
    }
    until = now;
    g_array_set_size(capture.changes, 0);
}

QDict *traces_news(bool fresh)
{
    if (fresh && !news) {
        make_news();
    }
    return news ? qobject_ref(news) : NULL;
}
