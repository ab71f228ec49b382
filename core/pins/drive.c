/*
 * What a pin is driven with, see drive.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/pins/drive.h"

/* ---- Square waves ---- */

/* Where in its period the wave is at @ns, in units of 2^-32 ns. */
static uint64_t wave_phase(const Drive *d, int64_t ns)
{
    int64_t since = ns - d->start;

    return since < 0 ? d->high : ((unsigned __int128)since << 32) % d->period;
}

/* The edges of the wave until @ns: the odd ones rise. */
uint64_t wave_edges(const Drive *d, int64_t ns)
{
    unsigned __int128 since = (unsigned __int128)MAX(ns - d->start, 0) << 32;

    return ns < d->start ? 0
           : (uint64_t)(since / d->period) * 2 + 1 + (since % d->period >= d->high);
}

/* When edge @n is seen. */
int64_t wave_edge_ns(const Drive *d, uint64_t n)
{
    unsigned __int128 since = (unsigned __int128)((n - 1) / 2) * d->period + (n % 2 ? 0 : d->high);

    return d->start + (int64_t)((since + UINT32_MAX) >> 32);
}

/* Is there more than one edge between two deliveries? */
bool wave_is_fast(const Drive *d)
{
    return d->period >> 32 < 2 * DRIVE_MIN_EDGE_NS;
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
 * The next delivery after @now: every edge, or the first in every DRIVE_MIN_EDGE_NS.  It follows
 * from the wave and the time alone, so that it does not matter when it is asked for: a snapshot
 * shifts nothing.
 */
int64_t wave_next_delivery(const Drive *d, int64_t now)
{
    int64_t begin = QEMU_ALIGN_DOWN(now, DRIVE_MIN_EDGE_NS), when;

    if (!wave_is_fast(d)) {
        return wave_edge_after(d, now);
    }
    when = wave_edge_after(d, begin - 1);
    return when > now ? when : wave_edge_after(d, begin + DRIVE_MIN_EDGE_NS - 1);
}

int64_t wave_last_delivery(const Drive *d, int64_t now)
{
    int64_t begin = QEMU_ALIGN_DOWN(now, DRIVE_MIN_EDGE_NS);
    int64_t when = wave_edge_after(d, begin - 1);

    if (when > now) {
        when = wave_edge_after(d, begin - DRIVE_MIN_EDGE_NS - 1);
    }
    return MIN(when, now);              /* later: there has been no edge since then */
}

/* ---- Pictures of frames ---- */

/* When bit @n begins; that of `count` is when the rest does. */
int64_t picture_bit_ns(const Picture *p, unsigned n)
{
    unsigned __int128 since = (unsigned __int128)(n / 2) * p->period + (n % 2 ? p->high : 0);

    return p->start + (int64_t)((since + UINT32_MAX) >> 32);
}

/* Bits that have begun by @ns; more than there are: it is at rest. */
unsigned picture_begun(const Picture *p, int64_t ns)
{
    unsigned __int128 since;

    if (ns < p->start) {
        return 0;
    }
    if (ns >= picture_bit_ns(p, p->count)) {
        return p->count + 1;
    }
    since = (unsigned __int128)(ns - p->start) << 32;
    return (unsigned)(since / p->period) * 2 + 1 + (since % p->period >= p->high);
}

/* The level when @begun have. */
bool picture_level_after(const Picture *p, unsigned begun)
{
    return begun && begun <= p->count ? p->bits >> (begun - 1) & 1 : p->rest;
}

static bool picture_level(const Picture *p, int64_t ns)
{
    return picture_level_after(p, picture_begun(p, ns));
}

bool picture_equals(const Picture *a, const Picture *b)
{
    return a->start == b->start && a->period == b->period && a->high == b->high &&
           a->bits == b->bits && a->count == b->count && a->rest == b->rest;
}

/* Bits so short that their edges are delivered in bunches. */
bool picture_is_short(const Picture *p)
{
    return MIN(p->high, p->period - p->high) >> 32 < DRIVE_MIN_EDGE_NS;
}

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

/* ---- Levels ---- */

bool drive_level(const Drive *d)
{
    return drive_level_at(d, d->kind >= DRIVE_WAVE ? drive_now() : 0);
}

bool drive_level_at(const Drive *d, int64_t ns)
{
    switch (d->kind) {
    case DRIVE_HIGH:
    case DRIVE_PULL_UP:
        return true;
    case DRIVE_WAVE:
        return wave_phase(d, ns) < d->high;
    case DRIVE_PICTURE:
        return picture_level(d->picture, ns);
    case DRIVE_ANALOG:
    case DRIVE_SOURCE:
        return drive_uv(d, ns, DRIVE_VDD_UV) > DRIVE_VDD_UV / 2;
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

bool drive_is_strong(const Drive *d)
{
    return d->kind >= DRIVE_LOW && !d->weak;
}

unsigned drive_rank(const Drive *d)
{
    return d->kind < DRIVE_LOW ? d->kind : DRIVE_LOW + !d->weak;
}

Drive drive_at_rest(const Drive *d)
{
    Drive rest = d->kind == DRIVE_PICTURE ? DRIVE_LEVEL(d->picture->rest) : *d;

    rest.weak = d->weak;
    return rest;
}

bool drive_equals(const Drive *a, const Drive *b)
{
    return a->kind == b->kind && a->weak == b->weak && a->uv == b->uv && a->start == b->start &&
           a->period == b->period && a->high == b->high && a->source == b->source;
}
