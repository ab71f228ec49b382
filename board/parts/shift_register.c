/*
 * A shift register, see shift_register.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/shift_register.h"
#include "stm32/core/pins/spi_bits.h"

static bool last_bit(const ShiftRegister *r)
{
    return r->byte[0] >> 7;
}

/* At the line out. */
static void show(ShiftRegister *r, bool level)
{
    r->shown = level;
    pin_drive_level(&r->out, level);
}

/* A bit comes in, and the one that goes out is returned. */
static bool shift_bit(ShiftRegister *r, bool in)
{
    bool out = last_bit(r);

    for (unsigned n = r->size; n-- > 0; ) {
        bool carry = r->byte[n] >> 7;

        r->byte[n] = r->byte[n] << 1 | in;
        in = carry;
    }
    return out;
}

/* @bits come in, the first uppermost, and as many go out to the next. */
static void shift(ShiftRegister *r, uint32_t in, unsigned bits)
{
    ShiftFrame frame = { .frame.bus = FRAME_SHIFT, .bits = bits };

    if (r->may && !r->may(r->opaque)) {
        return;
    }
    for (unsigned n = bits; n-- > 0; ) {
        frame.data = frame.data << 1 | shift_bit(r, in >> n & 1);
    }
    signal_send(&r->next, &frame.frame);
}

static void clock_heard(void *opaque, Signal *from, Frame *frame)
{
    ShiftRegister *r = opaque;
    SpiFrame *f = (SpiFrame *)frame;

    frame_pass_run(frame, FRAME_SPI);
    if (frame->bus == FRAME_SPI && f->out && signal_meets(f->out, &r->in)) {
        shift(r, f->data, f->bits);
        show(r, last_bit(r));
    }
}

static void in_heard(void *opaque, Signal *from, Frame *frame)
{
    ShiftFrame *f = (ShiftFrame *)frame;

    frame_pass_run(frame, FRAME_SPI);
    if (frame->bus == FRAME_SHIFT) {
        shift(opaque, f->data, MIN(f->bits, 32));
    }
}

static void clock_changed(void *opaque, bool level)
{
    ShiftRegister *r = opaque;

    if (!spi_bits_is_edge(r->clock_pin)) {
        return;
    }
    if (!level) {
        show(r, last_bit(r));
    } else if (!r->may || r->may(r->opaque)) {
        shift_bit(r, pin_plain_level(r->in_pin));
    }
}

void shift_register_clear(ShiftRegister *r)
{
    memset(r->byte, 0, sizeof(r->byte));
    show(r, false);
}

void shift_register_init(ShiftRegister *r, const char *name, unsigned size, Pin *clock, Pin *in, Pin *out)
{
    r->size = MIN(size, SHIFT_BYTES);
    r->clock_pin = clock;
    r->in_pin = in;
    signal_init(&r->clock, name);
    signal_init(&r->in, name);
    signal_init(&r->next, name);
    r->clock.heard = clock_heard;
    r->in.heard = in_heard;
    r->clock.opaque = r->in.opaque = r->clock_level.opaque = r;
    signal_solder(&r->clock, clock);
    signal_solder(&r->in, in);
    signal_solder(&r->next, out);
    pin_add_driver(out, &r->out, name);
    show(r, false);
    r->clock_level.changed = clock_changed;
    pin_listen(&r->clock_level, clock);
}

static int shift_register_post_load(void *opaque, int version_id)
{
    ShiftRegister *r = opaque;

    show(r, r->shown);
    return 0;
}

const VMStateDescription vmstate_shift_register = {
    .name = "stm32-shift-register", .version_id = 1, .minimum_version_id = 1, .post_load = shift_register_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(shown, ShiftRegister),
        VMSTATE_UINT8_ARRAY(byte, ShiftRegister, SHIFT_BYTES),
        VMSTATE_END_OF_LIST()
    },
};
