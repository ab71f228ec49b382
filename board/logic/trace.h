/*
 * What one pin shows, change by change, computed from what drives it: a square wave, a picture of a frame and a signal
 * generator are no events; all their edges are there when they are asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_TRACE_H
#define STM32_BOARD_LOGIC_TRACE_H

#include "stm32/core/pins/pin.h"
#include "stm32/board/logic/capture.h"

typedef struct Trace {
    Capture *capture;
    void (*changed)(void *opaque);      /* something has been added to the capture, or will have to be */
    void *opaque;
    char *name;
    unsigned n;                         /* of the variable in the capture */
    bool analog;
    Pin *pin;
    PinFollower follower;
    Drive drive;                        /* since `until`; its picture is the copy here */
    Picture picture;
    const Picture *drawn;               /* ... of this one */
    uint64_t told;                      /* the wave's edges until then, or the picture's bits */
    int64_t until;
    int32_t value;                      /* as added last */
    bool known;
} Trace;

void trace_open(Trace *t, Capture *capture, Pin *pin, const char *name, bool analog);
/* Begin with what is there now, or with what is there after a pause; or end. */
void trace_on(Trace *t);
void trace_off(Trace *t);
/* Add all changes before @ns. */
void trace_take(Trace *t, int64_t ns);
/* Does it change by itself without end? */
bool trace_goes_on(const Trace *t);

#endif
