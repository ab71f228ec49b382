/*
 * Mistakes of the guest: silicon forgives nothing and says nothing, this machine says what happened.
 *
 * A report is one line: which device, what, why (the chapter), and where in the guest's program:
 *
 *   /machine/soc/usart2: write of BRR (+0x08) without clock: ... [RM0090 7.3] at 0x080001a4 <main+28>
 *
 * It is QEMU's LOG_GUEST_ERROR (-d guest_errors), printed once for each place in the program, and
 * changes nothing else.  What comes of time and of others, not of the instruction that happens to run
 * (an overrun, a trigger that is lost), is a mishap: it has no place, and is told once for each cause.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_H
#define STM32_CORE_MISTAKE_H

#include "qemu/compiler.h"

/*
 * Report that the guest used @device (its QOM path) against @chapter of the manual.
 * @fmt must be a literal: together with the guest's PC it tells the places apart.
 */
void guest_mistake(const char *device, const char *chapter, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

/* The same of a mishap: @fmt tells the causes apart. */
void guest_mishap(const char *device, const char *chapter, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

/* The same for what works, though perhaps not as it was meant: the line begins with "note: ". */
void guest_note(const char *device, const char *chapter, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* The same for what the chip has and this machine has not, under QEMU's LOG_UNIMP (-d unimp). */
void guest_unmodelled(const char *device, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* The address of the access that the guest makes.  False if it is not the guest who makes it. */
bool guest_address(uint32_t *address);

/* @told is called with every mistake and mishap that is reported; for good. */
void guest_mistakes_watch(void (*told)(void *opaque), void *opaque);

/* @line_comes is called with every line that is reported, notes and what is not modelled too; one watcher, for good. */
void guest_lines_watch(void (*line_comes)(void *opaque, const char *line), void *opaque);

/* Forget which places have been reported: the next run of the firmware reports them again. */
void guest_mistakes_forget(void);

#endif
