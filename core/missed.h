/*
 * Events that come while the flag of the one before is still set: its interrupt is one, so a handler that counts counts
 * too few.  A peripheral tells where it sets such a flag and where the guest clears it, and reports with a kind of its own.
 *
 * Only what a handler serves is looked at: a program that polls the flag, or has its interrupt off in the NVIC, may
 * mean to see it once for many.  What has come before it is served the first time says nothing for the same reason,
 * nor does anything while virtual time is the host's, who may have been late.  None of it is in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISSED_H
#define STM32_CORE_MISSED_H

/* Of the flags of one register. */
typedef struct Missed {
    uint64_t count[32];         /* events of each that have found it set */
    uint32_t served;            /* a handler has cleared it since it is told */
} Missed;

/* @n events of @flag, whose interrupt is enabled, have found it set. */
void missed_add(Missed *m, uint32_t flag, uint64_t n);

/* The guest clears @flag, whose interrupt is enabled, by the access under way: how many events its handler misses. */
uint64_t missed_served(Missed *m, uint32_t flag);

/* The interrupts of @flags are enabled anew: nothing has been missed. */
void missed_forget(Missed *m, uint32_t flags);

#endif
