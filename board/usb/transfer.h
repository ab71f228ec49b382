/*
 * A transfer: what the driver of a host wants to be moved (USB 2.0 5.4 to 5.8).
 *
 * Who submits it owns it, and its data, until `done` is called, which happens exactly once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_TRANSFER_H
#define STM32_BOARD_USB_TRANSFER_H

#include "qemu/queue.h"

typedef enum TransferKind {         /* as bmAttributes of an endpoint has them */
    TRANSFER_CONTROL, TRANSFER_ISOCHRONOUS, TRANSFER_BULK, TRANSFER_INTERRUPT,
} TransferKind;

typedef enum TransferStatus {
    TRANSFER_IDLE,                  /* never submitted */
    TRANSFER_PENDING,
    TRANSFER_DONE,
    TRANSFER_STALLED,
    TRANSFER_FAILED,                /* no answer, three times */
    TRANSFER_BABBLE,                /* more came than had been asked for */
    TRANSFER_MISSED,                /* isochronous: its frame has passed */
    TRANSFER_TIMED_OUT,
    TRANSFER_CANCELLED,
    TRANSFER_GONE,                  /* the device is */
} TransferStatus;

/* What was not as it should be, for people. */
const char *transfer_status_name(TransferStatus status);

typedef struct IsoPacket {
    uint32_t offset, length, actual;        /* in the transfer's data */
    TransferStatus status;
} IsoPacket;

typedef struct Transfer Transfer;
struct Transfer {
    TransferKind kind;
    uint8_t endpoint;
    bool in;                        /* control: what the setup packet says */
    uint16_t max_packet;
    uint8_t burst;                  /* periodic: transactions a microframe, 0 is 1 */
    uint32_t interval;              /* periodic: frames, at high speed microframes, from one to the next */
    uint8_t setup[8];
    uint8_t *data;
    uint32_t length;
    bool zero_packet;               /* OUT: a whole number of packets is ended by an empty one */
    int64_t timeout;                /* ns; 0: none */
    IsoPacket *packet;
    unsigned packets;
    void (*done)(void *opaque, Transfer *t);
    void *opaque;

    TransferStatus status;
    uint32_t actual;
    uint64_t start_frame;           /* isochronous: of its first packet */

    /* The bus's own */
    int64_t deadline;
    int stage;                      /* of a control transfer */
    uint8_t toggle;
    unsigned errors, at;            /* at: the isochronous packet that is next */
    QTAILQ_ENTRY(Transfer) next;
};

#endif
