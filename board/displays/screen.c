/*
 * A small display's console, see screen.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/displays/screen.h"

static void draw_row(Screen *s, DisplaySurface *surface, unsigned y)
{
    uint32_t row[SCREEN_WIDTH];
    uint8_t *data = surface_data(surface);

    s->draw(s->opaque, y, row);
    for (unsigned n = 0; n < s->scale; n++) {
        uint32_t *pixel = (uint32_t *)(data + (y * s->scale + n) * surface_stride(surface));

        for (unsigned x = 0; x < s->width * s->scale; x++) {
            pixel[x] = row[x / s->scale];
        }
    }
}

static void update(void *opaque)
{
    Screen *s = opaque;
    DisplaySurface *surface = qemu_console_surface(s->console);

    if (s->look) {
        s->look(s->opaque);
    }
    if (!s->dirty || surface_bits_per_pixel(surface) != 32 ||
        surface_width(surface) != s->width * s->scale || surface_height(surface) != s->height * s->scale) {
        return;
    }
    for (unsigned y = 0; y < s->height; y++) {
        draw_row(s, surface, y);
    }
    s->dirty = false;
    dpy_gfx_update_full(s->console);
}

static void invalidate(void *opaque)
{
    ((Screen *)opaque)->dirty = true;
}

void screen_fill_noise(uint8_t *memory, size_t size)
{
    uint32_t noise = 1;

    for (size_t i = 0; i < size; i++) {
        noise = noise * 1664525 + 1013904223;
        memory[i] = noise >> 24;
    }
}

bool screen_init(Screen *s, DeviceState *dev, Error **errp)
{
    static const GraphicHwOps ops = { .invalidate = invalidate, .gfx_update = update };

    if (s->scale < 1 || s->scale > 16) {
        error_setg(errp, "scale=%u: has to be 1 to 16", s->scale);
        return false;
    }
    s->console = graphic_console_init(dev, 0, &ops, s);
    qemu_console_resize(s->console, s->width * s->scale, s->height * s->scale);
    s->dirty = true;
    return true;
}
