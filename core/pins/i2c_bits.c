/*
 * Single bits of I2C, see i2c_bits.h.
 *
 * Data is sampled when SCL rises; all else happens when it falls, so that SDA changes only while it is
 * low.  A byte's event is sent when its eighth bit is over, that of a read before its first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/pins/i2c_bits.h"

static void pull(I2cBits *b, bool scl, bool sda)
{
    if (b->pulls_scl != scl || b->pulls_sda != sda) {
        b->pulls_scl = scl;
        b->pulls_sda = sda;
        b->pull(b->opaque);
    }
}

static I2cFrame say(I2cBits *b, I2cEvent event, uint8_t data)
{
    I2cFrame f = { .frame.bus = FRAME_I2C, .event = event, .data = data, .bit = b->bit };

    b->hear(b->opaque, &f);
    return f;
}

/* @event has its answer, or SCL stays low until it has. */
static void answered(I2cBits *b, const I2cFrame *f)
{
    b->waits = f->waits;
    b->ack = f->ack;
    if (b->event == I2C_EVENT_READ) {
        b->byte = f->data;
        b->bits = 0;
        pull(b, b->waits, !b->waits && !(b->byte & 0x80));
    } else {
        b->bits = 9;
        pull(b, b->waits, !b->waits && b->ack);
    }
}

void i2c_bits_answer(I2cBits *b, bool ack, uint8_t data)
{
    I2cFrame f = { .ack = ack, .data = data };

    if (b->waits) {
        answered(b, &f);
    }
}

static void begin_byte(I2cBits *b, I2cEvent event)
{
    b->event = event;
    b->byte = b->bits = 0;
    if (event == I2C_EVENT_READ) {
        I2cFrame f = say(b, event, 0xff);

        answered(b, &f);
    } else {
        pull(b, false, false);
    }
}

/* The acknowledge of a byte is over: what follows? */
static void end_byte(I2cBits *b)
{
    if (b->event == I2C_EVENT_READ) {
        say(b, b->ack ? I2C_EVENT_ACK : I2C_EVENT_NACK, 0);
        if (b->ack) {
            begin_byte(b, I2C_EVENT_READ);
            return;
        }
    } else if (b->ack) {
        bool header = b->event == I2C_EVENT_ADDRESS && (b->byte & 0xf9) == 0xf0;

        begin_byte(b, header ? I2C_EVENT_ADDRESS
                      : b->event == I2C_EVENT_ADDRESS && b->byte & 1 ? I2C_EVENT_READ
                      : I2C_EVENT_WRITE);
        return;
    }
    b->event = I2C_EVENT_STOP;
    pull(b, false, false);
}

/* A master may pause between bits: the shortest time is that of a bit. */
static void measure(I2cBits *b)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (b->rose >= 0) {
        uint64_t bit = MIN((uint64_t)(now - b->rose), 1000000) << 32;

        b->bit = b->bit ? MIN(b->bit, bit) : bit;
    }
    b->rose = now;
}

static void forget_time(I2cBits *b)
{
    b->rose = -1;
    b->bit = 0;
}

static void scl_rises(I2cBits *b)
{
    measure(b);
    if (b->bits < 8) {
        b->byte = b->event == I2C_EVENT_READ ? b->byte : b->byte << 1 | b->sda;
        b->bits++;
    } else if (b->event == I2C_EVENT_READ && b->bits == 8) {
        b->ack = !b->sda;
        b->bits = 9;
    }
}

static void scl_falls(I2cBits *b)
{
    if (b->bits == 9) {
        end_byte(b);
    } else if (b->event == I2C_EVENT_READ) {
        pull(b, false, b->bits < 8 && !(b->byte >> (7 - b->bits) & 1));
    } else if (b->bits == 8) {
        I2cFrame f = say(b, b->event, b->byte);

        answered(b, &f);
    }
}

/* SDA changes while SCL is high. */
static void start_or_stop(I2cBits *b, bool stop)
{
    say(b, stop ? I2C_EVENT_STOP : I2C_EVENT_START, 0);
    forget_time(b);
    b->waits = false;
    b->event = stop ? I2C_EVENT_STOP : I2C_EVENT_ADDRESS;
    b->byte = b->bits = 0;
    pull(b, false, false);
}

void i2c_bits_reset(I2cBits *b)
{
    b->event = I2C_EVENT_STOP;
    b->byte = b->bits = 0;
    b->waits = false;
    forget_time(b);
    pull(b, false, false);
}

void i2c_bits_levels(I2cBits *b, bool scl, bool sda, bool other)
{
    bool was_scl = b->scl, was_sda = b->sda;

    b->scl = scl;
    b->sda = sda;
    if (other) {
        i2c_bits_reset(b);
    } else if (scl && was_scl && sda != was_sda) {
        start_or_stop(b, sda);
    } else if (b->event == I2C_EVENT_STOP || b->waits) {
        return;
    } else if (scl && !was_scl) {
        scl_rises(b);
    } else if (!scl && was_scl) {
        scl_falls(b);
    }
}

static bool is_sane(void *opaque, int version_id)
{
    I2cBits *b = opaque;

    return b->event <= I2C_EVENT_STOP && b->bits <= 9;
}

const VMStateDescription vmstate_i2c_bits = {
    .name = "stm32-i2c-bits", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(scl, I2cBits),
        VMSTATE_BOOL(sda, I2cBits),
        VMSTATE_BOOL(pulls_scl, I2cBits),
        VMSTATE_BOOL(pulls_sda, I2cBits),
        VMSTATE_UINT32(event, I2cBits),
        VMSTATE_UINT8(byte, I2cBits),
        VMSTATE_UINT8(bits, I2cBits),
        VMSTATE_BOOL(ack, I2cBits),
        VMSTATE_BOOL(waits, I2cBits),
        VMSTATE_INT64(rose, I2cBits),
        VMSTATE_UINT64(bit, I2cBits),
        VMSTATE_VALIDATE("what goes on is possible", is_sane),
        VMSTATE_END_OF_LIST()
    },
};
