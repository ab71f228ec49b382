/*
 * Lanes: what a stream offers to its requester, who then moves many beats at once (core/run.h).
 *
 * In direct mode a stream that nobody holds up is after every beat as it was before, but for its counters:
 * nothing is in the FIFO of one to memory, and the next item in that of one from memory.  What comes in a bunch
 * may go through the FIFO too; of one from memory that is full then, with what comes next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/cpu-timers.h"
#include "stm32/peripherals/dma/settings.h"

static bool lane_serves(Periph *p, unsigned request)
{
    Dma *s = DMA(p);
    unsigned n = request / DMA_CHANNELS;

    return dma_is_enabled(s, n) && dma_request_of(s, n) == request;
}

/*
 * Ticks of HCLK after which all streams have been served, if each requests a beat at the same time, in the midst of what
 * is copied.  False: something is under way already.
 */
static bool busy_ticks(Dma *s, uint32_t *ticks)
{
    bool copies = dma_copies(s);

    *ticks = copies ? s->cost : 0;
    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (!dma_is_enabled(s, n) || (copies && dma_stream_is_free_running(s, n))) {
            continue;
        }
        if (dma_stream_wants(s, n) || dma_stream_is_free_running(s, n)) {
            return false;
        }
        *ticks += dma_stream_longest(s, n);
    }
    return true;
}

/* A copy that comes before stream @n leaves nothing to it. */
static bool is_starved(Dma *s, unsigned n)
{
    unsigned mine = FIELD_EX32(dma_cr(s, n), S0CR, PL);

    for (unsigned i = 0; i < DMA_STREAMS; i++) {
        if (dma_is_enabled(s, i) && dma_stream_is_free_running(s, i)) {
            unsigned level = FIELD_EX32(dma_cr(s, i), S0CR, PL);

            if (level > mine || (level == mine && i < n)) {
                return true;
            }
        }
    }
    return false;
}

static bool meets_copy(const LaneOffer *offer, Dma *s, unsigned n)
{
    uint32_t left = s->stream[n].mleft, source = dma_pstep(s, n) ? left : dma_psize(s, n);

    return left &&
           (ranges_overlap(offer->addr, offer->size, s->stream[n].maddr, dma_mstep(s, n) ? left : dma_msize(s, n)) ||
            (offer->writes && ranges_overlap(offer->addr, offer->size, s->stream[n].paddr, source)));
}

/* Does a copy, of any DMA, read or write there? */
static bool meets_copies(const LaneOffer *offer)
{
    Dma *s;

    QSLIST_FOREACH(s, &dma_all, next) {
        for (unsigned n = 0; n < DMA_STREAMS; n++) {
            if (dma_is_enabled(s, n) && dma_stream_is_free_running(s, n) && meets_copy(offer, s, n)) {
                return true;
            }
        }
    }
    return false;
}

static bool meets_buffer(const LaneOffer *offer, Dma *s, unsigned n, uint32_t addr)
{
    uint32_t size = dma_mstep(s, n) ? s->stream[n].items * dma_psize(s, n) : dma_msize(s, n);

    return (offer->writes || dma_direction(s, n) == DMA_P2M) && size &&
           ranges_overlap(offer->addr, offer->size, addr & ~(dma_msize(s, n) - 1), size);
}

/*
 * While time is set back it is another for other DMAs (core/run.h): do they write to the same memory, or read what is
 * written?
 */
static bool meets_other_dmas(const Dma *mine, const LaneOffer *offer)
{
    Dma *s;

    QSLIST_FOREACH(s, &dma_all, next) {
        for (unsigned n = 0; s != mine && n < DMA_STREAMS; n++) {
            if (dma_is_enabled(s, n) && !dma_stream_is_free_running(s, n) &&
                (meets_buffer(offer, s, n, *dma_reg(s, R_S0M0AR, n)) ||
                 (dma_cr(s, n) & R_S0CR_DBM_MASK && meets_buffer(offer, s, n, *dma_reg(s, R_S0M1AR, n))))) {
                return true;
            }
        }
    }
    return false;
}

static int64_t ticks_to_ns(const Dma *s, uint32_t ticks)
{
    return (clock_get(s->parent_obj.clk) * ticks >> 32) + 2;
}

/* Beats before something is told: the end, or half of it if that is an interrupt. */
static uint32_t quiet_beats(Dma *s, unsigned n)
{
    uint32_t left = *dma_reg(s, R_S0NDTR, n), half = s->stream[n].items / 2;
    bool tells_half = dma_cr(s, n) & R_S0CR_HTIE_MASK && left > half;

    return left ? left - (tells_half ? half : 0) - 1 : 0;
}

