/*
 * A shift register for outputs, 74HC595: a rising edge of SHCP takes DS, one of STCP puts what has come at Q0 ... Q7; OE
 * high lets them go, MR low clears.  OE that is not wired is low, MR high.  Levels of GPIOs are taken bit by bit, frames of
 * an SPI whole; registers are chained by Q7S and DS.
 *
 * Deliberately different: Q7S changes with the falling edge of SHCP, so that the next has time to see it; frames of
 * an SPI go down a chain at once, and are not seen at Q7S.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/spi_bits.h"

#define TYPE_HC595 "wokwi-74hc595"
OBJECT_DECLARE_SIMPLE_TYPE(Hc595, HC595)

enum { LEG_DS, LEG_SHCP, LEG_STCP, LEG_OE, LEG_MR, LEG_Q7S, LEG_Q0 };

struct Hc595 {
    Part parent_obj;
    Signal clock, in, next;
    PinListener shcp, stcp, oe, mr;
    PinDriver out[8], q7s, mr_pull;
    uint8_t shift, latch;
};

static void drive(Hc595 *h)
{
    bool off = pin_plain_level(part_leg(PART(h), LEG_OE));

    for (unsigned n = 0; n < 8; n++) {
        pin_drive(&h->out[n], off ? DRIVE(NONE) : DRIVE_LEVEL(h->latch >> n & 1));
    }
}

static bool is_cleared(Hc595 *h)
{
    return !pin_plain_level(part_leg(PART(h), LEG_MR));
}

/* @bits come in, the first uppermost, and as many go out. */
static void shift(Hc595 *h, uint32_t in, unsigned bits)
{
    uint64_t all = (uint64_t)h->shift << bits | (in & MAKE_64BIT_MASK(0, bits));
    ShiftFrame frame = { .frame.bus = FRAME_SHIFT, .bits = bits, .data = (all >> 8) & MAKE_64BIT_MASK(0, bits) };

    if (!is_cleared(h)) {
        h->shift = all;
        signal_send(&h->next, &frame.frame);
    }
}

static void clock_heard(void *opaque, Signal *from, Frame *frame)
{
    Hc595 *h = opaque;
    SpiFrame *f = (SpiFrame *)frame;

    frame_pass_run(frame, FRAME_SPI);
    if (frame->bus == FRAME_SPI && f->out && signal_meets(f->out, &h->in)) {
        shift(h, f->data, f->bits);
        pin_drive_level(&h->q7s, h->shift >> 7);
    }
}

static void in_heard(void *opaque, Signal *from, Frame *frame)
{
    ShiftFrame *f = (ShiftFrame *)frame;

    frame_pass_run(frame, FRAME_SPI);
    if (frame->bus == FRAME_SHIFT) {
        shift(opaque, f->data, f->bits);
    }
}

static void shcp_changed(void *opaque, bool level)
{
    Hc595 *h = opaque;

    if (!spi_bits_is_edge(part_leg(PART(h), LEG_SHCP))) {
        return;
    }
    if (!level) {
        pin_drive_level(&h->q7s, h->shift >> 7);
    } else if (!is_cleared(h)) {
        h->shift = h->shift << 1 | pin_plain_level(part_leg(PART(h), LEG_DS));
    }
}

static void stcp_changed(void *opaque, bool level)
{
    Hc595 *h = opaque;

    if (level) {
        h->latch = h->shift;
        drive(h);
    }
}

static void oe_changed(void *opaque, bool level)
{
    drive(opaque);
}

static void mr_changed(void *opaque, bool level)
{
    Hc595 *h = opaque;

    if (!level) {
        h->shift = 0;
        pin_drive_level(&h->q7s, false);
    }
}

static bool hc595_fit(Part *part, Error **errp)
{
    Hc595 *h = HC595(part);

    signal_init(&h->clock, "74hc595");
    h->clock.heard = clock_heard;
    signal_solder(&h->clock, part_leg(part, LEG_SHCP));
    signal_init(&h->in, "74hc595");
    h->in.heard = in_heard;
    h->clock.opaque = h->in.opaque = h;
    signal_solder(&h->in, part_leg(part, LEG_DS));
    signal_init(&h->next, "74hc595");
    signal_solder(&h->next, part_leg(part, LEG_Q7S));
    pin_add_driver(part_leg(part, LEG_MR), &h->mr_pull, part_id(part));
    pin_drive(&h->mr_pull, DRIVE(PULL_UP));
    pin_add_driver(part_leg(part, LEG_Q7S), &h->q7s, part_id(part));
    for (unsigned n = 0; n < 8; n++) {
        pin_add_driver(part_leg(part, LEG_Q0 + n), &h->out[n], part_id(part));
    }
    part_listen(part, LEG_SHCP, &h->shcp, shcp_changed);
    part_listen(part, LEG_STCP, &h->stcp, stcp_changed);
    part_listen(part, LEG_OE, &h->oe, oe_changed);
    part_listen(part, LEG_MR, &h->mr, mr_changed);
    pin_drive_level(&h->q7s, false);
    drive(h);
    return true;
}

static int hc595_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription hc595_vmstate = {
    .name = TYPE_HC595, .version_id = 1, .minimum_version_id = 1, .post_load = hc595_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(shift, Hc595),
        VMSTATE_UINT8(latch, Hc595),
        VMSTATE_END_OF_LIST()
    },
};

static void hc595_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "DS", "SHCP", "STCP", "OE", "MR", "Q7S", "Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "VCC", "GND", NULL
    };

    DEVICE_CLASS(klass)->desc = "shift register for outputs: DS, SHCP, STCP, OE, MR, Q0 ... Q7, Q7S";
    DEVICE_CLASS(klass)->vmsd = &hc595_vmstate;
    part_class_set(klass, legs, NULL, NULL, hc595_fit);
}

static const TypeInfo hc595_types[] = { {
    .name = TYPE_HC595, .parent = TYPE_PART, .instance_size = sizeof(Hc595), .class_init = hc595_class_init,
} };
DEFINE_TYPES(hc595_types)
