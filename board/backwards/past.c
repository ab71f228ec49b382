/*
 * How far the machine has been: what lies before that instant is the past, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/board/backwards/state.h"

static int64_t end;             /* the latest instant that there has been */

static int64_t now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

bool past_goes_on(void)
{
    return now() < end;
}

int64_t past_end(void)
{
    return end;
}

void past_note_instant(void)
{
    end = MAX(end, now());
}

void past_ends_here(void)
{
    end = now();
}
