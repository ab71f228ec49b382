/*
 * Accesses to devices in the middle of straight code, where QEMU's blocks have to end: each a hundred times, and
 * the first time is as the last.
 *
 * Mailbox: 1.. one word a case, bit n: round n (of 32 groups) was wrong; 8, 9 cycles that many
 * rounds took the first time, and the second
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define ROUNDS 96
#define NOWHERE 0x30000000u
#define STIR 0xe000ef00u
#define FREE 0x10000u           /* of flash and of SRAM: nothing is there */

static volatile uint32_t pc_of_fault, r4_in_handler, faults, interrupts;

/* Step over the load; r4 is how far the code had come. */
__attribute__((naked)) void bus_fault_handler(void)
{
    __asm__ volatile(
        "ldr r0, [sp, #24]\n ldr r1, =pc_of_fault\n str r0, [r1]\n"
        "adds r0, #2\n str r0, [sp, #24]\n"
        "ldr r1, =r4_in_handler\n str r4, [r1]\n"
        "ldr r1, =faults\n ldr r0, [r1]\n adds r0, #1\n str r0, [r1]\n"
        "ldr r1, =0xe000ed28\n ldr r0, [r1]\n str r0, [r1]\n"
        "bx lr\n");
}

__attribute__((naked)) void exti0_handler(void)
{
    __asm__ volatile(
        "ldr r1, =r4_in_handler\n str r4, [r1]\n"
        "ldr r1, =interrupts\n ldr r0, [r1]\n adds r0, #1\n str r0, [r1]\n"
        "bx lr\n");
}

/* A load that fails: what stands before it is done, what stands behind it not yet. */
static bool fault_is_exact(void)
{
    uint32_t before = faults, where;

    __asm__ volatile("movs r4, #0\n adds r4, #1\n adds r4, #1\n"
                     "adr %0, 1f\n .balign 4\n 1: ldr r5, [%1]\n adds r4, #1\n adds r4, #1\n"
                     : "=&r"(where) : "r"(NOWHERE) : "r4", "r5", "memory", "cc");
    return faults == before + 1 && (pc_of_fault & ~1u) == (where & ~1u) && r4_in_handler == 2;
}

/* A store that makes an interrupt pending: taken before the next instruction. */
static bool interrupt_is_exact(void)
{
    uint32_t before = interrupts;

    __asm__ volatile("movs r4, #0\n adds r4, #1\n movs r5, #6\n str r5, [%0]\n adds r4, #1\n adds r4, #1\n"
                     : : "r"(STIR) : "r4", "r5", "memory", "cc");
    return interrupts == before + 1 && r4_in_handler == 1;
}

/* A register read under a condition that is true, and one under a condition that is not. */
static bool condition_holds(void)
{
    uint32_t taken = 5, not_taken = 5;

    __asm__ volatile("cmp %2, %2\n itete eq\n ldreq %0, [%2]\n ldrne %1, [%2]\n addeq %0, %0, #1\n"
                     "addne %1, %1, #1\n"
                     : "+&r"(taken), "+&r"(not_taken) : "r"(&REG(GPIOD, GPIO_AFRL)) : "cc");
    return taken == 1 && not_taken == 5;
}

/* Registers loaded and stored by one instruction, bases moved once. */
static bool many_at_once(void)
{
    volatile uint32_t *reg = &REG(GPIOD, GPIO_AFRL);    /* AFRL and AFRH stand side by side */
    register uint32_t low __asm__("r4") = 0x00001111, high __asm__("r5") = 0x22220000;
    register uint32_t a __asm__("r2"), b __asm__("r3");
    uint32_t c, d, base = (uint32_t)reg;

    __asm__ volatile("stmia %4!, {%5, %6}\n ldmdb %4!, {%0, %1}\n ldrd %2, %3, [%4]\n add %2, %2, #0\n"
                     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "+&r"(base) : "r"(low), "r"(high) : "memory");
    reg[0] = reg[1] = 0;
    return base == (uint32_t)reg && a == 0x00001111 && c == a && b == 0x22220000 && d == b;
}

static bool base_moves_once(void)
{
    uint32_t base = (uint32_t)&REG(GPIOD, GPIO_MODER), a, b;

    __asm__ volatile("ldr %0, [%2], #4\n ldr %1, [%2, #-4]!\n" : "=&r"(a), "=&r"(b), "+&r"(base));
    return base == (uint32_t)&REG(GPIOD, GPIO_MODER) && a == b;
}

/* SYSCFG puts other memory at 0: the very next load sees it. */
static bool remap_is_at_once(void)
{
    uint32_t flash, ram;

    __asm__ volatile("str %3, [%2]\n ldr %1, [%5]\n str %4, [%2]\n ldr %0, [%5]\n"
                     : "=&r"(flash), "=&r"(ram)
                     : "r"(&REG(SYSCFG, SYSCFG_MEMRMP)), "r"(3), "r"(0), "r"(FREE) : "memory");
    return flash == UINT32_MAX && ram == 0x1b2b3b4b;
}

/* Cycles of many rounds with a read in mid-block. */
__attribute__((noinline)) static uint32_t duration(void)
{
    uint32_t start = DWT_CYCCNT;

    for (unsigned round = 0; round < ROUNDS; round++) {
        __asm__ volatile("add r4, r4, #1\n add r4, r4, #1\n ldr r5, [%0]\n add r4, r4, #1\n ldr r5, [%0, #4]\n"
                         "add r4, r4, #1\n" : : "r"(&REG(GPIOD, GPIO_IDR)) : "r4", "r5", "memory");
    }
    return DWT_CYCCNT - start;
}

int main(void)
{
    static bool (*const cases[])(void) = {
        fault_is_exact, interrupt_is_exact, condition_holds, many_at_once, base_moves_once, remap_is_at_once,
    };
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    *(volatile uint32_t *)0xe000ed24 = 1 << 17;         /* SHCSR: bus faults */
    *(volatile uint32_t *)(0x20000000 + FREE) = 0x1b2b3b4b;
    NVIC_ISER[0] = 1 << 6;
    clock_168mhz();
    cycles_init();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (unsigned round = 0; round < ROUNDS; round++) {
            mailbox[1 + i] |= (uint32_t)!cases[i]() << (round / 3);
        }
    }
    mailbox[8] = duration();
    mailbox[9] = duration();
    mailbox_finish();
}