/* The same before the flag of half is set, whoever looks at it: the memory port sets that of a stream to memory. */
static uint32_t unflagged_beats(Dma *s, unsigned n, uint32_t beats)
{
    uint32_t left = *dma_reg(s, R_S0NDTR, n), half = s->stream[n].items / 2;
    bool flagged = dma_direction(s, n) == DMA_P2M ? s->stream[n].mleft <= s->stream[n].items * dma_psize(s, n) / 2
                                                  : left <= half;

    return flagged ? beats : MIN(beats, left > half ? left - half - 1 : 0);
}

/* Nothing but what is to be there between two beats. */
static bool fifo_rests(Dma *s, unsigned n, const LaneNeed *need)
{
    uint32_t level = s->stream[n].level, burst = MAX(need->burst, 1);

    if (dma_is_direct(s, n)) {
        return burst == 1 && level == (need->from_memory ? dma_psize(s, n) : 0);
    }
    if (!need->bunch || dma_pburst(s, n) != burst) {
        return false;
    }
    if (need->from_memory) {
        return level == DMA_FIFO_SIZE && dma_msize(s, n) == dma_psize(s, n) &&
               burst * dma_psize(s, n) == DMA_FIFO_SIZE;
    }
    return level < dma_threshold(s, n);
}

/* One that is told by its requester when to end can be moved by that alone. */
static bool ends_as_it_should(Dma *s, unsigned n, const LaneNeed *need)
{
    return !dma_peripheral_controls_flow(s, n) ||
           (need->bunch && !extract64(s->flow_end, dma_request_of(s, n), 1));
}

static bool is_simple(Dma *s, unsigned n, const LaneNeed *need)
{
    DmaStream *st = &s->stream[n];
    unsigned from = need->from_memory ? DMA_M2P : DMA_P2M, size = dma_psize(s, n);

    return dma_direction(s, n) == from && fifo_rests(s, n, need) && !dma_pstep(s, n) && st->primed &&
           !st->stopping && ends_as_it_should(s, n, need) && !s->ack[dma_request_of(s, n)] &&
           (!need->from_memory || need->requester->info->bus == BUS_APB) &&
           dma_port_is_at(&s->peripheral, n, st->paddr, size, need);
}

static bool lane_offer_beats(Periph *p, unsigned request, const LaneNeed *need, LaneOffer *offer)
{
    Dma *s = DMA(p);
    unsigned n = request / DMA_CHANNELS;
    DmaStream *st = &s->stream[n];
    uint32_t ticks = 0;

    offer->left = *dma_reg(s, R_S0NDTR, n);
    offer->circular = dma_is_circular(s, n);
    if (s->active == n || !clock_is_enabled(p->clk) || p->held || !is_simple(s, n, need) ||
        (!need->bunch && is_starved(s, n))) {
        return false;
    }
    if (!need->bunch &&
        (s->working || (s->active != DMA_NONE && !dma_copies(s)) || !busy_ticks(s, &ticks))) {
        return false;
    }
    offer->beats = MIN(quiet_beats(s, n), RUN_FRAMES);
    if (need->from_memory) {
        offer->beats = MIN(offer->beats, st->mleft / dma_msize(s, n));
    }
    offer->slack = ticks_to_ns(s, ticks);
    offer->work = ticks_to_ns(s, dma_stream_longest(s, n));
    offer->blocked = dma_copies(s) ? ticks_to_ns(s, s->cost) : 0;
    offer->addr = st->maddr;
    offer->size = dma_msize(s, n);
    if (dma_mstep(s, n)) {
        offer->size = offer->beats * dma_psize(s, n) + (need->from_memory ? 0 : st->level);
    }
    offer->step = dma_mstep(s, n);
    offer->writes = !need->from_memory;
    offer->to_half = unflagged_beats(s, n, offer->beats);
    offer->host = offer->writes ? dma_host_memory(&s->memory.as, offer->addr, true) : NULL;
    return offer->beats && !meets_copies(offer) && !(icount_is_set_back() && meets_other_dmas(s, offer)) &&
           (dma_is_plain(&s->memory.as, offer->addr, offer->size, offer->writes) ||
            (need->bunch && offer->writes && !offer->step &&
             dma_port_may_bunch(&s->memory, n, offer->addr, dma_msize(s, n))));
}

/* Beats that have begun and are counted as they end: who is served has been, and asks. */
static uint32_t beats_under_way(Dma *s, unsigned n)
{
    return s->working && s->active == n ? dma_pburst(s, n) : 0;
}

