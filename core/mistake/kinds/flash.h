/*
 * Mistakes with FLASH, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(FLASH001, ERROR, "RM0090 3",
        "the option bytes are written: ignored",
        "write OPTKEYR, OPTCR and set OPTSTRT")
MISTAKE(FLASH002, ERROR, "RM0090 3",
        "CR.SNB is no sector",
        "there are sectors 0 to 11")
MISTAKE(FLASH003, ERROR, "RM0090 3",
        "a sector is erased which is write-protected",
        "set its bit in OPTCR.nWRP first")
MISTAKE(FLASH004, ERROR, "RM0090 3",
        "mass erase while sectors are write-protected",
        "set all bits of OPTCR.nWRP first, or erase by sectors")
MISTAKE(FLASH005, ERROR, "RM0090 3",
        "CR.STRT with both SER and MER, or neither",
        "set one of them, then STRT")
MISTAKE(FLASH006, ERROR, "RM0090 3.5.1",
        "ACR.LATENCY is less than HCLK needs: on silicon what is fetched may be wrong",
        "set ACR.LATENCY before the clock is raised")
MISTAKE(FLASH007, ERROR, "RM0090 3",
        "ACR.ICRST can be written only with ICEN off: ignored",
        "clear ICEN first")
MISTAKE(FLASH008, ERROR, "RM0090 3",
        "ACR.DCRST can be written only with DCEN off: ignored",
        "clear DCEN first")
MISTAKE(FLASH009, ERROR, "RM0090 3",
        "a key for what a wrong key has locked until the next reset",
        "reset the chip")
MISTAKE(FLASH010, SUSPICIOUS, "RM0090 3",
        "a key for what is not locked: ignored",
        "look at LOCK before the keys are written")
MISTAKE(FLASH011, ERROR, "RM0090 3",
        "a wrong key: locked until the next reset",
        "write 0x45670123, 0xCDEF89AB (OPTKEYR: 0x08192A3B, 0x4C5D6E7F) in this order")
MISTAKE(FLASH012, ERROR, "RM0090 3",
        "a key for OPTCR with read protection level 2",
        "nothing can be done: level 2 is final")
MISTAKE(FLASH013, ERROR, "RM0090 3",
        "CR written while LOCK is set: ignored",
        "write the keys first")
MISTAKE(FLASH014, SUSPICIOUS, "RM0090 3",
        "read protection goes to level 2: on silicon that is for ever, without debugger and bootloader",
        "use level 1 unless that is meant")
MISTAKE(FLASH015, ERROR, "RM0090 3",
        "OPTCR written while OPTLOCK is set: ignored",
        "write its keys first")
MISTAKE(FLASH016, ERROR, "RM0090 3",
        "an operation, and SR has error flags from one before: nothing is done",
        "clear them first")
MISTAKE(FLASH017, ERROR, "RM0090 3",
        "CR.PSIZE is x64, which needs an external VPP",
        "choose x32, or less by the supply")
MISTAKE(FLASH018, ERROR, "RM0090 3",
        "programmed where it was not erased: zeros stay zeros",
        "erase the sector first")
MISTAKE(FLASH019, ERROR, "RM0090 3",
        "x64: the second word is not behind the first",
        "write the lower word, then the upper")
MISTAKE(FLASH020, ERROR, "RM0090 3",
        "x64: programming across the end of a 128-bit row",
        "align it to 8 bytes")
MISTAKE(FLASH021, ERROR, "RM0090 3",
        "flash is written, and nothing is programmed",
        "unlock CR, set PG, and wait for BSY before")
MISTAKE(FLASH022, ERROR, "RM0090 3",
        "flash is written through its alias at 0, and nothing is programmed: a NULL pointer?",
        "check the pointer; to program, unlock CR and set PG, at 0x08000000")
MISTAKE(FLASH023, ERROR, "RM0090 3",
        "flash is written with another size than CR.PSIZE",
        "write items of the size that CR.PSIZE says")
MISTAKE(FLASH024, ERROR, "RM0090 3",
        "programming where it is write-protected",
        "set its bit in OPTCR.nWRP first")
MISTAKE(FLASH025, NOTE, "RM0090 3.5.2",
        "a sector is erased with caches on, and they are not flushed: what was read of it before may "
        "be read again",
        "clear DCEN and ICEN, set DCRST and ICRST, then the caches on again")
MISTAKE(FLASH026, ERROR, "RM0090 3.6.3",
        "the flash that is erased holds the code that does it",
        "erase another sector (the linker's map says where the program is), or do it by code in SRAM that never returns there")
