/*
 * Who runs: functions that are called and return, on the stacks of threads and of interrupts.
 *
 * A call is a block that begins where a function does; a return is the instruction that makes it, or a stack pointer
 * that is above what the function began with (longjmp).  A jump to another function as the last thing is a call
 * that returns for both.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_CALLS_H
#define STM32_PLUGIN_CALLS_H

#include <qemu-plugin.h>
#include "machine.h"
#include "program.h"

/* What it has cost. */
typedef struct Cost {
    uint64_t cycles;            /* HCLK's */
    uint64_t instructions;
} Cost;

typedef struct Frame {
    const Function *function;
    uint32_t sp, back;          /* as it began: stack pointer, and where it returns to */
    Cost begun;                 /* its stack's cost then */
    bool tail;                  /* ... as the last thing of the one before, which returns with it */
    unsigned exception;         /* whose handler it is; 0: none's */
} Frame;

typedef struct Stack {
    unsigned number;            /* 0: that of interrupts */
    char *name;
    uint32_t thread;            /* as the RTOS knows it */
    GArray *frames;             /* of Frame */
    Cost cost;
} Stack;

/* Who wants to know.  Any may be NULL. */
typedef struct CallListener {
    /* What is on top of @stack has cost this more; nothing is there: NULL as function. */
    void (*ran)(const Stack *stack, const Function *function, Cost more);
    void (*entered)(const Stack *stack, const Frame *frame, uint64_t ns);
    /* @caller: the function below; NULL: none. */
    void (*left)(const Stack *stack, const Frame *frame, const Function *caller, uint64_t ns);
    void (*switched)(const Stack *to, uint64_t ns);
    void (*stack_made)(const Stack *stack);
} CallListener;

void calls_begin(const Program *p);
void calls_listen(const CallListener *listener);
/* Let the translated block say what calls and returns it has. */
void calls_add(struct qemu_plugin_tb *tb);
/* All that is still running ends: for the results. */
void calls_end(void);

#endif
