/*
 * The bench programs run on any STM32F4 machine of QEMU, and end it by semihosting.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCH_H
#define BENCH_H

#include "stm32.h"

/* Is this our machine?  Upstream's has no device identity. */
static inline int is_ours(void)
{
    return *(volatile uint32_t *)0xe0042000 != 0;
}

/* Here the port of the LEDs; upstream, which has no ports, its simplest device: SYSCFG. */
static inline volatile uint32_t *polled_register(uint32_t offset)
{
    if (!is_ours()) {
        return &REG(SYSCFG, SYSCFG_EXTICR1);
    }
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(GPIOD, GPIO_MODER) = 1 << 24;
    return &REG(GPIOD, offset);
}

__attribute__((noreturn)) static inline void leave(void)
{
    register uint32_t op __asm__("r0") = 0x18;          /* SYS_EXIT */
    register uint32_t why __asm__("r1") = 0x20026;      /* ADP_Stopped_ApplicationExit */

    __asm__ volatile("bkpt 0xab" : : "r"(op), "r"(why));
    for (;;) {
    }
}

#endif
