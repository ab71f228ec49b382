/*
 * A thread whose stack grows past its end, which -machine checks=memory has to know by the variables and structures of
 * the kernel: threads_....c have what is looked at of each, with as much around it that places are not what they
 * happen to be.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mailbox.h"
#include "threads.h"

#define NOINLINE __attribute__((noinline, used))

static struct {
    uint32_t before[64], stack[64];     /* what grows past its end harms nobody */
} __attribute__((aligned(8))) ram;

NOINLINE static uint32_t deep(volatile uint32_t *words)
{
    volatile uint32_t here[60];

    here[0] = words[0];
    return here[0] + ram.before[0];
}

NOINLINE static void bad_mem001(void)
{
    volatile uint32_t words[16];

    words[0] = 1;
    mailbox[1] = deep(words) + 1;
}

NOINLINE static void good_thread(void)
{
    mailbox[1] = ram.before[1] + 1;
}

static void run(void (*what)(void))
{
    __asm__ volatile("mov r4, sp\n msr psp, %0\n mrs r5, control\n orr r5, #2\n msr control, r5\n isb\n"
                     "blx %1\n mrs r5, control\n bic r5, #2\n msr control, r5\n isb\n mov sp, r4"
                     : : "r"(&ram.stack[62]), "r"(what)
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "lr", "cc", "memory");
}

int main(void)
{
    kernel_runs_thread(ram.stack, sizeof(ram.stack));
    run(good_thread);
    run(bad_mem001);
    mailbox_finish();
}
