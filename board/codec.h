/*
 * The codec of the board, a CS43L22 with headphones: its registers (codec.c), what it makes of the
 * samples it gets (codec_sound.c), and how that gets to QEMU's audio (codec_voice.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CODEC_H
#define STM32_BOARD_CODEC_H

#include "hw/qdev-core.h"
#include "audio/audio.h"
#include "stm32/core/frames.h"

#define TYPE_CODEC "stm32-codec"
OBJECT_DECLARE_SIMPLE_TYPE(Codec, CODEC)

enum {                          /* registers */
    CODEC_ID = 0x01, CODEC_POWER_1 = 0x02, CODEC_POWER_2 = 0x04, CODEC_CLOCKING = 0x05,
    CODEC_INTERFACE_1 = 0x06, CODEC_PASSTHROUGH_A = 0x08, CODEC_PASSTHROUGH_B = 0x09,
    CODEC_ANALOG = 0x0a, CODEC_PLAYBACK_1 = 0x0d, CODEC_MISC = 0x0e, CODEC_PLAYBACK_2 = 0x0f,
    CODEC_PCM_A = 0x1a, CODEC_BEEP = 0x1e, CODEC_TONE = 0x1f, CODEC_MASTER_A = 0x20,
    CODEC_HEADPHONE_A = 0x22, CODEC_MIXER = 0x26, CODEC_LIMIT_2 = 0x28, CODEC_LIMIT_ATTACK = 0x29,
    CODEC_STATUS = 0x2e, CODEC_BATTERY = 0x30, CODEC_SPEAKER_STATUS = 0x31,
    CODEC_CHARGE_PUMP = 0x34,
    CODEC_REGISTERS = 0x80
};

#define CODEC_POWERED_UP 0x9e   /* in POWER_1 */
#define CODEC_RING 16384        /* frames */

/* A voice of QEMU's audio, and what it has still to play. */
typedef struct CodecVoice {
    Codec *codec;
    SWVoiceOut *out;
    unsigned rate;              /* Hz; 0: none yet */
    int16_t ring[CODEC_RING][2];
    unsigned first, filled;
    bool filling;               /* it starts when there is something in reserve */
    bool ends;                  /* nothing more comes at this rate */
    int room;                   /* in QEMU's buffer when it is empty, as far as has been seen */
    int64_t last_ns;            /* when a frame came last */
} CodecVoice;

typedef struct CodecPins {
    Pin *scl, *sda, *reset, *mclk, *sclk, *lrck, *sdin;
} CodecPins;

struct Codec {
    DeviceState parent_obj;
    CodecPins pins;
    Signal scl, sda, sclk, sdin;
    PinListener reset;
    uint8_t reg[CODEC_REGISTERS];
    uint8_t map;                /* the register that is next; bit 7: and then the one after it */
    bool addressed;             /* a START: the next byte is an address */
    bool selected;              /* ... it was ours */
    bool wants_map;             /* ... to write: the next byte is `map` */

    bool clocked;               /* SCLK runs for what comes on SDIN */
    int16_t left;               /* of the frame under way */
    int32_t digital[2];         /* gains of channels A and B, 2^-16 */
    int32_t analog[2];
    unsigned lost;              /* frames that were not played, in succession */
    int why;                    /* ... and was reported */

    QEMUSoundCard card;         /* state: NULL, nobody listens */
    CodecVoice voice[2];        /* one may have to wait until the other ends */
    unsigned current;
};

/* Make the child @name of @parent, which plays on @audiodev; NULL: to nobody. */
void codec_new(Object *parent, const char *name, const CodecPins *pins, const char *audiodev);

static inline bool codec_is_held(const Codec *c)
{
    return !pin_level(c->pins.reset);
}

void codec_sound_init(Codec *c, Error **errp);
/* Registers are not what they were. */
void codec_sound_update(Codec *c);

/* A frame of both channels to whoever listens, @rate a second. */
void codec_voice_put(Codec *c, unsigned rate, int16_t a, int16_t b);

#endif
