/*
 * A pin that is heard: its level is the loudspeaker's, by QEMU's audio.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_PIN_SOUND_H
#define STM32_BOARD_PARTS_PIN_SOUND_H

#include "audio/audio.h"
#include "stm32/core/pins/pin.h"

enum { SOUND_CHANGES = 4096 };

typedef struct SoundChange {
    int64_t ns;
    Drive drive;
} SoundChange;

typedef struct PinSound {
    QEMUSoundCard card;         /* its state is NULL without audiodev= */
    SWVoiceOut *voice;
    Pin *pin;
    PinFollower follower;
    SoundChange *change;        /* that are not in a sample yet, in a ring; the first is what it is now */
    unsigned first, count;
    int64_t began;              /* virtual ns: the voice has, and */
    uint64_t made;              /* ... samples since then */
    double in, out;             /* of the filter that takes away what does not change */
    double volume;
} PinSound;

/* @pin is heard from now on, if s->card has been set by audiodev=.  False: *errp says why not. */
bool pin_sound_init(PinSound *s, Pin *pin, double volume, Error **errp);

#endif
