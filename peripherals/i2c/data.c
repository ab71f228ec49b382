/*
 * The bytes of an I2C (RM0090 27.3): between DR and the shift register, the packet error code, and how a
 * master answers what it reads.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

/* ---- DR ---- */

void i2c_received(I2c *s, uint8_t byte)
{
    if (reg_get(s, SR1, RXNE)) {
        s->full = true;
        s->second = byte;
        i2c_set(s, R_SR1_BTF_MASK);
        return;
    }
    s->parent_obj.regs[R_DR] = byte;
    i2c_set(s, R_SR1_RXNE_MASK);
}

uint8_t i2c_take_dr(I2c *s)
{
    i2c_set(s, R_SR1_TXE_MASK);
    reg_set(s, SR1, BTF, 0);
    return s->parent_obj.regs[R_DR];
}

void i2c_clear_transfer(I2c *s)
{
    if (reg_get(s, SR2, TRA)) {
        s->parent_obj.regs[R_SR1] &= ~(R_SR1_TXE_MASK | R_SR1_BTF_MASK);
    }
    s->parent_obj.regs[R_SR2] &= R_SR2_MSL_MASK | R_SR2_PEC_MASK;
}

/* ---- Packet error code: CRC-8, x^8 + x^2 + x + 1, of all bytes since START ---- */

void i2c_pec_add(I2c *s, uint8_t byte)
{
    uint8_t crc = i2c_pec(s) ^ byte;

    if (!reg_get(s, CR1, ENPEC)) {
        return;
    }
    for (unsigned i = 0; i < 8; i++) {
        crc = crc & 0x80 ? crc << 1 ^ 7 : crc << 1;
    }
    reg_set(s, SR2, PEC, crc);
}

void i2c_pec_check(I2c *s, uint8_t byte)
{
    reg_set(s, CR1, PEC, 0);
    if (byte != i2c_pec(s)) {
        i2c_set(s, R_SR1_PECERR_MASK);
    }
}

/* ---- The answer ---- */

bool i2c_reads_pec(const I2c *s)
{
    return reg_get(s, CR1, ENPEC) && (reg_get(s, CR1, PEC) || s->dma_last);
}

bool i2c_master_will_ack(const I2c *s)
{
    bool last = i2c_reads_pec(s) || (s->dma_last && reg_get(s, CR2, LAST));

    return !last && (reg_get(s, CR1, POS) ? s->end_ack : reg_get(s, CR1, ACK));
}
