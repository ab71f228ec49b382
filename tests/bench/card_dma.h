/*
 * 32 Mbyte from or to an SD card by DMA, 48 MHz and four lines, 64 Kbyte at a time; asleep meanwhile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bench.h"
#include "board.h"
#include "sd_card.h"

#define BLOCKS 128

static uint32_t buffer[BLOCKS * SD_BLOCK / 4] __attribute__((aligned(16)));    /* a burst is 16 bytes */

int main(void)
{
    clock_168mhz();
    sd_init();
    sd_high_speed();
    for (uint32_t block = 0; block < 65536; block += BLOCKS) {
        sd_move(block, buffer, BLOCKS, READ);
    }
    leave();
}
