/*
 * What the parts of a bxCAN share.  From the bottom:
 *
 *   frame.c    frames: how long, which wins
 *   mode.c     modes and errors; rx.c: filters and FIFOs
 *   tx.c       mailboxes
 *   bus.c      who is at the bus
 *   verdict.c  what becomes of a frame
 *   draw.c     what the pins show of it
 *   wire.c     what happens on it
 *   time.c     ... and when
 *   bxcan.c    registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_BXCAN_STATE_H
#define STM32_PERIPHERALS_BXCAN_STATE_H

#include "net/can_emu.h"
#include "qemu/timer.h"
#define REGS "stm32/regs/bxcan.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

#define MAILBOXES 3
#define FIFO_DEPTH 3
#define BANKS 28
#define BUS_IDLE_BITS 11        /* recessive bits after which a node may take part */
#define RECOVERY_BITS (128 * 11)
#define BUS_QUEUE 16
#define CAN_ERROR_BITS 14       /* error flag, error delimiter */
#define CAN_ROWS 3              /* of 64 bits: as many as a frame has at most */

/* What ESR.LEC says. */
typedef enum CanError {
    CAN_NO_ERROR, CAN_STUFF, CAN_FORM, CAN_ACK, CAN_BIT_RECESSIVE, CAN_BIT_DOMINANT, CAN_CRC,
} CanError;

typedef struct CanFrame {
    uint32_t id;                /* 11 or 29 bits */
    bool extended, remote;
    uint8_t dlc;                /* as sent: 0..15 */
    uint8_t data[8];
} CanFrame;

/* ---- Bus ---- */

typedef enum WirePhase {
    WIRE_IDLE,                  /* or intermission: until `free` */
    WIRE_FRAME,                 /* up to its ACK slot */
    WIRE_TAIL,                  /* acknowledged: ACK delimiter, end of frame */
    WIRE_HELD,                  /* through, but a FIFO is full, and that may be the host's fault */
    WIRE_ERROR,                 /* error flag and delimiter */
} WirePhase;

/*
 * A bus, or what a controller has in place of one in loopback mode.  One of those that take part in
 * a frame is its pacer: all times are bits of that one's.
 */
typedef struct CanWire {
    uint32_t phase;
    uint32_t pacer;             /* number of a node */
    CanFrame frame;             /* that is on the wire */
    bool foreign;               /* it is the first of `queue` */
    uint32_t bits;              /* of it, up to the ACK slot */
    uint64_t due, free;         /* bits of the pacer: end of the phase, and of the intermission */
    int64_t free_at;            /* the latter in ns; in phase WIRE_HELD: until when */
    int64_t begin_at;           /* ns: when the next frame begins, if it is idle */
    CanFrame counted;           /* the last whose bits have been counted */
    uint32_t counted_bits;
    bool working;               /* a step is under way */
    int64_t told_at;            /* ns: when somebody was told of something last */
    CanFrame queue[BUS_QUEUE];  /* of QEMU's other nodes: from `first` on */
    uint32_t first, count;
    CanBusClientState client;
    QEMUTimer *timer;
} CanWire;

/* ---- Controller ---- */

typedef enum CanMode {
    CAN_MODE_SLEEP, CAN_MODE_INIT,
    CAN_MODE_SYNC,              /* has left one of these: waits until the bus is idle */
    CAN_MODE_NORMAL,
} CanMode;

typedef enum CanRole { ROLE_NONE, ROLE_SENDER, ROLE_LOSER, ROLE_LISTENER } CanRole;

typedef struct CanMessage { uint32_t rir, rdtr, rdlr, rdhr; } CanMessage;

typedef struct CanFifo {
    CanMessage slot[FIFO_DEPTH];
    uint32_t first, count;
    bool released;              /* somebody has read it; for a report, in no snapshot */
} CanFifo;

