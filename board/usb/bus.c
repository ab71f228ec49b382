/*
 * The bus's time, see bus.h: USB 2.0 5.11.
 *
 * In a frame what is periodic goes first, then all others in turn, a packet each, as long as there is time
 * for one before the frame ends.
 *
 * Deliberately different: periodic transfers may use all of a frame (5.6.4, 5.7.4 leave 10 or 20 % of it to
 * others), and one that is asked for anew begins in the next frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/bus.h"
#include "stm32/board/usb/pipe.h"

/* ---- When what may begin ---- */

/* SOF, which begins a frame. */
static int64_t sof_ns(const HostBus *bus)
{
    return host_bus_speed(bus) == USB_SPEED_HIGH ? 150 : 2920;
}

/* Nothing may be under way that near a frame's end (USB 2.0 11.2.5). */
static int64_t guard_ns(const HostBus *bus)
{
    return host_bus_speed(bus) == USB_SPEED_HIGH ? 1200 : 2500;
}

static int64_t frame_opens(HostBus *bus, uint64_t frame)
{
    return usb_frame_start(bus->socket, frame) + sof_ns(bus);
}

/* Is there time for @t from @now on? */
static bool fits(HostBus *bus, const Transfer *t, int64_t now)
{
    int64_t end = usb_frame_start(bus->socket, usb_frame_at(bus->socket, now) + 1);

    return now + pipe_ns(bus, t) <= end - guard_ns(bus) ||
           now <= frame_opens(bus, usb_frame_at(bus->socket, now));    /* it never would */
}

/* To the first of its turns that has not passed. */
static void align(UsbPipe *pipe, const Transfer *t, uint64_t frame)
{
    if (pipe->due < frame) {
        pipe->due += ROUND_UP(frame - pipe->due, MAX(t->interval, 1ull));
    }
}

/* The first periodic transfer that is due in @frame; the frame of the next that will be, in @soon. */
static Transfer *pick_periodic(HostBus *bus, uint64_t frame, uint64_t *soon)
{
    for (unsigned n = 0; n < HOST_BUS_PIPES; n++) {
        UsbPipe *pipe = host_bus_pipe(bus, n);
        Transfer *t = QTAILQ_FIRST(&pipe->transfers);

        if (!t || pipe->waiting || !pipe_is_periodic(t)) {
            continue;
        }
        if (t->kind == TRANSFER_INTERRUPT) {
            align(pipe, t, frame);
        } else if (pipe->due < frame) {
            pipe_miss(bus, t, frame);
            n--;                            /* what is first there now */
            continue;
        }
        if (pipe->due <= frame) {
            return t;
        }
        *soon = MIN(*soon, pipe->due);
    }
    return NULL;
}

/* Its SETUP has to wait for a frame. */
static bool is_early(const UsbPipe *pipe, const Transfer *t, uint64_t frame)
{
    return t->kind == TRANSFER_CONTROL && !t->stage && pipe->due > frame;
}

static Transfer *pick_other(HostBus *bus, uint64_t frame, uint64_t *soon)
{
    for (unsigned i = 1; i <= HOST_BUS_PIPES; i++) {
        unsigned n = (bus->last + i) % HOST_BUS_PIPES;
        UsbPipe *pipe = host_bus_pipe(bus, n);
        Transfer *t = QTAILQ_FIRST(&pipe->transfers);

        if (!t || pipe->waiting || pipe_is_periodic(t)) {
            continue;
        }
        if (!is_early(pipe, t, frame)) {
            bus->last = n;
            return t;
        }
        *soon = MIN(*soon, pipe->due);
    }
    return NULL;
}

/* What begins now, or NULL and in @when the time to look again. */
static Transfer *pick(HostBus *bus, int64_t now, int64_t *when)
{
    uint64_t frame = usb_frame_at(bus->socket, now), soon = UINT64_MAX;
    unsigned last = bus->last;
    Transfer *t;

    if (now < frame_opens(bus, frame)) {
        *when = frame_opens(bus, frame);
        return NULL;
    }
    t = pick_periodic(bus, frame, &soon) ?: pick_other(bus, frame, &soon);
    if (t && !fits(bus, t, now)) {
        bus->last = last;
        soon = frame + 1;
        t = NULL;
    }
    *when = soon == UINT64_MAX ? COUNTER_NEVER : frame_opens(bus, soon);
    return t;
}

/* ---- One after the other ---- */

static bool is_out(HostBus *bus, const Transfer *t)
{
    int pid = pipe_pid(bus, t);

    return pid == USB_TOKEN_SETUP || pid == USB_TOKEN_OUT;
}

/* Begin what can; when to look again. */
static int64_t transact(HostBus *bus, int64_t now)
{
    int64_t when = COUNTER_NEVER;
    Transfer *t;

    if (bus->state != PORT_ON) {
        return COUNTER_NEVER;
    }
    if (now < bus->free_at) {
        return bus->free_at;
    }
    if (bus->sending) {                     /* it has arrived */
        t = bus->sending;
        bus->sending = NULL;
        pipe_transact(bus, t);
        if (bus->state != PORT_ON) {
            return COUNTER_NEVER;
        }
    }
    t = pick(bus, now, &when);
    if (!t) {
        return when;
    }
    if (is_out(bus, t)) {
        bus->sending = t;
        bus->free_at = now + pipe_ns(bus, t);
    } else {
        bus->free_at = now + pipe_transact(bus, t);
    }
    return bus->free_at;
}

/* ---- All of it ---- */

static void run(void *opaque)
{
    HostBus *bus = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), when;

    if (!bus->socket) {
        return;
    }
    port_step(bus, now);
    host_bus_expire(bus, now);
    when = transact(bus, now);
    if (bus->socket) {
        host_bus_wake(bus, MIN(when, MIN(port_when(bus), bus->deadline)));
    }
}

/* ---- The plug ---- */

void host_bus_init(HostBus *bus, const HostBusOps *ops, void *opaque)
{
    *bus = (HostBus) { .ops = ops, .opaque = opaque, .until = COUNTER_NEVER, .deadline = COUNTER_NEVER };
    for (unsigned n = 0; n < HOST_BUS_PIPES; n++) {
        QTAILQ_INIT(&host_bus_pipe(bus, n)->transfers);
    }
    notifier_list_init(&bus->session_requests);
    bus->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, run, bus);
}

void host_bus_finalize(HostBus *bus)
{
    host_bus_unplug(bus);
    timer_free(bus->timer);
}

bool host_bus_plug(HostBus *bus, UsbSocket *socket, const char *path, unsigned speed)
{
    if (bus->socket || !usb_plug(socket, &port_host_ops, bus, speed)) {
        return false;
    }
    bus->socket = socket;
    bus->path = path;
    return true;
}

void host_bus_unplug(HostBus *bus)
{
    UsbSocket *socket = bus->socket;

    if (socket) {
        bus->changed = false;
        port_drop(bus);
        bus->socket = NULL;
        counter_arm(bus->timer, COUNTER_NEVER);
        usb_unplug(socket);
    }
}

void host_bus_power(HostBus *bus, bool on)
{
    if (bus->socket) {
        usb_power(bus->socket, on);
        bus->changed = true;
        host_bus_wake(bus, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}

void host_bus_forget(HostBus *bus)
{
    bus->changed = false;
    port_drop(bus);
    counter_arm(bus->timer, COUNTER_NEVER);
}

void host_bus_begin(HostBus *bus)
{
    if (bus->socket) {
        bus->changed = true;
        host_bus_wake(bus, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}
