/*
 * SPI1 (PB3 ... PB5) as master of SPI2 (PB13 ... PB15), joined by jumpers, by DMA both ways with
 * the CRC at the end, in bytes and in halfwords; then a flash part at SPI3 (PC10 ... PC12, CS PA15),
 * by polling.
 *
 * Jumpers it wants: pb3-pb13:pb4-pb14:pb5-pb15.
 *
 * Mailbox: 1 data that came wrong at the slave, 2 at the master; 3 errors in SR of both;
 * 4 interrupts of the DMA; 5, 6 cycles for SIZE bytes, for SIZE / 2 halfwords; 7 messages whose CRC
 * was right at both ends; 8 what the flash part is, 9 its status in a write; bytes of it that are
 * wrong 10 erased, 11 programmed, 12 programmed again without an erase
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define SIZE 4096
#define MASTER (SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | 2 << 3)  /* PCLK / 8 */
#define POLYNOMIAL(halfwords) ((halfwords) ? 0x1021 : 0x31)

static uint8_t out[2][SIZE], in[2][SIZE];
static volatile uint32_t ended;

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN |
                             RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN | RCC_APB1ENR_SPI3EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SPI1EN;
    set_field(&REG(GPIOB, GPIO_AFRL), 0xfff << 12, 0x555);
    set_field(&REG(GPIOB, GPIO_AFRH), 0xfffu << 20, 0x555);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3f << 6, 0x2a);
    set_field(&REG(GPIOB, GPIO_MODER), 0x3fu << 26, 0x2a);
    set_field(&REG(GPIOC, GPIO_AFRH), 0xfff << 8, 0x666);
    set_field(&REG(GPIOC, GPIO_MODER), 0x3f << 20, 0x2a);
    REG(GPIOA, GPIO_BSRR) = 1 << 15;
    set_field(&REG(GPIOA, GPIO_MODER), 3u << 30, 1);
}

/* ---- Master and slave ---- */

/* The last to end is the master's reception. */
void dma2_stream0_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3d;
    mailbox[4]++;
    ended = 1;
}

static void start_stream(uint32_t dma, unsigned n, uint32_t spi, const void *memory, uint32_t count,
                         uint32_t cr)
{
    REG(dma, DMA_OF(n, DMA_S0PAR)) = spi + SPI_DR;
    REG(dma, DMA_OF(n, DMA_S0M0AR)) = (uint32_t)memory;
    REG(dma, DMA_OF(n, DMA_S0NDTR)) = count;
    REG(dma, DMA_OF(n, DMA_S0CR)) = cr | DMA_S0CR_MINC;
    REG(dma, DMA_OF(n, DMA_S0CR)) |= DMA_S0CR_EN;
}

static uint32_t crc(const uint8_t *data, bool halfwords)
{
    uint32_t top = halfwords ? 1 << 15 : 1 << 7, value = 0;

    for (unsigned i = 0; i < SIZE; i += 1 + halfwords) {
        value ^= halfwords ? data[i] | data[i + 1] << 8 : data[i];
        for (unsigned bit = 0; bit < 8 << halfwords; bit++) {
            value = (value << 1 ^ (value & top ? POLYNOMIAL(halfwords) : 0)) & (2 * top - 1);
        }
    }
    return value;
}

/* The CRC that came after the data is in DR.  Was it right? */
static bool end_message(uint32_t spi, uint32_t expected)
{
    uint32_t sr;

    while (!((sr = REG(spi, SPI_SR)) & SPI_SR_RXNE) || sr & SPI_SR_BSY) {
    }
    sr = REG(spi, SPI_SR);
    mailbox[3] += sr & (SPI_SR_OVR | SPI_SR_MODF | SPI_SR_UDR | SPI_SR_FRE) ? 1 : 0;
    return REG(spi, SPI_DR) == expected && !(sr & SPI_SR_CRCERR);
}

