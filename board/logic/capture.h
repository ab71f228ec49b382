/*
 * What traces have shown, in the order of time: waits for the trigger with some history, then goes to the file.
 *
 * Changes may come in any order within CAPTURE_LATE_NS, because edges of waves and frames are computed when somebody
 * needs them; they are sorted before anything is made of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_CAPTURE_H
#define STM32_BOARD_LOGIC_CAPTURE_H

#include "stm32/board/logic/trigger.h"
#include "stm32/board/logic/vcd.h"

#define CAPTURE_LATE_NS 1000000         /* how late a change may be told */
#define CAPTURE_MAX_HISTORY 4000000     /* changes before the trigger */

typedef struct Change {
    int64_t ns;
    int32_t value;
    uint32_t trace;
} Change;

typedef enum CaptureState { CAPTURE_WAITS, CAPTURE_WRITES, CAPTURE_DONE } CaptureState;

typedef struct Capture {
    CaptureState state;
    Vcd vcd;
    Trigger trigger;
    Trigger gate;               /* what is written is only what happens while it is met */
    uint32_t size;              /* changes to write; 0: no end */
    uint32_t count;             /* ... that have been written */
    uint64_t pre, post;         /* ns before and after the trigger; post 0: no end */
    int64_t stop;               /* ... when that is */
    unsigned n;                 /* variables */
    VcdVariable *variable;
    int32_t *old;               /* their values before all of `changes`, */
    int32_t *value;             /* ... as the trigger has seen them, or the file */
    GArray *changes;            /* of Change: history, and what has not been looked at */
    unsigned seen;              /* how many of them are history */
    bool off;                   /* it was turned off after something had been written */
} Capture;

/* @name stays the caller's.  The number of the new trace. */
unsigned capture_add_trace(Capture *c, const char *name, VcdKind kind);
/* All traces are there. */
void capture_begin(Capture *c);

/* @trace is @value since @ns. */
static inline void capture_add(Capture *c, unsigned trace, int32_t value, int64_t ns)
{
    Change change = { .ns = ns, .value = value, .trace = trace };

    g_array_append_val(c->changes, change);
}

/* All changes before @ns have been added: make of them what there is to be made. */
void capture_process(Capture *c, int64_t ns);
/* The machine stands at @ns: the file is to be whole. */
void capture_flush(Capture *c, int64_t ns);
/* Nothing is captured from @ns on, until the next change; wait for the trigger again if there is one. */
void capture_off(Capture *c, int64_t ns);
void capture_again(Capture *c);
/* Virtual time has been set back to @ns. */
void capture_time_is_back(Capture *c, int64_t ns);

#endif
