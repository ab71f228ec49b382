/*
 * Connections of an ESP-01: sockets of the host's, as slirp makes them of a guest's.  10.0.2.2 is the host itself, any other
 * name or address is what it is to the host.  Its server listens on 127.0.0.1 alone, at the port that it was asked for or that
 * `forward` says.
 *
 * Nothing is read from a peer that the module has no room for, and a packet of the program's is the only one that waits.
 * What of it is open is not in a snapshot: it is closed when that is loaded, and the program is told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "stm32/board/parts/esp01/state.h"

enum { SEGMENT = 1460, HEADER = 64, FIRST_LOCAL = 50000 };

#define ROUTER "10.0.2.2"

static SocketAddress *address_of(const char *host, uint16_t port)
{
    SocketAddress *address = g_new0(SocketAddress, 1);

    address->type = SOCKET_ADDRESS_TYPE_INET;
    address->u.inet.host = g_strdup(host);
    address->u.inet.port = g_strdup_printf("%u", port);
    return address;
}

/* ---- Out ---- */

static gboolean may_write(QIOChannel *channel, GIOCondition condition, gpointer opaque)
{
    EspLink *l = opaque;

    l->out_watch = 0;
    esp_link_send(l->esp);
    return G_SOURCE_REMOVE;
}

static void sent(Esp01 *e, bool right)
{
    e->wanted = e->got = e->put = 0;
    esp_say(e, right ? "\r\nSEND OK\r\n" : "\r\nSEND FAIL\r\n");
    esp_links_go_on(e);
}

void esp_link_send(Esp01 *e)
{
    EspLink *l = &e->link[e->link_to];
    ssize_t done = 0;

    if (!e->wanted || e->got < e->wanted || l->out_watch) {
        return;
    }
    while (l->state == LINK_OPEN && e->put < e->wanted && done >= 0) {
        done = qio_channel_write(QIO_CHANNEL(l->socket), (char *)e->packet + e->put, e->wanted - e->put, NULL);
        if (done > 0) {
            e->put += done;
        } else if (done == QIO_CHANNEL_ERR_BLOCK) {
            l->out_watch = qio_channel_add_watch(QIO_CHANNEL(l->socket), G_IO_OUT, may_write, l, NULL);
            return;
        }
    }
    sent(e, e->put == e->wanted);
}

/* ---- In ---- */

static void listen_to(EspLink *l, bool on);

static void ended(EspLink *l)
{
    unsigned n = l - l->esp->link;
    bool sends = l->esp->wanted && l->esp->link_to == n;

    esp_link_close(l->esp, n);
    esp_say(l->esp, "%sCLOSED\r\n", esp_link_name(l->esp, n));
    if (sends && l->esp->got == l->esp->wanted) {
        sent(l->esp, false);
    }
}

static void received(EspLink *l, const char *data, size_t size)
{
    Esp01 *e = l->esp;
    g_autofree char *from = e->info ? g_strdup_printf(",%s,%u", l->host, l->remote_port) : g_strdup("");

    esp_say(e, "\r\n+IPD,%s%zu%s:", esp_link_name(e, l - e->link), size, from);
    uart_module_send(&e->uart, data, size);
}

