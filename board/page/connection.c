/*
 * A connection of the page's server: what goes out, bounded, and when it ends.
 *
 * Whoever does not read gets nothing new until it has what was composed for it: so no queue grows.  When there are
 * too many, one that has not asked for anything yet makes room.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/page/state.h"

static void drop_tag(guint *tag)
{
    if (*tag) {
        g_source_remove(*tag);
        *tag = 0;
    }
}

void connection_close(Connection *c)
{
    Page *page = c->page;

    QTAILQ_REMOVE(&page->connections, c, next);
    page->n_connections--;
    drop_tag(&c->in_tag);
    drop_tag(&c->out_tag);
    drop_tag(&c->retry_tag);
    if (c->closing) {
        c->closing(c);
    }
    qio_channel_close(c->channel, NULL);
    object_unref(OBJECT(c->channel));
    g_byte_array_free(c->out, true);
    g_free(c);
}

/* As much as goes; false: it has been closed. */
static bool flush(Connection *c)
{
    while (c->sent < c->out->len) {
        ssize_t n = qio_channel_write(c->channel, (const char *)c->out->data + c->sent, c->out->len - c->sent, NULL);

        if (n == QIO_CHANNEL_ERR_BLOCK) {
            return true;
        }
        if (n <= 0) {
            connection_close(c);
            return false;
        }
        c->sent += n;
    }
    g_byte_array_set_size(c->out, 0);
    c->sent = 0;
    if (c->last) {
        connection_close(c);
        return false;
    }
    return true;
}

static gboolean can_write(QIOChannel *channel, GIOCondition condition, void *opaque)
{
    Connection *c = opaque;

    if (!flush(c)) {
        return G_SOURCE_REMOVE;
    }
    if (connection_is_busy(c)) {
        return G_SOURCE_CONTINUE;
    }
    c->out_tag = 0;
    return G_SOURCE_REMOVE;
}

bool connection_send(Connection *c, const void *data, size_t size)
{
    g_byte_array_append(c->out, data, size);
    if (c->out_tag) {
        return true;
    }
    if (!flush(c)) {
        return false;
    }
    if (connection_is_busy(c)) {
        c->out_tag = qio_channel_add_watch(c->channel, G_IO_OUT, can_write, c, NULL);
    }
    return true;
}

/* The oldest that is no page goes, for one that may be. */
static void make_room(Page *page)
{
    Connection *c;

    QTAILQ_FOREACH(c, &page->connections, next) {
        if (!c->client) {
            connection_close(c);
            return;
        }
    }
}

Connection *connection_new(Page *page, QIOChannelSocket *socket)
{
    Connection *c = g_new0(Connection, 1);

    if (page->n_connections >= PAGE_CONNECTIONS) {
        make_room(page);
    }
    c->page = page;
    c->channel = QIO_CHANNEL(socket);
    c->out = g_byte_array_new();
    object_ref(OBJECT(socket));
    qio_channel_set_blocking(c->channel, false, NULL);
    qio_channel_set_delay(c->channel, false);
    QTAILQ_INSERT_TAIL(&page->connections, c, next);
    page->n_connections++;
    return c;
}
