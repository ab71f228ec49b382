/*
 * What controllers say to each other over pins that are joined: a whole frame, or event of a bus,
 * at once, where silicon has its bits.  The sender calls signal_send() (pin.h); whoever is at the
 * net and knows the bus takes it, and puts its answer in.  Its bits are drawn at the pins too, as a
 * Picture, for those who do not know the bus: who hears frames does not listen to that.
 *
 * Times are in units of 2^-32 ns, as of clocks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_FRAMES_H
#define STM32_CORE_PINS_FRAMES_H

#include "stm32/core/pins/pin.h"

typedef enum FrameBus { FRAME_SERIAL, FRAME_SPI, FRAME_I2S, FRAME_I2C, FRAME_RUN, FRAME_PIXELS, FRAME_SHIFT } FrameBus;

typedef struct Frame {
    FrameBus bus;
} Frame;

/*
 * Who sends would like to pass many frames of a bus at once (core/run.h).  Who does not mind, or can take part
 * in that, agrees; unless all do who hear it, there are single frames.
 */
typedef struct RunFrame {
    Frame frame;                /* FRAME_RUN */
    FrameBus of;
    unsigned agreed;            /* how many do */
} RunFrame;

/* In the `heard` of who knows no bus but @mine; FRAME_RUN: and does not listen to that either. */
static inline void frame_pass_run(Frame *frame, FrameBus mine)
{
    RunFrame *run = (RunFrame *)frame;

    if (frame->bus == FRAME_RUN && run->of != mine) {
        run->agreed++;
    }
}

/* An asynchronous frame, as it begins, on the data line. */
typedef struct SerialFrame {
    Frame frame;                /* FRAME_SERIAL */
    uint32_t word;              /* its bits, start bit first (bit 0), stop bits not included */
    unsigned bits;
    uint64_t bit;               /* time for a bit */
} SerialFrame;

/* A frame of SPI, as it begins, on the clock line. */
typedef struct SpiFrame {
    Frame frame;                /* FRAME_SPI */
    Signal *out, *in;           /* the master's data lines; NULL: not used */
    uint32_t data;              /* what the master sends, the first bit uppermost of `bits` */
    uint32_t answer;            /* what it gets: before, the level its line rests at; or a guess */
    unsigned bits;
    int64_t start;              /* virtual ns at which it begins */
    uint64_t bit;               /* time for a bit */
    bool cpol, cpha, ti;
    bool waits;                 /* the answer comes later: answered() */
    bool known;                 /* somebody has answered; otherwise the line has to be looked at */
    bool drawn;                 /* who answers shows the bits of that at its pin */
    void (*answered)(void *master, uint32_t answer);
    void *master;
} SpiFrame;

/* A master of SPI asks, on its clock line: a slave that can puts itself in. */
typedef struct SpiRunFrame {
    RunFrame run;               /* of FRAME_SPI */
    Signal *out, *in;           /* as SpiFrame's */
    unsigned bits;
    bool cpol, cpha;
    struct RunPlan *plan;
    void *slave;                /* who takes part in it, */
    bool answers;               /* ... and its line out is the master's in */
} SpiRunFrame;

/*
 * 16 bits of a channel of I2S, as they begin.  On the clock line the master says so to all, and
 * then that who sends is to send; who does puts them on the data line.
 */
typedef enum I2sStage { I2S_BEGIN, I2S_SEND, I2S_DATA } I2sStage;

typedef struct I2sFrame {
    Frame frame;                /* FRAME_I2S */
    I2sStage stage;
    uint16_t data;              /* of I2S_DATA, the bit sent first uppermost */
    bool right;                 /* channel */
    bool second;                /* half of a channel's 32 bits */
    unsigned channel_bits;      /* 16 or 32 */
    uint64_t channel;           /* time for a channel */
    uint8_t standard;           /* as I2SSTD: 0 Philips, 1 MSB, 2 LSB, 3 PCM */
    bool followed;              /* by who has to serve each half in time: set by who hears it */
} I2sFrame;

/*
 * What goes over I2C, as it begins, on the clock line.  A slave knows by the byte after a START
 * whether it is meant, and answers it and WRITE with an acknowledge, READ with data.  Several may,
 * and a bus is a wired and: an answer is put in by i2c_frame_answer().
 *
 * A slave that is not ready for it (nor for START or STOP) stretches the clock: it counts itself in
 * `waits` and later sends ANSWER, which the master that waits takes.  The byte begins only then.
 * Who has got the event need not know of the others that let the master wait.
 */
typedef enum I2cEvent {
    I2C_EVENT_START,            /* or a repeated one; no answer, the address follows */
    I2C_EVENT_ADDRESS,          /* `data`: the byte after a START; or the second of 10 bits */
    I2C_EVENT_WRITE,            /* `data`: a byte to whoever has acknowledged its address */
    I2C_EVENT_READ,             /* a byte from it */
    I2C_EVENT_ACK, I2C_EVENT_NACK,      /* how the master answers that byte, as it ends */
    I2C_EVENT_STOP,             /* as it ends */
    I2C_EVENT_ANSWER,           /* of a slave that has let the master wait: `ack`, `data` */
} I2cEvent;

typedef struct I2cFrame {
    Frame frame;                /* FRAME_I2C */
    I2cEvent event;
    Signal *sda;                /* of who sends it: who hears it at SCL has to meet this too */
    uint8_t data;               /* of READ: 0xff before */
    uint64_t bit;               /* time for a bit */
    bool ack;                   /* somebody has acknowledged */
    uint8_t unshifted;          /* or would have: the address of a part that is the byte, and not its upper 7 bits; or 0 */
    unsigned waits;             /* slaves that answer later */
} I2cFrame;

/* Colours that a row of LEDs has none for, at its end. */
typedef struct PixelFrame {
    Frame frame;                /* FRAME_PIXELS */
    const uint32_t *color;      /* 0xRRGGBB */
    unsigned count;
} PixelFrame;

/* What a shift register passes on to the next, while a controller clocks both. */
typedef struct ShiftFrame {
    Frame frame;                /* FRAME_SHIFT */
    uint32_t data;              /* the bit first on the line uppermost of `bits` */
    unsigned bits;
} ShiftFrame;

/* A part has this @address, of 7 bits. */
static inline void i2c_frame_compare(I2cFrame *f, uint8_t address)
{
    if (f->data == address || (f->data & ~1) == address) {
        f->unshifted = address;
    }
}

static inline void i2c_frame_answer(I2cFrame *f, bool ack, uint8_t data)
{
    f->ack |= ack;
    f->data &= f->event == I2C_EVENT_READ ? data : 0xff;
}

#endif
