/*
 * Master of an I2C (RM0090 27.3.3): START, addresses of 7 and 10 bits, bytes, STOP, each taking
 * the time that CCR gives its bits.  Between two of them SCL is low until the software has said
 * how to go on.
 *
 * Without -icount virtual time goes on while the host does something else: then the end of a byte
 * waits up to I2C_GRACE_NS for who serves by interrupt or DMA, so that ACK is cleared in time.
 *
 * Deliberately different: two masters never begin at once, so only the outside world takes the
 * arbitration; a lost one is noticed when SDA is let go or the byte ends.
 * unsure: that a master keeps SCL low after a NACK; drivers that send STOP late rely on it
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
    return !i2c_sr2(s, R_SR2_TRA_MASK);
}

/* ---- Beginnings ---- */

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

static void begin_start(I2c *s, bool follows)
{
    s->stuck = false;
    begin(s, MASTER_START, 1, follows);
    if (!s->talk) {
        s->parent_obj.regs[R_SR2] &= ~R_SR2_PEC_MASK;
    }
    i2c_slave_off(s);
    s->waits = i2c_say(s, I2C_EVENT_START, 0).waits;
    s->talk = true;
    draw(s);
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
    i2c_byte_begins(s, f.bit);
    draw(s);
}

/* SCL is let go: what could not begin before begins. */
static void begin_at_last(I2c *s)
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

/* The bus is free. */
static void stopped(I2c *s)
{
    Periph *p = &s->parent_obj;

    p->regs[R_CR1] &= ~(R_CR1_STOP_MASK | R_CR1_PEC_MASK);
    i2c_clear_transfer(s);
    i2c_clear(s, R_SR1_SB_MASK | R_SR1_ADD10_MASK);
    p->regs[R_SR2] &= ~R_SR2_MSL_MASK;
    s->shift.phase = MASTER_OFF;
    s->talk = false;
}

/* A slave that has stretched goes on. */
void i2c_master_answered(I2c *s, const I2cFrame *f)
{
    if (!s->waits) {
        return;
    }
    s->waits--;
    s->ack |= f->ack;
    s->in &= s->shift.phase == MASTER_READ ? f->data : 0xff;
    if (s->waits) {
        return;
    }
    if (s->shift.phase == MASTER_STOP) {
        stopped(s);
    } else if (i2c_is_master(s)) {
        begin_at_last(s);
    }
}

static void begin_write(I2c *s, bool follows)
{
    s->sends_pec = i2c_sr1(s, R_SR1_TXE_MASK);
    s->shift.word = s->sends_pec ? i2c_pec(s) : i2c_take_dr(s);
    begin_byte(s, MASTER_WRITE, follows);
}

/* SCL is low: what is next? */
static void go_on(I2c *s, bool follows)
{
    bool pec = i2c_cr1(s, R_CR1_PEC_MASK) && i2c_cr1(s, R_CR1_ENPEC_MASK);

    s->shift.phase = MASTER_HOLDS;
    if (s->starts) {
        s->starts = false;
        s->shift.word = s->parent_obj.regs[R_DR];
        begin_byte(s, MASTER_ADDRESS, follows);
    } else if (i2c_sr1(s, R_SR1_ADDR_MASK)) {
        return;
    } else if (s->read_first && !s->nacked) {   /* STOP is for after it */
        s->read_first = false;
        begin_byte(s, MASTER_READ, follows);
    } else if (i2c_cr1(s, R_CR1_STOP_MASK)) {
        begin(s, MASTER_STOP, 1, follows);
        draw(s);
    } else if (i2c_cr1(s, R_CR1_START_MASK)) {
        begin_start(s, follows);
    } else if (s->nacked || i2c_sr1(s, R_SR1_SB_MASK | R_SR1_ADD10_MASK)) {
        return;
    } else if (is_receiver(s)) {
        if (!s->full) {
            begin_byte(s, MASTER_READ, follows);
        }
    } else if (!i2c_sr1(s, R_SR1_TXE_MASK) || pec) {
        begin_write(s, follows);
    }
}

/* ---- Ends ---- */

static void end_start(I2c *s)
{
    Periph *p = &s->parent_obj;

    p->regs[R_CR1] &= ~(R_CR1_START_MASK | R_CR1_PEC_MASK);
    i2c_clear_transfer(s);
    s->nacked = s->read_first = s->second_address = s->dma_last = false;
    p->regs[R_SR2] |= R_SR2_MSL_MASK;
    i2c_set(s, R_SR1_SB_MASK);
}

