/*
 * What the host role of an OTG core has besides registers, private to the files of the host (RM0090 34.6).
 *
 * A request says that a channel wants a transaction: the firmware makes one by enabling a channel that
 * receives, or by the last word of a packet in a FIFO.  With DMA there are none: the core looks at the channels.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_OTG_HOST_STATE_H
#define STM32_PERIPHERALS_OTG_HOST_STATE_H

#include "hw/usb.h"
#include "qemu/timer.h"
#include "stm32/core/usb/cable.h"

#define OTG_REQUESTS 8          /* in each of the two queues */
#define OTG_PENDING 16          /* answers of QEMU's devices that are due */
#define OTG_ADDRESSES 128
#define OTG_TRANSLATIONS 6      /* that hubs have under way, ... */
#define OTG_TT_BUFFERS 2        /* ... of bulk and control */
#define OTG_BURST 3             /* packets of an isochronous endpoint in a microframe */

typedef struct OtgRequest {
    uint8_t channel;
    bool in;
    bool waits;                 /* was not taken: the firmware says what is to be done */
    uint16_t bytes;             /* of the packet in the FIFO */
} OtgRequest;

typedef struct OtgQueue {
    OtgRequest request[OTG_REQUESTS];
    uint32_t used;
} OtgQueue;

typedef struct OtgChannel {
    uint32_t partial;           /* bytes of a packet that is being written into the FIFO */
    bool done;                  /* its transfer is over: requests that are left are none */
    bool halted;                /* and the firmware has still to take the word that says so */
    bool nak;                   /* DMA: the device was not ready; it is asked when it says so, or at ... */
    int64_t halt_at;            /* virtual ns at which it halts, or COUNTER_NEVER */
    int64_t ask_at;
    uint64_t frame;             /* periodic: the one that had a transaction of it, ... */
    uint8_t in_frame;           /* ... and how many */
} OtgChannel;

/* A transaction with a device of lower speed behind a hub of high speed: it has two halves. */
typedef enum OtgSplit { SPLIT_NONE, SPLIT_START, SPLIT_COMPLETE } OtgSplit;

/* What is on the bus now, and how it will end. */
typedef struct OtgTransaction {
    bool going, in, setup, ping;
    uint8_t split;              /* OtgSplit */
    uint8_t channel;
    uint8_t answer;             /* UsbAnswer */
    uint8_t toggle;             /* of the device's data */
    uint32_t length;            /* bytes sent, or that come */
    int64_t until;              /* virtual ns */
    uint8_t data[USB_MAX_PACKET];
} OtgTransaction;

/* A packet that a device of QEMU's has not answered at once: a real one says NAK until it does. */
typedef struct OtgPending {
    USBPacket packet;
    bool used, complete;
    bool setup;
    bool in;
    uint8_t address, endpoint;
    int32_t status;             /* USB_RET_x */
    uint32_t length;
    uint32_t moved;             /* isochronous: bytes of it that have crossed the bus */
    uint64_t frame;             /* ... in this frame */
    uint8_t data[OTG_BURST * USB_MAX_PACKET];
} OtgPending;

/* What a transaction translator of a hub does for the host, from the start-split to the complete-split. */
typedef struct OtgTranslation {
    bool used, in;
    bool collects;              /* isochronous OUT: more of it has to come */
    uint8_t hub, port;
    uint8_t address, endpoint, type;
    uint8_t answer;             /* UsbAnswer */
    uint8_t toggle;
    uint32_t length;            /* bytes that have come from the device, or are collected */
    int64_t ready_at;           /* virtual ns */
    uint8_t data[USB_MAX_PACKET];
} OtgTranslation;

typedef struct OtgHost {
    /* port */
    bool connected;             /* told */
    bool ever_connected;        /* ... once since the role began; or it was said why not */
    int64_t reset_at;           /* virtual ns at which PRST was set */
    int64_t warn_at;            /* ... at which a device that is plugged in and has no power is told of */
    bool frames;
    int64_t frame_zero;         /* virtual ns at which frame 0 began */
    uint64_t frame_base;        /* what frame 0 has as its number */
    uint64_t sof_told;
    Line plugged;
    /* queues */
    OtgQueue queue[2];          /* not periodic, periodic */
    OtgChannel channel[OTG_CHANNELS];
    OtgTransaction now;
    uint32_t next_channel;      /* DMA: whose turn it is */
    QEMUTimer *timer;
    int64_t next;               /* when to look again, or COUNTER_NEVER */
    bool busy, again;           /* at work, and something has changed while it was */
    /* QEMU's bus */
    USBBus bus;
    USBPort port;
    bool resetting;
    bool woken;                 /* a device wakes the bus, which is still to be told */
    OtgPending pending[OTG_PENDING];
    OtgTranslation translation[OTG_TRANSLATIONS];
    uint32_t toggles[OTG_ADDRESSES];    /* of the devices: bit n OUT endpoint n, bit 16 + n IN */
    uint8_t configuration[OTG_ADDRESSES];       /* that they were given */
} OtgHost;

#endif
