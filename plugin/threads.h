/*
 * The threads of an RTOS: which one runs, by the kernel's own variable.
 *
 * FreeRTOS, ThreadX and RT-Thread are known; with any other, or none, there is one thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_THREADS_H
#define STM32_PLUGIN_THREADS_H

#include "program.h"

/* The kernel's own number of the thread that runs: its control block; 0: there is none. */
uint32_t threads_current(const Program *p);
/* A name for it, to be freed. */
char *threads_name(const Program *p, uint32_t thread);

#endif
