/*
 * A request of a peripheral (RM0090 10.3.2): its burst, with the memory accesses it leads to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dma/settings.h"

#define MAX_RUN 512             /* items of a request that stays, at once */

void dma_count_items(Dma *s, unsigned n, uint32_t items)
{
    uint32_t *ndtr = dma_reg(s, R_S0NDTR, n), was = *ndtr;

    *ndtr -= MIN(items, was);
    s->moved |= 1u << n;
    if (dma_direction(s, n) == DMA_M2P) {
        dma_check_half(s, n, was, *ndtr, s->stream[n].items);
    }
}

/* The requester says that there is no more. */
static bool flow_ends(Dma *s, unsigned n)
{
    return dma_peripheral_controls_flow(s, n) && extract64(s->flow_end, dma_request_of(s, n), 1);
}

/* unsure: a requester that controls the flow and has less than a burst left asks for that in single beats. */
static bool move_burst(Dma *s, unsigned n, unsigned *beats)
{
    DmaStream *st = &s->stream[n];
    bool from = dma_direction(s, n) == DMA_P2M, known = flow_ends(s, n);

    for (unsigned i = 0; i < *beats; i++) {
        if (!from && st->level < dma_psize(s, n) && !dma_fill(s, n)) {
            return false;
        }
        if (from && st->level + dma_psize(s, n) > DMA_FIFO_SIZE && !dma_drain(s, n, true)) {
            return false;
        }
        if (!(from ? dma_read_peripheral(s, n) : dma_write_peripheral(s, n))) {
            return false;
        }
        if (!known && flow_ends(s, n)) {
            *beats = i + 1;
        }
    }
    return dma_is_enabled(s, n);    /* not reset by what it has written */
}

/* Do @count items go through the FIFO and leave nothing in it? */
static bool passes_fifo(Dma *s, unsigned n, unsigned count)
{
    uint32_t block = dma_mburst(s, n) * dma_msize(s, n), threshold = dma_threshold(s, n);

    return !s->stream[n].level && dma_msize(s, n) == dma_psize(s, n) && threshold % block == 0 &&
           count * dma_psize(s, n) % threshold == 0;
}

/* Items that come from the peripheral port one by one, with the bursts to memory that this leads to. */
static void write_by_fifo(Dma *s, unsigned n, const uint32_t *data, unsigned count)
{
    DmaStream *st = &s->stream[n];

    for (unsigned i = 0; i < count && dma_is_enabled(s, n); i++) {
        if (st->level + dma_psize(s, n) > DMA_FIFO_SIZE && !dma_drain(s, n, true)) {
            return;
        }
        dma_fifo_push(st, data[i], dma_psize(s, n));
        dma_count_items(s, n, 1);
        if (st->level >= dma_threshold(s, n) && !dma_drain(s, n, false)) {
            return;
        }
    }
}

void dma_write_run(Dma *s, unsigned n, const uint32_t *data, unsigned count)
{
    DmaStream *st = &s->stream[n];
    uint32_t size = dma_psize(s, n), addr = st->maddr;

    if (!dma_is_direct(s, n) && !passes_fifo(s, n, count)) {
        write_by_fifo(s, n, data, count);
        return;
    }
    if (dma_mstep(s, n) && dma_is_plain(&s->memory.as, addr, count * size, true)) {
        for (unsigned i = 0; i < count; i++) {
            stn_le_p(s->buffer + i * size, size, data[i]);
        }
        address_space_write(&s->memory.as, addr, MEMTXATTRS_UNSPECIFIED, s->buffer, count * size);
        st->maddr += count * size;
        dma_count_items(s, n, count);
        dma_memory_has_moved(s, n, count * size);
        return;
    }
    for (unsigned i = 0; i < count && dma_is_enabled(s, n); i++) {
        addr = st->maddr;
        st->maddr += dma_mstep(s, n);
        if (dma_port_write(&s->memory, n, addr, size, data[i]) != MEMTX_OK) {
            dma_transfer_error(s, n, "write (memory port)", addr);
            return;
        }
        dma_count_items(s, n, 1);
        dma_memory_has_moved(s, n, size);
    }
}

/*
 * Without -icount a requester may have many items, and its request would stay: take them at once,
 * but for the last, with which more happens.  Requests that are acknowledged count one by one.
 */
static bool may_run(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];

    return !time_is_exact() && dma_direction(s, n) == DMA_P2M && dma_is_direct(s, n) &&
           !dma_pstep(s, n) && !dma_peripheral_controls_flow(s, n) &&
           !s->ack[dma_request_of(s, n)] && !st->stopping && !st->level;
}

/* Take up to @max items. */
static unsigned take_run(Dma *s, unsigned n, uint32_t *data, unsigned max)
{
    uint32_t left = *dma_reg(s, R_S0NDTR, n), half = s->stream[n].items / 2;
    uint32_t told = dma_cr(s, n) & R_S0CR_HTIE_MASK && left > half ? left - half : left;

    return dma_port_read_run(&s->peripheral, n, s->stream[n].paddr, dma_psize(s, n), data, max,
                             told - 1);
}

static bool serve_run(Dma *s, unsigned n)
{
    uint32_t data[MAX_RUN], left = *dma_reg(s, R_S0NDTR, n);
    unsigned count;

    if (left < 2 || !may_run(s, n)) {
        return false;
    }
    count = take_run(s, n, data, MIN(left - 1, MAX_RUN));
    if (count) {
        dma_write_run(s, n, data, count);
    }
    return count;
}

void dma_stream_look(Dma *s, unsigned n)
{
    if (dma_is_enabled(s, n) && *dma_reg(s, R_S0NDTR, n) && may_run(s, n)) {
        take_run(s, n, NULL, 0);
    }
}

void dma_serve_request(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    unsigned request = dma_request_of(s, n);
    unsigned beats = MIN(dma_pburst(s, n), *dma_reg(s, R_S0NDTR, n));
    bool from = dma_direction(s, n) == DMA_P2M, last, moved;

    if (serve_run(s, n)) {
        return;
    }
    last = flow_ends(s, n);
    if (!move_burst(s, n, &beats)) {
        return;
    }
    dma_count_items(s, n, beats);
    last |= flow_ends(s, n);
    last |= !*dma_reg(s, R_S0NDTR, n);
    if (last) {
        qemu_irq_pulse(s->last[request]);
    }
    qemu_irq_pulse(s->ack[request]);
    if (from) {
        bool all = last || dma_is_direct(s, n);

        moved = (!all && st->level < dma_threshold(s, n)) || dma_drain(s, n, all);
    } else {
        bool low = dma_is_direct(s, n) ? !st->level : st->level <= dma_threshold(s, n);

        st->primed = last || !low || !st->mleft;        /* if not, the next unit fills it */
        moved = true;
    }
    if (moved && last) {
        dma_complete(s, n);
        dma_stream_look(s, n);
    }
}
