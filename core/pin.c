/*
 * Pins as nets, see pin.h.  What the chip itself does at a pin is in pinmux.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "system/runstate.h"
#include "stm32/core/mistake.h"
#include "stm32/core/pin.h"
#include "stm32/trace.h"

/* Edges of a faster wave than this are delivered no more often: nobody could serve them. */
#define MIN_EDGE_NS 1000
/* After a host's pause this many edges are told one by one, of a fast wave always just the last ... */
#define MAX_EDGES 256
#define FAST_EDGES 4    /* ... so that the last period is among them, wherever it begins */

#define VDD_UV (PIN_VDD_MV * 1000)

/* The pins that jumpers join: one level for all. */
typedef struct PinNet {
    GPtrArray *pins;
    Drive drive;                /* who won */
    Drive plain;                /* ... without open drains' pictures */
    const PinDriver *only;      /* the only strong one, if there is just one */
    bool level;                 /* as last told to those who listen to waves, */
    bool plain_level;           /* ... to others */
    QEMUTimer *edge;            /* of a wave or picture, while somebody listens */
    uint64_t told_edges;        /* of those of the wave, then; bits of the picture */
    int64_t edge_ns;            /* of the edge that is being told, */
    uint64_t skipped;           /* ... and the periods left out before it */
} PinNet;

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- Square waves ---- */

/* Where in its period the wave is at @ns, in units of 2^-32 ns. */
static uint64_t wave_phase(const Drive *d, int64_t ns)
{
    int64_t since = ns - d->start;

    return since < 0 ? d->high : ((unsigned __int128)since << 32) % d->period;
}

/* The edges of the wave until @ns: the odd ones rise. */
static uint64_t wave_edges(const Drive *d, int64_t ns)
{
    unsigned __int128 since = (unsigned __int128)MAX(ns - d->start, 0) << 32;

    return ns < d->start ? 0 : (uint64_t)(since / d->period) * 2 + 1 + (since % d->period >= d->high);
}

/* When edge @n is seen. */
static int64_t wave_edge_ns(const Drive *d, uint64_t n)
{
    unsigned __int128 since = (unsigned __int128)((n - 1) / 2) * d->period + (n % 2 ? 0 : d->high);

    return d->start + (int64_t)((since + UINT32_MAX) >> 32);
}

/* ---- Pictures of frames ---- */

/* When bit @n begins; that of `count` is when the rest does. */
static int64_t bits_ns(const Picture *p, unsigned n)
{
    unsigned __int128 since = (unsigned __int128)(n / 2) * p->period + (n % 2 ? p->high : 0);

    return p->start + (int64_t)((since + UINT32_MAX) >> 32);
}

/* Bits that have begun by @ns; more than there are: it is at rest. */
static unsigned bits_begun(const Picture *p, int64_t ns)
{
    unsigned __int128 since;

    if (ns < p->start) {
        return 0;
    }
    if (ns >= bits_ns(p, p->count)) {
        return p->count + 1;
    }
    since = (unsigned __int128)(ns - p->start) << 32;
    return (unsigned)(since / p->period) * 2 + 1 + (since % p->period >= p->high);
}

/* The level when @begun have. */
static bool bits_level(const Picture *p, unsigned begun)
{
    return begun && begun <= p->count ? p->bits >> (begun - 1) & 1 : p->rest;
}

static bool picture_level(const Picture *p, int64_t ns)
{
    return bits_level(p, bits_begun(p, ns));
}

static bool picture_equals(const Picture *a, const Picture *b)
{
    return a->start == b->start && a->period == b->period && a->high == b->high &&
           a->bits == b->bits && a->count == b->count && a->rest == b->rest;
}

/* ---- Levels ---- */

static bool drive_level(const Drive *d)
{
    switch (d->kind) {
    case DRIVE_HIGH:
    case DRIVE_PULL_UP:
        return true;
    case DRIVE_WAVE:
        return wave_phase(d, now_ns()) < d->high;
    case DRIVE_PICTURE:
        return picture_level(d->picture, now_ns());
    case DRIVE_ANALOG:
    case DRIVE_SOURCE:
        return drive_uv(d, now_ns(), VDD_UV) > VDD_UV / 2;
    default:
        return false;
    }
}

