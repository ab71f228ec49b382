/*
 * Shifter: a shift register and the time it takes.
 *
 * It is in a phase until a tick of its clock, counted from the first frame of a row, so that a row
 * of frames never drifts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_SHIFTER_H
#define STM32_CORE_PINS_SHIFTER_H

#include "qemu/timer.h"
#include "stm32/core/counter.h"

/* So many frames in a row may be late, and are made up for at once. */
#define SHIFTER_BACKLOG 4000

typedef struct Shifter {
    Counter ticks;
    uint64_t begin;         /* of the phase, */
    uint64_t due;           /* when something happens, */
    uint64_t end;           /* and when the line is free for the next */
    uint32_t phase;         /* the owner's; 0: nothing goes on */
    uint32_t word;
    uint32_t row;           /* frames that have followed another */
    QEMUTimer *timer;
} Shifter;

/* Counts @clk; @expired is called with @opaque at the time it is armed for. */
void shifter_init(Shifter *sh, Clock *clk, QEMUTimerCB *expired, void *opaque);
void shifter_reset(Shifter *sh);

/*
 * Begin @phase with something to happen after @due ticks and the line free after @ticks: when what
 * it does now ends if that @follows closely or lies ahead, otherwise at once; so too if the host is
 * far behind.
 */
void shifter_begin(Shifter *sh, unsigned phase, uint64_t due, uint64_t ticks, bool follows);

/* It has lasted until now, if it should have ended before: somebody has let it wait. */
void shifter_stretch(Shifter *sh);

/* When what is due is due: virtual ns, COUNTER_NEVER in phase 0 or without clock. */
int64_t shifter_when(const Shifter *sh);

/* Let it expire at @when; COUNTER_NEVER: not at all. */
void shifter_arm(Shifter *sh, int64_t when);

/* The same, but it may be late by what @lateness says, if it is not armed for that already: see counter.h. */
void shifter_arm_late(Shifter *sh, int64_t when, int64_t (*lateness)(void *opaque), void *opaque);

/* Should it have expired by now, and QEMU's main loop has had no time for it? */
bool shifter_is_late(const Shifter *sh);

/* Book the time that has passed: before the clock changes. */
void shifter_sync(Shifter *sh);

extern const VMStateDescription vmstate_shifter;
#define VMSTATE_SHIFTER(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_shifter, Shifter)

#endif
