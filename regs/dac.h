/*
 * RM0090 14.5  Digital-to-analog converter
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR,       0x00, 0x00000000)
BITS(CR,       EN1,          0,  1, rw)
BITS(CR,       BOFF1,        1,  1, rw)
BITS(CR,       TEN1,         2,  1, rw)
BITS(CR,       TSEL1,        3,  3, rw)
BITS(CR,       WAVE1,        6,  2, rw)
BITS(CR,       MAMP1,        8,  4, rw)
BITS(CR,       DMAEN1,      12,  1, rw)
BITS(CR,       DMAUDRIE1,   13,  1, rw)
BITS(CR,       EN2,         16,  1, rw)
BITS(CR,       BOFF2,       17,  1, rw)
BITS(CR,       TEN2,        18,  1, rw)
BITS(CR,       TSEL2,       19,  3, rw)
BITS(CR,       WAVE2,       22,  2, rw)
BITS(CR,       MAMP2,       24,  4, rw)
BITS(CR,       DMAEN2,      28,  1, rw)
BITS(CR,       DMAUDRIE2,   29,  1, rw)

REG (SWTRIGR,  0x04, 0x00000000)
BITS(SWTRIGR,  SWTRIG1,      0,  1, w)
BITS(SWTRIGR,  SWTRIG2,      1,  1, w)

REG (DHR12R1,  0x08, 0x00000000)
BITS(DHR12R1,  DACC1DHR,     0, 12, rw)

REG (DHR12L1,  0x0c, 0x00000000)
BITS(DHR12L1,  DACC1DHR,     4, 12, rw)

REG (DHR8R1,   0x10, 0x00000000)
BITS(DHR8R1,   DACC1DHR,     0,  8, rw)

REG (DHR12R2,  0x14, 0x00000000)
BITS(DHR12R2,  DACC2DHR,     0, 12, rw)

REG (DHR12L2,  0x18, 0x00000000)
BITS(DHR12L2,  DACC2DHR,     4, 12, rw)

REG (DHR8R2,   0x1c, 0x00000000)
BITS(DHR8R2,   DACC2DHR,     0,  8, rw)

REG (DHR12RD,  0x20, 0x00000000)
BITS(DHR12RD,  DACC1DHR,     0, 12, rw)
BITS(DHR12RD,  DACC2DHR,    16, 12, rw)

REG (DHR12LD,  0x24, 0x00000000)
BITS(DHR12LD,  DACC1DHR,     4, 12, rw)
BITS(DHR12LD,  DACC2DHR,    20, 12, rw)

REG (DHR8RD,   0x28, 0x00000000)
BITS(DHR8RD,   DACC1DHR,     0,  8, rw)
BITS(DHR8RD,   DACC2DHR,     8,  8, rw)

REG (DOR1,     0x2c, 0x00000000)
BITS(DOR1,     DACC1DOR,     0, 12, r)

REG (DOR2,     0x30, 0x00000000)
BITS(DOR2,     DACC2DOR,     0, 12, r)

REG (SR,       0x34, 0x00000000)
BITS(SR,       DMAUDR1,     13,  1, rc_w1)
BITS(SR,       DMAUDR2,     29,  1, rc_w1)
