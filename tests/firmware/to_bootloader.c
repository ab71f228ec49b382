/*
 * Firmware that goes to system memory, as programs do it: everything back to
 * what it was after reset, system memory at 0, its stack, its reset handler; and interrupts off.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

#define SYSTEM_MEMORY 0x1fff0000u

static void deinit(void)
{
    SYST_CSR = 0;
    REG(RCC, RCC_CR) |= RCC_CR_HSION;
    REG(RCC, RCC_CFGR) = 0;
    REG(RCC, RCC_CR) &= ~(RCC_CR_HSEON | RCC_CR_PLLON);
    REG(RCC, RCC_APB1ENR) = 0;
}

int main(void)
{
    clock_168mhz();
    console_init(42000000, 115200);
    ticks_init(168000000);
    put_string("to the bootloader\n");
    sleep_ms(2);
    __asm__ volatile("cpsid i");
    deinit();
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    (void)REG(RCC, RCC_APB2ENR);
    REG(SYSCFG, SYSCFG_MEMRMP) = 1;
    __asm__ volatile("msr msp, %0\n bx %1\n" : : "r"(*(uint32_t *)SYSTEM_MEMORY),
                     "r"(*(uint32_t *)(SYSTEM_MEMORY + 4)));
    return 0;
}
