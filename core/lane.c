/*
 * Lanes, see lane.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/lane.h"

#define MAX_DMAS 4

static Periph *dmas[MAX_DMAS];
static unsigned n_dmas;

static void note_dma(Periph *dma)
{
    for (unsigned i = 0; i < n_dmas; i++) {
        if (dmas[i] == dma) {
            return;
        }
    }
    if (n_dmas < MAX_DMAS) {
        dmas[n_dmas++] = dma;
    }
}

bool lanes_are_busy(void)
{
    for (unsigned i = 0; i < n_dmas; i++) {
        if (dmas[i]->info->lanes->busy(dmas[i])) {
            return true;
        }
    }
    return false;
}

void lane_add(Line *line, Periph *dma, unsigned request, bool shared)
{
    note_dma(dma);
    Lane *lane = g_new0(Lane, 1);

    lane->dma = dma;
    lane->request = request;
    lane->shared = shared;
    QSLIST_INSERT_HEAD(&line->lanes, lane, next);
}

/* The only one that serves @line. */
static const Lane *lane_of(const Line *line)
{
    const Lane *lane, *found = NULL;

    QSLIST_FOREACH(lane, &line->lanes, next) {
        if (lane->dma->info->lanes->serves(lane->dma, lane->request)) {
            if (found) {
                return NULL;
            }
            found = lane;
        }
    }
    return found;
}

bool lane_is_served_by(const Line *line, const Periph *dma)
{
    const Lane *lane = lane_of(line);

    return lane && lane->dma == dma;
}

bool lane_is_served(const Line *line)
{
    return lane_of(line);
}

bool lane_offer(const Line *line, const LaneNeed *need, LaneOffer *offer)
{
    offer->lane = lane_of(line);
    return offer->lane && !offer->lane->shared &&
           offer->lane->dma->info->lanes->offer(offer->lane->dma, offer->lane->request, need, offer);
}

uint32_t lane_quiet(const Line *line, const Periph *requester, bool past_end)
{
    const Lane *lane = lane_of(line);

    return lane ? lane->dma->info->lanes->quiet(lane->dma, lane->request, requester, past_end)
                : past_end ? UINT32_MAX : 0;
}

void lane_be_late(const Line *line, int64_t until)
{
    const Lane *lane;

    QSLIST_FOREACH(lane, &line->lanes, next) {
        lane->dma->info->lanes->be_late(lane->dma, lane->request, until);
    }
}

void lane_peek(const Lane *lane, uint32_t *data, unsigned count)
{
    lane->dma->info->lanes->peek(lane->dma, lane->request, data, count);
}

void lane_take(const Lane *lane, unsigned count)
{
    lane->dma->info->lanes->take(lane->dma, lane->request, count);
}

static unsigned putting;        /* who is written to has nothing to wait for */

void lane_put(const Lane *lane, const uint32_t *data, unsigned count)
{
    putting++;
    lane->dma->info->lanes->put(lane->dma, lane->request, data, count);
    putting--;
}

static GPtrArray *bunching;     /* of MemoryRegion */

void lane_let_bunch(const MemoryRegion *mr)
{
    bunching = bunching ?: g_ptr_array_new();
    g_ptr_array_add(bunching, (void *)mr);
}

bool lane_may_bunch(const MemoryRegion *mr)
{
    return bunching && g_ptr_array_find(bunching, mr, NULL);
}

/* ---- Beats that are held back ---- */

static QSLIST_HEAD(, LaneHolder) holders = QSLIST_HEAD_INITIALIZER(holders);
static unsigned holding;

void lane_holder_add(LaneHolder *holder)
{
    QSLIST_INSERT_HEAD(&holders, holder, next);
}

void lane_holder_set(LaneHolder *holder, bool holds)
{
    holding += holds - holder->holds;
    holder->holds = holds;
}

bool lanes_are_held(void)
{
    return holding;
}

void lanes_move(void)
{
    LaneHolder *holder;

    if (holding && !putting) {
        QSLIST_FOREACH(holder, &holders, next) {
            if (holder->holds) {
                holder->move(holder->opaque);
            }
        }
    }
}
