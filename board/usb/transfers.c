/*
 * Transfers: from host_bus_submit() to their `done`, see transfers.h; time-outs, and the toggles of their endpoints.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/transfers.h"

const char *transfer_status_name(TransferStatus status)
{
    static const char *const names[] = {
        "idle", "pending", "done", "STALL", "no answer", "too much data", "frame missed", "timed out", "cancelled",
        "device gone",
    };

    return status < ARRAY_SIZE(names) ? names[status] : "?";
}

/* ---- Time-outs ---- */

static Transfer *overdue(HostBus *bus, int64_t now)
{
    bus->deadline = COUNTER_NEVER;
    for (unsigned n = 0; n < HOST_BUS_PIPES; n++) {
        Transfer *t;

        QTAILQ_FOREACH(t, &host_bus_pipe(bus, n)->transfers, next) {
            if (t->deadline <= now) {
                return t;
            }
            bus->deadline = MIN(bus->deadline, t->deadline);
        }
    }
    return NULL;
}

void host_bus_expire(HostBus *bus, int64_t now)
{
    Transfer *t;

    while (now >= bus->deadline && (t = overdue(bus, now))) {
        host_bus_end(bus, t, TRANSFER_TIMED_OUT);
        bus->deadline = now;                /* look again */
    }
}

/* ---- Transfers ---- */

void host_bus_end(HostBus *bus, Transfer *t, TransferStatus status)
{
    UsbPipe *pipe = pipe_of(bus, t);

    if (t->status != TRANSFER_PENDING) {
        return;
    }
    if (QTAILQ_FIRST(&pipe->transfers) == t) {
        pipe->waiting = false;
    }
    QTAILQ_REMOVE(&pipe->transfers, t, next);
    if (bus->sending == t) {
        bus->sending = NULL;
    }
    if (t->kind == TRANSFER_CONTROL && bus->socket) {
        unsigned frames = host_bus_speed(bus) == USB_SPEED_HIGH ? 8 : 1;

        /* the next one is not begun within the same ms: the software of a host is never that fast */
        pipe->due = usb_frame_at(bus->socket, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)) + frames;
    }
    t->status = status;
    t->done(t->opaque, t);
}

void host_bus_end_all(HostBus *bus, TransferStatus status)
{
    for (unsigned n = 0; n < HOST_BUS_PIPES; n++) {
        UsbPipe *pipe = host_bus_pipe(bus, n);

        while (!QTAILQ_EMPTY(&pipe->transfers)) {
            host_bus_end(bus, QTAILQ_FIRST(&pipe->transfers), status);
        }
        pipe->waiting = pipe->ping = false;
    }
    bus->deadline = COUNTER_NEVER;
}

/* Could it ever be carried? */
static bool is_sound(const Transfer *t)
{
    return t->max_packet && t->max_packet <= USB_MAX_PACKET && t->burst <= 3 &&
           t->endpoint < USB_ENDPOINTS && (t->kind != TRANSFER_ISOCHRONOUS || t->packets);
}

static void begin_periodic(HostBus *bus, Transfer *t, int64_t now)
{
    UsbPipe *pipe = pipe_of(bus, t);
    uint64_t frame = usb_frame_at(bus->socket, now);

    if (pipe->due <= frame) {
        pipe->due = frame + 1;
    }
    t->start_frame = pipe->due;
}

void host_bus_submit(HostBus *bus, Transfer *t)
{
    UsbPipe *pipe = pipe_of(bus, t);
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    bool alone = QTAILQ_EMPTY(&pipe->transfers);

    t->status = TRANSFER_PENDING;
    t->actual = t->stage = t->toggle = t->errors = t->at = 0;
    t->deadline = t->timeout ? now + t->timeout : COUNTER_NEVER;
    if (!bus->socket || bus->state < PORT_ON || bus->changed || !is_sound(t)) {
        t->status = is_sound(t) ? TRANSFER_GONE : TRANSFER_FAILED;
        t->done(t->opaque, t);
        return;
    }
    if (pipe_is_periodic(t) && alone) {
        begin_periodic(bus, t, now);
    }
    QTAILQ_INSERT_TAIL(&pipe->transfers, t, next);
    bus->deadline = MIN(bus->deadline, t->deadline);
    host_bus_wake(bus, MIN(t->deadline, alone ? MAX(now, bus->free_at) : COUNTER_NEVER));
}

void host_bus_cancel(HostBus *bus, Transfer *t)
{
    host_bus_end(bus, t, TRANSFER_CANCELLED);
}

void host_bus_cancel_all(HostBus *bus, bool in, unsigned endpoint)
{
    UsbPipe *pipe = &bus->pipe[in && endpoint][endpoint % USB_ENDPOINTS];

    while (!QTAILQ_EMPTY(&pipe->transfers)) {
        host_bus_cancel(bus, QTAILQ_FIRST(&pipe->transfers));
    }
}

void host_bus_clear_toggle(HostBus *bus, bool in, unsigned endpoint)
{
    UsbPipe *pipe = &bus->pipe[in][endpoint % USB_ENDPOINTS];

    pipe->toggle = 0;
    pipe->ping = false;
}

void host_bus_clear_toggles(HostBus *bus)
{
    for (unsigned n = 0; n < HOST_BUS_PIPES; n++) {
        host_bus_clear_toggle(bus, n / USB_ENDPOINTS, n);
    }
}

void host_bus_count_anew(HostBus *bus)
{
    for (unsigned n = 0; n < HOST_BUS_PIPES; n++) {
        host_bus_pipe(bus, n)->due = 0;
    }
}
