/*
 * A stream of the DMA (RM0090 10.3): what it moves, through its FIFO, by which port.
 *
 * Work comes in units: a request's burst with the memory accesses it leads to; filling the FIFO
 * before the first request; or, from memory to memory, a burst of each port.
 * Units of plain memory are copied many at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dma/state.h"

#define RUN_SIZE (32 * 1024)    /* bytes from memory to memory without an event */
#define MAX_RUN 512             /* items of a request that stays, at once */

static uint32_t cr(Dma *s, unsigned n)
{
    return *dma_reg(s, R_S0CR, n);
}

static bool is_direct(Dma *s, unsigned n)
{
    return !(*dma_reg(s, R_S0FCR, n) & R_S0FCR_DMDIS_MASK);
}

/* Bytes in the FIFO that make the memory port move. */
static uint32_t threshold(Dma *s, unsigned n)
{
    return 4 * (1 + FIELD_EX32(*dma_reg(s, R_S0FCR, n), S0FCR, FTH));
}

/* Bytes of an item; 3 is reserved.  unsure: taken as a word */
static unsigned psize(Dma *s, unsigned n)
{
    return 1 << MIN(FIELD_EX32(cr(s, n), S0CR, PSIZE), 2);
}

static unsigned msize(Dma *s, unsigned n)
{
    return 1 << MIN(FIELD_EX32(cr(s, n), S0CR, MSIZE), 2);
}

static const uint8_t burst_beats[] = { 1, 4, 8, 16 };

/* Items of a burst: no more than the FIFO holds, whatever is asked for. */
static unsigned pburst(Dma *s, unsigned n)
{
    return MIN(burst_beats[FIELD_EX32(cr(s, n), S0CR, PBURST)], DMA_FIFO_SIZE / psize(s, n));
}

static unsigned mburst(Dma *s, unsigned n)
{
    return MIN(burst_beats[FIELD_EX32(cr(s, n), S0CR, MBURST)], DMA_FIFO_SIZE / msize(s, n));
}

static unsigned pstep(Dma *s, unsigned n)
{
    return !(cr(s, n) & R_S0CR_PINC_MASK) ? 0 : cr(s, n) & R_S0CR_PINCOS_MASK ? 4 : psize(s, n);
}

static unsigned mstep(Dma *s, unsigned n)
{
    return cr(s, n) & R_S0CR_MINC_MASK ? msize(s, n) : 0;
}

static unsigned direction(Dma *s, unsigned n)
{
    return FIELD_EX32(cr(s, n), S0CR, DIR);
}

/* Forever, or until the other side says so (PFCTRL)? */
static bool is_circular(Dma *s, unsigned n)
{
    return cr(s, n) & R_S0CR_CIRC_MASK && !dma_stream_is_free_running(s, n);
}

static bool peripheral_controls_flow(Dma *s, unsigned n)
{
    return cr(s, n) & R_S0CR_PFCTRL_MASK;
}

static unsigned request_of(Dma *s, unsigned n)
{
    return n * DMA_CHANNELS + FIELD_EX32(cr(s, n), S0CR, CHSEL);
}

uint32_t dma_stream_fifo_status(const DmaStream *st)
{
    return st->level == 0 ? 4 : st->level >= DMA_FIFO_SIZE ? 5 : st->level / 4;
}

/* ---- The end ---- */

static void load_counters(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    bool second = cr(s, n) & R_S0CR_DBM_MASK && cr(s, n) & R_S0CR_CT_MASK;

    st->items = peripheral_controls_flow(s, n) ? 0xffff : st->reload;
    *dma_reg(s, R_S0NDTR, n) = st->items;
    st->paddr = *dma_reg(s, R_S0PAR, n) & ~(psize(s, n) - 1);
    st->maddr = *dma_reg(s, second ? R_S0M1AR : R_S0M0AR, n) & ~(msize(s, n) - 1);
    st->mleft = st->items * psize(s, n);
    st->level = 0;
    st->primed = direction(s, n) != DMA_M2P;
}

