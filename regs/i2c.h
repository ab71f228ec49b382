/*
 * RM0090 27.6  Inter-integrated circuit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR1,   0x00, 0x00000000)
BITS(CR1,   PE,          0,  1, rw)
BITS(CR1,   SMBUS,       1,  1, rw)
BITS(CR1,   SMBTYPE,     3,  1, rw)
BITS(CR1,   ENARP,       4,  1, rw)
BITS(CR1,   ENPEC,       5,  1, rw)
BITS(CR1,   ENGC,        6,  1, rw)
BITS(CR1,   NOSTRETCH,   7,  1, rw)
BITS(CR1,   START,       8,  1, rw)
BITS(CR1,   STOP,        9,  1, rw)
BITS(CR1,   ACK,        10,  1, rw)
BITS(CR1,   POS,        11,  1, rw)
BITS(CR1,   PEC,        12,  1, rw)
BITS(CR1,   ALERT,      13,  1, rw)
BITS(CR1,   SWRST,      15,  1, rw)

REG (CR2,   0x04, 0x00000000)
BITS(CR2,   FREQ,        0,  6, rw)
BITS(CR2,   ITERREN,     8,  1, rw)
BITS(CR2,   ITEVTEN,     9,  1, rw)
BITS(CR2,   ITBUFEN,    10,  1, rw)
BITS(CR2,   DMAEN,      11,  1, rw)
BITS(CR2,   LAST,       12,  1, rw)

REG (OAR1,  0x08, 0x00000000)
BITS(OAR1,  ADD,         0, 10, rw)    /* of 7 bits: 7 to 1 */
BITS(OAR1,  ADDMODE,    15,  1, rw)

REG (OAR2,  0x0c, 0x00000000)
BITS(OAR2,  ENDUAL,      0,  1, rw)
BITS(OAR2,  ADD2,        1,  7, rw)

REG (DR,    0x10, 0x00000000)
BITS(DR,    DR,          0,  8, rw)

REG (SR1,   0x14, 0x00000000)
BITS(SR1,   SB,          0,  1, r)
BITS(SR1,   ADDR,        1,  1, r)
BITS(SR1,   BTF,         2,  1, r)
BITS(SR1,   ADD10,       3,  1, r)
BITS(SR1,   STOPF,       4,  1, r)
BITS(SR1,   RXNE,        6,  1, r)
BITS(SR1,   TXE,         7,  1, r)
BITS(SR1,   BERR,        8,  1, rc_w0)
BITS(SR1,   ARLO,        9,  1, rc_w0)
BITS(SR1,   AF,         10,  1, rc_w0)
BITS(SR1,   OVR,        11,  1, rc_w0)
BITS(SR1,   PECERR,     12,  1, rc_w0)
BITS(SR1,   TIMEOUT,    14,  1, rc_w0)
BITS(SR1,   SMBALERT,   15,  1, rc_w0)

REG (SR2,   0x18, 0x00000000)
BITS(SR2,   MSL,         0,  1, r)
BITS(SR2,   BUSY,        1,  1, r)
BITS(SR2,   TRA,         2,  1, r)
BITS(SR2,   GENCALL,     4,  1, r)
BITS(SR2,   SMBDEFAULT,  5,  1, r)
BITS(SR2,   SMBHOST,     6,  1, r)
BITS(SR2,   DUALF,       7,  1, r)
BITS(SR2,   PEC,         8,  8, r)

REG (CCR,   0x1c, 0x00000000)
BITS(CCR,   CCR,         0, 12, rw)
BITS(CCR,   DUTY,       14,  1, rw)
BITS(CCR,   FS,         15,  1, rw)

REG (TRISE, 0x20, 0x00000002)
BITS(TRISE, TRISE,       0,  6, rw)
