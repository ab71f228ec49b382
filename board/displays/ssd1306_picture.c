/*
 * What is seen of an SSD1306.
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

static void draw(void *opaque, unsigned y, uint32_t *pixel)
{
    const Ssd1306 *d = opaque;
    bool shines = d->on && (d->pump || d->own_vcc) && !d->held;
    uint32_t lit = shines ? (64 + d->contrast * 191 / 255) * 0x010101 : 0;
    int row = row_of(d, y);

    for (unsigned x = 0; x < SSD1306_COLUMNS; x++) {
        pixel[x] = is_lit(d, x, row) ? lit : 0;
    }
}

static void look(void *opaque)
{
    ssd1306_scroll(opaque);
}

bool ssd1306_picture_init(Ssd1306 *d, Error **errp)
{
    d->screen.width = SSD1306_COLUMNS;
    d->screen.height = d->height;
    d->screen.draw = draw;
    d->screen.look = look;
    d->screen.opaque = d;
    return screen_init(&d->screen, d->dev, errp);
}
