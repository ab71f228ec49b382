/*
 * What the files of the DWT share: its state, and what they offer each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_DWT_STATE_H
#define STM32_DWT_STATE_H

#include "hw/arm/armv7m.h"
#include "hw/arm/armv7m_debug.h"
#define REGS "stm32/regs/dwt.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

#define N_COMPARATORS ARMV7M_WATCHED_RANGES

/* Addresses that the core tells us of. */
typedef struct Span {
    uint32_t from;
    uint64_t length;            /* 0: none */
    bool read, write;
} Span;

typedef struct Dwt {
    Periph parent_obj;
    ARMv7MState *core;
    Counter cycles, asleep;
    bool trcena, sleeping;
    QEMUTimer *at_match;        /* comparator 0 matches CYCCNT ... */
    uint64_t match;             /* ... when `cycles` is that; 0: it is not to */
    ARMv7MWatcher watcher;
    Span watched[N_COMPARATORS];
    uint32_t executed[N_COMPARATORS][2];    /* watched for PC: address, and mask of what counts, or 0 */
} Dwt;

#define DWT(obj) ((Dwt *)(obj))

/* Registers of comparator @n, from its COMP0, MASK0 or FUNCTION0. */
#define of_comparator(r, n) ((r) + (R_COMP1 - R_COMP0) * (n))

/* Once. */
void comparators_init(Dwt *s);

/* FUNCTION, COMP or CYCCNT has changed: when is the next match of the cycle counter? */
void comparators_plan_match(Dwt *s);

/* Tell the core what to watch; nothing if nothing has changed. */
void comparators_update(Dwt *s);

#endif
