/* Polls a register, as drivers do: writes.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

int main(void)
{
    volatile uint32_t *reg = polled_register(GPIO_ODR);

    for (uint32_t i = 0; i < 10000000; i++) {
        *reg = 0;
    }
    leave();
}
