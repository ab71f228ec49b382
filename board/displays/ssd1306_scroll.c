/*
 * Scrolling of an SSD1306: what is in memory moves, in time, when somebody looks.  Vertical scrolling moves what is
 * shown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/board/displays/ssd1306.h"

/* FOSC / (divide * clocks of a row * rows); 370 kHz with 0x80, and some 10 % for each step more. */
static uint64_t frame_period(const Ssd1306 *d)
{
    uint64_t hz = 370000 * (20 + (d->clock >> 4)) / 28;
    uint64_t clocks = ((d->clock & 15) + 1) * (50 + (d->precharge & 15) + (d->precharge >> 4)) * (d->multiplex + 1);

    return CLOCK_PERIOD_FROM_HZ(1) / hz * clocks;
}

void ssd1306_set_frames(Ssd1306 *d)
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
    d->screen.dirty = true;
    for (unsigned page = d->scroll_first; page <= d->scroll_last && columns; page++) {
        /* unsure: right is where columns with higher numbers are */
        rotate_page(d->memory[page], d->to_left != d->mirrored ? SSD1306_COLUMNS - columns : columns);
    }
    if (d->diagonal && d->scroll_rows) {
        d->shift = (d->shift + steps % d->scroll_rows * d->step) % d->scroll_rows;
    }
}

void ssd1306_scroll_set(Ssd1306 *d, bool to_left, bool diagonal)
{
    d->to_left = to_left;
    d->diagonal = diagonal;
    d->scroll_first = d->bytes[1] & 7;
    d->interval = d->bytes[2] & 7;
    d->scroll_last = d->bytes[3] & 7;
    d->step = diagonal ? d->bytes[4] & 63 : 0;
}

void ssd1306_scroll_begin(Ssd1306 *d)
{
    ssd1306_set_frames(d);
    counter_set(&d->frames, 0);
    counter_go(&d->frames);
    d->scrolled = 0;
    d->scrolls = true;
}

void ssd1306_scroll_end(Ssd1306 *d)
{
    counter_stop(&d->frames);
    d->scrolls = false;
    d->shift = 0;
}
