/*
 * Sampler: the bits of a frame as they are on a line, whoever drives that: a jumper from another output,
 * a pull resistor, a square wave, a person.
 *
 * It costs no event a bit: what drives the line is asked what it was at the sampling edges, when that
 * changes and when the frame ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_SAMPLER_H
#define STM32_CORE_PINS_SAMPLER_H

#include "stm32/core/pins/pin.h"

typedef struct Sampler {
    Signal *line;               /* NULL: none, which reads 0 */
    PinFollower follower;
    Drive drive;                /* what the line has been driven with since it was looked at last */
    const Picture *drawn;       /* ... and that it is this picture, */
    Picture picture;            /* ... as it was */
    int64_t start;              /* virtual ns at which the frame begins */
    uint64_t bit;               /* time for a bit, units of 2^-32 ns; sampled in its middle */
    uint32_t in;                /* the first bit uppermost */
    uint8_t bits, count;        /* of the frame (0: none goes on), and sampled */
} Sampler;

/* A frame of up to 32 @bits begins at @start on @line, or on none. */
void sampler_begin(Sampler *s, Signal *line, int64_t start, uint64_t bit, unsigned bits);
/* It has ended: its bits. */
uint32_t sampler_end(Sampler *s);
/* It is given up. */
void sampler_stop(Sampler *s);

static inline bool sampler_goes_on(const Sampler *s)
{
    return s->bits;
}

/* After a snapshot has been loaded: this is the line. */
void sampler_loaded(Sampler *s, Signal *line);

extern const VMStateDescription vmstate_sampler;
#define VMSTATE_SAMPLER(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_sampler, Sampler)

#endif
