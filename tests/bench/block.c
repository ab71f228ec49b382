/* A register read and written in the middle of a long block.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#define WORK "add %0, %0, #3\n eor %0, %0, %0, ror #7\n sub %0, %0, #5\n eor %0, %0, %0, lsl #3\n"

int main(void)
{
    volatile uint32_t *reg = polled_register(GPIO_ODR);
    uint32_t value = 1;

    for (uint32_t i = 0; i < 5000000; i++) {
        __asm__ volatile(WORK WORK "ldr r3, [%1]\n" WORK WORK "str r3, [%1]\n" WORK WORK
                         : "+r"(value) : "r"(reg) : "r3", "memory");
    }
    leave();
}
