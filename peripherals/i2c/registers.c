/*
 * The registers of an I2C: what reading and writing them does (RM0090 27.6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

/* Do at once what is due: a guest that polls need not wait until QEMU's main loop has time. */
static void catch_up(I2c *s)
{
    if (s->slave_end && i2c_now() >= s->slave_end) {
        i2c_slave_expired(s);
    }
    if (shifter_is_late(&s->shift)) {
        i2c_master_expired(s);
    }
}

static uint32_t read_caught_up(Periph *p, unsigned n)
{
    catch_up(I2C(p));
    return p->regs[n];
}

static int64_t holds(Periph *p, unsigned n)
{
    I2c *s = I2C(p);

    return MIN(i2c_master_when(s), s->slave_end ?: INT64_MAX);
}

#define START_NS (10 * SCALE_MS)        /* until a START that waits is not just for the transfer before */

static void check_start(void *opaque)
{
    I2c *s = opaque;

    int64_t left = s->start_set + START_NS - i2c_now();

    catch_up(s);
    if (!reg_get(s, CR1, PE) || !reg_get(s, CR1, START) || !reg_get(s, SR2, BUSY) || reg_get(s, SR2, MSL)) {
        return;
    }
    if (left > 0) {                     /* it is another START than the one this look was meant for */
        mistake_later(check_start, s, left);
    } else {
        bool scl = !i2c_line(s, &s->scl), sda = !i2c_line(s, &s->sda);

        periph_mistake(&s->parent_obj, I2C013, "START waits for 10 ms by now, for SR2.BUSY to be 0, which it has been 1 since "
                       "%.6f s, %.3f ms before START: %s", s->busy_since / 1e9, (s->start_set - s->busy_since) / 1e6,
                       scl && sda ? "SCL and SDA are low" : scl ? "SCL is low" : sda ? "SDA is low"
                       : s->talk ? "somebody else has the bus, and has made no STOP" : "a line was low, and no STOP came since");
    }
}

static void cr1_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    I2c *s = I2C(p);
    uint32_t set = p->regs[n] & ~was, lost = R_CR1_START_MASK | R_CR1_STOP_MASK | R_CR1_ACK_MASK;

    if (s->seen & R_SR1_STOPF_MASK) {
        reg_set(s, SR1, STOPF, 0);
        s->seen &= ~R_SR1_STOPF_MASK;
    }
    if (!reg_get(s, CR1, PE) && set & lost && i2c_is_idle(s)) {
        periph_mistake(p, I2C008, "START, STOP or ACK set while PE is 0: it is cleared at once");
    }
    if (was & ~p->regs[n] & R_CR1_PE_MASK && !i2c_is_idle(s)) {
        periph_mistake(p, I2C009, "PE cleared in the middle of a transfer: it goes on, and keeps the bus");
    }
    if (set & R_CR1_START_MASK && reg_get(s, CR1, PE)) {
        i2c_check_bus(s);
        s->start_set = i2c_now();
        mistake_later(check_start, s, START_NS);
    }
}

static void timing_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] != was && reg_get(I2C(p), CR1, PE)) {
        periph_mistake(p, I2C010, "%s changed while PE is 1", p->reg[n].name);
    }
}

static void dr_was_read(Periph *p, unsigned n, uint32_t value)
{
    I2c *s = I2C(p);

    reg_set(s, SR1, BTF, 0);
    if (s->full) {
        s->full = false;
        p->regs[R_DR] = s->second;
    } else {
        reg_set(s, SR1, RXNE, 0);
    }
    periph_update(p);
}

/* Of an address SR1 has to have been read before (EV5, EV9). */
static void dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    I2c *s = I2C(p);
    uint32_t asked = p->regs[R_SR1] & (R_SR1_SB_MASK | R_SR1_ADD10_MASK);
    uint8_t byte = p->regs[n];

    p->regs[n] = was;
    catch_up(s);
    p->regs[n] = byte;
    if (asked & s->seen) {
        p->regs[R_SR1] &= ~asked;
        s->starts = true;
    } else if (asked) {
        periph_mistake(p, I2C011, "address written to DR, but SR1 has not been read since %s was set",
                       asked & R_SR1_SB_MASK ? "SB" : "ADD10");
    } else if (reg_get(s, SR2, TRA)) {
        if (!reg_get(s, SR1, TXE)) {
            periph_mistake(p, I2C012, "DR written while TXE is 0: what was there before is lost");
        }
        s->parent_obj.regs[R_SR1] &= ~(R_SR1_TXE_MASK | R_SR1_BTF_MASK);
    }
}

static void sr1_was_read(Periph *p, unsigned n, uint32_t value)
{
    I2C(p)->seen = value;
}

static void sr2_was_read(Periph *p, unsigned n, uint32_t value)
{
    I2c *s = I2C(p);

    if (p->regs[R_SR1] & s->seen & R_SR1_ADDR_MASK) {
        reg_set(s, SR1, ADDR, 0);
        s->seen &= ~R_SR1_ADDR_MASK;
        periph_update(p);
    }
}

const RegOps i2c_ops[] = {
    [R_CR1]   = { .read = read_caught_up, .holds = holds, .written = cr1_written },
    [R_DR]    = { .read = read_caught_up, .was_read = dr_was_read, .written = dr_written },
    [R_SR1]   = { .read = read_caught_up, .holds = holds, .was_read = sr1_was_read },
    [R_SR2]   = { .read = read_caught_up, .holds = holds, .was_read = sr2_was_read },
    [R_CCR]   = { .written = timing_written },
    [R_TRISE] = { .written = timing_written },
};
