/*
 * What a CS43L22 (DS792) does to samples: de-emphasis, bass and treble, the limiter.
 *
 * De-emphasis is that of 50 and 15 us at 44.1 kHz, and scales with the rate.  Bass and treble are
 * shelves of first order.  The limiter attenuates while the peak is above LMAX, lets go while it is
 * below CUSH.
 *
 * unsure: the exact shape of the shelves; how fast the rates of the limiter are; LIMIT_ALL.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/board/codec/state.h"

#define ONE 65536
#define FRACTION 256            /* of the last samples */
#define LIMIT_ENABLE 0x80
#define LIMIT_ALL 0x40

/* (b1 s + b0) / (a1 s + a0) for samples, @rate a second. */
static void design(CodecFilter *f, double b1, double b0, double a1, double a0, double rate)
{
    double k = 2 * rate, scale = ONE / (a1 * k + a0);

    f->in = llrint((b1 * k + b0) * scale);
    f->before = llrint((b0 - b1 * k) * scale);
    f->out = llrint((a0 - a1 * k) * scale);
}

/* A shelf: @gain below the corner, or above it. */
static void design_shelf(CodecFilter *f, bool low, double hz, double gain, double rate)
{
    double w = 2 * G_PI * hz, up = MAX(gain, 1), down = MAX(1 / gain, 1);

    if (low) {
        design(f, 1, w * up, 1, w * down, rate);
    } else {
        design(f, up, w, down, w, rate);
    }
}

/* 0 is +12 dB, 15 -10.5 dB. */
static double tone_gain(unsigned n)
{
    return pow(10, (12 - 1.5 * n) / 20);
}

/* For the rate and the registers as they are. */
static void design_all(Codec *c, unsigned rate)
{
    static const uint16_t bass[] = { 50, 100, 200, 250 };
    static const uint16_t treble[] = { 5000, 7000, 10000, 15000 };
    uint8_t beep = c->active[CODEC_BEEP], tone = c->active[CODEC_TONE];

    if (rate == c->filter_rate && beep == c->filter_tone[0] && tone == c->filter_tone[1]) {
        return;
    }
    c->filter_rate = rate;
    c->filter_tone[0] = beep;
    c->filter_tone[1] = tone;
    for (unsigned i = 0; i < 2; i++) {
        design(&c->filter[CODEC_DEEMPHASIS][i], 15e-6, 1, 50e-6, 1, 44100);
        design_shelf(&c->filter[CODEC_BASS][i], true, bass[beep >> 1 & 3], tone_gain(tone & 0xf),
                     rate);
        design_shelf(&c->filter[CODEC_TREBLE][i], false, treble[beep >> 3 & 3],
                     tone_gain(tone >> 4), rate);
    }
}

static int filtered(CodecFilter *f, int sample)
{
    int64_t in = (int64_t)sample * FRACTION;
    int64_t out = (f->in * in + f->before * f->last_in - f->out * f->last_out) / ONE;

    f->last_in = in;
    f->last_out = CLAMP(out, -((int64_t)1 << 32), (int64_t)1 << 32);
    return f->last_out / FRACTION;
}

int codec_deemphasize(Codec *c, unsigned channel, unsigned rate, int sample)
{
    if (!(c->active[CODEC_MISC] & MISC_DEEMPH)) {
        return sample;
    }
    design_all(c, rate);
    return filtered(&c->filter[CODEC_DEEMPHASIS][channel], sample);
}

int codec_shape_tone(Codec *c, unsigned channel, unsigned rate, int sample)
{
    if (!(c->active[CODEC_BEEP] & BEEP_TCEN)) {
        return sample;
    }
    design_all(c, rate);
    sample = filtered(&c->filter[CODEC_BASS][channel], sample);
    return filtered(&c->filter[CODEC_TREBLE][channel], sample);
}

/* ---- Limiter ---- */

/* LMAX and CUSH. */
static int threshold(unsigned n)
{
    static const uint8_t db[] = { 0, 3, 6, 9, 12, 18, 24, 30 };

    return 32768 * pow(10, db[n & 7] / -20.0);
}

int codec_limit(Codec *c, unsigned channel, int sample)
{
    uint8_t thresholds = c->active[CODEC_LIMIT_1], two = c->active[CODEC_LIMIT_2];
    int attack = 256 / (1 + (c->active[CODEC_LIMIT_ATTACK] & 0x3f));
    int release = MAX(64 / (1 + (two & 0x3f)), 1), level;
    int32_t *gain = &c->limit[channel];

    if (!(two & LIMIT_ENABLE)) {
        *gain = ONE;
        return sample;
    }
    level = (int64_t)sample * *gain / ONE;
    level = ABS(level);
    if (level > threshold(thresholds >> 5)) {
        *gain = MAX(*gain - MAX(attack, 4), 0);
    } else if (level < threshold(thresholds >> 2) && *gain < ONE) {
        *gain = MIN(*gain + release, ONE);
    }
    if (two & LIMIT_ALL) {
        c->limit[!channel] = *gain = MIN(*gain, c->limit[!channel]);
    }
    return (int64_t)sample * *gain / ONE;
}
