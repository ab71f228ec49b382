/*
 * RM0090 24.4  Random number generator
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR, 0x00, 0x00000000)
BITS(CR, RNGEN,  2,  1, rw)
BITS(CR, IE,     3,  1, rw)

REG (SR, 0x04, 0x00000000)
BITS(SR, DRDY,   0,  1, r)
BITS(SR, CECS,   1,  1, r)
BITS(SR, SECS,   2,  1, r)
BITS(SR, CEIS,   5,  1, rc_w0)
BITS(SR, SEIS,   6,  1, rc_w0)

REG (DR, 0x08, 0x00000000)
BITS(DR, RNDATA, 0, 32, r)
