/*
 * A look at something a moment of virtual time later: what is wrong only if it stays so, also if the firmware does nothing
 * more than to wait.  No place in the program belongs to it, so what it reports is a mishap.  What waits at a reset is
 * forgotten, and is not in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_LATER_H
#define STM32_CORE_MISTAKE_LATER_H

/* Call @check with @opaque, which lives as long as the machine, in @ns; no second time if that waits already. */
void mistake_later(void (*check)(void *opaque), void *opaque, int64_t ns);

/* A reset: nothing waits any more. */
void mistake_later_forget(void);

#endif
