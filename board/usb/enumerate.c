/*
 * From a connect to a configured device, see gadget.h: USB 2.0 9.1.2, with the requests that Linux makes,
 * in its order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "stm32/board/usb/check.h"
#include "stm32/board/usb/gadget.h"

#define ADDRESS 1
#define ATTEMPTS 4
#define MS 1000000LL
#define MAX_CONFIGURATION 4096  /* bytes; real ones have some hundred */

/* USB 2.0 9.2.6: the time a device has */
#define NO_DATA_NS (50 * MS)
#define DATA_NS (500 * MS)

/* ---- One request ---- */

/* Linux and Windows try thrice. */
static int coroutine_fn get_descriptor(Gadget *g, unsigned type, unsigned index, unsigned language,
                                       void *data, unsigned length)
{
    int got = 0;

    for (unsigned i = 0; i < 3; i++) {
        memset(data, 0, length);
        got = gadget_request(g, REQUEST_IN, GET_DESCRIPTOR, type << 8 | index, language, data, length);
        if (got >= 0 || got == -TRANSFER_GONE || got == -TRANSFER_STALLED) {
            break;
        }
    }
    if (got >= 0 && g->took > DATA_NS) {
        COMPLAIN(g, "2.0 9.2.6.4", "GET_DESCRIPTOR took %d ms; the first data have to come within 500 ms",
                 (int)(g->took / MS));
    }
    return got;
}

static bool complain(Gadget *g, const char *what, int got)
{
    if (got == -TRANSFER_STALLED) {
        COMPLAIN(g, "2.0 9.4.3", "GET_DESCRIPTOR of the %s is answered by STALL; every device has to have "
                 "it", what);
    } else if (got != -TRANSFER_GONE && got != -TRANSFER_CANCELLED) {
        COMPLAIN(g, "2.0 9.2.6.4", "GET_DESCRIPTOR of the %s fails: %s", what, transfer_status_name(-got));
    }
    return false;
}

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
    int got = get_descriptor(g, DESC_DEVICE, 0, 0, data, reset ? 64 : 8);

    if (got < 8) {
        if (got >= 0) {
            COMPLAIN(g, "2.0 9.6.1", "only %d bytes of the device descriptor come at address 0, at least 8 "
                     "are needed", got);
        }
        return got >= 0 ? false : complain(g, "device at address 0", got);
    }
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
            COMPLAIN(g, "2.0 9.4.6", "SET_ADDRESS fails: %s", transfer_status_name(-got));
        }
        return false;
    }
    if (g->took > NO_DATA_NS) {
        COMPLAIN(g, "2.0 9.2.6.3", "SET_ADDRESS took %d ms; a device has 50 ms", (int)(g->took / MS));
    }
    g->bus.address = ADDRESS;
    return gadget_sleep(g, 10 * MS);
}

static bool coroutine_fn read_device(Gadget *g)
{
    int got = get_descriptor(g, DESC_DEVICE, 0, 0, g->device, sizeof(g->device));

    if (got < 0) {
        if (got != -TRANSFER_GONE && got != -TRANSFER_STALLED) {
            COMPLAIN(g, "2.0 9.2.6.3", "it does not answer at the address that it was given: %s; the new "
                     "address holds behind the status stage of SET_ADDRESS", transfer_status_name(-got));
        }
        return complain(g, "device", got);
    }
    check_device(g, got);
    return got == sizeof(g->device) && g->device[1] == DESC_DEVICE && g->device[17];
}

/* ---- The other descriptors ---- */

static void coroutine_fn read_qualifier(Gadget *g)
{
    uint8_t data[10];

    if (get16(g->device + 2) >= 0x0200) {
        check_qualifier(g, data, get_descriptor(g, DESC_QUALIFIER, 0, 0, data, sizeof(data)));
    }
}