typedef struct Bxcan Bxcan;
struct Bxcan {
    Periph parent_obj;
    CanBusState *bus;               /* property; NULL: no transceiver */
    Periph *master;                 /* property: whose filters it uses; NULL: its own */
    Line irq_tx, irq_rx[2], irq_sce;
    Signal tx, rx;
    Picture tx_picture, rx_picture;
    Counter bits;
    uint32_t mode, role;
    bool alone;                     /* on `inner`, not on `wire` */
    bool recovering;
    uint64_t sync_due, recovery_due;    /* `bits` */
    uint32_t mailbox;               /* that is being sent */
    uint32_t order[MAILBOXES], requests;
    uint32_t stamp;                 /* time of the frame's start */
    int64_t quiet_until;            /* ns: error passive, it lets others begin */
    uint32_t found;                 /* CanError: what is wrong with the frame under way */
    uint32_t fault, faults;         /* provoked from outside, and how often; 0: always */
    bool impatient;                 /* the guest has had time to empty its FIFO */
    CanFifo fifo[2];
    CanWire inner, outer, *wire;    /* `wire`: `outer` of the first at its bus */
    uint32_t number;
    QEMUTimer *timer;
};

#define BXCAN(obj) ((Bxcan *)(obj))

static inline uint32_t *bxcan_regs(const Bxcan *s)
{
    return s->parent_obj.regs;
}

/* The wire that it is at. */
static inline CanWire *bxcan_wire_of(const Bxcan *s)
{
    return s->alone ? (CanWire *)&s->inner : s->wire;
}

static inline bool bxcan_bus_is_busy(const Bxcan *s)
{
    return bxcan_wire_of(s)->phase != WIRE_IDLE;
}

/* ---- frame.c ---- */

/* Bits from start of frame to the end of the CRC, those stuffed included. */
unsigned can_frame_bits(const CanFrame *f);
/* Its bits up to the CRC's delimiter, the first lowest. */
void can_frame_draw(const CanFrame *f, uint64_t row[CAN_ROWS]);
/* What arbitrates: the lower one wins. */
uint32_t can_frame_key(const CanFrame *f);
bool can_frame_equals(const CanFrame *a, const CanFrame *b);
/* As RIxR, TIxR and filters have it, TXRQ not included. */
uint32_t can_frame_rir(const CanFrame *f);
CanFrame can_frame_from_rir(uint32_t rir);
qemu_can_frame can_frame_to_qemu(const CanFrame *f);
/* False: it is none that this controller could hear. */
bool can_frame_from_qemu(CanFrame *f, const qemu_can_frame *q);
bool can_frame_is_sane(const CanFrame *f);
extern const VMStateDescription vmstate_can_frame;

/* ---- mode.c ---- */

/* Go from mode to mode as far as that can be now. */
void bxcan_mode_run(Bxcan *s);
/* Virtual ns at which bxcan_mode_run() has something to do. */
int64_t bxcan_mode_when(const Bxcan *s);
/* A frame has ended after @bits: who waits for an idle bus, or counts recessive bits. */
void bxcan_mode_bus_was_busy(Bxcan *s, unsigned bits);
/* A frame is about to begin: who waits for an idle bus has seen enough of it. */
void bxcan_mode_bus_is_idle(Bxcan *s);
/* The bus is busy while it sleeps. */
void bxcan_mode_wake(Bxcan *s);
/* Takes part in what happens on its bus. */
bool bxcan_is_on(const Bxcan *s);
bool bxcan_is_passive(const Bxcan *s);
/* The level at RX. */
bool bxcan_rx_level(const Bxcan *s);
void bxcan_tx_error(Bxcan *s, CanError error);
/* @first: it alone has seen it, and its error flag is what the others saw. */
void bxcan_rx_error(Bxcan *s, CanError error, bool first);
void bxcan_no_error(Bxcan *s, bool sent);

/* ---- tx.c ---- */

/* The mailbox to be sent next, or -1. */
int bxcan_tx_next(const Bxcan *s);
CanFrame bxcan_tx_frame(const Bxcan *s, unsigned mailbox);
void bxcan_tx_sent(Bxcan *s);
void bxcan_tx_failed(Bxcan *s, CanError error);
void bxcan_tx_lost(Bxcan *s);
uint32_t bxcan_tsr_read(Periph *p, unsigned n);
void bxcan_tsr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void bxcan_tir_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
void bxcan_mailbox_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- rx.c ---- */

/* The message @f is for the guest if a filter wants it. */
void bxcan_rx_take(Bxcan *s, const CanFrame *f);
/* Would taking @f be an overrun? */
bool bxcan_rx_is_full_for(const Bxcan *s, const CanFrame *f);
uint32_t bxcan_rfr_read(Periph *p, unsigned n);
void bxcan_rfr_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
uint32_t bxcan_fifo_read(Periph *p, unsigned n);
void bxcan_filter_written(Periph *p, unsigned n, uint32_t was, uint32_t data);
uint32_t bxcan_filter_read(Periph *p, unsigned n);
void bxcan_filter_was_read(Periph *p, unsigned n, uint32_t value);
extern const VMStateDescription vmstate_can_fifo;

