/*
 * Motorola S-records: "StLLA...D...CC", type, length of what follows, address of 2 to 4 bytes, data, check
 * sum.  S0 is a header, S5 and S6 count, S7 to S9 end the file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/core/image/records.h"

/* Bytes of the address, by type. */
static const uint8_t address_bytes[10] = { 2, 2, 3, 4, 0, 2, 3, 4, 3, 2 };

static bool is_sound(const Record *r)
{
    unsigned type = r->mark[1] - '0';

    return r->mark[0] == 'S' && type < ARRAY_SIZE(address_bytes) && address_bytes[type] &&
           r->bytes >= 2u + address_bytes[type] && r->bytes == r->byte[0] + 1 && r->sum == 0xff;
}

static bool put(const Image *image, const Record *r, unsigned bytes, Error **errp)
{
    hwaddr address = 0;

    for (unsigned i = 0; i < bytes; i++) {
        address = address << 8 | r->byte[1 + i];
    }
    return image_put(image, address, &r->byte[1 + bytes], r->bytes - bytes - 2, errp);
}

bool image_load_srec(const Image *image, Error **errp)
{
    unsigned type = 0;
    RecordStep step;
    Record r = {};
    size_t at = 0;

    while ((step = record_next(image, &at, 2, &r)) != RECORD_END) {
        if (type >= 7) {
            error_setg(errp, "'%s' goes on after its end record, at line %u: are these two files?",
                       image->name, r.line);
            return false;
        }
        if (step == RECORD_BAD || !is_sound(&r)) {
            return record_is_bad(image, &r, "S-", errp);
        }
        type = r.mark[1] - '0';
        if (type >= 1 && type <= 3 && !put(image, &r, address_bytes[type], errp)) {
            return false;
        }
    }
    if (type < 7) {
        error_setg(errp, "'%s' is cut short: it has no end record", image->name);
        return false;
    }
    return true;
}
