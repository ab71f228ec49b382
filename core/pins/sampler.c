/*
 * Sampler, see sampler.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/pins/sampler.h"

/* When the next bit is sampled. */
static int64_t next_edge(const Sampler *s)
{
    return s->start + (int64_t)((unsigned __int128)(2 * s->count + 1) * s->bit >> 33);
}

/* Take the bits that were due before @ns, with what has driven the line until then. */
static void take_until(Sampler *s, int64_t ns)
{
    int64_t edge;

    while (s->count < s->bits && (edge = next_edge(s)) < ns) {
        s->in = s->in << 1 | drive_level_at(&s->drive, edge);
        s->count++;
    }
}

static void remember(Sampler *s)
{
    s->drive = s->follower.pin ? pin_state(s->follower.pin) : DRIVE(NONE);
    s->drawn = NULL;
    if (s->drive.kind == DRIVE_PICTURE) {
        s->drawn = s->drive.picture;
        s->picture = *s->drawn;
        s->drive.picture = &s->picture;
    }
}

/*
 * Something else drives the line from now on.  A picture in a row of them begins when it says, which may
 * be before the host got round to it.
 */
static void changed(void *opaque)
{
    Sampler *s = opaque;
    Drive d = s->follower.pin ? pin_state(s->follower.pin) : DRIVE(NONE);
    bool row = d.kind == DRIVE_PICTURE && d.picture == s->drawn && d.picture->count;
    int64_t now = drive_now();

    take_until(s, row ? MIN(d.picture->start, now) : now);
    remember(s);
}

void sampler_begin(Sampler *s, Signal *line, int64_t start, uint64_t bit, unsigned bits)
{
    sampler_stop(s);
    s->start = start;
    s->bit = bit;
    s->bits = bits;
    s->in = s->count = 0;
    sampler_loaded(s, line);
}

void sampler_loaded(Sampler *s, Signal *line)
{
    if (s->line) {
        signal_follow(s->line, NULL);
    }
    s->line = s->bits ? line : NULL;
    s->follower.changed = changed;
    s->follower.opaque = s;
    s->follower.pictures = true;
    if (s->line) {
        signal_follow(s->line, &s->follower);
    }
    remember(s);
}

uint32_t sampler_end(Sampler *s)
{
    take_until(s, INT64_MAX);
    sampler_stop(s);
    return s->in;
}

void sampler_stop(Sampler *s)
{
    if (s->line) {
        signal_follow(s->line, NULL);
        s->line = NULL;
    }
    s->bits = s->count = 0;
}

/* So that what drives the line now need not be in the snapshot. */
static int sampler_pre_save(void *opaque)
{
    take_until(opaque, drive_now());
    return 0;
}

static bool is_sane(void *opaque, int version_id)
{
    Sampler *s = opaque;

    return s->bits <= 32 && s->count <= s->bits;
}

const VMStateDescription vmstate_sampler = {
    .name = "stm32-sampler", .version_id = 1, .minimum_version_id = 1,
    .pre_save = sampler_pre_save,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(start, Sampler),
        VMSTATE_UINT64(bit, Sampler),
        VMSTATE_UINT32(in, Sampler),
        VMSTATE_UINT8(bits, Sampler),
        VMSTATE_UINT8(count, Sampler),
        VMSTATE_VALIDATE("the count of bits", is_sane),
        VMSTATE_END_OF_LIST()
    },
};
