/*
 * Mistakes with a CompactFlash at the FSMC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(CF001, ERROR, "CF+ 6.2",
        "a sector is addressed that a CompactFlash has not",
        "IDENTIFY says how many there are; without LBA sectors count from 1, and the card has 16 heads and 63 sectors")
MISTAKE(CF002, ERROR, "CF+ 6.1",
        "a command, or a register is written, while a CompactFlash is busy: it is lost",
        "wait for BSY to be 0 in its status")
MISTAKE(CF003, ERROR, "CF+ 6.2",
        "a command that a CompactFlash has not",
        "look at the list of commands; a halfword written to the command's odd address has it in its low byte")
MISTAKE(CF004, ERROR, "CF+ 6.1",
        "data of a CompactFlash is read or written while it does not ask for it",
        "wait for DRQ in its status")
MISTAKE(CF005, ERROR, "CF+ 4.4",
        "an access where a CompactFlash has nothing, as its register COR is",
        "write 0x41 to COR, at 0x200 of attribute memory, for I/O at 16 addresses in a row, 0x42 for 0x1f0")
