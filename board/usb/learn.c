/*
 * What the device has been told, by whoever, see enumerate.h: which endpoints it has since, and whose toggles
 * begin anew (USB 2.0 9.1.1.5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/enumerate.h"

static void add_endpoint(Gadget *g, const uint8_t *interface, const uint8_t *e)
{
    bool high = host_bus_speed(&g->bus) == USB_SPEED_HIGH;
    unsigned kind = e[3] & 3, w = get16(e + 4), interval = MAX(e[6], 1);

    if (!(e[2] & 15)) {
        return;
    }
    if (high || kind == TRANSFER_ISOCHRONOUS) {
        interval = 1 << (MIN(interval, 16) - 1);
    }
    g->endpoint[e[2] >> 7][e[2] & 15] = (GadgetEndpoint) {
        .there = true, .kind = kind, .max_packet = MIN(w & 0x7ff, USB_MAX_PACKET),
        .burst = high && (kind & 1) ? MIN((w >> 11 & 3) + 1, 3) : 1,
        .b_interval = e[6], .interval = interval, .interface = interface[2],
    };
}

static void list_endpoints(Gadget *g)
{
    const Descriptors *d = gadget_configuration(g);
    GadgetEndpoint control = g->endpoint[0][0];

    memset(g->endpoint, 0, sizeof(g->endpoint));
    g->endpoint[0][0] = control;
    for (unsigned i = 0; d && i < GADGET_INTERFACES; i++) {
        const uint8_t *interface = descriptors_interface(d, i, g->alternate[i]);

        for (const uint8_t *at = interface; at && (at = descriptors_in_interface(d, at));) {
            if (at[1] == DESC_ENDPOINT) {
                add_endpoint(g, interface, at);
            }
        }
    }
    if (g->ops->configured && g->found) {
        g->ops->configured(g->opaque);
    }
}

static void clear_toggles_of(Gadget *g, unsigned interface)
{
    for (unsigned n = 1; n < USB_ENDPOINTS; n++) {
        for (unsigned in = 0; in < 2; in++) {
            if (g->endpoint[in][n].there && g->endpoint[in][n].interface == interface) {
                host_bus_clear_toggle(&g->bus, in, n);
            }
        }
    }
}

void gadget_accepted(void *opaque, const uint8_t *setup)
{
    Gadget *g = opaque;
    unsigned value = get16(setup + 2), index = get16(setup + 4);

    if (setup[0] == 0 && setup[1] == SET_CONFIGURATION) {
        g->configuration = value;
        memset(g->alternate, 0, sizeof(g->alternate));
        host_bus_clear_toggles(&g->bus);
        list_endpoints(g);
    } else if (setup[0] == REQUEST_INTERFACE && setup[1] == SET_INTERFACE && index < GADGET_INTERFACES) {
        g->alternate[index] = value;
        list_endpoints(g);
        clear_toggles_of(g, index);
    } else if (setup[0] == REQUEST_ENDPOINT && setup[1] == CLEAR_FEATURE && !value) {
        host_bus_clear_toggle(&g->bus, index & 0x80, index & 15);
    }
}