static void exchange(bool halfwords)
{
    uint32_t count = halfwords ? SIZE / 2 : SIZE, size = halfwords ? 1 << 11 | 1 << 13 : 0;
    uint32_t cr1 = SPI_CR1_CRCEN | (halfwords ? SPI_CR1_DFF : 0), start;
    bool right;

    ended = 0;
    REG(DMA1, DMA_LIFCR) = 0x3d << 22;
    REG(DMA1, DMA_HIFCR) = 0x3d;
    REG(DMA2, DMA_LIFCR) = 0x3d << 22 | 0x3d;
    REG(SPI1, SPI_CRCPR) = REG(SPI2, SPI_CRCPR) = POLYNOMIAL(halfwords);
    REG(SPI2, SPI_CR1) = cr1 | SPI_CR1_SSM;
    REG(SPI1, SPI_CR1) = cr1 | MASTER;
    REG(SPI2, SPI_CR2) = REG(SPI1, SPI_CR2) = SPI_CR2_RXDMAEN;
    start_stream(DMA1, 3, SPI2, in[1], count, size);
    start_stream(DMA1, 4, SPI2, out[1], count, size | 1 << 6);
    start_stream(DMA2, 0, SPI1, in[0], count, size | 3 << 25 | DMA_S0CR_TCIE);
    start_stream(DMA2, 3, SPI1, out[0], count, size | 3 << 25 | 1 << 6);
    REG(SPI2, SPI_CR1) |= SPI_CR1_SPE;
    REG(SPI2, SPI_CR2) |= SPI_CR2_TXDMAEN;
    while (REG(DMA1, DMA_OF(4, DMA_S0NDTR)) == count) {     /* its first frame has to be there */
    }
    start = DWT_CYCCNT;
    REG(SPI1, SPI_CR1) |= SPI_CR1_SPE;
    REG(SPI1, SPI_CR2) |= SPI_CR2_TXDMAEN;
    while (!ended) {                    /* asleep CYCCNT would stand */
    }
    mailbox[5 + halfwords] = DWT_CYCCNT - start;
    right = end_message(SPI2, crc(out[0], halfwords));
    mailbox[7] += end_message(SPI1, crc(out[1], halfwords)) && right;
    REG(SPI1, SPI_CR1) = REG(SPI2, SPI_CR1) = 0;
    REG(SPI1, SPI_CR2) = REG(SPI2, SPI_CR2) = 0;
}

static void talk_to_slave(void)
{
    irq_enable(56);
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < SIZE; i++) {
            out[0][i] = i * 7 + i / 256 + round;
            out[1][i] = ~(i * 13 + i / 128 + round);
            in[0][i] = in[1][i] = 0;
        }
        exchange(round % 2);
        for (unsigned i = 0; i < SIZE; i++) {
            mailbox[1] += in[1][i] != out[0][i];
            mailbox[2] += in[0][i] != out[1][i];
        }
    }
}

/* ---- Flash part ---- */

enum { PROGRAM = 0x02, READ, DISABLE, STATUS, ENABLE, ERASE = 0x20, WHAT = 0x9f };
#define PLACE 0x012000

static uint8_t pass(uint8_t byte)
{
    while (!(REG(SPI3, SPI_SR) & SPI_SR_TXE)) {
    }
    REG(SPI3, SPI_DR) = byte;
    while (!(REG(SPI3, SPI_SR) & SPI_SR_RXNE)) {
    }
    return REG(SPI3, SPI_DR);
}

static void begin(uint8_t command)
{
    REG(GPIOA, GPIO_BSRR) = 1u << 31;
    pass(command);
}

static void end(void)
{
    while (REG(SPI3, SPI_SR) & SPI_SR_BSY) {
    }
    REG(GPIOA, GPIO_BSRR) = 1 << 15;
}

static void begin_at(uint8_t command, uint32_t address)
{
    begin(command);
    pass(address >> 16);
    pass(address >> 8);
    pass(address);
}

static uint8_t status(void)
{
    uint8_t value;

    begin(STATUS);
    value = pass(0);
    end();
    return value;
}

static void write_enable(void)
{
    begin(ENABLE);
    end();
    mailbox[9] = status();
}

static void wait_until_written(void)
{
    while (status() & 1) {
    }
}

static void program(uint8_t mask)
{
    write_enable();
    begin_at(PROGRAM, PLACE);
    for (unsigned i = 0; i < 256; i++) {
        pass(i * 3 & mask);
    }
    end();
    wait_until_written();
}

/* How many of the 512 bytes are not i * 3 & @mask; those behind the page are still erased. */
static uint32_t count_wrong(unsigned programmed, uint8_t mask)
{
    uint32_t wrong = 0;

    begin_at(READ, PLACE);
    for (unsigned i = 0; i < 512; i++) {
        wrong += pass(0) != (i < programmed ? (uint8_t)(i * 3 & mask) : 0xff);
    }
    end();
    return wrong;
}

static void talk_to_flash(void)
{
    REG(SPI3, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | SPI_CR1_SPE;
    begin(WHAT);
    mailbox[8] = pass(0) << 16;
    mailbox[8] |= pass(0) << 8;
    mailbox[8] |= pass(0);
    end();
    write_enable();
    begin_at(ERASE, PLACE);
    end();
    wait_until_written();
    mailbox[10] = count_wrong(0, 0);
    program(0xff);
    mailbox[11] = count_wrong(256, 0xff);
    program(0x0f);                      /* ones can become zeros */
    mailbox[12] = count_wrong(256, 0x0f);
}

int main(void)
{
    cycles_init();
    clock_168mhz();
    pins_init();
    talk_to_slave();
    talk_to_flash();
    mailbox_finish();
}
