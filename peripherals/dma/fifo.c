/*
 * A stream's transfer and its FIFO (RM0090 10.3.12): how both ports fill and empty it, how it ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dma/settings.h"

uint32_t dma_stream_fifo_status(const DmaStream *st)
{
    return st->level == 0 ? 4 : st->level >= DMA_FIFO_SIZE ? 5 : st->level / 4;
}

/* ---- The end ---- */

void dma_load_counters(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    bool second = dma_cr(s, n) & R_S0CR_DBM_MASK && dma_cr(s, n) & R_S0CR_CT_MASK;

    st->items = dma_peripheral_controls_flow(s, n) ? 0xffff : st->reload;
    *dma_reg(s, R_S0NDTR, n) = st->items;
    st->paddr = *dma_reg(s, R_S0PAR, n) & ~(dma_psize(s, n) - 1);
    st->maddr = *dma_reg(s, second ? R_S0M1AR : R_S0M0AR, n) & ~(dma_msize(s, n) - 1);
    st->mleft = st->items * dma_psize(s, n);
    st->level = 0;
    s->copied[n] = 0;
    st->plain_maps = 0;
    st->primed = dma_direction(s, n) != DMA_M2P;
}

void dma_disable(Dma *s, unsigned n)
{
    *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
    s->stream[n].stopping = false;
    s->stream[n].level = 0;
    s->copied[n] = 0;
    dma_let_go(s, n);
    if (unlikely(dma_watch)) {
        dma_watch->ends(DEVICE(s), n);
    }
}

/* AHB's slaves have 1 Kbyte or more: a burst must not go from one to the next, which those do that begin in odd places. */
static void check_bursts(Dma *s, unsigned n)
{
    bool second = dma_cr(s, n) & R_S0CR_DBM_MASK && dma_cr(s, n) & R_S0CR_CT_MASK;
    uint32_t begin = *dma_reg(s, second ? R_S0M1AR : R_S0M0AR, n) & ~(dma_msize(s, n) - 1);
    uint32_t end = s->stream[n].maddr, burst = dma_mburst(s, n) * dma_msize(s, n);

    if (dma_mburst(s, n) == 1 || !dma_mstep(s, n) || dma_is_direct(s, n) || begin % burst == 0) {
        return;
    }
    if (end > begin && begin / 1024 != (end - 1) / 1024) {
        periph_mistake(&s->parent_obj, DMA024, "stream %u: a burst of %u bytes crosses 0x%08x, as memory is used from "
                       "0x%08x on", n, burst, ROUND_UP(begin, 1024), begin);
    }
}

/* All has been moved. */
void dma_complete(Dma *s, unsigned n)
{
    if (!dma_is_enabled(s, n)) {
        return;                     /* reset by what it has written */
    }
    check_bursts(s, n);
    dma_note_flag(s, n, DMA_TCIF);
    dma_set_flags(s, n, DMA_TCIF);
    if (dma_is_circular(s, n)) {
        if (dma_cr(s, n) & R_S0CR_DBM_MASK) {
            *dma_reg(s, R_S0CR, n) ^= R_S0CR_CT_MASK;
        }
        dma_load_counters(s, n);
    } else {
        dma_disable(s, n);
    }
}

bool dma_transfer_error(Dma *s, unsigned n, const char *what, uint32_t addr)
{
    periph_mistake(&s->parent_obj, DMA004, "stream %u can't %s 0x%08x: transfer error, the stream is "
                   "disabled", n, what, addr);
    dma_set_flags(s, n, DMA_TEIF);
    dma_disable(s, n);
    return false;
}

/* ---- The ports ---- */

void dma_fifo_push(DmaStream *st, uint32_t data, unsigned size)
{
    if (st->level + size <= DMA_FIFO_SIZE) {
        for (unsigned i = 0; i < size; i++) {
            st->fifo[st->level++] = data >> 8 * i;
        }
    }
}

/* If there are too few bytes left, what was there before comes with them, as on the chip. */
static uint32_t pop(DmaStream *st, unsigned size)
{
    unsigned there = MIN(size, st->level);
    uint32_t data = 0;

    for (unsigned i = 0; i < size; i++) {
        data |= (uint32_t)st->fifo[i] << 8 * i;
    }
    memmove(st->fifo, st->fifo + there, DMA_FIFO_SIZE - there);
    st->level -= there;
    return data;
}

/* A beat of the peripheral port. */
bool dma_read_peripheral(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t data, addr = st->paddr;

    st->paddr += dma_pstep(s, n);
    if (dma_port_read(&s->peripheral, n, addr, dma_psize(s, n), &data) != MEMTX_OK) {
        return dma_transfer_error(s, n, "read (peripheral port)", addr);
    }
    dma_fifo_push(st, data, dma_psize(s, n));
    return true;
}

bool dma_write_peripheral(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t addr = st->paddr, size = dma_psize(s, n);

    st->paddr += dma_pstep(s, n);
    if (dma_port_write(&s->peripheral, n, addr, size, pop(st, size)) != MEMTX_OK) {
        return dma_transfer_error(s, n, "write (peripheral port)", addr);
    }
    return true;
}

/* @left has been @was: is half of @all done just now? */
void dma_check_half(Dma *s, unsigned n, uint32_t was, uint32_t left, uint32_t all)
{
    /* unsure: with an odd number the bigger half comes first */
    if (was > all / 2 && left <= all / 2) {
        dma_note_flag(s, n, DMA_HTIF);
        dma_set_flags(s, n, DMA_HTIF);
    }
}

void dma_memory_has_moved(Dma *s, unsigned n, uint32_t bytes)
{
    DmaStream *st = &s->stream[n];
    uint32_t was = st->mleft;

    st->mleft -= MIN(bytes, was);
    if (unlikely(dma_watch)) {
        (dma_direction(s, n) == DMA_M2P ? dma_watch->read : dma_watch->wrote)
            (DEVICE(s), n, st->maddr - (dma_mstep(s, n) ? bytes : 0), bytes);
    }
    if (dma_direction(s, n) != DMA_M2P) {
        dma_check_half(s, n, was, st->mleft, st->items * dma_psize(s, n));
    }
}

/* From the FIFO to memory: whole bursts, or @all there is. */
bool dma_drain(Dma *s, unsigned n, bool all)
{
    DmaStream *st = &s->stream[n];
    unsigned size = dma_msize(s, n), burst = dma_mburst(s, n) * size;
    uint32_t left = all ? 0 : st->level % burst;

    while (st->level > left) {
        uint32_t addr = st->maddr, bytes = MIN(size, st->level);

        st->maddr += dma_mstep(s, n);
        if (dma_port_write(&s->memory, n, addr, size, pop(st, size)) != MEMTX_OK) {
            return dma_transfer_error(s, n, "write (memory port)", addr);
        }
        dma_memory_has_moved(s, n, bytes);
    }
    return true;
}

/* From memory to the FIFO: as much as it holds, in direct mode one item. */
bool dma_fill(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    unsigned size = dma_msize(s, n), room = dma_is_direct(s, n) ? size : DMA_FIFO_SIZE;

    while (st->mleft && st->level + size <= room) {
        uint32_t data, addr = st->maddr;

        st->maddr += dma_mstep(s, n);
        if (dma_port_read(&s->memory, n, addr, size, &data) != MEMTX_OK) {
            return dma_transfer_error(s, n, "read (memory port)", addr);
        }
        dma_fifo_push(st, data, size);
        dma_memory_has_moved(s, n, size);
    }
    st->primed = true;
    return true;
}
