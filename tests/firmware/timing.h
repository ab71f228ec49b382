/*
 * What some code takes, by DWT_CYCCNT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_TIMING_H
#define FIRMWARE_TIMING_H

#include "board.h"
#include "mailbox.h"

#define CYCCNT "0xe0001004"

__asm__(".fpu fpv4-sp-d16");

/*
 * What @code takes between two reads of the counter, with these.  r0 to r3, r6 and flags are the code's; r5
 * points to what it is given, r4 is the counter's address.
 */
#define MEASURED(name, where, code) \
__attribute__((naked, noinline, aligned(64), section(where))) static uint32_t name(void *ram) \
{ \
    __asm__ volatile("push {r4-r6, lr}; mov r5, r0; ldr r4, =" CYCCNT "; movs r0, #0; movs r1, #100; movs r2, #7;" \
                     "movs r3, #3; .balign 64; ldr r6, [r4]; push {r6};" code "; pop {r6}; ldr r0, [r4];" \
                     "subs r0, r0, r6; pop {r4-r6, pc}; .ltorg"); \
}
#define HUNDRED(insn) ".rept 100; " insn "; .endr"
#define CODE(name, code) MEASURED(name, ".text." #name, code)

CODE(nothing, "")

static unsigned word = 1;

static inline void report(uint32_t value)
{
    mailbox[word++] = value;
}

/* The second time, when it is in the cache if there is one; without the reads of the counter */
static inline uint32_t measure(uint32_t (*code)(void *), void *at)
{
    nothing(at);
    code(at);
    return code(at) - nothing(at);
}

#endif
