/*
 * An SSD1306 as it is made, powered on, reset and saved.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-clock.h"
#include "stm32/board/displays/ssd1306.h"
#include "stm32/board/user_pin.h"

enum { PAGE_MODE = 2 };         /* as command 0x20 has them */

/* RES#: registers; the memory stays. */
static void reset(Ssd1306 *d)
{
    d->wanted = d->got = d->column = d->page = d->first_column = d->first_page = 0;
    d->mode = PAGE_MODE;
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
    ssd1306_scroll_end(d);
    ssd1306_set_frames(d);
    d->screen.dirty = true;
}

/* What is in its memory then is not defined, on real ones it is noise: drivers have to clear it. */
static void power_on(Ssd1306 *d)
{
    screen_fill_noise(d->memory[0], sizeof(d->memory));
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
    power_on(d);
    d->held = d->reset_pin && !pin_level(d->reset_pin);
    return ssd1306_picture_init(d, errp);
}

static bool is_sane(void *opaque, int version_id)
{
    Ssd1306 *d = opaque;

    return d->wanted <= SSD1306_BYTES && d->got <= d->wanted && d->column < SSD1306_COLUMNS &&
           d->page < SSD1306_PAGES && d->scroll_last < SSD1306_PAGES && d->interval < 8 && d->multiplex < SSD1306_ROWS &&
           d->scroll_rows <= SSD1306_ROWS && (!d->wanted || d->got < d->wanted) &&
           d->first_column < SSD1306_COLUMNS && d->last_column < SSD1306_COLUMNS && d->first_page < SSD1306_PAGES &&
           d->last_page < SSD1306_PAGES;
}

static int post_load(void *opaque, int version_id)
{
    ((Ssd1306 *)opaque)->screen.dirty = true;
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
