/*
 * What the parts of an SPI share.  From the bottom up: words and pictures (data.c, draw.c), many frames at
 * once (run.c), slave and master (slave.c, master.c), frames (frame.c) and I2S (i2s.c), registers
 * (registers.c), outputs and the device (spi.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_SPI_STATE_H
#define STM32_PERIPHERALS_SPI_STATE_H

#include "hw/ssi/ssi.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/periph.h"
#include "stm32/core/run.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/sampler.h"
#include "stm32/core/pins/shifter.h"
#include "stm32/core/pins/spi_bits.h"
#include "stm32/core/pins/spi_care.h"

#define SPI_GRACE_NS (20 * SCALE_MS)
/* A driver that polls SR so often before it reads, or writes, DR does not mean to. */
#define SPI_LOOKS_UNREAD 4
#define SPI_LOOKS_UNWRITTEN 500

typedef enum SpiPhase {
    SPI_IDLE,
    SPI_DATA, SPI_CRC,      /* a frame of it goes on */
    I2S_HALF,               /* 16 bits of a channel, or what there is of them */
} SpiPhase;

/* What a master gets in a run. */
typedef enum SpiAnswer { SPI_LEVEL, SPI_PART, SPI_SLAVE } SpiAnswer;

typedef struct Spi {
    Periph parent_obj;
    bool i2s, extension;            /* properties: has I2S; has nothing else, and another's clock */
    Periph *ext;               /* ... link: the extension that has ours */
    Clock *i2sclk;
    SSIBus *ssi;
    Line irq, dma_rx, dma_tx;
    Signal sck, miso, mosi, nss, ck, ws, sd, mck;
    uint32_t tdr;                   /* what DR was written; regs[R_DR] is what came in */
    bool ovr_half, modf_half;       /* the first half of the sequence that clears it is done */
    bool crc_asked;                 /* CRCNEXT has just been set */
    bool nss_low;                   /* level of the pin */
    Shifter shift;                  /* a master's frame, counted in PCLK; its word goes out */
    Shifter audio;                  /* a half of I2S, counted in I2SCLK */
    int64_t slave_end;              /* ns: when the frame ends that another clocks */
    int64_t drawn_at;               /* ns: when the frame began that the pins show, */
    uint64_t drawn_bit;             /* ... time for a bit of it, */
    uint8_t drawn_bits;             /* ... how many, */
    uint32_t drawn_out;             /* ... and those sent, the first uppermost */
    uint32_t drawn_in;              /* a master: what a part of QEMU answers, ... */
    bool draws_in;                  /* ... who has no pin of its own */
    Sampler sampler;                /* of what comes in that nobody has told of */
    bool in_pieces;                 /* a master: the slave's frames are shorter than this one */
    SpiBits bits;                   /* of a slave's frame, */
    bool by_bits;                   /* ... which waits for more clocks; */
    uint32_t piece_in;              /* what its master's frame brings, the first bit uppermost of */
    uint8_t piece_left;             /* ... those bits of it that have not been through yet; */
    bool piece_known;               /* otherwise it is sampled */
    bool soft, soft_out;            /* the last was of real levels; the level at MISO, */
    bool soft_sck;                  /* ... and at SCK, as told last */
    Picture sck_picture, out_picture, in_picture;
    uint32_t in;                    /* what comes in with it */
    bool has_sent;                  /* a slave that has something to send: DR written since SPE */
    bool holds;                     /* it lets the master wait, with this frame */
    SpiFrame held;
    bool keeps_late;                /* CR2 has just been written, and nobody else will be told than before; in no snapshot */
    uint32_t looks;                 /* at SR since the last frame ended */
    bool patient;                   /* what came or went last was served in time */
    int64_t grace;                  /* ns: until then the end of a frame waits for service; 0: no */
    bool waits;                     /* a master: the frame lasts until the other machine answers */
    bool sends_first;               /* a master of I2S has not sent anything yet */
    bool right, second;             /* the half that goes on or came last */
    int64_t running_since;          /* ns: I2SE, for the waves at the pins */
    uint32_t unclocked_pc;          /* who has set I2SE without I2SCLK, or 0; in no snapshot */
    bool has_slave;                 /* another I2S here has been clocked with the last half */
    /* run.c: what a run that is planned would do */
    Runner runner, i2s_runner;
    const Lane *tx_lane, *rx_lane;
    int64_t late_until;             /* as the DMA has been told, virtual ns; in no snapshot */
    struct Spi *run_slave;
    SpiAnswer run_answer;
} Spi;

#define SPI(obj) ((Spi *)(obj))

static inline bool spi_is_i2s(const Spi *s)
{
    return s->i2s && reg_get(s, I2SCFGR, I2SMOD);
}

