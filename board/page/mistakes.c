/*
 * The guest's mistakes as a list, see core/mistake.h: a page that comes late gets them too.
 *
 * A page asks for them to be found: it is as with -d guest_errors,unimp.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "stm32/board/page/state.h"
#include "stm32/core/mistake.h"

#define KEPT 5000               /* a program that resets itself makes them again */
#define AT_ONCE 100             /* in a batch */

static GPtrArray *lines;

static void line_comes(void *opaque, const char *line)
{
    if (lines->len < KEPT) {
        g_ptr_array_add(lines, g_strdup(lines->len + 1 < KEPT ? line : "there are more, which are not kept for the page"));
    }
}

void mistakes_start(void)
{
    lines = g_ptr_array_new();
    qemu_set_log(qemu_loglevel | LOG_GUEST_ERROR | LOG_UNIMP, NULL);
    guest_lines_watch(line_comes, NULL);
}

QList *mistakes_news(unsigned *seen)
{
    QList *news = *seen < lines->len ? qlist_new() : NULL;

    for (unsigned n = 0; n < AT_ONCE && *seen < lines->len; n++) {
        QDict *one = qdict_new();

        qdict_put_str(one, "text", lines->pdata[(*seen)++]);
        qlist_append(news, one);
    }
    return news;
}
