/*
 * The beep generator of a CS43L22 (DS792): tones of fractions of the sample rate, once, again and
 * again, or for good.
 *
 * The times and frequencies of the registers are those at 12, 24, 48 or 96 kHz, as the speed is; it is
 * clocked by LRCK, so without frames there is no beep.
 *
 * unsure: how loud 0 dB are, here a quarter of full scale; that switching it off ends a beep at once; with
 * BEEPMIXDIS samples are muted while it beeps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/board/codec/state.h"

#define ZERO_DB 8192
#define BEEPMIXDIS 0x20

enum { OFF, SINGLE, MULTIPLE, CONTINUOUS };

/* As CLOCKING has it, or from the rate: which of the base rates that is. */
static unsigned base_rate(const Codec *c, unsigned rate)
{
    static const unsigned base[] = { 96000, 48000, 24000, 12000 };
    uint8_t clocking = c->reg[CODEC_CLOCKING];

    if (!(clocking & 0x80)) {
        return base[clocking >> 5 & 3];
    }
    return base[rate > 50000 ? 0 : rate > 25000 ? 1 : rate > 12500 ? 2 : 3];
}

/* Samples of a period at 48 kHz. */
static unsigned period(const Codec *c)
{
    static const uint8_t samples[] = {
        184, 92, 82, 72, 68, 62, 54, 48, 46, 40, 36, 34, 30, 28, 24, 22
    };

    return samples[c->active[CODEC_BEEP_FREQ] >> 4];
}

static unsigned time_ms(const Codec *c, bool on)
{
    static const uint16_t on_ms[] = {
        86, 430, 780, 1200, 1500, 1800, 2200, 2500, 2800, 3200, 3500, 3800, 4200, 4500, 4800, 5200
    };
    static const uint16_t off_ms[] = { 1230, 2580, 3900, 5200, 6600, 8050, 9350, 10800 };

    return on ? on_ms[c->active[CODEC_BEEP_FREQ] & 0xf] : off_ms[c->active[CODEC_BEEP_VOLUME] >> 5];
}

static double amplitude(const Codec *c)
{
    int v = c->active[CODEC_BEEP_VOLUME] & 0x1f;

    return ZERO_DB * pow(10, (2 * (v <= 6 ? v : v - 32) - 6) / 20.0);
}

static void turn(Codec *c, bool on, unsigned base)
{
    c->beep_on = on;
    c->beep_phase = 0;
    c->beep_left = (uint64_t)time_ms(c, on) * base / 1000;
}

static void begin(Codec *c, unsigned mode, unsigned base)
{
    c->beep_mode = mode;
    if (mode == OFF) {
        c->beep_on = false;
    } else {
        turn(c, true, base);
    }
}

int codec_beep(Codec *c, unsigned rate, bool *only)
{
    unsigned mode = c->active[CODEC_BEEP] >> 6, base = base_rate(c, rate);
    int sample;

    if (mode != c->beep_mode) {
        begin(c, mode, base);
    } else if (mode == MULTIPLE && !c->beep_left) {
        turn(c, !c->beep_on, base);
    } else if (mode == SINGLE && !c->beep_left) {
        c->beep_on = false;
    }
    if (c->beep_left && mode != CONTINUOUS) {
        c->beep_left--;
    }
    *only = c->beep_on && c->active[CODEC_BEEP] & BEEPMIXDIS;
    if (!c->beep_on) {
        return 0;
    }
    sample = lrint(amplitude(c) * sin(c->beep_phase * (2 * G_PI / 4294967296.0)));
    c->beep_phase += (uint64_t)(1ull << 32) * 48000 / ((uint64_t)period(c) * base);
    return sample;
}
