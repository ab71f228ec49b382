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

#define EDGE_NOW INT64_MIN      /* the clock is read if somebody asks for the edge's time */
#define VDD_UV (PIN_VDD_MV * 1000)

/* The pins that jumpers join: one level for all. */
typedef struct PinNet {
    GPtrArray *pins;
    Drive drive;                /* who won */
    bool level;                 /* as last told to listeners */
    QEMUTimer *edge;            /* of a wave, while somebody listens */
    uint64_t told_edges;        /* of those of the wave, then */
    int64_t edge_ns;            /* of the edge that is being told, or EDGE_NOW, */
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

static bool drive_level(const Drive *d)
{
    switch (d->kind) {
    case DRIVE_HIGH:
    case DRIVE_PULL_UP:
        return true;
    case DRIVE_WAVE:
        return wave_phase(d, now_ns()) < d->high;
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

/* Two push-pull outputs against each other.  An analog source against one is a design, not a fault. */
static bool is_conflict(const Drive *a, const Drive *b)
{
    return is_strong(a) && is_strong(b) && a->kind < DRIVE_ANALOG && b->kind < DRIVE_ANALOG &&
           (a->kind != b->kind || a->kind == DRIVE_WAVE);
}

/* The drive of the net, but for that of @without. */
static Drive net_resolve(PinNet *net, const PinDriver *without)
{
    const PinDriver *winner = NULL;

    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];
        const PinDriver *d;

        QSLIST_FOREACH(d, &pin->drivers, next) {
            if (d == without) {
                continue;
            }
            if (winner && is_conflict(&winner->drive, &d->drive)) {
                g_autofree char *path = object_get_canonical_path(OBJECT(pin));

                guest_mistake(path, "pins", "%s (%s) and %s (%s) drive against each other",
                              winner->pin->name, winner->name, pin->name, d->name);
            }
            /* of two strong ones low wins, as the transistors do more or less */
            if (!winner || (is_strong(&d->drive) && d->drive.kind == DRIVE_LOW) ||
                (d->drive.kind > winner->drive.kind && !is_strong(&winner->drive))) {
                winner = d;
            }
        }
    }
    return winner ? winner->drive : DRIVE(NONE);
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

static void net_tell(PinNet *net, bool level, bool only_wave_listeners, int64_t ns)
{
    net->level = level;
    net->edge_ns = ns;
    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];
        PinListener *l, *next;

        if (trace_event_get_state_backends(TRACE_PIN_CHANGED)) {
            trace_pin_changed(pin->name, level, pin_edge_ns(pin));
        }
        QLIST_FOREACH_SAFE(l, &pin->listeners, next, next) {
            if (!only_wave_listeners || l->waves) {
                l->changed(l->opaque, level);
            }
        }
    }
    net->skipped = 0;
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

static void net_arm_edge(PinNet *net)
{
    const Drive *d = &net->drive;

    if (d->kind == DRIVE_WAVE && d->high && d->high < d->period && net_wants_waves(net)) {
        if (!timer_pending(net->edge)) {
            net_begin_edges(net);
        }
        timer_mod(net->edge, wave_next_delivery(d, now_ns()));
    } else if (d->kind == DRIVE_SOURCE && net_wants_waves(net)) {
        timer_mod(net->edge, source_next_look(d, now_ns()));
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
    } else if (net->drive.kind == DRIVE_SOURCE) {
        if (drive_level(&net->drive) != net->level) {
            net_tell(net, !net->level, true, now_ns());
        }
        net_arm_edge(net);
    }
}

void pin_catch_up(Pin *pin)
{
    PinNet *net = pin->net;

    if (timer_pending(net->edge) && net->drive.kind == DRIVE_WAVE) {
        net_tell_edges(net);
    }
}

int64_t pin_edge_ns(Pin *pin)
{
    PinNet *net = pin->net;

    if (net->edge_ns == EDGE_NOW) {
        net->edge_ns = now_ns();
    }
    return net->edge_ns;
}

uint64_t pin_periods_skipped(Pin *pin)
{
    return pin->net->skipped;
}

/* Tell the ports the level. */
static void net_publish(PinNet *net, bool level)
{
    bool asks = net->drive.kind == DRIVE_WAVE || net->drive.kind == DRIVE_SOURCE;

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

/* Some driver of the net has changed. */
static void net_update(PinNet *net)
{
    bool level;

    net->drive = net_resolve(net, NULL);
    level = drive_level(&net->drive);
    net_publish(net, level);
    if (timer_pending(net->edge)) {
        timer_del(net->edge);
    }
    if (level != net->level && runstate_is_running()) {
        net_tell(net, level, false, EDGE_NOW);
    }
    net_arm_edge(net);
    net_tell_followers(net);
}

void pin_goes_on(Pin *pin)
{
    if (pin->net->drive.kind != DRIVE_WAVE) {       /* whose edges come by themselves */
        net_update(pin->net);
    }
    if (pin->input.pin) {                           /* it may be another input's meanwhile */
        pin->input.changed(pin->input.opaque, pin->net->level);
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

void pin_drive(PinDriver *driver, Drive drive)
{
    if (!drive_equals(&driver->drive, &drive)) {
        driver->drive = drive;
        net_update(driver->pin->net);
    }
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
        net_arm_edge(was->net);
    }
    if (pin) {
        QLIST_INSERT_HEAD(&pin->listeners, listener, next);
        net_arm_edge(pin->net);
    }
}

void pin_listen_to_waves(PinListener *listener, bool waves)
{
    if (listener->waves != waves) {
        listener->waves = waves;
        if (listener->pin) {
            net_arm_edge(listener->pin->net);
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
    return net_resolve(pin->net, driver);
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
    const Drive *d = &pin->net->drive;

    switch (d->kind) {
    case DRIVE_WAVE:
        return now_ns() < d->start ? 0 : (unsigned __int128)d->high * 100 / d->period;
    case DRIVE_ANALOG:
    case DRIVE_SOURCE:
        return CLAMP(drive_uv(d, now_ns(), VDD_UV), 0, VDD_UV) / (VDD_UV / 100);
    default:
        return drive_level(d) ? 100 : 0;
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

static int pin_pre_save(void *opaque)
{
    PIN(opaque)->told = PIN(opaque)->net->level;
    return 0;
}

static int pin_post_load(void *opaque, int version_id)
{
    Pin *pin = opaque;

    if (pin->outside.drive.kind > DRIVE_ANALOG) {
        return -EINVAL;             /* not what the world can do by `drive` and `mv` */
    }
    pin->net->level = pin->told;
    net_update(pin->net);
    return 0;
}

const VMStateDescription vmstate_pin = {
    .name = TYPE_PIN, .version_id = 1, .minimum_version_id = 1,
    .pre_save = pin_pre_save, .post_load = pin_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(told, Pin),
        VMSTATE_UINT32(outside.drive.kind, Pin),
        VMSTATE_INT32(outside.drive.uv, Pin),
        VMSTATE_END_OF_LIST()
    },
};
