/*
 * Mistakes with FSMC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(FSMC001, ERROR, "RM0090 36",
        "an access to bank 1 while the controller has no clock or is in reset: a bus error",
        "set RCC_AHB3ENR.FSMCEN first")
MISTAKE(FSMC002, ERROR, "RM0090 36",
        "an access to a part of bank 1 that is off: a bus error",
        "set BCRx.MBKEN first")
MISTAKE(FSMC003, ERROR, "RM0090 36",
        "an access to NOR flash with FACCEN 0: a bus error",
        "set BCRx.FACCEN")
MISTAKE(FSMC004, ERROR, "RM0090 36",
        "an access to a part of bank 1 where nothing is connected",
        "-device stm32-sram,bank=ne3,size=1M connects something")
MISTAKE(FSMC005, ERROR, "RM0090 36",
        "a write with WREN 0: a bus error",
        "set BCRx.WREN")
MISTAKE(FSMC006, ERROR, "RM0090 36",
        "a byte is written to NOR flash of 16 bits: the other half of the word is written too",
        "write halfwords")
MISTAKE(FSMC007, ERROR, "RM0090 36",
        "BCRx.MWID is reserved: taken for 8 bits",
        "it is 0 for 8 bits, 1 for 16")
MISTAKE(FSMC008, ERROR, "RM0090 36",
        "ECCR is read while what was written is still in the FIFO",
        "wait for SRx.FEMPT")
MISTAKE(FSMC009, ERROR, "RM0090 36",
        "ECCR is read in the middle of a page",
        "set ECCEN before the first, read ECCR after the last")
MISTAKE(FSMC010, ERROR, "RM0090 36",
        "an access to a NAND or PC Card bank while the controller has no clock or is in reset: a bus "
        "error",
        "set RCC_AHB3ENR.FSMCEN first")
MISTAKE(FSMC011, ERROR, "RM0090 36",
        "an access to a NAND or PC Card bank that is off: a bus error",
        "set PCRx.PBKEN first")
MISTAKE(FSMC012, ERROR, "RM0090 36",
        "an access to the PC Card while no card is there: a bus error",
        "look at the card detect pin first")
MISTAKE(FSMC013, ERROR, "RM0090 36",
        "PCRx.PTYP is not what the bank has",
        "it is 1 for NAND in banks 2 and 3, 0 for a PC Card in bank 4")
MISTAKE(FSMC014, ERROR, "RM0090 36",
        "an access to a NAND or PC Card bank where nothing is connected",
        "-device stm32-nand,bank=nce2 (nce3) connects NAND, -device stm32-compactflash a card")
MISTAKE(FSMC015, ERROR, "RM0090 36",
        "an access to a reserved part of a NAND or PC Card bank",
        "use the common space, +0, +0x10000 (CLE), +0x20000 (ALE)")
MISTAKE(FSMC016, SUSPICIOUS, "RM0090 36",
        "accesses are shorter than the part there needs",
        "raise DATAST in BTRx or BWTRx")
MISTAKE(FSMC017, ERROR, "RM0090 36",
        "ASYNCWAIT while NWAIT never ends the access: on silicon the core hangs",
        "clear BCR.ASYNCWAIT if nothing drives NWAIT")
MISTAKE(FSMC018, ERROR, "RM0090 36",
        "a part is used while lines of it are not routed to a pin",
        "give the pins AF12")
MISTAKE(FSMC019, ERROR, "RM0090 36",
        "a part is used with another width than it has",
        "set BCR.MWID or PCR.PWID")
MISTAKE(FSMC020, ERROR, "RM0090 36",
        "a part is used with MUXEN as it is not wired",
        "set BCR.MUXEN as the part is wired")
MISTAKE(FSMC021, ERROR, "RM0090 36",
        "an access is one address line beside the part's register select",
        "with 16 data lines address line An is bit n + 1 of the offset")
MISTAKE(FSMC022, NOTE, "RM0090 36",
        "bank 4, the PC Card, is switched on: the package of this board has none of the pins that only it uses",
        "a PC Card takes a chip with 144 pins or more")