/* ---- data.c ---- */

bool spi_is_master(const Spi *s);
bool spi_is_selected(const Spi *s);
/* It is on, and no I2S. */
bool spi_is_on(const Spi *s);
/* It is that, and a slave that is selected. */
bool spi_is_slave(const Spi *s);
/* A master that is on, or has a frame to end. */
bool spi_drives_clock(const Spi *s);
unsigned spi_frame_bits(const Spi *s);
/* SCK periods, in ticks of PCLK. */
unsigned spi_bit_ticks(const Spi *s);
/* The lines data goes out and comes in on, or NULL. */
Signal *spi_line_out(Spi *s);
Signal *spi_line_in(Spi *s);
/* A word as it is on the line, the first bit uppermost, and the other way. */
uint32_t spi_line_order(const Spi *s, uint32_t word);
/* The level at which a line rests, as a word. */
uint32_t spi_idle_line(const Spi *s, const Signal *line);
/* What a slave will send next, as things stand. */
uint32_t spi_next_word(const Spi *s);
/* What was in DR's other half goes to the shift register. */
uint32_t spi_take_tdr(Spi *s);
/* @word has come in: into DR, or lost. */
void spi_received(Spi *s, uint32_t word);
/*
 * A frame that another is to follow is through: shall its end wait, because the words before have
 * not been served yet (@read: has come in, @write: is to go out) and that may be the host's fault?
 */
bool spi_waits_for_service(Spi *s, bool read, bool write);
/* Report that @signal, called @name in the manual, is to be used and reaches no pin. */
void spi_check_routed(Spi *s, const Signal *signal, const char *name);
bool spi_crc_is_next(const Spi *s);
/* What goes out in the frame that begins now, in @phase. */
void spi_load(Spi *s, SpiPhase phase);
/* The frame under way has ended. */
void spi_end_frame(Spi *s);

/* ---- draw.c ---- */

/* Drive SCK, MOSI, MISO. */
void spi_draw_update(Spi *s);

/* ---- slave.c ---- */

/* A signal's `heard`: a master clocks a frame. */
void spi_heard(void *opaque, Signal *from, Frame *frame);
/* A signal's `changed`: SCK. */
void spi_soft_sck(void *opaque, bool level);
/* A frame of levels is given up: another has the clock, or NSS says so. */
void spi_soft_abort(Spi *s);
/*
 * Is there reason to blame the host that the frame before has not been served yet?  Who has looked
 * at the registers several times since and did nothing has no intention to.
 */
bool spi_slave_is_late(const Spi *s);
/* The frame begins that it has let the master wait with. */
void spi_slave_release(Spi *s);
/* The bits that a master's frame has clocked are through. */
void spi_slave_go_on(Spi *s);

/* ---- master.c ---- */

/* Is one of QEMU's parts selected? */
bool spi_part_answers(const Spi *s);
/* What they answer to a frame of @data. */
uint32_t spi_ask_parts(Spi *s, uint32_t data);
/* Begin the next frame, if there is one; a CRC only right @after_frame. */
void spi_master_go_on(Spi *s, bool after_frame);

/* ---- run.c ---- */

void spi_run_init(Spi *s);
/* Would nobody be told of single frames, as far as its settings and lines go? */
bool spi_is_unobserved(const Spi *s);
/* With -icount: how late may the end of a master's frame be, since only the DMA is told?  ns; of a Spi. */
int64_t spi_lateness(void *opaque);
/* If no frame follows, none is late any more. */
void spi_settle_late(Spi *s);
/* A master asks for a run. */
void spi_run_heard(Spi *s, Signal *from, RunFrame *run);

/* ---- frame.c ---- */

/* When the frame ends: virtual ns, or COUNTER_NEVER. */
int64_t spi_frame_when(const Spi *s);
void spi_frame_expired(void *opaque);
/* Let begin what may. */
void spi_frame_run(Spi *s);

/* ---- i2s.c ---- */

void spi_i2s_switched(Spi *s, uint32_t was);
void spi_i2s_run(Spi *s);
void spi_i2s_expired(void *opaque);
/* End the half that goes on if that is due. */
void spi_i2s_catch_up(Spi *s);
void spi_i2s_drive(Spi *s);
int64_t spi_i2s_when(const Spi *s);
void spi_i2s_init(Spi *s);
/* A signal's `heard`: a master of I2S clocks, or somebody puts data on SD. */
void spi_i2s_heard(void *opaque, Signal *from, Frame *frame);

/* ---- spi.c ---- */

/* DR has been read, and no more than that. */
void spi_was_read(Spi *s);

/* ---- registers.c ---- */

extern const RegOps spi_ops[R_I2SPR + 1];

#endif
