/*
 * What traces have shown, see capture.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/logic/capture.h"

static Change *change_at(Capture *c, unsigned i)
{
    return &g_array_index(c->changes, Change, i);
}

unsigned capture_add_trace(Capture *c, const char *name, VcdKind kind)
{
    c->variable = g_renew(VcdVariable, c->variable, c->n + 1);
    c->variable[c->n] = (VcdVariable) { .name = name, .kind = kind };
    return c->n++;
}

static void forget_values(Capture *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        c->old[i] = c->value[i] = c->variable[i].kind == VCD_LEVEL ? VCD_UNKNOWN : 0;
    }
}

void capture_begin(Capture *c)
{
    c->old = g_new(int32_t, c->n);
    c->value = g_new(int32_t, c->n);
    c->changes = g_array_new(false, false, sizeof(Change));
    forget_values(c);
    c->state = trigger_is_set(&c->trigger) ? CAPTURE_WAITS : CAPTURE_WRITES;
    vcd_declare(&c->vcd, c->variable, c->n);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    int64_t x = ((const Change *)a)->ns, y = ((const Change *)b)->ns;

    return (x > y) - (x < y);
}

/* The first @n changes are history that nobody needs. */
static void drop(Capture *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        c->old[change_at(c, i)->trace] = change_at(c, i)->value;
    }
    g_array_remove_range(c->changes, 0, n);
    c->seen -= n;
}

/* How many changes there are before @ns, of those that have been seen. */
static unsigned seen_before(Capture *c, int64_t ns)
{
    unsigned from = 0, to = c->seen;

    while (from < to) {
        unsigned middle = from + (to - from) / 2;

        if (change_at(c, middle)->ns < ns) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* Change @i is the trigger, whatever comes of it is to be written from `pre` before it on. */
static void triggered(Capture *c, unsigned i)
{
    int64_t ns = change_at(c, i)->ns;
    int64_t begin = c->pre < ns ? ns - (int64_t)c->pre : 0;

    c->seen = i;
    if (c->seen && change_at(c, 0)->ns > begin && c->old[change_at(c, 0)->trace] == VCD_UNKNOWN) {
        begin = change_at(c, 0)->ns;            /* nothing was known before */
    }
    drop(c, seen_before(c, begin + 1));
    c->state = CAPTURE_WRITES;
    c->stop = c->post && c->post < INT64_MAX - ns ? ns + (int64_t)c->post : INT64_MAX;
    memcpy(c->value, c->old, c->n * sizeof(*c->value));
    vcd_all(&c->vcd, c->variable, c->value, c->n, begin);
    c->off = false;
    c->count = 0;
    c->seen = 0;                                /* all that is kept goes to the file */
}

/* Look for the trigger up to @ns. */
static void look(Capture *c, int64_t ns)
{
    unsigned keep;

    for (unsigned i = c->seen; i < c->changes->len && change_at(c, i)->ns < ns; i++) {
        Change *change = change_at(c, i);
        int32_t was = c->value[change->trace];

        c->value[change->trace] = change->value;
        c->seen = i + 1;
        if (trigger_hits(&c->trigger, c->value, change->trace, was)) {
            triggered(c, i);
            return;
        }
    }
    keep = c->seen - seen_before(c, ns - (int64_t)MIN(c->pre, INT64_MAX / 2));
    drop(c, c->seen - MIN(keep, CAPTURE_MAX_HISTORY));
}

static bool gate_is_open(const Capture *c)
{
    return !trigger_is_set(&c->gate) || trigger_hits(&c->gate, c->value, UINT_MAX, 0);
}

/* A change that closes the gate is the last to be seen; what opens it shows all that there is then. */
static void write_change(Capture *c, const Change *change)
{
    VcdKind kind = c->variable[change->trace].kind;
    bool was_open = gate_is_open(c);

    if (c->value[change->trace] == change->value) {
        return;
    }
    c->value[change->trace] = change->value;
    if (was_open) {
        vcd_change(&c->vcd, kind, change->trace, change->value, change->ns);
        c->count++;
    } else if (gate_is_open(c)) {
        vcd_all(&c->vcd, c->variable, c->value, c->n, change->ns);
        c->count++;
    }
    if (c->size && c->count >= c->size) {
        c->stop = MIN(c->stop, change->ns);
    }
}

/* The values of the very first instant make the file's beginning; the same after it was off. */
static unsigned write_first(Capture *c)
{
    int64_t ns = change_at(c, 0)->ns;
    unsigned i;

    for (i = 0; i < c->changes->len && change_at(c, i)->ns == ns; i++) {
        c->value[change_at(c, i)->trace] = change_at(c, i)->value;
    }
    vcd_all(&c->vcd, c->variable, c->value, c->n, ns);
    c->off = false;
    return i;
}

/* Write all before @ns. */
static void write_changes(Capture *c, int64_t ns)
{
    unsigned i = 0;

    if (c->changes->len && change_at(c, 0)->ns < ns && (!c->vcd.began || c->off)) {
        i = write_first(c);
    }
    for (; i < c->changes->len && change_at(c, i)->ns < ns; i++) {
        if (change_at(c, i)->ns > c->stop || (c->size && c->count >= c->size)) {
            break;
        }
        write_change(c, change_at(c, i));
    }
    g_array_remove_range(c->changes, 0, i);
    if (!c->vcd.file || ns > c->stop) {
        c->state = CAPTURE_DONE;
        vcd_lasts(&c->vcd, c->stop);
        vcd_flush(&c->vcd);
    }
}

void capture_process(Capture *c, int64_t ns)
{
    g_array_sort(c->changes, by_time);          /* stable, and quick if there is little to do */
    if (c->state == CAPTURE_WAITS) {
        look(c, ns);
    }
    if (c->state == CAPTURE_WRITES) {
        write_changes(c, ns);
    }
    if (c->state == CAPTURE_DONE) {
        g_array_set_size(c->changes, 0);
        c->seen = 0;
    }
}

void capture_flush(Capture *c, int64_t ns)
{
    capture_process(c, ns + 1);
    if (c->state == CAPTURE_WRITES && c->vcd.began && !c->off) {
        vcd_lasts(&c->vcd, ns);
    }
    vcd_flush(&c->vcd);
}

void capture_off(Capture *c, int64_t ns)
{
    capture_process(c, ns + 1);
    if (c->vcd.began && !c->off) {
        vcd_none(&c->vcd, c->variable, c->n, ns);
        vcd_flush(&c->vcd);
        c->off = true;
    }
    g_array_set_size(c->changes, 0);
    c->seen = 0;
    forget_values(c);
}

void capture_again(Capture *c)
{
    c->state = !c->vcd.file ? CAPTURE_DONE : trigger_is_set(&c->trigger) ? CAPTURE_WAITS : CAPTURE_WRITES;
}

void capture_time_is_back(Capture *c, int64_t ns)
{
    g_array_set_size(c->changes, 0);
    c->seen = 0;
    forget_values(c);
    if (c->vcd.began) {
        vcd_time_is_back(&c->vcd, ns);
    }
    c->off |= c->vcd.began;
    if (c->state == CAPTURE_WRITES && c->stop != INT64_MAX) {
        c->stop = ns + (int64_t)c->post;
    }
}