int drive_uv(const Drive *d, int64_t ns, int supply)
{
    switch (d->kind) {
    case DRIVE_HIGH:
    case DRIVE_PULL_UP:
        return supply;
    case DRIVE_WAVE:
        return wave_phase(d, ns) < d->high ? supply : 0;
    case DRIVE_PICTURE:
        return picture_level(d->picture, ns) ? supply : 0;
    case DRIVE_ANALOG:
        return d->uv;
    case DRIVE_SOURCE:
        return d->source->uv(d->source, ns);
    default:
        return 0;
    }
}

/* ---- Who wins ---- */

static bool is_strong(const Drive *d)
{
    return d->kind >= DRIVE_LOW;
}

/* An output of a digital circuit. */
static bool is_digital(const Drive *d)
{
    return is_strong(d) && d->kind != DRIVE_ANALOG && d->kind != DRIVE_SOURCE;
}

/* Two push-pull outputs against each other.  An analog source against one is a design, not a fault. */
static bool is_conflict(const Drive *a, const Drive *b)
{
    return is_digital(a) && is_digital(b) &&
           (a->kind != b->kind || a->kind == DRIVE_WAVE || a->kind == DRIVE_PICTURE);
}

static void report_conflict(const PinDriver *a, const PinDriver *b)
{
    g_autofree char *path = object_get_canonical_path(OBJECT(b->pin));

    guest_mistake(path, "pins", "%s (%s) and %s (%s) drive against each other",
                  a->pin->name, a->name, b->pin->name, b->name);
}

static Drive at_rest(const Drive *d)
{
    return d->kind == DRIVE_PICTURE ? DRIVE_LEVEL(d->picture->rest) : *d;
}

/* What an open drain's picture makes of a net that others drive with @d. */
static Drive pulled(const Drive *d, const Drive *picture)
{
    Drive drive = *picture;

    if (d->kind == DRIVE_NONE || d->kind == DRIVE_PULL_DOWN || d->kind == DRIVE_LOW) {
        return *d;                      /* nobody makes it high */
    }
    drive.floats = false;
    return drive;
}

/* What a net is driven with, and who does. */
typedef struct Contest {
    const PinDriver *winner;
    const Drive *picture;               /* an open drain's */
    unsigned strong;                    /* how many are */
} Contest;

static void contest_enter(Contest *c, const PinDriver *d)
{
    c->strong += is_strong(&d->drive);
    if (d->drive.kind == DRIVE_PICTURE && d->drive.floats) {
        c->picture = &d->drive;
        return;
    }
    if (c->winner && is_conflict(&c->winner->drive, &d->drive)) {
        report_conflict(c->winner, d);
    }
    /* of two strong ones low wins, as the transistors do more or less */
    if (!c->winner || (is_strong(&d->drive) && d->drive.kind == DRIVE_LOW) ||
        (d->drive.kind > c->winner->drive.kind && !is_strong(&c->winner->drive))) {
        c->winner = d;
    }
}

/* All drivers of the net but @without. */
static Contest net_contest(PinNet *net, const PinDriver *without)
{
    Contest c = { };

    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];
        const PinDriver *d;

        QSLIST_FOREACH(d, &pin->drivers, next) {
            if (d != without && d->drive.kind != DRIVE_NONE) {
                contest_enter(&c, d);
            }
        }
    }
    return c;
}

static void net_resolve(PinNet *net)
{
    Contest c = net_contest(net, NULL);
    Drive d = c.winner ? c.winner->drive : DRIVE(NONE);

    net->plain = d;
    net->drive = c.picture ? pulled(&d, c.picture) : d;
    net->only = c.strong == 1 && !c.picture ? c.winner : NULL;
}

/* ---- Telling listeners ---- */

static bool net_wants_waves(const PinNet *net)
{
    for (unsigned i = 0; i < net->pins->len; i++) {
        PinListener *l;

        QLIST_FOREACH(l, &((Pin *)net->pins->pdata[i])->listeners, next) {
            if (l->waves) {
                return true;
            }
        }
    }
    return false;
}

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

static bool net_has_listeners(const PinNet *net)
{
    for (unsigned i = 0; i < net->pins->len; i++) {
        if (!QLIST_EMPTY(&((Pin *)net->pins->pdata[i])->listeners)) {
            return true;
        }
    }
    return false;
}

static bool net_is_heard(const PinNet *net)
{
    return net_has_listeners(net) || trace_event_get_state_backends(TRACE_PIN_CHANGED);
}

