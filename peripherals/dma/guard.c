/*
 * Memory of streams whose requesters may be late, with -icount (exec/late-memory.h): who looks at what they write, or
 * changes what they read, has them do first what is due.  It is for all of a transfer, and for all streams that are
 * enabled, as they wait for each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dma/settings.h"

static bool guard_at(LateMemory *m, DmaPort *port, uint32_t addr, uint32_t size, bool write)
{
    return m->host || (dma_is_plain(&port->as, addr, size, write) &&
                       late_memory_guard(m, dma_host_memory(&port->as, addr, write), size, write));
}

static bool guard_buffer(Dma *s, unsigned n, unsigned buffer)
{
    uint32_t addr = *dma_reg(s, buffer ? R_S0M1AR : R_S0M0AR, n) & ~(dma_msize(s, n) - 1);
    uint32_t size = dma_mstep(s, n) ? s->stream[n].items * dma_psize(s, n) : dma_msize(s, n);

    return guard_at(&s->stream[n].guard[buffer], &s->memory, addr, size, dma_direction(s, n) != DMA_M2P);
}

static bool guard_source(Dma *s, unsigned n)
{
    uint32_t addr = *dma_reg(s, R_S0PAR, n) & ~(dma_psize(s, n) - 1);
    uint32_t size = dma_pstep(s, n) ? s->stream[n].items * dma_psize(s, n) : dma_psize(s, n);

    return guard_at(&s->stream[n].guard[2], &s->peripheral, addr, size, false);
}

static bool guard_stream(Dma *s, unsigned n)
{
    if (s->stream[n].guard[0].host && !(dma_cr(s, n) & (R_S0CR_DBM_MASK | DMA_M2M << R_S0CR_DIR_SHIFT))) {
        return true;                /* as ever */
    }
    return guard_buffer(s, n, 0) && (!(dma_cr(s, n) & R_S0CR_DBM_MASK) || guard_buffer(s, n, 1)) &&
           (!dma_stream_is_free_running(s, n) || guard_source(s, n));
}

bool dma_guard(Dma *s)
{
    if (unlikely(dma_watch)) {
        return false;
    }
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (dma_is_enabled(s, n) && s->stream[n].items && !guard_stream(s, n)) {
            return false;
        }
    }
    return true;
}

void dma_let_go(Dma *s, unsigned n)
{
    for (unsigned i = 0; i < ARRAY_SIZE(s->stream[n].guard); i++) {
        late_memory_let_go(&s->stream[n].guard[i]);
    }
}
