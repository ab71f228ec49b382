/*
 * RM0090 30.6  Universal synchronous asynchronous receiver transmitter
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (SR,   0x00, 0x000000c0)
BITS(SR,   PE,            0,  1, r)
BITS(SR,   FE,            1,  1, r)
BITS(SR,   NE,            2,  1, r)
BITS(SR,   ORE,           3,  1, r)
BITS(SR,   IDLE,          4,  1, r)
BITS(SR,   RXNE,          5,  1, rc_w0)
BITS(SR,   TC,            6,  1, rc_w0)
BITS(SR,   TXE,           7,  1, r)
BITS(SR,   LBD,           8,  1, rc_w0)
BITS(SR,   CTS,           9,  1, rc_w0)

REG (DR,   0x04, 0x00000000)
BITS(DR,   DR,            0,  9, rw)    /* reads RDR, writes TDR */

REG (BRR,  0x08, 0x00000000)
BITS(BRR,  DIV_Fraction,  0,  4, rw)
BITS(BRR,  DIV_Mantissa,  4, 12, rw)

REG (CR1,  0x0c, 0x00000000)
BITS(CR1,  SBK,           0,  1, rw)    /* the hardware clears it too */
BITS(CR1,  RWU,           1,  1, rw)    /* and sets and clears this one */
BITS(CR1,  RE,            2,  1, rw)
BITS(CR1,  TE,            3,  1, rw)
BITS(CR1,  IDLEIE,        4,  1, rw)
BITS(CR1,  RXNEIE,        5,  1, rw)
BITS(CR1,  TCIE,          6,  1, rw)
BITS(CR1,  TXEIE,         7,  1, rw)
BITS(CR1,  PEIE,          8,  1, rw)
BITS(CR1,  PS,            9,  1, rw)
BITS(CR1,  PCE,          10,  1, rw)
BITS(CR1,  WAKE,         11,  1, rw)
BITS(CR1,  M,            12,  1, rw)
BITS(CR1,  UE,           13,  1, rw)
BITS(CR1,  OVER8,        15,  1, rw)

REG (CR2,  0x10, 0x00000000)
BITS(CR2,  ADD,           0,  4, rw)
BITS(CR2,  LBDL,          5,  1, rw)    /* a break here is long enough for either */
BITS(CR2,  LBDIE,         6,  1, rw)
BITS(CR2,  LBCL,          8,  1, todo)
BITS(CR2,  CPHA,          9,  1, todo)
BITS(CR2,  CPOL,         10,  1, rw)
BITS(CR2,  CLKEN,        11,  1, rw)
BITS(CR2,  STOP,         12,  2, rw)
BITS(CR2,  LINEN,        14,  1, rw)

REG (CR3,  0x14, 0x00000000)
BITS(CR3,  EIE,           0,  1, rw)
BITS(CR3,  IREN,          1,  1, rw)
BITS(CR3,  IRLP,          2,  1, todo)
BITS(CR3,  HDSEL,         3,  1, rw)
BITS(CR3,  NACK,          4,  1, todo)
BITS(CR3,  SCEN,          5,  1, rw)
BITS(CR3,  DMAR,          6,  1, rw)
BITS(CR3,  DMAT,          7,  1, rw)
BITS(CR3,  RTSE,          8,  1, rw)
BITS(CR3,  CTSE,          9,  1, rw)
BITS(CR3,  CTSIE,        10,  1, rw)
BITS(CR3,  ONEBIT,       11,  1, rw)

REG (GTPR, 0x18, 0x00000000)
BITS(GTPR, PSC,           0,  8, rw)
BITS(GTPR, GT,            8,  8, rw)
