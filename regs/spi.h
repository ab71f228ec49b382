/*
 * RM0090 28.5  Serial peripheral interface, I2S
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (CR1,     0x00, 0x00000000)
BITS(CR1,     CPHA,      0,  1, rw)
BITS(CR1,     CPOL,      1,  1, rw)
BITS(CR1,     MSTR,      2,  1, rw)
BITS(CR1,     BR,        3,  3, rw)
BITS(CR1,     SPE,       6,  1, rw)
BITS(CR1,     LSBFIRST,  7,  1, rw)
BITS(CR1,     SSI,       8,  1, rw)
BITS(CR1,     SSM,       9,  1, rw)
BITS(CR1,     RXONLY,   10,  1, rw)
BITS(CR1,     DFF,      11,  1, rw)
BITS(CR1,     CRCNEXT,  12,  1, rw)    /* the hardware clears it */
BITS(CR1,     CRCEN,    13,  1, rw)
BITS(CR1,     BIDIOE,   14,  1, rw)
BITS(CR1,     BIDIMODE, 15,  1, rw)

REG (CR2,     0x04, 0x00000000)
BITS(CR2,     RXDMAEN,   0,  1, rw)
BITS(CR2,     TXDMAEN,   1,  1, rw)
BITS(CR2,     SSOE,      2,  1, rw)
BITS(CR2,     FRF,       4,  1, rw)
BITS(CR2,     ERRIE,     5,  1, rw)
BITS(CR2,     RXNEIE,    6,  1, rw)
BITS(CR2,     TXEIE,     7,  1, rw)

REG (SR,      0x08, 0x00000002)
BITS(SR,      RXNE,      0,  1, r)
BITS(SR,      TXE,       1,  1, r)
BITS(SR,      CHSIDE,    2,  1, r)
BITS(SR,      UDR,       3,  1, r)
BITS(SR,      CRCERR,    4,  1, rc_w0)
BITS(SR,      MODF,      5,  1, r)
BITS(SR,      OVR,       6,  1, r)
BITS(SR,      BSY,       7,  1, r)
BITS(SR,      FRE,       8,  1, r)

REG (DR,      0x0c, 0x00000000)
BITS(DR,      DR,        0, 16, rw)    /* reads what came, writes what goes */

REG (CRCPR,   0x10, 0x00000007)
BITS(CRCPR,   CRCPOLY,   0, 16, rw)

REG (RXCRCR,  0x14, 0x00000000)
BITS(RXCRCR,  RXCRC,     0, 16, r)

REG (TXCRCR,  0x18, 0x00000000)
BITS(TXCRCR,  TXCRC,     0, 16, r)

REG (I2SCFGR, 0x1c, 0x00000000)
BITS(I2SCFGR, CHLEN,     0,  1, rw)
BITS(I2SCFGR, DATLEN,    1,  2, rw)
BITS(I2SCFGR, CKPOL,     3,  1, rw)
BITS(I2SCFGR, I2SSTD,    4,  2, rw)
BITS(I2SCFGR, PCMSYNC,   7,  1, rw)
BITS(I2SCFGR, I2SCFG,    8,  2, rw)
BITS(I2SCFGR, I2SE,     10,  1, rw)
BITS(I2SCFGR, I2SMOD,   11,  1, rw)

REG (I2SPR,   0x20, 0x00000002)
BITS(I2SPR,   I2SDIV,    0,  8, rw)
BITS(I2SPR,   ODD,       8,  1, rw)
BITS(I2SPR,   MCKOE,     9,  1, rw)
