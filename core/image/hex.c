/*
 * Intel HEX: ":LLAAAATT...CC", length, address, type, data, check sum.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qapi/error.h"
#include "stm32/core/image/records.h"

enum { DATA, END, SEGMENT, START_SEGMENT, LINEAR, START_LINEAR, N_TYPES };

static bool is_sound(const Record *r)
{
    static const uint8_t length[N_TYPES] = {
        [SEGMENT] = 2, [START_SEGMENT] = 4, [LINEAR] = 2, [START_LINEAR] = 4,
    };

    return r->mark[0] == ':' && r->bytes >= 5 && r->bytes == r->byte[0] + 5 && r->sum == 0 &&
           r->byte[3] < N_TYPES && (r->byte[3] == DATA || r->byte[0] == length[r->byte[3]]);
}

static bool end(const Image *image, size_t at, Record *r, Error **errp)
{
    if (record_next(image, &at, 1, r) != RECORD_END) {
        error_setg(errp, "'%s' goes on after its end record, at line %u: are these two files?",
                   image->name, r->line);
        return false;
    }
    return true;
}

bool image_load_hex(const Image *image, Error **errp)
{
    RecordStep step;
    hwaddr base = 0;
    Record r = {};
    size_t at = 0;

    while ((step = record_next(image, &at, 1, &r)) != RECORD_END) {
        if (step == RECORD_BAD || !is_sound(&r)) {
            return record_is_bad(image, &r, "Intel HEX", errp);
        }
        switch (r.byte[3]) {
        case DATA:
            if (!image_put(image, base + lduw_be_p(&r.byte[1]), &r.byte[4], r.byte[0], errp)) {
                return false;
            }
            break;
        case END:
            return end(image, at, &r, errp);
        case SEGMENT:
            base = lduw_be_p(&r.byte[4]) << 4;
            break;
        case LINEAR:
            base = (hwaddr)lduw_be_p(&r.byte[4]) << 16;
            break;
        }
    }
    error_setg(errp, "'%s' is cut short: it has no end record", image->name);
    return false;
}
