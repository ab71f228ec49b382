/* Integer and float work in a loop, no device.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

static volatile uint32_t keep;

int main(void)
{
    uint32_t x = 1;

    for (uint32_t i = 0; i < 1000000000; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    keep = x;
    leave();
}
