/*
 * Mistakes with FPB, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(FPB001, ERROR, "ARMv7-M C1.11",
        "CTRL written without KEY, bit 1: nothing changes",
        "write KEY with it")
MISTAKE(FPB002, ERROR, "ARMv7-M C1.11",
        "a comparator's address is not in the code region",
        "it can only compare below 0x20000000: take a breakpoint instruction")
