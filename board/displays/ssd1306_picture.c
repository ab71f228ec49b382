/*
 * What is seen of an SSD1306: a console of which `scale` pixels are one of the display's, drawn when somebody looks.
 *
 * A row of the glass is at a common pin of the controller, which shows a row of its memory: by start line, offset and
 * direction.  The first column and row are at the right and below, so that 0xa1 and 0xc8 give an upright picture, as on
 * all modules.  Glasses of 64 rows have their pins in turn left and right (COM pins 0x12), those of 32 rows on one
 * side (0x02): with the wrong setting rows are where they would be on a real one.
 *
 * Deliberately different: contrast is the brightness, other settings of the analog part do nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/displays/ssd1306.h"

/* The controller's output (ROW) at row @from_top of the glass. */
static unsigned output_of(const Ssd1306 *d, unsigned from_top)
{
    bool alternates = d->com_pins & 0x10, swapped = d->com_pins & 0x20;
    unsigned y = d->height - 1 - from_top, side, pin;

    if (d->height == 32) {              /* all at the left */
        return alternates ? 2 * y + swapped : y + 32 * swapped;
    }
    side = (y & 1) ^ swapped;
    pin = y / 2;
    return alternates ? 2 * pin + side : pin + 32 * side;
}

/* The memory's row there, or -1: it is not driven. */
static int row_of(const Ssd1306 *d, unsigned y)
{
    unsigned out = output_of(d, y), rows = d->multiplex + 1, row;

    if (out >= rows) {
        return -1;
    }
    if (d->upside_down) {
        out = rows - 1 - out;
    }
    row = (out + d->offset) % SSD1306_ROWS;
    if (d->scrolls && d->diagonal && row >= d->fixed_rows && row < d->fixed_rows + d->scroll_rows) {
        row = d->fixed_rows + (row - d->fixed_rows + d->shift) % d->scroll_rows;
    }
    return (row + d->start_line) % SSD1306_ROWS;
}

static bool is_lit(const Ssd1306 *d, unsigned x, int row)
{
    bool set = row >= 0 && (d->all_on || d->memory[row / 8][SSD1306_COLUMNS - 1 - x] >> (row % 8) & 1);

    return row >= 0 && set != d->inverse;
}

static void draw_row(const Ssd1306 *d, DisplaySurface *surface, unsigned y, uint32_t lit)
{
    int row = row_of(d, y);
    uint8_t *data = surface_data(surface);

    for (unsigned n = 0; n < d->scale; n++) {
        uint32_t *pixel = (uint32_t *)(data + (y * d->scale + n) * surface_stride(surface));

        for (unsigned x = 0; x < SSD1306_COLUMNS * d->scale; x++) {
            pixel[x] = is_lit(d, x / d->scale, row) ? lit : 0;
        }
    }
}

static void update(void *opaque)
{
    Ssd1306 *d = opaque;
    DisplaySurface *surface = qemu_console_surface(d->console);
    bool shines = d->on && (d->pump || d->own_vcc) && !d->held;
    uint32_t lit = shines ? (64 + d->contrast * 191 / 255) * 0x010101 : 0;

    ssd1306_scroll(d);
    if (!d->dirty || surface_bits_per_pixel(surface) != 32 ||
        surface_width(surface) != SSD1306_COLUMNS * d->scale || surface_height(surface) != d->height * d->scale) {
        return;
    }
    for (unsigned y = 0; y < d->height; y++) {
        draw_row(d, surface, y, lit);
    }
    d->dirty = false;
    dpy_gfx_update_full(d->console);
}

static void invalidate(void *opaque)
{
    ((Ssd1306 *)opaque)->dirty = true;
}

static const GraphicHwOps picture_ops = { .invalidate = invalidate, .gfx_update = update };

bool ssd1306_picture_init(Ssd1306 *d, Error **errp)
{
    if (d->scale < 1 || d->scale > 16) {
        error_setg(errp, "scale=%u: has to be 1 to 16", d->scale);
        return false;
    }
    d->console = graphic_console_init(d->dev, 0, &picture_ops, d);
    qemu_console_resize(d->console, SSD1306_COLUMNS * d->scale, d->height * d->scale);
    d->dirty = true;
    return true;
}
