/*
 * What is right by the manual, and wrong by the chip's errata sheet ES0182, see ../kinds.h.
 * unsure: the numbers are meant to be those of revision 8; the sheet was not at hand, and only 2.1.13 was found elsewhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(ES001, SUSPICIOUS, "ES0182 2.1.13",
        "a peripheral is accessed at once after its clock has been enabled: on silicon that may be lost",
        "read its enable bit back and use what was read, as the HAL does, or put a DSB between")
MISTAKE(ES002, SUSPICIOUS, "ES0182 2.1.10",
        "DMA2 serves a peripheral on AHB and one on APB at the same time: on silicon data for the former may be spoilt",
        "let one of both be moved by DMA1 or by the core, or one after the other")
MISTAKE(ES003, SUSPICIOUS, "ES0182 2.10.3",
        "SDIO_CLKCR.BYPASS: on silicon data may be wrong with it",
        "use CLKDIV 0, which gives SDIOCLK / 2")
MISTAKE(ES004, SUSPICIOUS, "ES0182 2.10.4",
        "SDIO_CLKCR.NEGEDGE: on silicon data may be wrong with it",
        "leave it 0")
MISTAKE(ES005, SUSPICIOUS, "ES0182 2.8.5",
        "a register of the Ethernet MAC is written again before it has taken the value before",
        "wait for 4 periods of the MII's clock, as the HAL does by its delay of 1 ms, or write it once")
