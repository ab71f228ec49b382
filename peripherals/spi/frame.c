/*
 * Frames of SPI (RM0090 28.3), of a master or a slave: when one ends, and what follows.
 *
 * Slaves and masters hand each other whole frames when they begin, and the pins show a picture of
 * them; the registers show them when they end.  What nobody tells is taken from the line
 * (core/pins/sampler.h).  Without -icount virtual time goes on while the host does something else:
 * then a master waits up to SPI_GRACE_NS for a slave to serve the frame before, but not in the
 * middle of a frame of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

int64_t spi_frame_when(const Spi *s)
{
    bool ends = s->holds || (s->shift.phase != SPI_IDLE && !s->waits && !s->by_bits);

    return !ends ? COUNTER_NEVER : s->grace ? s->grace
           : s->slave_end ?: shifter_when(&s->shift);
}

void spi_frame_expired(void *opaque)
{
    Spi *s = opaque;

    if (run_look_at(&s->runner)) {
        return;
    }
    if (s->holds) {
        spi_slave_release(s);
    } else if (s->piece_left) {
        spi_slave_go_on(s);
    } else if (!spi_waits_for_service(s, spi_line_in(s) && spi_is_master(s), false)) {
        spi_end_frame(s);
        spi_master_go_on(s, true);
    }
    periph_update(&s->parent_obj);
}

void spi_frame_run(Spi *s)
{
    if (s->grace && s->shift.phase != SPI_IDLE && !spi_waits_for_service(s, true, false)) {
        spi_end_frame(s);
        spi_master_go_on(s, true);
    }
    if (s->shift.phase == SPI_IDLE) {
        spi_master_go_on(s, spi_crc_is_next(s) && s->crc_asked);
    }
    s->crc_asked = false;
    if (!spi_is_slave(s)) {
        spi_soft_abort(s);
        s->soft = false;
    }
    if (s->holds && !spi_slave_is_late(s)) {
        spi_slave_release(s);
    }
}
