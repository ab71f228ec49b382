/*
 * Slave of an I2C (RM0090 27.3.2): addresses of 7 and 10 bits, two of them, general call; bytes
 * in and out.  With NOSTRETCH 0 it lets the master wait while a flag waits for the software.
 *
 * Without -icount virtual time goes on while the host does something else: then a byte waits up
 * to I2C_GRACE_NS for who serves by interrupt or DMA to read the one before, and a START for
 * STOPF.
 *
 * Deliberately different: whether a byte is acknowledged follows from ACK when it begins.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

static bool sends(const I2c *s)
{
    return reg_get(s, SR2, TRA);
}

static bool may_stretch(const I2c *s)
{
    return !reg_get(s, CR1, NOSTRETCH);
}

static bool pec_is_next(const I2c *s)
{
    return reg_get(s, CR1, PEC) && reg_get(s, CR1, ENPEC);
}

/* ---- Addresses ---- */

static void hear_address(I2c *s, I2cFrame *f)
{
    SlaveByte byte = BYTE_ADDRESS;

    if (s->slave == SLAVE_HEADER) {
        s->match_read = false;
        if (f->data != (i2c_own_address(s) & 0xff)) {
            s->slave = SLAVE_OFF;
            return;
        }
        s->chosen_10 = true;
    } else if (s->slave != SLAVE_LISTENS || !i2c_matches(s, f->data)) {
        s->slave = SLAVE_OFF;
        return;
    } else if (i2c_has_10_bits(s) && f->data && !(f->data & 1)) {
        byte = BYTE_HEADER;
    }
    if (!reg_get(s, CR1, ACK)) {
        s->slave = SLAVE_OFF;
        return;
    }
    i2c_frame_answer(f, true, 0xff);
    s->in = f->data;
    s->slave_byte = byte;
    s->slave_end = i2c_now() + (9 * f->bit >> 32);
    i2c_byte_begins(s, f->bit);
}

static void end_address(I2c *s)
{
    i2c_pec_add(s, s->in);
    s->slave = SLAVE_ADDRESSED;
    s->let_go = s->loaded = false;
    s->parent_obj.regs[R_SR2] |= s->match | (s->match_read ? R_SR2_TRA_MASK : 0);
    i2c_set(s, R_SR1_ADDR_MASK | (s->match_read ? R_SR1_TXE_MASK : 0) |
               (s->match_alert ? R_SR1_SMBALERT_MASK : 0));
}

/* ---- Bytes ---- */

/* What has to be served before @event, may be late only because of the host. */
static bool is_late(const I2c *s, I2cEvent event)
{
    uint32_t unserved = event == I2C_EVENT_START ? R_SR1_STOPF_MASK
                        : event == I2C_EVENT_WRITE ? R_SR1_RXNE_MASK : 0;

    if (time_is_exact() || !(reg_get(s, CR2, ITEVTEN) || reg_get(s, CR2, DMAEN))) {
        return false;
    }
    if (event == I2C_EVENT_START && reg_get(s, CR2, ITERREN)) {
        unserved |= R_SR1_AF_MASK;
    }
    return (s->parent_obj.regs[R_SR1] & unserved) && (!s->held || i2c_now() < s->patience);
}

/* The event that the master waits with may be taken now. */
static bool is_ready(const I2c *s, I2cEvent event)
{
    if (!may_stretch(s)) {
        return true;
    }
    if (s->slave_byte != BYTE_NONE || reg_get(s, SR1, ADDR)) {
        return false;
    }
    if (sends(s) && event != I2C_EVENT_READ) {
        return true;
    }
    return event == I2C_EVENT_READ ? s->loaded || pec_is_next(s) : !s->full;
}

static bool may_go_on(const I2c *s, I2cEvent event)
{
    return !is_late(s, event) &&
           (s->slave != SLAVE_ADDRESSED || s->let_go || is_ready(s, event));
}

