/*
 * RM0090 12.3  External interrupt/event controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (IMR,   0x00, 0x00000000)
BITS(IMR,   MR,     0, 23, rw)

REG (EMR,   0x04, 0x00000000)
BITS(EMR,   MR,     0, 23, rw)

REG (RTSR,  0x08, 0x00000000)
BITS(RTSR,  TR,     0, 23, rw)

REG (FTSR,  0x0c, 0x00000000)
BITS(FTSR,  TR,     0, 23, rw)

REG (SWIER, 0x10, 0x00000000)
BITS(SWIER, SWIER,  0, 23, rs)

REG (PR,    0x14, 0x00000000)
BITS(PR,    PR,     0, 23, rc_w1)
