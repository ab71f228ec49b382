/*
 * What the parts of a DMA controller share.  From the bottom:
 *
 *   port.c     the bus
 *   fifo.c     a transfer and its FIFO
 *   request.c  a request's burst; copy.c: memory to memory
 *   stream.c   what a stream has to do, and for how long
 *   guard.c    memory that is moved late
 *   lane.c     what it offers its requester: many beats at once
 *   care.c     settings that nobody can want
 *   unserved.c requests that no stream serves, and streams that nobody requests
 *   engine.c   time and arbitration
 *   dma.c      registers and lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_DMA_STATE_H
#define STM32_PERIPHERALS_DMA_STATE_H

#include "exec/late-memory.h"
#include "exec/memory.h"
#include "qemu/timer.h"
#define REGS "stm32/regs/dma.h"
#include "stm32/core/dma_watch.h"
#include "stm32/core/run.h"
#include "stm32/core/counter.h"
#include "stm32/core/missed.h"

#define DMA_STREAMS 8
#define DMA_CHANNELS 8
#define DMA_REQUESTS (DMA_STREAMS * DMA_CHANNELS)
#define DMA_FIFO_SIZE 16
#define DMA_NONE DMA_STREAMS
#define DMA_MAX_BEATS 4096      /* by one event, while virtual time is the host's */
#define DMA_MAX_COPY (4 * 0xffff) /* bytes of a transfer, at most */
#define DMA_COPY_SIZE 4096      /* bytes by one access to the host's memory */

/* Flags of a stream, as they are in LISR and HISR from the place of the stream on. */
enum {
    DMA_FEIF = 1 << 0, DMA_DMEIF = 1 << 2, DMA_TEIF = 1 << 3, DMA_HTIF = 1 << 4, DMA_TCIF = 1 << 5,
};

enum { DMA_P2M, DMA_M2P, DMA_M2M, DMA_RESERVED };       /* CR.DIR */

/* Until then, virtual ns, nobody is told of what is requested, as who requests has said in that era. */
typedef struct DmaLate {
    int64_t until;
    unsigned era;
} DmaLate;

typedef struct DmaStream {
    uint32_t reload;                /* NDTR as written */
    uint32_t paddr, maddr;          /* of the next item */
    uint32_t items;                 /* of the transfer, of the peripheral's size: NDTR at its start */
    uint32_t mleft;                 /* bytes the memory port has still to move */
    bool stopping;                  /* EN has been written 0 */
    bool primed;                    /* memory to peripheral: the FIFO has been filled, first and after a request */
    uint8_t fifo[DMA_FIFO_SIZE];
    uint32_t level;                 /* bytes in it */
    bool plain;                     /* see dma_copy_is_plain(), */
    unsigned plain_maps;            /* ... known for these maps of the ports; in no snapshot */
    LateMemory guard[3];            /* memory of both buffers, and what is copied; in no snapshot */
} DmaStream;

/* Where a stream has accessed a bus last. */
typedef struct DmaWindow {
    MemoryRegionCache cache;
    uint32_t base, size;            /* addresses; no bytes: there is none */
    bool write;
} DmaWindow;

typedef struct DmaPort {
    AddressSpace as;
    unsigned maps;                  /* how often the map has changed, and 1 */
    MemoryListener listener;
    DmaWindow window[DMA_STREAMS];
} DmaPort;

typedef struct Dma {
    Periph parent_obj;
    bool memory_to_memory;          /* property */
    MemoryRegion *memory_bus, *peripheral_bus;      /* links */
    DmaPort memory, peripheral;
    Line irq[DMA_STREAMS];
    qemu_irq ack[DMA_REQUESTS], last[DMA_REQUESTS];
    char **requester[DMA_REQUESTS]; /* who could make it ("usart2.dma-rx"), NULL: nobody; how the chip is wired */
    uint64_t request, flow_end;     /* levels of the inputs, bit stream * 8 + channel */
    DmaLate late[DMA_REQUESTS];     /* in no snapshot */
    DmaStream stream[DMA_STREAMS];
    /* the engine: the stream that has the ports, since tick `begun`, for `units` of `cost` ticks */
    uint32_t active;
    uint64_t begun;
    uint32_t units, cost;
    uint32_t copied[DMA_STREAMS];   /* units that are through and will be in memory when somebody looks */
    Counter ticks;                  /* of HCLK */
    int64_t asked;                  /* requests with the host's time, each due before all else but the last */
    int64_t pause_until;            /* ns: without -icount, the host has had enough for a while */
    bool minds;                     /* the register written last is of a stream that others who are late reckon with */
    bool working;                   /* bus accesses are under way, */
    uint32_t beats;                 /* ... so many by now from what is no plain memory */
    QEMUTimer *timer;
    int64_t due;                    /* what it is armed for, or will be, ... */
    bool expiring;                  /* ... when it is through; */
    int64_t until;                  /* ... then nobody is told that it is late, ... */
    unsigned era;                   /* ... in that era; in no snapshot */
    uint8_t buffer[DMA_COPY_SIZE];  /* for such an access */
    /* unserved.c, in no snapshot: who has had a stream since the reset, and who requested when it had none */
    uint64_t served, unserved;
    int64_t enabled_ns[DMA_STREAMS];
    uint32_t moved;                 /* a bit a stream: something, since it is enabled */
    QSLIST_ENTRY(Dma) next;
    Missed missed[2];               /* of LISR and HISR; in no snapshot */
} Dma;

