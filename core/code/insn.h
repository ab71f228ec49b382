/*
 * What a Thumb instruction does to registers and memory, as far as the checks need to know (ARMv7-M ARM, A5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_CODE_INSN_H
#define STM32_CORE_CODE_INSN_H

typedef enum InsnKind {
    INSN_OTHER,         /* nothing is known of it: it may do anything */
    INSN_DATA,          /* makes `writes` from `reads` */
    INSN_MOVE,          /* the same, and some bits of it stay: one register to another, AND, ORR, BIC, BFI */
    INSN_LOAD,          /* of one register, `data`; `reads` makes the address */
    INSN_STORE,
    INSN_LOADS,         /* of several, or of the FPU's */
    INSN_STORES,
    INSN_EXCLUSIVE,     /* LDREX, STREX */
    INSN_JUMP,          /* the next instruction may be another */
} InsnKind;

typedef struct Insn {
    InsnKind kind;
    unsigned size;              /* bytes */
    uint16_t reads, writes;     /* masks of registers */
    uint16_t data;              /* what is loaded or stored */
    unsigned words;             /* LDM and STM: so many, one access each, from the lowest address on */
    uint32_t down;              /* bytes that it takes from the stack, */
    uint16_t down_by;           /* ... or the mask of the register that says how many: alloca() */
} Insn;

/* @opcode: its bytes as a word. */
Insn insn_decode(uint32_t opcode);
/* The one at @address in memory.  False if there is no memory. */
bool insn_at(uint32_t address, Insn *to);

#endif
