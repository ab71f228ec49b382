/*
 * The frame memory of the ILI9341 (its datasheet, 9.1 to 9.3 and 7.1.8): columns and pages of the window,
 * as MADCTL turns them, and pixels as they come over a bus.
 *
 * With 16 data lines a pixel of 16 bits is a transfer, and two of 18 bits are three; with 8 or with SPI they
 * are two and three.  What is read always has 18 bits.
 *
 * unsure: colours of 16 bits are made 18 by repeating their upper bit, not by the table of RGBSET
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/board/displays/ili9341.h"

#define SIX_BITS 0xfcfcfc
#define INTERFACE_WEMODE 1      /* of the first byte of F6h: a full window begins anew */

void ili9341_set_order(Ili9341 *d)
{
    uint8_t order = d->madctl ^ (d->interface[0] & (MADCTL_MY | MADCTL_MX | MADCTL_MV | MADCTL_BGR));
    bool mx = order & MADCTL_MX, my = order & MADCTL_MY, exchanged = order & MADCTL_MV;
    int32_t x = mx ? -1 : 1, y = my ? -ILI9341_COLUMNS : ILI9341_COLUMNS;

    d->origin = (mx ? ILI9341_COLUMNS - 1 : 0) + (my ? (ILI9341_ROWS - 1) * ILI9341_COLUMNS : 0);
    d->column_step = exchanged ? y : x;
    d->page_step = exchanged ? x : y;
    d->columns = exchanged ? ILI9341_ROWS : ILI9341_COLUMNS;
    d->pages = exchanged ? ILI9341_COLUMNS : ILI9341_ROWS;
}

static void check_window(Ili9341 *d)
{
    if (d->first_column > d->last_column || d->last_column >= d->columns || d->first_page > d->last_page ||
        d->last_page >= d->pages) {
        guest_mistake(d->dev->canonical_path, ILI005, "the window is columns %u to %u, pages %u to %u of %u "
                      "x %u: what is outside is lost", d->first_column, d->last_column, d->first_page,
                      d->last_page, d->columns, d->pages);
    }
}

void ili9341_begin_pixels(Ili9341 *d, bool at_first)
{
    d->phase = 0;
    if (at_first) {
        d->column = d->first_column;
        d->page = d->first_page;
        d->full = false;
    }
    if (!d->awake) {
        guest_mistake(d->dev->canonical_path, ILI006, "pixels are moved while the display sleeps: nothing "
                      "is seen before SLPOUT (0x11) and DISPON (0x29)");
    }
}

/* A window that no pixel goes to is nobody's mistake: drivers set one up before they know what to draw. */
static inline uint32_t *pixel(Ili9341 *d)
{
    if (unlikely(d->column == d->first_column && d->page == d->first_page)) {
        check_window(d);
    }
    if (unlikely(d->column >= d->columns || d->page >= d->pages || d->full)) {
        return NULL;
    }
    return &d->memory[d->origin + d->column * d->column_step + d->page * d->page_step];
}

static inline void next_pixel(Ili9341 *d)
{
    if (likely(d->column++ != d->last_column)) {
        return;
    }
    d->column = d->first_column;
    if (d->page++ == d->last_page) {
        d->page = d->first_page;
        d->full = !(d->interface[0] & INTERFACE_WEMODE);
    }
}

static inline void put(Ili9341 *d, uint32_t colour)
{
    uint32_t *at = pixel(d);

    if (likely(at)) {
        *at = colour & SIX_BITS;
    }
    next_pixel(d);
}

static inline uint32_t from_16(uint16_t data)
{
    uint32_t r = data >> 11, g = data >> 5 & 0x3f, b = data & 0x1f;

    return (r << 3 | r >> 2) << 16 | g << 10 | (b << 3 | b >> 2);
}

/* A byte of a pixel that has @bytes. */
static void put_byte(Ili9341 *d, uint8_t byte, unsigned bytes)
{
    d->rest = d->rest << 8 | byte;
    if (++d->phase == bytes) {
        put(d, bytes == 2 ? from_16(d->rest) : d->rest);
        d->phase = d->rest = 0;
    }
}

void ili9341_write_pixels(Ili9341 *d, uint16_t data, unsigned width)
{
    unsigned bytes = (d->colmod & 7) == 5 ? 2 : 3;

    d->dirty = true;
    if (width == 8) {
        put_byte(d, data, bytes);
    } else if (bytes == 2) {
        put(d, from_16(data));
    } else {
        put_byte(d, data >> 8, 3);
        put_byte(d, data, 3);
    }
}

static uint8_t get_byte(Ili9341 *d)
{
    uint32_t *at;
    uint8_t byte;

    if (d->phase == 0) {
        at = pixel(d);
        d->rest = at ? *at : 0;
        next_pixel(d);
    }
    byte = d->rest >> (16 - 8 * d->phase);
    d->phase = (d->phase + 1) % 3;
    return byte;
}

uint16_t ili9341_read_pixels(Ili9341 *d, unsigned width)
{
    uint16_t data = get_byte(d);

    return width == 8 ? data : data << 8 | get_byte(d);
}
