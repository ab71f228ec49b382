/*
 * Words that go between the FIFO and memory in bunches (core/lane.h), instead of by a request for four.
 *
 * Deliberately different: while a stream of the DMA moves bursts as its requests do, words wait for the end of their
 * block, or until registers of this block or of a DMA are looked at, and go at once.  The first and the last burst of
 * a transfer, and those that a stream tells of, go in their time; with `-machine runs=off` all do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"

static unsigned whole_bursts(unsigned words)
{
    return words - words % SDIO_BURST;
}

/* Words that a stream would move, with nobody told. */
static unsigned offered(Sdio *s, LaneOffer *offer)
{
    const LaneNeed need = {
        &s->parent_obj, R_FIFO, .from_memory = sdio_sends(s), .bunch = true, .burst = SDIO_BURST,
    };
    unsigned left = s->parent_obj.regs[R_FIFOCNT];

    *offer = (LaneOffer) { };
    if (!(s->dctrl & R_DCTRL_DMAEN_MASK) || !sdio_data_is_active(s) || left <= SDIO_BURST ||
        sdio_fifo_requests(s) || !run_is_enabled() || !lane_offer(&s->dma, &need, offer)) {
        return 0;
    }
    return whole_bursts(MIN(offer->to_half, left - SDIO_BURST));
}

unsigned sdio_lane_words(Sdio *s)
{
    LaneOffer offer;

    return offered(s, &offer);
}

void sdio_lane_begin(Sdio *s)
{
    s->lane_words = offered(s, &s->offer);
}

bool sdio_lane_move(Sdio *s)
{
    bool sends = sdio_sends(s);
    unsigned there = sends ? sdio_fifo_size(s) - s->fifo_count : s->fifo_count;
    unsigned count = whole_bursts(MIN(there, s->lane_words));
    uint32_t words[SDIO_LATE_FIFO];

    if (!count) {
        return false;
    }
    if (sends) {
        lane_peek(s->offer.lane, words, count);
        lane_take(s->offer.lane, count);
    }
    for (unsigned i = 0; i < count; i++) {
        if (sends) {
            sdio_fifo_push(s, words[i]);
        } else {
            words[i] = sdio_fifo_pop(s);
        }
    }
    if (!sends) {
        lane_put(s->offer.lane, words, count);
        s->fifo_last = words[count - 1];
    }
    s->lane_words -= count;
    s->parent_obj.regs[R_FIFOCNT] -= count;
    return true;
}

void sdio_lane_end(Sdio *s)
{
    sdio_lane_move(s);
    s->lane_words = 0;
}
