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

/* The bus is free. */
static void stopped(I2c *s)
{
    Periph *p = &s->parent_obj;

    p->regs[R_CR1] &= ~(R_CR1_STOP_MASK | R_CR1_PEC_MASK);
    i2c_clear_transfer(s);
    p->regs[R_SR1] &= ~(R_SR1_SB_MASK | R_SR1_ADD10_MASK);
    reg_set(s, SR2, MSL, 0);
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
        i2c_begin_at_last(s);
    }
}

/* ---- Ends ---- */

static void end_start(I2c *s)
{
    Periph *p = &s->parent_obj;

    p->regs[R_CR1] &= ~(R_CR1_START_MASK | R_CR1_PEC_MASK);
    i2c_clear_transfer(s);
    s->nacked = s->read_first = s->second_address = s->dma_last = false;
    reg_set(s, SR2, MSL, 1);
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
    p->regs[R_SR1] &= ~(R_SR1_TXE_MASK | R_SR1_BTF_MASK | R_SR1_SB_MASK | R_SR1_ADDR_MASK |
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
        reg_set(s, SR2, TRA, 1);
        i2c_set(s, R_SR1_ADD10_MASK);
        return;
    }
    if (!s->second_address && read) {
        reg_set(s, SR2, TRA, 0);
        s->read_first = s->end_ack = true;      /* unsure: if POS was set before */
    } else {
        reg_set(s, SR2, TRA, 1);
        i2c_set(s, R_SR1_TXE_MASK);
    }
    s->second_address = false;
    i2c_set(s, R_SR1_ADDR_MASK);
}

static void end_write(I2c *s)
{
    bool asked = reg_get(s, CR1, STOP) || reg_get(s, CR1, START);

    if (!sent(s)) {
        return;
    }
    if (s->sends_pec) {
        reg_set(s, CR1, PEC, 0);
    }
    if (s->ack && reg_get(s, SR1, TXE) && !asked && !reg_get(s, CR1, PEC)) {
        i2c_set(s, R_SR1_BTF_MASK);
    }
    if (asked && !reg_get(s, SR1, TXE)) {
        periph_mistake(&s->parent_obj, I2C007, "STOP or START set while DR still holds a byte: it is not "
                       "sent");
    }
}

/* The ninth bit of a byte read. */
static void answer_byte(I2c *s)
{
    bool ack = i2c_master_will_ack(s);

    s->awaits_dma = false;
    if (i2c_reads_pec(s)) {
        i2c_pec_check(s, s->in);
    }
    i2c_pec_add(s, s->in);
    s->end_ack = reg_get(s, CR1, ACK);
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
    if (reg_get(s, CR2, DMAEN) && reg_get(s, CR2, LAST)) {
        s->awaits_dma = true;                   /* who alone knows whether it is the last */
    } else {
        answer_byte(s);
    }
}

void i2c_master_dma_done(I2c *s)
{
    if (s->awaits_dma && !s->full && !reg_get(s, SR1, RXNE)) {
        answer_byte(s);
        periph_update(&s->parent_obj);
    }
}

/* DMA won't tell any more: the software has taken over. */
static bool dma_is_off(const I2c *s)
{
    return !reg_get(s, CR2, DMAEN) || !reg_get(s, CR2, LAST) ||
           (reg_get(s, CR1, STOP) || reg_get(s, CR1, START));
}

/* ---- Time ---- */

/* The byte read before is to be taken before this one ends. */
static bool waits_for_service(I2c *s)
{
    bool served = reg_get(s, CR2, DMAEN) ||
                  (reg_get(s, CR2, ITBUFEN) && reg_get(s, CR2, ITEVTEN));

    if (time_is_exact() || s->shift.phase != MASTER_READ || !reg_get(s, SR1, RXNE) ||
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
    return s->shift.phase == MASTER_OFF && reg_get(s, CR1, PE) &&
           reg_get(s, CR1, START) && !i2c_is_addressed(s) && !s->held &&
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
            i2c_go_on(s, is_on_time(s));
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
        i2c_go_on(s, false);
    }
    if (wants_to_start(s) && i2c_now() >= s->free_at) {
        i2c_begin_start(s, false);
    }
}
