/*
 * What is seen of the ILI9341's memory: the console, drawn anew only when somebody looks and something has
 * changed.  Sleep and DISPOFF show black, as do lines outside the partial area.
 *
 * The glass is as most modules have it: its colours in the order BGR, its first column right, so that MADCTL 0x48
 * gives an upright picture with true colours.  rgb-glass=on, straight=on: others.  SS and GS of B6h turn it, and the
 * EOR bits of F6h what MADCTL says: a driver that sets them leaves out MX or BGR there.
 *
 * Deliberately different: brightness, gamma and the order of refresh (ML, MH) are not to be seen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "ui/console.h"
#include "stm32/board/displays/ili9341.h"

/* The memory's row that line @line shows. */
static unsigned row_of(const Ili9341 *d, unsigned line)
{
    unsigned top = d->scroll_top, height = d->scroll_height;

    if (!d->scrolls || line < top || line >= top + height || !height) {
        return line;
    }
    return top + (line - top + d->scroll_start + 2 * ILI9341_ROWS * height - top) % height;
}

static bool is_shown(const Ili9341 *d, unsigned line)
{
    unsigned first = d->partial_first, last = d->partial_last;

    return d->awake && d->on &&
           (!d->partial || (first <= last ? line >= first && line <= last : line >= first || line <= last));
}

/* 0xRRGGBB as the eye sees it. */
static uint32_t seen(const Ili9341 *d, uint32_t colour, bool swapped)
{
    if (d->idle) {
        colour = (colour >> 7 & 0x010101) * 0xff;
    }
    colour |= colour >> 6 & 0x030303;
    if (d->inverted) {
        colour ^= 0xffffff;
    }
    return swapped ? colour << 16 | (colour & 0xff00) | colour >> 16 : colour;
}

/* Where column @x of line @y is on the console. */
static void put(const Ili9341 *d, DisplaySurface *surface, unsigned x, unsigned y, uint32_t colour)
{
    unsigned right = ILI9341_COLUMNS - 1 - x, below = ILI9341_ROWS - 1 - y;
    unsigned to_x = d->rotate == 0 ? x : d->rotate == 90 ? y : d->rotate == 180 ? right : below;
    unsigned to_y = d->rotate == 0 ? y : d->rotate == 90 ? right : d->rotate == 180 ? below : x;

    ((uint32_t *)((uint8_t *)surface_data(surface) + to_y * surface_stride(surface)))[to_x] = colour & 0xffffff;
}

static void draw_line(const Ili9341 *d, DisplaySurface *surface, unsigned line)
{
    const uint32_t *from = &d->memory[row_of(d, line) * ILI9341_COLUMNS];
    bool bgr = (d->madctl ^ d->interface[0]) & MADCTL_BGR, shown = is_shown(d, line);
    bool to_right = d->straight != !!(d->scan & SCAN_SS);
    unsigned y = d->scan & SCAN_GS ? ILI9341_ROWS - 1 - line : line;

    for (unsigned x = 0; x < ILI9341_COLUMNS; x++) {
        put(d, surface, to_right ? x : ILI9341_COLUMNS - 1 - x, y,
            shown ? seen(d, from[x], bgr == d->rgb_glass) : 0);
    }
}

static void update(void *opaque)
{
    Ili9341 *d = opaque;
    DisplaySurface *surface = qemu_console_surface(d->console);
    bool turned = d->rotate % 180;
    int width = turned ? ILI9341_ROWS : ILI9341_COLUMNS, height = turned ? ILI9341_COLUMNS : ILI9341_ROWS;

    if (!d->dirty || surface_bits_per_pixel(surface) != 32 || surface_width(surface) != width ||
        surface_height(surface) != height) {
        return;
    }
    for (unsigned line = 0; line < ILI9341_ROWS; line++) {
        draw_line(d, surface, line);
    }
    d->dirty = false;
    dpy_gfx_update_full(d->console);
}

void ili9341_picture_changed(Ili9341 *d)
{
    d->dirty = true;
}

static void invalidate(void *opaque)
{
    ili9341_picture_changed(opaque);
}

static const GraphicHwOps picture_ops = { .invalidate = invalidate, .gfx_update = update };

bool ili9341_picture_init(Ili9341 *d, Error **errp)
{
    if (d->rotate % 90 || d->rotate > 270) {
        error_setg(errp, "rotate=%u: a display is mounted turned by 0, 90, 180 or 270 degrees", d->rotate);
        return false;
    }
    d->console = graphic_console_init(d->dev, 0, &picture_ops, d);
    qemu_console_resize(d->console, d->rotate % 180 ? ILI9341_ROWS : ILI9341_COLUMNS,
                        d->rotate % 180 ? ILI9341_COLUMNS : ILI9341_ROWS);
    d->dirty = true;
    return true;
}
