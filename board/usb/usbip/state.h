/*
 * The state of the USB/IP server, from the bottom up: connection.c, describe.c, urb.c, client.c, usbip.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_USBIP_STATE_H
#define STM32_BOARD_USB_USBIP_STATE_H

#include "io/channel-socket.h"
#include "io/net-listener.h"
#include "stm32/board/usb/plug.h"
#include "stm32/board/usb/usbip/protocol.h"

#define TYPE_USBIP "stm32-usbip"
OBJECT_DECLARE_SIMPLE_TYPE(Usbip, USBIP)

#define MAX_CLIENTS 8
#define MAX_URB (1 << 20)           /* bytes of one; Linux has 16 kbyte to 1 Mbyte */
#define MAX_PACKETS 1024            /* of an isochronous one */
#define MAX_HELD (64 << 20)         /* bytes that a client may make us keep */

typedef struct Client Client;

/* Something that a client has submitted. */
typedef struct Urb {
    Transfer t;
    Client *client;
    uint32_t seqnum, flags;
    size_t held;                    /* bytes that it makes us keep */
    bool unlinked;
    QTAILQ_ENTRY(Urb) next;
} Urb;

struct Client {
    Usbip *server;
    QIOChannelSocket *channel;
    GByteArray *in, *out;
    guint in_watch, out_watch;
    bool imported;                  /* it has the device */
    bool closing;                   /* when all has been said */
    size_t held;                    /* bytes of its URBs */
    QTAILQ_HEAD(, Urb) urbs;
    QTAILQ_ENTRY(Client) next;
};

struct Usbip {
    UsbPlug parent_obj;
    char *address;
    QIONetListener *listener;
    unsigned count;
    QTAILQ_HEAD(, Client) clients;
};

/* ---- connection.c ---- */

/* Say this, and then have it sent; what cannot go now goes later. */
void client_say(Client *c, const void *data, size_t length);
void client_push(Client *c);
/* Hang up; @why goes to the user if it is not NULL. */
void client_drop(Client *c, const char *why);
/* Hang up when all has been said. */
void client_finish(Client *c);

/* ---- describe.c ---- */

/* The device as a row of the list, OP_DEVICE bytes. */
void usbip_describe(Usbip *s, uint8_t *to);

/* ---- urb.c ---- */

/*
 * CMD_SUBMIT: how many bytes it takes with its data, 0 if @header makes no sense.
 */
uint64_t urb_size(Gadget *g, const uint8_t *header);
void urb_submit(Client *c, const uint8_t *header);
void urb_unlink(Client *c, const uint8_t *header);

/* ---- client.c ---- */

void client_new(Usbip *server, QIOChannelSocket *channel);

#endif