/* Tell all who do not know it of the levels that are there now. */
static void net_tell_now(PinNet *net, bool level, bool plain)
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
    ns = now_ns();
    if (level != net->level) {
        net_tell(net, level, true, ns);
    }
    if (plain != net->plain_level) {
        net_tell(net, plain, false, ns);
    }
}

/* Is there more than one edge between two deliveries? */
static bool is_fast(const Drive *d)
{
    return d->period >> 32 < 2 * MIN_EDGE_NS;
}

/* The first edge of the wave after @ns. */
static int64_t wave_edge_after(const Drive *d, int64_t ns)
{
    uint64_t phase, left;

    if (ns < d->start) {
        return d->start;
    }
    phase = wave_phase(d, ns);
    left = (phase < d->high ? d->high : d->period) - phase;
    return ns + MAX((left + UINT32_MAX) >> 32, 1);
}

/*
 * The next delivery after @now: every edge, or the first in every MIN_EDGE_NS.  It follows from the
 * wave and the time alone, so that it does not matter when it is asked for: a snapshot shifts nothing.
 */
static int64_t wave_next_delivery(const Drive *d, int64_t now)
{
    int64_t begin = QEMU_ALIGN_DOWN(now, MIN_EDGE_NS), when;

    if (!is_fast(d)) {
        return wave_edge_after(d, now);
    }
    when = wave_edge_after(d, begin - 1);
    return when > now ? when : wave_edge_after(d, begin + MIN_EDGE_NS - 1);
}

/*
 * Begin to tell the wave's edges: those from now on, and the one that a snapshot has come in between.
 */
static void net_begin_edges(PinNet *net)
{
    net->told_edges = wave_edges(&net->drive, now_ns());
    if (runstate_is_running()) {
        net->level = net->told_edges % 2;
    } else if (net->told_edges && net->told_edges % 2 != net->level) {
        net->told_edges--;
    }
}

/* Nobody knows when a source crosses the threshold: look at every step of it. */
static int64_t source_next_look(const Drive *d, int64_t now)
{
    int64_t step = MAX(d->source->step, MIN_EDGE_NS);

    return (now / step + 1) * step;
}

/* Bits so short that their edges are delivered in bunches. */
static bool is_short(const Picture *p)
{
    return MIN(p->high, p->period - p->high) >> 32 < MIN_EDGE_NS;
}

/*
 * Begin to tell the picture's edges from now on; after a snapshot those too that have not been told, see
 * picture_next_delivery().
 */
static void net_join_picture(PinNet *net)
{
    const Picture *p = net->drive.picture;
    int64_t now = now_ns();

    net->told_edges = bits_begun(p, now);
    if (runstate_is_running()) {
        net->level = bits_level(p, net->told_edges);
    } else if (is_short(p)) {
        net->told_edges = bits_begun(p, QEMU_ALIGN_DOWN(now, MIN_EDGE_NS));
    } else if (net->told_edges && bits_level(p, net->told_edges) != net->level) {
        net->told_edges--;
    }
}

/* Tell of all edges of the picture until @ns, each with its own time. */
static void net_tell_picture(PinNet *net, int64_t ns)
{
    const Picture *p = net->drive.picture;
    unsigned begun = bits_begun(p, ns);

    while (net->told_edges < begun && net->drive.kind == DRIVE_PICTURE && net->drive.picture == p) {
        unsigned n = net->told_edges++;
        bool level = bits_level(p, n + 1);

        if (level != net->level) {
            net_tell(net, level, true, MAX(bits_ns(p, n), net->edge_ns));
        }
    }
}

/* When the next edge of the picture is told of: at once, short ones once in MIN_EDGE_NS. */
static int64_t picture_next_delivery(const PinNet *net)
{
    const Picture *p = net->drive.picture;

    for (unsigned n = net->told_edges; n <= p->count; n++) {
        if (bits_level(p, n + 1) != net->level) {
            int64_t ns = bits_ns(p, n);

            return is_short(p) ? QEMU_ALIGN_UP(ns, MIN_EDGE_NS) : ns;
        }
    }
    return -1;
}

/* When the timer of edges is to expire; -1: not at all. */
static int64_t net_next_edge(PinNet *net)
{
    const Drive *d = &net->drive;

    if (d->kind < DRIVE_WAVE || d->kind == DRIVE_ANALOG || !net_wants_waves(net)) {
        return -1;
    }
    if (d->kind == DRIVE_PICTURE) {
        return picture_next_delivery(net);
    }
    if (d->kind == DRIVE_SOURCE) {
        return source_next_look(d, now_ns());
    }
    return d->high && d->high < d->period ? wave_next_delivery(d, now_ns()) : -1;
}