/* A byte comes in. */
static void take(I2c *s, I2cFrame *f)
{
    bool ack = reg_get(s, CR1, ACK);

    if (pec_is_next(s)) {
        ack = f->data == i2c_pec(s);
    }
    s->in = f->data;
    s->ack = ack;
    s->slave_byte = BYTE_IN;
    s->slave_end = i2c_now() + (9 * f->bit >> 32);
    i2c_byte_begins(s, f->bit);
    i2c_frame_answer(f, ack, 0xff);
}

/* A byte goes out. */
static void give(I2c *s, I2cFrame *f)
{
    if (s->loaded) {
        s->loaded = false;
    } else if (pec_is_next(s)) {
        s->in = i2c_pec(s);
        reg_set(s, CR1, PEC, 0);
    } else if (!reg_get(s, SR1, TXE)) {
        s->in = i2c_take_dr(s);
    } else {
        s->in = s->parent_obj.regs[R_DR];       /* again */
        i2c_set(s, R_SR1_OVR_MASK);
    }
    i2c_pec_add(s, s->in);
    s->slave_byte = BYTE_OUT;
    i2c_byte_begins(s, f->bit);
    i2c_frame_answer(f, true, s->in);
}

static void serve(I2c *s, I2cFrame *f);

/* Do what the master wants, or let it wait. */
static void serve_or_hold(I2c *s, I2cFrame *f)
{
    if (s->held || may_go_on(s, f->event)) {
        serve(s, f);
        return;
    }
    s->held = true;
    s->patience = time_is_exact() ? 0 : i2c_now() + I2C_GRACE_NS;
    s->held_event = f->event;
    s->held_data = f->data;
    s->held_bit = f->bit;
    f->waits++;
}

static void hear_byte(I2c *s, I2cFrame *f)
{
    if (s->slave == SLAVE_ADDRESSED && !s->let_go && !s->held &&
        sends(s) == (f->event == I2C_EVENT_READ)) {
        serve_or_hold(s, f);
    }
}

/* Let the master go on that waits; with @served, by doing what it waits for. */
static void release(I2c *s, bool served)
{
    I2cFrame f = {
        .frame.bus = FRAME_I2C, .event = s->held_event, .sda = &s->sda, .data = s->held_data,
        .bit = s->held_bit,
    };

    s->held = false;
    if (f.event == I2C_EVENT_READ) {
        f.data = 0xff;
    }
    if (served) {
        serve(s, &f);
    }
    if (s->by_bits) {
        i2c_bits_answer(&s->bits, f.ack, f.data);
        return;
    }
    f.event = I2C_EVENT_ANSWER;
    signal_send(&s->scl, &f.frame);
}

static void end_in(I2c *s)
{
    if (pec_is_next(s)) {
        i2c_pec_check(s, s->in);
        reg_set(s, CR1, PEC, 0);
    }
    i2c_pec_add(s, s->in);
    if (!may_stretch(s) && reg_get(s, SR1, RXNE)) {
        i2c_set(s, R_SR1_OVR_MASK);
    } else {
        i2c_received(s, s->in);
    }
    s->let_go = !s->ack;
}

/* The byte under way has ended. */
static void end_byte(I2c *s)
{
    SlaveByte byte = s->slave_byte;

    s->slave_byte = BYTE_NONE;
    s->slave_end = 0;
    s->byte_begin = 0;
    s->low_from = -1;
    switch (byte) {
    case BYTE_HEADER:
        i2c_pec_add(s, s->in);
        s->slave = SLAVE_HEADER;
        break;
    case BYTE_ADDRESS:
        end_address(s);
        break;
    case BYTE_IN:
        end_in(s);
        break;
    default:
        break;
    }
}

static void hear_answer(I2c *s, bool ack)
{
    if (s->slave != SLAVE_ADDRESSED || s->slave_byte != BYTE_OUT) {
        return;
    }
    end_byte(s);
    if (!ack) {
        i2c_set(s, R_SR1_AF_MASK);
        s->let_go = true;
        s->loaded = false;
    } else if (reg_get(s, SR1, TXE) && !s->loaded) {
        i2c_set(s, R_SR1_BTF_MASK);
    }
}

