/*
 * What the plugin that watches firmware has to get right: calls that are counted here too, returns of all kinds, an
 * interrupt, and two threads of a kernel that has FreeRTOS's variable.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

#define SCB_ICSR (*(volatile uint32_t *)0xe000ed04)
#define ROUNDS 10

/* ---- Functions ---- */

static volatile unsigned sink;

static __attribute__((noinline)) void leaf(unsigned n)
{
    sink += n;                                          /* leaf */
}

/* A condition in an IT decides whether it returns. */
__attribute__((naked, noinline)) unsigned early(unsigned n)
{
    __asm__ volatile("cmp r0, #5\n it lo\n bxlo lr\n movs r0, #5\n bx lr\n");
}

static __attribute__((noinline)) void last_thing(unsigned n)
{
    leaf(n);                                            /* a jump, not a call */
}

static __attribute__((noinline)) unsigned recursive(unsigned n)
{
    return n < 2 ? n : recursive(n - 1) + recursive(n - 2);
}

__attribute__((noinline)) void never(void)
{
    sink = 0;                                           /* never */
}

/* ---- Two threads ---- */

struct tcb {
    uint32_t *sp;
    uint32_t unused[12];
    char name[16];
};

static uint32_t stacks[2][128];
static struct tcb tcbs[2] = { { .name = "ping" }, { .name = "pong" } };
struct tcb *volatile pxCurrentTCB;
static volatile unsigned turns[2];

static __attribute__((used)) uint32_t *next_thread(uint32_t *sp)
{
    pxCurrentTCB->sp = sp;
    pxCurrentTCB = &tcbs[pxCurrentTCB == &tcbs[0]];
    return pxCurrentTCB->sp;
}

__attribute__((naked)) void pendsv_handler(void)
{
    __asm__ volatile("mrs r0, psp\n stmdb r0!, {r4-r11}\n push {r4, lr}\n bl next_thread\n pop {r4, lr}\n"
                     "ldmia r0!, {r4-r11}\n msr psp, r0\n bx lr\n");
}

static void give_way(void)
{
    SCB_ICSR = 1 << 28;
    __asm__ volatile("dsb\n isb");
}

static __attribute__((noreturn)) void leave(void)
{
    register uint32_t operation __asm__("r0") = 0x18, reason __asm__("r1") = 0x20026;

    __asm__ volatile("bkpt 0xab" : : "r"(operation), "r"(reason) : "memory");
    for (;;) {
    }
}

static void thread(void)
{
    unsigned me = pxCurrentTCB - tcbs;

    for (;;) {
        turns[me]++;                                    /* turns */
        if (turns[0] + turns[1] == 2 * ROUNDS) {
            leave();
        }
        give_way();
    }
}

/* As an exception would have left it. */
static void make_thread(unsigned n)
{
    uint32_t *sp = stacks[n] + 128 - 16;

    sp[8 + 6] = (uint32_t)thread;
    sp[8 + 7] = 1 << 24;
    tcbs[n].sp = sp;
}

static __attribute__((naked, noreturn)) void start_threads(void)
{
    __asm__ volatile("msr psp, %0\n movs r0, #2\n msr control, r0\n isb\n b thread_0\n"
                     : : "r"(stacks[0] + 128));
}

void __attribute__((used)) thread_0(void)
{
    thread();
}

/* ---- The interrupt ---- */

void systick_handler(void)
{
    ticks_ms++;                                         /* ticks */
    leaf(0);
}

int main(void)
{
    ticks_init(16000000);
    for (unsigned i = 0; i < ROUNDS; i++) {
        leaf(i);                                        /* rounds */
        sink += early(i);
        last_thing(i);
    }
    recursive(10);
    sleep_ms(5);
    SYST_CSR = 0;
    make_thread(1);
    pxCurrentTCB = &tcbs[0];
    start_threads();
}
