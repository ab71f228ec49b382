/*
 * Mistakes with the registers of any peripheral, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(PER001, ERROR, "RM0090 7.3",
        "a register is accessed while its peripheral has no clock or is held in reset: it reads 0, "
        "writes are lost",
        "set its enable bit in RCC first, and clear its reset bit")
MISTAKE(PER002, ERROR, "RM0090 2.3",
        "an access where a peripheral has no register",
        "see the manual's register map")
MISTAKE(PER003, ERROR, "RM0090 2.3",
        "a register is accessed with a width that it does not take",
        "access it with the width that the manual says: whole words, mostly")
UNMODELLED(PER004, NOTE, "docs/peripherals.md",
        "bits are set which do nothing in this machine yet",
        "do not rely on them here: the chip has them")
MISTAKE(PER005, ERROR, "RM0090 1.1",
        "flags of a status register are cleared by reading it and writing it back: one that has come "
        "in between is lost",
        "write ones to all flags but the one that is meant: SR = ~FLAG")
MISTAKE(PER006, ERROR, "RM0090 1.1",
        "a flag that is cleared by writing 1 is cleared by |=: all flags that are set go with it, and are lost",
        "write the one flag that is meant: PR = FLAG")
MISTAKE(PER007, ERROR, "RM0090 1.1",
        "a loop waits for a flag of a peripheral that is off, or stuck, so it never ends",
        "switch the peripheral on before, and let the loop have a time-out")
MISTAKE(PER008, NOTE, "RM0090 1.1",
        "a loop waits for a flag, and nothing has been started that sets it",
        "start what it waits for, and let the loop have a time-out")
