/*
 * RM0090 36.5.6, 36.6.8  Flexible static memory controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* Of NE1 to NE4.  What only changes how long a burst takes matters with timing=approximate alone. */
#define FSMC_REGION(n, at, bcr_reset)                                   \
    REG (BCR##n, at, bcr_reset)                                         \
    BITS(BCR##n, MBKEN,      0, 1, rw)                                  \
    BITS(BCR##n, MUXEN,      1, 1, rw)                                  \
    BITS(BCR##n, MTYP,       2, 2, rw)                                  \
    BITS(BCR##n, MWID,       4, 2, rw)                                  \
    BITS(BCR##n, FACCEN,     6, 1, rw)                                  \
    BITS(BCR##n, BURSTEN,    8, 1, rw)                                  \
    BITS(BCR##n, WAITPOL,    9, 1, rw)                                  \
    BITS(BCR##n, WRAPMOD,   10, 1, rw)                                  \
    BITS(BCR##n, WAITCFG,   11, 1, rw)                                  \
    BITS(BCR##n, WREN,      12, 1, rw)                                  \
    BITS(BCR##n, WAITEN,    13, 1, rw)                                  \
    BITS(BCR##n, EXTMOD,    14, 1, rw)                                  \
    BITS(BCR##n, ASYNCWAIT, 15, 1, rw)                                  \
    BITS(BCR##n, CPSIZE,    16, 3, rw)                                  \
    BITS(BCR##n, CBURSTRW,  19, 1, rw)                                  \
                                                                        \
    REG (BTR##n, at + 4, 0x0fffffff)                                    \
    BITS(BTR##n, ADDSET,     0, 4, rw)                                  \
    BITS(BTR##n, ADDHLD,     4, 4, rw)                                  \
    BITS(BTR##n, DATAST,     8, 8, rw)                                  \
    BITS(BTR##n, BUSTURN,   16, 4, rw)                                  \
    BITS(BTR##n, CLKDIV,    20, 4, rw)                                  \
    BITS(BTR##n, DATLAT,    24, 4, rw)                                  \
    BITS(BTR##n, ACCMOD,    28, 2, rw)                                  \
                                                                        \
    REG (BWTR##n, at + 0x104, 0x0fffffff)                               \
    BITS(BWTR##n, ADDSET,    0, 4, rw)                                  \
    BITS(BWTR##n, ADDHLD,    4, 4, rw)                                  \
    BITS(BWTR##n, DATAST,    8, 8, rw)                                  \
    BITS(BWTR##n, BUSTURN,  16, 4, rw)                                  \
    BITS(BWTR##n, ACCMOD,   28, 2, rw)

FSMC_REGION(1, 0x00, 0x000030db)
FSMC_REGION(2, 0x08, 0x000030d2)
FSMC_REGION(3, 0x10, 0x000030d2)
FSMC_REGION(4, 0x18, 0x000030d2)

/* Of banks 2 and 3, NAND, and 4, PC Card. */
#define FSMC_BANK(n, at)                                                \
    REG (PCR##n, at, 0x00000018)                                        \
    BITS(PCR##n, PWAITEN,    1, 1, rw)                                  \
    BITS(PCR##n, PBKEN,      2, 1, rw)                                  \
    BITS(PCR##n, PTYP,       3, 1, rw)                                  \
    BITS(PCR##n, PWID,       4, 2, rw)                                  \
    BITS(PCR##n, ECCEN,      6, 1, rw)                                  \
    BITS(PCR##n, TCLR,       9, 4, rw)                                  \
    BITS(PCR##n, TAR,       13, 4, rw)                                  \
    BITS(PCR##n, ECCPS,     17, 3, rw)                                  \
                                                                        \
    REG (SR##n, at + 4, 0x00000040)                                     \
    BITS(SR##n, IRS,         0, 1, rw)          /* the hardware sets the three */ \
    BITS(SR##n, ILS,         1, 1, rw)                                  \
    BITS(SR##n, IFS,         2, 1, rw)                                  \
    BITS(SR##n, IREN,        3, 1, rw)                                  \
    BITS(SR##n, ILEN,        4, 1, rw)                                  \
    BITS(SR##n, IFEN,        5, 1, rw)                                  \
    BITS(SR##n, FEMPT,       6, 1, r)                                   \
                                                                        \
    REG (PMEM##n, at + 8, 0xfcfcfcfc)                                   \
    BITS(PMEM##n, MEMSET,    0, 8, rw)                                  \
    BITS(PMEM##n, MEMWAIT,   8, 8, rw)                                  \
    BITS(PMEM##n, MEMHOLD,  16, 8, rw)                                  \
    BITS(PMEM##n, MEMHIZ,   24, 8, rw)                                  \
                                                                        \
    REG (PATT##n, at + 12, 0xfcfcfcfc)                                  \
    BITS(PATT##n, ATTSET,    0, 8, rw)                                  \
    BITS(PATT##n, ATTWAIT,   8, 8, rw)                                  \
    BITS(PATT##n, ATTHOLD,  16, 8, rw)                                  \
    BITS(PATT##n, ATTHIZ,   24, 8, rw)

FSMC_BANK(2, 0x60)
REG (ECCR2,  0x74, 0x00000000)
BITS(ECCR2,  ECC,            0, 32, r)

FSMC_BANK(3, 0x80)
REG (ECCR3,  0x94, 0x00000000)
BITS(ECCR3,  ECC,            0, 32, r)

FSMC_BANK(4, 0xa0)
REG (PIO4,   0xb0, 0xfcfcfcfc)
BITS(PIO4,   IOSET,          0, 8, rw)
BITS(PIO4,   IOWAIT,         8, 8, rw)
BITS(PIO4,   IOHOLD,        16, 8, rw)
BITS(PIO4,   IOHIZ,         24, 8, rw)
