/*
 * What the parts of an I2C share.  From the bottom up: bytes and addresses (data.c, address.c), the
 * bus and its picture (bus.c, draw.c), slave and master (slave.c, begin.c, master.c), SMBus's time
 * limits (smbus.c), what is heard on the lines (lines.c), registers (registers.c), outputs and the
 * device (i2c.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_I2C_STATE_H
#define STM32_PERIPHERALS_I2C_STATE_H

#define REGS "stm32/regs/i2c.h"
#include "stm32/core/periph.h"
#include "stm32/core/pins/i2c_bits.h"
#include "stm32/core/pins/i2c_parts.h"
#include "stm32/core/pins/shifter.h"

#define I2C_GRACE_NS (20 * SCALE_MS)

/* What a master does; the shifter's phase. */
typedef enum MasterPhase {
    MASTER_OFF,
    MASTER_HOLDS,           /* SCL is low until the software says how to go on */
    MASTER_START, MASTER_ADDRESS, MASTER_WRITE, MASTER_READ, MASTER_STOP,
} MasterPhase;

typedef enum SlavePhase {
    SLAVE_OFF,
    SLAVE_LISTENS,          /* START: an address follows */
    SLAVE_HEADER,           /* the first of the 10 bits of an address were ours */
    SLAVE_ADDRESSED,
} SlavePhase;

/* The byte that goes on for a slave. */
typedef enum SlaveByte { BYTE_NONE, BYTE_HEADER, BYTE_ADDRESS, BYTE_IN, BYTE_OUT } SlaveByte;

typedef struct I2c {
    Periph parent_obj;
    I2cParts parts;
    Line irq_ev, irq_er, dma_rx, dma_tx;
    Signal scl, sda, smba;

    uint32_t seen;                  /* SR1 as read last: half of what clears some flags */
    bool talk;                      /* between START and STOP, of anybody */
    bool sda_low, smba_low;         /* levels as told last */
    bool stuck;                     /* a line was low, and no STOP has been since */
    uint8_t in;                     /* the byte that comes in ... */
    bool ack;                       /* ... or whether that which goes out is acknowledged */
    bool full;                      /* the shift register holds a byte that has no room in DR: */
    uint8_t second;

    /* what a master has at the pins, see draw.c */
    uint32_t drawn;                 /* MasterPhase; MASTER_OFF: lines released */
    int64_t drawn_at;               /* virtual ns: since then, */
    uint64_t drawn_bit;             /* ... and time for a bit */
    uint8_t drawn_byte;             /* what is on SDA in a byte, */
    bool drawn_ack;                 /* ... and how that is answered */
    bool drawn_sda, drawn_scl;      /* levels before */
    Picture scl_picture, sda_picture;

    I2cBits bits;                   /* of a master made of GPIOs, */
    bool by_bits;                   /* ... who has sent the last START */

    /* the byte under way, for what the outside world does to the lines meanwhile */
    int64_t byte_begin;             /* virtual ns; 0: none */
    uint64_t byte_bit;              /* time for a bit, 2^-32 ns */
    int low_from;                   /* SDA is held low since before this bit; -1: it is not */

    Shifter shift;                  /* a master's events, counted in PCLK1; its word goes out */
    uint32_t waits;                 /* slaves that stretch the clock */
    bool nacked;                    /* only STOP or START can follow */
    bool second_address;            /* of 10 bits: the first byte has gone */
    bool starts;                    /* SB is about to be served: DR is the address */
    bool sends_pec;
    bool read_first;                /* the next byte is the first after the address */
    bool end_ack;                   /* with POS: how the next byte is answered */
    bool awaits_dma, dma_last;      /* LAST: the end of a byte waits for what DMA says of it */
    int64_t free_at;                /* ns: the bus is free again since somebody's STOP */
    int64_t grace;                  /* ns: until then the end of a byte waits to be served; 0: no */

    uint32_t slave, slave_byte;     /* SlavePhase, SlaveByte */
    int64_t slave_end;              /* ns: when the byte ends that another clocks */
    uint32_t match;                 /* flags of SR2 that the address under way brings */
    bool match_read, match_alert;
    bool chosen_10;                 /* addressed with 10 bits since START: R may follow */
    bool loaded;                    /* its next byte is in the shift register */
    bool let_go;                    /* NACK was sent or got: nothing more until START */
    bool held;                      /* lets the master wait with this event */
    uint32_t held_event;
    int64_t patience;               /* ns: ... until then at most, if only for the host's sake */
    uint8_t held_data;
    uint64_t held_bit;
    QEMUTimer *slave_timer;

    int64_t low_since;              /* ns: SCL is kept low since; 0: it is not */
    int64_t extended;               /* ns a slave has stretched since START */
    uint8_t nobody;                 /* what was written to DR last for an address that nobody has; for a report only */
    int64_t start_set, busy_since;  /* ns: CR1.START has been set, SR2.BUSY is 1; for a report only */
    QEMUTimer *low_timer;
} I2c;

