/*
 * The bus of an I2C: its pins, what goes over them to others (core/pins/frames.h) and to parts of
 * QEMU, and what the outside world does to them.
 *
 * Bytes go over the pins as a whole; their pictures (draw.c) do not count here.  So a line that
 * is low was pulled low by the outside: then no START is sent, a clock stands, a 1 is an arbitration lost, and an edge
 * of SDA while SCL is high by the time of the bit under way is a misplaced START or STOP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

/* RM0090 27.6.8 */
unsigned i2c_bit_ticks(const I2c *s)
{
    uint32_t n = reg_get(s, CCR, CCR) ?: 1;

    return !reg_get(s, CCR, FS) ? 2 * n : reg_get(s, CCR, DUTY) ? 25 * n : 3 * n;
}

uint64_t i2c_bit(const I2c *s)
{
    return clock_get(s->parent_obj.clk) * i2c_bit_ticks(s);
}

/* A line that floats is low, but for parts of QEMU, which come on modules with pull-ups. */
bool i2c_line(const I2c *s, const Signal *line)
{
    return signal_level(line, true) ||
           (i2c_parts_are_there(&s->parts) && signal_state(line).kind == DRIVE_NONE);
}

static bool lines_are_high(const I2c *s)
{
    return i2c_line(s, &s->scl) && i2c_line(s, &s->sda);
}

bool i2c_bus_is_free(const I2c *s)
{
    return !s->talk && !s->stuck && lines_are_high(s);
}

/* ---- Mistakes ---- */

static bool is_lost(const I2c *s, const Signal *line)
{
    return !signal_is_routed(line);
}

static bool is_push_pull(const I2c *s, const Signal *line)
{
    return signal_is_push_pull(line);
}

static bool floats(const I2c *s, const Signal *line)
{
    return signal_is_routed(line) && signal_state(line).kind == DRIVE_NONE && !i2c_parts_are_there(&s->parts);
}

/* Those lines that @have a property; NULL: none. */
static const char *lines(const I2c *s, bool (*have)(const I2c *s, const Signal *line))
{
    bool scl = have(s, &s->scl), sda = have(s, &s->sda);

    return scl && sda ? "SCL and SDA" : scl ? "SCL" : sda ? "SDA" : NULL;
}

static void check_lines(I2c *s)
{
    Periph *p = &s->parent_obj;
    const char *name;

    if ((name = lines(s, is_lost))) {
        periph_mistake(p, "no pin for %s: nobody is reached; set MODER and AFR of its port", name);
    }
    if ((name = lines(s, is_push_pull))) {
        periph_mistake(p, "%s push-pull: set OTYPER of its port, the bus is open drain", name);
    }
    if ((name = lines(s, floats))) {
        periph_mistake(p, "nobody pulls %s up: the bus stays busy; it needs resistors, or PUPDR of "
                       "its port", name);
    }
}

static void check_settings(I2c *s)
{
    Periph *p = &s->parent_obj;
    unsigned freq = reg_get(s, CR2, FREQ), hz = clock_get_hz(p->clk);
    unsigned ccr = reg_get(s, CCR, CCR);
    bool fast = reg_get(s, CCR, FS);

    if (freq < (fast ? 4 : 2) || freq > 50) {
        periph_mistake(p, "FREQ is %u: %u to 50 are allowed", freq, fast ? 4 : 2);
    } else if (freq + 1 < hz / 1000000 || freq > hz / 1000000 + 1) {
        periph_mistake(p, "FREQ is %u, but PCLK1 has %u MHz: the times are wrong", freq,
                       hz / 1000000);
    }
    if (ccr < (fast ? 1 : 4)) {
        periph_mistake(p, "CCR is %u: %u is the least", ccr, fast ? 1 : 4);
    }
}

void i2c_check_bus(I2c *s)
{
    check_lines(s);
    check_settings(s);
}

/* ---- Events ---- */

I2cFrame i2c_say(I2c *s, I2cEvent event, uint8_t data)
{
    I2cFrame f = {
        .frame.bus = FRAME_I2C, .event = event, .sda = &s->sda, .data = data,
        .bit = i2c_bit(s),
    };

    if (signal_is_routed(&s->scl) && signal_is_routed(&s->sda)) {
        if (i2c_parts_are_there(&s->parts)) {
            i2c_parts_hear(&s->parts, &f);
        }
        signal_send(&s->scl, &f.frame);
    }
    return f;
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    I2c *s = opaque;
    I2cFrame *f = (I2cFrame *)frame;

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

/* Edges of SDA that belong to bits mean nothing else. */
void i2c_byte_begins(I2c *s, uint64_t bit)
{
    if (s->by_bits) {
        s->byte_begin = 0;
        return;
    }
    s->byte_begin = i2c_now();
    s->byte_bit = bit;
    s->low_from = i2c_line(s, &s->sda) ? -1 : 0;
}

/* Which half of a bit of the byte under way it is: 2 n, SCL is low; 2 n + 1, it is high. */
static unsigned half_bit(const I2c *s)
{
    uint64_t half = MAX(s->byte_bit >> 33, 1);

    return MIN((uint64_t)(i2c_now() - s->byte_begin) / half, 18);
}

/* Is a 1 of @word in its bits from @first up to and without @end? */
static bool has_one(uint8_t word, unsigned first, unsigned end)
{
    for (unsigned i = first; i < MIN(end, 8); i++) {
        if (word >> (7 - i) & 1) {
            return true;
        }
    }
    return false;
}

bool i2c_byte_was_pulled(I2c *s, uint8_t word, bool *ninth)
{
    int from = s->low_from;

    s->byte_begin = 0;
    s->low_from = -1;
    *ninth = from >= 0;
    return from >= 0 && has_one(word, from, 8);
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
        if (sends && has_one(s->shift.word, s->low_from, (half + 1) / 2)) {
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

void i2c_bus_init(I2c *s)
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
