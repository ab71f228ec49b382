/*
 * What is looked at of ChibiOS, see threads.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "threads.h"

typedef struct ch_thread {
    uint32_t header[5], *wabase;
    const char *name;
} thread_t;

typedef struct ch_os_instance {
    struct ch_ready_list {
        uint32_t queue[3];
        thread_t *current;
    } rlist;
} os_instance_t;

static thread_t thread = { .name = "LED" };
os_instance_t ch0;

void kernel_runs_thread(void *stack, unsigned size)
{
    thread.wabase = stack;
    ch0.rlist.current = &thread;
}
