/*
 * A master of SPI (RM0090 28.3): it clocks frames, and takes what slaves here and parts of QEMU answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

/* Parts of QEMU take bytes. */
static uint32_t ask_ssi(Spi *s, uint32_t data, unsigned bits)
{
    uint32_t answer = 0;

    for (int shift = bits - 8; shift >= 0; shift -= 8) {
        answer = answer << 8 | (ssi_transfer(s->ssi, data >> shift & 0xff) & 0xff);
    }
    return answer;
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
    unsigned bits = spi_frame_bits(s), ticks = bits * spi_bit_ticks(s);
    bool asked = false;
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
    spi_check_routed(s, &s->sck, "SCK");
    if (signal_is_routed(&s->sck)) {
        if (!QTAILQ_EMPTY(&BUS(s->ssi)->children)) {
            f.answer = ask_ssi(s, f.data, bits);
            asked = true;
        }
        signal_send(&s->sck, &f.frame);
    }
    s->waits = f.waits;
    s->in = spi_line_order(s, f.answer);
    s->drawn_at = f.start;
    s->drawn_bit = f.bit;
    s->drawn_in = s->in;
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
