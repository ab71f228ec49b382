/*
 * The bus of an I2C as a master or slave sees it: its lines, what goes over them to others
 * (core/pins/frames.h) and to parts of QEMU, and the byte under way.
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
    return signal_is_routed(line) && signal_state(line).kind == DRIVE_NONE &&
           !i2c_parts_are_there(&s->parts);
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
        periph_mistake(p, I2C001, "no pin for %s: nobody is reached", name);
    }
    if ((name = lines(s, is_push_pull))) {
        periph_mistake(p, I2C002, "%s push-pull", name);
    }
    if ((name = lines(s, floats))) {
        periph_mistake(p, I2C003, "nobody pulls %s up: the bus stays busy", name);
    }
}

static void check_settings(I2c *s)
{
    Periph *p = &s->parent_obj;
    unsigned freq = reg_get(s, CR2, FREQ), hz = clock_get_hz(p->clk);
    unsigned ccr = reg_get(s, CCR, CCR);
    bool fast = reg_get(s, CCR, FS);

    if (freq < (fast ? 4 : 2) || freq > 50) {
        periph_mistake(p, I2C004, "FREQ is %u: %u to 50 are allowed", freq, fast ? 4 : 2);
    } else if (freq + 1 < hz / 1000000 || freq > hz / 1000000 + 1) {
        periph_mistake(p, I2C005, "FREQ is %u, but PCLK1 has %u MHz: the times are wrong", freq, hz / 1000000);
    }
    if (ccr < (fast ? 1 : 4)) {
        periph_mistake(p, I2C006, "CCR is %u: %u is the least", ccr, fast ? 1 : 4);
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

/* ---- The byte under way ---- */

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

bool i2c_has_one(uint8_t word, unsigned first, unsigned end)
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
    return from >= 0 && i2c_has_one(word, from, 8);
}
