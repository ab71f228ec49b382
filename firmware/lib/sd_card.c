/*
 * An SD card by registers: identified, switched to four lines; blocks by DMA2, whose flow the SDIO controls.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "sd_card.h"

#define COMMAND_DONE (SD_STA(CMDSENT) | SD_STA(CMDREND) | SD_STA(CCRCFAIL) | SD_STA(CTIMEOUT))
#define SDIO_IRQ 49
#define FOUR_LINES (1 << 11)
#define TRAN 4                      /* a state of the card */
#define HIGH_SPEED 0x80fffff1       /* CMD6: set function 1 of group 1 */

static volatile bool ended;
static uint32_t rca;

__attribute__((weak)) void sd_failed(uint32_t step)
{
    for (;;) {
    }
}

void sd_check(bool right, uint32_t step)
{
    if (!right) {
        sd_failed(step);
    }
}

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_GPIODEN | RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SDIOEN;
    REG(GPIOC, GPIO_AFRH) = 0xccccc;
    REG(GPIOC, GPIO_PUPDR) = 0x55 << 16;
    REG(GPIOC, GPIO_MODER) = 0x2aa << 16;
    REG(GPIOD, GPIO_AFRL) = 0xc << 8;
    REG(GPIOD, GPIO_PUPDR) = 1 << 4;
    REG(GPIOD, GPIO_MODER) = 2 << 4;
}

uint32_t sd_command(uint32_t index, uint32_t arg, uint32_t response)
{
    uint32_t sta;

    REG(SDIO, SDIO_ICR) = COMMAND_DONE;
    REG(SDIO, SDIO_ARG) = arg;
    REG(SDIO, SDIO_CMD) = index | response | SDIO_CMD_CPSMEN;
    do {
        sta = REG(SDIO, SDIO_STA);
    } while (sta & SD_STA(CMDACT) || !(sta & COMMAND_DONE));
    return sta & COMMAND_DONE;
}

void sd_init(void)
{
    pins_init();
    irq_enable(SDIO_IRQ);
    REG(SDIO, SDIO_CLKCR) = 118 | SDIO_CLKCR_CLKEN;
    REG(SDIO, SDIO_POWER) = 3;
    sd_check(sd_command(0, 0, SD_NO_RESPONSE) == SD_STA(CMDSENT), 1);
    sd_check(sd_command(8, 0x1aa, SD_SHORT) == SD_STA(CMDREND), 2);
    do {
        sd_check(sd_command(55, 0, SD_SHORT) == SD_STA(CMDREND), 3);
        sd_check(sd_command(41, 0x40ff8000, SD_SHORT) == SD_STA(CCRCFAIL), 4);
    } while (!(REG(SDIO, SDIO_RESP1) >> 31));
    sd_check(sd_command(2, 0, SD_LONG) == SD_STA(CMDREND), 5);
    sd_check(sd_command(3, 0, SD_SHORT) == SD_STA(CMDREND), 6);
    rca = REG(SDIO, SDIO_RESP1) & 0xffff0000;
    sd_check(sd_command(7, rca, SD_SHORT) == SD_STA(CMDREND), 7);
    sd_check(sd_command(55, rca, SD_SHORT) == SD_STA(CMDREND), 8);
    sd_check(sd_command(6, 2, SD_SHORT) == SD_STA(CMDREND), 9);
    REG(SDIO, SDIO_CLKCR) = SDIO_CLKCR_CLKEN | FOUR_LINES;
    sd_check(sd_command(16, SD_BLOCK, SD_SHORT) == SD_STA(CMDREND), 10);
}

void sd_set_data(uint32_t bytes, uint32_t dctrl)
{
    REG(SDIO, SDIO_ICR) = 0xffffffff;
    REG(SDIO, SDIO_DTIMER) = 0xffffffff;
    REG(SDIO, SDIO_DLEN) = bytes;
    REG(SDIO, SDIO_DCTRL) = SDIO_DCTRL_DTEN | dctrl;
}

void sd_high_speed(void)
{
    sd_set_data(64, 6 << 4 | SDIO_DCTRL_DTDIR);
    sd_check(sd_command(6, HIGH_SPEED, SD_SHORT) == SD_STA(CMDREND), 11);
    while (!(REG(SDIO, SDIO_STA) & (SD_STA(DATAEND) | SD_DATA_FAILED))) {
    }
    sd_check(!(REG(SDIO, SDIO_STA) & SD_DATA_FAILED), 12);
    REG(SDIO, SDIO_CLKCR) |= SDIO_CLKCR_BYPASS;
}

void sdio_handler(void)
{
    sd_check(!(REG(SDIO, SDIO_STA) & SD_DATA_FAILED), 40);
    REG(SDIO, SDIO_MASK) = 0;
    ended = true;
}

static void set_dma(uint32_t *data, bool read)
{
    REG(DMA2, DMA_LIFCR) = 0x3d << 22;
    REG(DMA2, DMA_S3PAR) = SDIO + SDIO_FIFO;
    REG(DMA2, DMA_S3M0AR) = (uint32_t)data;
    REG(DMA2, DMA_S3NDTR) = 0;
    REG(DMA2, DMA_S3FCR) = 0x27;
    REG(DMA2, DMA_S3CR) = 4 << 25 | 1 << 23 | 1 << 21 | 2 << 13 | 2 << 11 | 1 << 10 | !read << 6 | 1 << 5 | 1;
}

void sd_move(uint32_t block, uint32_t *data, uint32_t blocks, bool read)
{
    ended = false;
    set_dma(data, read);
    if (!read) {
        sd_check(sd_command(25, block * SD_BLOCK, SD_SHORT) == SD_STA(CMDREND), 41);
    }
    sd_set_data(blocks * SD_BLOCK, 9 << 4 | (read ? SDIO_DCTRL_DTDIR : 0) | SDIO_DCTRL_DMAEN);
    REG(SDIO, SDIO_MASK) = SD_STA(DATAEND) | SD_DATA_FAILED;
    if (read) {
        sd_check(sd_command(18, block * SD_BLOCK, SD_SHORT) == SD_STA(CMDREND), 42);
    }
    while (!ended) {
        wait_for_interrupt();
    }
    while (REG(DMA2, DMA_S3CR) & 1) {
    }
    sd_check(sd_command(12, 0, SD_SHORT) == SD_STA(CMDREND), 43);
    do {                                /* it is busy with what has been written */
        sd_check(sd_command(13, rca, SD_SHORT) == SD_STA(CMDREND), 44);
    } while ((REG(SDIO, SDIO_RESP1) >> 9 & 15) != TRAN);
}
