/*
 * A loop of the guest that waits for what can't come: a status register that is read again and again and stays as it
 * is, while the peripheral is off.  For periph.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_WAITING_H
#define STM32_CORE_WAITING_H

#include "stm32/core/periph.h"

#define WAITING_MANY 8          /* reads; from then on each time that they have doubled */

/* Register @n has been read as @value p->same_reads times in a row, with no other access in between. */
void waiting_check(Periph *p, unsigned n, uint32_t value);

static inline void waiting_read(Periph *p, unsigned n, uint32_t value)
{
    if (p->last_read == n + 1 && p->last_value == value) {
        p->same_reads++;
        if (unlikely(p->same_reads >= WAITING_MANY && !(p->same_reads & (p->same_reads - 1)))) {
            waiting_check(p, n, value);
        }
    } else {
        p->same_reads = 0;
    }
}

/* The same in a loop that is watched: a leap may lie between two reads. */
static inline void waiting_look(Periph *p, unsigned n, uint32_t value)
{
    if (p->same_reads > WAITING_MANY) {
        waiting_check(p, n, value);
    }
}

#endif
