/*
 * What a camera module sends: frames as the registers of its sensor say.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/camera/state.h"

enum { VSYNC_LINES = 3, BEFORE_DATA = 8, BETWEEN_LINES = 16 };

const char *camera_why_silent(const CameraModule *m)
{
    return m->in_reset ? "it is held in reset (its pin reset= is low)"
         : m->powered_down ? "it is powered down (its pin pwdn= is high)"
         : !m->xclk ? "it has no XCLK (its pin xclk= has no clock)"
         : m->mode.pixels == PIXELS_JPEG && !jpeg_is_there() ? "this QEMU is built without JPEG (libjpeg-dev)"
         : m->mode.silent;
}

static unsigned lines_of_frame(const SensorMode *m)
{
    unsigned blank = (uint64_t)m->height * (m->all_lines - m->sensor_lines) / m->sensor_lines;

    return m->height + MAX(blank, VSYNC_LINES + BEFORE_DATA + 1);
}

/* JPEG is shorter than pixels, and takes no more time than the sensor has for a frame. */
static unsigned items_of(const SensorMode *m)
{
    unsigned line = m->frame_clocks / lines_of_frame(m), least = MAX(m->width / 8, 16);

    return m->pixels == PIXELS_JPEG ? MIN(line_items(m), MAX(least, line - MIN(line, BETWEEN_LINES)))
                                    : line_items(m);
}

CameraFormat camera_format(const CameraModule *module)
{
    const SensorMode *m = &module->mode;
    CameraFormat f = {
        .active = m->items, .lines = m->height, .width = 8, .vsync_lines = VSYNC_LINES,
        .vsync_low = m->vsync_low, .href_low = m->href_low, .falling = m->falling,
        .jpeg = m->pixels == PIXELS_JPEG, .embedded = m->embedded,
        /* CCIR 656: start and end of an active line, and of a blank one */
        .codes = { 0x80, 0x80, 0x9d, 0x9d, 0xab, 0xb6 },
    };
    unsigned least = f.active + BETWEEN_LINES + (m->embedded ? 2 * CAMERA_CODE : 0);

    f.frame_lines = lines_of_frame(m);
    f.line_clocks = MAX(m->frame_clocks / f.frame_lines, least);
    f.first_line = f.frame_lines - m->height - 1;
    return f;
}

void camera_read_mode(CameraModule *m)
{
    m->mode = (SensorMode) { .multiply = 1, .divide = 1, .quality = 80 };
    m->model->mode(m->regs, &m->mode);
    m->mode.width = MAX(m->mode.width & ~1u, 8);
    m->mode.height = MAX(m->mode.height, 8);
    m->mode.items = items_of(&m->mode);
    jpeg_forget(&m->jpeg);
    line_forget(&m->lines);
}

void camera_mode_changed(CameraModule *m)
{
    CameraFormat format;

    camera_before_change(&m->camera);
    camera_read_mode(m);
    format = camera_format(m);
    camera_send(&m->camera, &format, m->xclk * m->mode.divide / m->mode.multiply, camera_why_silent(m));
}

static unsigned send_line(void *opaque, uint64_t frame, unsigned line, uint16_t *items)
{
    CameraModule *m = opaque;

    return m->mode.pixels == PIXELS_JPEG ? line_of_jpeg(&m->jpeg, &m->source, &m->mode, frame, line, items)
                                         : line_make(&m->lines, &m->source, &m->mode, frame, line, items);
}

const CameraOps camera_module_ops = { .line = send_line };
