/*
 * ARMv7-M B3.8, Cortex-M4 TRM 2.3  ROM table: where the debug components are, and ST's name for the chip
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG(SCS,     0x00, 0xfff0f003)      /* offset from here, present */
REG(DWT,     0x04, 0xfff02003)
REG(FPB,     0x08, 0xfff03003)
REG(ITM,     0x0c, 0xfff01003)
REG(TPIU,    0x10, 0xfff41003)
REG(ETM,     0x14, 0xfff42003)
REG(END,     0x18, 0x00000000)
REG(MEMTYPE, 0xfcc, 0x00000001)     /* there is more on this bus than debug components */

COMPONENT_ID(0x13, 0x04, 0x0a, 0x00, 0x10)
