/*
 * What is looked at of Zephyr, see threads.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "threads.h"

struct k_thread {
    uint32_t base[9];
    char name[32];
    struct {
        uint32_t start, size;
    } stack_info;
};

struct _cpu {
    uint32_t nested;
    char *irq_stack;
    struct k_thread *current;
};

struct z_kernel {
    struct _cpu cpus[1];
} _kernel;

static struct k_thread thread = { .name = "LED" };

void kernel_runs_thread(void *stack, unsigned size)
{
    thread.stack_info.start = (uint32_t)stack;
    thread.stack_info.size = size;
    _kernel.cpus[0].current = &thread;
}
