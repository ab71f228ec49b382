/*
 * Lane: a stream of a DMA as who requests it sees it, for runs (run.h): it says how many beats it could move
 * as things are, and moves them at once.
 *
 * A line that requests (`dma-tx`) has a lane for each stream it is wired to; who serves them has LaneOps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_LANE_H
#define STM32_CORE_LANE_H

#include "stm32/core/periph.h"

typedef struct Lane Lane;

/* What a stream would do. */
typedef struct LaneOffer {
    const Lane *lane;
    uint32_t beats;         /* with nobody told of one; never the last of a transfer */
    int64_t slack;          /* ns: a request has been served so soon, */
    int64_t work;           /* ... the DMA does for a beat so long, */
    int64_t blocked;        /* ... and may have something else to end first */
    uint32_t addr, size;    /* the memory that it would read or write, */
    unsigned step;          /* ... so many bytes with each beat */
    bool writes;
    void *host;             /* if it writes: the same, in the host's memory */
    uint32_t to_half;       /* beats before half of the transfer is flagged; if it is, `beats` */
    uint32_t left;          /* all beats of the transfer that are to come, if it is one that the lane could be, */
    bool circular;          /* ... and it begins again then */
} LaneOffer;

/* The register that is to be served: of @requester, at @reg; from memory, or to it. */
typedef struct LaneNeed {
    Periph *requester;
    unsigned reg;
    bool from_memory;
    bool bunch;             /* beats have been held back and come together: whoever else the DMA serves */
    unsigned burst;         /* ... as many as that for each request, and whole bursts only; 0: 1 */
} LaneNeed;

typedef struct LaneOps {
    /* What can make @request, while the chip is built: "tim5.dma-ch3 tim5.dma-up". */
    void (*wired)(Periph *dma, unsigned request, const char *names);
    /* Does it serve the request as it is set up? */
    bool (*serves)(Periph *dma, unsigned request);
    /* False: one by one, please.  Nothing is under way: what has been requested has been served. */
    bool (*offer)(Periph *dma, unsigned request, const LaneNeed *need, LaneOffer *offer);
    /* Beats in a row of which nobody is told, as far as that is known; the end of all is one, unless @past_end. */
    uint32_t (*quiet)(Periph *dma, unsigned request, const Periph *requester, bool past_end);
    /* With -icount: until then, virtual ns, nobody is told of what it requests, as far as who requests knows. */
    void (*be_late)(Periph *dma, unsigned request, int64_t until);
    /* The next @count items from memory, which stay ... */
    void (*peek)(Periph *dma, unsigned request, uint32_t *data, unsigned count);
    /* ... and that have been taken; whole bursts. */
    void (*take)(Periph *dma, unsigned request, unsigned count);
    /* Is something that has been requested under way? */
    bool (*busy)(const Periph *dma);
    /*
     * Does nobody but who makes @requests, a bit each, come late?  Then what comes of them concerns nobody until @until,
     * which may become sooner: by then the DMA has something else to do.
     */
    bool (*alone)(const Periph *dma, uint64_t requests, int64_t *until);
    /* @count items to memory. */
    void (*put)(Periph *dma, unsigned request, const uint32_t *data, unsigned count);
} LaneOps;

struct Lane {
    Periph *dma;
    unsigned request;
    bool shared;
    QSLIST_ENTRY(Lane) next;
};

/* Let @line be served by @request of @dma, while the chip is built; @shared: others request the same. */
void lane_add(Line *line, Periph *dma, unsigned request, bool shared);

/* What the stream offers that serves @line; false if it is none, more than one, or others request it too. */
bool lane_offer(const Line *line, const LaneNeed *need, LaneOffer *offer);

bool lane_is_served_by(const Line *line, const Periph *dma);
/* ... by any? */
bool lane_is_served(const Line *line);

/*
 * Beats that could follow requests of @line, of @requester, with nobody told that does not look at memory, registers or
 * pins.  @past_end: an end of all beats that does not interrupt tells nobody either, nor do requests that go on after it.
 */
uint32_t lane_quiet(const Line *line, const Periph *requester, bool past_end);
/*
 * Its requests may be served as late as who makes them is: nobody is told before @until, virtual ns.  With -icount.  That is
 * for all streams that could serve them, now or later.
 */
void lane_be_late(const Line *line, int64_t until);

/* Is any DMA at something that has been requested? */
bool lanes_are_busy(void);

void lane_peek(const Lane *lane, uint32_t *data, unsigned count);
void lane_take(const Lane *lane, unsigned count);
void lane_put(const Lane *lane, const uint32_t *data, unsigned count);

/*
 * Who holds beats back that it will put at once.  Before somebody looks at registers of a DMA they are put as far as
 * they are due.
 */
typedef struct LaneHolder {
    void (*move)(void *opaque);
    void *opaque;
    bool holds;
    QSLIST_ENTRY(LaneHolder) next;
} LaneHolder;

void lane_holder_add(LaneHolder *holder);
/* Does it hold some back, or may it? */
void lane_holder_set(LaneHolder *holder, bool holds);
bool lanes_are_held(void);
void lanes_move(void);

/*
 * A device that stands where memory is, as a display does: it tells nobody of what is written to it, so that may come in
 * a bunch.  It calls lanes_move() before any access of its own.
 */
void lane_let_bunch(const MemoryRegion *mr);
bool lane_may_bunch(const MemoryRegion *mr);

#endif