typedef QSLIST_HEAD(DmaList, Dma) DmaList;
extern DmaList dma_all;

#define DMA(obj) ((Dma *)(obj))

/* Register @first of stream 0 -> that of stream @n. */
static inline uint32_t *dma_reg(Dma *s, unsigned first, unsigned n)
{
    return &s->parent_obj.regs[first + (R_S1CR - R_S0CR) * n];
}

/* EN as the guest reads it. */
static inline bool dma_is_enabled(Dma *s, unsigned n)
{
    return *dma_reg(s, R_S0CR, n) & R_S0CR_EN_MASK;
}

/* Virtual time is the host's, and it has done as much as one event may ask of it. */
static inline bool dma_host_is_tired(const Dma *s)
{
    return s->beats >= DMA_MAX_BEATS && !time_is_exact();
}

/* Where the flags of stream @n are in its register. */
static inline unsigned dma_flags_at(unsigned n)
{
    return (n & 2 ? 16 : 0) + (n & 1 ? 6 : 0);
}

/* Flags of stream @n, as DMA_TCIF and so on. */
static inline uint32_t dma_flags(Dma *s, unsigned n)
{
    return extract32(s->parent_obj.regs[R_LISR + n / 4], dma_flags_at(n), 6);
}

/* HTIF or TCIF of stream @n is set; ... */
void dma_note_flag(Dma *s, unsigned n, uint32_t flag);
/* ... @cleared are about to be, of LISR (0) or HISR (1). */
void dma_note_cleared(Dma *s, unsigned half, uint32_t cleared);

static inline void dma_set_flags(Dma *s, unsigned n, uint32_t flags)
{
    s->parent_obj.regs[R_LISR + n / 4] |= flags << dma_flags_at(n);
}

/* ---- Ports ---- */

void dma_port_init(DmaPort *port, MemoryRegion *bus, const char *name);
/* A beat of stream @n: 1, 2 or 4 bytes. */
MemTxResult dma_port_read(DmaPort *port, unsigned n, uint32_t addr, unsigned size, uint32_t *data);
/* As many from the same place as a register has at once, see RegOps.read_run; perhaps none. */
unsigned dma_port_read_run(DmaPort *port, unsigned n, uint32_t addr, unsigned size, uint32_t *data,
                           unsigned max, unsigned unnoticed);
/* Is what stream @n accesses at @addr the register of @need? */
bool dma_port_is_at(DmaPort *port, unsigned n, uint32_t addr, unsigned size, const LaneNeed *need);
/* Is what is there a device that may be written in bunches (core/lane.h)? */
bool dma_port_may_bunch(DmaPort *port, unsigned n, uint32_t addr, unsigned size);
/* Is it memory, a register of @requester, or one of a peripheral that tells nobody? */
bool dma_port_is_quiet(DmaPort *port, unsigned n, uint32_t addr, unsigned size, bool write, const Periph *requester);
MemTxResult dma_port_write(DmaPort *port, unsigned n, uint32_t addr, unsigned size, uint32_t data);
/* Is all of it memory of the host, that can be read (written) at once? */
bool dma_is_plain(AddressSpace *as, uint32_t addr, uint32_t size, bool write);
/* Where that is that can be read (written). */
void *dma_host_memory(AddressSpace *as, uint32_t addr, bool write);

/* ---- fifo.c: a transfer ---- */

