/*
 * The register FIFO of SDIO (RM0090 31.9.18): a word out of the FIFO or into it, and the data machine goes on with that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"

uint32_t sdio_fifo_read(Periph *p, unsigned n)
{
    Sdio *s = SDIO(p);

    return s->fifo_count && !sdio_sends(s) ? s->fifo[s->fifo_first] : s->fifo_last;
}

static void count_access(Sdio *s)
{
    uint32_t *left = &s->parent_obj.regs[R_FIFOCNT];

    *left -= *left > 0;
}

void sdio_fifo_was_read(Periph *p, unsigned n, uint32_t value)
{
    Sdio *s = SDIO(p);

    if (sdio_sends(s)) {
        periph_mistake(p, SDIO017, "FIFO read while DCTRL says that data goes to the card: it gives nothing "
                       "of it");
        return;
    }
    if (!s->fifo_count) {
        periph_mistake(p, SDIO018, "FIFO read while it is empty");
        return;
    }
    s->fifo_last = sdio_fifo_pop(s);
    count_access(s);
    sdio_data_look(s);
    periph_update(p);
}

void sdio_fifo_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Sdio *s = SDIO(p);
    uint32_t word = p->regs[n];

    p->regs[n] = 0;
    if (!sdio_sends(s)) {
        periph_mistake(p, SDIO019, "FIFO written while no data goes to a card: the word is lost; DCTRL first");
        return;
    }
    if (s->fifo_count >= sdio_fifo_size(s)) {
        periph_mistake(p, SDIO020, "FIFO written while it is full: the word is lost");
        return;
    }
    sdio_fifo_push(s, word);
    count_access(s);
    sdio_data_look(s);
}
