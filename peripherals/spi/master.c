/*
 * A master of SPI (RM0090 28.3): it clocks frames, and takes what slaves here and parts of QEMU
 * answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

bool spi_part_answers(const Spi *s)
{
    BusChild *child;

    QTAILQ_FOREACH(child, &BUS(s->ssi)->children, sibling) {
        SSIPeripheral *part = SSI_PERIPHERAL(child->child);
        SSICSMode polarity = SSI_PERIPHERAL_GET_CLASS(part)->cs_polarity;

        if (polarity == SSI_CS_NONE || part->cs == (polarity == SSI_CS_HIGH)) {
            return true;
        }
    }
    return false;
}

/* They take bytes. */
uint32_t spi_ask_parts(Spi *s, uint32_t data)
{
    uint32_t answer = 0;

    for (int shift = spi_frame_bits(s) - 8; shift >= 0; shift -= 8) {
        answer = answer << 8 | (ssi_transfer(s->ssi, data >> shift & 0xff) & 0xff);
    }
    return answer;
}

static void ask_parts(Spi *s, SpiFrame *f)
{
    uint32_t answer = spi_ask_parts(s, f->data);

    if (spi_part_answers(s)) {
        f->answer = answer;
        f->known = true;
    }
}

static void answered(void *opaque, uint32_t answer)
{
    Spi *s = opaque;

    if (s->waits) {
        s->waits = false;
        shifter_stretch(&s->shift);
        s->in = spi_line_order(s, answer);
        periph_update(&s->parent_obj);
    }
}

static void master_begin(Spi *s, SpiPhase phase, bool follows)
{
    bool asked = false;
    unsigned bits = spi_frame_bits(s), ticks = bits * spi_bit_ticks(s);
    SpiFrame f = {
        .frame.bus = FRAME_SPI, .out = spi_line_out(s), .in = spi_line_in(s),
        .bits = bits, .bit = clock_get(s->parent_obj.clk) * spi_bit_ticks(s),
        .cpol = reg_get(s, CR1, CPOL), .cpha = reg_get(s, CR1, CPHA),
        .ti = reg_get(s, CR2, FRF), .answered = answered, .master = s,
    };

    spi_load(s, phase);
    shifter_begin(&s->shift, phase, ticks, ticks, follows);
    f.data = f.out && signal_is_routed(f.out) ? spi_line_order(s, s->shift.word)
                                              : spi_idle_line(s, f.out);
    f.answer = spi_idle_line(s, f.in);
    f.start = counter_time(&s->shift.ticks, s->shift.begin);
    if (!follows) {
        spi_check_routed(s, &s->sck, "SCK");
    }
    if (signal_is_routed(&s->sck)) {
        if (!QTAILQ_EMPTY(&BUS(s->ssi)->children)) {
            ask_parts(s, &f);
            asked = f.known;
        }
        signal_send(&s->sck, &f.frame);
    }
    s->waits = f.waits;
    s->in_pieces = f.drawn && !f.known;
    s->in = spi_line_order(s, f.answer);
    if (!f.waits && !f.known && f.in) {
        sampler_begin(&s->sampler, f.in, f.start, f.bit, bits);
    }
    s->drawn_at = f.start;
    s->drawn_bit = f.bit;
    s->drawn_bits = bits;
    s->drawn_out = spi_line_order(s, s->shift.word);
    s->drawn_in = f.answer;
    s->draws_in = asked && !f.drawn && f.in == &s->miso;
}

/* What a master does next; a CRC only right @after_frame. */
static SpiPhase master_next(Spi *s, bool after_frame)
{
    if (!spi_is_on(s) || !spi_is_master(s)) {
        return SPI_IDLE;
    }
    if (spi_line_out(s) && !reg_get(s, SR, TXE)) {
        return SPI_DATA;
    }
    if (after_frame && spi_crc_is_next(s)) {
        return SPI_CRC;
    }
    return spi_line_out(s) ? SPI_IDLE : SPI_DATA;   /* who only receives never stops */
}

void spi_master_go_on(Spi *s, bool after_frame)
{
    SpiPhase next = master_next(s, after_frame);

    if (next != SPI_IDLE) {
        master_begin(s, next, after_frame);
    }
}
