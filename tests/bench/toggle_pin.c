/* Toggles a pin by BSRR; upstream, which has no pins, writes SYSCFG.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

int main(void)
{
    volatile uint32_t *reg = polled_register(GPIO_BSRR);

    for (uint32_t i = 0; i < 10000000; i++) {
        *reg = i & 1 ? 1 << 12 : 1 << 28;
    }
    leave();
}