static void disable(Dma *s, unsigned n)
{
    *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
    s->stream[n].stopping = false;
    s->stream[n].level = 0;
}

/* All has been moved. */
static void complete(Dma *s, unsigned n)
{
    if (!dma_is_enabled(s, n)) {
        return;                     /* reset by what it has written */
    }
    dma_set_flags(s, n, DMA_TCIF);
    if (is_circular(s, n)) {
        if (cr(s, n) & R_S0CR_DBM_MASK) {
            *dma_reg(s, R_S0CR, n) ^= R_S0CR_CT_MASK;
        }
        load_counters(s, n);
    } else {
        disable(s, n);
    }
}

static bool transfer_error(Dma *s, unsigned n, const char *what, uint32_t addr)
{
    periph_mistake(&s->parent_obj, "stream %u can't %s 0x%08x: transfer error, the stream is "
                   "disabled", n, what, addr);
    dma_set_flags(s, n, DMA_TEIF);
    disable(s, n);
    return false;
}

/* ---- The ports ---- */

/* Is all of it memory of the host, that can be read (written) at once? */
static bool is_plain(AddressSpace *as, uint32_t addr, uint32_t size, bool write)
{
    hwaddr offset, length = size;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, addr, &offset, &length, write, MEMTXATTRS_UNSPECIFIED);
    return length == size && memory_access_is_direct(mr, write, MEMTXATTRS_UNSPECIFIED);
}

static void push(DmaStream *st, uint32_t data, unsigned size)
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
static bool read_peripheral(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t data, addr = st->paddr;

    st->paddr += pstep(s, n);
    if (dma_port_read(&s->peripheral, n, addr, psize(s, n), &data) != MEMTX_OK) {
        return transfer_error(s, n, "read (peripheral port)", addr);
    }
    push(st, data, psize(s, n));
    return true;
}

static bool write_peripheral(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t addr = st->paddr;

    st->paddr += pstep(s, n);
    if (dma_port_write(&s->peripheral, n, addr, psize(s, n), pop(st, psize(s, n))) != MEMTX_OK) {
        return transfer_error(s, n, "write (peripheral port)", addr);
    }
    return true;
}

/* @left has been @was: is half of @all done just now? */
static void check_half(Dma *s, unsigned n, uint32_t was, uint32_t left, uint32_t all)
{
    /* unsure: with an odd number the bigger half comes first */
    if (was > all / 2 && left <= all / 2) {
        dma_set_flags(s, n, DMA_HTIF);
    }
}

static void memory_has_moved(Dma *s, unsigned n, uint32_t bytes)
{
    DmaStream *st = &s->stream[n];
    uint32_t was = st->mleft;

    st->mleft -= MIN(bytes, was);
    if (direction(s, n) != DMA_M2P) {
        check_half(s, n, was, st->mleft, st->items * psize(s, n));
    }
}

/* From the FIFO to memory: whole bursts, or @all there is. */
static bool drain(Dma *s, unsigned n, bool all)
{
    DmaStream *st = &s->stream[n];
    unsigned size = msize(s, n), block = all ? 1 : mburst(s, n) * size;

    while (st->level >= block) {
        uint32_t addr = st->maddr, bytes = MIN(size, st->level);

        st->maddr += mstep(s, n);
        if (dma_port_write(&s->memory, n, addr, size, pop(st, size)) != MEMTX_OK) {
            return transfer_error(s, n, "write (memory port)", addr);
        }
        memory_has_moved(s, n, bytes);
    }
    return true;
}

/* From memory to the FIFO: as much as it holds, in direct mode one item. */
static bool fill(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    unsigned size = msize(s, n), room = is_direct(s, n) ? size : DMA_FIFO_SIZE;

    while (st->mleft && st->level + size <= room) {
        uint32_t data, addr = st->maddr;

        st->maddr += mstep(s, n);
        if (dma_port_read(&s->memory, n, addr, size, &data) != MEMTX_OK) {
            return transfer_error(s, n, "read (memory port)", addr);
        }
        push(st, data, size);
        memory_has_moved(s, n, size);
    }
    st->primed = true;
    return true;
}

