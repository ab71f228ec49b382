/*
 * ARMv7-M C1.8  Data watchpoint and trace unit.  What a debugger has set up survives a system reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

KEPT(CTRL,      0x00, 0x40000000)           /* 4 comparators */
BITS(CTRL,      CYCCNTENA,    0,  1, rw)
BITS(CTRL,      POSTPRESET,   1,  4, todo)
BITS(CTRL,      POSTINIT,     5,  4, todo)
BITS(CTRL,      CYCTAP,       9,  1, todo)
BITS(CTRL,      SYNCTAP,     10,  2, todo)
BITS(CTRL,      PCSAMPLENA,  12,  1, todo)
BITS(CTRL,      EXCTRCENA,   16,  1, todo)
BITS(CTRL,      CPIEVTENA,   17,  1, todo)
BITS(CTRL,      EXCEVTENA,   18,  1, todo)
BITS(CTRL,      SLEEPEVTENA, 19,  1, rw)
BITS(CTRL,      LSUEVTENA,   20,  1, todo)
BITS(CTRL,      FOLDEVTENA,  21,  1, todo)
BITS(CTRL,      CYCEVTENA,   22,  1, todo)
BITS(CTRL,      FEATURES,    24,  8, r)

REG (CYCCNT,    0x04, 0x00000000)
BITS(CYCCNT,    CYCCNT,       0, 32, rw)

REG (CPICNT,    0x08, 0x00000000)
BITS(CPICNT,    CPICNT,       0,  8, todo)
REG (EXCCNT,    0x0c, 0x00000000)
BITS(EXCCNT,    EXCCNT,       0,  8, todo)
REG (SLEEPCNT,  0x10, 0x00000000)
BITS(SLEEPCNT,  SLEEPCNT,     0,  8, rw)
REG (LSUCNT,    0x14, 0x00000000)
BITS(LSUCNT,    LSUCNT,       0,  8, todo)
REG (FOLDCNT,   0x18, 0x00000000)
BITS(FOLDCNT,   FOLDCNT,      0,  8, todo)
REG (PCSR,      0x1c, 0x00000000)
BITS(PCSR,      EIASAMPLE,    0, 32, r)

#define COMPARATOR(n, linked)                               \
    KEPT(COMP##n,     0x20 + 0x10 * n, 0x00000000)          \
    BITS(COMP##n,     COMP,        0, 32, rw)               \
    KEPT(MASK##n,     0x24 + 0x10 * n, 0x00000000)          \
    BITS(MASK##n,     MASK,        0,  4, rw)               \
    KEPT(FUNCTION##n, 0x28 + 0x10 * n, linked)              \
    BITS(FUNCTION##n, FUNCTION,    0,  4, rw)               \
    BITS(FUNCTION##n, EMITRANGE,   5,  1, rw)               \
    BITS(FUNCTION##n, MATCHED,    24,  1, r)
COMPARATOR(0, 0)
BITS(FUNCTION0, CYCMATCH,      7,  1, rw)
COMPARATOR(1, 0x200)
BITS(FUNCTION1, DATAVMATCH,    8,  1, rw)
BITS(FUNCTION1, LNK1ENA,       9,  1, r)
BITS(FUNCTION1, DATAVSIZE,    10,  2, rw)
BITS(FUNCTION1, DATAVADDR0,   12,  2, rw)   /* of four bits those that four comparators need */
BITS(FUNCTION1, DATAVADDR1,   16,  2, rw)
COMPARATOR(2, 0)
COMPARATOR(3, 0)
#undef COMPARATOR

REG (LAR,      0xfb0, 0x00000000)           /* no lock here: kept quiet, other cores have one */
BITS(LAR,       KEY,          0, 32, w)
REG (LSR,      0xfb4, 0x00000000)
BITS(LSR,       LSR,          0,  3, r)

COMPONENT_ID(0x02, 0xb0, 0x3b, 0x04, 0xe0)
