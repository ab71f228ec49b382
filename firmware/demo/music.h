/*
 * The demo's tune: out of the codec's headphones, by DMA and its interrupts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_MUSIC_H
#define FIRMWARE_MUSIC_H

#include <stdbool.h>

/* Is the codec there?  With PCLK1 = 42 MHz, a crystal of 8 MHz, and after ticks_init(). */
bool music_init(void);
/* Play it from the beginning. */
void music_play(void);

#endif
