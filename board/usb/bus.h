/*
 * The bus as a host has it: a root port with one device, and transfers that share its time.
 *
 * There is one timer, and it is armed only while something is to be done: an endpoint that answered NAK is
 * asked again when the device says that it is ready, and frames that carry nothing are no events.
 *
 * Below it: port.c (connect, reset, suspend), pipe.c (one transaction, and what comes of it), transfers.c
 * (from their submission to their end).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_BUS_H
#define STM32_BOARD_USB_BUS_H

#include "qemu/timer.h"
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
} HostBus;

void host_bus_init(HostBus *bus, const HostBusOps *ops, void *opaque);
void host_bus_finalize(HostBus *bus);

/* Plug into @socket, at best with @speed; false: it is taken.  @path is the device's, for reports. */
bool host_bus_plug(HostBus *bus, UsbSocket *socket, const char *path, unsigned speed);
void host_bus_unplug(HostBus *bus);
/* VBUS. */
void host_bus_power(HostBus *bus, bool on);
/* Forget the device and all transfers without a word to it: its state is being loaded. */
void host_bus_forget(HostBus *bus);
/* ... and begin anew with what is there. */
void host_bus_begin(HostBus *bus);

/* Reset the device: enabled() follows.  All transfers end. */
void host_bus_reset(HostBus *bus);
/* Let the bus rest, or wake the device. */
void host_bus_suspend(HostBus *bus, bool on);

/* `done` is called from here if there is no device. */
void host_bus_submit(HostBus *bus, Transfer *t);
/* `done` is called from here, unless it has been. */
void host_bus_cancel(HostBus *bus, Transfer *t);
/* All of an endpoint that are pending. */
void host_bus_cancel_all(HostBus *bus, bool in, unsigned endpoint);

/* The next packet of that endpoint is DATA0. */
void host_bus_clear_toggle(HostBus *bus, bool in, unsigned endpoint);
void host_bus_clear_toggles(HostBus *bus);

/* The speed that both have agreed on: USB_SPEED_x. */
static inline unsigned host_bus_speed(const HostBus *bus)
{
    return bus->socket ? bus->socket->bus_speed : USB_SPEED_FULL;
}

/* ---- For the files below it ---- */

#define HOST_BUS_PIPES (2 * USB_ENDPOINTS)
static inline UsbPipe *host_bus_pipe(HostBus *bus, unsigned n)
{
    return &bus->pipe[n / USB_ENDPOINTS][n % USB_ENDPOINTS];
}

/* Transfers whose time is over by @now end. */
void host_bus_expire(HostBus *bus, int64_t now);
void host_bus_end(HostBus *bus, Transfer *t, TransferStatus status);
void host_bus_end_all(HostBus *bus, TransferStatus status);
/* Frames count from 0 again. */
void host_bus_count_anew(HostBus *bus);
/* Something is to be done at @when. */
void host_bus_wake(HostBus *bus, int64_t when);

#endif
