/*
 * The memory and the commands of an SSD1306, see ssd1306.h.
 *
 * Fading and blinking (0x23) and zoom (0xd6), which its later data sheet has, are taken and do nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/displays/ssd1306.h"
#include "stm32/core/mistake/mistake.h"

enum { HORIZONTAL, VERTICAL, PAGES };

enum {
    MEMORY_MODE = 0x20, COLUMN_RANGE = 0x21, PAGE_RANGE = 0x22, FADE = 0x23, SCROLL_RIGHT = 0x26, SCROLL_LEFT = 0x27,
    SCROLL_UP_RIGHT = 0x29, SCROLL_UP_LEFT = 0x2a, SCROLL_OFF = 0x2e, SCROLL_ON = 0x2f, START_LINE = 0x40,
    CONTRAST = 0x81, CHARGE_PUMP = 0x8d, SEGMENTS = 0xa0, SCROLL_AREA = 0xa3, ALL_ON = 0xa4, INVERSE = 0xa6,
    MULTIPLEX = 0xa8, DISPLAY_OFF = 0xae, DISPLAY_ON = 0xaf, PAGE_START = 0xb0, COM_SCAN = 0xc0, OFFSET = 0xd3,
    OSCILLATOR = 0xd5, ZOOM = 0xd6, PRECHARGE = 0xd9, COM_PINS = 0xda, VCOMH = 0xdb, NOP = 0xe3,
};

static unsigned parameters_of(uint8_t command)
{
    switch (command) {
    case MEMORY_MODE: case FADE: case CONTRAST: case CHARGE_PUMP: case MULTIPLEX: case OFFSET: case OSCILLATOR:
    case ZOOM: case PRECHARGE: case COM_PINS: case VCOMH:
        return 1;
    case COLUMN_RANGE: case PAGE_RANGE: case SCROLL_AREA:
        return 2;
    case SCROLL_UP_RIGHT: case SCROLL_UP_LEFT:
        return 5;
    case SCROLL_RIGHT: case SCROLL_LEFT:
        return 6;
    default:
        return 0;
    }
}

/* ---- Memory ---- */

static void next_column(Ssd1306 *d)
{
    bool last = d->column == d->last_column;

    d->column = last ? d->first_column : (d->column + 1) % SSD1306_COLUMNS;
    if (last && d->mode == HORIZONTAL) {
        d->page = d->page == d->last_page ? d->first_page : (d->page + 1) % SSD1306_PAGES;
    }
}

static void next_page(Ssd1306 *d)
{
    bool last = d->page == d->last_page;

    d->page = last ? d->first_page : (d->page + 1) % SSD1306_PAGES;
    if (last) {
        d->column = d->column == d->last_column ? d->first_column : (d->column + 1) % SSD1306_COLUMNS;
    }
}

void ssd1306_data(Ssd1306 *d, uint8_t byte)
{
    if (d->held) {
        return;
    }
    ssd1306_scroll(d);
    d->memory[d->page][d->mirrored ? SSD1306_COLUMNS - 1 - d->column : d->column] = byte;
    d->screen.dirty = true;
    if (d->mode == VERTICAL) {
        next_page(d);
    } else if (d->mode == HORIZONTAL) {
        next_column(d);
    } else {
        d->column = (d->column + 1) % SSD1306_COLUMNS;      /* PAGES: and in the same one */
    }
}

uint8_t ssd1306_status(const Ssd1306 *d)
{
    return d->on ? 0 : 0x40;
}

/* ---- Commands ---- */

static void set_range(uint8_t *first, uint8_t *last, uint8_t *at, const uint8_t *bytes, unsigned mask)
{
    *first = *at = bytes[0] & mask;
    *last = bytes[1] & mask;
}

/* One with parameters. */
static void execute(Ssd1306 *d)
{
    uint8_t byte = d->bytes[0];

    switch (d->command) {
    case MEMORY_MODE:
        d->mode = MIN(byte & 3, PAGES);
        break;
    case COLUMN_RANGE:
        set_range(&d->first_column, &d->last_column, &d->column, d->bytes, 127);
        break;
    case PAGE_RANGE:
        set_range(&d->first_page, &d->last_page, &d->page, d->bytes, 7);
        break;
    case SCROLL_RIGHT: case SCROLL_LEFT:
        ssd1306_scroll_set(d, d->command == SCROLL_LEFT, false);
        break;
    case SCROLL_UP_RIGHT: case SCROLL_UP_LEFT:
        ssd1306_scroll_set(d, d->command == SCROLL_UP_LEFT, true);
        break;
    case SCROLL_AREA:
        d->fixed_rows = byte & 63;
        d->scroll_rows = MIN(d->bytes[1] & 127, SSD1306_ROWS);
        break;
    case CONTRAST:
        d->contrast = byte;
        break;
    case CHARGE_PUMP:
        d->pump = byte & 4;
        break;
    case MULTIPLEX:
        d->multiplex = MAX(byte & 63, 15);
        break;
    case OFFSET:
        d->offset = byte & 63;
        break;
    case OSCILLATOR:
        d->clock = byte;
        break;
    case PRECHARGE:
        d->precharge = byte;
        break;
    case COM_PINS:
        d->com_pins = byte;
        break;
    default:
        break;
    }
    ssd1306_set_frames(d);
}

static void turn_on(Ssd1306 *d)
{
    d->on = true;
    if (!d->pump && !d->own_vcc && !d->told_dark) {
        d->told_dark = true;
        guest_mistake(d->dev->canonical_path, SSD001, "DISPLAYON (0xaf) without the charge pump: nothing is "
                      "lit");
    }
}

/* One of a byte. */
static void execute_short(Ssd1306 *d, uint8_t c)
{
    if (c < 0x10) {
        d->column = (d->column & 0x70) | c;
    } else if (c < 0x20) {
        d->column = (d->column & 0x0f) | (c & 7) << 4;
    } else if (c >= START_LINE && c < START_LINE + SSD1306_ROWS) {
        d->start_line = c & 63;
    } else if (c >= PAGE_START && c < PAGE_START + SSD1306_PAGES) {
        d->page = c & 7;
    } else if ((c & 0xfe) == SEGMENTS) {
        d->mirrored = c & 1;            /* of what is written from now on */
    } else if ((c & 0xf0) == COM_SCAN) {
        d->upside_down = c & 8;
    } else if ((c & 0xfe) == ALL_ON) {
        d->all_on = c & 1;
    } else if ((c & 0xfe) == INVERSE) {
        d->inverse = c & 1;
    } else if (c == DISPLAY_ON) {
        turn_on(d);
    } else if (c == DISPLAY_OFF) {
        d->on = false;
    } else if (c == SCROLL_ON) {
        ssd1306_scroll_begin(d);
    } else if (c == SCROLL_OFF) {
        ssd1306_scroll_end(d);
    } else if (c != NOP) {
        guest_mistake(d->dev->canonical_path, SSD002, "it has no command 0x%02x", c);
    }
}

void ssd1306_command(Ssd1306 *d, uint8_t byte)
{
    if (d->held) {
        return;
    }
    ssd1306_scroll(d);
    d->screen.dirty = true;
    if (d->wanted) {
        d->bytes[d->got++] = byte;
        if (d->got == d->wanted) {
            d->wanted = d->got = 0;
            execute(d);
        }
        return;
    }
    d->command = byte;
    d->got = 0;
    d->wanted = parameters_of(byte);
    if (!d->wanted) {
        execute_short(d, byte);
    }
}
