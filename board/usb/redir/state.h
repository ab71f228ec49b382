/*
 * The state of a usbredir plug, from the bottom up: peer.c, streams.c, packets.c, unused.c, redir.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_REDIR_STATE_H
#define STM32_BOARD_USB_REDIR_STATE_H

#include <usbredirparser.h>
#include "chardev/char-fe.h"
#include "stm32/board/usb/plug.h"
#include "stm32/board/usb/redir/type.h"

#define MAX_TRANSFER (1 << 20)      /* bytes */
#define MAX_HELD (64 << 20)         /* bytes that the other side may make us keep */
#define STREAM_TRANSFERS 8          /* of a stream at the same time, at most */
#define STREAM_PACKETS 32           /* of a transfer of an isochronous stream, at most */
#define ISO_OUT_PACKETS 64          /* that wait, at most */

typedef struct Redir Redir;

/* A packet of the other side's that we work on. */
typedef struct Job {
    Transfer t;
    Redir *redir;
    uint64_t id;
    unsigned type;                  /* usb_redir_x_packet, or _set_configuration, _set_alt_setting */
    uint8_t endpoint;               /* as the packet had it, with bit 7 */
    IsoPacket packet;
    size_t held;
    QTAILQ_ENTRY(Job) next;
} Job;

/* An endpoint that is read all the time: interrupt and isochronous ones. */
typedef struct RedirStream {
    Redir *redir;
    bool going;
    uint8_t endpoint;
    uint64_t id;
    unsigned transfers;
    Transfer t[STREAM_TRANSFERS];
    IsoPacket packet[STREAM_TRANSFERS][STREAM_PACKETS];
} RedirStream;

struct Redir {
    UsbPlug parent_obj;
    CharBackend chr;
    struct usbredirparser *parser;  /* NULL: nobody is there */
    GByteArray *in;
    guint watch;
    bool greeted;                   /* the other side has said hello */
    bool connected;                 /* it has been told of the device */
    bool resetting;                 /* nothing is read meanwhile */
    bool dropping;
    size_t held;
    unsigned iso_out;               /* packets that wait */
    QTAILQ_HEAD(, Job) jobs;
    RedirStream stream[USB_ENDPOINTS];      /* of IN endpoints */
};

static inline Gadget *redir_gadget(Redir *r)
{
    return &USB_PLUG(r)->gadget;
}

/* ---- peer.c ---- */

uint8_t redir_status(TransferStatus status);
/* Tell the other side of interfaces and endpoints. */
void redir_describe(Redir *r);
/* Send what has been said. */
void redir_push(Redir *r);
/* Hang up: what the other side says makes no sense. */
void redir_drop(Redir *r, const char *why);

/* ---- streams.c ---- */

void streams_init(struct usbredirparser *parser);
void streams_stop(Redir *r);

/* ---- packets.c ---- */

/* Let the parser call us for what the other side submits and takes back. */
void packets_init(struct usbredirparser *parser);
void packets_cancel(Redir *r);

/* ---- unused.c ---- */

void unused_init(struct usbredirparser *parser);

#endif