static void net_arm_edge(PinNet *net)
{
    int64_t when = net_next_edge(net);

    if (when >= 0) {
        if (net->drive.kind == DRIVE_WAVE && !timer_pending(net->edge)) {
            net_begin_edges(net);
        }
        timer_mod(net->edge, when);
    } else if (timer_pending(net->edge)) {
        timer_del(net->edge);
    }
}

/* Tell of the edges since last time, each with its own time; of too many the last. */
static void net_tell_edges(PinNet *net)
{
    Drive d = net->drive;
    uint64_t last = wave_edges(&d, now_ns()), many = last - net->told_edges;

    if (many > (is_fast(&d) ? FAST_EDGES : MAX_EDGES)) {
        net->skipped = (many - FAST_EDGES) / 2;
        net->told_edges += 2 * net->skipped;
    }
    while (net->told_edges < last && drive_equals(&d, &net->drive)) {
        uint64_t edge = ++net->told_edges;

        net_tell(net, edge % 2, true, wave_edge_ns(&d, edge));
    }
}

static void net_edge(void *opaque)
{
    PinNet *net = opaque;

    if (net->drive.kind == DRIVE_WAVE) {
        net_tell_edges(net);
        if (net->drive.kind == DRIVE_WAVE && net_wants_waves(net)) {
            timer_mod(net->edge, wave_next_delivery(&net->drive, now_ns()));
        }
        return;
    }
    if (net->drive.kind == DRIVE_PICTURE) {
        net_tell_picture(net, now_ns());
    } else if (net->drive.kind == DRIVE_SOURCE && drive_level(&net->drive) != net->level) {
        net_tell(net, !net->level, true, now_ns());
    }
    net_arm_edge(net);
}

void pin_catch_up(Pin *pin)
{
    PinNet *net = pin->net;

    if (timer_pending(net->edge) && net->drive.kind == DRIVE_WAVE) {
        net_tell_edges(net);
    } else if (timer_pending(net->edge) && net->drive.kind == DRIVE_PICTURE) {
        net_tell_picture(net, now_ns());
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

/* Tell the ports the level. */
static void net_publish(PinNet *net, bool level)
{
    bool asks = net->drive.kind == DRIVE_WAVE || net->drive.kind == DRIVE_SOURCE ||
                net->drive.kind == DRIVE_PICTURE;

    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];

        if (pin->bank) {
            pin->bank->high = level ? pin->bank->high | pin->bit : pin->bank->high & ~pin->bit;
            pin->bank->waves = asks ? pin->bank->waves | pin->bit : pin->bank->waves & ~pin->bit;
        }
    }
}

static void net_tell_followers(PinNet *net)
{
    for (unsigned i = 0; i < net->pins->len; i++) {
        PinFollower *f;

        QLIST_FOREACH(f, &((Pin *)net->pins->pdata[i])->followers, next) {
            f->changed(f->opaque);
        }
    }
}

/* Let who draws the picture know who looks at it. */
static void net_look(const PinNet *net)
{
    if (net->drive.kind == DRIVE_PICTURE) {
        net->drive.picture->heard |= net_has_listeners(net);
        net->drive.picture->watched |= net_wants_waves(net);
    }
}

/* The picture that the net shows ends at @ns, or now: tell of its edges until then. */
static void net_end_picture(PinNet *net, int64_t ns)
{
    if (net->drive.kind == DRIVE_PICTURE && timer_pending(net->edge) && runstate_is_running()) {
        net_tell_picture(net, MIN(ns, now_ns()));
    }
}

/* What drives the net may be something else than what it @was. */
static void net_changed(PinNet *net, const Drive *was)
{
    Drive rest = at_rest(&net->plain);
    bool level = drive_level(&net->drive), plain = drive_level(&rest);
    bool picture = net->drive.kind == DRIVE_PICTURE, same = drive_equals(was, &net->drive);

    net_publish(net, level);
    if (timer_pending(net->edge)) {
        timer_del(net->edge);
    }
    if (picture && same) {              /* its edges come by themselves */
        level = net->level;
        plain = net_has_listeners(net) ? plain : net->plain_level;
    } else if (picture && !net_wants_waves(net)) {
        level = plain;
    }
    net_tell_now(net, level, plain);    /* who hears it may drive it anew */
    if (net->drive.kind == DRIVE_PICTURE && !same && net_wants_waves(net)) {
        net_join_picture(net);
    }
    net_look(net);
    net_arm_edge(net);
    net_tell_followers(net);
}

