/*
 * ARMv7-M C1.11  Flash patch and breakpoint unit.  A debugger's breakpoints survive a system reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

KEPT(CTRL, 0x00, 0x00000260)
BITS(CTRL, ENABLE,    0,  1, rw)
BITS(CTRL, KEY,       1,  1, w)         /* without it a write does nothing */
BITS(CTRL, NUM_CODE,  4,  4, r)
BITS(CTRL, NUM_LIT,   8,  4, r)

KEPT(REMAP, 0x04, 0x20000000)
BITS(REMAP, REMAP,    5, 24, rw)        /* a table in SRAM, a word a comparator */
BITS(REMAP, RMPSPT,  29,  1, r)

#define COMPARATOR(n)                                       \
    KEPT(COMP##n, 0x08 + 4 * n, 0x00000000)                 \
    BITS(COMP##n, ENABLE,   0,  1, rw)                      \
    BITS(COMP##n, COMP,     2, 27, rw)                      \
    BITS(COMP##n, REPLACE, 30,  2, rw)
COMPARATOR(0)
COMPARATOR(1)
COMPARATOR(2)
COMPARATOR(3)
COMPARATOR(4)
COMPARATOR(5)
COMPARATOR(6)                           /* of data */
COMPARATOR(7)
#undef COMPARATOR

COMPONENT_ID(0x03, 0xb0, 0x2b, 0x04, 0xe0)
