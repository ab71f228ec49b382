/*
 * The sound of a CS43L22: samples over I2S, volumes, and what keeps it silent.
 *
 * HP_SW is low on this board: POWER_2's "on when low" is on.
 *
 * Its way: de-emphasis, channel mixer, PCM volume, beep, tone, limiter, master volume, headphones.
 *
 * Deliberately different: 16 of 24 or 32 bits are played; volumes change at once, without ramp; a
 * wrong INTERFACE_1 is reported, and played as if right; a ratio of MCLK to LRCK that is none is played,
 * too, and sets STATUS's clock error.  The analog inputs are silent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "stm32/board/codec/state.h"
#include "stm32/core/mistake/mistake.h"

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

    return by[c->active[CODEC_PLAYBACK_1] >> 5] / .6047;
}

static bool headphone_is_on(const Codec *c, unsigned channel)
{
    unsigned power = c->reg[CODEC_POWER_2] >> (4 + 2 * channel) & 3;
    bool muted = c->active[CODEC_PLAYBACK_2] >> (6 + channel) & 1;

    return (power == 0 || power == 2) && !muted;
}

void codec_sound_update(Codec *c)
{
    uint8_t playback;

    if (!(c->reg[CODEC_MISC] & MISC_FREEZE)) {
        memcpy(c->active, c->reg, sizeof(c->active));
    }
    if (c->reg[CODEC_POWER_1] != CODEC_POWERED_UP) {
        c->synchronized = false;
    }
    playback = c->active[CODEC_PLAYBACK_1];
    for (unsigned i = 0; i < 2; i++) {
        unsigned of = playback & 0x10 ? 0 : i;          /* B as A */
        bool inverted = playback >> (2 + i) & 1, muted = playback >> i & 1;
        int master = muted ? SILENCE : master_volume(c->active[CODEC_MASTER_A + of]);

        c->pcm[i] = gain(pcm_volume(c->active[CODEC_PCM_A + of]), 0) * (inverted ? -1 : 1);
        c->master[i] = gain(master, 0);
        c->analog[i] = headphone_is_on(c, i)
                       ? gain(headphone_volume(c->active[CODEC_HEADPHONE_A + of]), 0) * amplifier(c)
                       : 0;
    }
}

/* What does not fit is clipped, and STATUS remembers it. */
static int16_t clipped(Codec *c, int64_t sample, uint8_t flag)
{
    if (sample != (int16_t)sample) {
        c->reg[CODEC_STATUS] |= flag;
    }
    return CLAMP(sample, INT16_MIN, INT16_MAX);
}

static int16_t output(Codec *c, unsigned channel, unsigned rate, const int *in, int beep, bool only)
{
    unsigned mixer = c->active[CODEC_MIXER] >> (6 - 2 * channel) & 3;
    int own = in[channel], other = in[!channel];
    int64_t v = mixer == 0 ? own : mixer == 3 ? other : (own + other) / 2;

    v = only ? 0 : clipped(c, v * c->pcm[channel] / ONE, STATUS_PCMA >> channel);
    v = codec_shape_tone(c, channel, rate, v + beep);
    v = codec_limit(c, channel, v);
    v = clipped(c, v * c->master[channel] / ONE, STATUS_DSPA >> channel);
    return clipped(c, v * c->analog[channel] / ONE, 0);
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
    const char *path = DEVICE(c)->canonical_path;

    switch (why) {
    case IN_RESET:
        guest_mistake(path, CODEC001, "samples come while it is held in reset: silence");
        break;
    case POWERED_DOWN:
        guest_mistake(path, CODEC002, "samples come while it is powered down, register 0x02 is 0x%02x and "
                      "not 0x9e: silence", c->reg[CODEC_POWER_1]);
        break;
    case NO_MCLK:
        guest_mistake(path, CODEC003, "samples come without MCLK (I2SPR.MCKOE, and its pin): silence");
        break;
    case NO_LRCK:
        guest_mistake(path, CODEC004, "samples come without LRCK: silence");
        break;
    case WRONG_RATE:
        guest_mistake(path, CODEC005, "%u samples a second: it takes %u to %u: silence", rate, MIN_RATE,
                      MAX_RATE);
        break;
    case WRONG_FORMAT:
        guest_mistake(path, CODEC006, "register 0x06 has another format of I2S than the samples: noise");
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

/* MCLK is one of the multiples of LRCK that it knows. */
static bool is_right_ratio(const Codec *c, const I2sFrame *f)
{
    static const uint16_t ratios[] = {
        125, 128, 136, 192, 250, 256, 272, 384, 500, 512, 544, 750, 768, 1000, 1024, 1088, 1500, 1536,
        2048, 3072,
    };
    Drive mclk = pin_state(c->pins.mclk);
    uint64_t ratio = mclk.period ? (2 * (uint64_t)f->channel + mclk.period / 2) / mclk.period : 0;

    for (unsigned i = 0; i < ARRAY_SIZE(ratios); i++) {
        if (ratio == ratios[i]) {
            return true;
        }
    }
    return false;
}

static void watch_clocks(Codec *c, const I2sFrame *f)
{
    if (!c->synchronized || !is_right_ratio(c, f)) {
        c->reg[CODEC_STATUS] |= STATUS_CLOCK;
        c->synchronized = true;
    }
}

static void play(Codec *c, const I2sFrame *f, unsigned rate, int left, int right)
{
    int in[2] = { codec_deemphasize(c, 0, rate, left), codec_deemphasize(c, 1, rate, right) };
    bool only;
    int beep = codec_beep(c, rate, &only);
    int16_t a = output(c, 0, rate, in, beep, only), b = output(c, 1, rate, in, beep, only);

    watch_clocks(c, f);
    if (c->card.state) {
        codec_voice_put(c, rate, a, b);
    }
}

static void take_frame(Codec *c, const I2sFrame *f, int16_t left, int16_t right)
{
    uint64_t period = MAX(f->channel, 1);               /* of both channels, 2^-31 ns */
    unsigned rate = MIN((((uint64_t)NANOSECONDS_PER_SECOND << 31) + period / 2) / period,
                        INT32_MAX);
    int why = check(c, f, rate);

    count_lost(c, why, rate, left || right);
    if (why == PLAYS || why == WRONG_FORMAT) {
        play(c, f, rate, left, right);
    }
}

static void heard_sclk(void *opaque, Signal *from, Frame *frame)
{
    Codec *c = opaque;

    frame_pass_run(frame, FRAME_I2S);
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
