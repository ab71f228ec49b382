/*
 * An SD card at PC8 to PC12 and PD2: read and written by the core, then by DMA2 while the core sleeps.
 *
 * Mailbox: 1 the step that failed, or 0; 2 sum of the words of block 1; 3 sum of blocks 64 to 127;
 * 4 cycles that reading these took
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "sd_card.h"

#define BLOCKS 64
#define WORDS (SD_BLOCK / 4)

static uint32_t buffer[BLOCKS * WORDS] __attribute__((aligned(16)));        /* a burst is 16 bytes */

void sd_failed(uint32_t step)
{
    mailbox[1] = step;
    mailbox_finish();
}

static void read_polled(uint32_t block)
{
    uint32_t n = 0;

    sd_set_data(SD_BLOCK, 9 << 4 | SDIO_DCTRL_DTDIR);
    sd_check(sd_command(17, block * SD_BLOCK, SD_SHORT) == SD_STA(CMDREND), 20);
    while (n < WORDS) {
        uint32_t sta = REG(SDIO, SDIO_STA);

        sd_check(!(sta & SD_DATA_FAILED), 21);
        if (sta & SD_STA(RXFIFOHF)) {
            for (unsigned i = 0; i < 8; i++) {
                buffer[n++] = REG(SDIO, SDIO_FIFO);
            }
        } else if (sta & SD_STA(RXDAVL) && sta & SD_STA(DATAEND)) {
            buffer[n++] = REG(SDIO, SDIO_FIFO);
        }
    }
    while (!(REG(SDIO, SDIO_STA) & SD_STA(DATAEND))) {
    }
}

static void write_polled(uint32_t block)
{
    uint32_t n = 0;

    sd_check(sd_command(24, block * SD_BLOCK, SD_SHORT) == SD_STA(CMDREND), 30);
    sd_set_data(SD_BLOCK, 9 << 4);
    while (!(REG(SDIO, SDIO_STA) & SD_STA(DATAEND))) {
        uint32_t sta = REG(SDIO, SDIO_STA);

        sd_check(!(sta & SD_DATA_FAILED), 31);
        if (sta & SD_STA(TXFIFOHE) && n < WORDS) {
            for (unsigned i = 0; i < 8; i++) {
                REG(SDIO, SDIO_FIFO) = buffer[n++];
            }
        }
    }
}

static uint32_t sum_of(uint32_t words)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < words; i++) {
        sum = sum * 3 + buffer[i];
    }
    return sum;
}

int main(void)
{
    uint32_t began;

    clock_168mhz();
    cycles_init();
    sd_init();
    read_polled(1);
    mailbox[2] = sum_of(WORDS);
    write_polled(2);
    began = DWT_CYCCNT;
    sd_move(64, buffer, BLOCKS, true);
    mailbox[4] = DWT_CYCCNT - began;
    mailbox[3] = sum_of(BLOCKS * WORDS);
    sd_move(256, buffer, BLOCKS, false);
    mailbox_finish();
}
