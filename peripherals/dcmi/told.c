/*
 * When somebody is told something of what the camera interface does: where its timer is armed, and until when registers
 * hold.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

/* The end of the item that completes so many words more, or of the line that it would be in. */
static uint64_t data_told(Dcmi *s, const DcmiShape *shape, uint64_t base)
{
    uint64_t items = (uint64_t)(dcmi_quiet_words(s) + 1) * dcmi_items_of_word(s) - s->items % dcmi_items_of_word(s);
    uint32_t line = MAX((s->done - base) / shape->line_clocks, shape->first_line);

    for (; line < shape->first_line + shape->lines; line++) {
        uint64_t data = base + (uint64_t)line * shape->line_clocks + shape->skip;
        uint64_t taken = s->done > data ? s->done - data : 0;
        unsigned all = shape->items;

        if (taken < all) {
            return data + MIN(taken + items, all);
        }
    }
    return DCMI_NEVER;
}

/* @wanted: flags that somebody wants to know of. */
static uint64_t next_event(Dcmi *s, uint32_t wanted)
{
    uint64_t told = DCMI_NEVER, base;
    DcmiShape shape;

    if (!dcmi_is_on(s) || !dcmi_shape(s, &shape)) {
        return DCMI_NEVER;
    }
    base = s->done - s->done % shape.length;
    if (s->phase == DCMI_WAITS) {
        told = dcmi_next_at(&shape, s->done, shape.start);
    } else if (s->phase == DCMI_FRAME) {
        told = MIN(data_told(s, &shape, base), dcmi_end_of_frame(s, &shape, base));
        told = told == DCMI_NEVER ? base + shape.length : told;
    }
    if (reg_get(s, CR, ESS) && s->phase == DCMI_IDLE) {
        return told;
    }
    if (wanted & RIS(VSYNC)) {
        told = MIN(told, dcmi_next_at(&shape, s->done, shape.vsync));
    }
    if (wanted & RIS(LINE)) {
        told = MIN(told, dcmi_next_line_end(s, &shape, s->done));
    }
    return told;
}

uint64_t dcmi_told(Dcmi *s)
{
    return next_event(s, s->parent_obj.regs[R_IER] & ~s->parent_obj.regs[R_RIS]);
}

uint64_t dcmi_changes(Dcmi *s)
{
    return next_event(s, ~s->parent_obj.regs[R_RIS]);
}
