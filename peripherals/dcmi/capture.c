/*
 * Time of the camera interface (RM0090 15.5): frames that are captured, their lines, the flags.
 *
 * What has happened up to now is made true when somebody looks; there is an event where somebody is told: the start
 * and the end of a frame that is captured, one for each line of it, flags that are interrupts.  While nothing is
 * captured and no interrupt is enabled the camera costs nothing.
 *
 * Deliberately different: CROP, EDM and JPEG that are changed in the middle of a frame hold at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

/* ---- Lines ---- */

static unsigned items_of_line(Dcmi *s, const DcmiShape *shape, uint64_t frame, uint32_t line)
{
    Camera *c = s->socket.camera;

    if (shape->wrong_hsync) {
        return shape->items;
    }
    if (!s->line_known || s->line_frame != frame || s->line_number != line) {
        s->line_items = MIN(camera_line(c, frame, line - c->format.first_line, s->line), CAMERA_MAX_LINE);
        s->line_frame = frame;
        s->line_number = line;
        s->line_known = true;
    }
    if (c->format.jpeg) {
        uint32_t before = shape->skip;

        return MIN(shape->items, s->line_items - MIN(before, s->line_items));
    }
    return shape->items;
}

/* Of a data line that is at no pin, all bits are 0. */
static uint16_t routed_bits(const Dcmi *s)
{
    uint16_t mask = 0;

    for (unsigned i = 0; i < dcmi_bits(s); i++) {
        mask |= signal_is_routed(&s->d[i]) << i;
    }
    return mask;
}

/* Of line @line the items that end behind @from, up to @to: clocks of the line.  False: overrun. */
static bool take_line(Dcmi *s, const DcmiShape *shape, uint64_t frame, uint32_t line, uint64_t from, uint64_t to)
{
    unsigned items = items_of_line(s, shape, frame, line);
    unsigned begin = from > shape->skip ? from - shape->skip : 0;
    unsigned end = to > shape->skip ? MIN(to - shape->skip, items) : 0;
    unsigned crop = shape->skip - (s->socket.camera->format.embedded ? CAMERA_CODE : 0);
    uint16_t mask = routed_bits(s);

    for (unsigned i = begin; i < end; i++) {
        unsigned at = crop + i;
        uint16_t item = !shape->wrong_hsync && at < s->line_items ? s->line[at] : 0;

        if (!dcmi_take(s, item & mask)) {
            return false;
        }
    }
    return true;
}

/* Data that comes behind @from, up to @to, of the frame that began at @base. */
static bool take_data(Dcmi *s, const DcmiShape *shape, uint64_t base, uint64_t from, uint64_t to)
{
    uint32_t line = MAX((from - base) / shape->line_clocks, shape->first_line);

    for (; line < shape->first_line + shape->lines; line++) {
        uint64_t begin = base + (uint64_t)line * shape->line_clocks;

        if (begin >= to) {
            break;
        }
        if (!take_line(s, shape, base / shape->length, line, from > begin ? from - begin : 0, to - begin)) {
            return false;
        }
    }
    return true;
}

/* ---- Frames ---- */

static unsigned frame_rate(const Dcmi *s)
{
    return reg_get(s, CR, CM) ? 1 : 1u << MIN(reg_get(s, CR, FCRC), 2);    /* unsure: 3 is reserved */
}

static void stop(Dcmi *s)
{
    s->phase = DCMI_IDLE;
    s->stops = false;
    reg_set(s, CR, CAPTURE, 0);
}

void dcmi_frame_begins(Dcmi *s)
{
    if (s->frames++ % frame_rate(s) == 0) {
        s->phase = DCMI_FRAME;
        s->word = s->items = 0;
    }
}

void dcmi_overrun(Dcmi *s)
{
    periph_mistake(&s->parent_obj, DCMI001, "OVR: the FIFO was full and more came");
    dcmi_flag(s, RIS(OVR));
    dcmi_fifo_clear(s);
    s->phase = DCMI_WAITS;
    if (reg_get(s, CR, CM) || s->stops) {
        stop(s);
    }
}

void dcmi_frame_ends(Dcmi *s)
{
    if (reg_get(s, CR, JPEG) && !dcmi_pad(s)) {
        dcmi_overrun(s);
        return;
    }
    dcmi_flag(s, RIS(FRAME));
    s->phase = DCMI_WAITS;
    if (reg_get(s, CR, CM) || s->stops) {
        stop(s);
    }
}

/* To the next change of phase, or to @to. */
static void step(Dcmi *s, const DcmiShape *shape, uint64_t to)
{
    uint64_t base = s->done - s->done % shape->length, end;

    if (s->phase == DCMI_WAITS) {
        /* unsure: CAPTURE that is set as the frame starts is in time */
        uint64_t start = dcmi_next_at(shape, s->done, shape->start);

        s->done = MIN(start, to);
        if (start <= to) {
            dcmi_frame_begins(s);
            dcmi_flag(s, shape->disordered && s->phase == DCMI_FRAME ? RIS(ERR) : 0);
        }
        return;
    }
    end = dcmi_end_of_frame(s, shape, base);
    if (end == DCMI_NEVER) {
        end = base + shape->length;     /* no end is ever seen: data goes on with the next */
    } else if (end <= to) {
        bool fits = take_data(s, shape, base, s->done, end);

        s->done = end;
        if (fits) {
            dcmi_frame_ends(s);
        } else {
            dcmi_overrun(s);
        }
        return;
    }
    end = MIN(end, to);
    if (!take_data(s, shape, base, s->done, end)) {
        dcmi_overrun(s);
    }
    s->done = end;
}

static void set_flags(Dcmi *s, const DcmiShape *shape, uint64_t to)
{
    if (reg_get(s, CR, ESS) && s->phase == DCMI_IDLE) {
        return;
    }
    if (dcmi_next_at(shape, s->done, shape->vsync) <= to) {
        dcmi_flag(s, RIS(VSYNC));
    }
    if (dcmi_next_line_end(s, shape, s->done) <= to) {
        dcmi_flag(s, RIS(LINE));
    }
}

void dcmi_catch_up(Dcmi *s)
{
    DcmiShape shape;
    uint64_t now;

    if (!dcmi_is_on(s) || !dcmi_shape(s, &shape)) {
        return;
    }
    now = counter_now(&s->socket.camera->ticks);
    if (s->done >= now) {
        return;
    }
    set_flags(s, &shape, now);
    if (s->phase != DCMI_IDLE) {
        dcmi_lane_begin(s);
        while (s->phase != DCMI_IDLE && s->done < now) {
            step(s, &shape, now);
        }
        dcmi_lane_end(s);
    }
    s->done = now;
}

/* ---- Begin and end ---- */

void dcmi_begin(Dcmi *s)
{
    s->phase = DCMI_WAITS;
    s->frames = 0;
    s->stops = false;
}

void dcmi_end(Dcmi *s)
{
    if (s->phase == DCMI_FRAME && (dcmi_sees(s) || dcmi_samples(s))) {
        s->stops = true;                /* it reads 1 until then */
        reg_set(s, CR, CAPTURE, 1);
    } else {
        stop(s);
    }
}

void dcmi_restart(Dcmi *s)
{
    Camera *c = s->socket.camera;

    s->done = c ? counter_now(&c->ticks) : 0;
    s->line_known = false;
    if (s->phase == DCMI_FRAME) {
        s->phase = DCMI_WAITS;
        s->word = s->items = 0;
        if (s->stops) {
            stop(s);
        }
    }
}
