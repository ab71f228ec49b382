/*
 * The memory and the commands of an SSD1306, see ssd1306.h.
 *
 * Fading and blinking (0x23) and zoom (0xd6), which its later data sheet has, are taken and do nothing.  Scrolling moves
 * what is in memory, when somebody looks; vertical scrolling moves what is shown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qapi/error.h"
#include "hw/qdev-clock.h"
#include "stm32/board/displays/ssd1306.h"
#include "stm32/board/user_pin.h"
#include "stm32/core/mistake.h"

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
    case MEMORY_MODE: case FADE: case CONTRAST: case CHARGE_PUMP: case MULTIPLEX: case OFFSET: case OSCILLATOR: case ZOOM:
    case PRECHARGE: case COM_PINS: case VCOMH:
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

/* ---- Scrolling ---- */

/* FOSC / (divide * clocks of a row * rows); 370 kHz with 0x80, and some 10 % for each step more. */
static uint64_t frame_period(const Ssd1306 *d)
{
    uint64_t hz = 370000 * (20 + (d->clock >> 4)) / 28;
    uint64_t clocks = ((d->clock & 15) + 1) * (50 + (d->precharge & 15) + (d->precharge >> 4)) * (d->multiplex + 1);

    return CLOCK_PERIOD_FROM_HZ(1) / hz * clocks;
}

static void set_frames(Ssd1306 *d)
{
    counter_sync(&d->frames);
    clock_set(d->frame_clock, frame_period(d));
}

static void rotate_page(uint8_t *page, unsigned by)
{
    uint8_t was[SSD1306_COLUMNS];

    memcpy(was, page, sizeof(was));
    for (unsigned x = 0; x < SSD1306_COLUMNS; x++) {
        page[(x + by) % SSD1306_COLUMNS] = was[x];
    }
}

void ssd1306_scroll(Ssd1306 *d)
{
    static const uint16_t frames[] = { 5, 64, 128, 256, 3, 4, 25, 2 };
    uint64_t steps;
    unsigned columns;

    if (!d->scrolls) {
        return;
    }
    steps = counter_now(&d->frames) / frames[d->interval] - d->scrolled;
    columns = steps % SSD1306_COLUMNS;
    if (!steps) {
        return;
    }
    d->scrolled += steps;
    d->dirty = true;
    for (unsigned page = d->scroll_first; page <= d->scroll_last && columns; page++) {
        /* unsure: right is where columns with higher numbers are */
        rotate_page(d->memory[page], d->to_left != d->mirrored ? SSD1306_COLUMNS - columns : columns);
    }
    if (d->diagonal && d->scroll_rows) {
        d->shift = (d->shift + steps % d->scroll_rows * d->step) % d->scroll_rows;
    }
}

static void scroll_set(Ssd1306 *d, bool to_left, bool diagonal)
{
    d->to_left = to_left;
    d->diagonal = diagonal;
    d->scroll_first = d->bytes[1] & 7;
    d->interval = d->bytes[2] & 7;
    d->scroll_last = d->bytes[3] & 7;
    d->step = diagonal ? d->bytes[4] & 63 : 0;
}

static void scroll_begin(Ssd1306 *d)
{
    set_frames(d);
    counter_set(&d->frames, 0);
    counter_go(&d->frames);
    d->scrolled = 0;
    d->scrolls = true;
}

static void scroll_end(Ssd1306 *d)
{
    counter_stop(&d->frames);
    d->scrolls = false;
    d->shift = 0;
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
    d->dirty = true;
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
        scroll_set(d, d->command == SCROLL_LEFT, false);
        break;
    case SCROLL_UP_RIGHT: case SCROLL_UP_LEFT:
        scroll_set(d, d->command == SCROLL_UP_LEFT, true);
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
    set_frames(d);
}

static void turn_on(Ssd1306 *d)
{
    d->on = true;
    if (!d->pump && !d->own_vcc && !d->told_dark) {
        d->told_dark = true;
        guest_note(d->dev->canonical_path, "SSD1306", "DISPLAYON (0xaf) without the charge pump: nothing is lit; send "
                   "0x8d 0x14 before (or vcc=on, if the module has a supply of its own)");
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
        scroll_begin(d);
    } else if (c == SCROLL_OFF) {
        scroll_end(d);
    } else if (c != NOP) {
        guest_note(d->dev->canonical_path, "SSD1306", "it has no command 0x%02x", c);
    }
}

