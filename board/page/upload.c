/*
 * A firmware that comes from a page: its pieces are put together, and the board starts anew with it.
 *
 *   {"do": "firmware", "size": 40000}                          pieces follow; without size: the file of -kernel again
 *   {"do": "piece", "data": "f0VMRg..."}                       base 64
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include <glib/gstdio.h>
#include "stm32/board/page/state.h"

#define LARGEST (8 * MiB)

static void start_with(Client *client, const char *file, Error **errp)
{
    PageBoard *board = &client->connection->page->board;

    board->restart(board->machine, file, errp);
}

/* By a file of its own, for whatever kinds of files there are. */
static void start_with_pieces(Client *client, Error **errp)
{
    g_autofree char *name = NULL;
    int fd = g_file_open_tmp("stm32-page-XXXXXX", &name, NULL);
    bool written = fd >= 0 && qemu_write_full(fd, client->pieces->data, client->pieces->len) == client->pieces->len;

    if (written) {
        start_with(client, name, errp);
    } else {
        error_setg(errp, "the firmware can't be kept in %s", g_get_tmp_dir());
    }
    if (fd >= 0) {
        close(fd);
        g_unlink(name);
    }
}

void upload_begin(Client *client, const QDict *args, Error **errp)
{
    int64_t size = qdict_get_try_int(args, "size", 0);

    upload_end(client);
    if (size < 0 || size > LARGEST) {
        error_setg(errp, "a firmware of %" PRId64 " bytes: it can have 8 Mbyte", size);
    } else if (!size) {
        start_with(client, NULL, errp);
    } else {
        client->pieces = g_byte_array_new();
        client->pieces_wanted = size;
    }
}

void upload_piece(Client *client, const QDict *args, Error **errp)
{
    const char *text = qdict_get_try_str(args, "data");
    gsize size = 0;
    g_autofree guchar *data = text ? g_base64_decode(text, &size) : NULL;

    if (!client->pieces || !size || size > client->pieces_wanted - client->pieces->len) {
        error_setg(errp, "that is no piece of a firmware");
        upload_end(client);
        return;
    }
    g_byte_array_append(client->pieces, data, size);
    if (client->pieces->len == client->pieces_wanted) {
        start_with_pieces(client, errp);
        upload_end(client);
    }
}

void upload_end(Client *client)
{
    if (client->pieces) {
        g_byte_array_free(client->pieces, true);
    }
    client->pieces = NULL;
}
