/*
 * RM0090 3.9  Embedded flash memory interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (ACR,     0x00, 0x00000000)
BITS(ACR,     LATENCY,      0,  3, rw)      /* wait states: checked against HCLK */
BITS(ACR,     PRFTEN,       8,  1, rw)      /* prefetch and caches: nothing to see */
BITS(ACR,     ICEN,         9,  1, rw)
BITS(ACR,     DCEN,        10,  1, rw)
BITS(ACR,     ICRST,       11,  1, w)       /* only with that cache off */
BITS(ACR,     DCRST,       12,  1, rw)

REG (KEYR,    0x04, 0x00000000)
BITS(KEYR,    KEY,          0, 32, w)

REG (OPTKEYR, 0x08, 0x00000000)
BITS(OPTKEYR, OPTKEY,       0, 32, w)

REG (SR,      0x0c, 0x00000000)
BITS(SR,      EOP,          0,  1, rc_w1)   /* only if EOPIE */
BITS(SR,      OPERR,        1,  1, rc_w1)   /* only if ERRIE */
BITS(SR,      WRPERR,       4,  1, rc_w1)
BITS(SR,      PGAERR,       5,  1, rc_w1)
BITS(SR,      PGPERR,       6,  1, rc_w1)
BITS(SR,      PGSERR,       7,  1, rc_w1)
BITS(SR,      BSY,         16,  1, r)

REG (CR,      0x10, 0x80000000)             /* only after the keys */
BITS(CR,      PG,           0,  1, rw)
BITS(CR,      SER,          1,  1, rw)
BITS(CR,      MER,          2,  1, rw)
BITS(CR,      SNB,          3,  4, rw)
BITS(CR,      PSIZE,        8,  2, rw)      /* 8 << PSIZE bits at a time */
BITS(CR,      STRT,        16,  1, rs)      /* cleared with BSY */
BITS(CR,      EOPIE,       24,  1, rw)
BITS(CR,      ERRIE,       25,  1, rw)
BITS(CR,      LOCK,        31,  1, rs)

REG (OPTCR,   0x14, 0x0fffaaed)             /* reset loads the option bytes: these, when new */
BITS(OPTCR,   OPTLOCK,      0,  1, rs)
BITS(OPTCR,   OPTSTRT,      1,  1, rs)      /* cleared with BSY */
BITS(OPTCR,   BOR_LEV,      2,  2, rw)      /* brown-out reset: the supply is never that low */
BITS(OPTCR,   WDG_SW,       5,  1, rw)
BITS(OPTCR,   NRST_STOP,    6,  1, rw)
BITS(OPTCR,   NRST_STDBY,   7,  1, rw)
BITS(OPTCR,   RDP,          8,  8, rw)
BITS(OPTCR,   NWRP,        16, 12, rw)      /* a 0 protects the sector */
