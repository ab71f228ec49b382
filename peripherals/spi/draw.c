/*
 * The pins of an SPI: while it is on they show a picture of the frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

/*
 * The bits of @line as the pins show them.  The picture of a frame that is through stays: its end
 * is the level at which the lines rest.
 */
static Picture draw_data(const Spi *s, uint32_t line)
{
    unsigned bits = s->drawn_bits;

    return !s->drawn_bit ? picture_rest(line & 1)
           : picture_bits(s->drawn_at, s->drawn_bit, revbit32(line) >> (32 - bits), bits, line & 1);
}

/* Data changes at the beginning of a bit, and with CPHA that is the clock's first edge. */
static Picture draw_clock(const Spi *s)
{
    bool cpol = reg_get(s, CR1, CPOL);
    uint64_t halves = reg_get(s, CR1, CPHA) ? 0x55555555 : 0xaaaaaaaa;

    return !s->drawn_bit ? picture_rest(cpol)
           : picture_bits(s->drawn_at, s->drawn_bit / 2, cpol ? ~halves : halves,
                          2 * s->drawn_bits, cpol);
}

/* The next word's first bit, from the end of a frame that has been drawn on. */
static Picture draw_first_bit(const Spi *s)
{
    const Picture *was = &s->out_picture;
    Picture p = picture_rest(spi_line_order(s, spi_next_word(s)) >> (spi_frame_bits(s) - 1) & 1);

    p.start = was->count ? picture_bit_ns(was, was->count) : was->rest == p.rest ? was->start : 0;
    return p;
}

/* Without CPHA a slave's first bit is there before the clock. */
static Picture draw_miso(const Spi *s)
{
    bool idle = !s->soft || s->soft_sck == reg_get(s, CR1, CPOL);

    if (s->shift.phase == SPI_IDLE && !reg_get(s, CR1, CPHA) && idle) {
        return draw_first_bit(s);
    }
    return s->soft ? picture_rest(s->soft_out) : draw_data(s, s->drawn_out);
}

void spi_draw_update(Spi *s)
{
    bool master = spi_drives_clock(s);
    bool slave = reg_get(s, CR1, SPE) && !spi_is_i2s(s) && !s->extension && !spi_is_master(s) &&
                 spi_is_selected(s);
    const Signal *out = master || slave ? spi_line_out(s) : NULL;

    if (!master && !slave) {
        s->drawn_bit = 0;
    }

    if (master) {
        signal_show(&s->sck, &s->sck_picture, draw_clock(s));
    }
    if (master && s->draws_in) {
        signal_show(&s->miso, &s->in_picture, draw_data(s, s->drawn_in));
    }
    if (out) {
        signal_show(master ? &s->mosi : &s->miso, &s->out_picture,
                    slave ? draw_miso(s) : draw_data(s, s->drawn_out));
    }
    signal_drive(&s->sck, master ? DRIVE_OF(&s->sck_picture) : DRIVE(NONE));
    signal_drive(&s->mosi, master && out == &s->mosi ? DRIVE_OF(&s->out_picture) : DRIVE(NONE));
    signal_drive(&s->miso, slave && out == &s->miso ? DRIVE_OF(&s->out_picture)
                           : master && s->draws_in ? DRIVE_OF(&s->in_picture) : DRIVE(NONE));
}
