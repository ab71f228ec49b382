/*
 * A stream of the DMA (RM0090 10.3), as the engine sees it: what it has to do, for how long, and
 * how it is enabled and disabled.
 *
 * Work comes in units: a request's burst, if it is to memory with the accesses there; from memory,
 * filling the FIFO, before the first request and behind others; or, from memory to memory, a burst of
 * each port.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/slow_bus.h"
#include "stm32/peripherals/dma/settings.h"

#define RUN_SIZE (32 * 1024)    /* bytes from memory to memory without an event */

/* ---- For the engine ---- */

bool dma_stream_wants(Dma *s, unsigned n)
{
    const DmaStream *st = &s->stream[n];
    uint32_t cr = dma_cr(s, n);
    unsigned direction = FIELD_EX32(cr, S0CR, DIR);

    return cr & R_S0CR_EN_MASK && *dma_reg(s, R_S0NDTR, n) && direction != DMA_RESERVED &&
           (!st->primed || st->stopping || direction == DMA_M2M || extract64(s->request, dma_request_of(s, n), 1));
}

/* What a port accesses, items of @size bytes from @addr on. */
typedef struct Access {
    uint32_t addr;
    unsigned size;
    bool write;
} Access;

static Access of_peripheral(Dma *s, unsigned n)
{
    return (Access) { s->stream[n].paddr, dma_psize(s, n), dma_direction(s, n) == DMA_M2P };
}

static Access of_memory(Dma *s, unsigned n)
{
    return (Access) { s->stream[n].maddr, dma_msize(s, n), dma_direction(s, n) != DMA_M2P };
}

/* A slow memory takes what is written, and is at it while the port has the next. */
static uint32_t slow_cycles(SlowAccess slow, uint32_t beats, uint32_t bursts, uint32_t fast, bool write)
{
    return write ? MAX(fast, beats * (slow.takes + slow.turns))
                 : 3 * bursts + beats * slow.takes + (beats - bursts) * slow.turns;
}

/* HCLK cycles of a port: 3 for an access and 1 for each beat, if the memory is as fast as that. */
static uint32_t port_cycles(Access a, uint32_t bytes, unsigned burst)
{
    uint32_t beats = DIV_ROUND_UP(bytes, a.size), bursts = DIV_ROUND_UP(beats, burst), fast = 3 * bursts + beats;
    SlowAccess slow = { };

    if (slow_bus && beats) {
        slow = slow_bus(a.addr, a.size, a.write);
    }
    return slow.takes ? slow_cycles(slow, beats, bursts, fast, a.write) : fast;
}

static bool is_slow(Access a)
{
    return slow_bus && slow_bus(a.addr, a.size, a.write).takes;
}

static uint32_t request_cycles(Dma *s, unsigned n)
{
    DmaStream *st = &s->stream[n];
    uint32_t left = *dma_reg(s, R_S0NDTR, n), beats = MIN(dma_pburst(s, n), left);
    uint32_t bytes = beats * dma_psize(s, n) + st->level, memory = 0;

    if (dma_direction(s, n) == DMA_P2M &&
        (dma_is_direct(s, n) || beats == left || bytes >= dma_threshold(s, n))) {
        memory = bytes;
    }
    return port_cycles(of_peripheral(s, n), beats * dma_psize(s, n), beats) +
           port_cycles(of_memory(s, n), memory, dma_mburst(s, n));
}

uint32_t dma_stream_longest(Dma *s, unsigned n)
{
    uint32_t beats = dma_pburst(s, n), bytes = MAX(DMA_FIFO_SIZE, beats * dma_psize(s, n));

    if (dma_is_direct(s, n)) {
        bytes = dma_msize(s, n);
    }
    return port_cycles(of_peripheral(s, n), beats * dma_psize(s, n), beats) + port_cycles(of_memory(s, n), bytes, 1);
}

/* HCLK cycles of a unit from memory to memory: both ports are at work, but of a slow memory there is one. */
static uint32_t unit_cost(Dma *s, unsigned n)
{
    uint32_t unit = dma_unit_bytes(s, n);
    uint32_t from = port_cycles(of_peripheral(s, n), unit, dma_pburst(s, n));
    uint32_t to = port_cycles(of_memory(s, n), unit, dma_mburst(s, n));

    return is_slow(of_peripheral(s, n)) && is_slow(of_memory(s, n)) ? from + to : MAX(from, to);
}

