/*
 * The net that jumpers join pins to; for pin*.c alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_NET_H
#define STM32_CORE_PINS_NET_H

#include "stm32/core/pins/pin.h"

/* The pins that jumpers join: one level for all. */
typedef struct PinNet {
    GPtrArray *pins;
    Drive drive;                /* who won */
    Drive plain;                /* ... without open drains' pictures */
    const PinDriver *only;      /* the only strong one, if there is just one */
    bool level;                 /* as last told to those who listen to waves, */
    bool plain_level;           /* ... to others */
    QEMUTimer *edge;            /* of a wave or picture, while somebody listens */
    uint64_t told_edges;        /* of those of the wave, then; bits of the picture */
    int64_t edge_ns;            /* of the edge that is being told, */
    uint64_t skipped;           /* ... and the periods left out before it */
} PinNet;

/* ---- net.c ---- */

/* Some driver of the net has changed. */
void net_update(PinNet *net);
/* What would drive it without @driver, pictures of frames at rest. */
Drive net_state_without(PinNet *net, const PinDriver *driver);

/* ---- edges.c ---- */

bool net_wants_waves(const PinNet *net);
bool net_has_listeners(const PinNet *net);
/* Tell all who do not know it of the levels that are there now: to who listens to waves, to others. */
void net_tell_now(PinNet *net, bool level, bool plain);
/* The picture that it shows is of interest from now on. */
void net_join_picture(PinNet *net);
/* Tell of all edges of the picture until @ns, each with its own time. */
void net_tell_picture(PinNet *net, int64_t ns);
/* Set the timer of edges, which calls net_edge(). */
void net_arm_edge(PinNet *net);
void net_edge(void *opaque);

#endif
