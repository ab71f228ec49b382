/*
 * Where the page listens, see page.h.
 *
 * On this machine alone, unless page= has the address of another interface.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/sockets.h"
#include "stm32/board/page/state.h"

#define LOCAL "127.0.0.1"

/* "8080" and ":8080" are ports of this machine alone. */
static char *whole_address(const char *address)
{
    bool port_only = address[strspn(address, "0123456789")] == 0;

    return port_only ? g_strdup_printf(LOCAL ":%s", address)
           : *address == ':' ? g_strdup_printf(LOCAL "%s", address) : g_strdup(address);
}

static SocketAddress *parse(const char *address, Error **errp)
{
    g_autofree char *whole = whole_address(address);
    SocketAddress *a = g_new0(SocketAddress, 1);
    const char *colon = strrchr(whole, ':');
    unsigned port;

    a->type = SOCKET_ADDRESS_TYPE_INET;
    if (!strchr(whole, ',') && colon && !qemu_strtoui(colon + 1, NULL, 10, &port) && port < 65536 &&
        !inet_parse(&a->u.inet, whole, NULL)) {
        return a;
    }
    error_setg(errp, "page=%s: write it as page=8080, or page=127.0.0.1:8080", address);
    qapi_free_SocketAddress(a);
    return NULL;
}

bool page_check(const char *address, Error **errp)
{
    SocketAddress *a = parse(address, errp);

    qapi_free_SocketAddress(a);
    return a;
}

static void client_comes(QIONetListener *listener, QIOChannelSocket *socket, void *opaque)
{
    http_begin(connection_new(opaque, socket));
}

static void tell_where(Page *page)
{
    SocketAddress *a = qio_channel_socket_get_local_address(page->listener->sioc[0], NULL);

    if (a) {
        bool v6 = strchr(a->u.inet.host, ':');

        error_printf("page: http://%s%s%s:%s/\n", v6 ? "[" : "", a->u.inet.host, v6 ? "]" : "", a->u.inet.port);
        qapi_free_SocketAddress(a);
    }
}

/* Beside the build, or beside what is installed. */
static char *find_folder(void)
{
    static const char *const places[] = { "../page", "../../share/stm32f407g-disc/page" };
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *here = program ? g_path_get_dirname(program) : g_strdup(".");

    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        g_autofree char *folder = g_build_filename(here, places[i], NULL);
        g_autofree char *first = g_build_filename(folder, "index.html", NULL);

        if (g_file_test(first, G_FILE_TEST_EXISTS)) {
            return g_steal_pointer(&folder);
        }
    }
    return g_build_filename(here, places[0], NULL);
}

bool page_open(const PageBoard *board, const char *address, const char *folder, Error **errp)
{
    SocketAddress *a = parse(address, errp);
    Page *page;
    Error *err = NULL;

    if (!a) {
        return false;
    }
    page = g_new0(Page, 1);
    page->board = *board;
    page->host = g_strdup(a->u.inet.host);
    page->folder = folder ? g_strdup(folder) : find_folder();
    QTAILQ_INIT(&page->connections);
    page->listener = qio_net_listener_new();
    qio_net_listener_set_name(page->listener, "page");
    if (qio_net_listener_open_sync(page->listener, a, 16, &err)) {
        error_propagate_prepend(errp, err, "page=%s: ", address);
        qapi_free_SocketAddress(a);
        return false;
    }
    qapi_free_SocketAddress(a);
    mistakes_start();
    qio_net_listener_set_client_func(page->listener, client_comes, page, NULL);
    tell_where(page);
    return true;
}
