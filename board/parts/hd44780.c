/*
 * HD44780U (Hitachi, rev 0.0), see hd44780.h.  A command takes 37 us, the first two 1.52 ms, which BF tells.
 *
 * Deliberately different: what comes while it is busy is done all the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/hd44780.h"
#include "stm32/core/pins/drive.h"

enum { LINE = 40, SHORT_NS = 37000, LONG_NS = 1520000 };

/* ---- Memories ---- */

/* Addresses 0x40 ... 0x67 are the second line's. */
static unsigned cell_of(const Hd44780 *h, uint8_t address)
{
    if (!h->two_lines) {
        return address % HD44780_CELLS;
    }
    return (address & 0x40 ? LINE : 0) + (address & 0x3f) % LINE;
}

/* The address of cell @n, which wraps. */
static uint8_t address_of(const Hd44780 *h, int n)
{
    n = (n + HD44780_CELLS) % HD44780_CELLS;
    return h->two_lines && n >= LINE ? 0x40 + n - LINE : n;
}

static void step(Hd44780 *h, bool back)
{
    if (h->in_glyphs) {
        h->address = (h->address + (back ? -1 : 1)) & 0x3f;
    } else {
        h->address = address_of(h, (int)cell_of(h, h->address) + (back ? -1 : 1));
    }
}

static void shift(Hd44780 *h, bool left)
{
    h->shift = (h->shift + (left ? 1 : LINE - 1)) % LINE;
}

static void write_data(Hd44780 *h, uint8_t byte)
{
    if (h->in_glyphs) {
        h->glyph[h->address & 0x3f] = byte;
    } else {
        h->cell[cell_of(h, h->address)] = byte;
        if (h->shifts) {
            shift(h, !h->backwards);
        }
    }
    step(h, h->backwards);
}

/* ---- Commands: the highest bit set says which ---- */

static void command(Hd44780 *h, uint8_t byte)
{
    if (byte & 0x80) {
        h->in_glyphs = false;
        h->address = byte & 0x7f;
    } else if (byte & 0x40) {
        h->in_glyphs = true;
        h->address = byte & 0x3f;
    } else if (byte & 0x20) {
        h->eight_bits = byte & 0x10;
        h->two_lines = byte & 0x08;
    } else if (byte & 0x10) {
        if (byte & 8) {
            shift(h, !(byte & 4));
        } else {
            step(h, !(byte & 4));
        }
    } else if (byte & 0x08) {
        h->on = byte & 4;
        h->cursor = byte & 2;
        h->blinks = byte & 1;
    } else if (byte & 0x04) {
        h->backwards = !(byte & 2);
        h->shifts = byte & 1;
    } else if (byte) {
        h->in_glyphs = false;
        h->address = h->shift = 0;
        if (byte & 1) {
            memset(h->cell, ' ', sizeof(h->cell));
            h->backwards = false;
        }
    }
    h->busy_until = drive_now() + (byte && byte < 4 ? LONG_NS : SHORT_NS);
}

void hd44780_reset(Hd44780 *h)
{
    memset(h, 0, sizeof(*h));
    memset(h->cell, ' ', sizeof(h->cell));
    h->eight_bits = true;
}

/* ---- Bytes and halves ---- */

void hd44780_write(Hd44780 *h, bool rs, uint8_t lines)
{
    if (!h->eight_bits) {
        h->byte = h->half ? (h->byte & 0xf0) | lines >> 4 : (lines & 0xf0);
        h->half = !h->half;
        if (h->half) {
            return;
        }
        lines = h->byte;
    }
    if (rs) {
        write_data(h, lines);
        h->busy_until = drive_now() + SHORT_NS;
    } else {
        command(h, lines);
    }
}

uint8_t hd44780_read(Hd44780 *h, bool rs)
{
    if (h->eight_bits || !h->half) {
        if (rs) {
            h->byte = h->in_glyphs ? h->glyph[h->address & 0x3f] : h->cell[cell_of(h, h->address)];
        } else {
            h->byte = (drive_now() < h->busy_until ? 0x80 : 0) | (h->address & 0x7f);
        }
    }
    return h->half ? h->byte << 4 : h->byte;
}

void hd44780_read_end(Hd44780 *h, bool rs)
{
    h->half = !h->eight_bits && !h->half;
    if (rs && !h->half) {
        step(h, h->backwards);
    }
}

uint8_t hd44780_code(const Hd44780 *h, unsigned columns, unsigned row, unsigned column)
{
    unsigned place = (row / 2 * columns + column + h->shift) % LINE;

    return h->cell[place + (row % 2 ? LINE : 0)];
}

static int hd44780_post_load(void *opaque, int version_id)
{
    return ((Hd44780 *)opaque)->shift < LINE ? 0 : -EINVAL;
}

const VMStateDescription vmstate_hd44780 = {
    .name = "stm32-hd44780", .version_id = 1, .minimum_version_id = 1, .post_load = hd44780_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_ARRAY(cell, Hd44780, HD44780_CELLS),
        VMSTATE_UINT8_ARRAY(glyph, Hd44780, 64),
        VMSTATE_UINT8(address, Hd44780),
        VMSTATE_BOOL(in_glyphs, Hd44780),
        VMSTATE_BOOL(eight_bits, Hd44780),
        VMSTATE_BOOL(two_lines, Hd44780),
        VMSTATE_BOOL(on, Hd44780),
        VMSTATE_BOOL(cursor, Hd44780),
        VMSTATE_BOOL(blinks, Hd44780),
        VMSTATE_BOOL(backwards, Hd44780),
        VMSTATE_BOOL(shifts, Hd44780),
        VMSTATE_UINT8(shift, Hd44780),
        VMSTATE_BOOL(half, Hd44780),
        VMSTATE_UINT8(byte, Hd44780),
        VMSTATE_INT64(busy_until, Hd44780),
        VMSTATE_END_OF_LIST()
    },
};