/* ---- A request's burst ---- */

/* @items of the peripheral have been moved. */
static void count_items(Dma *s, unsigned n, uint32_t items)
{
    uint32_t *ndtr = dma_reg(s, R_S0NDTR, n), was = *ndtr;

    *ndtr -= MIN(items, was);
    if (direction(s, n) == DMA_M2P) {
        check_half(s, n, was, *ndtr, s->stream[n].items);
    }
}

static bool move_burst(Dma *s, unsigned n, unsigned beats)
{
    DmaStream *st = &s->stream[n];
    bool from = direction(s, n) == DMA_P2M;

    for (unsigned i = 0; i < beats; i++) {
        if (!from && st->level < psize(s, n) && !fill(s, n)) {
            return false;
        }
        if (from && st->level + psize(s, n) > DMA_FIFO_SIZE && !drain(s, n, true)) {
            return false;
        }
        if (!(from ? read_peripheral(s, n) : write_peripheral(s, n))) {
            return false;
        }
    }
    return dma_is_enabled(s, n);    /* not reset by what it has written */
}

/* @count items to memory: a row of plain memory at once. */
static void write_run(Dma *s, unsigned n, const uint32_t *data, unsigned count)
{
    DmaStream *st = &s->stream[n];
    uint32_t size = psize(s, n), addr = st->maddr;

    if (mstep(s, n) && is_plain(&s->memory.as, addr, count * size, true)) {
        for (unsigned i = 0; i < count; i++) {
            stn_le_p(s->buffer + i * size, size, data[i]);
        }
        address_space_write(&s->memory.as, addr, MEMTXATTRS_UNSPECIFIED, s->buffer, count * size);
        st->maddr += count * size;
        count_items(s, n, count);
        memory_has_moved(s, n, count * size);
        return;
    }
    for (unsigned i = 0; i < count && dma_is_enabled(s, n); i++) {
        addr = st->maddr;
        st->maddr += mstep(s, n);
        if (dma_port_write(&s->memory, n, addr, size, data[i]) != MEMTX_OK) {
            transfer_error(s, n, "write (memory port)", addr);
            return;
        }
        count_items(s, n, 1);
        memory_has_moved(s, n, size);
    }
}

/*
 * Without -icount a requester may have many items, and its request would stay: take them at once, but
 * for the last, with which more happens.  Requests that are acknowledged count one by one.
 */
static bool may_run(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];

    return !time_is_exact() && direction(s, n) == DMA_P2M && is_direct(s, n) && !pstep(s, n) &&
           !peripheral_controls_flow(s, n) && !s->ack[request_of(s, n)] && !st->stopping &&
           !st->level;
}

/* Take up to @max items. */
static unsigned take_run(Dma *s, unsigned n, uint32_t *data, unsigned max)
{
    uint32_t left = *dma_reg(s, R_S0NDTR, n), half = s->stream[n].items / 2;
    uint32_t told = cr(s, n) & R_S0CR_HTIE_MASK && left > half ? left - half : left;

    return dma_port_read_run(&s->peripheral, n, s->stream[n].paddr, psize(s, n), data, max,
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
        write_run(s, n, data, count);
    }
    return count;
}

void dma_stream_look(Dma *s, unsigned n)
{
    if (dma_is_enabled(s, n) && *dma_reg(s, R_S0NDTR, n) && may_run(s, n)) {
        take_run(s, n, NULL, 0);
    }
}

