/*
 * What the parts of the SDIO host share.  From the bottom:
 *
 *   fifo.c      32 words between registers and the data path
 *   lane.c      words between it and memory in bunches, by a stream of the DMA
 *   card.c      the bus, and what the other end has been told: width, speed, address
 *   data.c      the data path state machine (DPSM)
 *   command.c   the command path state machine (CPSM)
 *   socket.c    a card is put in, or taken out
 *   fifo_access.c  the register FIFO
 *   check.c     mistakes of the guest
 *   sdio.c      registers, time and lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_SDIO_STATE_H
#define STM32_PERIPHERALS_SDIO_STATE_H

#include "qemu/timer.h"
#include "hw/sd/sd.h"
#define REGS "stm32/regs/sdio.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/run.h"

#define SDIO_FIFO 32            /* words */
#define SDIO_LATE_FIFO 128      /* with DMA while virtual time is the host's: fewer events */
#define SDIO_BURST 4            /* words that make a request */
#define SDIO_LINES 8            /* of data */
#define SDIO_NEVER UINT64_MAX

/* Flags of STA that are latched; all others are computed. */
#define SDIO_LATCHED 0x00c007ff
#define STA(flag) R_STA_##flag##_MASK

typedef enum SdioCommand {
    CMD_IDLE,
    CMD_PENDING,                /* WAITPEND: for the end of the data */
    CMD_SENDING,
    CMD_SILENT,                 /* nobody has answered */
    CMD_RESPONSE,               /* it comes in */
    CMD_COMPLETION,             /* CE-ATA: for the disk's completion signal */
    CMD_DISABLING,              /* ... that it is not to send: told so */
} SdioCommand;

typedef enum SdioData {
    DATA_IDLE,
    DATA_WAIT,                  /* for the card's start bit, or for a word in the FIFO */
    DATA_BLOCK,                 /* a word is under way */
    DATA_STALLED,               /* ... and there is no room for it, or it is not there yet */
    DATA_CRC,                   /* the end of a block */
    DATA_BUSY,                  /* the card holds its data line 0 low */
    DATA_READ_WAIT,             /* RWSTART */
} SdioData;

typedef struct Sdio {
    Periph parent_obj;
    SDBus bus;
    Clock *sdioclk;
    Counter ck;                 /* periods of SDIO_CK */
    QEMUTimer *timer;
    Line irq, dma, dma_end, card, pull, busy;
    Signal sig_ck, sig_cmd, sig_d[SDIO_LINES];
    /* the command path */
    uint32_t command;           /* SdioCommand */
    uint64_t command_due;       /* tick of SDIO_CK */
    uint8_t response[16];
    uint32_t response_bytes;
    bool response_bad, no_index;        /* its CRC is wrong, or it has none; it has no index */
    /* the data path */
    uint32_t data;              /* SdioData */
    uint32_t dctrl;             /* as it was when it began, but for DMAEN: as it is */
    uint64_t data_due, timeout; /* ticks */
    bool unseen;                /* the host's time: the response has not been read, ... */
    uint64_t seen_from;         /* ... and the card's data waits for that until this tick */
    uint32_t block_left;        /* bytes */
    bool block_bad;             /* its CRC */
    bool block_lost;            /* no start bit on all lines */
    bool fifo_moved;            /* not in a snapshot: since STA was read last */
    uint32_t fifo[SDIO_LATE_FIFO];
    uint32_t fifo_first, fifo_count;
    uint32_t fifo_last;         /* the word that was read last */
    LaneHolder holder;
    /* not in a snapshot: what a stream takes in bunches, while time is made up for */
    LaneOffer offer;
    uint32_t lane_words;
    /* the card */
    bool inserted;              /* not in a snapshot: there is one, or not */
    uint32_t card_width;        /* lines that it uses */
    bool high_speed, identified, app_command;
    bool pulls_d3;              /* it pulls its data line 3 up: it is there */
    uint64_t ready_from;        /* tick: the card's data may begin */
    QEMUTimer *programmed;      /* pending: the card is busy */
    bool illegal;               /* it has refused a command, and not told yet */
    uint32_t program_time, block_time;  /* properties: us that it is busy at a write's end, and within */
    bool spoil_response, spoil_data;    /* properties: the next CRC is wrong */
} Sdio;

