/* A million software interrupts.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

static volatile uint32_t count;

void pendsv_handler(void)
{
    count++;
}

int main(void)
{
    while (count < 1000000) {
        *(volatile uint32_t *)0xe000ed04 = 1 << 28;     /* ICSR: PENDSVSET */
        __asm__ volatile("dsb\n isb");
    }
    leave();
}
