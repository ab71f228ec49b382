/*
 * A slave of SPI (RM0090 28.3.1): its master is a controller, which hands on whole frames, or real
 * levels, say of GPIOs, whose edges of SCK shift and sample one by one; NSS ends such a frame that
 * is not whole.
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

/* The first edge of a frame, unless one waits for more. */
static void begin(Spi *s)
{
    if (s->shift.phase == SPI_IDLE) {
        load(s);
        s->bits = (SpiBits) { .width = spi_frame_bits(s),
                              .out = spi_line_order(s, s->shift.word) };
    }
}

/* The frame is whole. */
static void end(Spi *s)
{
    s->by_bits = false;
    s->in = spi_line_order(s, s->bits.in);
    spi_end_frame(s);
}

/* ---- Clocked by a controller ---- */

/* Bits that the master's frame and ours have in common: usually both are one and the same. */
static unsigned piece_bits(const Spi *s)
{
    return MIN(s->piece_left, s->bits.width - s->bits.count);
}

/* The next of them begin at @start. */
static void begin_piece(Spi *s, int64_t start)
{
    unsigned bits;
    bool is_last;

    begin(s);
    s->by_bits = false;
    bits = piece_bits(s);
    is_last = bits == s->piece_left;
    s->drawn_at = start;
    s->drawn_bits = bits;
    s->drawn_out = spi_bits_next(&s->bits, bits);
    /* a late host has all the time for the last one; those before it have to be in step */
    s->slave_end = (is_last ? drive_now() : start) + (bits * s->drawn_bit >> 32);
    if (!s->piece_known) {
        sampler_begin(&s->sampler, spi_line_in(s), start, s->drawn_bit, bits);
    }
}

static void end_piece(Spi *s)
{
    unsigned bits = piece_bits(s);
    uint32_t in;

    s->slave_end = 0;
    s->piece_left -= bits;
    in = sampler_goes_on(&s->sampler) ? sampler_end(&s->sampler) : s->piece_in >> s->piece_left;
    if (spi_bits_take(&s->bits, in, bits)) {
        end(s);
    } else {
        s->by_bits = true;
    }
}

void spi_slave_go_on(Spi *s)
{
    int64_t next = s->drawn_at + (s->drawn_bits * s->drawn_bit >> 32);

    end_piece(s);
    if (!spi_is_slave(s)) {
        s->piece_left = 0;
    } else if (s->piece_left) {
        begin_piece(s, next);
    }
}

/* Another frame's beginning is the end of what has been going on. */
static void finish(Spi *s)
{
    while (s->piece_left) {
        spi_slave_go_on(s);
    }
    if (s->shift.phase != SPI_IDLE && !s->by_bits) {
        spi_end_frame(s);               /* it was a master meanwhile */
        s->grace = 0;
    }
}

/*
 * The answer to @f: its first bits, and if ours are fewer, what will go out then as things stand.
 */
static void answer(Spi *s, SpiFrame *f)
{
    unsigned bits = spi_frame_bits(s), rest = f->bits - s->drawn_bits;

    f->answer = s->drawn_out << rest;
    if (rest && rest <= bits) {
        f->answer |= spi_line_order(s, spi_next_word(s)) >> (bits - rest);
    }
    f->known = !rest;
    f->drawn = true;
}

/* A frame that a master clocks begins. */
static void slave_begin(Spi *s, SpiFrame *f)
{
    Signal *in = spi_line_in(s), *out = spi_line_out(s);

    finish(s);
    s->piece_left = f->bits;
    s->piece_in = f->data;
    s->piece_known = !in || (f->out && signal_meets(f->out, in));
    s->drawn_bit = f->bit;
    begin_piece(s, f->start);
    if (f->in && out && signal_meets(f->in, out)) {
        answer(s, f);
    }
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

/* Can the answer be told when @bits begin?  The master can't be let wait in the middle of them. */
static bool has_room(const Spi *s, unsigned bits)
{
    return bits <= (s->by_bits ? s->bits.width - s->bits.count : spi_frame_bits(s));
}

/* The data lines of a slave with one data line are its MISO and the master's MOSI. */
void spi_heard(void *opaque, Signal *from, Frame *frame)
{
    Spi *s = opaque;
    SpiFrame *f = (SpiFrame *)frame;

    if (frame->bus == FRAME_RUN) {
        spi_run_heard(s, from, (RunFrame *)frame);
    }
    if (frame->bus != FRAME_SPI || !spi_is_on(s) || spi_is_master(s) || !spi_is_selected(s) ||
        !signal_meets(from, &s->sck)) {
        return;
    }
    if (s->soft) {
        spi_soft_abort(s);
        s->soft = false;
    }
    if (f->cpol != reg_get(s, CR1, CPOL) || f->cpha != reg_get(s, CR1, CPHA)) {
        periph_mistake(&s->parent_obj, SPI012, "the master has CPOL=%d, CPHA=%d: on a board bits get lost",
                       f->cpol, f->cpha);
    }
    finish(s);                          /* before it is asked whether that has been served */
    if (spi_slave_is_late(s) && !s->holds && has_room(s, f->bits)) {
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

static void sample(Spi *s)
{
    Signal *in = spi_line_in(s);
    Pin *pin = in ? signal_pin(in) : NULL;

    if (spi_bits_sample(&s->bits, pin && pin_level(pin))) {
        end(s);
    }
}

/*
 * A frame begins.  A part of one that a controller has clocked is given up, and the other way:
 * what looks like an edge may be a controller that has only begun to drive SCK, at the far end of a
 * cable.
 */
static void begin_soft(Spi *s)
{
    spi_soft_abort(s);
    finish(s);
    begin(s);
    s->by_bits = s->soft = true;
    s->drawn_bit = 0;
    s->soft_out = spi_bits_out(&s->bits);
}

void spi_soft_sck(void *opaque, bool level)
{
    Spi *s = opaque;
    bool leading = level != reg_get(s, CR1, CPOL), cpha = reg_get(s, CR1, CPHA);

    s->soft_sck = level;
    if (!spi_is_slave(s) || s->holds || !spi_bits_is_edge(signal_pin(&s->sck))) {
        return;
    }
    if (leading && !(s->by_bits && s->soft)) {
        begin_soft(s);
    }
    if (leading != cpha && s->by_bits && s->soft) {
        sample(s);
    } else if (s->by_bits && s->soft) {
        s->soft_out = spi_bits_out(&s->bits);
    }
    periph_update(&s->parent_obj);
}
