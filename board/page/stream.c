/*
 * What goes to the pages: a batch a tick, of what has changed since each had its last one.
 *
 * A page that has not got its batch yet gets none; what has changed meanwhile is in the one after.  So it is never
 * further behind than that, however slow it is, and holds no more memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qobject/qjson.h"
#include "stm32/board/page/state.h"

#define TICK_MS 17              /* no more than 60 a second */
#define VERSION 1               /* of the lines */

static void put_if(QDict *batch, const char *name, QObject *value)
{
    if (value) {
        qdict_put_obj(batch, name, value);
    }
}

/* What a page has to know once. */
static QDict *greeting(Page *page)
{
    g_autofree char *text = page->board.wiring(page->board.machine);
    QDict *hello = qdict_new();
    QList *ports = qlist_new();

    for (unsigned n = 0; n < ports_count(); n++) {
        qlist_append_str(ports, ports_name(n));
    }
    qdict_put_int(hello, "version", VERSION);
    put_if(hello, "wiring", text ? qobject_from_json(text, NULL) : NULL);
    qdict_put(hello, "parts", look_parts());
    qdict_put(hello, "ports", ports);
    qdict_put_str(hello, "port", page->board.vcp ?: "usart2");
    qdict_put(hello, "pictures", pictures_list());
    return hello;
}

static void put_ports(QDict *batch, Client *client)
{
    QList *all = NULL;

    for (unsigned n = 0; n < ports_count(); n++) {
        QDict *news = ports_news(n, &client->heard[n]);

        if (news) {
            all = all ?: qlist_new();
            qlist_append(all, news);
        }
    }
    put_if(batch, "serial", (QObject *)all);
}

/* The pin its mouse is at, if there is something new to say of it. */
static void put_pin(QDict *batch, Client *client)
{
    g_autoptr(QDict) pin = client->pin ? pins_describe(client->pin) : NULL;
    g_autoptr(GString) text = pin ? qobject_to_json(QOBJECT(pin)) : NULL;

    if (text && g_strcmp0(text->str, client->pin_told)) {
        g_free(client->pin_told);
        client->pin_told = g_strdup(text->str);
        qdict_put(batch, "pin", qobject_ref(pin));
    }
}

static QDict *compose(Page *page, Client *client)
{
    QDict *batch = qdict_new();

    if (!client->greeted) {
        qdict_put(batch, "hello", greeting(page));
        client->greeted = true;
    }
    put_if(batch, "set", (QObject *)look_changes(client->seen));
    put_if(batch, "pictures", (QObject *)pictures_changes(client->seen, page->now));
    put_if(batch, "mistakes", (QObject *)mistakes_news(&client->mistakes));
    put_if(batch, "traces", (QObject *)traces_news(!client->seen));
    put_ports(batch, client);
    put_pin(batch, client);
    if (client->n_answers) {
        qdict_put(batch, "answers", client->answers);
        client->answers = qlist_new();
        client->n_answers = 0;
    }
    client->seen = page->now;
    return batch;
}

static void tick(void *opaque)
{
    Page *page = opaque;
    Connection *c, *next;

    page->now++;
    look_update(page->now);
    traces_update(page->now);
    QTAILQ_FOREACH_SAFE(c, &page->connections, next, next) {
        if (c->client && c->in_tag && !connection_is_busy(c)) {
            g_autoptr(QDict) batch = compose(page, c->client);
            g_autoptr(GString) text = qobject_to_json(QOBJECT(batch));

            if (qdict_size(batch)) {
                g_string_append_c(text, '\n');
                connection_send(c, text->str, text->len);
            }
        }
    }
    if (page->n_clients) {
        timer_mod(page->tick, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + TICK_MS);
    }
}

void ticks_begin(Page *page)
{
    if (!page->tick) {
        page->tick = timer_new_ms(QEMU_CLOCK_REALTIME, tick, page);
    }
    if (!page->watching) {
        page->watching = true;
        look_watch(&page->board, true);
        traces_watch(true);
        pictures_start();
        timer_mod(page->tick, qemu_clock_get_ms(QEMU_CLOCK_REALTIME));
    }
}

void ticks_end(Page *page)
{
    if (page->watching) {
        page->watching = false;
        timer_del(page->tick);
        look_watch(&page->board, false);
        traces_watch(false);
        pictures_stop();
    }
}
