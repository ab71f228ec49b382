/*
 * Who is told of what happens at a net, and when: levels that change, edges of square waves,
 * pictures of frames and signal generators.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/core/counter.h"
#include "stm32/core/pins/edges.h"
#include "stm32/trace.h"

/*
 * After a host's pause this many edges are told one by one, of a fast wave always just the last ...
 */
#define MAX_EDGES 256
#define FAST_EDGES 4    /* ... so that the last period is among them, wherever it begins */

/* Tell those who listen to waves, or all others. */
static void net_tell(PinNet *net, bool level, bool waves, int64_t ns)
{
    *(waves ? &net->level : &net->plain_level) = level;
    net->edge_ns = ns;
    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];
        PinListener *l, *next;

        if (waves && trace_event_get_state_backends(TRACE_PIN_CHANGED)) {
            trace_pin_changed(pin->name, level, ns);
        }
        QLIST_FOREACH_SAFE(l, &pin->listeners, next, next) {
            if (l->waves == waves) {
                l->changed(l->opaque, level);
            }
        }
    }
    net->skipped = 0;
}

static bool net_is_heard(const PinNet *net)
{
    return net->heard || trace_event_get_state_backends(TRACE_PIN_CHANGED);
}

/* Tell all who do not know it of the levels that are there now. */
void net_tell_now(PinNet *net, bool level, bool plain)
{
    int64_t ns;

    if ((level == net->level && plain == net->plain_level) || !runstate_is_running()) {
        return;
    }
    if (!net_is_heard(net)) {
        net->level = level;
        net->plain_level = plain;
        return;
    }
    ns = drive_now();
    if (level != net->level) {
        net_tell(net, level, true, ns);
    }
    if (plain != net->plain_level) {
        net_tell(net, plain, false, ns);
    }
}

/*
 * Begin to tell the wave's edges: those from now on, and those that a snapshot has come in between: of a
 * fast wave all since the last delivery, otherwise one.
 */
static void net_begin_edges(PinNet *net)
{
    int64_t now = drive_now();

    net->told_edges = wave_edges(&net->drive, now);
    if (runstate_is_running()) {
        net->level = net->told_edges % 2;
    } else if (wave_is_fast(&net->drive)) {
        net->told_edges = wave_edges(&net->drive, wave_last_delivery(&net->drive, now));
    } else if (net->told_edges && net->told_edges % 2 != net->level) {
        net->told_edges--;
    }
}

/* When a source may have crossed the threshold: it says so, or it is looked at with every step of it. */
static int64_t source_next_look(const Drive *d, int64_t now)
{
    int64_t step = d->source->next ? DRIVE_MIN_EDGE_NS : MAX(d->source->step, DRIVE_MIN_EDGE_NS);
    int64_t next = (now / step + 1) * step;

    if (d->source->next) {              /* edges that follow each other faster are not told of */
        int64_t edge = d->source->next(d->source, now);

        next = edge == INT64_MAX ? -1 : MAX(edge, next);
    }
    return next;
}

/*
 * Begin to tell the picture's edges from now on; after a snapshot those too that have not been
 * told, see picture_next_delivery().
 */
void net_join_picture(PinNet *net)
{
    const Picture *p = net->drive.picture;
    int64_t now = drive_now();

    net->told_edges = picture_begun(p, now);
    if (runstate_is_running()) {
        net->level = picture_level_after(p, net->told_edges);
    } else if (picture_is_short(p)) {
        net->told_edges = picture_begun(p, QEMU_ALIGN_DOWN(now, DRIVE_MIN_EDGE_NS));
    } else if (net->told_edges && picture_level_after(p, net->told_edges) != net->level) {
        net->told_edges--;
    }
}

/* Tell of all edges of the picture until @ns, each with its own time. */
void net_tell_picture(PinNet *net, int64_t ns)
{
    const Picture *p = net->drive.picture;
    unsigned begun = picture_begun(p, ns);

    while (net->told_edges < begun && net->drive.kind == DRIVE_PICTURE && net->drive.picture == p) {
        unsigned n = net->told_edges++;
        bool level = picture_level_after(p, n + 1);

        if (level != net->level) {
            net_tell(net, level, true, MAX(picture_bit_ns(p, n), net->edge_ns));
        }
    }
}

/* When the next edge of the picture is told of: at once, short ones once in DRIVE_MIN_EDGE_NS. */
static int64_t picture_next_delivery(const PinNet *net)
{
    const Picture *p = net->drive.picture;

    for (unsigned n = net->told_edges; n <= p->count; n++) {
        if (picture_level_after(p, n + 1) != net->level) {
            int64_t ns = picture_bit_ns(p, n);

            return picture_is_short(p) ? QEMU_ALIGN_UP(ns, DRIVE_MIN_EDGE_NS) : ns;
        }
    }
    return -1;
}

/* When the timer of edges is to expire; -1: not at all. */
static int64_t net_next_edge(PinNet *net)
{
    const Drive *d = &net->drive;

    if (d->kind < DRIVE_WAVE || d->kind == DRIVE_ANALOG || !net->waves) {
        return -1;
    }
    if (d->kind == DRIVE_PICTURE) {
        return picture_next_delivery(net);
    }
    if (d->kind == DRIVE_SOURCE) {
        return source_next_look(d, drive_now());
    }
    return d->high && d->high < d->period ? wave_next_delivery(d, drive_now()) : -1;
}

void net_arm_edge(PinNet *net)
{
    int64_t when = net_next_edge(net);

    if (when >= 0) {
        if (net->drive.kind == DRIVE_WAVE && !timer_pending(net->edge)) {
            net_begin_edges(net);
        }
        counter_arm(net->edge, when);
    } else if (timer_pending(net->edge)) {
        timer_del(net->edge);
    }
}

/* Tell of the edges since last time, each with its own time; of too many the last. */
static void net_tell_edges(PinNet *net)
{
    Drive d = net->drive;
    uint64_t last = wave_edges(&d, drive_now()), many = last - net->told_edges;

    if (many > (wave_is_fast(&d) ? FAST_EDGES : MAX_EDGES)) {
        net->skipped = (many - FAST_EDGES) / 2;
        net->told_edges += 2 * net->skipped;
    }
    while (net->told_edges < last && drive_equals(&d, &net->drive)) {
        uint64_t edge = ++net->told_edges;

        net_tell(net, edge % 2, true, wave_edge_ns(&d, edge));
    }
}

void net_edge(void *opaque)
{
    PinNet *net = opaque;

    if (net->drive.kind == DRIVE_WAVE) {
        net_tell_edges(net);
        if (net->drive.kind == DRIVE_WAVE && net->waves) {
            counter_arm(net->edge, wave_next_delivery(&net->drive, drive_now()));
        }
        return;
    }
    if (net->drive.kind == DRIVE_PICTURE) {
        net_tell_picture(net, drive_now());
    } else if (net->drive.kind == DRIVE_SOURCE && drive_level(&net->drive) != net->level) {
        net_tell(net, !net->level, true, drive_now());
    }
    net_arm_edge(net);
}

void pin_catch_up(Pin *pin)
{
    PinNet *net = pin->net;

    if (timer_pending(net->edge) && net->drive.kind == DRIVE_WAVE) {
        net_tell_edges(net);
    } else if (timer_pending(net->edge) && net->drive.kind == DRIVE_PICTURE) {
        net_tell_picture(net, drive_now());
    }
}

int64_t pin_edge_ns(Pin *pin)
{
    return pin->net->edge_ns;
}

uint64_t pin_periods_skipped(Pin *pin)
{
    return pin->net->skipped;
}