static void end_stop(I2c *s)
{
    s->waits = i2c_say(s, I2C_EVENT_STOP, 0).waits;
    if (!s->waits) {
        stopped(s);
    }
}

void i2c_master_lost(I2c *s)
{
    Periph *p = &s->parent_obj;

    i2c_set(s, R_SR1_ARLO_MASK);
    i2c_clear(s, R_SR1_TXE_MASK | R_SR1_BTF_MASK | R_SR1_SB_MASK | R_SR1_ADDR_MASK |
                 R_SR1_ADD10_MASK);
    p->regs[R_SR2] &= ~(R_SR2_MSL_MASK | R_SR2_TRA_MASK);
    p->regs[R_CR1] &= ~(R_CR1_STOP_MASK | R_CR1_PEC_MASK);
    s->shift.phase = MASTER_OFF;
    s->waits = 0;
    s->byte_begin = 0;
    s->low_from = -1;
}

/* A byte has gone out.  Is it still ours to go on? */
static bool sent(I2c *s)
{
    bool ninth;

    if (i2c_byte_was_pulled(s, s->shift.word, &ninth)) {
        i2c_master_lost(s);
        return false;
    }
    i2c_pec_add(s, s->shift.word);
    s->ack |= ninth;
    if (!s->ack) {
        s->nacked = true;
        i2c_set(s, R_SR1_AF_MASK);
    }
    return true;
}

static void end_address(I2c *s)
{
    bool read = s->shift.word & 1, begins_10 = (s->shift.word & 0xf9) == 0xf0;

    if (!sent(s) || !s->ack) {
        return;
    }
    if (!s->second_address && begins_10) {
        s->second_address = true;
        s->parent_obj.regs[R_SR2] |= R_SR2_TRA_MASK;
        i2c_set(s, R_SR1_ADD10_MASK);
        return;
    }
    if (!s->second_address && read) {
        s->parent_obj.regs[R_SR2] &= ~R_SR2_TRA_MASK;
        s->read_first = s->end_ack = true;      /* unsure: if POS was set before */
    } else {
        s->parent_obj.regs[R_SR2] |= R_SR2_TRA_MASK;
        i2c_set(s, R_SR1_TXE_MASK);
    }
    s->second_address = false;
    i2c_set(s, R_SR1_ADDR_MASK);
}

static void end_write(I2c *s)
{
    bool asked = i2c_cr1(s, R_CR1_STOP_MASK | R_CR1_START_MASK);

    if (!sent(s)) {
        return;
    }
    if (s->sends_pec) {
        s->parent_obj.regs[R_CR1] &= ~R_CR1_PEC_MASK;
    }
    if (s->ack && i2c_sr1(s, R_SR1_TXE_MASK) && !asked && !i2c_cr1(s, R_CR1_PEC_MASK)) {
        i2c_set(s, R_SR1_BTF_MASK);
    }
    if (asked && !i2c_sr1(s, R_SR1_TXE_MASK)) {
        periph_mistake(&s->parent_obj, "STOP or START set while DR still holds a byte: it is not "
                       "sent");
    }
}

static bool reads_pec(const I2c *s)
{
    return i2c_cr1(s, R_CR1_ENPEC_MASK) && (i2c_cr1(s, R_CR1_PEC_MASK) || s->dma_last);
}

bool i2c_master_will_ack(const I2c *s)
{
    bool last = reads_pec(s) || (s->dma_last && i2c_cr2(s, R_CR2_LAST_MASK));

    return !last && (i2c_cr1(s, R_CR1_POS_MASK) ? s->end_ack : i2c_cr1(s, R_CR1_ACK_MASK));
}

/* The ninth bit of a byte read. */
static void answer_byte(I2c *s)
{
    bool ack = i2c_master_will_ack(s);

    s->awaits_dma = false;
    if (reads_pec(s)) {
        i2c_pec_check(s, s->in);
    }
    i2c_pec_add(s, s->in);
    s->end_ack = i2c_cr1(s, R_CR1_ACK_MASK);
    s->dma_last = false;
    s->nacked = !ack;
    s->drawn_ack = ack;
    i2c_say(s, ack ? I2C_EVENT_ACK : I2C_EVENT_NACK, 0);
}

