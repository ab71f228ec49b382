/*
 * The net that jumpers join pins to; for the files of this folder alone.
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
    /* Who is there, as net_count_audience() has found it: somebody who ... */
    bool watched;               /* listens or follows, */
    bool heard;                 /* listens and not idly, */
    bool waves;                 /* listens to waves, */
    bool followed;              /* follows, */
    bool pictures;              /* follows pictures */
} PinNet;

/* Find out who drives it. */
void net_resolve(PinNet *net);

/* Find out who listens and follows: who does has changed. */
void net_count_audience(PinNet *net);

#endif
