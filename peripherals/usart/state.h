/*
 * What the parts of a USART share, from the bottom up:
 *
 *   frame.c   what a frame is, as the registers say
 *   rx.c      the receiver
 *   bits.c    what comes to it as real levels
 *   tx.c      the transmitter
 *   run.c     many frames of them at once
 *   line.c    both together, and the host at the other end
 *   usart.c   registers, flags and outputs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_USART_STATE_H
#define STM32_PERIPHERALS_USART_STATE_H

#include "chardev/char-fe.h"
#include "chardev/char-serial.h"
#define REGS "stm32/regs/usart.h"
#include "stm32/core/periph.h"
#include "stm32/core/run.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/shifter.h"

typedef enum TxPhase {
    TX_NOTHING,
    TX_IDLE,                /* a frame of ones: what TE starts with */
    TX_BREAK, TX_BREAK_STOP,
    TX_DATA,
    TX_BLOCKED,             /* through, but the host does not take it yet */
    TX_GUARD,               /* smartcard: guard time */
} TxPhase;

typedef enum RxPhase {
    RX_NOTHING,
    RX_FRAME,
    RX_HELD,                /* through, but DR is full, and that may be the host's fault */
    RX_QUIET,               /* none has followed so far: is it to be an idle frame? */
} RxPhase;

/* Flags that reading SR, then DR clears. */
#define USART_ERRORS (R_SR_PE_MASK | R_SR_FE_MASK | R_SR_NE_MASK | R_SR_ORE_MASK | R_SR_IDLE_MASK)

/* A frame that comes in: a byte, or one of these. */
#define WIRE_BREAK 0x8000
#define WIRE_UNHEARD 0x4000 /* began while the receiver was off */
#define WIRE_AT_PIN 0x2000  /* from a controller: the bits as the receiver sees them, ... */
#define WIRE_NO_STOP 0x1000 /* ... and no stop bit where one should be */
#define WIRE_SIZE 1024

typedef struct Usart {
    Periph parent_obj;
    bool synchronous, flow_control, paced, errata;      /* properties */
    CharBackend chr;
    Line irq, dma_rx, dma_tx;
    Signal signal_tx, signal_rx, signal_ck, signal_cts, signal_rts;
    Picture tx_picture, ck_picture;
    uint32_t tdr;                   /* what DR was written; RDR is regs[R_DR] */
    uint32_t seen;                  /* flags that were set when SR was read */
    Shifter tx, rx;
    uint64_t sends_on;              /* as the clock changes: it sends, with this one; else 0 */
    bool idle_frame;                /* TE has been set: send one */
    bool idle_armed;                /* a frame has come since the line was last idle */
    bool ncts;                      /* level of the CTS pin */
    bool early;                     /* the first burst since reset is not over */
    int64_t unread_ns;              /* unread.c, in no snapshot: since when a frame waits for DR to be read; 0: none does */
    bool listening;                 /* the receiver has been on: no more waiting for it */
    int64_t held_until;             /* ns, of RX_HELD */
    uint32_t faults;                /* of SR, for the next frame to come in */
    uint16_t wire[WIRE_SIZE];       /* what the other end sends, from `wire_first` on */
    uint32_t wire_first, wire_count;
    /* a frame of real levels, not of a controller, comes in: see bits.c */
    int64_t bits_at;                /* ns: its start bit began; 0: none does */
    uint32_t bits_word, bits_count; /* samples so far, the first is bit 0 */
    bool bits_level, bits_noise;    /* the level since the last edge; one was near a sample */
    QEMUTimer *bits_timer;
    bool refused;                   /* the host has been told that there is no room */
    unsigned watch;                 /* for room at the host */
    QEMUSerialSetParams params;     /* as the host's port has been told */
    /* run.c: what runs that are planned would do */
    Runner tx_runner, rx_runner;
    const Lane *tx_lane, *rx_lane;
} Usart;

#define USART(obj) ((Usart *)(obj))

/* Flags of SR come and go by these two only: `seen` holds none that is not set. */
static inline void usart_set(Usart *s, uint32_t flags)
{
    s->parent_obj.regs[R_SR] |= flags;
}

