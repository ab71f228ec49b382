/*
 * RM0090 9.2  System configuration controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (MEMRMP,  0x00, 0x00000000)             /* after reset: as the boot pins say */
BITS(MEMRMP,  MEM_MODE,      0,  2, rw)

REG (PMC,     0x04, 0x00000000)
BITS(PMC,     MII_RMII_SEL, 23,  1, rw)

REG (EXTICR1, 0x08, 0x00000000)             /* 4 bits a line: its port, 0 = A ... 8 = I */
BITS(EXTICR1, EXTI,          0, 16, rw)

REG (EXTICR2, 0x0c, 0x00000000)
BITS(EXTICR2, EXTI,          0, 16, rw)

REG (EXTICR3, 0x10, 0x00000000)
BITS(EXTICR3, EXTI,          0, 16, rw)

REG (EXTICR4, 0x14, 0x00000000)
BITS(EXTICR4, EXTI,          0, 16, rw)

REG (CMPCR,   0x20, 0x00000000)
BITS(CMPCR,   CMP_PD,        0,  1, rw)
BITS(CMPCR,   READY,         8,  1, r)
