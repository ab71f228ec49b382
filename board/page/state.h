/*
 * What the files of this folder share.  In layers: look.c, pictures.c, ports.c, mistakes.c and pins.c know the board,
 * and commands.c changes it; a connection is bytes that go out, and stream.c says which; client.c is a page, http.c
 * finds out who wants to be one, and listen.c lets people in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PAGE_STATE_H
#define STM32_BOARD_PAGE_STATE_H

#include "io/channel-socket.h"
#include "io/net-listener.h"
#include "qemu/queue.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "qobject/qstring.h"
#include "stm32/board/page/page.h"

#define PAGE_CLIENTS 16         /* pages that are open at a time */
#define PAGE_CONNECTIONS 48     /* ... and whoever else is connected */

typedef struct Page Page;
typedef struct Connection Connection;
typedef struct Client Client;

struct Page {
    PageBoard board;
    char *folder;               /* where the files are */
    char *host;                 /* as page= has it: a name that requests may use */
    QIONetListener *listener;
    QTAILQ_HEAD(, Connection) connections;
    unsigned n_connections, n_clients;
    QEMUTimer *tick;            /* while there are clients: */
    bool watching;
    uint64_t now;               /* ticks: what has changed bears the number of the tick that saw it */
};

/* ---- connection.c: bytes to somebody who may be slow, or may go at any time ---- */

struct Connection {
    Page *page;
    QIOChannel *channel;        /* the socket, later the websocket on it */
    GByteArray *out;
    size_t sent;                /* of it */
    guint in_tag, out_tag, retry_tag;
    unsigned tries;
    bool last;                  /* close it when all is sent */
    Client *client;             /* NULL: it is no websocket (yet) */
    void (*closing)(Connection *c);     /* ... whose end this is */
    QTAILQ_ENTRY(Connection) next;
};

Connection *connection_new(Page *page, QIOChannelSocket *socket);
/* It may be gone afterwards: false. */
bool connection_send(Connection *c, const void *data, size_t size);
static inline bool connection_is_busy(const Connection *c)
{
    return c->out->len;
}
void connection_close(Connection *c);

/* ---- http.c ---- */

/* Wait for a request. */
void http_begin(Connection *c);

/* ---- client.c: a page that is open ---- */

struct Client {
    Connection *connection;
    bool greeted;
    uint64_t seen;              /* the tick it has got all of */
    GString *in;                /* of a line that is not complete */
    QList *answers;
    unsigned n_answers;
    uint64_t *heard;            /* bytes that it has got of each port */
    unsigned mistakes;          /* that it has got */
    char *pin, *pin_told;       /* that its mouse is at, and what was said of it */
    GByteArray *pieces;         /* of a firmware that it sends, or NULL */
    size_t pieces_wanted;       /* bytes of all of them */
};

/* @c is a websocket from now on; its handshake is still to come. */
void client_begin(Connection *c);

/* ---- stream.c ---- */

void ticks_begin(Page *page);
/* The last page has gone. */
void ticks_end(Page *page);

/* ---- commands.c ---- */

/* A line of a page, whose answer goes with the next batch; false: it is no command. */
bool commands_do(Client *client, const char *line);

/* ---- upload.c: a firmware that a page sends ---- */

void upload_begin(Client *client, const QDict *args, Error **errp);
void upload_piece(Client *client, const QDict *args, Error **errp);
void upload_end(Client *client);

/* ---- look.c: properties that the page shows ---- */

/* Look at all of them; those that are new bear the number @now. */
void look_update(uint64_t now);
/* Those that have changed since @seen, or NULL; "led-green.brightness": 50. */
QDict *look_changes(uint64_t seen);
/* What parts there are, with their controls. */
QList *look_parts(void);
/* May a page set @property of @part? */
bool look_may_set(Object *part, const char *property);

/* A page is open, or none is any more. */
void look_watch(const PageBoard *board, bool on);

/* ---- lamps.c: LEDs as an eye sees them ---- */

typedef struct Lamp Lamp;

/* @object as a lamp, or NULL: it is none. */
Lamp *lamp_new(Object *object);
void lamp_watch(Lamp *lamp, bool on);
/* Its brightness since it was looked at last, per cent. */
unsigned lamp_percent(Lamp *lamp);

/* ---- traces.c: what pins show, edge by edge ---- */

/* Show the pin @name, or do not any more. */
void traces_set(const char *name, bool on, Error **errp);
void traces_watch(bool on);
/* Look at all of them, for this tick; what there is to be told of it, or NULL. */
void traces_update(uint64_t now);
/* @fresh: for a page that has nothing yet. */
QDict *traces_news(bool fresh);

/* ---- pictures.c: what displays show ---- */

void pictures_start(void);
void pictures_stop(void);
/* Their names and sizes. */
QList *pictures_list(void);
/* Those that have changed since @seen: NULL if none has.  @now: the tick that is to be noted for what changes next. */
QList *pictures_changes(uint64_t seen, uint64_t now);

/* ---- ports.c: serial ports ---- */

unsigned ports_count(void);
const char *ports_name(unsigned n);
/* What port @n has sent since @heard bytes, as far as that is kept, or NULL; @heard is brought up to date. */
QDict *ports_news(unsigned n, uint64_t *heard);
/* Text for the port @name; false: there is no such port, or it can't take that much (@errp). */
bool ports_send(const char *name, const char *text, size_t size, Error **errp);

/* ---- mistakes.c ---- */

void mistakes_start(void);
/* Those since the first @seen, or NULL; @seen is brought up to date. */
QList *mistakes_news(unsigned *seen);

/* ---- pins.c ---- */

/* All about the pin @name ("pd12", "led1.A"), for the mouse that is at it; NULL: there is none. */
QDict *pins_describe(const char *name);

#endif
