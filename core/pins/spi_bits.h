/*
 * A word of SPI made of single bits: for slaves whose clock is not a controller's but real levels, say
 * of a GPIO, or a controller's with frames of another length.  The owner knows which edge of SCK samples,
 * and which shifts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_SPI_BITS_H
#define STM32_CORE_PINS_SPI_BITS_H

#include "stm32/core/pins/pin.h"

typedef struct SpiBits {
    uint32_t in, out;       /* the bit first on the line uppermost of `width` */
    uint8_t width, count;   /* of the word, and how many bits of it have been sampled */
} SpiBits;

/* The bit that goes out while the next is sampled. */
static inline bool spi_bits_out(const SpiBits *b)
{
    return b->out >> (b->width - 1 - b->count) & 1;
}

/* A bit comes in.  Is the word complete?  Then `in` is it. */
static inline bool spi_bits_sample(SpiBits *b, bool level)
{
    b->in = (b->count ? b->in << 1 : 0) | level;
    b->count = (b->count + 1) % b->width;
    return !b->count;
}

/* The next @n bits to go out, the first uppermost. */
static inline uint32_t spi_bits_next(const SpiBits *b, unsigned n)
{
    return b->out >> (b->width - b->count - n) & MAKE_64BIT_MASK(0, n);
}

/* @n bits come in, no more than there is room for.  Is the word complete? */
static inline bool spi_bits_take(SpiBits *b, uint32_t in, unsigned n)
{
    b->in = (b->count ? b->in << n : 0) | (in & MAKE_64BIT_MASK(0, n));
    b->count = (b->count + n) % b->width;
    return !b->count;
}

/*
 * May a level that has just come at SCK be an edge of that?  It is none if a controller has only begun
 * to drive the line, or let go of it: that one's frames are heard whole.
 */
static inline bool spi_bits_is_edge(Pin *sck)
{
    uint32_t kind = sck ? pin_state(sck).kind : DRIVE_NONE;

    return kind == DRIVE_LOW || kind == DRIVE_HIGH;
}

extern const VMStateDescription vmstate_spi_bits;
#define VMSTATE_SPI_BITS(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_spi_bits, SpiBits)

#endif
