/*
 * What a master of I2C has at its pins: pictures of START, bytes and STOP, each drawn when it begins.  The
 * master draws for all: it knows by then what slaves answer.  Between them SCL is low.
 *
 * SDA changes a quarter of a bit after SCL has fallen.  Others who hear frames do not look at pictures: a
 * line that is low for them was pulled low by somebody else.
 *
 * Deliberately different: with DMA and LAST the acknowledge of the last byte that is read shows as ACK,
 * who knows better serves it later.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

#define QUARTERS (4 * 9 + 1)

/* A row of @bits of an open drain, the first is bit 0; that is one n-th of a bit of the bus. */
static Picture row(const I2c *s, unsigned n, uint64_t bits, unsigned count, bool rest)
{
    Picture p = picture_bits(s->drawn_at, s->drawn_bit / n, bits, count, rest);

    p.period = s->drawn_bit * 2 / n;
    return p;
}

/* SCL of a byte: low, then high, nine times (RM0090 27.6.8). */
static Picture draw_clock(const I2c *s)
{
    Picture p = row(s, 2, 0x2aaaa, 18, false);

    p.high = !reg_get(s, CCR, FS) ? p.period / 2
             : reg_get(s, CCR, DUTY) ? p.period / 25 * 16 : p.period / 3 * 2;
    return p;
}

/* SDA of a byte; after it who has answered lets go. */
static Picture draw_byte(const I2c *s)
{
    bool reads = s->shift.phase == MASTER_READ && s->drawn == MASTER_READ;
    bool ack = reads ? i2c_master_will_ack(s) : s->drawn_ack;
    unsigned nine = s->drawn_byte << 1 | !ack;
    uint64_t bits = s->drawn_sda;

    for (unsigned i = 0; i < 9; i++) {
        bits |= (uint64_t)(nine >> (8 - i) & 1 ? 0xf : 0) << (1 + 4 * i);
    }
    return row(s, 4, bits, QUARTERS, true);
}

/* Had the byte drawn before come to rest when a new phase began at @ns?  It lasts a little longer. */
static bool has_rested(const I2c *s, int64_t ns)
{
    return s->drawn != MASTER_START &&
           ns - s->drawn_at >= (int64_t)((s->drawn_bit / 4 * QUARTERS) >> 32);
}

void i2c_draw(I2c *s)
{
    int64_t ns = counter_time(&s->shift.ticks, s->shift.begin);

    s->drawn_scl = s->drawn == MASTER_OFF || s->drawn == MASTER_STOP;
    s->drawn_sda = s->drawn_scl || has_rested(s, ns) ||
                   (s->drawn != MASTER_START && !s->drawn_ack);
    s->drawn = s->shift.phase;
    s->drawn_at = ns;
    s->drawn_bit = i2c_bit(s);
    s->drawn_byte = s->drawn == MASTER_READ ? s->in : s->shift.word;
    s->drawn_ack = s->ack;
}

/* A repeated START lets both go first, SDA while SCL is low. */
static Picture draw_sda(const I2c *s)
{
    switch (s->drawn) {
    case MASTER_START:
        return row(s, 8, s->drawn_scl ? 0 : 0x1e | s->drawn_sda, 8, false);
    case MASTER_STOP:
        return row(s, 8, s->drawn_sda ? 0xc3 : 0xc0, 8, true);
    default:
        return draw_byte(s);
    }
}

static Picture draw_scl(const I2c *s)
{
    switch (s->drawn) {
    case MASTER_START:
        return row(s, 8, s->drawn_scl ? 0x0f : 0x78, 8, false);
    case MASTER_STOP:
        return row(s, 8, 0xf0, 8, true);
    default:
        return draw_clock(s);
    }
}

static Drive open_drain(Picture *picture)
{
    return (Drive) { .kind = DRIVE_PICTURE, .picture = picture, .floats = true };
}

void i2c_draw_update(I2c *s)
{
    if (!i2c_is_master(s)) {
        s->drawn = MASTER_OFF;
    }
    if (s->drawn == MASTER_OFF || s->drawn_bit < 64) {
        /* open drain lets go, but for a master made of GPIOs */
        signal_drive(&s->scl, DRIVE_LEVEL(!s->bits.pulls_scl));
        signal_drive(&s->sda, DRIVE_LEVEL(!s->bits.pulls_sda));
        return;
    }
    signal_show(&s->scl, &s->scl_picture, draw_scl(s));
    signal_show(&s->sda, &s->sda_picture, draw_sda(s));
    signal_drive(&s->scl, open_drain(&s->scl_picture));
    signal_drive(&s->sda, open_drain(&s->sda_picture));
}
