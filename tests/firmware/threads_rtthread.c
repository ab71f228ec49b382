/*
 * What is looked at of RT-Thread, see threads.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "threads.h"

struct rt_object {
    char name[12];
    uint8_t type, flag;
};

struct rt_thread {
    struct rt_object parent;
    uint32_t list[4];
    void *sp, *entry, *parameter, *stack_addr;
    uint32_t stack_size;
};

static struct rt_thread thread = { .parent.name = "LED" };
struct rt_thread *rt_current_thread;

void kernel_runs_thread(void *stack, unsigned size)
{
    thread.stack_addr = stack;
    thread.stack_size = size;
    rt_current_thread = &thread;
}
