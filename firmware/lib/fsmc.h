/*
 * The memory controller and what a board may have there: 1 Mbyte of SRAM at NE3, a NAND flash at NCE2 with its R/B
 * at PD6, a TFT with an ILI9341 at NE4 whose D/CX is A18.  16 data lines, 8 of the NAND.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_FSMC_H
#define FIRMWARE_FSMC_H

#include "stm32.h"

#define SRAM_BASE 0x68000000u
#define SRAM_BYTES 0x100000u
#define TFT_COMMAND (*(volatile uint16_t *)0x6c000000)
#define TFT_DATA_ADDRESS 0x6c080000u    /* A18 is bit 19 of an address */
#define TFT_DATA (*(volatile uint16_t *)TFT_DATA_ADDRESS)
#define NAND_DATA (*(volatile uint8_t *)0x70000000)
#define NAND_COMMAND (*(volatile uint8_t *)0x70010000)
#define NAND_ADDRESS (*(volatile uint8_t *)0x70020000)

/* Clocks, pins, and the three of them, for 168 MHz. */
void fsmc_init(void);

enum { TFT_WIDTH = 240, TFT_HEIGHT = 320 };

/* Wake it, upright, with pixels of 16 bits. */
void tft_init(void);
/* What is written to TFT_DATA from now on fills this window, line by line. */
void tft_window(unsigned x, unsigned y, unsigned width, unsigned height);

#endif
