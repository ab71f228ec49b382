/*
 * Which bytes of RAM have been written since power-on: by the core's stores and exceptions, and by whoever else
 * there is (DMA, a debugger, the loader of the firmware), which is told by a hook of our patches.
 *
 * It is in no snapshot: after one has been loaded all counts as written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/memory-written.h"
#include "stm32/checks/state.h"

static const MemoryRegion *region[ARRAY_SIZE(shadow)][2];

Shadow shadow[2];

static void written(MemoryRegion *mr, hwaddr address, hwaddr length)
{
    for (unsigned i = 0; i < ARRAY_SIZE(shadow); i++) {
        if (mr == region[i][0] || mr == region[i][1]) {
            uint8_t *to = shadow_of(mr->addr + address, MIN(length, UINT32_MAX));

            if (to) {
                memset(to, SHADOW_WRITTEN, length);
            }
        }
    }
}

/* RAM that lies side by side is one. */
void shadow_begin(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(checks_chip->ram) && checks_chip->ram[i]; i++) {
        MemoryRegion *mr = checks_chip->ram[i];
        Shadow *last = n ? &shadow[n - 1] : NULL;

        if (last && last->base + last->size == mr->addr && !region[n - 1][1]) {
            last->size += memory_region_size(mr);
            region[n - 1][1] = mr;
        } else if (n < ARRAY_SIZE(shadow)) {
            shadow[n] = (Shadow) { .base = mr->addr, .size = memory_region_size(mr) };
            region[n++][0] = mr;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        shadow[i].written = g_malloc0(shadow[i].size + SHADOW_MORE);
    }
    memory_written_hook = written;
}

void shadow_forget(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(shadow) && shadow[i].written; i++) {
        memset(shadow[i].written, SHADOW_WRITTEN, shadow[i].size);
    }
}

void shadow_forget_code(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(shadow) && shadow[i].written; i++) {
        for (uint32_t at = 0; at < shadow[i].size; at++) {
            shadow[i].written[at] &= ~SHADOW_RAN;
        }
    }
}
