/*
 * A look at something a moment of virtual time later: what is wrong only if it stays so.  No timer is armed for it, as
 * nothing of the machine may depend on it: it is done with the first access to a peripheral after that, or when
 * somebody asks for the mistakes.  No place in the program belongs to it, so what it reports is a mishap.  What
 * waits at a reset is forgotten, and is not in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_LATER_H
#define STM32_CORE_MISTAKE_LATER_H

/* Call @check with @opaque, which lives as long as the machine, in @ns; no second time if that waits already. */
void mistake_later(void (*check)(void *opaque), void *opaque, int64_t ns);

/* Does one wait?  Then call this now and then: those that are due are done. */
extern bool mistake_looks_wait;
void mistake_look(void);

/* A reset: nothing waits any more. */
void mistake_later_forget(void);

#endif
