/*
 * Files of records, see records.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/core/image/records.h"

static bool parse(const char *text, size_t chars, unsigned marks, Record *r)
{
    if (chars < marks || (chars - marks) % 2 || (chars - marks) / 2 > sizeof(r->byte)) {
        return false;
    }
    r->mark = text;
    r->bytes = (chars - marks) / 2;
    r->sum = 0;
    for (unsigned i = 0; i < r->bytes; i++) {
        int high = g_ascii_xdigit_value(text[marks + 2 * i]);
        int low = g_ascii_xdigit_value(text[marks + 2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        r->byte[i] = high << 4 | low;
        r->sum += r->byte[i];
    }
    return true;
}

RecordStep record_next(const Image *image, size_t *at, unsigned marks, Record *r)
{
    while (*at < image->size) {
        const char *text = (const char *)image->data + *at;
        const char *eol = memchr(text, '\n', image->size - *at) ?: text + image->size - *at;
        size_t chars = eol - text;

        *at += chars + 1;
        r->line++;
        while (chars && g_ascii_isspace(text[chars - 1])) {
            chars--;
        }
        if (chars) {
            return parse(text, chars, marks, r) ? RECORD_GOOD : RECORD_BAD;
        }
    }
    return RECORD_END;
}

bool record_is_bad(const Image *image, const Record *r, const char *kind, Error **errp)
{
    error_setg(errp, "'%s' line %u is not a sound %s record", image->name, r->line, kind);
    return false;
}
