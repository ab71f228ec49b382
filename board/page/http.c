/*
 * The HTTP server of the page: GET of a few files, and the way to the websocket.
 *
 * A request is looked at before it is taken, so that one for a websocket can be left to QEMU's own, which shakes
 * hands.  A name that is not in the table is no file, whatever it looks like.  Who is asked for has to be a number or
 * localhost, and a websocket has to come from the page itself: so no other web site that the user visits can come in.
 *
 * Deliberately different: every connection is for one request.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/units.h"
#include "stm32/board/page/state.h"
#include "stm32/core/user_file.h"

#define MAX_REQUEST 4095
#define MAX_FILE (16 * MiB)
#define RETRY_MS 10
#define PATIENCE 500            /* tries until a request has to be complete */

static const struct {
    const char *path, *file, *type;
} files[] = {
    { "/", "index.html", "text/html; charset=utf-8" },
    { "/page.js", "page.js", "text/javascript; charset=utf-8" },
    { "/page.css", "page.css", "text/css; charset=utf-8" },
};

static const char not_built[] =
    "<!DOCTYPE html><html lang=\"en\"><title>STM32F407G-DISC1</title>"
    "<p>The page has not been built: run <code>make page</code>, and load this again.</p></html>\n";

/* ---- Answers ---- */

static void answer(Connection *c, const char *status, const char *type, const void *body, size_t size)
{
    g_autofree char *head = g_strdup_printf(
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'\r\n\r\n", status, type, size);

    c->last = true;
    g_byte_array_append(c->out, (const guint8 *)head, strlen(head));
    connection_send(c, body, size);
}

static void refuse(Connection *c, const char *status)
{
    answer(c, status, "text/plain", "", 0);
}

static void send_file(Connection *c, const char *path)
{
    for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
        g_autofree char *name = g_build_filename(c->page->folder, files[i].file, NULL), *text = NULL;
        size_t size;

        if (strcmp(path, files[i].path)) {
            continue;
        }
        text = user_file_read("page", name, MAX_FILE, &size, NULL);
        if (text) {
            answer(c, "200 OK", files[i].type, text, size);
        } else {
            answer(c, i ? "404 Not Found" : "503 Service Unavailable", files[0].type, not_built, strlen(not_built));
        }
        return;
    }
    refuse(c, "404 Not Found");
}

/* ---- Requests ---- */

/* What the header @name of @lines has, or NULL; to be freed. */
static char *header(char **lines, const char *name)
{
    size_t length = strlen(name);

    for (char **line = lines + 1; lines[0] && *line; line++) {
        if (!g_ascii_strncasecmp(*line, name, length) && (*line)[length] == ':') {
            return g_strstrip(g_strdup(*line + length + 1));
        }
    }
    return NULL;
}

/* A number, localhost, or as page= has it: other names are of somebody who has made them lead here. */
static bool is_our_name(const Page *page, const char *host)
{
    const char *end = *host == '[' ? strchr(host, ']') : strchr(host, ':');
    g_autofree char *name = *host == '[' ? g_strndup(host + 1, end ? end - host - 1 : 0)
                            : g_strndup(host, end ? end - host : strlen(host));

    return !g_ascii_strcasecmp(name, "localhost") || g_hostname_is_ip_address(name) ||
           (*page->host && !g_ascii_strcasecmp(name, page->host));
}

static bool comes_from_here(const char *origin, const char *host)
{
    g_autofree char *here = g_strdup_printf("http://%s", host);

    return !origin || !g_ascii_strcasecmp(origin, here);
}

/* Take what has been looked at: @size bytes. */
static void take(Connection *c, size_t size)
{
    g_autofree char *bin = g_malloc(size);

    if (qio_channel_read(c->channel, bin, size, NULL) != size) {
        c->last = true;         /* it goes; nothing more is read of it */
    }
}

static void serve(Connection *c, const char *request, size_t size)
{
    g_auto(GStrv) lines = g_strsplit(request, "\r\n", 0);
    g_auto(GStrv) words = g_strsplit(lines[0] ?: "", " ", 3);
    g_autofree char *host = header(lines, "Host"), *origin = header(lines, "Origin");
    g_autofree char *upgrade = header(lines, "Upgrade");
    bool is_request = g_strv_length(words) == 3 && g_str_has_prefix(words[2], "HTTP/1.");
    bool websocket = is_request && upgrade && !g_ascii_strcasecmp(upgrade, "websocket");
    bool ours = host && is_our_name(c->page, host);

    if (websocket && ours && comes_from_here(origin, host) && c->page->n_clients < PAGE_CLIENTS) {
        client_begin(c);
        return;
    }
    take(c, size);
    if (!is_request) {
        refuse(c, "400 Bad Request");
    } else if (!ours || !comes_from_here(origin, host)) {
        refuse(c, "403 Forbidden");
    } else if (websocket) {
        refuse(c, "503 Service Unavailable");
    } else if (strcmp(words[0], "GET")) {
        refuse(c, "405 Method Not Allowed");
    } else {
        words[1][strcspn(words[1], "?#")] = 0;
        send_file(c, words[1]);
    }
}

static gboolean request_comes(QIOChannel *channel, GIOCondition condition, void *opaque);

static gboolean look_again(void *opaque)
{
    Connection *c = opaque;

    c->retry_tag = 0;
    http_begin(c);
    return G_SOURCE_REMOVE;
}

static gboolean request_comes(QIOChannel *channel, GIOCondition condition, void *opaque)
{
    Connection *c = opaque;
    char request[MAX_REQUEST + 1];
    struct iovec iov = { .iov_base = request, .iov_len = MAX_REQUEST };
    ssize_t n = qio_channel_readv_full(channel, &iov, 1, NULL, NULL, QIO_CHANNEL_READ_FLAG_MSG_PEEK, NULL);
    char *end;

    if (n == QIO_CHANNEL_ERR_BLOCK) {
        return G_SOURCE_CONTINUE;
    }
    c->in_tag = 0;
    request[MAX(n, 0)] = 0;
    end = strstr(request, "\r\n\r\n");
    if (n <= 0 || (!end && strlen(request) < n) || ++c->tries > PATIENCE) {
        connection_close(c);
    } else if (end) {
        *end = 0;
        serve(c, request, end + 4 - request);
    } else if (n == MAX_REQUEST) {
        take(c, n);
        refuse(c, "431 Request Header Fields Too Large");
    } else {
        c->retry_tag = g_timeout_add(RETRY_MS, look_again, c);      /* not by a watch: it would fire at once */
    }
    return G_SOURCE_REMOVE;
}

void http_begin(Connection *c)
{
    c->in_tag = qio_channel_add_watch(c->channel, G_IO_IN, request_comes, c, NULL);
}
