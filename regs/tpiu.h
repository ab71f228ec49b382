/*
 * ARMv7-M C1.10, PM0214  Trace port interface unit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (SSPSR, 0x000, 0x0000000f)
BITS(SSPSR, SWIDTH,     0, 32, r)

REG (CSPSR, 0x004, 0x00000001)
BITS(CSPSR, CWIDTH,     0, 32, rw)

REG (ACPR,  0x010, 0x00000000)
BITS(ACPR,  SWOSCALER,  0, 13, rw)

REG (SPPR,  0x0f0, 0x00000001)
BITS(SPPR,  TXMODE,     0,  2, rw)

REG (FFSR,  0x300, 0x00000008)
BITS(FFSR,  STATUS,     0,  4, r)

REG (FFCR,  0x304, 0x00000102)
BITS(FFCR,  EnFCont,    1,  1, rw)
BITS(FFCR,  TrigIn,     8,  1, r)

REG (FSCR,  0x308, 0x00000000)
BITS(FSCR,  CycCount,   0, 12, rw)

REG (DEVID, 0xfc8, 0x00000ca1)
BITS(DEVID, DEVID,      0, 32, r)

COMPONENT_ID(0xa1, 0xb9, 0x0b, 0x04, 0x90)
