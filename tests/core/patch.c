/*
 * The flash patch and breakpoint unit (ARMv7-M C1.11), as firmware uses it for itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

#define FP_CTRL    REG(0xe0002000)
#define FP_REMAP   REG(0xe0002004)
#define FP_COMP(n) REG(0xe0002008 + 4 * (n))
#define FP_ON      3u
#define LOWER      (1u << 30)
#define UPPER      (2u << 30)

static uint32_t __attribute__((naked, noinline, aligned(4))) three(uint32_t x)
{
    (void)x;
    __asm__("adds r0, #1\n adds r0, #2\n add.w r0, r0, #4\n bx lr\n");
}

static uint32_t entry_of(uint32_t (*function)(uint32_t))
{
    return (uint32_t)function & ~1u;
}

static void breakpoint(void)
{
    on(DEBUGMON, skip);
    DEMCR = DEMCR_MON_EN;
    CHECK_EQUAL(FP_CTRL, 0x260);
    FP_CTRL = 1;                                        /* no key */
    CHECK_EQUAL(FP_CTRL, 0x260);
    FP_COMP(0) = entry_of(three) | LOWER | 1;
    CHECK_EQUAL(FP_COMP(0), entry_of(three) | LOWER | 1);
    barrier();
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 0);                             /* is not enabled yet */
    FP_CTRL = FP_ON;
    CHECK_EQUAL(FP_CTRL, 0x261);
    barrier();
    CHECK_EQUAL(three(0), 6);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(seen.pc, entry_of(three));
    CHECK_EQUAL(seen.dfsr, DFSR_BKPT);
    FP_COMP(0) = entry_of(three) | UPPER | 1;
    barrier();
    CHECK_EQUAL(three(0), 5);
    CHECK_EQUAL(seen.pc, entry_of(three) + 2);
    FP_COMP(5) = entry_of(three) | LOWER | UPPER | 1;
    barrier();
    CHECK_EQUAL(three(0), 4);
    CHECK_EQUAL(news(), 3);
    FP_COMP(0) = 0;
    FP_COMP(5) = 0;
    barrier();
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 0);
}

/* Where DebugMonitor can't be taken it is a HardFault, as a BKPT is. */
static void breakpoint_is_a_hardfault(void)
{
    on(HARDFAULT, skip);
    FP_COMP(2) = entry_of(three) | LOWER | 1;
    FP_CTRL = FP_ON;
    barrier();
    CHECK_EQUAL(three(0), 6);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
}

static uint32_t patches[8] __attribute__((aligned(32)));

static void patch(void)
{
    FP_REMAP = (uint32_t)patches;
    CHECK_EQUAL(FP_REMAP, (uint32_t)patches);
    patches[1] = 0x30643014;                            /* adds r0, #20; adds r0, #100 */
    FP_COMP(1) = entry_of(three) | 1;
    FP_CTRL = FP_ON;
    barrier();
    CHECK_EQUAL(three(0), 124);
    /* Data is what it was */
    CHECK_EQUAL(REG(entry_of(three)), 0x30023001);
    /* Half of a long instruction is in the next word: here it becomes two short ones */
    patches[1] = 0x46c046c0;
    patches[0] = 0x30053006;
    FP_COMP(0) = (entry_of(three) + 4) | 1;
    barrier();
    CHECK_EQUAL(three(0), 11);
    FP_CTRL = 2;
    barrier();
    CHECK_EQUAL(three(0), 7);
}

static uint32_t __attribute__((naked, noinline, aligned(4))) literal(void)
{
    __asm__("ldr r0, [pc, #0]\n bx lr\n .word 0x11111111\n");
}

static void patch_literal(void)
{
    uint32_t address = ((uint32_t)literal & ~1u) + 4;

    CHECK_EQUAL(literal(), 0x11111111);
    FP_REMAP = (uint32_t)patches;
    patches[6] = 0x22222222;
    FP_COMP(6) = address | 1;
    CHECK_EQUAL(literal(), 0x11111111);
    FP_CTRL = FP_ON;
    barrier();
    CHECK_EQUAL(literal(), 0x22222222);
    CHECK_EQUAL(REG(address), 0x22222222);
    CHECK_EQUAL(REG(address - 4), 0x47704800);
    patches[6] = 0x33333333;
    CHECK_EQUAL(literal(), 0x33333333);
    FP_COMP(6) = 0;
    patches[7] = 0x44444444;
    FP_COMP(7) = address | 1;
    barrier();
    CHECK_EQUAL(literal(), 0x44444444);
    FP_CTRL = 2;
    barrier();
    CHECK_EQUAL(literal(), 0x11111111);
}

void (*const cases[])(void) = { PATCH_CASES(CASE_FUNCTION) };
