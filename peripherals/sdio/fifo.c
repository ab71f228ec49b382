/*
 * The FIFO of the SDIO host (RM0090 31.3.2): 32 words, one way at a time.
 *
 * Deliberately different: while virtual time is the host's and a DMA serves it, it is longer, so that the host
 * has fewer events; its levels are those of 32 words.  unsure: a request is made by four words, or room for them,
 * as a burst of the DMA wants, and by what is left at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"

#define HALF 8                  /* words that make TXFIFOHE and RXFIFOHF, on either side */

void sdio_fifo_clear(Sdio *s)
{
    s->fifo_first = s->fifo_count = 0;
}

unsigned sdio_fifo_size(const Sdio *s)
{
    return s->dctrl & R_DCTRL_DMAEN_MASK && !time_is_exact() ? SDIO_LATE_FIFO : SDIO_FIFO;
}

void sdio_fifo_push(Sdio *s, uint32_t word)
{
    s->fifo_moved = true;
    s->fifo[(s->fifo_first + s->fifo_count++) % SDIO_LATE_FIFO] = word;
}

uint32_t sdio_fifo_pop(Sdio *s)
{
    uint32_t word = s->fifo[s->fifo_first];

    s->fifo_moved = true;
    s->fifo_first = (s->fifo_first + 1) % SDIO_LATE_FIFO;
    s->fifo_count--;
    return word;
}

bool sdio_sends(const Sdio *s)
{
    return sdio_data_is_active(s) && !sdio_receives(s);
}

uint32_t sdio_fifo_flags(const Sdio *s)
{
    unsigned n = s->fifo_count, size = sdio_fifo_size(s);

    if (sdio_sends(s)) {
        return (n + HALF <= size ? STA(TXFIFOHE) : 0) | (n >= size ? STA(TXFIFOF) : 0) |
               (n ? STA(TXDAVL) : STA(TXFIFOE));
    }
    if (!sdio_receives(s)) {
        return 0;
    }
    return (n >= HALF ? STA(RXFIFOHF) : 0) | (n >= SDIO_FIFO ? STA(RXFIFOF) : 0) |
           (n ? STA(RXDAVL) : sdio_data_is_active(s) ? STA(RXFIFOE) : 0);
}

bool sdio_fifo_requests(const Sdio *s)
{
    unsigned n = s->fifo_count, left = s->parent_obj.regs[R_FIFOCNT];

    if (!(s->dctrl & R_DCTRL_DMAEN_MASK) || !left) {
        return false;
    }
    if (sdio_sends(s)) {
        return n + MIN(SDIO_BURST, left) <= sdio_fifo_size(s);
    }
    return sdio_receives(s) && (n >= SDIO_BURST || (n && !s->parent_obj.regs[R_DCOUNT]));
}

/* With a DMA: until it is asked again.  While time is the host's, in large pieces. */
static unsigned quiet_with_dma(const Sdio *s)
{
    unsigned n = s->fifo_count, size = sdio_fifo_size(s);
    unsigned piece = time_is_exact() ? SDIO_BURST : size / 2;

    if (sdio_receives(s)) {
        return n < piece ? piece - n : n < size ? size - n : 1;
    }
    return n + piece > size ? n + piece - size : MAX(n, 1);
}

unsigned sdio_fifo_quiet(const Sdio *s)
{
    const uint32_t half = STA(RXFIFOHF) | STA(TXFIFOHE), full = STA(RXFIFOF) | STA(TXFIFOE);
    const uint32_t levels = 0x3fc000;
    uint32_t mask = s->parent_obj.regs[R_MASK] & levels;
    unsigned n = s->fifo_count, size = sdio_fifo_size(s), quiet;

    if (s->dctrl & R_DCTRL_DMAEN_MASK) {
        quiet = quiet_with_dma(s);
    } else {
        quiet = MAX(sdio_receives(s) ? size - MIN(n, size) : n, 1);
    }
    if (mask & ~(half | full)) {
        return 1;
    }
    if (mask & half) {
        unsigned at = sdio_receives(s) ? (n < HALF ? HALF - n : 1)
                                       : (n > size - HALF ? n - (size - HALF) : 1);

        quiet = MIN(quiet, at);
    }
    return quiet;
}