static void end_read(I2c *s)
{
    bool ninth;

    if (s->low_from >= 0) {                     /* the bits since then are 0 */
        s->in &= ~(0xff >> MIN(s->low_from, 8));
    }
    i2c_byte_was_pulled(s, 0, &ninth);
    i2c_received(s, s->in);
    if (i2c_cr2(s, R_CR2_DMAEN_MASK) && i2c_cr2(s, R_CR2_LAST_MASK)) {
        s->awaits_dma = true;                   /* who alone knows whether it is the last */
    } else {
        answer_byte(s);
    }
}

void i2c_master_dma_done(I2c *s)
{
    if (s->awaits_dma && !s->full && !i2c_sr1(s, R_SR1_RXNE_MASK)) {
        answer_byte(s);
        periph_update(&s->parent_obj);
    }
}

/* DMA won't tell any more: the software has taken over. */
static bool dma_is_off(const I2c *s)
{
    return !i2c_cr2(s, R_CR2_DMAEN_MASK) || !i2c_cr2(s, R_CR2_LAST_MASK) ||
           i2c_cr1(s, R_CR1_STOP_MASK | R_CR1_START_MASK);
}

/* ---- Time ---- */

/* The byte read before is to be taken before this one ends. */
static bool waits_for_service(I2c *s)
{
    bool served = i2c_cr2(s, R_CR2_DMAEN_MASK) ||
                  (i2c_cr2(s, R_CR2_ITBUFEN_MASK) && i2c_cr2(s, R_CR2_ITEVTEN_MASK));

    if (time_is_exact() || s->shift.phase != MASTER_READ || !i2c_sr1(s, R_SR1_RXNE_MASK) ||
        !served) {
        s->grace = 0;
        return false;
    }
    if (!s->grace) {
        s->grace = i2c_now() + I2C_GRACE_NS;
    }
    if (i2c_now() >= s->grace) {
        s->grace = 0;
        return false;
    }
    return true;
}

/* Is there a START to be sent, as soon as the bus has been free for long enough? */
static bool wants_to_start(const I2c *s)
{
    return s->shift.phase == MASTER_OFF && i2c_cr1(s, R_CR1_PE_MASK) &&
           i2c_cr1(s, R_CR1_START_MASK) && !i2c_is_addressed(s) && !s->held &&
           i2c_bus_is_free(s);
}

int64_t i2c_master_when(const I2c *s)
{
    if (wants_to_start(s)) {
        return s->free_at;
    }
    if (s->shift.phase <= MASTER_HOLDS || s->waits || !i2c_line(s, &s->scl) ||
        (s->shift.phase == MASTER_STOP && !i2c_line(s, &s->sda))) {
        return COUNTER_NEVER;
    }
    return s->grace ?: shifter_when(&s->shift);
}

static void end_phase(I2c *s)
{
    switch (s->shift.phase) {
    case MASTER_START:   end_start(s); break;
    case MASTER_ADDRESS: end_address(s); break;
    case MASTER_WRITE:   end_write(s); break;
    case MASTER_READ:    end_read(s); break;
    case MASTER_STOP:    end_stop(s); return;
    }
    if (i2c_is_master(s)) {
        s->shift.phase = MASTER_HOLDS;
    }
}

/* Has what ends now ended in time?  It may have waited, for SCL or for who serves. */
static bool is_on_time(const I2c *s)
{
    return counter_now(&s->shift.ticks) < s->shift.end + i2c_bit_ticks(s);
}

void i2c_master_expired(void *opaque)
{
    I2c *s = opaque;

    if (i2c_is_master(s) && i2c_master_when(s) != COUNTER_NEVER && !waits_for_service(s)) {
        end_phase(s);
        if (s->shift.phase == MASTER_HOLDS && !s->awaits_dma) {
            go_on(s, is_on_time(s));
        }
    }
    periph_update(&s->parent_obj);
}

void i2c_master_run(I2c *s)
{
    if (s->grace && !waits_for_service(s)) {
        end_phase(s);
    }
    if (s->awaits_dma && dma_is_off(s)) {
        answer_byte(s);
    }
    if (s->shift.phase == MASTER_HOLDS && !s->awaits_dma) {
        go_on(s, false);
    }
    if (wants_to_start(s) && i2c_now() >= s->free_at) {
        begin_start(s, false);
    }
}