/* Some driver of the net has changed. */
static void net_update(PinNet *net)
{
    Drive was = net->drive;

    net_resolve(net);
    net_changed(net, &was);
}

void pin_goes_on(Pin *pin)
{
    if (pin->net->drive.kind != DRIVE_WAVE) {       /* whose edges come by themselves */
        net_update(pin->net);
    }
    if (pin->input.pin) {                           /* it may be another input's meanwhile */
        pin->input.changed(pin->input.opaque, pin->input.waves ? pin->net->level
                                                               : pin->net->plain_level);
    }
}

/* ---- Parties ---- */

void pin_add_driver(Pin *pin, PinDriver *driver, const char *name)
{
    driver->pin = pin;
    driver->name = name;
    QSLIST_INSERT_HEAD(&pin->drivers, driver, next);
    net_update(pin->net);
}

bool drive_equals(const Drive *a, const Drive *b)
{
    return a->kind == b->kind && a->uv == b->uv && a->start == b->start &&
           a->period == b->period && a->high == b->high && a->source == b->source;
}

/* Does @drive win against all but strong ones, and is it all that there is then? */
static bool wins_alone(const Drive *drive)
{
    return is_strong(drive) && !(drive->kind == DRIVE_PICTURE && drive->floats);
}

static bool is_level(const Drive *drive)
{
    return drive->kind == DRIVE_LOW || drive->kind == DRIVE_HIGH;
}

/* From one level to another, which outputs do most of the time. */
static void net_toggle(PinNet *net, bool level)
{
    net->drive.kind = net->plain.kind = level ? DRIVE_HIGH : DRIVE_LOW;
    net_publish(net, level);
    net_tell_now(net, level, level);
    net_tell_followers(net);
}

void pin_drive(PinDriver *driver, Drive drive)
{
    PinNet *net = driver->pin->net;
    Drive was = driver->drive;

    if (drive_equals(&was, &drive)) {
        return;
    }
    driver->drive = drive;
    if (net->only == driver && is_level(&was) && is_level(&drive)) {
        net_toggle(net, drive.kind == DRIVE_HIGH);
        return;
    }
    net_end_picture(net, INT64_MAX);
    if (net->only == driver && wins_alone(&drive)) {
        net->drive = net->plain = driver->drive;
        net_changed(net, &was);
    } else {
        net_update(net);
    }
}

/* Whoever listens to waves now wants the picture's edges from now on. */
static void net_listened(PinNet *net)
{
    if (net->drive.kind == DRIVE_PICTURE && !timer_pending(net->edge) && net_wants_waves(net)) {
        net_join_picture(net);
    }
    net_look(net);
    net_arm_edge(net);
}

bool picture_replace(Picture *picture, const Picture *now)
{
    bool heard = picture->heard, watched = picture->watched;

    if (picture_equals(picture, now)) {
        return true;
    }
    if (watched || (heard && picture->rest != now->rest)) {
        return false;
    }
    *picture = *now;
    picture->heard = heard;
    return true;
}

static bool net_shows(const PinNet *net, const Picture *picture)
{
    return net->drive.kind == DRIVE_PICTURE && net->drive.picture == picture;
}

/* A row of frames may be drawn late: the new picture begins where the old one ends, not now. */
void pin_end_picture(Pin *pin, const Picture *picture, const Picture *now)
{
    if (net_shows(pin->net, picture)) {
        bool follows = now->count && now->start != picture->start;

        net_end_picture(pin->net, follows ? now->start : INT64_MAX);
    }
}

/* Its edges so far are told, as it may have begun before the host got round to it. */
void pin_begin_picture(Pin *pin, const Picture *picture, bool corrected)
{
    PinNet *net = pin->net;

    if (!net_shows(net, picture)) {
        return;
    }
    net_look(net);
    if (!runstate_is_running()) {
        if (net_wants_waves(net)) {
            net_join_picture(net);
        }
    } else if (!picture->count) {
        net->told_edges = 1;
        net_tell_now(net, net_wants_waves(net) ? picture->rest : net->level, net->plain_level);
    } else if (net_wants_waves(net)) {
        net->told_edges = corrected ? MAX(bits_begun(picture, now_ns()), 1) - 1 : 0;
        net_tell_picture(net, now_ns());
    }
    net_tell_now(net, net->level, pin_plain_level(pin));
    net_arm_edge(net);
}

