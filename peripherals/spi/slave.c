/*
 * A slave of SPI (RM0090 28.3.1): its master is a controller, which hands on whole frames, or real levels,
 * say of GPIOs, whose edges of SCK shift and sample one by one; NSS ends such a frame that is not whole.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

/* What goes out in the frame that begins now. */
static void load(Spi *s)
{
    SpiPhase phase = !reg_get(s, SR, TXE) || !spi_crc_is_next(s) ? SPI_DATA : SPI_CRC;

    spi_load(s, phase);
    s->shift.phase = phase;
}

/* ---- Clocked by a controller ---- */

/* A frame that a master clocks begins. */
static void slave_begin(Spi *s, SpiFrame *f)
{
    Signal *in = spi_line_in(s), *out = spi_line_out(s);

    if (s->shift.phase != SPI_IDLE) {
        spi_end_frame(s);               /* its end is this one's beginning */
    }
    load(s);
    s->in = spi_line_order(s, f->out && in && signal_meets(f->out, in) ? f->data
                                                                       : spi_idle_line(s, in));
    if (f->in && out && signal_meets(f->in, out)) {
        f->answer = spi_line_order(s, s->shift.word);
        f->drawn = true;
    }
    s->drawn_at = f->start;
    s->drawn_bit = f->bit;
    s->slave_end = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + (f->bits * f->bit >> 32);
}

bool spi_slave_is_late(const Spi *s)
{
    bool unread = reg_get(s, SR, RXNE) && !reg_get(s, SR, OVR);
    bool unwritten = reg_get(s, SR, TXE) && s->has_sent;
    bool read_later = reg_get(s, CR2, RXNEIE) || reg_get(s, CR2, RXDMAEN);
    bool write_later = reg_get(s, CR2, TXEIE) || reg_get(s, CR2, TXDMAEN);

    return !time_is_exact() &&
           ((unread && (read_later || s->looks < SPI_LOOKS_UNREAD)) ||
            (unwritten && (write_later || s->looks < SPI_LOOKS_UNWRITTEN)));
}

void spi_slave_release(Spi *s)
{
    SpiFrame f = s->held;

    s->holds = false;
    f.start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    slave_begin(s, &f);
    f.answered(f.master, f.answer);
}

/* The data lines of a slave with one data line are its MISO and the master's MOSI. */
void spi_heard(void *opaque, Signal *from, Frame *frame)
{
    Spi *s = opaque;
    SpiFrame *f = (SpiFrame *)frame;

    if (frame->bus != FRAME_SPI || !spi_is_on(s) || spi_is_master(s) || !spi_is_selected(s) ||
        !signal_meets(from, &s->sck)) {
        return;
    }
    spi_soft_abort(s);
    s->soft = false;
    if (f->bits != spi_frame_bits(s)) {
        periph_mistake(&s->parent_obj, "the master clocks frames of %u bits, DFF says %u: nothing "
                       "sensible comes of it", f->bits, spi_frame_bits(s));
        return;
    }
    if (f->cpol != reg_get(s, CR1, CPOL) || f->cpha != reg_get(s, CR1, CPHA)) {
        periph_mistake(&s->parent_obj, "the master has CPOL=%d, CPHA=%d: on a board bits get lost",
                       f->cpol, f->cpha);
    }
    if (s->shift.phase != SPI_IDLE) {
        spi_end_frame(s);               /* before it is asked whether that has been served */
    }
    if (spi_slave_is_late(s) && !s->holds) {
        s->held = *f;
        s->holds = f->waits = true;
        s->slave_end = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SPI_GRACE_NS;
    } else {
        slave_begin(s, f);
    }
    periph_update(&s->parent_obj);
}

/* ---- Clocked by levels ---- */

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
    load(s);
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
        spi_end_frame(s);
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
            spi_end_frame(s);           /* a frame of a controller */
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
