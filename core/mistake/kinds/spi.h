/*
 * Mistakes with SPI, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(SPI001, ERROR, "RM0090 28",
        "a signal is at no pin: nobody is reached",
        "set MODER and AFR of its port")
MISTAKE(SPI002, ERROR, "RM0090 28",
        "I2SCFGR changed while I2SE is set",
        "clear I2SE first")
MISTAKE(SPI003, ERROR, "RM0090 28",
        "I2SPR.I2SDIV is 0 or 1, which is forbidden",
        "I2SDIV is 2 or more")
MISTAKE(SPI004, ERROR, "RM0090 28",
        "I2SE set without I2SCLK",
        "switch PLLI2S on in RCC")
MISTAKE(SPI005, ERROR, "RM0090 28",
        "DR written while TXE is 0: what was there before is lost",
        "wait for SR.TXE")
MISTAKE(SPI006, ERROR, "RM0090 28",
        "CR1 is changed while SPE is set in bits that have to stay",
        "clear SPE first")
MISTAKE(SPI007, ERROR, "RM0090 28",
        "CRCNEXT set without CRCEN",
        "set CRCEN, with SPE clear, first")
MISTAKE(SPI008, ERROR, "RM0090 28",
        "FRF changed while SPE is set",
        "clear SPE first")
MISTAKE(SPI009, ERROR, "RM0090 28",
        "CRCPR changed while SPE is set",
        "clear SPE first")
MISTAKE(SPI010, ERROR, "RM0090 28",
        "I2SMOD set, but this SPI has no I2S: it stays an SPI",
        "take SPI2 or SPI3")
MISTAKE(SPI011, ERROR, "RM0090 28",
        "I2SPR changed while I2SE is set",
        "clear I2SE first")
MISTAKE(SPI012, ERROR, "RM0090 28",
        "a slave's CPOL and CPHA are not those of its master: on a board bits get lost",
        "make CPOL and CPHA those of the master")
MISTAKE(SPI013, ERROR, "RM0090 28",
        "mode fault: a master with NSS low",
        "set SSM and SSI, or SSOE, or keep NSS high")
MISTAKE(SPI014, ERROR, "RM0090 28.3.8",
        "the chip select of a part rises while a frame to it is under way: on a board that frame is lost",
        "wait for TXE to be 1 and then for BSY to be 0 before it rises; TXE alone says only that DR is free")
MISHAP(SPI015, ERROR, "RM0090 28.3.1",
        "a part is clocked in a mode that it does not understand",
        "take mode 0 (CPOL 0, CPHA 0) or mode 3 (CPOL 1, CPHA 1)")
MISTAKE(SPI016, SUSPICIOUS, "RM0090 28.3.3",
        "DR is written with another width than frames have",
        "set CR1.DFF for frames of 16 bits; PSIZE of a stream is 0 (bytes) for frames of 8, 1 for frames of 16")
MISTAKE(SPI017, SUSPICIOUS, "RM0090 28.3.1",
        "a master looks at NSS, and that is at no pin: on silicon it may be low, which is a mode fault (MSTR and SPE are cleared)",
        "set SSM and SSI (SPI_NSS_SOFT), or SSOE, or give NSS its pin")
MISTAKE(SPI018, SUSPICIOUS, "RM0090 28.5.1",
        "a part is clocked faster than it can: on a board bits are lost",
        "choose a larger CR1.BR: SPI1 has PCLK2 / 2 at BR 0")
