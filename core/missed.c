/*
 * Events that a handler misses, see missed.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "stm32/core/counter.h"
#include "stm32/core/missed.h"
#include "stm32/core/mistake/place.h"

void missed_add(Missed *m, uint32_t flag, uint64_t n)
{
    if (flag) {
        m->count[ctz32(flag)] += n;
    }
}

uint64_t missed_served(Missed *m, uint32_t flag)
{
    uint64_t *count, n;

    if (!flag) {
        return 0;
    }
    count = &m->count[ctz32(flag)];
    n = m->served & flag && time_is_exact() ? *count : 0;
    *count = 0;
    if (guest_exception() < FIRST_INTERRUPT) {
        return 0;
    }
    m->served |= flag;
    return n;
}

void missed_forget(Missed *m, uint32_t flags)
{
    m->served &= ~flags;
    for (unsigned i = 0; i < ARRAY_SIZE(m->count); i++) {
        if (extract32(flags, i, 1)) {
            m->count[i] = 0;
        }
    }
}
