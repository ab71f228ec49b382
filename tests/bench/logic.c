/*
 * Works, and changes ten pins thirty times a ms of -icount shift=3, among them those of the LEDs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"

int main(void)
{
    uint32_t work = 1;

    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(GPIOD, GPIO_MODER) = 0x55555000;
    for (uint32_t i = 0; i < 30 * 5000; i++) {
        REG(GPIOD, GPIO_BSRR) = i & 1 ? 0xffc0 : 0xffc00000;
        for (uint32_t n = 0; n < 1040; n++) {           /* four instructions a round */
            __asm__ volatile("eor %0, %0, %0, lsl #1\n eor %0, %0, %0, lsr #3" : "+r"(work));
        }
    }
    leave();
}
