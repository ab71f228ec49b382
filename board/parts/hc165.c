/*
 * A shift register for inputs, 74HC165: PL low takes D0 ... D7, D7 is at Q7 then; a rising edge of CP brings the next one
 * there, and DS in.  CE high stops it; not wired it is low.  Levels of GPIOs are taken bit by bit, frames of an SPI whole.
 *
 * Deliberately different: frames of an SPI take this register and then what DS is, not a chain.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/spi_bits.h"

#define TYPE_HC165 "wokwi-74hc165"
OBJECT_DECLARE_SIMPLE_TYPE(Hc165, HC165)

enum { LEG_PL, LEG_CP, LEG_CE, LEG_DS, LEG_Q7, LEG_Q7_N, LEG_D0 };

struct Hc165 {
    Part parent_obj;
    Signal clock, out;
    PinListener pl, cp, ds;
    PinDriver q7, q7_n;
    uint8_t shift;
    bool ds_was;                /* before it changed, */
    int64_t ds_changed;         /* ... at this virtual time */
};

static void drive(Hc165 *h)
{
    pin_drive_level(&h->q7, h->shift >> 7);
    pin_drive_level(&h->q7_n, !(h->shift >> 7));
}

static bool is_loading(Hc165 *h)
{
    return !pin_plain_level(part_leg(PART(h), LEG_PL));
}

/* While PL is low the inputs go right through. */
static void load(Hc165 *h)
{
    h->shift = 0;
    for (unsigned n = 0; n < 8; n++) {
        h->shift |= pin_plain_level(part_leg(PART(h), LEG_D0 + n)) << n;
    }
}

/* DS, before an edge at CP that has changed it too: that of the register before us. */
static bool data_in(Hc165 *h)
{
    return h->ds_changed == drive_now() ? h->ds_was : pin_plain_level(part_leg(PART(h), LEG_DS));
}

static void ds_changed(void *opaque, bool level)
{
    Hc165 *h = opaque;

    h->ds_changed = drive_now();
    h->ds_was = !level;
}

static void clock_heard(void *opaque, Signal *from, Frame *frame)
{
    Hc165 *h = opaque;
    SpiFrame *f = (SpiFrame *)frame;
    uint64_t all;

    frame_pass_run(frame, FRAME_SPI);
    if (frame->bus != FRAME_SPI || !f->in || !signal_meets(f->in, &h->out) ||
        pin_plain_level(part_leg(PART(h), LEG_CE))) {
        return;
    }
    if (is_loading(h)) {
        load(h);
    }
    all = (uint64_t)h->shift << f->bits | (data_in(h) ? MAKE_64BIT_MASK(0, f->bits) : 0);
    f->answer = all >> 8 & MAKE_64BIT_MASK(0, f->bits);
    f->known = true;
    if (!is_loading(h)) {
        h->shift = all;
    }
    drive(h);
}

static void pl_changed(void *opaque, bool level)
{
    Hc165 *h = opaque;

    load(h);                    /* also as it rises: they may have changed since it fell */
    drive(h);
}

static void cp_changed(void *opaque, bool level)
{
    Hc165 *h = opaque;

    if (!spi_bits_is_edge(part_leg(PART(h), LEG_CP)) || pin_plain_level(part_leg(PART(h), LEG_CE))) {
        return;
    }
    if (level && !is_loading(h)) {
        h->shift = h->shift << 1 | data_in(h);
        drive(h);
    }
}

static bool hc165_fit(Part *part, Error **errp)
{
    Hc165 *h = HC165(part);

    signal_init(&h->clock, "74hc165");
    h->clock.heard = clock_heard;
    h->clock.opaque = h;
    signal_solder(&h->clock, part_leg(part, LEG_CP));
    signal_init(&h->out, "74hc165");
    signal_solder(&h->out, part_leg(part, LEG_Q7));
    pin_add_driver(part_leg(part, LEG_Q7), &h->q7, part_id(part));
    pin_add_driver(part_leg(part, LEG_Q7_N), &h->q7_n, part_id(part));
    part_listen(part, LEG_PL, &h->pl, pl_changed);
    part_listen(part, LEG_CP, &h->cp, cp_changed);
    h->ds_changed = -1;
    part_listen(part, LEG_DS, &h->ds, ds_changed);
    drive(h);
    return true;
}

static int hc165_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription hc165_vmstate = {
    .name = TYPE_HC165, .version_id = 1, .minimum_version_id = 1, .post_load = hc165_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(shift, Hc165),
        VMSTATE_END_OF_LIST()
    },
};

static void hc165_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "PL", "CP", "CE", "DS", "Q7", "Q7_N", "D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "VCC", "GND", NULL
    };

    DEVICE_CLASS(klass)->desc = "shift register for inputs: D0 ... D7, PL, CP, CE, Q7, DS";
    DEVICE_CLASS(klass)->vmsd = &hc165_vmstate;
    part_class_set(klass, legs, NULL, NULL, hc165_fit);
}

static const TypeInfo hc165_types[] = { {
    .name = TYPE_HC165, .parent = TYPE_PART, .instance_size = sizeof(Hc165), .class_init = hc165_class_init,
} };
DEFINE_TYPES(hc165_types)
