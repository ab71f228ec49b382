/*
 * Mistakes with SDIO, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(SDIO001, ERROR, "RM0090 31",
        "PCLK2 is less than 3/8 of SDIO_CK",
        "raise it, or CLKDIV")
MISTAKE(SDIO002, ERROR, "RM0090 31",
        "SDIO_CK is more than 400 kHz before the card has its address (CMD3)",
        "set CLKDIV to 118 first")
MISTAKE(SDIO003, ERROR, "RM0090 31",
        "SDIO_CK is more than 25 MHz and the card has not been switched to high speed",
        "switch the card (CMD6), or clear BYPASS: 24 MHz at most")
MISTAKE(SDIO004, ERROR, "RM0090 31",
        "a command while SDIO_CK stands: it waits",
        "set POWER.PWRCTRL to 3, and CLKCR.CLKEN")
MISTAKE(SDIO005, ERROR, "RM0090 31",
        "a command without SDIOCLK: it waits",
        "switch the PLL on, with 48 MHz by PLLQ")
MISTAKE(SDIO006, ERROR, "RM0090 31",
        "a command, but SDIO_CK or SDIO_CMD is at no pin: nobody answers",
        "AF12 of PC12 (CK) and PD2 (CMD)")
MISTAKE(SDIO007, NOTE, "RM0090 31",
        "nobody pulls SDIO_CMD up",
        "it takes 10 to 100 kOhm there and at the data lines, on the board or by PUPDR")
MISHAP(SDIO008, NOTE, "RM0090 31",
        "DCTRL.DMAEN is set and data are under way, and no stream of the DMA is enabled for them",
        "enable stream 3 or 6 of DMA2 with channel 4 before the card's command, or the FIFO may overrun")
MISTAKE(SDIO009, ERROR, "RM0090 31",
        "DCTRL starts a transfer with DLEN = 0",
        "write DLEN first")
MISTAKE(SDIO010, ERROR, "RM0090 31",
        "DLEN is not a whole number of blocks",
        "make DLEN a multiple of the block size")
MISTAKE(SDIO011, ERROR, "RM0090 31",
        "DCTRL.DBLOCKSIZE is 15, which is reserved",
        "it is 0 to 14")
MISTAKE(SDIO012, ERROR, "RM0090 31",
        "DCTRL starts a transfer from the card with DTIMER = 0: it times out at once",
        "write DTIMER first")
MISHAP(SDIO013, ERROR, "RM0090 31",
        "data, but a data line is at no pin",
        "select AF12 there")
MISHAP(SDIO014, ERROR, "RM0090 31",
        "CLKCR.WIDBUS is another width than the card uses",
        "tell the card by ACMD6 (an MMC by CMD6)")
MISHAP(SDIO015, ERROR, "RM0090 31",
        "RXOVERR: the FIFO was full and more came",
        "read it in time, by DMA or 8 words with each RXFIFOHF, or clock the card slower")
MISHAP(SDIO016, ERROR, "RM0090 31",
        "TXUNDERR: the FIFO was empty in the middle of a block",
        "fill it in time, by DMA or 8 words with each TXFIFOHE, or clock the card slower")
MISTAKE(SDIO017, ERROR, "RM0090 31",
        "FIFO read while DCTRL says that data goes to the card: it gives nothing of it",
        "check DCTRL.DTDIR")
MISTAKE(SDIO018, ERROR, "RM0090 31",
        "FIFO is read while it is empty",
        "wait for RXDAVL, or for RXFIFOHF and read 8 words")
MISTAKE(SDIO019, ERROR, "RM0090 31",
        "FIFO is written while no data goes to a card: the word is lost",
        "write DCTRL first")
MISTAKE(SDIO020, ERROR, "RM0090 31",
        "FIFO written while it is full: the word is lost",
        "wait for TXFIFOHE")
MISTAKE(SDIO021, NOTE, "ES0182",
        "CLKCR.HWFC_EN: on silicon the clock has glitches with it that spoil data",
        "leave it off, and read or fill the FIFO in time")
MISTAKE(SDIO022, ERROR, "RM0090 31",
        "CMD is written while a command is under way",
        "wait for CMDACT to be 0, and its result")
MISTAKE(SDIO023, ERROR, "RM0090 31",
        "DCTRL is written while data is under way: it ends there",
        "wait for DATAEND, or for RXACT and TXACT to be 0")
MISTAKE(SDIO024, ERROR, "SD 4.8",
        "a command while the card is busy with what has been written: it does not answer",
        "ask by CMD13 until its state is tran (4), or wait until its data line 0 is high")
MISHAP(SDIO025, ERROR, "RM0090 31",
        "DTIMEOUT: the card is busy for longer than DTIMER",
        "cards may take 250 ms for a write: DTIMER counts periods of SDIO_CK")
