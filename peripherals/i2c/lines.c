/*
 * What an I2C hears on its lines: events of others (core/pins/frames.h), levels that a master made
 * of GPIOs gives them, and what else the outside world does.
 *
 * Bytes go over the pins as a whole; their pictures (draw.c) do not count here.  So a line that is
 * low was pulled low by the outside: then no START is sent, a clock stands, a 1 is an arbitration
 * lost, and an edge of SDA while SCL is high by the time of the bit under way is a misplaced START
 * or STOP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

/* ---- Events ---- */

static void heard(void *opaque, Signal *from, Frame *frame)
{
    I2c *s = opaque;
    I2cFrame *f = (I2cFrame *)frame;

    frame_pass_run(frame, FRAME_I2C);
    if (frame->bus != FRAME_I2C || !clock_is_enabled(s->parent_obj.clk) || s->parent_obj.held ||
        !signal_meets(from, &s->scl) || !signal_meets(f->sda, &s->sda)) {
        return;
    }
    s->by_bits = false;
    if (f->event == I2C_EVENT_ANSWER) {
        i2c_master_answered(s, f);
    } else if (i2c_is_master(s) && s->talk) {
        if (f->event == I2C_EVENT_START || f->event == I2C_EVENT_STOP) {
            i2c_set(s, R_SR1_BERR_MASK);        /* of somebody who has not heard of ours */
        }
    } else {
        i2c_slave_heard(s, f);
    }
    periph_update(&s->parent_obj);
}

/* ---- A master made of GPIOs ---- */

/* A byte's event comes when but its acknowledge is left. */
static void heard_bits(void *opaque, I2cFrame *f)
{
    I2c *s = opaque;

    if (i2c_is_master(s) || !clock_is_enabled(s->parent_obj.clk) || s->parent_obj.held) {
        return;
    }
    f->sda = &s->sda;
    if (f->event == I2C_EVENT_ADDRESS || f->event == I2C_EVENT_WRITE) {
        f->bit /= 9;
    }
    s->by_bits = true;
    i2c_slave_heard(s, f);
}

static void pull(void *opaque)
{
    i2c_draw_update(opaque);
}

static void levels_changed(I2c *s)
{
    i2c_bits_levels(&s->bits, signal_level(&s->scl, true), signal_level(&s->sda, true),
                    s->talk && !s->by_bits);
}

/* ---- What the outside world does ---- */

/* Which half of a bit of the byte under way it is: 2 n, SCL is low; 2 n + 1, it is high. */
static unsigned half_bit(const I2c *s)
{
    uint64_t half = MAX(s->byte_bit >> 33, 1);

    return MIN((uint64_t)(i2c_now() - s->byte_begin) / half, 18);
}

static void misplaced_edge(I2c *s, bool level)
{
    if (i2c_is_master(s)) {
        i2c_set(s, R_SR1_BERR_MASK);
    } else if (i2c_is_addressed(s)) {
        i2c_set(s, R_SR1_BERR_MASK);
        i2c_slave_bus_error(s, !level);
    }
}

static void sda_edge_in_byte(I2c *s, bool level)
{
    unsigned half = half_bit(s);
    bool sends = s->shift.phase == MASTER_ADDRESS || s->shift.phase == MASTER_WRITE;

    if (half & 1) {
        misplaced_edge(s, level);
    }
    if (!level && s->low_from < 0) {
        s->low_from = half / 2;
    } else if (level && s->low_from >= 0) {
        if (sends && i2c_has_one(s->shift.word, s->low_from, (half + 1) / 2)) {
            i2c_master_lost(s);
        }
        s->low_from = -1;
    }
}

static void sda_changed(void *opaque, bool level)
{
    I2c *s = opaque;
    bool edge = s->sda_low == level;    /* or told again: rerouted, loaded */

    s->sda_low = !level;
    levels_changed(s);
    if (!edge || !clock_is_enabled(s->parent_obj.clk)) {
        return;
    }
    if (s->byte_begin) {
        sda_edge_in_byte(s, level);
    } else if (level && i2c_line(s, &s->scl) && !i2c_is_master(s)) {
        s->stuck = false;                       /* that was a STOP */
    }
    periph_update(&s->parent_obj);
}

static void scl_changed(void *opaque, bool level)
{
    I2c *s = opaque;

    levels_changed(s);
    if (clock_is_enabled(s->parent_obj.clk)) {
        periph_update(&s->parent_obj);
    }
}

void i2c_lines_init(I2c *s)
{
    Periph *p = &s->parent_obj;

    periph_add_signal(p, &s->scl, "scl");
    periph_add_signal(p, &s->sda, "sda");
    s->scl.drive = s->sda.drive = DRIVE(HIGH);  /* open drain lets go */
    s->bits = (I2cBits) { .hear = heard_bits, .pull = pull, .opaque = s,
                          .event = I2C_EVENT_STOP, .scl = true, .sda = true };
    s->scl.heard = heard;
    s->scl.changed = scl_changed;
    s->sda.changed = sda_changed;
    s->scl.opaque = s->sda.opaque = s;
}
