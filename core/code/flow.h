/*
 * What the code of a function does, instruction by instruction as they are in memory, branch or no branch: which registers
 * hold constants and variables, what is accessed, where it goes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_CODE_FLOW_H
#define STM32_CORE_CODE_FLOW_H

#include "stm32/core/code/insn.h"

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

typedef enum FlowGoes {
    FLOW_ON,                /* to the next instruction */
    FLOW_BRANCH,
    FLOW_BRANCH_IF,         /* ... as flags or a register say */
    FLOW_CALL,
    FLOW_LEAVE,             /* a jump by a register, or by what is loaded */
} FlowGoes;

#define FLOW_BY_MEMORY 15   /* such as the return address on the stack */
#define FLOW_BY_TABLE 16    /* TBB, TBH: to somewhere in the function */
#define FLOW_BY_TARGET 17   /* the address is in the instruction */

typedef struct Flow {
    FlowRegister r[16];     /* before the instruction at `at` */
    uint32_t at;
    Insn insn;
    uint16_t changes;       /* the registers that it writes, or may */
    FlowGoes goes;
    uint32_t target;        /* of branches, and of calls by FLOW_BY_TARGET */
    unsigned by;            /* what says where to: a register, or one of these */
    unsigned conditional;   /* instructions from here on that an IT makes so */
    unsigned base;          /* what it loads or stores is `offset` from there, */
    uint32_t offset;
    unsigned size;          /* ... and has so many bytes; 0: it has no such address */
    bool writes_stack_pointer;  /* MSR MSP or PSP */
} Flow;

/* From @address, which need not be where a function begins; nothing is known of the registers.  False: no memory. */
bool flow_begin(Flow *flow, uint32_t address);
/* To the next instruction in memory.  False if there is none. */
bool flow_step(Flow *flow);
/* Nothing is known of @registers (a mask) any more. */
void flow_forget(Flow *flow, uint16_t registers);

/* Is it a branch, to `target`? */
static inline bool flow_branches(const Flow *flow)
{
    return flow->goes == FLOW_BRANCH || flow->goes == FLOW_BRANCH_IF;
}

#endif
