/*
 * Waiting for ever, see waiting.h.  What it takes for a register to change the peripheral says (PeriphInfo.never and
 * .idle); it is told after a while only, as somebody else may switch it on, or start it: a handler, or DMA.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/waiting.h"

#define LONG_NS (5 * SCALE_MS)          /* shorter than what drivers' time-outs are */
#define IDLE_NS (1000 * SCALE_MS)       /* a main loop may look at a flag of what a handler starts now and then */

void waiting_check(Periph *p, unsigned n, uint32_t value)
{
    const char *path = DEVICE(p)->canonical_path, *chapter = p->info->chapter, *name = p->reg[n].name, *why;
    int64_t now = guest_now_ns(), since;

    if (p->same_reads == WAITING_MANY) {
        p->same_since = now;
    }
    since = now - p->same_since;
    why = p->info->never && since >= LONG_NS ? p->info->never(p, n) : NULL;
    if (why) {
        guest_mistake_of(path, PER007, chapter, name, "%s has been read as 0x%x for %d ms, and will stay so: %s", name, value,
                         (int)(since / SCALE_MS), why);
        return;
    }
    why = p->info->idle && since >= IDLE_NS ? p->info->idle(p, n) : NULL;
    if (why) {
        guest_mistake_of(path, PER008, chapter, name, "%s has been read as 0x%x for %d ms, and nothing is under way that changes "
                         "it: %s", name, value, (int)(since / SCALE_MS), why);
    }
}
