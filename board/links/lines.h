/*
 * The lines of text that go out over a link, and what the parts of one share, from the bottom up: lines.c,
 * step.c, link.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LINKS_LINES_H
#define STM32_BOARD_LINKS_LINES_H

#include "chardev/char-fe.h"
#include "qemu/timer.h"

#define LINK_MAX_LINE 160
/* Bytes: who has more to say can wait; who has to answer and has that much is not being listened to. */
#define LINK_MAX_BACKLOG (64 * 1024)
#define LINK_MAX_ANSWERS (16 * LINK_MAX_BACKLOG)

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
    bool given_up;              /* the other end does not listen: it is being unplugged */
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

/* Before anything is said. */
void link_lines_init(Link *l);
/* Forget what was going in and out: the other end is another one. */
void link_lines_reset(Link *l);

/* Bytes not yet taken by the other end. */
static inline size_t link_backlog(const Link *l)
{
    return l->out->len;
}

/* Say a line that the other end waits for: it is heard at once. */
void link_answer(Link *l, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Say a line that holds at @when, as a line begins. */
void link_say_at(Link *l, const char *when, const char *format, va_list args) G_GNUC_PRINTF(3, 0);

#endif
