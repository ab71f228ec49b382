/*
 * Commands of an ESP-01 that are of connections.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/esp01/state.h"

/* The number of a link, if there are several: false: it is none. */
static bool link_number(Esp01 *e, const char **text, unsigned *n)
{
    *n = 0;
    return !e->mux || (esp_number(text, n) && *n < ESP_LINKS);
}

static bool any_open(const Esp01 *e)
{
    for (unsigned n = 0; n < ESP_LINKS; n++) {
        if (e->link[n].state != LINK_FREE) {
            return true;
        }
    }
    return false;
}

static void start(Esp01 *e, const char *text)
{
    char kind[8], host[ESP_NAME];
    unsigned n, port, local = 0;
    bool udp;

    if (!link_number(e, &text, &n) || !esp_text(&text, kind, sizeof(kind)) || !esp_text(&text, host, sizeof(host)) ||
        !esp_number(&text, &port) || !port || port > 0xffff || !*host) {
        esp_error(e);
        return;
    }
    udp = !strcmp(kind, "UDP");
    if (!udp && strcmp(kind, "TCP")) {
        esp_error(e);                   /* SSL */
        return;
    }
    if (e->link[n].state != LINK_FREE) {
        esp_say(e, "ALREADY CONNECTED\r\n");
        esp_error(e);
        return;
    }
    if (udp && *text && (!esp_number(&text, &local) || local > 0xffff)) {
        esp_error(e);
        return;
    }
    if (!e->joined) {
        esp_say(e, "no ip\r\n");
        esp_error(e);
    } else if (!esp_link_open(e, n, udp, host, port, local)) {
        esp_error(e);
        esp_say(e, "%sCLOSED\r\n", esp_link_name(e, n));
    }
}

static void send_to(Esp01 *e, const char *text)
{
    unsigned n, size;

    if (!link_number(e, &text, &n) || !esp_number(&text, &size) || !size || size > ESP_PACKET) {
        esp_error(e);
    } else if (e->link[n].state != LINK_OPEN) {
        esp_say(e, "link is not valid\r\n");
        esp_error(e);
    } else {
        e->wanted = size;
        e->got = e->put = 0;
        e->link_to = n;
        esp_say(e, "\r\nOK\r\n> ");
    }
}

static void close_command(Esp01 *e, const char *text)
{
    unsigned n = 0, first, last;

    if (e->mux && (!esp_number(&text, &n) || n > ESP_LINKS)) {
        esp_error(e);
        return;
    }
    first = n == ESP_LINKS ? 0 : n;
    last = n == ESP_LINKS ? ESP_LINKS - 1 : n;
    if (first == last && e->link[n].state == LINK_FREE) {
        esp_error(e);
        return;
    }
    for (unsigned i = first; i <= last; i++) {
        if (e->link[i].state != LINK_FREE) {
            esp_link_close(e, i);
            esp_say(e, "%sCLOSED\r\n", esp_link_name(e, i));
        }
    }
    esp_ok(e);
}

static void status(Esp01 *e)
{
    esp_say(e, "STATUS:%u\r\n", !e->joined ? 5 : any_open(e) ? 3 : 2);
    for (unsigned n = 0; n < ESP_LINKS; n++) {
        const EspLink *l = &e->link[n];

        if (l->state == LINK_OPEN) {
            esp_say(e, "+CIPSTATUS:%u,\"%s\",\"%s\",%u,%u,%d\r\n", n, l->udp ? "UDP" : "TCP", l->host, l->remote_port,
                    l->local_port, l->accepted);
        }
    }
    esp_ok(e);
}

static void mux_command(Esp01 *e, const char *text)
{
    unsigned mux;

    if (*text == '?') {
        esp_say(e, "+CIPMUX:%u\r\n", e->mux);
    } else if (!esp_number(&text, &mux) || mux > 1 || any_open(e) || (!mux && e->listens)) {
        esp_error(e);
        return;
    } else {
        e->mux = mux;
    }
    esp_ok(e);
}

static void server(Esp01 *e, const char *text)
{
    unsigned on, port = 333;

    if (!esp_number(&text, &on) || on > 1 || (*text && (!esp_number(&text, &port) || !port || port > 0xffff))) {
        esp_error(e);
    } else if (!on) {
        esp_server_close(e);
        esp_ok(e);
    } else if (!e->mux || !esp_server_open(e, port)) {
        esp_error(e);
    } else {
        esp_ok(e);
    }
}

static void info(Esp01 *e, const char *text)
{
    unsigned on;

    if (esp_number(&text, &on) && on < 2) {
        e->info = on;
        esp_ok(e);
    } else {
        esp_error(e);
    }
}

bool esp_tcp_command(Esp01 *e, const char *command)
{
    const char *text;

    if (!strcmp(command, "CIPSTATUS")) {
        status(e);
    } else if (!strcmp(command, "CIPCLOSE")) {
        close_command(e, e->mux ? "x" : "");
    } else if ((text = esp_arguments(command, "CIPCLOSE")) && *text) {
        close_command(e, text);
    } else if ((text = esp_arguments(command, "CIPSTART")) && *text) {
        start(e, text);
    } else if ((text = esp_arguments(command, "CIPSEND")) && *text) {
        send_to(e, text);
    } else if ((text = esp_arguments(command, "CIPMUX")) && *text) {
        mux_command(e, text);
    } else if ((text = esp_arguments(command, "CIPSERVER")) && *text) {
        server(e, text);
    } else if ((text = esp_arguments(command, "CIPDINFO")) && *text) {
        info(e, text);
    } else if (!strcmp(command, "CIPMODE=0")) {
        esp_ok(e);
    } else {
        return false;
    }
    return true;
}