static bool coroutine_fn read_configuration(Gadget *g, unsigned index)
{
    uint8_t head[9];
    Descriptors *d = &g->config[index];
    int got = get_descriptor(g, DESC_CONFIGURATION, index, 0, head, sizeof(head));
    unsigned total;

    if (got < (int)sizeof(head)) {
        if (got >= 0) {
            COMPLAIN(g, "2.0 9.6.3", "only %d bytes of configuration %u come, 9 are the least: Linux refuses "
                     "the device", got, index);
        }
        return got >= 0 ? false : complain(g, "configuration", got);
    }
    total = MAX(get16(head + 2), 9);
    if (total > MAX_CONFIGURATION) {
        COMPLAIN(g, "2.0 9.6.3", "wTotalLength is %u: the built-in host reads %u of it", total,
                 MAX_CONFIGURATION);
    }
    d->data = g_malloc0(MIN(total, MAX_CONFIGURATION));
    got = get_descriptor(g, DESC_CONFIGURATION, index, 0, d->data, MIN(total, MAX_CONFIGURATION));
    d->length = MAX(got, 0);
    g->configs = index + 1;
    return got >= 9 ? true : complain(g, "configuration, all of it,", got < 0 ? got : -TRANSFER_FAILED);
}

static bool coroutine_fn read_configurations(Gadget *g)
{
    unsigned count = MIN(g->device[17], GADGET_CONFIGS);

    for (unsigned i = 0; i < count; i++) {
        if (!read_configuration(g, i)) {
            return i;               /* the first is needed */
        }
    }
    return true;
}

static void coroutine_fn read_string(Gadget *g, unsigned index)
{
    uint8_t data[255];
    int got;

    if (!index || g->string[index]) {
        return;
    }
    got = get_descriptor(g, DESC_STRING, index, g->language, data, sizeof(data));
    if (got == -TRANSFER_GONE) {
        return;
    }
    if (got < 0) {
        COMPLAIN(g, "2.0 9.6.7", "a descriptor names string %u in language 0x%04x, and to get it fails: %s",
                 index, g->language, transfer_status_name(-got));
        return;
    }
    check_string(g, index, data, got);
    if (got >= 2 && data[1] == DESC_STRING) {
        unsigned count = (MIN(got, data[0]) - MIN(2, data[0])) / 2;
        g_autofree gunichar2 *text = g_new0(gunichar2, count + 1);

        for (unsigned i = 0; i < count; i++) {
            text[i] = get16(data + 2 + 2 * i);
        }
        g->string[index] = g_utf16_to_utf8(text, count, NULL, NULL, NULL);
    }
}

/* String 0 says in which language they are; Linux takes the first. */
static bool coroutine_fn read_language(Gadget *g)
{
    uint8_t data[255];
    int got = get_descriptor(g, DESC_STRING, 0, 0, data, sizeof(data));

    g->language = 0x0409;
    if (got < 0) {
        if (got != -TRANSFER_GONE) {
            COMPLAIN(g, "2.0 9.6.7", "there are strings, but string 0, which names their language, fails: %s",
                     transfer_status_name(-got));
        }
        return false;
    }
    check_string(g, 0, data, got);
    if (got >= 4 && data[1] == DESC_STRING) {
        g->language = get16(data + 2);
    }
    return true;
}

static void coroutine_fn read_strings(Gadget *g)
{
    bool wanted = g->device[14] || g->device[15] || g->device[16];

    if (!wanted || !read_language(g)) {
        return;
    }
    for (unsigned i = 14; i <= 16; i++) {
        read_string(g, g->device[i]);
    }
    for (unsigned c = 0; c < g->configs; c++) {
        for (const uint8_t *at = NULL; (at = descriptors_next(&g->config[c], at));) {
            read_string(g, at[1] == DESC_CONFIGURATION ? at[6] : at[1] == DESC_INTERFACE ? at[8] : 0);
        }
    }
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
        COMPLAIN(g, "2.0 9.4.7", "SET_CONFIGURATION %u fails: %s", value, transfer_status_name(-got));
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
    if (!probe(g, reset) || !set_address(g) || !read_device(g) || !read_configurations(g)) {
        return false;
    }
    read_qualifier(g);
    read_strings(g);
    check_all(g);
    return configure(g, g->config[0].data[5]);
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

/* ---- What the device has been told, by whoever ---- */

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

static void accepted(void *opaque, const uint8_t *setup)
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

const HostBusOps gadget_bus_ops = { .enabled = enabled, .gone = gone, .accepted = accepted };
