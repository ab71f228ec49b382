/*
 * A net of pins: who drives it, who wins, and what is asked of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/pins/net.h"

/* ---- Who wins ---- */

/* An output of a digital circuit. */
static bool is_digital(const Drive *d)
{
    return drive_is_strong(d) && d->kind != DRIVE_ANALOG && d->kind != DRIVE_SOURCE;
}

/*
 * Two push-pull outputs against each other.  An analog source against one is a design, not a fault.
 */
static bool is_conflict(const Drive *a, const Drive *b)
{
    return is_digital(a) && is_digital(b) &&
           (a->kind != b->kind || a->kind == DRIVE_WAVE || a->kind == DRIVE_PICTURE);
}

static void report_conflict(const PinDriver *a, const PinDriver *b)
{
    g_autofree char *path = object_get_canonical_path(OBJECT(b->pin));

    guest_mistake(path, PIN001, "%s (%s) and %s (%s) drive against each other", a->pin->name, a->name,
                  b->pin->name, b->name);
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
    c->strong += drive_is_strong(&d->drive);
    if (d->drive.kind == DRIVE_PICTURE && d->drive.floats) {
        c->picture = &d->drive;
        return;
    }
    if (c->winner && is_conflict(&c->winner->drive, &d->drive)) {
        report_conflict(c->winner, d);
    }
    /* of two strong ones low wins, as the transistors do more or less */
    if (!c->winner || (drive_is_strong(&d->drive) && d->drive.kind == DRIVE_LOW) ||
        drive_rank(&d->drive) > drive_rank(&c->winner->drive)) {
        c->winner = d;
    }
}

/* What is shorted has what it is shorted to, whoever drives it. */
static Contest shorted_contest(const Pin *pin)
{
    return (Contest) { .winner = &pin->outside, .strong = 1 };
}

/* All drivers of the net but @without. */
static Contest net_contest(PinNet *net, const PinDriver *without)
{
    Contest c = { };

    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];
        const PinDriver *d;

        if (pin->shorted) {
            return shorted_contest(pin);
        }
        QSLIST_FOREACH(d, &pin->drivers, next) {
            if (d != without && d->drive.kind != DRIVE_NONE) {
                contest_enter(&c, d);
            }
        }
    }
    return c;
}

void net_resolve(PinNet *net)
{
    Contest c = net_contest(net, NULL);
    Drive d = c.winner ? c.winner->drive : DRIVE(NONE);

    net->plain = d;
    net->drive = c.picture ? pulled(&d, c.picture) : d;
    net->only = c.strong == 1 && !c.picture ? c.winner : NULL;
}

/* ---- Who is there ---- */

void net_count_audience(PinNet *net)
{
    net->watched = net->heard = net->waves = net->followed = net->pictures = false;
    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];
        PinListener *l;
        PinFollower *f;

        QLIST_FOREACH(l, &pin->listeners, next) {
            net->watched = true;
            net->heard |= !l->idle;
            net->waves |= l->waves;
        }
        QLIST_FOREACH(f, &pin->followers, next) {
            net->watched = net->followed = true;
            net->pictures |= f->pictures;
        }
    }
}

/* ---- What is there ---- */

Drive pin_state(Pin *pin)
{
    return pin->net->drive;
}

Drive pin_state_without(Pin *pin, const PinDriver *driver)
{
    Contest c = net_contest(pin->net, driver);

    return c.winner ? drive_at_rest(&c.winner->drive) : DRIVE(NONE);
}

Drive pin_plain_state(Pin *pin)
{
    return drive_at_rest(&pin->net->plain);
}

bool pin_plain_level(Pin *pin)
{
    Drive plain = drive_at_rest(&pin->net->plain);

    return drive_level(&plain);
}

bool pin_level(Pin *pin)
{
    return drive_level(&pin->net->drive);
}

int pin_mv(Pin *pin)
{
    return (drive_uv(&pin->net->drive, drive_now(), DRIVE_VDD_UV) + 500) / 1000;
}

unsigned pin_duty(Pin *pin)
{
    Drive d = drive_at_rest(&pin->net->plain);

    switch (d.kind) {
    case DRIVE_WAVE:
        return drive_now() < d.start ? 0 : (unsigned __int128)d.high * 100 / d.period;
    case DRIVE_ANALOG:
    case DRIVE_SOURCE:
        return CLAMP(drive_uv(&d, drive_now(), DRIVE_VDD_UV), 0, DRIVE_VDD_UV) /
               (DRIVE_VDD_UV / 100);
    default:
        return drive_level(&d) ? 100 : 0;
    }
}

Pin *pin_of_net(const Pin *pin, unsigned n)
{
    return n < pin->net->pins->len ? pin->net->pins->pdata[n] : NULL;
}
