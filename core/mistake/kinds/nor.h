/*
 * Mistakes with NOR flash at the FSMC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(NOR001, ERROR, "M29W128G 6",
        "the image of drive= can't be written",
        "give -drive an image that can be written, or another")
MISTAKE(NOR002, ERROR, "M29W128G 6",
        "bits are programmed that are 0 already",
        "erase the block first")
MISTAKE(NOR003, ERROR, "M29W128G 6",
        "a write to NOR flash begins no command",
        "one begins with 0xAA at address 0x555")
MISTAKE(NOR004, ERROR, "M29W128G 6",
        "a command that the NOR flash has not",
        "look at the list of commands")
MISTAKE(NOR005, ERROR, "M29W128G 6",
        "something else where an erase is expected",
        "0x30 of a block, or 0x10 of all")
MISTAKE(NOR006, ERROR, "M29W128G 6",
        "the write buffer is aborted",
        "it takes up to 32 words of one block, then 0x29")
MISTAKE(NOR007, ERROR, "M29W128G 6",
        "NOR flash is written while it is busy",
        "wait for R/B, or for DQ6 to toggle no more")
MISTAKE(NOR008, ERROR, "M29W128G 6",
        "a byte is written to NOR flash with 16 lines: the other half of the word is written too",
        "write halfwords")
