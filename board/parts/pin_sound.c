/*
 * A pin that is heard, see pin_sound.h.
 *
 * Samples are of virtual time, each the mean of its time: what drives the pin is noted whenever that changes, a timer's
 * square is one such note.  The voice is active while something changes and a tenth of a second more, so silence costs
 * nothing, and a file of it has no long pauses.  Nothing of it is in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/pin_sound.h"

enum { RATE = 44100, CHUNK = 256, POINTS = 8, LOUDEST = 12000 };

#define PAUSE_NS 100000000
#define LATE_NS 500000000
#define KEEPS 0.995                     /* of what does not change, a sample: 35 Hz */

static SoundChange *change_at(PinSound *s, unsigned n)
{
    return &s->change[(s->first + n) % SOUND_CHANGES];
}

static bool is_steady(const Drive *d)
{
    return d->kind != DRIVE_WAVE && d->kind != DRIVE_SOURCE && d->kind != DRIVE_PICTURE;
}

/* The level at @ns, which does not go back. */
static bool level_at(PinSound *s, int64_t ns)
{
    while (s->count > 1 && change_at(s, 1)->ns <= ns) {
        s->first = (s->first + 1) % SOUND_CHANGES;
        s->count--;
    }
    return drive_level_at(&change_at(s, 0)->drive, ns);
}

static int64_t sample_ns(const PinSound *s, uint64_t n)
{
    return s->began + (int64_t)(n * 1000000000ull / RATE);
}

static int16_t make_sample(PinSound *s)
{
    int64_t from = sample_ns(s, s->made), to = sample_ns(s, s->made + 1);
    unsigned high = 0;
    double in;

    for (unsigned n = 0; n < POINTS; n++) {
        high += level_at(s, from + (to - from) * n / POINTS);
    }
    in = (double)high / POINTS;
    s->out = KEEPS * s->out + in - s->in;
    s->in = in;
    s->made++;
    return s->out * LOUDEST * s->volume;
}

static void begin(PinSound *s, int64_t ns)
{
    s->began = ns;
    s->made = 0;
}

/* QEMU's audio has room for @most bytes. */
static void play(void *opaque, int most)
{
    PinSound *s = opaque;
    int64_t now = drive_now();
    int16_t chunk[CHUNK];

    if (sample_ns(s, s->made) < now - LATE_NS || sample_ns(s, s->made) > now) {
        begin(s, now);
    }
    while (most >= (int)sizeof(*chunk) && sample_ns(s, s->made + 1) <= now) {
        unsigned n = 0;

        while (n < MIN(CHUNK, most / sizeof(*chunk)) && sample_ns(s, s->made + 1) <= now) {
            chunk[n++] = make_sample(s);
        }
        if (AUD_write(s->voice, chunk, n * sizeof(*chunk)) < n * sizeof(*chunk)) {
            break;                      /* it has said that there was room: what is lost is lost */
        }
        most -= n * sizeof(*chunk);
    }
    if (s->count == 1 && is_steady(&change_at(s, 0)->drive) && now - change_at(s, 0)->ns > PAUSE_NS) {
        AUD_set_active_out(s->voice, 0);
    }
}

static void changed(void *opaque)
{
    PinSound *s = opaque;
    Drive d = pin_plain_state(s->pin);

    if (drive_equals(&d, &change_at(s, s->count - 1)->drive)) {
        return;
    }
    if (s->count == SOUND_CHANGES) {    /* faster than it can be heard */
        s->first = (s->first + 1) % SOUND_CHANGES;
        s->count--;
    }
    *change_at(s, s->count++) = (SoundChange) { drive_now(), d };
    if (!AUD_is_active_out(s->voice)) {
        begin(s, drive_now());
        AUD_set_active_out(s->voice, 1);
    }
}

bool pin_sound_init(PinSound *s, Pin *pin, double volume, Error **errp)
{
    struct audsettings as = {
        .freq = RATE, .nchannels = 1, .fmt = AUDIO_FORMAT_S16, .endianness = AUDIO_HOST_ENDIANNESS,
    };

    if (!s->card.state) {
        return true;
    }
    if (!AUD_register_card("buzzer", &s->card, errp)) {
        return false;
    }
    s->pin = pin;
    s->volume = volume;
    s->change = g_new(SoundChange, SOUND_CHANGES);
    s->voice = AUD_open_out(&s->card, NULL, "buzzer", s, play, &as);
    if (!s->voice) {
        error_setg(errp, "the audiodev has no voice for a buzzer");
        return false;
    }
    s->change[0] = (SoundChange) { drive_now(), pin_plain_state(pin) };
    s->count = 1;
    s->follower = (PinFollower) { .changed = changed, .opaque = s };
    pin_follow(&s->follower, pin);
    return true;
}
