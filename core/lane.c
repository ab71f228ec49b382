/*
 * Lanes, see lane.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/lane.h"

void lane_add(Line *line, Periph *dma, unsigned request)
{
    Lane *lane = g_new0(Lane, 1);

    lane->dma = dma;
    lane->request = request;
    QSLIST_INSERT_HEAD(&line->lanes, lane, next);
}

bool lane_offer(const Line *line, const LaneNeed *need, LaneOffer *offer)
{
    const Lane *lane, *found = NULL;

    QSLIST_FOREACH(lane, &line->lanes, next) {
        if (lane->dma->info->lanes->serves(lane->dma, lane->request)) {
            if (found) {
                return false;
            }
            found = lane;
        }
    }
    offer->lane = found;
    return found && found->dma->info->lanes->offer(found->dma, found->request, need, offer);
}

void lane_peek(const Lane *lane, uint32_t *data, unsigned count)
{
    lane->dma->info->lanes->peek(lane->dma, lane->request, data, count);
}

void lane_take(const Lane *lane, unsigned count)
{
    lane->dma->info->lanes->take(lane->dma, lane->request, count);
}

void lane_put(const Lane *lane, const uint32_t *data, unsigned count)
{
    lane->dma->info->lanes->put(lane->dma, lane->request, data, count);
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

    if (holding) {
        QSLIST_FOREACH(holder, &holders, next) {
            if (holder->holds) {
                holder->move(holder->opaque);
            }
        }
    }
}
