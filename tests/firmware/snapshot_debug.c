/*
 * The debug units' part of snapshot.c: watchpoints on data and on the cycle counter, a step, an instruction
 * that is replaced.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "snapshot.h"

#define COMP(n)     REG(0xe0001000, 0x20 + 16 * (n))
#define FUNCTION(n) REG(0xe0001000, 0x28 + 16 * (n))
#define CYCMATCH_WATCHPOINT (1 << 7 | 4)
#define WRITE_WATCHPOINT 6
#define MATCHED (1 << 24)
#define DFSR        REG(0xe000e000, 0xd30)
#define FP_CTRL     REG(0xe0002000, 0x00)
#define FP_REMAP    REG(0xe0002000, 0x04)
#define FP_COMP0    REG(0xe0002000, 0x08)
#define MON_EN (1 << 16)
#define MON_STEP (1 << 18)

/* Alone: a page in which something is watched is slow. */
static volatile uint32_t watched[256] __attribute__((aligned(1024)));
static uint32_t patches[8] __attribute__((aligned(32)));

void debug_monitor_handler(void)
{
    uint32_t cause = DFSR;

    DFSR = cause;
    note_time(0xdb000000 | cause);
    note(FUNCTION(0) & MATCHED);
    note(FUNCTION(2) & MATCHED);
    /* One instruction behind the one that has hit */
    if (cause & 4) {
        CORE_DEMCR |= MON_STEP;
    } else {
        CORE_DEMCR &= ~(uint32_t)MON_STEP;
    }
}

static uint32_t __attribute__((naked, noinline, aligned(4))) replaced(void)
{
    __asm__("movs r0, #1\n bx lr\n");
}

void debug_begin(void)
{
    CORE_DEMCR |= MON_EN;
    COMP(2) = (uint32_t)watched;
    FUNCTION(2) = WRITE_WATCHPOINT;
    patches[0] = 0x47702002;            /* movs r0, #2; bx lr */
    FP_REMAP = (uint32_t)patches;
    FP_COMP0 = ((uint32_t)replaced & ~1u) | 1;
    FP_CTRL = 3;
}

void debug_note(unsigned round)
{
    watched[0] = round;
    COMP(0) = DWT_CYCCNT + 50000 + 7777 * (round % 8);
    FUNCTION(0) = CYCMATCH_WATCHPOINT;
    note(replaced());
}

void debug_end(void)
{
    FUNCTION(0) = 0;
    FUNCTION(2) = 0;
    FP_CTRL = 2;
    note(replaced());
}