void pin_show(PinDriver *driver, Picture *picture, Picture now)
{
    bool corrected = picture->start == now.start;

    if (picture_replace(picture, &now)) {
        return;
    }
    pin_end_picture(driver->pin, picture, &now);
    *picture = now;
    pin_begin_picture(driver->pin, picture, corrected);
}

void pin_listen(PinListener *listener, Pin *pin)
{
    Pin *was = listener->pin;

    if (was == pin) {
        return;
    }
    listener->pin = pin;
    if (was) {
        QLIST_REMOVE(listener, next);
        net_listened(was->net);
    }
    if (pin) {
        QLIST_INSERT_HEAD(&pin->listeners, listener, next);
        net_listened(pin->net);
    }
}

void pin_listen_to_waves(PinListener *listener, bool waves)
{
    if (listener->waves != waves) {
        listener->waves = waves;
        if (listener->pin) {
            net_listened(listener->pin->net);
        }
    }
}

void pin_follow(PinFollower *follower, Pin *pin)
{
    QLIST_INSERT_HEAD(&pin->followers, follower, next);
}

Drive pin_state(Pin *pin)
{
    return pin->net->drive;
}

Drive pin_state_without(Pin *pin, const PinDriver *driver)
{
    Contest c = net_contest(pin->net, driver);

    return c.winner ? at_rest(&c.winner->drive) : DRIVE(NONE);
}

Drive pin_plain_state(Pin *pin)
{
    return at_rest(&pin->net->plain);
}

bool pin_plain_level(Pin *pin)
{
    Drive plain = at_rest(&pin->net->plain);

    return drive_level(&plain);
}

bool pin_level(Pin *pin)
{
    return drive_level(&pin->net->drive);
}

int pin_mv(Pin *pin)
{
    return (drive_uv(&pin->net->drive, now_ns(), VDD_UV) + 500) / 1000;
}

unsigned pin_duty(Pin *pin)
{
    Drive d = at_rest(&pin->net->plain);

    switch (d.kind) {
    case DRIVE_WAVE:
        return now_ns() < d.start ? 0 : (unsigned __int128)d.high * 100 / d.period;
    case DRIVE_ANALOG:
    case DRIVE_SOURCE:
        return CLAMP(drive_uv(&d, now_ns(), VDD_UV), 0, VDD_UV) / (VDD_UV / 100);
    default:
        return drive_level(&d) ? 100 : 0;
    }
}

void pin_join(Pin *a, Pin *b)
{
    PinNet *gone = b->net;

    if (a->net == gone) {
        return;
    }
    for (unsigned i = 0; i < gone->pins->len; i++) {
        Pin *pin = gone->pins->pdata[i];

        pin->net = a->net;
        g_ptr_array_add(a->net->pins, pin);
    }
    timer_free(gone->edge);
    g_ptr_array_unref(gone->pins);
    g_free(gone);
    net_update(a->net);
}

Pin *pin_of_net(const Pin *pin, unsigned n)
{
    return n < pin->net->pins->len ? pin->net->pins->pdata[n] : NULL;
}

/* ---- QOM ---- */

static bool pin_get_level(Object *obj, Error **errp)
{
    return pin_level(PIN(obj));
}

static char *pin_get_drive(Object *obj, Error **errp)
{
    switch (PIN(obj)->outside.drive.kind) {
    case DRIVE_LOW:  return g_strdup("0");
    case DRIVE_HIGH: return g_strdup("1");
    default:         return g_strdup("z");
    }
}

static void pin_set_drive(Object *obj, const char *value, Error **errp)
{
    Pin *pin = PIN(obj);

    if (!strcmp(value, "0")) {
        pin_drive(&pin->outside, DRIVE(LOW));
    } else if (!strcmp(value, "1")) {
        pin_drive(&pin->outside, DRIVE(HIGH));
    } else if (!strcmp(value, "z")) {
        pin_drive(&pin->outside, DRIVE(NONE));
    } else {
        error_setg(errp, "a pin is driven '0', '1' or 'z', not '%s'", value);
    }
}

static void pin_get_mv(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t mv = pin_mv(PIN(obj));

    visit_type_int(v, name, &mv, errp);
}

