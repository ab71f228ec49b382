/*
 * What a frame of the camera is to the interface (RM0090 15.5.3, 15.5.4, 15.5.7): its start and end, the lines and
 * items that are taken, the levels of VSYNC and HSYNC.
 *
 * That a line has ended is seen with the PIXCLK behind its last item: a DMA has got that by then.
 *
 * With a wrong VSPOL the frame is the pulse of VSYNC, with nothing in it; with a wrong HSPOL data is what comes
 * between lines (zeros here).  A line that is at no pin gives no frame at all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

/* PIXCLK is at a pin, and the lines that say where frames and lines are. */
static bool is_at_pins(const Dcmi *s)
{
    return signal_is_routed(&s->pixclk) &&
           (reg_get(s, CR, ESS) || (signal_is_routed(&s->hsync) && signal_is_routed(&s->vsync)));
}

bool dcmi_sees(const Dcmi *s)
{
    return camera_sends(s->socket.camera) && is_at_pins(s) &&
           !s->socket.camera->format.embedded == !reg_get(s, CR, ESS);
}

bool dcmi_samples(const Dcmi *s)
{
    return !s->socket.camera && dcmi_is_on(s) && is_at_pins(s);
}

static bool matches(uint8_t code, uint8_t expected, uint8_t unmasked)
{
    return !((code ^ expected) & unmasked);
}

/* Is @code none that has been programmed? */
static bool is_unused(const Dcmi *s, uint8_t code)
{
    return !matches(code, reg_get(s, ESCR, FSC), reg_get(s, ESUR, FSU)) &&
           !matches(code, reg_get(s, ESCR, LSC), reg_get(s, ESUR, LSU)) &&
           !matches(code, reg_get(s, ESCR, LEC), reg_get(s, ESUR, LEU));
}

bool dcmi_is_frame_end(const Dcmi *s, uint8_t code)
{
    return reg_get(s, ESCR, FEC) == 0xff ? is_unused(s, code)
                                         : matches(code, reg_get(s, ESCR, FEC), reg_get(s, ESUR, FEU));
}

/* FSC = 0xff: a frame begins with the first start of a line. */
bool dcmi_is_frame_start(const Dcmi *s, uint8_t code)
{
    return reg_get(s, ESCR, FSC) == 0xff ? matches(code, reg_get(s, ESCR, LSC), reg_get(s, ESUR, LSU))
                                         : matches(code, reg_get(s, ESCR, FSC), reg_get(s, ESUR, FSU));
}

bool dcmi_is_line_start(const Dcmi *s, uint8_t code)
{
    return matches(code, reg_get(s, ESCR, LSC), reg_get(s, ESUR, LSU));
}

bool dcmi_is_line_end(const Dcmi *s, uint8_t code)
{
    return matches(code, reg_get(s, ESCR, LEC), reg_get(s, ESUR, LEU));
}

static void embedded_shape(const Dcmi *s, const CameraFormat *f, DcmiShape *shape)
{
    const uint64_t first = (uint64_t)f->first_line * f->line_clocks;
    const uint64_t last = first + (uint64_t)(f->lines - 1) * f->line_clocks;
    bool starts = dcmi_is_frame_start(s, f->codes.first_start);

    shape->skip = CAMERA_CODE;
    shape->line_end = f->active + 2 * CAMERA_CODE;
    shape->start = starts ? first + CAMERA_CODE : DCMI_NEVER;
    if (dcmi_is_frame_end(s, f->codes.last_end)) {
        shape->finish = last + shape->line_end;
    } else if (f->first_line + f->lines < f->frame_lines && dcmi_is_frame_end(s, f->codes.blank_start)) {
        shape->finish = last + f->line_clocks + CAMERA_CODE;
    } else {
        shape->finish = DCMI_NEVER;
    }
    shape->vsync = starts ? shape->finish : DCMI_NEVER;
    shape->all_lines = starts ? f->lines : 0;
    shape->disordered = starts && f->lines > 1 &&
                        (!dcmi_is_line_start(s, f->codes.start) || !dcmi_is_line_end(s, f->codes.end));
}

static void hardware_shape(const Dcmi *s, const CameraFormat *f, DcmiShape *shape)
{
    uint64_t pulse = (uint64_t)f->vsync_lines * f->line_clocks;
    bool right = reg_get(s, CR, VSPOL) == !f->vsync_low;

    shape->start = right ? pulse : 0;
    shape->finish = right ? shape->length : pulse;
    shape->vsync = right ? shape->length : pulse;
    shape->wrong_hsync = reg_get(s, CR, HSPOL) == !f->href_low;
    if (shape->wrong_hsync) {
        shape->skip = f->active;
        shape->items = f->line_clocks - f->active;
        shape->line_end = f->line_clocks;
    }
    if (!right) {
        shape->lines = 0;
    }
}

