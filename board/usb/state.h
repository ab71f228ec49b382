/*
 * What the files of a bus share (USB 2.0 5): the root port, and the transfers of each of its endpoints.
 *
 * From the bottom up: transfers.c, from their submission to their end; pipe.c, one transaction and what comes of it;
 * port.c, connect, reset, suspend; bus.c, the bus's time and the plug.  Others include bus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_STATE_H
#define STM32_BOARD_USB_STATE_H

#include "qemu/notify.h"
#include "qemu/timer.h"
#include "stm32/core/counter.h"
#include "stm32/core/usb/cable.h"
#include "stm32/board/usb/transfer.h"

/* What the owner of a bus is told; it may submit, cancel and reset in all of them. */
typedef struct HostBusOps {
    /* After a reset and its recovery: the device has address 0. */
    void (*enabled)(void *opaque);
    /* It is pulled out, or not powered any more.  All transfers have ended. */
    void (*gone)(void *opaque);
    /* The device has accepted a control request, whose transfer is not done yet. */
    void (*accepted)(void *opaque, const uint8_t *setup);
} HostBusOps;

typedef struct UsbPipe {
    QTAILQ_HEAD(, Transfer) transfers;
    uint8_t toggle;
    bool waiting;                   /* it answered NAK */
    bool ping;                      /* high speed: ask before the next OUT */
    uint64_t due;                   /* periodic, and of a SETUP: the next frame to be asked in */
} UsbPipe;

typedef enum PortState {
    PORT_OFF, PORT_DEBOUNCE, PORT_RESET, PORT_RECOVERY, PORT_ON, PORT_SUSPENDED, PORT_RESUMING,
    PORT_RESTING,                   /* with frames, until the device goes: it is in a test mode */
} PortState;

typedef struct HostBus {
    UsbSocket *socket;              /* NULL: not plugged in */
    const char *path;               /* of the device's core, for reports */
    const HostBusOps *ops;
    void *opaque;

    PortState state;
    bool changed;                   /* the pull-up has been let go, or has come */
    int64_t until;                  /* the end of a state that ends by itself */

    uint8_t address;                /* of the device, as the owner has given it */
    UsbPipe pipe[2][USB_ENDPOINTS]; /* [in]; those of control transfers are [0] */
    unsigned last;                  /* the pipe that had its turn last */
    Transfer *sending;              /* what goes OUT, until free_at */
    int64_t free_at;                /* nothing can begin before */
    int64_t deadline;               /* of transfers: not later than the earliest */
    QEMUTimer *timer;
    NotifierList session_requests;  /* the device wants VBUS */
} HostBus;

#define HOST_BUS_PIPES (2 * USB_ENDPOINTS)
static inline UsbPipe *host_bus_pipe(HostBus *bus, unsigned n)
{
    return &bus->pipe[n / USB_ENDPOINTS][n % USB_ENDPOINTS];
}

/* The speed that both have agreed on: USB_SPEED_x. */
static inline unsigned host_bus_speed(const HostBus *bus)
{
    return bus->socket ? bus->socket->bus_speed : USB_SPEED_FULL;
}

/* Something is to be done at @when. */
static inline void host_bus_wake(HostBus *bus, int64_t when)
{
    int64_t set = timer_expire_time_ns(bus->timer);

    if (when != COUNTER_NEVER && (set < 0 || when < set)) {
        counter_arm(bus->timer, when);
    }
}

static inline UsbPipe *pipe_of(HostBus *bus, const Transfer *t)
{
    return &bus->pipe[t->in && t->kind != TRANSFER_CONTROL][t->endpoint % USB_ENDPOINTS];
}

static inline bool pipe_is_periodic(const Transfer *t)
{
    return t->kind == TRANSFER_ISOCHRONOUS || t->kind == TRANSFER_INTERRUPT;
}

#endif