static void pin_set_mv(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t mv;

    if (!visit_type_int(v, name, &mv, errp)) {
        return;
    }
    if (mv < 0 || mv > 5000) {
        error_setg(errp, "%" PRId64 " mV at a pin: 0 to 5000 will not damage it", mv);
        return;
    }
    pin_drive(&PIN(obj)->outside, (Drive) { .kind = DRIVE_ANALOG, .uv = mv * 1000 });
}

static void pin_get_frequency(Object *obj, Visitor *v, const char *name, void *opaque,
                              Error **errp)
{
    const Drive *d = &PIN(obj)->net->drive;
    double hz = d->kind == DRIVE_WAVE ? 1e9 * 4294967296.0 / d->period : 0;

    visit_type_number(v, name, &hz, errp);
}

static void pin_get_duty(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    const Drive *d = &PIN(obj)->net->drive;
    double percent = d->kind == DRIVE_WAVE ? 100.0 * d->high / d->period : pin_duty(PIN(obj));

    visit_type_number(v, name, &percent, errp);
}

static void pin_init(Object *obj)
{
    Pin *pin = PIN(obj);

    pin->net = g_new0(PinNet, 1);
    pin->net->pins = g_ptr_array_new();
    g_ptr_array_add(pin->net->pins, pin);
    pin->net->edge = timer_new_ns(QEMU_CLOCK_VIRTUAL, net_edge, pin->net);
    QSLIST_INIT(&pin->drivers);
    QLIST_INIT(&pin->listeners);
    QLIST_INIT(&pin->followers);
    pinmux_init(pin);
    pin_add_driver(pin, &pin->pull, "pull resistor");
    pin_add_driver(pin, &pin->chip, "chip");
    pin_add_driver(pin, &pin->outside, "outside");
}

static void pin_class_init(ObjectClass *klass, void *data)
{
    object_class_property_add_bool(klass, "level", pin_get_level, NULL);
    object_class_property_add_str(klass, "drive", pin_get_drive, pin_set_drive);
    object_class_property_add(klass, "mv", "int", pin_get_mv, pin_set_mv, NULL, NULL);
    object_class_property_add(klass, "frequency", "number", pin_get_frequency, NULL, NULL, NULL);
    object_class_property_add(klass, "duty", "number", pin_get_duty, NULL, NULL, NULL);
}

static const TypeInfo pin_types[] = { {
    .name = TYPE_PIN, .parent = TYPE_OBJECT, .instance_size = sizeof(Pin),
    .instance_init = pin_init, .class_init = pin_class_init,
} };
DEFINE_TYPES(pin_types)

static bool picture_is_sane(void *opaque, int version_id)
{
    const Picture *p = opaque;

    return p->count <= 64 && p->period && p->high <= p->period;
}

const VMStateDescription vmstate_picture = {
    .name = "stm32-picture", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(start, Picture),
        VMSTATE_UINT64(period, Picture),
        VMSTATE_UINT64(high, Picture),
        VMSTATE_UINT64(bits, Picture),
        VMSTATE_UINT8(count, Picture),
        VMSTATE_BOOL(rest, Picture),
        VMSTATE_VALIDATE("its bits", picture_is_sane),
        VMSTATE_END_OF_LIST()
    },
};

static int pin_pre_save(void *opaque)
{
    PIN(opaque)->told = PIN(opaque)->net->level;
    PIN(opaque)->told_plain = PIN(opaque)->net->plain_level;
    return 0;
}

static int pin_post_load(void *opaque, int version_id)
{
    Pin *pin = opaque;

    if (pin->outside.drive.kind > DRIVE_ANALOG) {
        return -EINVAL;             /* not what the world can do by `drive` and `mv` */
    }
    pin->net->level = pin->told;
    pin->net->plain_level = pin->told_plain;
    pin->net->edge_ns = 0;          /* it may have been later before */
    net_update(pin->net);
    return 0;
}

const VMStateDescription vmstate_pin = {
    .name = TYPE_PIN, .version_id = 1, .minimum_version_id = 1,
    .pre_save = pin_pre_save, .post_load = pin_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(told, Pin),
        VMSTATE_BOOL(told_plain, Pin),
        VMSTATE_UINT32(outside.drive.kind, Pin),
        VMSTATE_INT32(outside.drive.uv, Pin),
        VMSTATE_END_OF_LIST()
    },
};
