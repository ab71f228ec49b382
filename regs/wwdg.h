/*
 * RM0090 22.6  Window watchdog
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR,  0x00, 0x0000007f)
BITS(CR,  T,     0,  7, rw)             /* writes what the counter starts from, reads the counter */
BITS(CR,  WDGA,  7,  1, rs)

REG (CFR, 0x04, 0x0000007f)
BITS(CFR, W,     0,  7, rw)
BITS(CFR, WDGTB, 7,  2, rw)
BITS(CFR, EWI,   9,  1, rs)

REG (SR,  0x08, 0x00000000)
BITS(SR,  EWIF,  0,  1, rc_w0)
