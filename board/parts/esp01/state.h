/*
 * What the files of the ESP-01 share.  From the bottom:
 *
 *   link.c       connections and the server: sockets of the host's
 *   say.c        answers
 *   wifi.c       commands of the radio and of the module; tcp.c: of connections
 *   esp01.c      lines, data, and the part
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_ESP01_STATE_H
#define STM32_BOARD_PARTS_ESP01_STATE_H

#include "io/channel-socket.h"
#include "io/net-listener.h"
#include "stm32/board/parts/uart_module.h"

#define TYPE_ESP01 "board-esp01"
OBJECT_DECLARE_SIMPLE_TYPE(Esp01, ESP01)

enum { ESP_LINKS = 5, ESP_LINE = 256, ESP_PACKET = 2048, ESP_NAME = 64, ESP_BAUD = 115200 };

typedef enum EspLinkState { LINK_FREE, LINK_CONNECTS, LINK_OPEN } EspLinkState;

typedef struct EspLink {
    Esp01 *esp;
    uint8_t state;              /* EspLinkState */
    bool udp, accepted;
    QIOChannelSocket *socket;
    guint in_watch, out_watch;
    uint32_t turn;              /* an answer to an earlier connect is of no interest */
    uint16_t remote_port, local_port;
    char host[ESP_NAME];        /* as the guest has it */
} EspLink;

/* What comes after a time. */
typedef enum EspLater { LATER_NOTHING, LATER_READY, LATER_JOINED, LATER_REFUSED } EspLater;

struct Esp01 {
    Part parent_obj;
    UartModule uart;
    QEMUTimer *timer;
    PinListener reset, enable;
    PinDriver pull[2];
    /* what users set */
    char *ssid, *password;
    uint16_t forward;
    bool offline;
    /* settings that are kept with power */
    uint8_t mode;               /* CWMODE: 1 station, 2 access point, 3 both */
    bool joined;
    char joined_to[ESP_NAME];
    bool no_echo, mux, info;    /* ATE0, CIPMUX, CIPDINFO */
    /* what is going on */
    uint8_t later;
    int64_t later_at;           /* virtual ns */
    bool off;                   /* RST or EN is low */
    char line[ESP_LINE];
    uint32_t length;            /* of the line; more: it was too long */
    uint8_t packet[ESP_PACKET];
    uint32_t wanted, got, put;  /* bytes of CIPSEND; that have come; that the host has */
    uint8_t link_to;            /* ... and where to */
    uint32_t next_baud;         /* when what waits has gone out; 0: as it is */
    uint8_t connecting;         /* the link of the CIPSTART under way, from 1 */
    EspLink link[ESP_LINKS];
    QIONetListener *server;
    uint16_t server_port;
    bool was_open[ESP_LINKS];   /* for snapshots alone */
    bool listens, told;         /* `told`: the user, that something was refused */
};

/* ---- say.c ---- */

void G_GNUC_PRINTF(2, 3) esp_say(Esp01 *e, const char *format, ...);
void esp_ok(Esp01 *e);
void esp_error(Esp01 *e);
/* "0," for link 0, or nothing without CIPMUX. */
const char *esp_link_name(const Esp01 *e, unsigned n);

/* ---- link.c ---- */

bool esp_link_open(Esp01 *e, unsigned n, bool udp, const char *host, uint16_t port, uint16_t local_port);
/* It is no longer; whoever is told of that is told by the caller. */
void esp_link_close(Esp01 *e, unsigned n);
void esp_close_all(Esp01 *e);
/* `packet` is whole: send it. */
void esp_link_send(Esp01 *e);
/* There may be room for what has come. */
void esp_links_go_on(Esp01 *e);
bool esp_server_open(Esp01 *e, uint16_t port);
void esp_server_close(Esp01 *e);

/* ---- wifi.c, tcp.c: does @command ("AT+CWMODE=1" without the AT+) belong there?  Then it has been answered. ---- */

bool esp_wifi_command(Esp01 *e, const char *command);
bool esp_tcp_command(Esp01 *e, const char *command);
void esp_later(Esp01 *e, EspLater what, int64_t ns);

/* Is @command @name with something behind it?  Then that; "" if nothing is. */
const char *esp_arguments(const char *command, const char *name);
/* The next of @text's arguments, a number or a text in quotes, to @word; false: there is none, or it is none. */
bool esp_number(const char **text, unsigned *number);
bool esp_text(const char **text, char *word, size_t size);

#endif
