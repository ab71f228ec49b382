/*
 * The bench programs run on any STM32F4 machine of QEMU, and end it by semihosting.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCH_H
#define BENCH_H

#include "stm32.h"

__attribute__((noreturn)) static inline void leave(void)
{
    register uint32_t op __asm__("r0") = 0x18;          /* SYS_EXIT */
    register uint32_t why __asm__("r1") = 0x20026;      /* ADP_Stopped_ApplicationExit */

    __asm__ volatile("bkpt 0xab" : : "r"(op), "r"(why));
    for (;;) {
    }
}

#endif
