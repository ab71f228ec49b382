/*
 * Descriptors, see descriptors.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/descriptors.h"

/* What must be there at least, so that fields can be read without a look at the length. */
static unsigned least(unsigned type)
{
    switch (type) {
    case DESC_CONFIGURATION:
    case DESC_INTERFACE:
    case DESC_HID:
        return 9;
    case DESC_ENDPOINT:
        return 7;
    case DESC_ASSOCIATION:
        return 8;
    case DESC_CS_INTERFACE:
    case DESC_CS_ENDPOINT:
        return 3;
    default:
        return 2;
    }
}

static const uint8_t *whole(const Descriptors *d, const uint8_t *at)
{
    size_t left = d->data + d->length - at;

    return left >= 2 && at[0] >= 2 && at[0] <= left ? at : NULL;
}

const uint8_t *descriptors_next(const Descriptors *d, const uint8_t *at)
{
    if (!d->data) {
        return NULL;
    }
    at = whole(d, at ? at + at[0] : d->data);
    while (at && at[0] < least(at[1])) {
        at = whole(d, at + at[0]);
    }
    return at;
}

const uint8_t *descriptors_in_interface(const Descriptors *d, const uint8_t *at)
{
    at = descriptors_next(d, at);
    return at && at[1] != DESC_INTERFACE && at[1] != DESC_ASSOCIATION ? at : NULL;
}

const uint8_t *descriptors_interface(const Descriptors *d, unsigned number, unsigned alternate)
{
    for (const uint8_t *at = NULL; (at = descriptors_next(d, at));) {
        if (at[1] == DESC_INTERFACE && at[2] == number && at[3] == alternate) {
            return at;
        }
    }
    return NULL;
}

const uint8_t *descriptors_endpoint(const Descriptors *d, const uint8_t *interface, bool in,
                                    unsigned kind)
{
    for (const uint8_t *at = interface; at && (at = descriptors_in_interface(d, at));) {
        if (at[1] == DESC_ENDPOINT && !!(at[2] & 0x80) == in && (at[3] & 3) == kind) {
            return at;
        }
    }
    return NULL;
}
