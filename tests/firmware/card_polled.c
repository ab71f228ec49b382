/*
 * A card's status of functions, 64 bytes, by a loop that polls STA for words and for the end of the block, as drivers
 * read the SCR: whoever is in time finds all words before the end.
 *
 * Mailbox: 1 the step that failed, or 0; 2 blocks that were read; 3 those of which words were missing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "sd_card.h"

enum { ROUNDS = 300, WORDS = 16 };

void sd_failed(uint32_t step)
{
    mailbox[1] = step;
    mailbox_finish();
}

static unsigned read_words(void)
{
    unsigned words = 0;

    sd_set_data(4 * WORDS, 6 << 4 | SDIO_DCTRL_DTDIR);
    sd_check(sd_command(6, 0x00ffffff, SD_SHORT) == SD_STA(CMDREND), 20);
    while (!(REG(SDIO, SDIO_STA) & (SD_STA(DBCKEND) | SD_DATA_FAILED))) {
        if (REG(SDIO, SDIO_STA) & SD_STA(RXDAVL)) {
            (void)REG(SDIO, SDIO_FIFO);
            words++;
        }
    }
    sd_check(!(REG(SDIO, SDIO_STA) & SD_DATA_FAILED), 21);
    return words;
}

int main(void)
{
    clock_168mhz();
    sd_init();
    for (unsigned i = 0; i < ROUNDS; i++) {
        mailbox[3] += read_words() != WORDS;
        while (REG(SDIO, SDIO_STA) & SD_STA(RXDAVL)) {
            (void)REG(SDIO, SDIO_FIFO);
        }
        mailbox[2]++;
    }
    mailbox_finish();
}
