/*
 * Light of many lamps as an eye sees it: displays of which a digit or a row is on at a time.  Each lamp is a diode
 * between two legs (light.h); what is seen is the mean of about 20 ms.
 *
 * It costs an event for each change at its legs; one that stays as it is costs nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_GLOW_H
#define STM32_BOARD_PARTS_GLOW_H

#include "stm32/board/parts/part.h"

#define GLOW_LAMPS 40

typedef struct GlowLamp {
    Pin *anode, *cathode;
    uint8_t percent;            /* now */
    uint64_t sum;               /* per cent times ns, since the window began */
    uint8_t seen;               /* of the window before */
} GlowLamp;

typedef struct Glow {
    GlowLamp lamp[GLOW_LAMPS];
    PinFollower *followers;
    unsigned n;
    int64_t begun, since;       /* virtual ns: the window, and what is now */
} Glow;

/* @lamp[].anode and .cathode of @n are set, all legs of @part: look at them from now on. */
void glow_begin(Glow *g, Part *part, unsigned n);
/* Per cent of lamp @n; all of them as "0,100,...", to be freed. */
unsigned glow_percent(Glow *g, unsigned n);
char *glow_text(Glow *g);

#endif
