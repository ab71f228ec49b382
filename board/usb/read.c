/*
 * Descriptors as a host asks for them, see enumerate.h: USB 2.0 9.4.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/check.h"
#include "stm32/board/usb/complain.h"
#include "stm32/board/usb/enumerate.h"

#define MS 1000000LL
#define DATA_NS (500 * MS)          /* the time a device has, USB 2.0 9.2.6 */
#define MAX_CONFIGURATION 4096      /* bytes; real ones have some hundred */

/* ---- One request ---- */

/* Linux and Windows try thrice. */
int coroutine_fn gadget_get_descriptor(Gadget *g, unsigned type, unsigned index, unsigned language,
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
        COMPLAIN(g, USB063, "GET_DESCRIPTOR took %d ms", (int)(g->took / MS));
    }
    return got;
}

bool gadget_complain(Gadget *g, const char *what, int got)
{
    if (got == -TRANSFER_STALLED) {
        COMPLAIN(g, USB064, "GET_DESCRIPTOR of the %s is answered by STALL", what);
    } else if (got != -TRANSFER_GONE && got != -TRANSFER_CANCELLED) {
        COMPLAIN(g, USB065, "GET_DESCRIPTOR of the %s fails: %s", what, transfer_status_name(-got));
    }
    return false;
}

/* ---- The other descriptors ---- */

void coroutine_fn gadget_read_qualifier(Gadget *g)
{
    uint8_t data[10];

    if (get16(g->device + 2) >= 0x0200) {
        check_qualifier(g, data, gadget_get_descriptor(g, DESC_QUALIFIER, 0, 0, data, sizeof(data)));
    }
}

static bool coroutine_fn read_configuration(Gadget *g, unsigned index)
{
    uint8_t head[9];
    Descriptors *d = &g->config[index];
    int got = gadget_get_descriptor(g, DESC_CONFIGURATION, index, 0, head, sizeof(head));
    unsigned total;

    if (got < (int)sizeof(head)) {
        if (got >= 0) {
            COMPLAIN(g, USB066, "only %d bytes of configuration %u come, 9 are the least: Linux refuses the "
                     "device", got, index);
        }
        return got >= 0 ? false : gadget_complain(g, "configuration", got);
    }
    total = MAX(get16(head + 2), 9);
    if (total > MAX_CONFIGURATION) {
        COMPLAIN(g, USB067, "wTotalLength is %u: the built-in host reads %u of it", total, MAX_CONFIGURATION);
    }
    d->data = g_malloc0(MIN(total, MAX_CONFIGURATION));
    got = gadget_get_descriptor(g, DESC_CONFIGURATION, index, 0, d->data, MIN(total, MAX_CONFIGURATION));
    d->length = MAX(got, 0);
    g->configs = index + 1;
    return got >= 9 ? true : gadget_complain(g, "configuration, all of it,", got < 0 ? got : -TRANSFER_FAILED);
}

bool coroutine_fn gadget_read_configurations(Gadget *g)
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
    got = gadget_get_descriptor(g, DESC_STRING, index, g->language, data, sizeof(data));
    if (got == -TRANSFER_GONE) {
        return;
    }
    if (got < 0) {
        COMPLAIN(g, USB068, "a descriptor names string %u in language 0x%04x, and to get it fails: %s", index,
                 g->language, transfer_status_name(-got));
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
    int got = gadget_get_descriptor(g, DESC_STRING, 0, 0, data, sizeof(data));

    g->language = 0x0409;
    if (got < 0) {
        if (got != -TRANSFER_GONE) {
            COMPLAIN(g, USB069, "there are strings, but string 0, which names their language, fails: %s",
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

void coroutine_fn gadget_read_strings(Gadget *g)
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
