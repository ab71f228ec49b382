/*
 * Where the guest is: PC and registers of the core in the midst of an instruction, and its memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_PLACE_H
#define STM32_CORE_MISTAKE_PLACE_H

/* What a walk over the stack begins with. */
typedef struct GuestRegisters {
    uint32_t r[16];
    uint32_t psp;           /* of the threads, while a handler runs */
} GuestRegisters;

/* Where the guest is.  False when no guest code is running (qtest, a timer). */
bool guest_pc(uint32_t *pc);

#define FIRST_INTERRUPT 16      /* the exception of interrupt 0 */

/* The exception whose handler makes the access that is under way, as IPSR has it; 0: it is a thread, or nobody. */
unsigned guest_exception(void);

/* What it is in words: "interrupt 28", "SysTick"; for the caller to free. */
char *guest_exception_name(unsigned exception);

/* The registers of the core, whether it runs or not, with @pc for PC. */
void guest_registers(GuestRegisters *to, uint32_t pc);

/* A word of memory, never of a register: that would be an access.  False if there is no memory. */
bool guest_read_word(uint32_t address, uint32_t *word);

/* The same of half a word. */
bool guest_read_half(uint32_t address, uint16_t *half);

/* Virtual time, also where the guest may not look at it. */
int64_t guest_now_ns(void);

/* How many instructions it has executed, with -icount and in one that accesses a device; 0 otherwise. */
int64_t guest_insns(void);

/* The core executes no further instruction, if this is its thread. */
void guest_stop(void);

#endif
