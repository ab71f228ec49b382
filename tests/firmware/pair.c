/*
 * One of two boards joined by a cable: the master at SPI2 (PB13 ... PB15) clocks bytes through the other
 * one, which answers the byte before plus one; then sends a burst at USART6 (PC6, PC7) that comes back
 * inverted.  PB0 is the slave's: it is ready.
 *
 * Word 255 of the mailbox is there before: 1 for the master.
 *
 * Mailbox: 1 bytes that came wrong; 2 cycles of a frame of SPI; 3 what happened when, all of it;
 * 4 cycles from the burst's begin to the last byte that comes back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define FRAMES 300
#define BURST 16
#define USART6 0x40011400u

static void note_time(void)
{
    mailbox[3] = mailbox[3] * 31 + DWT_CYCCNT;
}

static void set_up(bool master)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_USART6EN;
    set_field(&REG(GPIOB, GPIO_AFRH), 0xfffu << 20, 0x555);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3fu << 26, 0x2a);
    set_field(&REG(GPIOC, GPIO_AFRL), 0xffu << 24, 0x88);
    set_field(&REG(GPIOC, GPIO_MODER), 0xf << 12, 0xa);
    REG(USART6, USART_BRR) = 84;                                    /* 1 Mbaud */
    REG(USART6, USART_CR1) = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
    REG(SPI2, SPI_CR1) = master ? SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | 2 << 3 : SPI_CR1_SSM;
    REG(SPI2, SPI_CR1) |= SPI_CR1_SPE;
    cycles_init();
}

static uint32_t spi_byte(uint32_t byte)
{
    uint32_t begin = DWT_CYCCNT;

    REG(SPI2, SPI_DR) = byte;
    while (!(REG(SPI2, SPI_SR) & SPI_SR_RXNE)) {
    }
    mailbox[2] = DWT_CYCCNT - begin;
    note_time();
    return REG(SPI2, SPI_DR);
}

static void be_master(void)
{
    uint32_t begin, sent = 0, come = 0;

    while (!(REG(GPIOB, GPIO_IDR) & 1)) {
    }
    note_time();
    for (unsigned i = 0; i < FRAMES; i++) {
        mailbox[1] += spi_byte(i & 0xff) != (i & 0xff);             /* i - 1, plus 1 */
        for (uint32_t from = DWT_CYCCNT; DWT_CYCCNT - from < 300 + 37 * (i % 8); ) {
        }
    }
    begin = DWT_CYCCNT;
    while (come < BURST) {
        uint32_t sr = REG(USART6, USART_SR);

        if (sent < BURST && sr & USART_SR_TXE) {
            REG(USART6, USART_DR) = sent++;
        }
        if (sr & USART_SR_RXNE) {
            mailbox[1] += REG(USART6, USART_DR) != (~come++ & 0xff);
            note_time();
        }
    }
    mailbox[4] = DWT_CYCCNT - begin;
}

static void be_slave(void)
{
    REG(SPI2, SPI_DR) = 0;
    set_field(&REG(GPIOB, GPIO_MODER), 3, 1);
    REG(GPIOB, GPIO_BSRR) = 1;
    for (unsigned come = 0; come < BURST; ) {
        if (REG(SPI2, SPI_SR) & SPI_SR_RXNE) {
            REG(SPI2, SPI_DR) = (REG(SPI2, SPI_DR) + 1) & 0xff;
            note_time();
        }
        if (REG(USART6, USART_SR) & USART_SR_RXNE) {
            REG(USART6, USART_DR) = ~REG(USART6, USART_DR) & 0xff;
            note_time();
            come++;
        }
    }
    while (!(REG(USART6, USART_SR) & USART_SR_TC)) {
    }
}

int main(void)
{
    bool master = mailbox[255];

    clock_168mhz();
    set_up(master);
    if (master) {
        be_master();
    } else {
        be_slave();
    }
    mailbox_finish();
}
