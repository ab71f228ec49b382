/*
 * The way of a CS43L22's sound into QEMU's audio.
 *
 * Frames come in virtual time, each at once, and wait in a ring for QEMU's audio, which asks for them
 * by a timer of virtual time too: with -icount nothing is lost, however fast it goes.  A voice is
 * active while frames come, so in pauses it costs nothing, and a file of it has no pauses.  At another
 * rate the other voice goes on when the one before has played what it had.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/board/codec/state.h"

#define PAUSE_NS (100 * SCALE_MS)
#define NEARLY 128              /* bytes: the resampler's count varies */

static void write_ring(CodecVoice *v, size_t most)
{
    while (v->filled) {
        unsigned frames = MIN(v->filled, CODEC_RING - v->first);
        size_t done = AUD_write(v->out, v->ring[v->first], MIN(most, frames * 4)) / 4;

        if (!done) {
            break;
        }
        most -= done * 4;
        v->first = (v->first + done) % CODEC_RING;
        v->filled -= done;
    }
}

/* All is played: if there is no more, be quiet, and the next voice may begin. */
static void end(CodecVoice *v)
{
    CodecVoice *next = &v->codec->voice[v->codec->current];

    AUD_set_active_out(v->out, 0);
    if (next != v && next->out) {
        AUD_set_active_out(next->out, 1);
    }
}

/* What is in reserve evens out that both sides work in bursts. */
static void play(void *opaque, int most)
{
    CodecVoice *v = opaque;
    bool ends = v->ends || qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - v->last_ns > PAUSE_NS;

    v->room = MAX(v->room, most);
    if (v->filling && v->filled < v->rate / 50 && !ends) {
        return;
    }
    v->filling = !v->filled;
    if (v->filled) {
        write_ring(v, most);
    } else if (ends && most >= v->room - NEARLY) {
        end(v);
    }
}

static void open_out(Codec *c, CodecVoice *v)
{
    struct audsettings as = {
        .freq = v->rate, .nchannels = 2, .fmt = AUDIO_FORMAT_S16,
        .endianness = AUDIO_HOST_ENDIANNESS,
    };

    v->out = AUD_open_out(&c->card, v->out, c->current ? "codec-b" : "codec-a", v, play, &as);
}

/* For another rate; the voice before plays what it has, unless the back end has only one. */
static CodecVoice *open_voice(Codec *c, unsigned rate)
{
    CodecVoice *before = &c->voice[c->current], *v = &c->voice[c->current ^= 1];

    before->ends = true;
    v->codec = c;
    v->rate = rate;
    v->first = v->filled = v->room = 0;
    v->filling = true;
    v->ends = false;
    open_out(c, v);
    if (!v->out && before->out) {
        AUD_close_out(&c->card, before->out);
        before->out = NULL;
        open_out(c, v);
    }
    return v;
}

void codec_voice_put(Codec *c, unsigned rate, int16_t a, int16_t b)
{
    CodecVoice *v = &c->voice[c->current], *before;

    if (rate != v->rate) {
        v = open_voice(c, rate);
    }
    before = &c->voice[!c->current];
    if (!v->out) {
        return;
    }
    if (v->filled < CODEC_RING) {
        int16_t *frame = v->ring[(v->first + v->filled++) % CODEC_RING];

        frame[0] = a;
        frame[1] = b;
    }
    v->last_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    if (!before->out || !AUD_is_active_out(before->out)) {
        AUD_set_active_out(v->out, 1);
    }
}
