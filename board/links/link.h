/*
 * Link: lines of text with another QEMU over a chardev, and the clocks of the two in step if wanted.
 *
 * With `-icount sleep=off` a machine's time is its instructions, and an idle one leaps ahead: two of
 * them do not fit together.  In step they take turns: the one with the property `step` leads by at
 * most that time, the other (`follows=on`) comes after; who has no turn stands still.  Both begin
 * together, the first to be started waits.  What the leader says arrives at the very time it is said,
 * what the follower says `step` later; so two runs of the same firmware are the same.
 *
 * A machine that is paused, by gdb say, holds the other one too.  When one ends, the other goes on alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LINKS_LINK_H
#define STM32_BOARD_LINKS_LINK_H

#include "chardev/char-fe.h"
#include "hw/qdev-properties-system.h"
#include "qemu/timer.h"

#define LINK_MAX_LINE 160
#define LINK_MAX_BACKLOG (64 * 1024)    /* bytes */

typedef enum LinkRole { LINK_FREE, LINK_LEADS, LINK_FOLLOWS } LinkRole;

typedef struct Link {
    CharBackend chr;
    uint64_t step;              /* ns by which it leads; 0: it does not */
    bool follows;

    /* Set by the owner before link_open() */
    const char *name;           /* for what it says to the user */
    void (*hear)(void *opaque, const char *line);
    void (*plugged)(void *opaque);      /* `connected` has changed; may be NULL */
    void (*drained)(void *opaque);      /* the backlog is gone; may be NULL */
    void *opaque;

    bool connected;
    GString *in, *out;
    guint watch;

    /* In step.  Times are virtual ns since both were joined. */
    LinkRole role;
    bool greeted;               /* the other end has said its role */
    bool held;                  /* no turn: our time stands */
    int64_t base;               /* our clock's, of time 0 */
    int64_t stood;              /* the time at which the machine was paused */
    int64_t limit;              /* of our turn, */
    int64_t soon;               /* ... which ends earlier if something is wanted of the other end */
    GQueue *due;                /* of LinkLine: heard, and not yet the time */
    QEMUTimer *timer;
} Link;

#define LINK_PROPERTIES(State, link)                            \
    DEFINE_PROP_CHR("chardev", State, link.chr),                \
    DEFINE_PROP_UINT64("step", State, link.step, 0),            \
    DEFINE_PROP_BOOL("follows", State, link.follows, false)

/* Take the chardev into service.  @example: what the user should have given. */
bool link_open(Link *l, const char *example, Error **errp);

/* Say a line, which holds from now on. */
void link_say(Link *l, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Say a line that the other end waits for: it is heard at once. */
void link_answer(Link *l, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The other end should have got as far as we are at @ns (virtual): an answer is wanted then. */
void link_expect(Link *l, int64_t ns);

/* Bytes not yet taken by the other end. */
static inline size_t link_backlog(const Link *l)
{
    return l->out->len;
}

#endif
