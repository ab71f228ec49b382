/*
 * The codec of the board, a CS43L22 with headphones.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CODEC_CODEC_H
#define STM32_BOARD_CODEC_CODEC_H

#include "stm32/core/pins/pin.h"

/* The pins it is soldered to. */
typedef struct CodecPins {
    Pin *scl, *sda, *reset, *mclk, *sclk, *lrck, *sdin;
} CodecPins;

/* Make the child @name of @parent, which plays on @audiodev; NULL: to nobody. */
void codec_new(Object *parent, const char *name, const CodecPins *pins, const char *audiodev);

#endif