static void serve_request(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    unsigned request = request_of(s, n), beats = MIN(pburst(s, n), *dma_reg(s, R_S0NDTR, n));
    bool from = direction(s, n) == DMA_P2M, last, moved;

    if (serve_run(s, n)) {
        return;
    }
    last = peripheral_controls_flow(s, n) && extract64(s->flow_end, request, 1);
    if (!move_burst(s, n, beats)) {
        return;
    }
    count_items(s, n, beats);
    last |= !*dma_reg(s, R_S0NDTR, n);
    if (last) {
        qemu_irq_pulse(s->last[request]);
    }
    qemu_irq_pulse(s->ack[request]);
    if (from) {
        bool all = last || is_direct(s, n);

        moved = (!all && st->level < threshold(s, n)) || drain(s, n, all);
    } else {
        bool low = is_direct(s, n) ? !st->level : st->level <= threshold(s, n);

        moved = last || !low || fill(s, n);
    }
    if (moved && last) {
        complete(s, n);
        dma_stream_look(s, n);
    }
}

/* ---- Memory to memory ---- */

/* A burst of each port: after one the arbiter looks again, whatever the FIFO's threshold is. */
static uint32_t unit_bytes(Dma *s, unsigned n)
{
    return MAX(mburst(s, n) * msize(s, n), pburst(s, n) * psize(s, n));
}