uint64_t dma_stream_copy_end(Dma *s, unsigned n)
{
    uint32_t units = DIV_ROUND_UP(s->stream[n].mleft, dma_unit_bytes(s, n));

    return s->begun + (uint64_t)(units - MIN(s->copied[n], units)) * unit_cost(s, n);
}

static void plan_copy(Dma *s, unsigned n, uint32_t *units, uint32_t *cost)
{
    *units = MIN(dma_copy_units(s, n), RUN_SIZE / dma_unit_bytes(s, n));
    *cost = unit_cost(s, n);
}

void dma_stream_plan(Dma *s, unsigned n, uint32_t *units, uint32_t *cost)
{
    *units = 1;
    if (dma_stream_is_free_running(s, n)) {
        plan_copy(s, n, units, cost);
    } else if (!s->stream[n].primed) {
        uint32_t bytes = (dma_is_direct(s, n) ? dma_msize(s, n) : DMA_FIFO_SIZE) - s->stream[n].level;

        *cost = port_cycles(of_memory(s, n), MIN(bytes, s->stream[n].mleft), dma_mburst(s, n));
    } else {
        *cost = request_cycles(s, n);
    }
}

void dma_stream_do(Dma *s, unsigned n, uint32_t units)
{
    if (dma_stream_is_free_running(s, n)) {
        dma_copy(s, n, units);
    } else if (!s->stream[n].primed) {
        dma_fill(s, n);
    } else {
        dma_serve_request(s, n);
    }
}

/* ---- Enable and disable ---- */

void dma_stream_stop(Dma *s, unsigned n)
{
    if (dma_direction(s, n) == DMA_M2P || dma_drain(s, n, true)) {
        dma_disable(s, n);
        dma_set_flags(s, n, DMA_TCIF);
    }
}

