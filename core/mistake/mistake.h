/*
 * Mistakes of the guest: silicon forgives nothing and says nothing, this machine says what happened.
 *
 * A report is one line: how bad, which kind, which device, what, how to mend it, the chapter, and where:
 *
 *   [error PER001] /machine/soc/usart2: write of BRR (+0x08) without clock; set its enable bit in RCC first
 *   [RM0090 7.3] at 0x080001a4 <main+28>, main.c:31, called from ...
 *
 * It is QEMU's LOG_GUEST_ERROR (-d guest_errors), printed once for each place in the program, and changes
 * nothing else.  What comes of time and of others, not of the instruction that happens to run (an overrun, a
 * trigger that is lost), is a mishap: it has no place, and is told once for each cause.  The kinds, with what
 * is always the same, are declared in kinds.h; here is said what is special: which stream, which values.
 * All of it is kept, and counted, whether somebody logs it or not: see GuestMistake.  None of that is in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_MISTAKE_H
#define STM32_CORE_MISTAKE_MISTAKE_H

#include "qemu/compiler.h"
#include "stm32/core/mistake/kinds.h"

/*
 * Report that the guest has made a mistake of @kind with @device (its QOM path).  @fmt has to be a literal:
 * together with the kind and the guest's PC it tells the places apart.  Text that has a `;` says itself, by
 * values, how to mend it; otherwise the kind's words follow.
 */
void guest_mistake(const char *device, MistakeKind kind, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* The same with another @chapter than the kind's, and with any pointer as the @cause that tells places apart. */
void guest_mistake_of(const char *device, MistakeKind kind, const char *chapter, const void *cause,
                      const char *fmt, ...) G_GNUC_PRINTF(5, 6);

/* ... and by the instruction at @pc, which is not the one that is under way, or one that no access is made by. */
void guest_mistake_at(const char *device, MistakeKind kind, uint32_t pc, const char *fmt, ...) G_GNUC_PRINTF(4, 5);

/* The address of the access that the guest makes.  False if it is not the guest who makes it. */
bool guest_address(uint32_t *address);

/* A function that was running; of those that are inlined at one address the innermost comes first. */
typedef struct GuestFrame {
    uint32_t pc;
    char *function, *file;              /* NULL: not known */
    unsigned line;                      /* 0: not known */
    bool inlined;                       /* into the next one */
    bool interrupted;                   /* by the one before, a handler; it is no call */
} GuestFrame;

/* A kind of mistake, at a place. */
typedef struct GuestMistake {
    const MistakeKindInfo *kind;
    const char *device, *chapter;
    char *text;                         /* of the first time */
    char *where;                        /* "0x080001a4 <main+28>", or NULL: no instruction did it */
    uint32_t pc;
    GuestFrame *frame;                  /* the first ones are the place, then who has called it */
    unsigned n_frames;
    uint64_t count;
    int64_t first_ns, last_ns;          /* of virtual time */
    const char *ignored;                /* why the user does not want to be told, or NULL */
    bool told;                          /* since the last reset */
} GuestMistake;

/* The line of a report, for the caller to free. */
char *guest_mistake_line(const GuestMistake *m);

/* What is at hand of how to mend it: NULL if the text says so itself. */
const char *guest_mistake_mend(const GuestMistake *m);

/*
 * @told is called with every mistake that is reported and not ignored, once for each place and reset; for
 * good.  That may be in the midst of an instruction: it looks, and changes nothing of the guest's.
 */
void guest_mistakes_watch(void (*told)(const GuestMistake *m, void *opaque), void *opaque);

/* Go through all there are, in the order in which they first happened. */
void guest_mistakes_each(void (*fn)(const GuestMistake *m, void *opaque), void *opaque);

/* How many times something was reported at places past those that are kept. */
uint64_t guest_mistakes_lost(void);

/* From now on what QEMU's own models of the core and its neighbours report is kept here, too. */
void guest_mistakes_begin(void);

/* Forget which places have been reported: the next run of the firmware reports them again. */
void guest_mistakes_forget(void);

/* The firmware is about to reset the chip itself: that is no other run, and nothing is reported again. */
void guest_mistakes_go_on(void);

#endif
