/* Functions that call each other, no device: what a plugin that watches them costs.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#define CELLS 512

static uint32_t cells[CELLS];

static __attribute__((noinline)) uint32_t mix(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ x << 5;
}

static __attribute__((noinline)) void sort(uint32_t *from, uint32_t *to)
{
    uint32_t *low = from, *high = to, middle = from[(to - from) / 2];

    while (low <= high) {
        while (*low < middle) {
            low++;
        }
        while (*high > middle) {
            high--;
        }
        if (low <= high) {
            uint32_t keep = *low;

            *low++ = *high;
            *high-- = keep;
        }
    }
    if (from < high) {
        sort(from, high);
    }
    if (low < to) {
        sort(low, to);
    }
}

int main(void)
{
    uint32_t x = 1;

    for (unsigned i = 0; i < 2000; i++) {
        for (unsigned n = 0; n < CELLS; n++) {
            cells[n] = x = mix(x);
        }
        sort(cells, cells + CELLS - 1);
    }
    leave();
}
