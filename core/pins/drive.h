/*
 * What a pin is driven with: a level, a pull, a square wave, a voltage, a signal generator, the
 * picture of a frame.  All that follows from the time is computed when it is asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_DRIVE_H
#define STM32_CORE_PINS_DRIVE_H

#include "qemu/timer.h"
#include "migration/vmstate.h"

#define DRIVE_VDD_MV 3000       /* the board's supply: 3 V */
#define DRIVE_VDD_UV (DRIVE_VDD_MV * 1000)
/* Edges that follow each other faster are delivered in bunches: nobody could serve them. */
#define DRIVE_MIN_EDGE_NS 1000

typedef enum DriveKind {
    DRIVE_NONE,                 /* high impedance */
    DRIVE_PULL_DOWN,
    DRIVE_PULL_UP,
    DRIVE_LOW,
    DRIVE_HIGH,
    DRIVE_WAVE,                 /* between low and high, strong */
    DRIVE_ANALOG,               /* a voltage */
    DRIVE_SOURCE,               /* a voltage that follows from the time: a signal generator */
    DRIVE_PICTURE,              /* of a frame: levels in a row, then one that stays */
} DriveKind;

/* A signal generator: no event a sample, it is asked what it is at a time. */
typedef struct AnalogSource {
    int (*uv)(struct AnalogSource *source, int64_t ns);
    int64_t step;               /* ns: how often to look for edges if somebody listens */
    /* Optional, of one that knows: when after @ns it may have another level; INT64_MAX: never. */
    int64_t (*next)(struct AnalogSource *source, int64_t ns);
} AnalogSource;

/*
 * What a frame looks like: bits one after the other.  It belongs to who draws it, by signal_show()
 * or pin_show() whenever a frame begins.
 */
typedef struct Picture {
    int64_t start;              /* virtual ns at which the first bit begins, or the rest; 0: when it is drawn */
    uint64_t period, high;      /* of two bits, and of the first of them, units of 2^-32 ns */
    uint64_t bits;              /* bit 0 is first */
    uint8_t count;              /* up to 64 */
    bool rest;                  /* the level before and after them */
    bool heard, watched;        /* somebody listens, or even to its edges: parties.c's */
} Picture;

typedef struct Drive {
    uint32_t kind;              /* DriveKind */
    bool weak;                  /* through a resistor: loses to all that are not, and no pulls */
    union {
        int uv;                 /* DRIVE_ANALOG, microvolts */
        bool floats;            /* DRIVE_PICTURE: a 1 is high impedance, open drain */
    };
    int64_t start;              /* DRIVE_WAVE: virtual ns at which it rises first, */
    uint64_t period, high;      /* ... period and high time, units of 2^-32 ns */
    union {
        AnalogSource *source;   /* DRIVE_SOURCE */
        Picture *picture;       /* DRIVE_PICTURE */
    };
} Drive;

#define DRIVE(kind_) ((Drive) { .kind = DRIVE_##kind_ })
#define DRIVE_LEVEL(level) ((Drive) { .kind = (level) ? DRIVE_HIGH : DRIVE_LOW })
#define DRIVE_OF(picture_) ((Drive) { .kind = DRIVE_PICTURE, .picture = (picture_) })

/* @count levels of @bits from @start on, each for @bit (units of 2^-32 ns), then @rest. */
static inline Picture picture_bits(int64_t start, uint64_t bit, uint64_t bits, unsigned count,
                                   bool rest)
{
    return (Picture) { .start = start, .period = 2 * bit, .high = bit, .bits = bits,
                       .count = count, .rest = rest };
}

/* Nothing but @level. */
static inline Picture picture_rest(bool level)
{
    return (Picture) { .period = 2, .high = 1, .rest = level };
}

bool drive_equals(const Drive *a, const Drive *b);

/* Virtual ns. */
static inline int64_t drive_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

bool drive_is_strong(const Drive *d);
/* Who is greater wins: nothing, pulls down and up, what comes through a resistor, outputs. */
unsigned drive_rank(const Drive *d);
/* The level now, or at the time @ns; nothing is low. */
bool drive_level(const Drive *d);
bool drive_level_at(const Drive *d, int64_t ns);
/* Microvolts of @d at the time @ns, with a supply of @supply. */
int drive_uv(const Drive *d, int64_t ns, int supply);
/* The same with a picture at rest. */
Drive drive_at_rest(const Drive *d);

/* ---- Square waves: their edges are counted from 1, the odd ones rise ---- */

/* The edges until @ns; when edge @n is seen. */
uint64_t wave_edges(const Drive *d, int64_t ns);
int64_t wave_edge_ns(const Drive *d, uint64_t n);
/* Is there more than one edge between two deliveries? */
bool wave_is_fast(const Drive *d);
/* The next delivery after @now. */
int64_t wave_next_delivery(const Drive *d, int64_t now);
/* Of a fast one: the time up to which edges have been delivered by @now. */
int64_t wave_last_delivery(const Drive *d, int64_t now);

/* ---- Pictures ---- */

bool picture_equals(const Picture *a, const Picture *b);
/* When bit @n begins; that of `count` is when the rest does. */
int64_t picture_bit_ns(const Picture *p, unsigned n);
/* Bits that have begun by @ns; more than there are: it is at rest.  The level when @begun have. */
unsigned picture_begun(const Picture *p, int64_t ns);
bool picture_level_after(const Picture *p, unsigned begun);
/* Are its bits so short that their edges are delivered in bunches? */
bool picture_is_short(const Picture *p);

/* Of who can't draw it anew from other state. */
extern const VMStateDescription vmstate_picture;
#define VMSTATE_PICTURE(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_picture, Picture)

#endif
