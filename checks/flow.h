/*
 * What the code of a function does, read from where it begins: which registers hold constants and variables, and which
 * way it goes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CHECKS_FLOW_H
#define STM32_CHECKS_FLOW_H

#include "stm32/checks/insn.h"

typedef enum FlowWhat {
    FLOW_UNKNOWN,           /* an argument, a result, or loaded by a pointer that is not there any more */
    FLOW_COMPUTED,          /* made from others */
    FLOW_CONSTANT,          /* `value` */
    FLOW_VARIABLE,          /* what is, or was, in memory at `value` */
    FLOW_MEMBER,            /* the same, `value` bytes from where the register `base` points to */
} FlowWhat;

typedef struct FlowRegister {
    FlowWhat what;
    uint32_t value;
    unsigned size;          /* bytes, of a variable or member */
    unsigned base;
} FlowRegister;

typedef struct Flow {
    FlowRegister r[16];     /* as they are before the instruction at `at`, if those before it are executed in order */
    uint32_t at;
    Insn insn;
    bool branches;          /* B or CBZ, and `target` is where to */
    bool always;            /* ... whatever the flags are */
    uint32_t target;
    unsigned conditional;       /* instructions that an IT before them makes so */
    bool writes_stack_pointer;  /* MSR MSP or PSP */
} Flow;

/* From @address, which need not be where a function begins; nothing is known of the registers.  False: no memory. */
bool flow_begin(Flow *flow, uint32_t address);
/* To the next instruction in memory.  False if there is none. */
bool flow_step(Flow *flow);

#endif
