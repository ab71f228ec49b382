/*
 * The addresses of a slave of I2C (RM0090 27.3.2), and of SMBus (27.3.5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/i2c/state.h"

enum { HOST = 0x08, ALERT_RESPONSE = 0x0c, DEFAULT = 0x61 };    /* of SMBus, 7 bits */

bool i2c_has_10_bits(const I2c *s)
{
    return reg_get(s, OAR1, ADDMODE);
}

uint32_t i2c_own_address(const I2c *s)
{
    return reg_get(s, OAR1, ADD);
}

/* The byte that begins our 10 bits, without R/W. */
static uint8_t own_header(const I2c *s)
{
    return 0xf0 | (i2c_own_address(s) >> 7 & 6);
}

/* Flags of SR2 if the byte is an address of SMBus; 0 if not. */
static uint32_t smbus_match(const I2c *s, uint8_t byte, bool *alert)
{
    bool host = reg_get(s, CR1, SMBTYPE), arp = reg_get(s, CR1, ENARP);

    *alert = reg_get(s, CR1, SMBUS) && byte >> 1 == ALERT_RESPONSE && reg_get(s, CR1, ALERT);
    if (!reg_get(s, CR1, SMBUS) || !arp) {
        return 0;
    }
    return host && byte >> 1 == HOST ? R_SR2_SMBHOST_MASK
           : !host && byte >> 1 == DEFAULT ? R_SR2_SMBDEFAULT_MASK : 0;
}

bool i2c_matches(I2c *s, uint8_t byte)
{
    s->match = s->match_alert = 0;
    s->match_read = byte & 1;
    if (byte == 0 && reg_get(s, CR1, ENGC)) {
        s->match = R_SR2_GENCALL_MASK;
        return true;
    }
    if (i2c_has_10_bits(s)) {
        return (byte & 0xfe) == own_header(s) && (!(byte & 1) || s->chosen_10);
    }
    if (byte >> 1 == (i2c_own_address(s) >> 1 & 0x7f)) {
        return true;
    }
    if (reg_get(s, OAR2, ENDUAL) && byte >> 1 == reg_get(s, OAR2, ADD2)) {
        s->match = R_SR2_DUALF_MASK;
        return true;
    }
    s->match = smbus_match(s, byte, &s->match_alert);
    return s->match || s->match_alert;
}
