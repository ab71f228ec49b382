/*
 * Loops that wait for a variable that SysTick's handler sets, and do not read it, as it is not volatile: bad_...;
 * good_... never end, or not yet, and are right.  Each is left at the third tick.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define RCC_AHB1ENR (*(volatile uint32_t *)0x40023830)
#define RCC_AHB1ENR_GPIODEN (1u << 3)
#define GPIOD_ODR (*(volatile uint32_t *)0x40020c14)

#define LEAF(level) __attribute__((noinline, optimize(#level)))
#define TICK 80000                      /* 5 ms */

/* Who is tested, and by whom */
struct receiver {
    uint32_t errors;
    uint8_t done;
} receiver;
uint32_t flag, delay, failed;
volatile uint32_t ticks, late;
static uint32_t tick_of_function;

/* A function that is a leaf has its return address in LR: so it is left. */
void on_tick(uint32_t *frame)
{
    ticks++;
    flag = 1;
    receiver.done = 1;
    delay -= delay != 0;
    if (++tick_of_function == 3) {
        failed = 0;
        late = 1;
    }
    if (tick_of_function == 4) {
        frame[6] = frame[5] & ~1u;
    }
}

__attribute__((naked)) void systick_handler(void)
{
    __asm__ volatile("mov r0, sp\n b on_tick\n");
}

/* `ldr`, `cbnz`, and a branch to itself */
LEAF(O2) void bad_empty(void)
{
    while (!flag) {
    }
}

/* a loop of `cmp` and `beq` */
LEAF(O1) void bad_tested(void)
{
    while (!flag) {
    }
}

LEAF(O2) void bad_member(struct receiver *r)
{
    while (r->done != 1) {
    }
}

LEAF(Os) void bad_byte(void)
{
    do {
    } while (!receiver.done);
}

LEAF(O2) void bad_main_loop(void)
{
    while (1) {
        if (flag) {
            flag = 0;
            GPIOD_ODR ^= 1;
        }
    }
}

LEAF(O2) void bad_delay(uint32_t n)
{
    delay = n;
    while (delay != 0) {
    }
}

/* clang's: a return that is conditional, and what fills up */
__attribute__((naked, noinline)) void bad_returned(void)
{
    __asm__ volatile("ldr r3, =flag\n ldr r3, [r3]\n cmp r3, #0\n it ne\n bxne lr\n nop\n 1: b 1b\n .ltorg\n");
}

LEAF(O1) void good_volatile(void)
{
    while (!late) {
    }
}

LEAF(O2) void good_idle(void)
{
    if (flag) {
        GPIOD_ODR ^= 1;
    }
    for (;;) {
    }
}

LEAF(O2) void good_halt(void)
{
    if (failed) {
        for (;;) {
        }
    }
}

LEAF(O2) void good_assert(uint32_t condition)
{
    while (!condition) {
    }
}

/* By a pointer: a call of what never ends, or has no effect, may be left out. */
static void run(void (*volatile function)(uint32_t), uint32_t argument)
{
    flag = 0;
    failed = 1;
    late = 0;
    receiver.done = 0;
    tick_of_function = 0;
    SYST_CSR = 7;
    function(argument);
}

#define RUN(function, argument) run((void (*)(uint32_t))function, (uint32_t)(argument))

int main(void)
{
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIODEN;
    SYST_RVR = TICK - 1;
    RUN(bad_empty, 0);
    RUN(bad_tested, 0);
    RUN(bad_member, &receiver);
    RUN(bad_byte, 0);
    RUN(bad_main_loop, 0);
    RUN(bad_delay, 2);
    RUN(bad_returned, 0);
    RUN(good_volatile, 0);
    RUN(good_idle, 0);
    RUN(good_halt, 0);
    RUN(good_assert, 0);
    SYST_CSR = 0;
    mailbox_finish();
}
