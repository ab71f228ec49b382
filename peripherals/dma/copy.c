/*
 * From memory to memory (RM0090 10.3.6): a burst of each port at a time, of plain memory many.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/wait-loop.h"
#include "stm32/peripherals/dma/settings.h"

/* A burst of each port: after one the arbiter looks again, whatever the FIFO's threshold is. */
uint32_t dma_unit_bytes(Dma *s, unsigned n)
{
    return MAX(dma_mburst(s, n) * dma_msize(s, n), dma_pburst(s, n) * dma_psize(s, n));
}

uint32_t dma_copy_units(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t half = st->items * dma_psize(s, n) / 2, all;
    bool event = dma_cr(s, n) & R_S0CR_HTIE_MASK && st->mleft > half;

    all = DIV_ROUND_UP(event ? st->mleft - half : st->mleft, dma_unit_bytes(s, n));
    return all > s->copied[n] ? all - s->copied[n] : 1;
}

bool dma_copy_is_plain(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    unsigned maps = s->memory.maps + s->peripheral.maps;

    if (st->plain_maps != maps) {
        uint32_t from = dma_pstep(s, n) ? st->mleft : dma_psize(s, n), to = dma_mstep(s, n) ? st->mleft : dma_msize(s, n);

        st->plain_maps = maps;
        st->plain = dma_pstep(s, n) <= dma_psize(s, n) && dma_is_plain(&s->peripheral.as, st->paddr, from, false) &&
                    dma_is_plain(&s->memory.as, st->maddr, to, true);
    }
    return st->plain;
}

/* The source's next @size bytes: a row, or one item again and again. */
static bool read_plain(Dma *s, unsigned n, uint8_t *to, uint32_t size)
{
    DmaStream *st = &s->stream[n];
    uint32_t step = dma_pstep(s, n), once = step ? size : dma_psize(s, n);

    if (!dma_is_plain(&s->peripheral.as, st->paddr, once, false)) {
        return false;
    }
    address_space_read(&s->peripheral.as, st->paddr, MEMTXATTRS_UNSPECIFIED, to, once);
    for (uint32_t i = once; i < size; i++) {
        to[i] = to[i - once];
    }
    return true;
}

/* Copy @size bytes of plain memory at once; false: it is not that plain. */
static bool copy_plain(Dma *s, unsigned n, uint32_t size)
{
    DmaStream *st = &s->stream[n];
    uint32_t from = dma_pstep(s, n) ? size : dma_psize(s, n);

    if (dma_mstep(s, n) != dma_msize(s, n) ||
        (dma_pstep(s, n) && dma_pstep(s, n) != dma_psize(s, n)) ||
        size % dma_msize(s, n) || ranges_overlap(st->paddr, from, st->maddr, size) ||
        !dma_is_plain(&s->memory.as, st->maddr, size, true) || !read_plain(s, n, s->buffer, size)) {
        return false;
    }
    address_space_write(&s->memory.as, st->maddr, MEMTXATTRS_UNSPECIFIED, s->buffer, size);
    st->paddr += dma_pstep(s, n) ? size : 0;
    st->maddr += size;
    dma_memory_has_moved(s, n, size);
    return true;
}

/* Item by item. */
static bool copy_unit(Dma *s, unsigned n, uint32_t size)
{
    for (uint32_t i = 0; i < size; i += dma_psize(s, n)) {
        if (!dma_read_peripheral(s, n)) {
            return false;
        }
    }
    return dma_drain(s, n, true);
}

void dma_copy(Dma *s, unsigned n, uint32_t units)
{
    DmaStream *st = &s->stream[n];
    uint32_t unit = dma_unit_bytes(s, n), left = MIN(units * unit, st->mleft);

    while (left && dma_is_enabled(s, n) && !dma_host_is_tired(s)) {
        uint32_t size = MIN(left, DMA_COPY_SIZE / unit * unit);

        if (size < 2 * unit || !copy_plain(s, n, size)) {
            size = MIN(size, unit);
            if (!copy_unit(s, n, size)) {
                return;
            }
            s->beats += size / dma_psize(s, n);
        }
        left -= size;
        *dma_reg(s, R_S0NDTR, n) = st->mleft / dma_psize(s, n);
    }
    if (!st->mleft) {
        dma_complete(s, n);
    }
}

/*
 * What is sure is that it gets through plain memory, and that half of it is flagged with nobody told.  Memory is
 * where it is when somebody looks: who leaves out looks has to look once more before others do.
 */
int64_t dma_copy_holds(Dma *s)
{
    unsigned n = s->active;
    DmaStream *st = &s->stream[n];
    uint32_t unit = dma_unit_bytes(s, n), half = st->items * dma_psize(s, n) / 2, units = s->units, size;

    if (st->mleft > half) {
        units = MIN(units, DIV_ROUND_UP(st->mleft - half, unit));
    }
    size = MIN(units * unit, st->mleft);
    if (dma_mstep(s, n) != dma_msize(s, n) || (dma_pstep(s, n) && dma_pstep(s, n) != dma_psize(s, n)) ||
        !dma_is_plain(&s->peripheral.as, st->paddr, dma_pstep(s, n) ? size : dma_psize(s, n), false) ||
        !dma_is_plain(&s->memory.as, st->maddr, size, true)) {
        return 0;
    }
    wait_loop_read_looks_again();
    return counter_when(&s->ticks, s->begun + (uint64_t)units * s->cost);
}
