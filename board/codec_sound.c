/*
 * The sound of a CS43L22: samples over I2S, volumes, and what keeps it silent.
 *
 * HP_SW is low on this board: POWER_2's "on when low" is on.
 *
 * Deliberately different: 16 of 24 or 32 bits are played; volumes change at once, without ramp; a
 * wrong INTERFACE_1 is reported, and played as if right; MCLK has to be there, of whatever ratio.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "stm32/board/codec.h"
#include "stm32/core/mistake.h"

#define ONE 65536               /* gain */
#define SILENCE INT_MIN         /* half decibels */
#define MIN_RATE 4000
#define MAX_RATE 100000
#define PATIENCE 100            /* frames that are lost until it is worth a report */

/* ---- Volumes, in half decibels ---- */

static int pcm_volume(uint8_t reg)
{
    int v = reg & 0x7f;

    return reg & 0x80 ? SILENCE : v <= 0x18 ? v : v - 0x80;
}

static int master_volume(uint8_t reg)
{
    return reg <= 0x18 ? reg : MAX(reg, 0x34) - 0x100;
}

/* unsure: between 1, which mutes, and 0x34 it is as silent */
static int headphone_volume(uint8_t reg)
{
    return reg == 0 ? 0 : reg < 0x34 ? SILENCE : reg - 0x100;
}

static int32_t gain(int a, int b)
{
    return a == SILENCE || b == SILENCE ? 0 : lrint(ONE * pow(10, (a + b) / 40.0));
}

/* Headphone gain, PLAYBACK_1[7:5], of that after reset. */
static double amplifier(const Codec *c)
{
    static const double by[] = { .3959, .4571, .5111, .6047, .7099, .8399, 1.0, 1.1430 };

    return by[c->reg[CODEC_PLAYBACK_1] >> 5] / .6047;
}

static bool headphone_is_on(const Codec *c, unsigned channel)
{
    unsigned power = c->reg[CODEC_POWER_2] >> (4 + 2 * channel) & 3;
    bool muted = c->reg[CODEC_PLAYBACK_2] >> (6 + channel) & 1;

    return (power == 0 || power == 2) && !muted;
}

void codec_sound_update(Codec *c)
{
    uint8_t playback = c->reg[CODEC_PLAYBACK_1];

    for (unsigned i = 0; i < 2; i++) {
        unsigned of = playback & 0x10 ? 0 : i;          /* B as A */
        bool inverted = playback >> (2 + i) & 1, muted = playback >> i & 1;
        int master = muted ? SILENCE : master_volume(c->reg[CODEC_MASTER_A + of]);

        c->digital[i] = gain(pcm_volume(c->reg[CODEC_PCM_A + of]), master) * (inverted ? -1 : 1);
        c->analog[i] = headphone_is_on(c, i)
                       ? gain(headphone_volume(c->reg[CODEC_HEADPHONE_A + of]), 0) * amplifier(c)
                       : 0;
    }
}

static int16_t clipped(int64_t sample)
{
    return CLAMP(sample, INT16_MIN, INT16_MAX);
}

static int16_t output(const Codec *c, unsigned channel, int own, int other)
{
    unsigned mixer = c->reg[CODEC_MIXER] >> (6 - 2 * channel) & 3;
    int in = mixer == 0 ? own : mixer == 3 ? other : (own + other) / 2;
    int64_t digital = clipped((int64_t)in * c->digital[channel] / ONE);

    return clipped(digital * c->analog[channel] / ONE);
}

/* ---- Samples ---- */

enum { PLAYS, IN_RESET, POWERED_DOWN, NO_MCLK, NO_LRCK, WRONG_RATE, WRONG_FORMAT };

static bool is_clock(Pin *pin)
{
    return pin_state(pin).kind == DRIVE_WAVE;
}