#define SDIO(obj) ((Sdio *)(obj))

static inline void sdio_flag(Sdio *s, uint32_t flags)
{
    s->parent_obj.regs[R_STA] |= flags;
}

static inline uint64_t sdio_now(const Sdio *s)
{
    return counter_now(&s->ck);
}

static inline unsigned sdio_width(const Sdio *s)
{
    unsigned widbus = reg_get(s, CLKCR, WIDBUS);

    return widbus == 0 ? 1 : widbus == 1 ? 4 : 8;       /* unsure: 3 is reserved */
}

static inline bool sdio_receives(const Sdio *s)
{
    return s->dctrl & R_DCTRL_DTDIR_MASK;
}

static inline bool sdio_data_is_active(const Sdio *s)
{
    return s->data != DATA_IDLE;
}

/* ---- fifo.c ---- */

void sdio_fifo_clear(Sdio *s);
unsigned sdio_fifo_size(const Sdio *s);
void sdio_fifo_push(Sdio *s, uint32_t word);
uint32_t sdio_fifo_pop(Sdio *s);
/* The flags of its levels. */
uint32_t sdio_fifo_flags(const Sdio *s);
/* Does it want the DMA? */
bool sdio_fifo_requests(const Sdio *s);
/* How many more words the data path can move with nobody told; at least 1. */
unsigned sdio_fifo_quiet(const Sdio *s);
/* Do data go to the card? */
bool sdio_sends(const Sdio *s);

/* ---- lane.c ---- */

/* Words that could go in bunches from now on. */
unsigned sdio_lane_words(Sdio *s);
/* Ask the DMA's stream for that; sdio_lane_end(): what is for it is in memory, or in the FIFO. */
void sdio_lane_begin(Sdio *s);
void sdio_lane_end(Sdio *s);
/* Let a bunch go, if there is one. */
bool sdio_lane_move(Sdio *s);

/* ---- fifo_access.c: as RegOps has them ---- */

uint32_t sdio_fifo_read(Periph *p, unsigned n);
void sdio_fifo_was_read(Periph *p, unsigned n, uint32_t value);
void sdio_fifo_written(Periph *p, unsigned n, uint32_t was, uint32_t data);

/* ---- card.c ---- */

/* Give it a command: bytes of the response, 0 if there is none. */
unsigned sdio_card_command(Sdio *s, unsigned index, uint32_t arg, uint8_t *response);
void sdio_card_is_new(Sdio *s);
/* Has it data for us; does it want some? */
bool sdio_card_sends(Sdio *s);
bool sdio_card_receives(Sdio *s);
/* It has got a block, and programs it: for how long it is busy is up to properties. */
void sdio_card_programs(Sdio *s);
bool sdio_card_is_busy(const Sdio *s);
extern const TypeInfo sdio_bus_type;
#define TYPE_SDIO_BUS "stm32-sdio-bus"

/* ---- command.c ---- */

void sdio_command_begin(Sdio *s);
void sdio_command_step(Sdio *s);
/* When it has something to do: a tick. */
uint64_t sdio_command_due(const Sdio *s);
/* One that waits for the end of data goes when there are none, one for the completion signal ends with that. */
void sdio_command_look(Sdio *s);

/* ---- data.c ---- */

void sdio_data_begin(Sdio *s);
void sdio_data_stop(Sdio *s);
/* What is due next, and words that are due before tick @until. */
void sdio_data_step(Sdio *s, uint64_t until);
uint64_t sdio_data_due(const Sdio *s);
/* The next time that somebody is told something of it. */
uint64_t sdio_data_told(Sdio *s);
/* The card has got a command, the FIFO has been accessed, DCTRL written: does it go on? */
void sdio_data_look(Sdio *s);

/* ---- check.c ---- */

/* Before a command; false: it can't reach a card. */
bool sdio_check_command(Sdio *s);
void sdio_check_data(Sdio *s);
/* While data are under way: is there a stream of the DMA, if one is to take or to bring them? */
void sdio_check_dma(Sdio *s);
/* When a block begins: are all lines there that it needs? */
bool sdio_check_lines(Sdio *s);

#endif
