/*
 * What SMBus adds to an I2C (RM0090 27.3.5): ALERT, and time limits for SCL.
 *
 * unsure: what exactly the time limits count.  Here: SCL low for 25 ms, kept so by a master
 * itself for 10 ms, by a slave itself for 25 ms since START
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

#define LOW_NS (25 * SCALE_MS)
#define MASTER_EXTENDS_NS (10 * SCALE_MS)

static bool is_smbus(const I2c *s)
{
    return reg_get(s, CR1, SMBUS);
}

/* ---- ALERT ---- */

static void smba_changed(void *opaque, bool level)
{
    I2c *s = opaque;
    bool falls = !level && !s->smba_low;

    s->smba_low = !level;
    if (falls && reg_get(s, CR1, PE) && is_smbus(s) && reg_get(s, CR1, SMBTYPE)) {
        i2c_set(s, R_SR1_SMBALERT_MASK);
        periph_update(&s->parent_obj);
    }
}

/* ---- Time limits ---- */

static bool master_extends(const I2c *s)
{
    return s->shift.phase == MASTER_HOLDS;
}

static bool is_low(const I2c *s)
{
    return master_extends(s) || s->waits || i2c_slave_stretches(s) || !i2c_line(s, &s->scl);
}

static int64_t low_limit(const I2c *s)
{
    return s->low_since + (master_extends(s) ? MASTER_EXTENDS_NS
                           : i2c_slave_stretches(s) ? LOW_NS - s->extended : LOW_NS);
}

static void low_expired(void *opaque)
{
    I2c *s = opaque;

    if (!s->low_since || i2c_now() < low_limit(s)) {
        return;
    }
    s->low_since = 0;
    s->extended = 0;
    i2c_set(s, R_SR1_TIMEOUT_MASK);
    if (i2c_is_master(s)) {                     /* STOP, whatever was going on */
        s->waits = 0;
        s->byte_begin = 0;
        s->read_first = s->awaits_dma = false;
        s->nacked = true;
        s->shift.phase = MASTER_HOLDS;
        reg_set(s, SR1, ADDR, 0);
        reg_set(s, CR1, STOP, 1);
    } else {
        i2c_slave_off(s);
        reg_set(s, SR1, ADDR, 0);
        i2c_clear_transfer(s);
    }
    periph_update(&s->parent_obj);
}

void i2c_smbus_run(I2c *s)
{
    bool low = is_smbus(s) && reg_get(s, CR1, PE) && is_low(s);

    signal_drive(&s->smba, is_smbus(s) && reg_get(s, CR1, ALERT) &&
                           !reg_get(s, CR1, SMBTYPE) ? DRIVE(LOW) : DRIVE(HIGH));
    if (low && !s->low_since) {
        s->low_since = MAX(i2c_now(), 1);
    } else if (!low && s->low_since) {
        s->extended += i2c_is_addressed(s) ? i2c_now() - s->low_since : 0;
        s->low_since = 0;
    }
    counter_arm(s->low_timer, low ? low_limit(s) : COUNTER_NEVER);
}

void i2c_smbus_init(I2c *s)
{
    periph_add_signal(&s->parent_obj, &s->smba, "smba");
    s->smba.drive = DRIVE(HIGH);
    s->smba.changed = smba_changed;
    s->smba.opaque = s;
    s->low_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, low_expired, s);
}
