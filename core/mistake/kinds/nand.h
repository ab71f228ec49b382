/*
 * Mistakes with NAND flash at the FSMC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(NAND001, ERROR, "ONFI 5",
        "a page is addressed that there is not",
        "address pages that there are")
MISTAKE(NAND002, ERROR, "ONFI 5",
        "a command that the NAND has not",
        "look at the list of commands")
MISTAKE(NAND003, ERROR, "ONFI 5",
        "a command while the NAND is busy",
        "wait for R/B to be high, or bit 6 of its status")
MISTAKE(NAND004, ERROR, "ONFI 5",
        "more address cycles than the NAND takes",
        "a page takes five")
MISTAKE(NAND005, ERROR, "ONFI 5",
        "data is written without the command 0x80 before",
        "send 0x80 and the address first")
MISTAKE(NAND006, ERROR, "ONFI 5",
        "data is read while the NAND is busy",
        "wait for R/B to be high, or bit 6 of its status")
MISTAKE(NAND007, ERROR, "ONFI 3.2",
        "a block that its maker has marked as bad is programmed or erased",
        "read the first spare byte of a block's first two pages before anything is done to it: 0 is the mark")
