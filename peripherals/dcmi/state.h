/*
 * What the parts of the camera interface share.  From the bottom:
 *
 *   shape.c     what a frame of the camera is, as the registers have it: where it begins, what is taken of it
 *   fifo.c      items of the data lines -> words -> the FIFO, or the memory that a DMA writes
 *   capture.c   time: frames, lines, flags
 *   sample.c    without a camera: what is at the pins
 *   told.c      what of it somebody is told, and when
 *   draw.c      what is to be seen at the pins
 *   check.c     mistakes of the guest
 *   dcmi.c      registers and lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_DCMI_STATE_H
#define STM32_PERIPHERALS_DCMI_STATE_H

#include "qemu/timer.h"
#define REGS "stm32/regs/dcmi.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/camera/camera.h"
#include "stm32/core/run.h"

#define DCMI_FIFO 4             /* words */
#define DCMI_LINES 14           /* of data */
#define DCMI_RUN 256            /* words to memory at once */
#define DCMI_NEVER UINT64_MAX
#define RIS(flag) R_RIS_##flag##_MASK

typedef enum DcmiPhase {
    DCMI_IDLE,                  /* does not capture */
    DCMI_WAITS,                 /* for the start of a frame */
    DCMI_FRAME,
} DcmiPhase;

#define DCMI_WIRES (DCMI_LINES + 2)

typedef struct Dcmi Dcmi;

/* A line of the camera at its pin: data, or one of the two that synchronise. */
typedef struct DcmiWire {
    Dcmi *dcmi;
    Signal *signal;
    AnalogSource source;
    enum { DCMI_DATA, DCMI_HREF, DCMI_VSYNC } kind;
    unsigned bit;
} DcmiWire;

/* The line that was drawn last. */
typedef struct DcmiDrawn {
    bool known;
    uint64_t frame;
    uint32_t line, count;
    uint16_t item[CAMERA_MAX_LINE];
} DcmiDrawn;

/* The pins at the last PIXCLK, and where in a frame that was. */
typedef struct DcmiSampled {
    bool known, vsync, hsync;   /* active */
    uint32_t line, column;
    uint32_t code;              /* the last four items */
} DcmiSampled;

struct Dcmi {
    Periph parent_obj;
    CameraSocket socket;
    QEMUTimer *timer;
    Line irq, dma;
    Signal pixclk, hsync, vsync, d[DCMI_LINES];
    LaneHolder holder;
    uint32_t phase;             /* DcmiPhase */
    uint64_t done;              /* tick of the camera: all that was due by then has been done */
    uint32_t frames;            /* that have begun since CAPTURE was set */
    bool stops;                 /* CAPTURE has been cleared, with the end of the frame it is */
    uint32_t word, items;       /* the word that items make, and how many of them it has */
    uint32_t fifo[DCMI_FIFO], fifo_first, fifo_count;
    uint32_t fifo_last;         /* the word that was read last */
    DcmiSampled sampled;
    bool clocked;               /* while its clock changes: it had one */
    /* not in a snapshot: words that go to memory by a lane; the line that was looked at last */
    LaneOffer offer;
    uint32_t quiet, run_count;
    uint32_t run[DCMI_RUN];
    uint64_t line_frame;
    uint32_t line_number, line_items;
    bool line_known;
    uint16_t line[CAMERA_MAX_LINE];
    /* ... and what is to be seen at the pins */
    bool draws;
    DcmiWire wire[DCMI_WIRES];
    DcmiDrawn drawn;
};

#define DCMI(obj) ((Dcmi *)(obj))

static inline void dcmi_flag(Dcmi *s, uint32_t flags)
{
    s->parent_obj.regs[R_RIS] |= flags;
}

static inline bool dcmi_is_on(const Dcmi *s)
{
    return reg_get(s, CR, ENABLE) && clock_is_enabled(s->parent_obj.clk) && !s->parent_obj.held;
}

/* Items of a word. */
static inline unsigned dcmi_items_of_word(const Dcmi *s)
{
    return reg_get(s, CR, EDM) ? 2 : 4;
}

static inline unsigned dcmi_bits(const Dcmi *s)
{
    return 8 + 2 * reg_get(s, CR, EDM);
}

/* ---- shape.c ---- */