static gboolean may_read(QIOChannel *channel, GIOCondition condition, gpointer opaque)
{
    EspLink *l = opaque;
    Esp01 *e = l->esp;
    char data[SEGMENT];
    ssize_t size;

    if (e->wanted || uart_module_room(&e->uart) < SEGMENT + ESP_NAME + HEADER) {
        l->in_watch = 0;                        /* esp_links_go_on() */
        return G_SOURCE_REMOVE;
    }
    size = qio_channel_read(channel, data, sizeof(data), NULL);
    if (size > 0) {
        received(l, data, size);
    } else if (size != QIO_CHANNEL_ERR_BLOCK && !(l->udp && size == 0)) {
        l->in_watch = 0;
        ended(l);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static void listen_to(EspLink *l, bool on)
{
    if (on && l->state == LINK_OPEN && !l->in_watch) {
        l->in_watch = qio_channel_add_watch(QIO_CHANNEL(l->socket), G_IO_IN | G_IO_HUP | G_IO_ERR, may_read, l, NULL);
    }
}

void esp_links_go_on(Esp01 *e)
{
    for (unsigned n = 0; n < ESP_LINKS && !e->wanted; n++) {
        listen_to(&e->link[n], true);
    }
}

/* ---- They begin and end ---- */

static void opened(EspLink *l)
{
    unsigned n = l - l->esp->link;

    l->state = LINK_OPEN;
    qio_channel_set_blocking(QIO_CHANNEL(l->socket), false, NULL);
    esp_say(l->esp, "%sCONNECT\r\n", esp_link_name(l->esp, n));
    listen_to(l, true);
}

typedef struct Attempt {
    EspLink *link;
    uint32_t turn;
} Attempt;

static void tried(QIOTask *task, gpointer opaque)
{
    Attempt *a = opaque;
    EspLink *l = a->link;
    Esp01 *e = l->esp;
    unsigned n = l - e->link;

    if (l->state != LINK_CONNECTS || l->turn != a->turn) {
        return;                                 /* it was closed meanwhile */
    }
    e->connecting = 0;
    if (qio_task_propagate_error(task, NULL)) {
        esp_link_close(e, n);
        esp_error(e);
        esp_say(e, "%sCLOSED\r\n", esp_link_name(e, n));
    } else {
        opened(l);
        esp_ok(e);
    }
}

bool esp_link_open(Esp01 *e, unsigned n, bool udp, const char *host, uint16_t port, uint16_t local_port)
{
    g_autoptr(SocketAddress) remote = address_of(strcmp(host, ROUTER) ? host : "127.0.0.1", port);
    g_autoptr(SocketAddress) local = address_of("", local_port);
    EspLink *l = &e->link[n];
    Attempt *a;

    if (e->offline) {
        if (!e->told) {
            e->told = true;
            info_report("%s: the program wants to connect to %s, which network=off forbids", part_id(PART(e)), host);
        }
        return false;
    }
    l->state = LINK_CONNECTS;
    l->turn++;
    l->udp = udp;
    l->accepted = false;
    l->remote_port = port;
    l->local_port = local_port ?: FIRST_LOCAL + n;
    pstrcpy(l->host, sizeof(l->host), host);
    l->socket = qio_channel_socket_new();
    e->connecting = n + 1;
    a = g_new(Attempt, 1);
    *a = (Attempt) { l, l->turn };
    if (udp) {
        qio_channel_socket_dgram_async(l->socket, local, remote, tried, a, g_free, NULL);
    } else {
        qio_channel_socket_connect_async(l->socket, remote, tried, a, g_free, NULL);
    }
    return true;
}

static void remove_watch(guint *watch)
{
    if (*watch) {
        g_source_remove(*watch);
        *watch = 0;
    }
}

void esp_link_close(Esp01 *e, unsigned n)
{
    EspLink *l = &e->link[n];

    remove_watch(&l->in_watch);
    remove_watch(&l->out_watch);
    if (l->socket) {
        if (l->state == LINK_OPEN) {
            qio_channel_close(QIO_CHANNEL(l->socket), NULL);
        }
        object_unref(OBJECT(l->socket));
        l->socket = NULL;
    }
    e->connecting = e->connecting == n + 1 ? 0 : e->connecting;
    l->state = LINK_FREE;
}

void esp_close_all(Esp01 *e)
{
    for (unsigned n = 0; n < ESP_LINKS; n++) {
        esp_link_close(e, n);
    }
    e->wanted = e->got = e->put = 0;
}

/* ---- The server ---- */

static void accepted(QIONetListener *listener, QIOChannelSocket *socket, gpointer opaque)
{
    Esp01 *e = opaque;

    for (unsigned n = 0; n < ESP_LINKS; n++) {
        EspLink *l = &e->link[n];

        if (l->state == LINK_FREE) {
            l->socket = socket;
            object_ref(OBJECT(socket));
            l->udp = false;
            l->accepted = true;
            l->remote_port = FIRST_LOCAL;
            l->local_port = e->server_port;
            pstrcpy(l->host, sizeof(l->host), ROUTER);
            opened(l);
            return;
        }
    }
    qio_channel_close(QIO_CHANNEL(socket), NULL);       /* it has five */
}

bool esp_server_open(Esp01 *e, uint16_t port)
{
    g_autoptr(SocketAddress) address = address_of("127.0.0.1", e->forward ?: port);
    Error *err = NULL;

    esp_server_close(e);
    if (e->offline) {
        return false;
    }
    e->server = qio_net_listener_new();
    if (qio_net_listener_open_sync(e->server, address, ESP_LINKS, &err) < 0) {
        if (!e->told) {
            e->told = true;
            info_report("%s: its server can't be at %s:%s (%s); forward=8080 puts it at that port", part_id(PART(e)),
                        address->u.inet.host, address->u.inet.port, error_get_pretty(err));
        }
        error_free(err);
        object_unref(OBJECT(e->server));
        e->server = NULL;
        return false;
    }
    e->server_port = port;
    e->listens = true;
    qio_net_listener_set_client_func(e->server, accepted, e, NULL);
    return true;
}

void esp_server_close(Esp01 *e)
{
    if (e->server) {
        qio_net_listener_disconnect(e->server);
        object_unref(OBJECT(e->server));
        e->server = NULL;
    }
    e->listens = false;
}
