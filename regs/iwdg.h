/*
 * RM0090 21.4  Independent watchdog
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (KR,  0x00, 0x00000000)
BITS(KR,  KEY,  0, 16, w)

REG (PR,  0x04, 0x00000000)
BITS(PR,  PR,   0,  3, rw)

REG (RLR, 0x08, 0x00000fff)
BITS(RLR, RL,   0, 12, rw)

REG (SR,  0x0c, 0x00000000)
BITS(SR,  PVU,  0,  1, r)
BITS(SR,  RVU,  1,  1, r)
