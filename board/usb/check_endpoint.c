/*
 * Endpoints, see check_endpoint.h: USB 2.0 5.5 to 5.8, 9.6.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/check_endpoint.h"
#include "stm32/board/usb/complain.h"

static const char *const kinds[] = { "control", "isochronous", "bulk", "interrupt" };

static bool size_is_legal(unsigned kind, bool high, unsigned w)
{
    unsigned size = w & 0x7ff, more = w >> 11;
    bool power = size == 8 || size == 16 || size == 32 || size == 64;

    switch (kind) {
    case TRANSFER_CONTROL:
        return high ? w == 64 : power && !more;
    case TRANSFER_BULK:
        return high ? w == 512 : power && !more;
    case TRANSFER_INTERRUPT:
        return high ? size && size <= 1024 && more <= 2 : size && size <= 64 && !more;
    default:
        return high ? size <= 1024 && more <= 2 : size <= 1023 && !more;
    }
}

static const char *legal_sizes(unsigned kind, bool high)
{
    static const char *const full[] = { "8, 16, 32 or 64", "up to 1023", "8, 16, 32 or 64", "1 to 64" };
    static const char *const fast[] = {
        "64", "up to 1024, up to three times", "512", "1 to 1024, up to three times",
    };

    return (high ? fast : full)[kind];
}

static bool interval_is_legal(unsigned kind, bool high, unsigned b)
{
    return kind == TRANSFER_INTERRUPT && !high ? b : kind & 1 ? b && b <= 16 : true;
}

static void check_endpoint(Gadget *g, const uint8_t *interface, const uint8_t *e)
{
    bool high = host_bus_speed(&g->bus) == USB_SPEED_HIGH;
    unsigned kind = e[3] & 3, w = get16(e + 4);
    const char *way = e[2] & 0x80 ? "IN" : "OUT";

    if (!(e[2] & 15) || (e[2] & 0x70)) {
        COMPLAIN(g, USB039, "interface %u has an endpoint with bEndpointAddress 0x%02x: Linux ignores it",
                 interface[2], e[2]);
        return;
    }
    if (!size_is_legal(kind, high, w)) {
        COMPLAIN(g, USB040, "%s endpoint %u %s has wMaxPacketSize 0x%04x; at %s speed it is %s", kinds[kind],
                 e[2] & 15, way, w, high ? "high" : "full", legal_sizes(kind, high));
    }
    if (!interval_is_legal(kind, high, e[6])) {
        COMPLAIN(g, USB041, "%s endpoint %u %s has bInterval %u; at %s speed it is 1 to %u: Linux takes "
                 "another", kinds[kind], e[2] & 15, way, e[6], high ? "high" : "full",
                 kind == TRANSFER_INTERRUPT && !high ? 255 : 16);
    }
    if (kind == TRANSFER_ISOCHRONOUS && !interface[3] && (w & 0x7ff)) {
        COMPLAIN(g, USB042, "isochronous endpoint %u %s is in alternate setting 0 of interface %u: that one "
                 "may not need any of the bus's time", e[2] & 15, way, interface[2]);
    }
}

/* Is it in use by another interface, or in this setting already? */
static void check_twice(Gadget *g, const Descriptors *d, const uint8_t *interface, const uint8_t *e)
{
    const uint8_t *owner = NULL;

    for (const uint8_t *at = NULL; (at = descriptors_next(d, at)) && at < e;) {
        if (at[1] == DESC_INTERFACE) {
            owner = at;
        } else if (at[1] == DESC_ENDPOINT && at[2] == e[2] && owner &&
                   (owner == interface || owner[2] != interface[2])) {
            COMPLAIN(g, USB043, "interfaces %u and %u both have endpoint 0x%02x: Linux ignores the second",
                     owner[2], interface[2], e[2]);
            return;
        }
    }
}

void check_endpoints(Gadget *g, const Descriptors *d, const uint8_t *interface)
{
    unsigned count = 0;

    for (const uint8_t *at = interface; (at = descriptors_in_interface(d, at));) {
        if (at[1] == DESC_ENDPOINT) {
            count++;
            check_endpoint(g, interface, at);
            check_twice(g, d, interface, at);
        }
    }
    if (count != interface[4]) {
        COMPLAIN(g, USB044, "interface %u, setting %u: bNumEndpoints is %u, but %u descriptors of endpoints "
                 "follow: Windows refuses the configuration", interface[2], interface[3], interface[4], count);
    }
}
