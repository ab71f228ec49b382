/* Copies 512 MiB from memory to memory, four words a turn.  SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMCPY_H
#define MEMCPY_H

#include "bench.h"

/* Of 32 KiB at a time. */
static inline void copy_512_mib(uint32_t *to, uint32_t *from)
{
    for (uint32_t i = 0; i < 512 * 32; i++) {
        uint32_t *a = to, *b = from;

        for (uint32_t n = 0; n < 8192 / 4; n++) {
            __asm__ volatile("ldmia %1!, {r4-r7}\n stmia %0!, {r4-r7}"
                             : "+r"(a), "+r"(b) : : "r4", "r5", "r6", "r7", "memory");
        }
    }
}

#endif