/* The source's next @size bytes: a row, or one item again and again. */
static bool read_plain(Dma *s, unsigned n, uint8_t *to, uint32_t size)
{
    DmaStream *st = &s->stream[n];
    uint32_t step = pstep(s, n), once = step ? size : psize(s, n);

    if (!is_plain(&s->peripheral.as, st->paddr, once, false)) {
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
    uint32_t from = pstep(s, n) ? size : psize(s, n);

    if (mstep(s, n) != msize(s, n) || (pstep(s, n) && pstep(s, n) != psize(s, n)) ||
        size % msize(s, n) || ranges_overlap(st->paddr, from, st->maddr, size) ||
        !is_plain(&s->memory.as, st->maddr, size, true) || !read_plain(s, n, s->buffer, size)) {
        return false;
    }
    address_space_write(&s->memory.as, st->maddr, MEMTXATTRS_UNSPECIFIED, s->buffer, size);
    st->paddr += pstep(s, n) ? size : 0;
    st->maddr += size;
    memory_has_moved(s, n, size);
    return true;
}

/* Item by item. */
static bool copy_unit(Dma *s, unsigned n, uint32_t size)
{
    for (uint32_t i = 0; i < size; i += psize(s, n)) {
        if (!read_peripheral(s, n)) {
            return false;
        }
    }
    return drain(s, n, true);
}

static void copy(Dma *s, unsigned n, uint32_t units)
{
    DmaStream *st = &s->stream[n];
    uint32_t unit = unit_bytes(s, n), left = MIN(units * unit, st->mleft);

    while (left && dma_is_enabled(s, n) && !dma_host_is_tired(s)) {
        uint32_t size = MIN(left, DMA_COPY_SIZE / unit * unit);

        if (size < 2 * unit || !copy_plain(s, n, size)) {
            size = MIN(size, unit);
            if (!copy_unit(s, n, size)) {
                return;
            }
            s->beats += size / psize(s, n);
        }
        left -= size;
        *dma_reg(s, R_S0NDTR, n) = st->mleft / psize(s, n);
    }
    if (!st->mleft) {
        complete(s, n);
    }
}

/* ---- For the engine ---- */

bool dma_stream_wants(Dma *s, unsigned n)
{
    if (!dma_is_enabled(s, n) || !*dma_reg(s, R_S0NDTR, n) || direction(s, n) == DMA_RESERVED) {
        return false;
    }
    return dma_stream_is_free_running(s, n) || !s->stream[n].primed || s->stream[n].stopping ||
           extract64(s->request, request_of(s, n), 1);
}

/* HCLK cycles of a port: 3 for an access and 1 for each beat. */
static uint32_t port_cycles(uint32_t bytes, unsigned size, unsigned burst)
{
    uint32_t beats = DIV_ROUND_UP(bytes, size);

    return 3 * DIV_ROUND_UP(beats, burst) + beats;
}

static uint32_t request_cycles(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t left = *dma_reg(s, R_S0NDTR, n), beats = MIN(pburst(s, n), left);
    uint32_t bytes = beats * psize(s, n), memory = 0;

    if (direction(s, n) == DMA_P2M) {
        bytes += st->level;
        memory = is_direct(s, n) || beats == left || bytes >= threshold(s, n) ? bytes : 0;
    } else if (is_direct(s, n)) {
        memory = MIN(st->mleft, msize(s, n));
    } else if (st->level <= threshold(s, n) + bytes) {
        memory = MIN(st->mleft, DMA_FIFO_SIZE - (st->level - MIN(bytes, st->level)));
    }
    return port_cycles(beats, 1, beats) + port_cycles(memory, msize(s, n), mburst(s, n));
}

static void plan_copy(Dma *s, unsigned n, uint32_t *units, uint32_t *cost)
{
    DmaStream *st = &s->stream[n];
    uint32_t unit = unit_bytes(s, n), half = st->items * psize(s, n) / 2;
    bool event = cr(s, n) & R_S0CR_HTIE_MASK && st->mleft > half;
    uint32_t bytes = event ? st->mleft - half : st->mleft;

    *units = DIV_ROUND_UP(MIN(bytes, RUN_SIZE), unit);
    *cost = MAX(port_cycles(unit, psize(s, n), pburst(s, n)),
                port_cycles(unit, msize(s, n), mburst(s, n)));
}

void dma_stream_plan(Dma *s, unsigned n, uint32_t *units, uint32_t *cost)
{
    *units = 1;
    if (dma_stream_is_free_running(s, n)) {
        plan_copy(s, n, units, cost);
    } else if (!s->stream[n].primed) {
        uint32_t bytes = is_direct(s, n) ? msize(s, n) : DMA_FIFO_SIZE;

        *cost = port_cycles(MIN(bytes, s->stream[n].mleft), msize(s, n), mburst(s, n));
    } else {
        *cost = request_cycles(s, n);
    }
}

void dma_stream_do(Dma *s, unsigned n, uint32_t units)
{
    if (dma_stream_is_free_running(s, n)) {
        copy(s, n, units);
    } else if (!s->stream[n].primed) {
        fill(s, n);
    } else {
        serve_request(s, n);
    }
}

/* ---- Enable and disable ---- */

void dma_stream_stop(Dma *s, unsigned n)
{
    if (direction(s, n) == DMA_M2P || drain(s, n, true)) {
        disable(s, n);
        dma_set_flags(s, n, DMA_TCIF);
    }
}

void dma_stream_reset(Dma *s, unsigned n)
{
    s->stream[n] = (DmaStream) { .primed = true };
}

/* What the hardware makes of settings that can't be together (RM0090 10.5.5, 10.5.10). */
static void force_settings(Dma *s, unsigned n)
{
    uint32_t *c = dma_reg(s, R_S0CR, n), *f = dma_reg(s, R_S0FCR, n);

    if (dma_stream_is_free_running(s, n)) {
        *f |= R_S0FCR_DMDIS_MASK;
        *c &= ~R_S0CR_PFCTRL_MASK;
    }
    if (is_direct(s, n)) {
        *c &= ~(R_S0CR_PBURST_MASK | R_S0CR_MBURST_MASK);
        *c = FIELD_DP32(*c, S0CR, MSIZE, FIELD_EX32(*c, S0CR, PSIZE));
    }
    if (is_direct(s, n) || *c & R_S0CR_PBURST_MASK) {
        *c &= ~R_S0CR_PINCOS_MASK;
    }
    if (*c & R_S0CR_PFCTRL_MASK) {
        *c &= ~R_S0CR_CIRC_MASK;
    } else if (*c & R_S0CR_DBM_MASK) {
        *c |= R_S0CR_CIRC_MASK;
    }
}

/* RM0090 table 48: the threshold has to be a whole number of the memory port's bursts. */
static bool bursts_fit(Dma *s, unsigned n)
{
    unsigned burst = burst_beats[FIELD_EX32(cr(s, n), S0CR, MBURST)] * msize(s, n);

    return is_direct(s, n) || !(cr(s, n) & R_S0CR_MBURST_MASK) || threshold(s, n) % burst == 0;
}

static void check_sizes(Dma *s, unsigned n)
{
    Periph *p = &s->parent_obj;
    unsigned burst = burst_beats[FIELD_EX32(cr(s, n), S0CR, PBURST)] * psize(s, n);

    if (FIELD_EX32(cr(s, n), S0CR, PSIZE) == 3 || FIELD_EX32(cr(s, n), S0CR, MSIZE) == 3) {
        periph_mistake(p, "stream %u: PSIZE or MSIZE is 3, which is reserved", n);
    }
    if (s->stream[n].items * psize(s, n) % msize(s, n)) {
        periph_mistake(p, "stream %u: NDTR is %u items of PSIZE, not a whole number of MSIZE: the "
                       "last one is written with undefined bytes", n, s->stream[n].items);
    }
    if (*dma_reg(s, R_S0PAR, n) % psize(s, n) || *dma_reg(s, R_S0M0AR, n) % msize(s, n) ||
        (cr(s, n) & R_S0CR_DBM_MASK && *dma_reg(s, R_S0M1AR, n) % msize(s, n))) {
        /* unsure: the lower bits are ignored */
        periph_mistake(p, "stream %u: an address is not a multiple of its item's size", n);
    }
    if (burst > DMA_FIFO_SIZE) {
        periph_mistake(p, "stream %u: a burst of the peripheral port does not fit the FIFO", n);
    } else if (!is_direct(s, n) && burst == DMA_FIFO_SIZE && threshold(s, n) == 12 &&
               cr(s, n) & R_S0CR_PBURST_MASK) {
        /* unsure: works here but for the flag */
        periph_mistake(p, "stream %u: with a burst as big as the FIFO a threshold of 3/4 makes "
                       "it overrun or underrun", n);
        dma_set_flags(s, n, DMA_FEIF);
    }
}

static void check_mode(Dma *s, unsigned n)
{
    Periph *p = &s->parent_obj;

    if (direction(s, n) == DMA_RESERVED) {
        periph_mistake(p, "stream %u: DIR is 3, which is reserved: it does nothing", n);
    }
    if (dma_stream_is_free_running(s, n) && !s->memory_to_memory) {
        periph_mistake(p, "stream %u: this DMA can't go from memory to memory, its peripheral port "
                       "does not reach memory", n);
    }
    if (dma_stream_is_free_running(s, n) && cr(s, n) & R_S0CR_CIRC_MASK) {
        /* unsure: it is done once */
        periph_mistake(p, "stream %u: CIRC and DBM are not allowed from memory to memory", n);
    }
    if (!s->stream[n].items) {
        periph_mistake(p, "stream %u enabled with NDTR = 0: it moves nothing", n);
    }
}

void dma_stream_enable(Dma *s, unsigned n)
{
    uint32_t flags = dma_flags(s, n);

    s->stream[n].stopping = false;
    if (flags & (DMA_TCIF | DMA_TEIF)) {
        *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
        periph_mistake(&s->parent_obj, "stream %u enabled while TCIF or TEIF of it is set: it "
                       "stays disabled; clear its flags first", n);
        return;
    }
    if (flags) {
        /* unsure: these don't keep it from working */
        periph_mistake(&s->parent_obj, "stream %u enabled with flags of it set (0x%02x): clear "
                       "them first", n, flags);
    }
    force_settings(s, n);
    if (!bursts_fit(s, n)) {
        periph_mistake(&s->parent_obj, "stream %u: FCR.FTH is not a whole number of memory bursts: "
                       "FIFO error, the stream is disabled", n);
        *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
        dma_set_flags(s, n, DMA_FEIF);
        return;
    }
    load_counters(s, n);
    check_sizes(s, n);
    check_mode(s, n);
}