/* Ticks count from the beginning of the camera's frame. */
typedef struct DcmiShape {
    uint64_t length;
    uint64_t start, finish;     /* of what the interface takes for a frame; DCMI_NEVER: it sees none */
    uint64_t vsync;             /* VSYNC becomes active */
    uint32_t line_clocks;
    uint32_t first_line, lines; /* the camera's with data that is taken: */
    uint32_t skip, items;       /* ... from each so many, behind so many clocks */
    uint32_t all_lines;         /* the same without a window: the lines of the flag LINE, ... */
    uint32_t line_end;          /* ... which end at this clock */
    bool wrong_hsync;           /* HSPOL: there is no data in what is taken */
    bool disordered;            /* embedded codes come out of order */
} DcmiShape;

/* Does it see a camera that sends? */
bool dcmi_sees(const Dcmi *s);
/* Is none there, and are the pins what counts? */
bool dcmi_samples(const Dcmi *s);
/* False: it sees none. */
bool dcmi_shape(const Dcmi *s, DcmiShape *shape);
/* The first tick behind @after that is @at in its frame; that ends a line, wherever in its frame. */
uint64_t dcmi_next_at(const DcmiShape *shape, uint64_t after, uint64_t at);
uint64_t dcmi_next_line_end(const Dcmi *s, const DcmiShape *shape, uint64_t after);
/* The one at which the frame that is captured, and began at @base, ends: to come, also if it has been made shorter. */
uint64_t dcmi_end_of_frame(const Dcmi *s, const DcmiShape *shape, uint64_t base);
/* SR, but for FNE. */
uint32_t dcmi_levels(const Dcmi *s);

/* What an embedded code says, by ESCR and ESUR. */
bool dcmi_is_frame_start(const Dcmi *s, uint8_t code);
bool dcmi_is_frame_end(const Dcmi *s, uint8_t code);
bool dcmi_is_line_start(const Dcmi *s, uint8_t code);
bool dcmi_is_line_end(const Dcmi *s, uint8_t code);

/* ---- fifo.c ---- */

void dcmi_fifo_clear(Dcmi *s);
uint32_t dcmi_fifo_pop(Dcmi *s);
/* Ask the DMA's stream what it could take; dcmi_lane_end(): what it has got is in memory. */
void dcmi_lane_begin(Dcmi *s);
void dcmi_lane_end(Dcmi *s);
/* An item of the data lines; false: there was no room for the word it completed. */
bool dcmi_take(Dcmi *s, uint16_t item);
/* The end of a JPEG: the rest of its last word is 0. */
bool dcmi_pad(Dcmi *s);
/* Words that come before somebody is told of one; 0: of the next. */
unsigned dcmi_quiet_words(Dcmi *s);

/* ---- capture.c ---- */

/* Do what is due by now. */
void dcmi_catch_up(Dcmi *s);
/* CAPTURE has been set, or it has been cleared. */
void dcmi_begin(Dcmi *s);
void dcmi_end(Dcmi *s);
/* The interface has been switched on or off, or the camera is another: what was under way is lost. */
void dcmi_restart(Dcmi *s);

/* A frame begins, of which one in 1, 2 or 4 is captured; it ends; a word is lost. */
void dcmi_frame_begins(Dcmi *s);
void dcmi_frame_ends(Dcmi *s);
void dcmi_overrun(Dcmi *s);

/* ---- sample.c ---- */

extern const VMStateDescription dcmi_sampled_vmstate;
void dcmi_sample_init(Dcmi *s);
/* A camera has been plugged in. */
void dcmi_sample_no_more(Dcmi *s);
/* Registers may be others. */
void dcmi_sample(Dcmi *s);
/* CAPTURE has been set. */
void dcmi_sample_begins(Dcmi *s);

/* ---- told.c ---- */

/* The next tick at which somebody is told something. */
uint64_t dcmi_told(Dcmi *s);
/* The next at which CR or a flag may change. */
uint64_t dcmi_changes(Dcmi *s);

/* ---- draw.c ---- */

void dcmi_draw_init(Dcmi *s);
/* The camera sends, or it does not: let the pins show it. */
void dcmi_draw(Dcmi *s);
/* It is going to change: up to now they have shown what they were. */
void dcmi_undraw(Dcmi *s);

/* ---- check.c ---- */

/* CAPTURE has been set. */
void dcmi_check(Dcmi *s);

#endif
