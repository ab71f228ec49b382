/*
 * A chardev and a pair of endpoints: bytes or lines come in and go out, and wait for each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_HOST_STREAM_H
#define STM32_BOARD_USB_HOST_STREAM_H

#include "stm32/board/usb/host/class.h"

#define STREAM_READS 4
#define STREAM_READ_MAX 2048

typedef struct Stream {
    HostClass *class;
    /* Of who has it, before stream_begin(): what came by a transfer becomes what is written, in @text. */
    void (*came)(struct Stream *s, const uint8_t *data, unsigned length, GString *text);
    bool lines;                     /* what is typed is taken by lines: typed() makes data of them */
    void (*typed)(struct Stream *s, const char *line);
    unsigned read_size;             /* of a transfer */

    int in, out;                    /* endpoints, -1: none */
    bool going, open;               /* driven; somebody is at the chardev */
    bool recovering;                /* an endpoint has failed, ... */
    TransferStatus trouble[2];      /* ... [in] like this */
    Transfer read[STREAM_READS], write;
    uint8_t data[STREAM_READS][STREAM_READ_MAX];
    GByteArray *next, *sent;        /* for the device: gathered, and under way */
    GString *text, *line;           /* for the chardev, and from it */
    guint watch;
} Stream;

void stream_init(Stream *s, HostClass *c);
/* From now on it is driven. */
void stream_begin(Stream *s);
void stream_end(Stream *s);
/* Somebody is at the chardev, or has left. */
void stream_open(Stream *s, bool open);
/* Bytes for the device. */
void stream_send(Stream *s, const uint8_t *data, unsigned length);
/* Bytes that can be sent now. */
unsigned stream_room(const Stream *s);
/* From the chardev. */
void stream_typed(Stream *s, const uint8_t *data, unsigned length);

/* Bytes that @line has in hexadecimal, with spaces or without; -1: it is something else, or more than @most. */
int stream_hex(const char *line, uint8_t *data, unsigned most);
/* Its endpoints of that @kind; false: it has none IN. */
bool stream_find(Stream *s, const uint8_t *interface, TransferKind kind);

#endif