void ssd1306_command(Ssd1306 *d, uint8_t byte)
{
    if (d->held) {
        return;
    }
    ssd1306_scroll(d);
    d->dirty = true;
    if (d->wanted) {
        d->bytes[d->got++] = byte;
        if (d->got == d->wanted) {
            d->wanted = 0;
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

/* ---- Reset ---- */

/* RES#: registers; the memory stays. */
static void reset(Ssd1306 *d)
{
    d->wanted = d->got = d->column = d->page = d->first_column = d->first_page = 0;
    d->mode = PAGES;
    d->last_column = SSD1306_COLUMNS - 1;
    d->last_page = SSD1306_PAGES - 1;
    d->contrast = 0x7f;
    d->start_line = d->offset = 0;
    d->multiplex = 63;
    d->com_pins = 0x12;
    d->clock = 0x80;
    d->precharge = 0x22;
    d->on = d->all_on = d->inverse = d->mirrored = d->upside_down = d->pump = false;
    d->scroll_first = d->scroll_last = d->interval = d->step = d->fixed_rows = 0;
    d->scroll_rows = SSD1306_ROWS;
    scroll_end(d);
    set_frames(d);
    d->dirty = true;
}

/* What is in its memory then is not defined, on real ones it is noise: drivers have to clear it. */
void ssd1306_power_on(Ssd1306 *d)
{
    uint32_t noise = 1;

    for (unsigned i = 0; i < sizeof(d->memory); i++) {
        noise = noise * 1664525 + 1013904223;
        d->memory[i / SSD1306_COLUMNS][i % SSD1306_COLUMNS] = noise >> 24;
    }
    reset(d);
}

static void reset_changed(void *opaque, bool level)
{
    Ssd1306 *d = opaque;

    d->held = !level;
    if (d->held) {
        reset(d);
    }
}

bool ssd1306_init(Ssd1306 *d, DeviceState *dev, Error **errp)
{
    d->dev = dev;
    if (d->height != 64 && d->height != 32) {
        error_setg(errp, "height=%u: these displays have 64 or 32 rows", d->height);
        return false;
    }
    if (d->reset_name) {
        d->reset_pin = user_pin("reset", d->reset_name, errp);
        if (!d->reset_pin) {
            return false;
        }
        d->reset_listener = (PinListener) { .changed = reset_changed, .opaque = d };
        pin_add_driver(d->reset_pin, &d->reset_pull, "resistor of the display");
        pin_drive(&d->reset_pull, DRIVE(PULL_UP));
        pin_listen(&d->reset_listener, d->reset_pin);
    }
    d->frame_clock = clock_new(OBJECT(dev), "frames");
    counter_init(&d->frames, d->frame_clock);
    ssd1306_power_on(d);
    d->held = d->reset_pin && !pin_level(d->reset_pin);
    return ssd1306_picture_init(d, errp);
}

static bool is_sane(void *opaque, int version_id)
{
    Ssd1306 *d = opaque;

    return d->wanted <= SSD1306_BYTES && d->got <= d->wanted && d->column < SSD1306_COLUMNS &&
           d->page < SSD1306_PAGES && d->scroll_last < SSD1306_PAGES && d->interval < 8 && d->multiplex < SSD1306_ROWS &&
           d->scroll_rows <= SSD1306_ROWS && (!d->wanted || d->got < d->wanted);
}

static int post_load(void *opaque, int version_id)
{
    ((Ssd1306 *)opaque)->dirty = true;
    return 0;
}

const VMStateDescription vmstate_ssd1306 = {
    .name = "ssd1306", .version_id = 1, .minimum_version_id = 1, .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_2DARRAY(memory, Ssd1306, SSD1306_PAGES, SSD1306_COLUMNS),
        VMSTATE_UINT8(command, Ssd1306),
        VMSTATE_UINT8(wanted, Ssd1306),
        VMSTATE_UINT8(got, Ssd1306),
        VMSTATE_UINT8_ARRAY(bytes, Ssd1306, SSD1306_BYTES),
        VMSTATE_UINT8(mode, Ssd1306),
        VMSTATE_UINT8(column, Ssd1306),
        VMSTATE_UINT8(page, Ssd1306),
        VMSTATE_UINT8(first_column, Ssd1306),
        VMSTATE_UINT8(last_column, Ssd1306),
        VMSTATE_UINT8(first_page, Ssd1306),
        VMSTATE_UINT8(last_page, Ssd1306),
        VMSTATE_UINT8(contrast, Ssd1306),
        VMSTATE_UINT8(start_line, Ssd1306),
        VMSTATE_UINT8(multiplex, Ssd1306),
        VMSTATE_UINT8(offset, Ssd1306),
        VMSTATE_UINT8(com_pins, Ssd1306),
        VMSTATE_UINT8(clock, Ssd1306),
        VMSTATE_UINT8(precharge, Ssd1306),
        VMSTATE_BOOL(on, Ssd1306),
        VMSTATE_BOOL(all_on, Ssd1306),
        VMSTATE_BOOL(inverse, Ssd1306),
        VMSTATE_BOOL(mirrored, Ssd1306),
        VMSTATE_BOOL(upside_down, Ssd1306),
        VMSTATE_BOOL(pump, Ssd1306),
        VMSTATE_BOOL(held, Ssd1306),
        VMSTATE_BOOL(scrolls, Ssd1306),
        VMSTATE_BOOL(to_left, Ssd1306),
        VMSTATE_BOOL(diagonal, Ssd1306),
        VMSTATE_UINT8(scroll_first, Ssd1306),
        VMSTATE_UINT8(scroll_last, Ssd1306),
        VMSTATE_UINT8(interval, Ssd1306),
        VMSTATE_UINT8(step, Ssd1306),
        VMSTATE_UINT8(fixed_rows, Ssd1306),
        VMSTATE_UINT8(scroll_rows, Ssd1306),
        VMSTATE_UINT8(shift, Ssd1306),
        VMSTATE_UINT64(scrolled, Ssd1306),
        VMSTATE_CLOCK(frame_clock, Ssd1306),
        VMSTATE_COUNTER(frames, Ssd1306),
        VMSTATE_VALIDATE("its registers", is_sane),
        VMSTATE_END_OF_LIST()
    },
};
