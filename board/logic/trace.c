/*
 * What one pin shows, see trace.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/board/logic/trace.h"

/* A wave that no pin can have, but another board at a cable might say so: not drawn. */
#define MIN_PERIOD (1ull << 33)         /* 2 ns */

static void add(Trace *t, int32_t value, int64_t ns)
{
    if (!t->known || value != t->value) {
        t->known = true;
        t->value = value;
        capture_add(t->capture, t->n, value, ns);
    }
}

static void add_level(Trace *t, bool level, int64_t ns)
{
    add(t, t->analog ? level * DRIVE_VDD_UV : level, ns);
}

/* What the drive is at @ns. */
static void add_state(Trace *t, int64_t ns)
{
    if (t->analog) {
        add(t, drive_uv(&t->drive, ns, DRIVE_VDD_UV), ns);
    } else if (t->drive.kind == DRIVE_NONE) {
        add(t, VCD_NOTHING, ns);
    } else {
        add(t, drive_level_at(&t->drive, ns), ns);
    }
}

static bool has_edges(const Drive *d)
{
    return d->high && d->high < d->period && d->period >= MIN_PERIOD;
}

static void take_wave(Trace *t, int64_t ns)
{
    int64_t edge;

    while (has_edges(&t->drive) && (edge = wave_edge_ns(&t->drive, t->told + 1)) < ns) {
        t->told++;
        add_level(t, t->told % 2, edge);
    }
}

static void take_picture(Trace *t, int64_t ns)
{
    const Picture *p = &t->picture;
    int64_t edge;

    while (t->told <= p->count && (edge = picture_bit_ns(p, t->told)) < ns) {
        t->told++;
        add_level(t, picture_level_after(p, t->told), edge);
    }
    /* The next in a row of them begins there, and may be drawn when more time has passed. */
    t->until = MAX(t->until, MIN(ns, picture_bit_ns(p, p->count)));
}

static void take_source(Trace *t, int64_t ns)
{
    AnalogSource *source = t->drive.source;
    int64_t step = MAX(source->step, DRIVE_MIN_EDGE_NS), edge;

    if (source->next) {
        while ((edge = source->next(source, t->until)) < ns) {
            t->until = MAX(edge, t->until + 1);
            add_state(t, t->until);
        }
        return;
    }
    for (int64_t at = (t->until + step) / step * step; at < ns; at += step) {
        add_state(t, at);
    }
}

void trace_take(Trace *t, int64_t ns)
{
    if (ns <= t->until) {
        return;
    }
    if (t->drive.kind == DRIVE_WAVE) {
        take_wave(t, ns);
    } else if (t->drive.kind == DRIVE_PICTURE) {
        take_picture(t, ns);
        return;
    } else if (t->drive.kind == DRIVE_SOURCE) {
        take_source(t, ns);
        t->until = ns - 1;              /* what is at @ns itself comes next time */
        return;
    }
    t->until = ns;
}

/* What drives the pin now has done so since @ns, from where it is to be shown. */
static void remember(Trace *t, int64_t ns)
{
    t->drive = pin_state(t->pin);
    t->drawn = NULL;
    t->until = MAX(ns, t->until);
    if (t->drive.kind == DRIVE_PICTURE) {
        t->drawn = t->drive.picture;
        t->picture = *t->drawn;
        t->drive.picture = &t->picture;
        t->told = picture_begun(&t->picture, t->until);
    } else if (t->drive.kind == DRIVE_WAVE && has_edges(&t->drive)) {
        t->told = wave_edges(&t->drive, t->until);
    }
    add_state(t, t->until);
}

/* Is @next one that comes after what is shown now?  Else it takes that's place, in its midst. */
static bool is_in_row(const Trace *t, const Drive *next)
{
    const Picture *p = &t->picture;

    return next->kind == DRIVE_PICTURE && next->picture == t->drawn && next->picture->start &&
           (!p->count || next->picture->start > picture_bit_ns(p, p->count - 1));
}

/*
 * Something else drives the pin.  A picture in a row of them begins when it says, which may be before the host got
 * round to it.
 */
static void changed(void *opaque)
{
    Trace *t = opaque;
    Drive d = pin_state(t->pin);
    int64_t now = drive_now(), since = is_in_row(t, &d) ? MIN(d.picture->start, now) : now;

    if (runstate_is_running()) {
        trace_take(t, since);
        remember(t, since);
        t->changed(t->opaque);
    }
}

bool trace_goes_on(const Trace *t)
{
    return t->drive.kind == DRIVE_SOURCE || (t->drive.kind == DRIVE_WAVE && has_edges(&t->drive));
}

void trace_open(Trace *t, Capture *capture, Pin *pin, const char *name, bool analog)
{
    t->capture = capture;
    t->pin = pin;
    t->analog = analog;
    t->name = analog ? g_strdup_printf("%s.V", name) : g_strdup(name);
    t->n = capture_add_trace(capture, t->name, analog ? VCD_VOLTAGE : VCD_LEVEL);
    t->follower = (PinFollower) { .changed = changed, .opaque = t, .pictures = true };
}

void trace_on(Trace *t)
{
    if (!t->follower.pin) {
        t->known = false;
        pin_follow(&t->follower, t->pin);
    }
    t->until = drive_now();
    remember(t, t->until);
}

void trace_off(Trace *t)
{
    pin_follow(&t->follower, NULL);
    t->drive = DRIVE(NONE);
}
