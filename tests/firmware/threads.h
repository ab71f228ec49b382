/*
 * A thread of a kernel that is none, see threads.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_FIRMWARE_THREADS_H
#define TESTS_FIRMWARE_THREADS_H

#include <stdint.h>

/* The thread that runs is called "LED", and its stack begins at @stack: as the kernel has it. */
void kernel_runs_thread(void *stack, unsigned size);

#endif