/* The window (CROP): its end is the frame's. */
static void crop(const Dcmi *s, DcmiShape *shape)
{
    uint32_t down = reg_get(s, CWSTRT, VST), right = reg_get(s, CWSTRT, HOFFCNT);
    uint32_t height = reg_get(s, CWSIZE, VLINE) + 1, width = reg_get(s, CWSIZE, CAPCNT) + 1;
    bool whole = down < shape->lines && height <= shape->lines - down;

    shape->first_line += down;
    shape->lines = MIN(shape->lines - MIN(down, shape->lines), height);
    shape->skip += right;
    shape->items = MIN(shape->items - MIN(right, shape->items), width);
    if (whole) {
        shape->finish = (uint64_t)(shape->first_line + height - 1) * shape->line_clocks + shape->line_end;
    }
}

bool dcmi_shape(const Dcmi *s, DcmiShape *shape)
{
    const CameraFormat *f;

    if (!dcmi_sees(s)) {
        return false;
    }
    f = &s->socket.camera->format;
    *shape = (DcmiShape) {
        .length = camera_frame_clocks(s->socket.camera), .line_clocks = f->line_clocks,
        .first_line = f->first_line, .lines = f->lines, .all_lines = f->lines,
        .items = f->active, .line_end = f->active + 1,
    };
    if (reg_get(s, CR, ESS)) {
        embedded_shape(s, f, shape);
    } else {
        hardware_shape(s, f, shape);
    }
    if (reg_get(s, CR, CROP) && !reg_get(s, CR, JPEG)) {
        crop(s, shape);
    }
    return true;
}

/* ---- When ---- */

uint64_t dcmi_next_at(const DcmiShape *shape, uint64_t after, uint64_t at)
{
    uint64_t frame = after - after % shape->length;

    if (at == DCMI_NEVER) {
        return DCMI_NEVER;
    }
    frame -= at >= shape->length && frame >= shape->length ? shape->length : 0;
    return frame + at > after ? frame + at : frame + at + shape->length;
}

uint64_t dcmi_next_line_end(const Dcmi *s, const DcmiShape *shape, uint64_t after)
{
    uint64_t frame = after - after % shape->length, first = s->socket.camera->format.first_line, n = 0;
    uint64_t end = frame + first * shape->line_clocks + shape->line_end;

    if (!shape->all_lines) {
        return DCMI_NEVER;
    }
    if (end <= after) {
        n = (after - end) / shape->line_clocks + 1;
    }
    return n < shape->all_lines ? end + n * shape->line_clocks : end + shape->length;
}

uint64_t dcmi_end_of_frame(const Dcmi *s, const DcmiShape *shape, uint64_t base)
{
    return shape->finish == DCMI_NEVER ? DCMI_NEVER : MAX(base + shape->finish, s->done + 1);
}

/* ---- SR ---- */

/* Without a camera they are what the pins are. */
static uint32_t levels_of_pins(const Dcmi *s)
{
    bool hsync = signal_level(&s->hsync, false) == reg_get(s, CR, HSPOL);
    bool vsync = signal_level(&s->vsync, false) == reg_get(s, CR, VSPOL);

    return (hsync ? R_SR_HSYNC_MASK : 0) | (vsync ? R_SR_VSYNC_MASK : 0);
}

uint32_t dcmi_levels(const Dcmi *s)
{
    Camera *c = s->socket.camera;
    DcmiShape shape;
    uint64_t at;
    uint32_t line, clock;
    bool valid, frame;

    if (!dcmi_is_on(s) || (reg_get(s, CR, ESS) && !reg_get(s, CR, CAPTURE))) {
        return 0;
    }
    if (!dcmi_shape(s, &shape)) {
        return reg_get(s, CR, ESS) ? 0 : levels_of_pins(s);
    }
    at = counter_now(&c->ticks) % shape.length;
    line = at / shape.line_clocks;
    clock = at % shape.line_clocks;
    valid = line >= c->format.first_line && line - c->format.first_line < c->format.lines &&
            clock < c->format.active + (c->format.embedded ? 2 * CAMERA_CODE : 0);
    frame = shape.start != DCMI_NEVER && at >= shape.start && at < shape.vsync;
    return (valid == shape.wrong_hsync ? R_SR_HSYNC_MASK : 0) | (frame ? 0 : R_SR_VSYNC_MASK);
}
