/*
 * A port of the DMA: single beats on the bus it is master of.
 *
 * A stream is at the same place again and again: where that is, is looked up once and kept as a
 * window, until the chip's memory map changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dma/state.h"

const DmaWatch *dma_watch;

#define WINDOW_SIZE 4096        /* bytes of memory; of registers it is the one that is accessed */

static void forget(DmaWindow *w)
{
    if (w->size) {
        w->size = 0;
        address_space_cache_destroy(&w->cache);
    }
}

static bool is_inside(const DmaWindow *w, uint32_t addr, unsigned size, bool write)
{
    uint32_t offset = addr - w->base;

    return offset < w->size && size <= w->size - offset && w->write == write;
}

/* The window of stream @n on what is at @addr; NULL if the whole of it is nowhere. */
static DmaWindow *window_at(DmaPort *port, unsigned n, uint32_t addr, unsigned size, bool write)
{
    DmaWindow *w = &port->window[n];

    if (likely(is_inside(w, addr, size, write))) {
        return w;
    }
    forget(w);
    w->base = addr;
    w->write = write;
    w->size = address_space_cache_init(&w->cache, &port->as, addr, WINDOW_SIZE, write);
    if (!w->cache.ptr) {
        w->size = MIN(w->size, size);   /* what is next to a register may be another region */
    }
    return is_inside(w, addr, size, write) ? w : NULL;
}

MemTxResult dma_port_read(DmaPort *port, unsigned n, uint32_t addr, unsigned size, uint32_t *data)
{
    const MemTxAttrs attrs = MEMTXATTRS_UNSPECIFIED;
    DmaWindow *w = window_at(port, n, addr, size, false);
    uint32_t at = w ? addr - w->base : 0;
    MemTxResult result = MEMTX_OK;

    if (!w) {
        return MEMTX_DECODE_ERROR;
    }
    *data = size == 1 ? address_space_ldub_cached(&w->cache, at, attrs, &result)
          : size == 2 ? address_space_lduw_le_cached(&w->cache, at, attrs, &result)
          : address_space_ldl_le_cached(&w->cache, at, attrs, &result);
    return result;
}

unsigned dma_port_read_run(DmaPort *port, unsigned n, uint32_t addr, unsigned size, uint32_t *data,
                           unsigned max, unsigned unnoticed)
{
    DmaWindow *w = window_at(port, n, addr, size, false);

    return !w || w->cache.ptr ? 0
           : periph_read_run(w->cache.mrs.mr, w->cache.xlat + (addr - w->base), data, max,
                             unnoticed);
}

MemTxResult dma_port_write(DmaPort *port, unsigned n, uint32_t addr, unsigned size, uint32_t data)
{
    const MemTxAttrs attrs = MEMTXATTRS_UNSPECIFIED;
    DmaWindow *w = window_at(port, n, addr, size, true);
    uint32_t at = w ? addr - w->base : 0;
    MemTxResult result = MEMTX_OK;

    if (!w) {
        return MEMTX_DECODE_ERROR;
    }
    if (size == 1) {
        address_space_stb_cached(&w->cache, at, data, attrs, &result);
    } else if (size == 2) {
        address_space_stw_le_cached(&w->cache, at, data, attrs, &result);
    } else {
        address_space_stl_le_cached(&w->cache, at, data, attrs, &result);
    }
    if (w->size && w->cache.ptr) {      /* a register may have changed the map, and it is gone */
        address_space_cache_invalidate(&w->cache, at, size);
    }
    return result;
}

bool dma_port_is_at(DmaPort *port, unsigned n, uint32_t addr, unsigned size, const LaneNeed *need)
{
    DmaWindow *w = window_at(port, n, addr, size, need->from_memory);

    return w && !w->cache.ptr && w->cache.mrs.mr == &need->requester->mmio &&
           w->cache.xlat + (addr - w->base) == 4 * need->reg;
}

bool dma_port_is_quiet(DmaPort *port, unsigned n, uint32_t addr, unsigned size, bool write, const Periph *requester)
{
    DmaWindow *w = window_at(port, n, addr, size, write);
    const Periph *p = w && !w->cache.ptr ? periph_at(w->cache.mrs.mr) : NULL;

    return w && (w->cache.ptr || (p && (p == requester || (p->info->quiet && !time_is_exact()))));
}

bool dma_port_may_bunch(DmaPort *port, unsigned n, uint32_t addr, unsigned size)
{
    DmaWindow *w = window_at(port, n, addr, size, true);

    return w && !w->cache.ptr && lane_may_bunch(w->cache.mrs.mr);
}

static void map_changed(MemoryListener *listener)
{
    DmaPort *port = container_of(listener, DmaPort, listener);

    port->maps++;
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        forget(&port->window[n]);
    }
}

void dma_port_init(DmaPort *port, MemoryRegion *bus, const char *name)
{
    address_space_init(&port->as, bus, name);
    port->maps = 1;
    port->listener = (MemoryListener) { .name = name, .commit = map_changed };
    memory_listener_register(&port->listener, &port->as);
}

bool dma_is_plain(AddressSpace *as, uint32_t addr, uint32_t size, bool write)
{
    hwaddr offset, length = size;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, addr, &offset, &length, write, MEMTXATTRS_UNSPECIFIED);
    return length == size && memory_access_is_direct(mr, write, MEMTXATTRS_UNSPECIFIED);
}

void *dma_host_memory(AddressSpace *as, uint32_t addr, bool write)
{
    hwaddr offset, length = 1;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, addr, &offset, &length, write, MEMTXATTRS_UNSPECIFIED);
    return memory_access_is_direct(mr, write, MEMTXATTRS_UNSPECIFIED) ? memory_region_get_ram_ptr(mr) + offset : NULL;
}
