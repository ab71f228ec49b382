/*
 * What the parts of the codec share: registers (codec.c), which stand on what it makes of the samples it gets
 * (sound.c), that on beep.c, filter.c, and how sound gets to QEMU's audio (voice.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CODEC_STATE_H
#define STM32_BOARD_CODEC_STATE_H

#include "hw/qdev-core.h"
#include "audio/audio.h"
#include "stm32/board/codec/codec.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/i2c_bits.h"

#define TYPE_CODEC "stm32-codec"
OBJECT_DECLARE_SIMPLE_TYPE(Codec, CODEC)

enum {                          /* registers */
    CODEC_ID = 0x01, CODEC_POWER_1 = 0x02, CODEC_POWER_2 = 0x04, CODEC_CLOCKING = 0x05,
    CODEC_INTERFACE_1 = 0x06, CODEC_PASSTHROUGH_A = 0x08, CODEC_PASSTHROUGH_B = 0x09,
    CODEC_ANALOG = 0x0a, CODEC_PLAYBACK_1 = 0x0d, CODEC_MISC = 0x0e, CODEC_PLAYBACK_2 = 0x0f,
    CODEC_PCM_A = 0x1a, CODEC_BEEP_FREQ = 0x1c, CODEC_BEEP_VOLUME, CODEC_BEEP, CODEC_TONE,
    CODEC_MASTER_A = 0x20, CODEC_HEADPHONE_A = 0x22, CODEC_MIXER = 0x26, CODEC_LIMIT_1, CODEC_LIMIT_2,
    CODEC_LIMIT_ATTACK, CODEC_STATUS = 0x2e, CODEC_BATTERY = 0x30, CODEC_SPEAKER_STATUS = 0x31,
    CODEC_TEMPERATURE = 0x32, CODEC_CHARGE_PUMP = 0x34,
    CODEC_REGISTERS = 0x80
};

#define MISC_DEEMPH 0x04
#define MISC_FREEZE 0x08
#define MISC_PASSTHROUGH 0xc0
#define BEEP_TCEN 0x01
#define STATUS_CLOCK 0x40
#define STATUS_DSPA 0x20        /* channel A; B is the bit below */
#define STATUS_PCMA 0x08

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

/* A filter of first order: its factors, 2^-16, and the last sample in and out, 2^-8. */
typedef struct CodecFilter {
    int64_t in, before, out;
    int64_t last_in, last_out;
} CodecFilter;

enum { CODEC_DEEMPHASIS, CODEC_BASS, CODEC_TREBLE, CODEC_FILTERS };

struct Codec {
    DeviceState parent_obj;
    CodecPins pins;
    Signal scl, sda, sclk, sdin;
    PinListener reset, scl_level, sda_level;
    PinDriver sda_driver;
    I2cBits bits;               /* of a master made of GPIOs */
    uint8_t reg[CODEC_REGISTERS];
    uint8_t map;                /* the register that is next; bit 7: and then the one after it */
    bool addressed;             /* a START: the next byte is an address */
    bool selected;              /* ... it was ours */
    bool wants_map;             /* ... to write: the next byte is `map` */

    bool clocked;               /* SCLK runs for what comes on SDIN */
    int16_t left;               /* of the frame under way */
    uint8_t active[CODEC_REGISTERS];        /* as `reg`, but as it was before FREEZE */
    bool synchronized;          /* a frame has come since it was powered up */
    int32_t pcm[2];             /* gains of channels A and B, 2^-16 */
    int32_t master[2];
    int32_t analog[2];
    int32_t limit[2];           /* what the limiter makes of that */
    uint32_t beep_phase;        /* 2^-32 of a turn */
    uint32_t beep_left;         /* frames, of a beep or of a pause */
    uint8_t beep_mode;          /* that it is in, BEEP[7:6] */
    bool beep_on;
    unsigned filter_rate;       /* for which the filters are */
    uint8_t filter_tone[2];     /* ... and for which registers BEEP and TONE */
    CodecFilter filter[CODEC_FILTERS][2];
    unsigned lost;              /* frames that were not played, in succession */
    int why;                    /* ... and was reported */

    QEMUSoundCard card;         /* state: NULL, nobody listens */
    CodecVoice voice[2];        /* one may have to wait until the other ends */
    unsigned current;
};

static inline bool codec_is_held(const Codec *c)
{
    return !pin_level(c->pins.reset);
}

void codec_sound_init(Codec *c, Error **errp);
/* Registers are not what they were. */
void codec_sound_update(Codec *c);

/* ---- What is done with samples ---- */

/* De-emphasis, bass and treble of a sample of @channel, @rate a second, as the registers want it. */
int codec_deemphasize(Codec *c, unsigned channel, unsigned rate, int sample);
int codec_shape_tone(Codec *c, unsigned channel, unsigned rate, int sample);
/* Keep it below the limit. */
int codec_limit(Codec *c, unsigned channel, int sample);
/* The beep's next sample; *only: the others are muted. */
int codec_beep(Codec *c, unsigned rate, bool *only);

/* A frame of both channels to whoever listens, @rate a second. */
void codec_voice_put(Codec *c, unsigned rate, int16_t a, int16_t b);

#endif