/* Begin anew: addresses and counters. */
void dma_load_counters(Dma *s, unsigned n);
void dma_disable(Dma *s, unsigned n);
/* All has been moved. */
void dma_complete(Dma *s, unsigned n);
/* It ends here.  Returns false. */
bool dma_transfer_error(Dma *s, unsigned n, const char *what, uint32_t addr);
/* An item into the FIFO. */
void dma_fifo_push(DmaStream *st, uint32_t data, unsigned size);
/* A beat of the peripheral port. */
bool dma_read_peripheral(Dma *s, unsigned n);
bool dma_write_peripheral(Dma *s, unsigned n);
/* @left has been @was: is half of @all done just now? */
void dma_check_half(Dma *s, unsigned n, uint32_t was, uint32_t left, uint32_t all);
void dma_memory_has_moved(Dma *s, unsigned n, uint32_t bytes);
/* From the FIFO to memory: whole bursts, or @all there is. */
bool dma_drain(Dma *s, unsigned n, bool all);
/* From memory to the FIFO: as much as it holds, in direct mode one item. */
bool dma_fill(Dma *s, unsigned n);
/* What FCR.FS says. */
uint32_t dma_stream_fifo_status(const DmaStream *st);

/* ---- request.c, copy.c: work ---- */

/* A request's burst. */
void dma_serve_request(Dma *s, unsigned n);
/* @items of the peripheral have been moved. */
void dma_count_items(Dma *s, unsigned n, uint32_t items);
/* @count items to memory, by way of the FIFO if that is in use: a row of plain memory at once. */
void dma_write_run(Dma *s, unsigned n, const uint32_t *data, unsigned count);
/* Let its requester say what it has by now, if it need not have said so in time. */
void dma_stream_look(Dma *s, unsigned n);
/* From memory to memory: @units of this many bytes. */
void dma_copy(Dma *s, unsigned n, uint32_t units);
uint32_t dma_unit_bytes(Dma *s, unsigned n);
/* Those that are left until somebody is told of half, or of all. */
uint32_t dma_copy_units(Dma *s, unsigned n);
/* Are both ends of what is left of it memory of the host, so that nothing but memory is different while it goes on? */
bool dma_copy_is_plain(Dma *s, unsigned n);
/* Until when does one that goes on leave registers as they are, but for NDTR?  Virtual ns; 0: not sure. */
int64_t dma_copy_holds(Dma *s);

/* ---- guard.c ---- */

/* With -icount: let nobody see that what enabled streams move comes late.  False: that can't be. */
bool dma_guard(Dma *s);
void dma_let_go(Dma *s, unsigned n);

/* ---- lane.c ---- */

extern const LaneOps dma_lanes;

/* ---- care.c ---- */

/* Of a stream that is enabled. */
void dma_check_settings(Dma *s, unsigned n);

/* ---- unserved.c ---- */

void dma_add_requester(Periph *p, unsigned request, const char *names);
/* A stream has been enabled for what peripherals request. */
void dma_note_stream(Dma *s, unsigned n);
/* @request has risen, and no stream serves it. */
void dma_note_unserved(Dma *s, unsigned request);

/* ---- Streams ---- */

/* EN has been set: begin, or refuse. */
void dma_stream_enable(Dma *s, unsigned n);

/* EN has been cleared by software, and nothing of it is under way. */
void dma_stream_stop(Dma *s, unsigned n);

/* The engine has forgotten the stream (reset). */
void dma_stream_reset(Dma *s, unsigned n);

/* Has it something to do? */
bool dma_stream_wants(Dma *s, unsigned n);

/* How many units it does in a row if nobody else comes, and HCLK cycles for each. */
void dma_stream_plan(Dma *s, unsigned n, uint32_t *units, uint32_t *cost);

/* At which tick a copy is through at the soonest, which begins no earlier than what is under way. */
uint64_t dma_stream_copy_end(Dma *s, unsigned n);

/* A request's burst takes no more HCLK cycles than that. */
uint32_t dma_stream_longest(Dma *s, unsigned n);

/* Do @units. */
void dma_stream_do(Dma *s, unsigned n, uint32_t units);

/* Is it one that waits for no request? */
static inline bool dma_stream_is_free_running(Dma *s, unsigned n)
{
    return FIELD_EX32(*dma_reg(s, R_S0CR, n), S0CR, DIR) == DMA_M2M;
}

/* ---- Engine ---- */

void dma_engine_init(Dma *s);

/* In exact time: does it copy, which nobody is told of, and do nothing else? */
bool dma_copies(Dma *s);

/* That has waited for @beats of stream @n. */
void dma_copy_waits(Dma *s, unsigned n, uint32_t beats);
void dma_engine_reset(Dma *s);

/*
 * Do what is due by now.  Makes bus accesses: for the timer and for accesses to our own registers.
 */
void dma_engine_work(Dma *s);

/* The same for who looks at registers: what has been copied by now is in memory, too. */
void dma_engine_look(Dma *s);

/* The stream that has the ports is to leave them after the unit that is under way. */
void dma_engine_interrupt(Dma *s);

/* Let the next work begin, and tell when it is through: part of update(), makes no bus accesses. */
void dma_engine_schedule(Dma *s);

#endif
