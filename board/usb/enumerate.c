/*
 * From a connect to a configured device, see gadget.h: USB 2.0 9.1.2, with the requests that Linux makes,
 * in its order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "stm32/board/usb/check.h"
#include "stm32/board/usb/complain.h"
#include "stm32/board/usb/enumerate.h"

#define ADDRESS 1
#define ATTEMPTS 4
#define MS 1000000LL

#define NO_DATA_NS (50 * MS)        /* the time a device has, USB 2.0 9.2.6 */

/* ---- Address and device descriptor ---- */

static bool coroutine_fn reset_and_wait(Gadget *g)
{
    unsigned life = g->life;

    g->waiter = qemu_coroutine_self();
    host_bus_reset(&g->bus);
    qemu_coroutine_yield();
    return life == g->life;
}

/* How large its packets are, as long as that is not known: what Linux guesses. */
static void begin(Gadget *g)
{
    memset(g->endpoint, 0, sizeof(g->endpoint));
    memset(g->alternate, 0, sizeof(g->alternate));
    g->configuration = 0;
    g->endpoint[0][0] = (GadgetEndpoint) {
        .there = true, .kind = TRANSFER_CONTROL,
        .max_packet = host_bus_speed(&g->bus) == USB_SPEED_LOW ? 8 : 64,
    };
}

/* Its first packet tells how large they are.  @reset: and then reset it once more, as Linux does. */
static bool coroutine_fn probe(Gadget *g, bool reset)
{
    uint8_t data[64];
    int got = gadget_get_descriptor(g, DESC_DEVICE, 0, 0, data, reset ? 64 : 8);

    if (got < 8) {
        if (got >= 0) {
            COMPLAIN(g, USB045, "only %d bytes of the device descriptor come at address 0, at least 8 are "
                     "needed", got);
        }
        return got >= 0 ? false : gadget_complain(g, "device at address 0", got);
    }
    g->device[7] = data[7];
    if (data[7] && data[7] <= 64) {
        g->endpoint[0][0].max_packet = data[7];
    }
    return !reset || reset_and_wait(g);
}

static bool coroutine_fn set_address(Gadget *g)
{
    int got = gadget_request(g, 0, SET_ADDRESS, ADDRESS, 0, NULL, 0);

    if (got < 0) {
        if (got != -TRANSFER_GONE) {
            COMPLAIN(g, USB046, "SET_ADDRESS fails: %s", transfer_status_name(-got));
        }
        return false;
    }
    if (g->took > NO_DATA_NS) {
        COMPLAIN(g, USB047, "SET_ADDRESS took %d ms; a device has 50 ms", (int)(g->took / MS));
    }
    g->bus.address = ADDRESS;
    return gadget_sleep(g, 10 * MS);
}

static bool coroutine_fn read_device(Gadget *g)
{
    uint8_t packet_size = g->device[7];         /* by the first packet at address 0 */
    int got = gadget_get_descriptor(g, DESC_DEVICE, 0, 0, g->device, sizeof(g->device));

    if (got < 0) {
        if (got != -TRANSFER_GONE && got != -TRANSFER_STALLED && check_packet_size(g, packet_size)) {
            COMPLAIN(g, USB048, "it does not answer at the address that it was given: %s",
                     transfer_status_name(-got));
        }
        return gadget_complain(g, "device", got);
    }
    check_device(g, got);
    return got == sizeof(g->device) && g->device[1] == DESC_DEVICE && g->device[17];
}

/* Before it is configured; a HID's report is asked for behind that. */
static void check_all(Gadget *g)
{
    for (unsigned i = 0; i < g->configs; i++) {
        const uint8_t *c = g->config[i].data;

        if (g->config[i].length >= 9) {
            check_configuration(g, &g->config[i], get16(c + 2));
        }
    }
}

static bool coroutine_fn configure(Gadget *g, uint8_t value)
{
    int got = gadget_request(g, 0, SET_CONFIGURATION, value, 0, NULL, 0);

    if (got < 0 && got != -TRANSFER_GONE) {
        COMPLAIN(g, USB049, "SET_CONFIGURATION %u fails: %s", value, transfer_status_name(-got));
    }
    return got >= 0;
}

/* ---- All of it ---- */

static void forget(Gadget *g)
{
    for (unsigned i = 0; i < ARRAY_SIZE(g->config); i++) {
        g_clear_pointer(&g->config[i].data, g_free);
        g->config[i].length = 0;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(g->string); i++) {
        g_clear_pointer(&g->string[i], g_free);
    }
    memset(g->device, 0, sizeof(g->device));
    g->configs = 0;
}

static bool coroutine_fn attempt(Gadget *g, bool reset)
{
    forget(g);
    begin(g);
    if (!probe(g, reset) || !set_address(g) || !read_device(g) || !gadget_read_configurations(g)) {
        return false;
    }
    gadget_read_qualifier(g);
    gadget_read_strings(g);
    check_all(g);
    /* one that refuses is there all the same, unconfigured, as Linux has it */
    return configure(g, g->config[0].data[5]) || g->bus.state == PORT_ON;
}

static void coroutine_fn enumerate(void *opaque)
{
    Gadget *g = opaque;
    unsigned life = g->life;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (i && !reset_and_wait(g)) {
            return;
        }
        if (attempt(g, i < ATTEMPTS / 2)) {
            g->found = true;
            g->ops->found(g->opaque);
            return;
        }
        if (life != g->life) {
            return;
        }
    }
    if (!g->given_up) {
        warn_report("%s: the host at its cable cannot enumerate the device and gives up; -d guest_errors tells "
                    "why", g->path);
    }
    g->given_up = true;
}

/* After a reset that somebody wanted: as it was before. */
static void coroutine_fn restore(void *opaque)
{
    Gadget *g = opaque;
    uint8_t value = g->configuration;
    unsigned packet = g->endpoint[0][0].max_packet, life = g->life;

    begin(g);
    g->endpoint[0][0].max_packet = packet;
    if (set_address(g) && value) {
        configure(g, value);
    }
    if (life == g->life && g->ops->restored) {
        g->ops->restored(g->opaque);
    }
}

void gadget_reset(Gadget *g)
{
    host_bus_reset(&g->bus);
}

static void enabled(void *opaque)
{
    Gadget *g = opaque;
    Coroutine *waiter = g->waiter;

    g->waiter = NULL;
    qemu_coroutine_enter(waiter ?: qemu_coroutine_create(g->found ? restore : enumerate, g));
}

static void gone(void *opaque)
{
    Gadget *g = opaque;
    Coroutine *waiter = g->waiter;
    bool found = g->found;

    g->life++;
    g->waiter = NULL;
    g->found = false;
    if (waiter) {
        qemu_coroutine_enter(waiter);
    }
    if (found) {
        g->ops->gone(g->opaque);
    }
    forget(g);
}

const HostBusOps gadget_bus_ops = { .enabled = enabled, .gone = gone, .accepted = gadget_accepted };