/* ---- bus.c ---- */

void bxcan_bus_realize(Bxcan *s);
Bxcan *bxcan_node(unsigned n);
void bxcan_choose_wire(Bxcan *s);
/* The next node from @n on at @w, or NULL. */
Bxcan *bxcan_next_at(const CanWire *w, unsigned *n);
#define FOR_EACH_NODE(s, w) \
    for (unsigned n_ = 0; ((s) = bxcan_next_at(w, &n_)); )
bool bxcan_is_looped(const Bxcan *s);
bool bxcan_is_silent(const Bxcan *s);
/* Does it not even hear itself? */
bool bxcan_is_deaf(const Bxcan *s);
/* Can it follow the bits of @pacer? */
bool bxcan_follows(const Bxcan *s, const Bxcan *pacer);
/* In loopback mode TX still shows what is sent. */
void bxcan_show_loopback(Bxcan *s, const CanFrame *f);
/* To QEMU's other nodes: has any of them taken it? */
bool can_wire_send_out(CanWire *w, const CanFrame *f);
bool can_wire_will_be_heard(const CanWire *w);
/* periph_update() of all at it. */
void can_wire_update(CanWire *w);
bool bxcan_is_sane(void *opaque, int version_id);
extern const VMStateDescription vmstate_can_wire;

/* ---- verdict.c ---- */

#define TAIL_BITS 8             /* ACK delimiter, end of frame */
#define INTERMISSION_BITS 3

/* The ACK slot: by now all have found what they find. */
void can_wire_decide(CanWire *w);
/* Error passive senders leave the others time, and @bits more; one that is alone need not hurry. */
void can_wire_let_others(CanWire *w, Bxcan *s, unsigned bits);

/* ---- draw.c ---- */

void bxcan_draw_init(Bxcan *s);
/* What TX and RX are driven with: part of update(). */
void bxcan_draw_pins(Bxcan *s);
/* Does somebody look at the pins of those at @w? */
bool can_wire_is_watched(const CanWire *w);
/* Draw what is on the wire at @time, if so; and when the next row of bits begins. */
void can_wire_draw(CanWire *w, int64_t time);
int64_t can_wire_when_drawn(const CanWire *w, int64_t time);

/* ---- wire.c ---- */

/* When the next frame may begin, if there is one: virtual ns. */
int64_t can_wire_when_to_begin(CanWire *w);
/* Let a frame begin at the time @at, which may be a while ago. */
void can_wire_begin(CanWire *w, int64_t at);
/* The phase that the frame is in is over. */
void can_wire_go_on(CanWire *w);
/* Start of frame to ACK slot. */
unsigned can_wire_bits_to_ack(CanWire *w, const CanFrame *f);
/* The bits of @s when it has synchronized to the first bit of a frame that begins at @at. */
Counter bxcan_synchronized(const CanWire *w, const Bxcan *s, int64_t at);
/* Would somebody lose the frame, whom the host has not let work? */
bool can_wire_is_too_early(CanWire *w);

/* ---- time.c ---- */

void bxcan_wire_init(Bxcan *s);
/* Let it send what it has to, and arm its timers: part of update(). */
void bxcan_wire_run(Bxcan *s);
/* Do what is due by now: before anything changes. */
void bxcan_wire_catch_up(Bxcan *s);
/* After that: until when will there be nothing to do?  Virtual ns. */
int64_t bxcan_wire_holds(Bxcan *s);
/* It leaves the wire at once: reset, or without clock. */
void bxcan_wire_leave(Bxcan *s);

static inline bool bxcan_has_clock(const Bxcan *s)
{
    return clock_is_enabled(s->parent_obj.clk);
}

/* Ticks of the clock for a bit. */
static inline uint32_t bxcan_bit_ticks(const Bxcan *s)
{
    uint32_t btr = bxcan_regs(s)[R_BTR];

    return (FIELD_EX32(btr, BTR, BRP) + 1) *
           (3 + FIELD_EX32(btr, BTR, TS1) + FIELD_EX32(btr, BTR, TS2));
}

#endif