static inline void usart_clear(Usart *s, uint32_t flags)
{
    s->parent_obj.regs[R_SR] &= ~flags;
    s->seen &= ~flags;
}

/* ---- unread.c ---- */

/* A frame waits for DR to be read. */
void usart_note_unread(Usart *s);

/* ---- frame.c ---- */

bool usart_has_clock(const Usart *s);

/* One wire for both directions: the receiver hears what is sent. */
bool usart_single_wire(const Usart *s);

/* Bits between start and stop, and those of them that are data, not parity. */
unsigned usart_word_bits(const Usart *s);
unsigned usart_data_bits(const Usart *s);

/* Bits of a break: low, then stop bits follow. */
unsigned usart_break_bits(const Usart *s);

/* Halves of bits: all stop bits, and a whole frame. */
unsigned usart_stop_halves(const Usart *s);
unsigned usart_frame_halves(const Usart *s);

/* Ticks of the clock for a bit; 0 if BRR holds no legal divider.  The same in units of 2^-32 ns. */
uint32_t usart_bit_ticks(const Usart *s);
uint64_t usart_bit_time(const Usart *s);
uint64_t usart_halves_to_ticks(const Usart *s, unsigned halves);
/* The same for what is on the line: nothing, with `paced=off`. */
uint64_t usart_pace(const Usart *s, unsigned halves);

/* @data with its parity bit, if there is to be one. */
uint32_t usart_make_word(const Usart *s, uint32_t data);
bool usart_parity_is_wrong(const Usart *s, uint32_t word);

/* ---- rx.c ---- */

void usart_rx_run(Usart *s);
void usart_rx_expired(void *opaque);
/* UE or RE may have changed from what CR1 was. */
void usart_rx_switched(Usart *s, uint32_t was);
bool usart_rx_is_on(const Usart *s);
/* The other end sends @frame: a byte or WIRE_BREAK; it begins. */
void usart_wire_put(Usart *s, uint32_t frame);
uint32_t usart_wire_take(Usart *s);
/* A signal's `heard`: another controller sends, at pins joined with ours. */
void usart_rx_heard(void *opaque, Signal *from, Frame *frame);
/* What the receiver hears of a frame that goes out, which has @errors of SR. */
void usart_rx_hear_own(Usart *s, uint32_t word, uint32_t errors);
/* A word with @errors of SR has come in. */
void usart_rx_word(Usart *s, uint32_t word, uint32_t errors);

/* ---- bits.c ---- */

void usart_bits_init(Usart *s);
void usart_bits_reset(Usart *s);
/* Tell when to go on: part of update(). */
void usart_bits_run(Usart *s);

/* ---- tx.c ---- */

void usart_tx_run(Usart *s);
void usart_tx_expired(void *opaque);
/* UE or TE may have changed from what CR1 was. */
void usart_tx_switched(Usart *s, uint32_t was);
bool usart_tx_is_timed(const Usart *s);
/* Something is to be sent: is TX at a pin? */
void usart_report_unrouted(Usart *s);
/* The host has no room: be told when it has.  False if there is no host. */
bool usart_tx_watch(Usart *s);
void usart_send_break(Usart *s, int on);

/* ---- rate.c ---- */

/* It is on, with a new BRR: is that a baud rate, or reckoned from another clock? */
void usart_check_rate(Usart *s);

/* ---- run.c ---- */

void usart_run_init(Usart *s);
void usart_run_look(Usart *s);

/* ---- line.c ---- */

void usart_line_init(Usart *s);
void usart_line_realize(Usart *s);
void usart_line_reset(Usart *s);

/* UE, TE or RE may have changed from what CR1 was. */
void usart_line_switched(Usart *s, uint32_t was);

/* Go on as far as possible, and tell when to go on: part of update(). */
void usart_line_run(Usart *s);

/* Do at once what is due: a guest that polls need not wait until QEMU's main loop has time. */
void usart_line_catch_up(Usart *s);

/* Book the time that has passed: before the clock changes. */
void usart_line_clock_will_change(Usart *s);

/* Of a snapshot that is loaded. */
bool usart_line_is_sane(void *opaque, int version_id);

#endif
