/*
 * A loop that never ends: its variable is set by SysTick's handler, and not volatile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)

uint32_t flag;

void systick_handler(void)
{
    flag = 1;
}

int main(void)
{
    SYST_RVR = 16000 - 1;
    SYST_CSR = 7;
    while (!flag) {
    }
    return flag;
}
