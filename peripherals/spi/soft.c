/*
 * A slave of SPI whose master is not a controller but real levels, say of GPIOs: its edges of SCK shift
 * and sample one by one (RM0090 28.3.1).  NSS ends a frame that is not whole.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

void spi_soft_abort(Spi *s)
{
    if (s->by_bits) {
        s->by_bits = false;
        s->shift.phase = SPI_IDLE;      /* unsure: the word that was going out is lost */
    }
}

/* The first edge of a frame. */
static void begin(Spi *s)
{
    spi_slave_load(s);
    s->slave_end = 0;
    s->drawn_bit = 0;
    s->soft = s->by_bits = true;
    s->bits = (SpiBits) { .width = spi_frame_bits(s), .out = spi_line_order(s, s->shift.word) };
    s->soft_out = spi_bits_out(&s->bits);
}

static void sample(Spi *s)
{
    Signal *in = spi_line_in(s);

    if (spi_bits_sample(&s->bits, in && signal_level(in, false))) {
        s->in = spi_line_order(s, s->bits.in);
        s->by_bits = false;
        spi_slave_end(s);
    }
}

void spi_soft_sck(void *opaque, bool level)
{
    Spi *s = opaque;
    bool leading = level != reg_get(s, CR1, CPOL), cpha = reg_get(s, CR1, CPHA);

    s->soft_sck = level;
    if (!spi_is_slave(s) || s->holds || !spi_bits_is_edge(signal_pin(&s->sck))) {
        return;
    }
    if (leading && !s->by_bits) {
        if (s->shift.phase != SPI_IDLE) {
            spi_slave_end(s);           /* a frame of a controller */
        }
        begin(s);
    }
    if (leading != cpha && s->by_bits) {
        sample(s);
    } else if (s->by_bits) {
        s->soft_out = spi_bits_out(&s->bits);
    }
    periph_update(&s->parent_obj);
}
