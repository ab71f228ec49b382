/* Polls a register: reads of SYSCFG_EXTICR1.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

int main(void)
{
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    for (uint32_t i = 0; i < 10000000; i++) {
        (void)REG(SYSCFG, SYSCFG_EXTICR1);
    }
    leave();
}
