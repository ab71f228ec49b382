/*
 * The board in a browser: `-machine page=8080`.
 *
 * A small HTTP server gives the files of the page (built by `make page`), and a websocket at the same address carries
 * lines of JSON: what the board looks like, and what the people in front of it do.  All state is the machine's: a
 * page that is loaded again gets everything anew, and two pages show the same.
 *
 * It looks at the board at most 60 times a second of the host's time, and only while a page is open; nothing is told
 * pin change by pin change.  docs/guide.md describes the lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PAGE_PAGE_H
#define STM32_BOARD_PAGE_PAGE_H

#include "chardev/char.h"

/* What the machine has for it. */
typedef struct PageBoard {
    Object *machine;
    char *(*wiring)(Object *machine);   /* the diagram as text, for the caller to free */
    bool (*restart)(Object *machine, const char *file, Error **errp);   /* with this firmware; NULL: that of -kernel */
    const char *vcp;                    /* the port that the first terminal shows, NULL: usart2 */
} PageBoard;

/* Is @address one that page= can have: "8080", "127.0.0.1:8080"?  Otherwise one line in @errp. */
bool page_check(const char *address, Error **errp);
/*
 * Listen at @address and print where the page is.  @folder has its files, NULL: where they are built or installed.
 * False with a line in @errp.
 */
bool page_open(const PageBoard *board, const char *address, const char *folder, Error **errp);
/* What @port ("usart2") is to have in place of @other, which may be NULL, so that terminals of pages have it too. */
Chardev *page_port(const char *port, Chardev *other);

#endif
