/*
 * The root port, see port.h.
 *
 * Times are those of USB 2.0: 100 ms until contacts do not bounce (7.1.7.3), 50 ms of reset by a root port
 * and 10 ms of recovery (7.1.7.5), 20 ms of resume and 10 of recovery (7.1.7.7).
 *
 * Deliberately different: the device sees the end of a resume, when frames begin again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/port.h"
#include "stm32/board/usb/transfers.h"

#define MS 1000000LL
#define DEBOUNCE_NS (100 * MS)
#define RESET_NS (50 * MS)
#define RECOVERY_NS (10 * MS)
#define RESUME_NS (20 * MS)
#define SOFTWARE_NS (1 * MS)        /* until a host's software acts on what has happened */

static int64_t port_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void enter(HostBus *bus, PortState state, int64_t until)
{
    bus->state = state;
    bus->until = until;
    host_bus_wake(bus, until);
}

void port_drop(HostBus *bus)
{
    bool was_on = bus->state != PORT_OFF;

    bus->state = PORT_OFF;
    bus->until = COUNTER_NEVER;
    host_bus_end_all(bus, TRANSFER_GONE);
    if (was_on) {
        bus->ops->gone(bus->opaque);
    }
}

/* Its pull-up, or power, is not what it was. */
static void look(HostBus *bus, int64_t now)
{
    bus->changed = false;
    port_drop(bus);
    usb_frames(bus->socket, false);
    usb_reset(bus->socket, false);
    if (bus->socket->pulled_up && bus->socket->powered) {
        enter(bus, PORT_DEBOUNCE, now + DEBOUNCE_NS);
    }
}

static void begin_reset(HostBus *bus, int64_t now)
{
    enter(bus, PORT_RESET, now + RESET_NS);
    usb_reset(bus->socket, true);
}

static void end_reset(HostBus *bus, int64_t now)
{
    bus->address = 0;
    host_bus_clear_toggles(bus);
    enter(bus, PORT_RECOVERY, now + RECOVERY_NS);
    usb_reset(bus->socket, false);
    usb_frames(bus->socket, true);
    host_bus_count_anew(bus);
}

static void end_recovery(HostBus *bus, int64_t now)
{
    enter(bus, PORT_ON, COUNTER_NEVER);
    bus->free_at = now;
    bus->ops->enabled(bus->opaque);
}

static void end_resume(HostBus *bus, int64_t now)
{
    enter(bus, PORT_ON, COUNTER_NEVER);
    bus->free_at = now + RECOVERY_NS;
    usb_frames(bus->socket, true);
    host_bus_count_anew(bus);
}

void port_step(HostBus *bus, int64_t now)
{
    if (bus->changed) {
        look(bus, now);
    }
    if (now < bus->until) {
        return;
    }
    switch (bus->state) {
    case PORT_DEBOUNCE:
        begin_reset(bus, now);
        break;
    case PORT_RESET:
        end_reset(bus, now);
        break;
    case PORT_RECOVERY:
        end_recovery(bus, now);
        break;
    case PORT_RESUMING:
        end_resume(bus, now);
        break;
    default:
        break;
    }
}

int64_t port_when(const HostBus *bus)
{
    return bus->changed ? 0 : bus->until;
}

/* ---- What the owner does ---- */

void host_bus_reset(HostBus *bus)
{
    if (bus->state >= PORT_RESET && !bus->changed) {
        int64_t now = port_now();

        bus->state = PORT_RESET;            /* what its transfers' owners submit now ends at once */
        host_bus_end_all(bus, TRANSFER_CANCELLED);
        enter(bus, PORT_DEBOUNCE, now + SOFTWARE_NS);
    }
}

void host_bus_rest(HostBus *bus)
{
    if (bus->state == PORT_ON) {
        enter(bus, PORT_RESTING, COUNTER_NEVER);
    }
}

void host_bus_suspend(HostBus *bus, bool on)
{
    if (on && bus->state == PORT_ON) {
        enter(bus, PORT_SUSPENDED, COUNTER_NEVER);
        usb_frames(bus->socket, false);
    } else if (!on && bus->state == PORT_SUSPENDED) {
        enter(bus, PORT_RESUMING, port_now() + RESUME_NS);
    }
}

/* ---- What the device does: not more than noticed here ---- */

static void port_connected(void *opaque, bool on)
{
    HostBus *bus = opaque;

    bus->changed = true;
    host_bus_wake(bus, port_now());
}

static void port_ready(void *opaque, bool in, unsigned endpoint)
{
    HostBus *bus = opaque;
    UsbPipe *pipe = &bus->pipe[in && endpoint][endpoint % USB_ENDPOINTS];

    if (pipe->waiting) {
        pipe->waiting = false;
        host_bus_wake(bus, MAX(port_now(), bus->free_at));
    }
}

/* A remote wake-up: the root port takes it over (7.1.7.7). */
static void port_woken(void *opaque, bool on)
{
    HostBus *bus = opaque;

    if (on && bus->state == PORT_SUSPENDED) {
        enter(bus, PORT_RESUMING, port_now() + RESUME_NS);
    }
}

static void port_session_requested(void *opaque)
{
    HostBus *bus = opaque;

    notifier_list_notify(&bus->session_requests, NULL);
}

const UsbHostOps port_host_ops = {
    .connected = port_connected, .ready = port_ready, .woken = port_woken,
    .session_requested = port_session_requested,
};
