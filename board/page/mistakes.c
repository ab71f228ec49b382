/*
 * The guest's mistakes as a list, see core/mistake/mistake.h: a page that comes late gets them too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/page/state.h"
#include "stm32/core/mistake/mistake.h"

#define KEPT 5000               /* a program that resets itself makes them again */
#define AT_ONCE 100             /* in a batch */

static GPtrArray *told;         /* of QDict */

static QDict *describe(const GuestMistake *m)
{
    g_autofree char *line = guest_mistake_line(m);
    QDict *one = qdict_new();

    qdict_put_str(one, "text", line);
    qdict_put_str(one, "severity", mistake_severity_name(m->kind->severity));
    return one;
}

static void mistake_told(const GuestMistake *m, void *opaque)
{
    if (told->len < KEPT) {
        g_ptr_array_add(told, describe(m));
    }
}

void mistakes_start(void)
{
    told = g_ptr_array_new();
    guest_mistakes_watch(mistake_told, NULL);
}

QList *mistakes_news(unsigned *seen)
{
    QList *news = *seen < told->len ? qlist_new() : NULL;

    for (unsigned n = 0; n < AT_ONCE && *seen < told->len; n++) {
        qlist_append(news, qobject_ref((QDict *)told->pdata[(*seen)++]));
    }
    return news;
}