/* ---- Begin and end ---- */

void i2c_slave_off(I2c *s)
{
    if (s->held) {
        release(s, false);
    }
    s->slave = SLAVE_OFF;
    s->slave_byte = BYTE_NONE;
    s->slave_end = 0;
    s->loaded = s->let_go = s->chosen_10 = false;
}

static void hear_start(I2c *s)
{
    bool chosen_10 = s->chosen_10;

    if (!s->talk) {
        reg_set(s, SR2, PEC, 0);
        s->extended = 0;
        chosen_10 = false;
    }
    s->talk = true;
    if (i2c_is_addressed(s)) {
        i2c_clear_transfer(s);
        reg_set(s, CR1, PEC, 0);
    }
    i2c_slave_off(s);
    s->chosen_10 = chosen_10;
    s->slave = reg_get(s, CR1, PE) ? SLAVE_LISTENS : SLAVE_OFF;
}

static void hear_stop(I2c *s, uint64_t bit)
{
    s->talk = s->stuck = false;
    s->free_at = i2c_now() + (bit >> 32);
    if (s->slave == SLAVE_ADDRESSED) {
        if (!s->let_go && reg_get(s, CR1, ACK)) {
            i2c_set(s, R_SR1_STOPF_MASK);
        }
        i2c_clear_transfer(s);
        reg_set(s, CR1, PEC, 0);
    }
    i2c_slave_off(s);
}

static void serve(I2c *s, I2cFrame *f)
{
    switch (f->event) {
    case I2C_EVENT_START: hear_start(s); break;
    case I2C_EVENT_STOP:  hear_stop(s, f->bit); break;
    case I2C_EVENT_READ:  give(s, f); break;
    default:              take(s, f); break;
    }
}

void i2c_slave_bus_error(I2c *s, bool start)
{
    s->slave_byte = BYTE_NONE;                  /* what came of it is discarded */
    s->slave_end = s->byte_begin = 0;
    if (start) {
        hear_start(s);
    } else {
        hear_stop(s, s->byte_bit);
    }
}

void i2c_slave_heard(I2c *s, I2cFrame *f)
{
    if (s->slave_byte != BYTE_NONE && s->slave_byte != BYTE_OUT) {
        end_byte(s);                            /* its end is this one's beginning */
    }
    switch (f->event) {
    case I2C_EVENT_START:
    case I2C_EVENT_STOP:    serve_or_hold(s, f); break;
    case I2C_EVENT_ADDRESS: hear_address(s, f); break;
    case I2C_EVENT_WRITE:
    case I2C_EVENT_READ:    hear_byte(s, f); break;
    case I2C_EVENT_ACK:     hear_answer(s, true); break;
    case I2C_EVENT_NACK:    hear_answer(s, false); break;
    default:                break;
    }
}

/* ---- All of it ---- */

bool i2c_slave_stretches(const I2c *s)
{
    return s->held || (s->slave == SLAVE_ADDRESSED && may_stretch(s) && !s->let_go &&
                       s->slave_byte == BYTE_NONE &&
                       !is_ready(s, sends(s) ? I2C_EVENT_READ : I2C_EVENT_WRITE));
}

void i2c_slave_expired(void *opaque)
{
    I2c *s = opaque;

    if (s->slave_end && i2c_now() >= s->slave_end) {
        end_byte(s);
    }
    periph_update(&s->parent_obj);
}

void i2c_slave_run(I2c *s)
{
    int64_t when;

    if (s->slave == SLAVE_ADDRESSED && sends(s) && !s->let_go && !s->loaded &&
        s->slave_byte == BYTE_NONE && !reg_get(s, SR1, ADDR) && !reg_get(s, SR1, TXE)) {
        s->in = i2c_take_dr(s);
        s->loaded = true;
    }
    if (s->held && may_go_on(s, s->held_event)) {
        release(s, true);
    }
    when = s->held && s->patience > i2c_now() ? s->patience : s->slave_end;
    counter_arm(s->slave_timer, when ?: COUNTER_NEVER);
}
