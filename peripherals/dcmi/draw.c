/*
 * What the camera's lines show at the pins of the interface: PIXCLK, HSYNC, VSYNC and data, for a logic analyser or
 * whoever else looks there.
 *
 * PIXCLK is a square wave, an item of data is there for one period of it, and the edge at which it is to be taken is
 * in its middle.  The other lines are sources: asked what they are at a time, and when they change next.  So nothing
 * of it costs anything while nobody looks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

/* Where in its frame the camera is. */
typedef struct Place {
    uint64_t frame;
    uint32_t line, clock;
} Place;

static Place place_at(const Camera *c, uint64_t tick)
{
    uint64_t in_frame = tick % camera_frame_clocks(c);

    return (Place) {
        .frame = tick / camera_frame_clocks(c),
        .line = in_frame / c->format.line_clocks, .clock = in_frame % c->format.line_clocks,
    };
}

static bool has_data(const CameraFormat *f, uint32_t line)
{
    return line >= f->first_line && line - f->first_line < f->lines;
}

/* ---- Levels ---- */

static const uint16_t *items_of(Dcmi *s, const Place *at)
{
    Camera *c = s->socket.camera;
    DcmiDrawn *d = &s->drawn;

    if (!d->known || d->frame != at->frame || d->line != at->line) {
        d->count = MIN(camera_line(c, at->frame, at->line - c->format.first_line, d->item), CAMERA_MAX_LINE);
        d->frame = at->frame;
        d->line = at->line;
        d->known = true;
    }
    return d->item;
}

/* XY of the code at the beginning or at the end of line @line. */
static uint8_t code_of(const CameraFormat *f, uint32_t line, bool end)
{
    if (!has_data(f, line)) {
        return end ? f->codes.blank_end : f->codes.blank_start;
    }
    if (!end) {
        return line == f->first_line ? f->codes.first_start : f->codes.start;
    }
    return line == f->first_line + f->lines - 1 ? f->codes.last_end : f->codes.end;
}

static uint16_t code_item(const CameraFormat *f, uint32_t line, bool end, uint32_t n)
{
    return n == 0 ? 0xff : n == CAMERA_CODE - 1 ? code_of(f, line, end) : 0;
}

static uint16_t data_at(Dcmi *s, const Place *at)
{
    const CameraFormat *f = &s->socket.camera->format;
    uint32_t clock = at->clock, end = f->active + CAMERA_CODE;

    if (f->embedded && clock < CAMERA_CODE) {
        return code_item(f, at->line, false, clock);
    }
    if (f->embedded && clock >= end) {
        return clock - end < CAMERA_CODE ? code_item(f, at->line, true, clock - end) : 0;
    }
    clock -= f->embedded ? CAMERA_CODE : 0;
    if (!has_data(f, at->line) || clock >= f->active) {
        return 0;
    }
    items_of(s, at);
    return clock < s->drawn.count ? s->drawn.item[clock] : 0;
}

static bool href_at(Dcmi *s, const Place *at)
{
    const CameraFormat *f = &s->socket.camera->format;
    uint32_t active = f->active;

    if (!has_data(f, at->line)) {
        return false;
    }
    if (f->jpeg) {
        items_of(s, at);
        active = MIN(active, s->drawn.count);
    }
    return at->clock < active;
}

static bool level_at(DcmiWire *w, uint64_t tick)
{
    Dcmi *s = w->dcmi;
    const CameraFormat *f = &s->socket.camera->format;
    Place at = place_at(s->socket.camera, tick);

    switch (w->kind) {
    case DCMI_VSYNC:
        return !f->embedded && (at.line < f->vsync_lines) != f->vsync_low;
    case DCMI_HREF:
        return !f->embedded && href_at(s, &at) != f->href_low;
    default:
        return data_at(s, &at) >> w->bit & 1;
    }
}

/* ---- Sources ---- */

static DcmiWire *wire_of(AnalogSource *source)
{
    return container_of(source, DcmiWire, source);
}

static int wire_uv(AnalogSource *source, int64_t ns)
{
    DcmiWire *w = wire_of(source);
    Camera *c = w->dcmi->socket.camera;

    return camera_sends(c) && level_at(w, counter_at(&c->ticks, ns)) ? DRIVE_VDD_UV : 0;
}

/* The next tick at which it may be another: no further than the next line. */
static uint64_t next_tick(DcmiWire *w, uint64_t tick)
{
    const CameraFormat *f = &w->dcmi->socket.camera->format;
    uint64_t next_line = tick - tick % f->line_clocks + f->line_clocks;
    bool level = level_at(w, tick);
    Place at = place_at(w->dcmi->socket.camera, tick);

    if (w->kind == DCMI_VSYNC || (!f->embedded && !has_data(f, at.line))) {
        return next_line;
    }
    while (++tick < next_line && level_at(w, tick) == level) {
    }
    return tick;
}

static int64_t wire_next(AnalogSource *source, int64_t ns)
{
    DcmiWire *w = wire_of(source);
    Camera *c = w->dcmi->socket.camera;

    return camera_sends(c) ? counter_time(&c->ticks, next_tick(w, counter_at(&c->ticks, ns))) : INT64_MAX;
}

/* ---- At the pins ---- */

static void drive_all(Dcmi *s, const Drive *pixclk, bool draws)
{
    signal_drive(&s->pixclk, *pixclk);
    for (unsigned i = 0; i < DCMI_WIRES; i++) {
        DcmiWire *w = &s->wire[i];
        bool there = draws && (w->kind != DCMI_DATA || w->bit < s->socket.camera->format.width) &&
                     (w->kind == DCMI_DATA || !s->socket.camera->format.embedded);

        signal_drive(w->signal, there ? (Drive) { .kind = DRIVE_SOURCE, .source = &w->source } : DRIVE(NONE));
    }
}

void dcmi_draw(Dcmi *s)
{
    Camera *c = s->socket.camera;
    Drive clock = DRIVE(NONE);

    if (s->draws == camera_sends(c)) {
        return;
    }
    s->draws = !s->draws;
    if (s->draws) {
        uint64_t period = clock_get(c->pixclk);

        clock = (Drive) {
            .kind = DRIVE_WAVE, .period = period, .high = period / 2,
            .start = counter_time(&c->ticks, 0) + (int64_t)((c->format.falling ? 0 : period / 2) >> 32),
        };
        for (unsigned i = 0; i < DCMI_WIRES; i++) {
            s->wire[i].source.step = MAX(period >> 32, 1);
        }
    }
    drive_all(s, &clock, s->draws);
}

void dcmi_undraw(Dcmi *s)
{
    const Drive none = DRIVE(NONE);

    s->draws = s->drawn.known = false;
    drive_all(s, &none, false);
}

void dcmi_draw_init(Dcmi *s)
{
    for (unsigned i = 0; i < DCMI_WIRES; i++) {
        DcmiWire *w = &s->wire[i];

        w->dcmi = s;
        w->kind = i < DCMI_LINES ? DCMI_DATA : i == DCMI_LINES ? DCMI_HREF : DCMI_VSYNC;
        w->bit = i;
        w->signal = w->kind == DCMI_DATA ? &s->d[i] : w->kind == DCMI_HREF ? &s->hsync : &s->vsync;
        w->source = (AnalogSource) { .uv = wire_uv, .next = wire_next };
    }
}
