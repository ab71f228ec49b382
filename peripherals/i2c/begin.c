/*
 * What a master of I2C begins (RM0090 27.3.3): START, bytes, STOP, each for the time that CCR gives
 * its bits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

#define BYTE_BITS 9

static bool is_byte(MasterPhase phase)
{
    return phase >= MASTER_ADDRESS && phase <= MASTER_READ;
}

static bool is_receiver(const I2c *s)
{
    return !reg_get(s, SR2, TRA);
}

static void begin(I2c *s, MasterPhase phase, unsigned bits, bool follows)
{
    unsigned ticks = bits * i2c_bit_ticks(s);

    shifter_begin(&s->shift, phase, ticks, ticks, follows);
}

/* Of what slaves still let wait nothing shows. */
static void draw(I2c *s)
{
    if (!s->waits) {
        i2c_draw(s);
    }
}

void i2c_begin_start(I2c *s, bool follows)
{
    s->stuck = false;
    begin(s, MASTER_START, 1, follows);
    if (!s->talk) {
        reg_set(s, SR2, PEC, 0);
    }
    i2c_slave_off(s);
    s->waits = i2c_say(s, I2C_EVENT_START, 0).waits;
    s->talk = true;
    draw(s);
}

/* Who looks for parts tries one address after the other. */
static void check_unshifted(I2c *s, const I2cFrame *f)
{
    if (f->ack || f->waits) {
        return;
    }
    if (f->unshifted && s->nobody != f->data - 2) {
        periph_mistake(&s->parent_obj, I2C014, "DR written 0x%02x, which is address 0x%02x: nobody has it, but a part has "
                       "0x%02x, which is 0x%02x in DR; shift it left by one (HAL_I2C_... takes it so, too)",
                       f->data, f->data >> 1, f->unshifted, f->unshifted << 1 | (f->data & 1));
    }
    s->nobody = f->data;
}

static void begin_byte(I2c *s, MasterPhase phase, bool follows)
{
    I2cEvent event = phase == MASTER_ADDRESS ? I2C_EVENT_ADDRESS
                     : phase == MASTER_WRITE ? I2C_EVENT_WRITE : I2C_EVENT_READ;
    I2cFrame f;

    begin(s, phase, BYTE_BITS, follows);
    f = i2c_say(s, event, event == I2C_EVENT_READ ? 0xff : s->shift.word);
    s->waits = f.waits;
    s->ack = f.ack;
    s->in = f.data;
    if (phase == MASTER_ADDRESS) {
        check_unshifted(s, &f);
    }
    i2c_byte_begins(s, f.bit);
    draw(s);
}

void i2c_begin_at_last(I2c *s)
{
    MasterPhase phase = s->shift.phase;
    uint8_t word = s->shift.word;

    shifter_reset(&s->shift);
    s->shift.word = word;
    if (is_byte(phase)) {
        begin(s, phase, BYTE_BITS, false);
        i2c_byte_begins(s, i2c_bit(s));
    } else {
        begin(s, phase, 1, false);
    }
    i2c_draw(s);
}

static void begin_write(I2c *s, bool follows)
{
    s->sends_pec = reg_get(s, SR1, TXE);
    s->shift.word = s->sends_pec ? i2c_pec(s) : i2c_take_dr(s);
    begin_byte(s, MASTER_WRITE, follows);
}

void i2c_go_on(I2c *s, bool follows)
{
    bool pec = reg_get(s, CR1, PEC) && reg_get(s, CR1, ENPEC);

    s->shift.phase = MASTER_HOLDS;
    if (s->starts) {
        s->starts = false;
        s->shift.word = s->parent_obj.regs[R_DR];
        begin_byte(s, MASTER_ADDRESS, follows);
    } else if (reg_get(s, SR1, ADDR)) {
        return;
    } else if (s->read_first && !s->nacked) {   /* STOP is for after it */
        s->read_first = false;
        begin_byte(s, MASTER_READ, follows);
    } else if (reg_get(s, CR1, STOP)) {
        begin(s, MASTER_STOP, 1, follows);
        draw(s);
    } else if (reg_get(s, CR1, START)) {
        i2c_begin_start(s, follows);
    } else if (s->nacked || reg_get(s, SR1, SB) || reg_get(s, SR1, ADD10)) {
        return;
    } else if (is_receiver(s)) {
        if (!s->full) {
            begin_byte(s, MASTER_READ, follows);
        }
    } else if (!reg_get(s, SR1, TXE) || pec) {
        begin_write(s, follows);
    }
}
