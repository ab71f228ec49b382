/*
 * An SD card at PC8 to PC12 and PD2, by registers: identified, switched to four lines, read and written by the
 * core, then by DMA2, whose flow the SDIO controls, while the core sleeps.
 *
 * Mailbox: 1 the step that failed, or 0; 2 sum of the words of block 1; 3 sum of blocks 64 to 127;
 * 4 cycles that reading these took
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define BLOCKS 64
#define FLAG(x) ((uint32_t)SDIO_STA_##x)
#define COMMAND_DONE (FLAG(CMDSENT) | FLAG(CMDREND) | FLAG(CCRCFAIL) | FLAG(CTIMEOUT))
#define DATA_FAILED (FLAG(DCRCFAIL) | FLAG(DTIMEOUT) | FLAG(TXUNDERR) | FLAG(RXOVERR) | FLAG(STBITERR))

enum { NO_RESPONSE = 0, SHORT = 1 << 6, LONG = 3 << 6 };

static uint32_t buffer[BLOCKS * 128];
static volatile bool ended;
static uint32_t rca;

static void check(bool right, uint32_t step)
{
    if (!right) {
        mailbox[1] = step;
        mailbox_finish();
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

static uint32_t command(uint32_t index, uint32_t arg, uint32_t kind)
{
    uint32_t sta;

    REG(SDIO, SDIO_ICR) = COMMAND_DONE;
    REG(SDIO, SDIO_ARG) = arg;
    REG(SDIO, SDIO_CMD) = index | kind | SDIO_CMD_CPSMEN;
    do {
        sta = REG(SDIO, SDIO_STA);
    } while (sta & FLAG(CMDACT) || !(sta & COMMAND_DONE));
    return sta & COMMAND_DONE;
}

static void identify(void)
{
    REG(SDIO, SDIO_CLKCR) = 118 | SDIO_CLKCR_CLKEN;
    REG(SDIO, SDIO_POWER) = 3;
    check(command(0, 0, NO_RESPONSE) == FLAG(CMDSENT), 1);
    check(command(8, 0x1aa, SHORT) == FLAG(CMDREND), 2);
    do {
        check(command(55, 0, SHORT) == FLAG(CMDREND), 3);
        check(command(41, 0x40ff8000, SHORT) == FLAG(CCRCFAIL), 4);
    } while (!(REG(SDIO, SDIO_RESP1) >> 31));
    check(command(2, 0, LONG) == FLAG(CMDREND), 5);
    check(command(3, 0, SHORT) == FLAG(CMDREND), 6);
    rca = REG(SDIO, SDIO_RESP1) & 0xffff0000;
    check(command(7, rca, SHORT) == FLAG(CMDREND), 7);
    check(command(55, rca, SHORT) == FLAG(CMDREND), 8);
    check(command(6, 2, SHORT) == FLAG(CMDREND), 9);
    REG(SDIO, SDIO_CLKCR) = SDIO_CLKCR_CLKEN | 1 << 11;
    check(command(16, 512, SHORT) == FLAG(CMDREND), 10);
}

static void set_data(uint32_t blocks, uint32_t dctrl)
{
    REG(SDIO, SDIO_ICR) = 0xffffffff;
    REG(SDIO, SDIO_DTIMER) = 0xffffffff;
    REG(SDIO, SDIO_DLEN) = blocks * 512;
    REG(SDIO, SDIO_DCTRL) = 9 << 4 | SDIO_DCTRL_DTEN | dctrl;
}

static void read_polled(uint32_t block)
{
    uint32_t n = 0;

    set_data(1, SDIO_DCTRL_DTDIR);
    check(command(17, block * 512, SHORT) == FLAG(CMDREND), 20);
    while (n < 128) {
        uint32_t sta = REG(SDIO, SDIO_STA);

        check(!(sta & DATA_FAILED), 21);
        if (sta & FLAG(RXFIFOHF)) {
            for (unsigned i = 0; i < 8; i++) {
                buffer[n++] = REG(SDIO, SDIO_FIFO);
            }
        } else if (sta & FLAG(RXDAVL) && sta & FLAG(DATAEND)) {
            buffer[n++] = REG(SDIO, SDIO_FIFO);
        }
    }
    while (!(REG(SDIO, SDIO_STA) & FLAG(DATAEND))) {
    }
}

static void write_polled(uint32_t block)
{
    uint32_t n = 0;

    check(command(24, block * 512, SHORT) == FLAG(CMDREND), 30);
    set_data(1, 0);
    while (!(REG(SDIO, SDIO_STA) & FLAG(DATAEND))) {
        uint32_t sta = REG(SDIO, SDIO_STA);

        check(!(sta & DATA_FAILED), 31);
        if (sta & FLAG(TXFIFOHE) && n < 128) {
            for (unsigned i = 0; i < 8; i++) {
                REG(SDIO, SDIO_FIFO) = buffer[n++];
            }
        }
    }
}

void sdio_handler(void)
{
    check(!(REG(SDIO, SDIO_STA) & DATA_FAILED), 40);
    REG(SDIO, SDIO_MASK) = 0;
    ended = true;
}

static void set_dma(bool read)
{
    REG(DMA2, DMA_LIFCR) = 0x3d << 22;
    REG(DMA2, DMA_S3PAR) = SDIO + SDIO_FIFO;
    REG(DMA2, DMA_S3M0AR) = (uint32_t)buffer;
    REG(DMA2, DMA_S3NDTR) = 0;
    REG(DMA2, DMA_S3FCR) = 0x27;
    REG(DMA2, DMA_S3CR) = 4 << 25 | 1 << 23 | 1 << 21 | 2 << 13 | 2 << 11 | 1 << 10 | !read << 6 | 1 << 5 | 1;
}

/* @BLOCKS from @block on, by commands 18 or 25, and 12. */
static void move_by_dma(uint32_t block, bool read)
{
    ended = false;
    set_dma(read);
    if (!read) {
        check(command(25, block * 512, SHORT) == FLAG(CMDREND), 41);
    }
    set_data(BLOCKS, (read ? SDIO_DCTRL_DTDIR : 0) | SDIO_DCTRL_DMAEN);
    REG(SDIO, SDIO_MASK) = FLAG(DATAEND) | DATA_FAILED;
    if (read) {
        check(command(18, block * 512, SHORT) == FLAG(CMDREND), 42);
    }
    while (!ended) {
        wait_for_interrupt();
    }
    while (REG(DMA2, DMA_S3CR) & 1) {
    }
    check(command(12, 0, SHORT) == FLAG(CMDREND), 43);
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
    pins_init();
    irq_enable(49);
    identify();
    read_polled(1);
    mailbox[2] = sum_of(128);
    write_polled(2);
    began = DWT_CYCCNT;
    move_by_dma(64, true);
    mailbox[4] = DWT_CYCCNT - began;
    mailbox[3] = sum_of(BLOCKS * 128);
    move_by_dma(256, false);
    mailbox_finish();
}