void dma_stream_reset(Dma *s, unsigned n)
{
    dma_let_go(s, n);
    s->copied[n] = 0;
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
    if (dma_is_direct(s, n)) {
        *c &= ~(R_S0CR_PBURST_MASK | R_S0CR_MBURST_MASK);
        *c = FIELD_DP32(*c, S0CR, MSIZE, FIELD_EX32(*c, S0CR, PSIZE));
    }
    if (dma_is_direct(s, n) || *c & R_S0CR_PBURST_MASK) {
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
    unsigned burst = dma_burst_beats(FIELD_EX32(dma_cr(s, n), S0CR, MBURST)) * dma_msize(s, n);

    return dma_is_direct(s, n) || !(dma_cr(s, n) & R_S0CR_MBURST_MASK) ||
           dma_threshold(s, n) % burst == 0;
}

static void check_sizes(Dma *s, unsigned n)
{
    Periph *p = &s->parent_obj;
    unsigned burst = dma_burst_beats(FIELD_EX32(dma_cr(s, n), S0CR, PBURST)) * dma_psize(s, n);

    if (FIELD_EX32(dma_cr(s, n), S0CR, PSIZE) == 3 || FIELD_EX32(dma_cr(s, n), S0CR, MSIZE) == 3) {
        periph_mistake(p, DMA005, "stream %u: PSIZE or MSIZE is 3, which is reserved", n);
    }
    if (s->stream[n].items * dma_psize(s, n) % dma_msize(s, n)) {
        periph_mistake(p, DMA006, "stream %u: NDTR is %u items of PSIZE, not a whole number of MSIZE: the "
                       "last one is written with undefined bytes", n, s->stream[n].items);
    }
    if (*dma_reg(s, R_S0PAR, n) % dma_psize(s, n) || *dma_reg(s, R_S0M0AR, n) % dma_msize(s, n) ||
        (dma_cr(s, n) & R_S0CR_DBM_MASK && *dma_reg(s, R_S0M1AR, n) % dma_msize(s, n))) {
        /* unsure: the lower bits are ignored */
        periph_mistake(p, DMA007, "stream %u: an address is not a multiple of its item's size", n);
    }
    if (burst > DMA_FIFO_SIZE) {
        periph_mistake(p, DMA008, "stream %u: a burst of the peripheral port does not fit the FIFO", n);
    } else if (!dma_is_direct(s, n) && burst == DMA_FIFO_SIZE && dma_threshold(s, n) == 12 &&
               dma_cr(s, n) & R_S0CR_PBURST_MASK) {
        /* unsure: works here but for the flag */
        periph_mistake(p, DMA009, "stream %u: with a burst as big as the FIFO a threshold of 3/4 makes it "
                       "overrun or underrun", n);
        dma_set_flags(s, n, DMA_FEIF);
    }
}

/* The bus that the peripheral of stream @n is at.  False if it has none. */
static bool find_bus(Dma *s, unsigned n, PeriphBus *bus)
{
    hwaddr offset, length = 1;
    const Periph *p;

    RCU_READ_LOCK_GUARD();
    p = periph_at(address_space_translate(&s->peripheral.as, *dma_reg(s, R_S0PAR, n), &offset, &length, true,
                                          MEMTXATTRS_UNSPECIFIED));
    if (!p || dma_direction(s, n) >= DMA_M2M) {
        return false;
    }
    *bus = p->info->bus;
    return true;
}

/* ES0182: only the controller that reaches both has it. */
static void check_buses(Dma *s, unsigned n)
{
    PeriphBus mine, other;

    if (!s->memory_to_memory || !find_bus(s, n, &mine)) {
        return;
    }
    for (unsigned i = 0; i < DMA_STREAMS; i++) {
        if (i != n && dma_is_enabled(s, i) && find_bus(s, i, &other) && other != mine) {
            periph_mistake(&s->parent_obj, ES002, "stream %u serves a peripheral on %s, while stream %u serves one on %s", n,
                           mine == BUS_AHB ? "AHB" : "APB", i, other == BUS_AHB ? "AHB" : "APB");
            return;
        }
    }
}

static void check_mode(Dma *s, unsigned n)
{
    Periph *p = &s->parent_obj;
    unsigned channel = FIELD_EX32(dma_cr(s, n), S0CR, CHSEL);

    if (dma_direction(s, n) == DMA_RESERVED) {
        periph_mistake(p, DMA010, "stream %u: DIR is 3, which is reserved: it does nothing", n);
    }
    if (dma_stream_is_free_running(s, n) && !s->memory_to_memory) {
        periph_mistake(p, DMA011, "stream %u: this DMA can't go from memory to memory, its peripheral port "
                       "does not reach memory", n);
    }
    if (dma_stream_is_free_running(s, n) && dma_cr(s, n) & R_S0CR_CIRC_MASK) {
        /* unsure: it is done once */
        periph_mistake(p, DMA012, "stream %u: CIRC and DBM are not allowed from memory to memory", n);
    }
    if (dma_direction(s, n) < DMA_M2M && !s->requester[DMA_CHANNELS * n + channel]) {
        periph_mistake(p, DMA017, "stream %u enabled with channel %u, which no peripheral requests: it waits for ever", n,
                       channel);
    }
    if (!s->stream[n].items) {
        periph_mistake(p, DMA013, "stream %u enabled with NDTR = 0: it moves nothing", n);
    }
}

void dma_stream_enable(Dma *s, unsigned n)
{
    uint32_t flags = dma_flags(s, n);

    s->stream[n].stopping = false;
    if (flags & (DMA_TCIF | DMA_TEIF)) {
        *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
        periph_mistake(&s->parent_obj, DMA014, "stream %u enabled while TCIF or TEIF of it is set: it stays "
                       "disabled", n);
        return;
    }
    if (flags) {
        /* these don't keep it from working: Betaflight's DShot leaves HTIF set, and its motors turn */
        periph_mistake(&s->parent_obj, DMA015, "stream %u enabled with flags of it set (0x%02x)", n, flags);
    }
    force_settings(s, n);
    if (!bursts_fit(s, n)) {
        periph_mistake(&s->parent_obj, DMA016, "stream %u: FCR.FTH is not a whole number of memory bursts: "
                       "FIFO error, the stream is disabled", n);
        *dma_reg(s, R_S0CR, n) &= ~R_S0CR_EN_MASK;
        dma_set_flags(s, n, DMA_FEIF);
        return;
    }
    dma_load_counters(s, n);
    check_sizes(s, n);
    check_mode(s, n);
    check_buses(s, n);
    dma_check_settings(s, n);
    if (dma_direction(s, n) < DMA_M2M) {
        dma_note_stream(s, n);
    }
    if (unlikely(dma_watch) && dma_direction(s, n) != DMA_M2P && !dma_is_circular(s, n) && dma_mstep(s, n)) {
        dma_watch->begins(DEVICE(s), n, s->stream[n].maddr, s->stream[n].mleft);
    }
}
