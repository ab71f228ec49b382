/*
 * A page that is open: lines of JSON over QEMU's websocket, both ways.
 *
 * A line that is too long, or no command, ends it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "io/channel-websock.h"
#include "io/task.h"
#include "stm32/board/page/state.h"

#define MAX_LINE 65536

static void closing(Connection *c)
{
    Client *client = c->client;

    upload_end(client);
    qobject_unref(client->answers);
    g_string_free(client->in, true);
    g_free(client->heard);
    g_free(client->pin);
    g_free(client->pin_told);
    g_free(client);
    if (!--c->page->n_clients) {
        ticks_end(c->page);
    }
}

/* Do the lines that are complete; false: it has made a mistake. */
static bool do_lines(Client *client)
{
    char *newline;

    while ((newline = memchr(client->in->str, '\n', client->in->len))) {
        *newline = 0;
        if (!commands_do(client, client->in->str)) {
            return false;
        }
        g_string_erase(client->in, 0, newline + 1 - client->in->str);
    }
    return client->in->len < MAX_LINE;
}

static gboolean can_read(QIOChannel *channel, GIOCondition condition, void *opaque)
{
    Connection *c = opaque;
    char data[4096];
    ssize_t n = qio_channel_read(channel, data, sizeof(data), NULL);

    if (n == QIO_CHANNEL_ERR_BLOCK) {
        return G_SOURCE_CONTINUE;
    }
    if (n > 0) {
        g_string_append_len(c->client->in, data, n);
    }
    if (n <= 0 || !do_lines(c->client)) {
        connection_close(c);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

/* Hands have been shaken, or not. */
static void shaken(QIOTask *task, void *opaque)
{
    Connection *c = opaque;

    if (qio_task_propagate_error(task, NULL)) {
        connection_close(c);
        return;
    }
    c->in_tag = qio_channel_add_watch(c->channel, G_IO_IN, can_read, c, NULL);
    ticks_begin(c->page);
}

void client_begin(Connection *c)
{
    QIOChannelWebsock *websock = qio_channel_websock_new_server(c->channel);

    object_unref(OBJECT(c->channel));       /* the websocket has it */
    c->channel = QIO_CHANNEL(websock);
    qio_channel_set_name(c->channel, "page");
    c->client = g_new0(Client, 1);
    c->client->connection = c;
    c->client->in = g_string_new(NULL);
    c->client->answers = qlist_new();
    c->client->heard = g_new0(uint64_t, ports_count());
    c->closing = closing;
    c->page->n_clients++;
    qio_channel_websock_handshake(websock, shaken, c, NULL);
}
