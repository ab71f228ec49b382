/*
 * A small driver of an SD card at PC8 to PC12 and PD2: four lines, blocks of 512 bytes, DMA2 stream 3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_SD_CARD_H
#define FIRMWARE_SD_CARD_H

#include "stm32.h"

#define SD_BLOCK 512
#define SD_STA(x) ((uint32_t)SDIO_STA_##x)
#define SD_DATA_FAILED \
    (SD_STA(DCRCFAIL) | SD_STA(DTIMEOUT) | SD_STA(TXUNDERR) | SD_STA(RXOVERR) | SD_STA(STBITERR))

/* WAITRESP */
enum { SD_NO_RESPONSE = 0, SD_SHORT = 1 << 6, SD_LONG = 3 << 6 };

/* A step did not go as it should: for the program to define, it does not come back. */
void sd_failed(uint32_t step);
void sd_check(bool right, uint32_t step);

/* Pins, identification, four lines, 24 MHz. */
void sd_init(void);
/* Switch the card to high speed and go on at 48 MHz. */
void sd_high_speed(void);
/* The flags of STA it ended with. */
uint32_t sd_command(uint32_t index, uint32_t arg, uint32_t response);
/* DTIMER, DLEN and DCTRL, with DTEN and @dctrl. */
void sd_set_data(uint32_t bytes, uint32_t dctrl);
/* @blocks from @block on, by commands 18 or 25, and 12; asleep meanwhile. */
void sd_move(uint32_t block, uint32_t *data, uint32_t blocks, bool read);

#endif