/* INTERFACE_1[3:2] as I2SSTD has them: 0 left justified, 1 I2S, 2 right justified. */
static bool is_right_format(const Codec *c, const I2sFrame *f)
{
    static const uint8_t format[] = { 1, 0, 2, 3 };

    return (c->reg[CODEC_INTERFACE_1] >> 2 & 3) == format[f->standard & 3];
}

static int check(const Codec *c, const I2sFrame *f, unsigned rate)
{
    return codec_is_held(c) ? IN_RESET
           : c->reg[CODEC_POWER_1] != CODEC_POWERED_UP ? POWERED_DOWN
           : !is_clock(c->pins.mclk) ? NO_MCLK
           : !is_clock(c->pins.lrck) ? NO_LRCK
           : rate < MIN_RATE || rate > MAX_RATE ? WRONG_RATE
           : !is_right_format(c, f) ? WRONG_FORMAT : PLAYS;
}

static void report(const Codec *c, int why, unsigned rate)
{
    const char *path = DEVICE(c)->canonical_path, *chapter = "CS43L22";

    switch (why) {
    case IN_RESET:
        guest_mistake(path, chapter, "samples come while it is held in reset: silence");
        break;
    case POWERED_DOWN:
        guest_mistake(path, chapter, "samples come while it is powered down, register 0x02 is "
                      "0x%02x and not 0x9e: silence", c->reg[CODEC_POWER_1]);
        break;
    case NO_MCLK:
        guest_mistake(path, chapter,
                      "samples come without MCLK (I2SPR.MCKOE, and its pin): silence");
        break;
    case NO_LRCK:
        guest_mistake(path, chapter, "samples come without LRCK: silence");
        break;
    case WRONG_RATE:
        guest_mistake(path, chapter, "%u samples a second: it takes %u to %u; silence", rate,
                      MIN_RATE, MAX_RATE);
        break;
    case WRONG_FORMAT:
        guest_mistake(path, chapter,
                      "register 0x06 has another format of I2S than the samples: noise");
        break;
    }
}

/* Zeros may get lost, and a few of a start: report what somebody would miss. */
static void count_lost(Codec *c, int why, unsigned rate, bool sound)
{
    if (why == PLAYS) {
        c->lost = 0;
        c->why = PLAYS;
    } else if (sound && ++c->lost >= PATIENCE && c->why != why) {
        c->why = why;
        report(c, why, rate);
    }
}

static void take_frame(Codec *c, const I2sFrame *f, int16_t left, int16_t right)
{
    uint64_t period = MAX(f->channel, 1);               /* of both channels, 2^-31 ns */
    unsigned rate = MIN((((uint64_t)NANOSECONDS_PER_SECOND << 31) + period / 2) / period,
                        INT32_MAX);
    int why = check(c, f, rate);

    count_lost(c, why, rate, left || right);
    if ((why == PLAYS || why == WRONG_FORMAT) && c->card.state) {
        codec_voice_put(c, rate, output(c, 0, left, right), output(c, 1, right, left));
    }
}

static void heard_sclk(void *opaque, Signal *from, Frame *frame)
{
    Codec *c = opaque;

    if (frame->bus == FRAME_I2S && ((I2sFrame *)frame)->stage == I2S_BEGIN) {
        c->clocked = true;
    }
}

static void heard_sdin(void *opaque, Signal *from, Frame *frame)
{
    Codec *c = opaque;
    const I2sFrame *f = (I2sFrame *)frame;

    if (frame->bus != FRAME_I2S || f->stage != I2S_DATA || !c->clocked) {
        return;
    }
    c->clocked = false;
    if (f->second) {
        return;
    }
    if (f->right) {
        take_frame(c, f, c->left, f->data);
    } else {
        c->left = f->data;
    }
}

void codec_sound_init(Codec *c, Error **errp)
{
    c->sclk.heard = heard_sclk;
    c->sdin.heard = heard_sdin;
    if (c->card.state) {
        AUD_register_card("codec", &c->card, errp);
    }
}