#define I2C(obj) ((I2c *)(obj))

/* Set @flags of SR1: half of what clears some has not been done yet. */
static inline void i2c_set(I2c *s, uint32_t flags)
{
    s->parent_obj.regs[R_SR1] |= flags;
    s->seen &= ~flags;
}

static inline bool i2c_is_master(const I2c *s)
{
    return s->shift.phase != MASTER_OFF;
}

static inline bool i2c_is_addressed(const I2c *s)
{
    return s->slave == SLAVE_ADDRESSED || s->slave_byte != BYTE_NONE;
}

static inline bool i2c_is_idle(const I2c *s)
{
    return !i2c_is_master(s) && !i2c_is_addressed(s);
}

static inline int64_t i2c_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- data.c ---- */

/* A byte has come in: into DR, or to wait in the shift register. */
void i2c_received(I2c *s, uint8_t byte);
/* What DR holds goes to the shift register. */
uint8_t i2c_take_dr(I2c *s);
/* START and repeated START, STOP: flags that they clear (RM0090 27.6.6, 27.6.7). */
void i2c_clear_transfer(I2c *s);
void i2c_pec_add(I2c *s, uint8_t byte);
/* A byte that is the PEC has come: is it right? */
void i2c_pec_check(I2c *s, uint8_t byte);
static inline uint8_t i2c_pec(const I2c *s)
{
    return reg_get(s, SR2, PEC);
}
/* Is the byte that a master reads the PEC? */
bool i2c_reads_pec(const I2c *s);
/* How will the byte be answered that is being read, as things stand? */
bool i2c_master_will_ack(const I2c *s);

/* ---- address.c ---- */

bool i2c_has_10_bits(const I2c *s);
uint32_t i2c_own_address(const I2c *s);
/* Is the byte after a START ours?  `match` is what SR2 will say of it. */
bool i2c_matches(I2c *s, uint8_t byte);

/* ---- bus.c ---- */

/* SCL periods, in ticks of PCLK1. */
unsigned i2c_bit_ticks(const I2c *s);
/* The same in units of 2^-32 ns. */
uint64_t i2c_bit(const I2c *s);
bool i2c_line(const I2c *s, const Signal *line);
/* May a START be sent? */
bool i2c_bus_is_free(const I2c *s);
/* Report what keeps this I2C from reaching anybody. */
void i2c_check_bus(I2c *s);
/* Let all others hear @event; their answers are in the result. */
I2cFrame i2c_say(I2c *s, I2cEvent event, uint8_t data);
/* A byte begins now, and lasts 9 bits of @bit. */
void i2c_byte_begins(I2c *s, uint64_t bit);
/* Is a 1 of @word in its bits from @first up to and without @end? */
bool i2c_has_one(uint8_t word, unsigned first, unsigned end);
/*
 * It has ended.  Was SDA low although this chip let it be high, in a bit of @word?  `ninth` tells
 * of the acknowledge.
 */
bool i2c_byte_was_pulled(I2c *s, uint8_t word, bool *ninth);

/* ---- draw.c ---- */

/*
 * The master begins what its shifter's phase says: of a byte all is known by now, but how a read
 * ends.
 */
void i2c_draw(I2c *s);
/* Drive SCL and SDA. */
void i2c_draw_update(I2c *s);

/* ---- slave.c ---- */

void i2c_slave_heard(I2c *s, I2cFrame *f);
void i2c_slave_run(I2c *s);
void i2c_slave_expired(void *opaque);
/* Does it keep SCL low? */
bool i2c_slave_stretches(const I2c *s);
/* Lines released: nothing more until START. */
void i2c_slave_off(I2c *s);
/* A misplaced START or STOP. */
void i2c_slave_bus_error(I2c *s, bool start);

/* ---- begin.c ---- */

void i2c_begin_start(I2c *s, bool follows);
/* SCL is let go: what could not begin before begins. */
void i2c_begin_at_last(I2c *s);
/* SCL is low: what is next? */
void i2c_go_on(I2c *s, bool follows);

/* ---- master.c ---- */

void i2c_master_run(I2c *s);
void i2c_master_expired(void *opaque);
int64_t i2c_master_when(const I2c *s);
/* A slave that has stretched goes on. */
void i2c_master_answered(I2c *s, const I2cFrame *f);
/* DMA has taken a byte. */
void i2c_master_dma_done(I2c *s);
/* The arbitration is lost. */
void i2c_master_lost(I2c *s);

/* ---- smbus.c ---- */

void i2c_smbus_run(I2c *s);
void i2c_smbus_init(I2c *s);

/* ---- lines.c ---- */

void i2c_lines_init(I2c *s);

/* ---- registers.c ---- */

extern const RegOps i2c_ops[R_TRISE + 1];

#endif
