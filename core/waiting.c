/*
 * Waiting for ever, see waiting.h.  What it takes for a register to change the peripheral says (PeriphInfo.never); it is
 * told after a while only, as somebody else may switch it on: a handler, or DMA.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/waiting.h"

#define LONG_NS 10000000

void waiting_check(Periph *p, unsigned n, uint32_t value)
{
    int64_t now = guest_now_ns();
    const char *why;

    if (p->same_reads == WAITING_MANY) {
        p->same_since = now;
    }
    why = p->info->never && now - p->same_since >= LONG_NS ? p->info->never(p, n) : NULL;
    if (why) {
        guest_mistake_of(DEVICE(p)->canonical_path, PER007, p->info->chapter, p->reg[n].name,
                         "%s has been read as 0x%x for %d ms, and will stay so: %s", p->reg[n].name, value,
                         (int)((now - p->same_since) / 1000000), why);
    }
}
