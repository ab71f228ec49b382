/*
 * Mistakes with DWT, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(DWT001, ERROR, "ARMv7-M C1.5",
        "a comparator matches, and DebugMonitor can't be taken: only MATCHED is set",
        "set DEMCR.MON_EN, and give DebugMonitor a priority above that of the code that is watched")
UNMODELLED(DWT002, NOTE, "ARMv7-M C1.8",
        "the value of an access to a register is not compared",
        "watch the address alone")
MISTAKE(DWT003, ERROR, "ARMv7-M C1.8",
        "CYCCNT written, but DEMCR.TRCENA is not set: it does not count",
        "set TRCENA of DEMCR first")
MISTAKE(DWT004, ERROR, "ARMv7-M C1.8",
        "LAR: wrong key",
        "a Cortex-M4 needs none; the right one is 0xc5acce55")
MISTAKE(DWT005, ERROR, "ARMv7-M C1.8",
        "a comparator is written, but DEMCR.TRCENA is not set: nothing is compared",
        "set TRCENA of DEMCR first")
MISTAKE(DWT006, ERROR, "ARMv7-M C1.8",
        "a comparator's address is not a multiple of the size that its MASK gives",
        "make COMP a multiple of 1 << MASK")