static uint32_t lane_quiet_beats(Periph *p, unsigned request, const Periph *requester, bool past_end)
{
    Dma *s = DMA(p);
    unsigned n = request / DMA_CHANNELS;
    DmaStream *st = &s->stream[n];
    uint32_t left = *dma_reg(s, R_S0NDTR, n);
    bool write = dma_direction(s, n) == DMA_M2P;
    uint32_t quiet = quiet_beats(s, n), begun = beats_under_way(s, n);

    if (!clock_is_enabled(p->clk) || p->held || st->stopping || !left || dma_peripheral_controls_flow(s, n) ||
        !dma_port_is_quiet(&s->peripheral, n, st->paddr, dma_psize(s, n), write, requester) ||
        !dma_port_is_quiet(&s->memory, n, st->maddr, dma_msize(s, n), !write, NULL) ||
        (time_is_exact() && (is_starved(s, n) || !dma_guard(s)))) {
        return 0;
    }
    if (!dma_tells(s, n) && (past_end || dma_is_circular(s, n))) {
        return RUN_FRAMES;
    }
    return quiet > begun ? quiet - begun : 0;
}

static void lane_set_late(Periph *p, unsigned request, int64_t until)
{
    DMA(p)->late[request] = (DmaLate) { .until = until, .era = time_era() };
}

/* Items that are in the FIFO of a stream from memory. */
static unsigned items_ahead(Dma *s, unsigned n)
{
    return s->stream[n].level / dma_psize(s, n);
}

/* The item that is @i items ahead in memory. */
static uint32_t item_ahead(Dma *s, unsigned n, const uint8_t *memory, unsigned i)
{
    return ldn_le_p(memory + i * dma_mstep(s, n), dma_msize(s, n));
}

static void read_ahead(Dma *s, unsigned n, unsigned skip, unsigned count)
{
    uint32_t size = dma_mstep(s, n) ? count * dma_msize(s, n) : dma_msize(s, n);

    address_space_read(&s->memory.as, s->stream[n].maddr + skip * dma_mstep(s, n),
                       MEMTXATTRS_UNSPECIFIED, s->buffer, size);
}

/* As the register sees it that it is written to: behind an APB bridge, in all lanes. */
static uint32_t on_all_lanes(Dma *s, unsigned n, uint32_t data)
{
    return data * (dma_psize(s, n) == 1 ? 0x01010101 : dma_psize(s, n) == 2 ? 0x10001 : 1);
}

static void lane_peek_items(Periph *p, unsigned request, uint32_t *data, unsigned count)
{
    Dma *s = DMA(p);
    unsigned n = request / DMA_CHANNELS, ahead = items_ahead(s, n), size = dma_psize(s, n);

    if (count > ahead) {
        read_ahead(s, n, 0, count - ahead);
    }
    for (unsigned i = 0; i < count; i++) {
        data[i] = on_all_lanes(s, n, i < ahead ? ldn_le_p(s->stream[n].fifo + i * size, size)
                                               : item_ahead(s, n, s->buffer, i - ahead));
    }
}

/* The FIFO holds as much as before. */
static void refill(Dma *s, unsigned n, unsigned taken)
{
    unsigned ahead = items_ahead(s, n), size = dma_psize(s, n);

    read_ahead(s, n, taken - ahead, ahead);
    for (unsigned i = 0; i < ahead; i++) {
        stn_le_p(s->stream[n].fifo + i * size, size, item_ahead(s, n, s->buffer, i));
    }
}

static void lane_take_items(Periph *p, unsigned request, unsigned count)
{
    Dma *s = DMA(p);
    unsigned n = request / DMA_CHANNELS;
    DmaStream *st = &s->stream[n];

    if (count) {
        dma_copy_waits(s, n, count);
        refill(s, n, count);
        st->maddr += count * dma_mstep(s, n);
        dma_memory_has_moved(s, n, count * dma_msize(s, n));
        dma_count_items(s, n, count);
    }
}

static void lane_put_items(Periph *p, unsigned request, const uint32_t *data, unsigned count)
{
    Dma *s = DMA(p);

    if (count) {
        dma_copy_waits(s, request / DMA_CHANNELS, count);
        dma_write_run(s, request / DMA_CHANNELS, data, count);
    }
}

static bool lane_is_busy(const Periph *p)
{
    return DMA(p)->active != DMA_NONE && !dma_stream_is_free_running(DMA(p), DMA(p)->active);
}

static bool lane_is_alone(const Periph *p, uint64_t requests, int64_t *until)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    Dma *s = DMA(p);

    for (unsigned n = 0; n < DMA_STREAMS; n++) {
        if (dma_is_enabled(s, n) && !dma_stream_is_free_running(s, n) && dma_late_until(s, n) > now &&
            !extract64(requests, dma_request_of(s, n), 1)) {
            return false;
        }
    }
    *until = MIN(*until, s->due - 1);
    return true;
}

const LaneOps dma_lanes = {
    .busy = lane_is_busy, .alone = lane_is_alone,
    .wired = dma_add_requester,
    .serves = lane_serves, .offer = lane_offer_beats, .quiet = lane_quiet_beats,
    .be_late = lane_set_late,
    .peek = lane_peek_items, .take = lane_take_items, .put = lane_put_items,
};
