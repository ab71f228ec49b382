/*
 * RM0090 31.9  Secure digital input/output interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (POWER,   0x00, 0x00000000)
BITS(POWER,   PWRCTRL,     0,  2, rw)       /* 3: on */

REG (CLKCR,   0x04, 0x00000000)
BITS(CLKCR,   CLKDIV,      0,  8, rw)
BITS(CLKCR,   CLKEN,       8,  1, rw)
BITS(CLKCR,   PWRSAV,      9,  1, rw)
BITS(CLKCR,   BYPASS,     10,  1, rw)
BITS(CLKCR,   WIDBUS,     11,  2, rw)       /* 1, 4, 8 bits */
BITS(CLKCR,   NEGEDGE,    13,  1, rw)
BITS(CLKCR,   HWFC_EN,    14,  1, rw)

REG (ARG,     0x08, 0x00000000)
BITS(ARG,     CMDARG,      0, 32, rw)

REG (CMD,     0x0c, 0x00000000)
BITS(CMD,     CMDINDEX,    0,  6, rw)
BITS(CMD,     WAITRESP,    6,  2, rw)       /* 1: short, 3: long, else none */
BITS(CMD,     WAITINT,     8,  1, rw)
BITS(CMD,     WAITPEND,    9,  1, rw)
BITS(CMD,     CPSMEN,     10,  1, rw)
BITS(CMD,     SDIOSUSPEND, 11, 1, rw)
BITS(CMD,     ENCMDCOMPL, 12,  1, rw)       /* CE-ATA */
BITS(CMD,     NIEN,       13,  1, rw)
BITS(CMD,     CEATACMD,   14,  1, rw)

REG (RESPCMD, 0x10, 0x00000000)
BITS(RESPCMD, RESPCMD,     0,  6, r)
REG (RESP1,   0x14, 0x00000000)
BITS(RESP1,   CARDSTATUS1, 0, 32, r)
REG (RESP2,   0x18, 0x00000000)
BITS(RESP2,   CARDSTATUS2, 0, 32, r)
REG (RESP3,   0x1c, 0x00000000)
BITS(RESP3,   CARDSTATUS3, 0, 32, r)
REG (RESP4,   0x20, 0x00000000)
BITS(RESP4,   CARDSTATUS4, 0, 32, r)

REG (DTIMER,  0x24, 0x00000000)
BITS(DTIMER,  DATATIME,    0, 32, rw)
REG (DLEN,    0x28, 0x00000000)
BITS(DLEN,    DATALENGTH,  0, 25, rw)

REG (DCTRL,   0x2c, 0x00000000)
BITS(DCTRL,   DTEN,        0,  1, rw)
BITS(DCTRL,   DTDIR,       1,  1, rw)       /* 1: from the card */
BITS(DCTRL,   DTMODE,      2,  1, rw)       /* 1: stream, or bytes of SDIO */
BITS(DCTRL,   DMAEN,       3,  1, rw)
BITS(DCTRL,   DBLOCKSIZE,  4,  4, rw)
BITS(DCTRL,   RWSTART,     8,  1, rw)
BITS(DCTRL,   RWSTOP,      9,  1, rw)
BITS(DCTRL,   RWMOD,      10,  1, rw)
BITS(DCTRL,   SDIOEN,     11,  1, rw)

REG (DCOUNT,  0x30, 0x00000000)
BITS(DCOUNT,  DATACOUNT,   0, 25, r)

REG (STA,     0x34, 0x00000000)
BITS(STA,     CCRCFAIL,    0,  1, r)
BITS(STA,     DCRCFAIL,    1,  1, r)
BITS(STA,     CTIMEOUT,    2,  1, r)
BITS(STA,     DTIMEOUT,    3,  1, r)
BITS(STA,     TXUNDERR,    4,  1, r)
BITS(STA,     RXOVERR,     5,  1, r)
BITS(STA,     CMDREND,     6,  1, r)
BITS(STA,     CMDSENT,     7,  1, r)
BITS(STA,     DATAEND,     8,  1, r)
BITS(STA,     STBITERR,    9,  1, r)
BITS(STA,     DBCKEND,    10,  1, r)
BITS(STA,     CMDACT,     11,  1, r)
BITS(STA,     TXACT,      12,  1, r)
BITS(STA,     RXACT,      13,  1, r)
BITS(STA,     TXFIFOHE,   14,  1, r)
BITS(STA,     RXFIFOHF,   15,  1, r)
BITS(STA,     TXFIFOF,    16,  1, r)
BITS(STA,     RXFIFOF,    17,  1, r)
BITS(STA,     TXFIFOE,    18,  1, r)
BITS(STA,     RXFIFOE,    19,  1, r)
BITS(STA,     TXDAVL,     20,  1, r)
BITS(STA,     RXDAVL,     21,  1, r)
BITS(STA,     SDIOIT,     22,  1, r)
BITS(STA,     CEATAEND,   23,  1, r)

REG (ICR,     0x38, 0x00000000)
BITS(ICR,     FLAGSC,      0, 11, w)        /* CCRCFAILC to DBCKENDC, where STA has them */
BITS(ICR,     SDIOITC,    22,  1, w)
BITS(ICR,     CEATAENDC,  23,  1, w)

REG (MASK,    0x3c, 0x00000000)
BITS(MASK,    IE,          0, 24, rw)       /* of each flag, where STA has it */

REG (FIFOCNT, 0x48, 0x00000000)
BITS(FIFOCNT, FIFOCOUNT,   0, 24, r)

/* One register with 32 addresses, so that a burst that counts up reaches it. */
#define FIFO_WORD(n, offset)            \
    REG (FIFO##n, offset, 0x00000000)   \
    BITS(FIFO##n, FIFODATA, 0, 32, rw)
FIFO_WORD(,   0x80)
FIFO_WORD(1,  0x84)
FIFO_WORD(2,  0x88)
FIFO_WORD(3,  0x8c)
FIFO_WORD(4,  0x90)
FIFO_WORD(5,  0x94)
FIFO_WORD(6,  0x98)
FIFO_WORD(7,  0x9c)
FIFO_WORD(8,  0xa0)
FIFO_WORD(9,  0xa4)
FIFO_WORD(10, 0xa8)
FIFO_WORD(11, 0xac)
FIFO_WORD(12, 0xb0)
FIFO_WORD(13, 0xb4)
FIFO_WORD(14, 0xb8)
FIFO_WORD(15, 0xbc)
FIFO_WORD(16, 0xc0)
FIFO_WORD(17, 0xc4)
FIFO_WORD(18, 0xc8)
FIFO_WORD(19, 0xcc)
FIFO_WORD(20, 0xd0)
FIFO_WORD(21, 0xd4)
FIFO_WORD(22, 0xd8)
FIFO_WORD(23, 0xdc)
FIFO_WORD(24, 0xe0)
FIFO_WORD(25, 0xe4)
FIFO_WORD(26, 0xe8)
FIFO_WORD(27, 0xec)
FIFO_WORD(28, 0xf0)
FIFO_WORD(29, 0xf4)
FIFO_WORD(30, 0xf8)
FIFO_WORD(31, 0xfc)
#undef FIFO_WORD
