/*
 * Clocks that have just been enabled, see fresh_clock.h.
 *
 * Two instructions between, or a DSB, are enough behind AHB.  unsure: behind an APB bridge that divides it may take more
 * (1 + HCLK/PCLK cycles), which is not asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/fresh_clock.h"
#include "stm32/core/mistake/place.h"

#define MAX_CLOCKS 8
#define ENOUGH 2

static Clock *clocks[MAX_CLOCKS];
static unsigned n_clocks;
static int64_t risen;           /* the number of the instruction that has done it */
bool fresh_clocks;

void fresh_clock_rises(Clock *out)
{
    int64_t now = guest_insns();

    if (!now) {
        return;
    }
    if (now != risen) {
        n_clocks = 0;
    }
    risen = now;
    if (n_clocks < MAX_CLOCKS) {
        clocks[n_clocks++] = out;
        fresh_clocks = true;
    }
}

/* The instruction before the one at @pc: is it DSB or ISB? */
static bool is_behind_barrier(uint32_t pc)
{
    uint16_t first, second;

    return guest_read_half(pc - 4, &first) && first == 0xf3bf && guest_read_half(pc - 2, &second) &&
           (second & 0xffd0) == 0x8f40;
}

const char *fresh_clock_too_soon(const Clock *clk)
{
    int64_t between = guest_insns() - risen - 1;
    uint32_t pc;

    if (between >= ENOUGH || between < 0 || !guest_pc(&pc)) {
        fresh_clocks = false;
        return NULL;
    }
    for (unsigned i = 0; i < n_clocks; i++) {
        if (clk->source == clocks[i] && !(between && is_behind_barrier(pc))) {
            fresh_clocks = false;
            return between ? "the second instruction" : "the very next instruction";
        }
    }
    return NULL;
}
