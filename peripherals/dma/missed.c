/*
 * Buffers that go round and that nobody has looked at: half or all of one is done once more while the flag of that is set.
 *
 * A few items that are written over and over are what was measured last, and who enables an interrupt for them, as
 * drivers do for all transfers alike, counts nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/peripherals/dma/settings.h"

#define FEW_ITEMS 16

static bool is_enabled(Dma *s, unsigned n, uint32_t flag)
{
    return dma_cr(s, n) & (flag == DMA_HTIF ? R_S0CR_HTIE_MASK : R_S0CR_TCIE_MASK);
}

void dma_note_flag(Dma *s, unsigned n, uint32_t flag)
{
    if (dma_flags(s, n) & flag && is_enabled(s, n, flag) && dma_is_circular(s, n) && s->stream[n].items > FEW_ITEMS) {
        missed_add(&s->missed[n / 4], flag << dma_flags_at(n), 1);
    }
}

static void note_served(Dma *s, unsigned n, uint32_t flag)
{
    uint64_t missed = missed_served(&s->missed[n / 4], flag << dma_flags_at(n));

    if (missed) {
        periph_mistake(&s->parent_obj, DMA020, "stream %u has gone through %s of its %u items %" PRIu64 " more time%s while "
                       "%s was set: nobody has seen what was there", n,
                       flag == DMA_HTIF ? "the first half" : dma_cr(s, n) & R_S0CR_HTIE_MASK ? "the second half" : "all",
                       s->stream[n].items, missed, missed == 1 ? "" : "s", flag == DMA_HTIF ? "HTIF" : "TCIF");
    }
}

void dma_note_cleared(Dma *s, unsigned half, uint32_t cleared)
{
    for (unsigned n = 4 * half; cleared && n < 4 * half + 4; n++) {
        uint32_t flags = extract32(cleared, dma_flags_at(n), 6);

        if (flags & DMA_HTIF && is_enabled(s, n, DMA_HTIF)) {
            note_served(s, n, DMA_HTIF);
        }
        if (flags & DMA_TCIF && is_enabled(s, n, DMA_TCIF)) {
            note_served(s, n, DMA_TCIF);
        }
    }
}
