/*
 * SPI (RM0090 28.3): SPI1 is the master and SPI2 the slave, joined by jumpers.  PCLK2 and PCLK1 are
 * HSI, 16 MHz: with BR = 2 a bit takes 500 ns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/regs.h"

enum { MASTER = 0x40013000, SLAVE = 0x40003800, GPIOA = 0x40020000, GPIOB = 0x40020400 };

enum {
    SPE = R_CR1_SPE_MASK, MSTR = R_CR1_MSTR_MASK, SSM = R_CR1_SSM_MASK, SSI = R_CR1_SSI_MASK,
    DFF = R_CR1_DFF_MASK, LSBFIRST = R_CR1_LSBFIRST_MASK, RXONLY = R_CR1_RXONLY_MASK,
    BIDIMODE = R_CR1_BIDIMODE_MASK, BIDIOE = R_CR1_BIDIOE_MASK, CRCEN = R_CR1_CRCEN_MASK,
    CRCNEXT = R_CR1_CRCNEXT_MASK, BR = 2 << R_CR1_BR_SHIFT,
    TXE = R_SR_TXE_MASK, RXNE = R_SR_RXNE_MASK, BSY = R_SR_BSY_MASK, OVR = R_SR_OVR_MASK,
    MODF = R_SR_MODF_MASK, CRCERR = R_SR_CRCERR_MASK, FRE = R_SR_FRE_MASK,
};

#define BYTE_NS 4000
#define JUMPERS "pa5-pb13:pa6-pb14:pa7-pb15"

static void start(const char *args)
{
    board_start(args);
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("spi1");
    board_enable("spi2");
    for (unsigned pin = 5; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
        board_pin_function(GPIOB, pin + 8, 5);
    }
}

static uint32_t sr(uint32_t spi)
{
    return peek(spi + A_SR);
}

/* Both on, with @settings of CR1; the slave is selected. */
static void join(uint32_t settings)
{
    start("-machine wire=" JUMPERS);
    poke(SLAVE + A_CR1, SSM | settings);
    poke(SLAVE + A_CR1, SSM | SPE | settings);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | settings);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE | settings);
}

/* The master sends @out while the slave sends @back. */
static void exchange(uint32_t out, uint32_t back)
{
    poke(SLAVE + A_DR, back);
    poke(MASTER + A_DR, out);
    board_wait_ns(2 * BYTE_NS + 100);
    g_assert_cmphex(sr(MASTER) & (RXNE | TXE | BSY), ==, RXNE | TXE);
    g_assert_cmphex(sr(SLAVE) & (RXNE | TXE | BSY), ==, RXNE | TXE);
    g_assert_cmphex(peek(MASTER + A_DR), ==, back);
    g_assert_cmphex(peek(SLAVE + A_DR), ==, out);
    g_assert_cmphex(sr(MASTER) & RXNE, ==, 0);
}

/*
 * A slave's DR is empty when a frame begins, not before; what is written once more is lost.  With nothing
 * in it what came in goes out again.
 */
static void test_slave_dr(void)
{
    join(0);
    g_assert_cmphex(sr(SLAVE) & TXE, ==, TXE);
    poke(SLAVE + A_DR, 0x11);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(sr(SLAVE) & (TXE | BSY), ==, 0);
    poke(SLAVE + A_DR, 0x22);
    g_assert_cmpint(board_mistakes("DR written while TXE is 0"), ==, 1);
    poke(MASTER + A_DR, 0x5a);
    board_wait_ns(BYTE_NS / 2);
    g_assert_cmphex(sr(SLAVE) & (TXE | BSY), ==, TXE | BSY);
    board_wait_ns(2 * BYTE_NS);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0x22);
    for (unsigned i = 0, last = 0x5a; i < 3; i++) {
        poke(MASTER + A_DR, i);
        board_wait_ns(2 * BYTE_NS);
        g_assert_cmphex(peek(MASTER + A_DR), ==, last);
        last = i;
    }
}

static void test_full_duplex(void)
{
    join(0);
    for (unsigned i = 0; i < 256; i += 15) {
        exchange(i, 255 - i);
    }
    join(DFF);
    exchange(0x1234, 0xcafe);
    join(LSBFIRST);
    exchange(0x01, 0xc4);
    join(LSBFIRST | DFF);
    exchange(0x0001, 0x8ac4);
}

/* Frames follow each other without a gap, and flags come when a frame ends. */
static void test_pace(void)
{
    join(0);
    poke(MASTER + A_DR, 0x11);
    g_assert_cmphex(sr(MASTER) & (TXE | BSY), ==, TXE | BSY);   /* it is in the shift register */
    poke(MASTER + A_DR, 0x22);
    g_assert_cmphex(sr(MASTER) & (TXE | BSY), ==, BSY);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr(MASTER) & (RXNE | TXE), ==, 0);
    board_wait_ns(1);
    g_assert_cmphex(sr(MASTER) & (RXNE | TXE | BSY), ==, RXNE | TXE | BSY);
    g_assert_cmphex(peek(SLAVE + A_DR), ==, 0x11);
    peek(MASTER + A_DR);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr(MASTER) & (RXNE | BSY), ==, BSY);
    board_wait_ns(1);
    g_assert_cmphex(sr(MASTER) & (RXNE | BSY), ==, RXNE);
    g_assert_cmphex(peek(SLAVE + A_DR), ==, 0x22);
}

/* BR divides PCLK by 2 to 256. */
static void test_baud_rate(void)
{
    join(0);
    for (unsigned br = 0; br < 8; br++) {
        int64_t ns = 8 * (2 << br) * 1000 / 16;

        poke(MASTER + A_CR1, MSTR | SSM | SSI);
        poke(MASTER + A_CR1, MSTR | SSM | SSI | SPE | br << R_CR1_BR_SHIFT);
        poke(MASTER + A_DR, 0);
        board_wait_ns(ns - 1);
        g_assert_cmphex(sr(MASTER) & BSY, ==, BSY);
        board_wait_ns(1);
        g_assert_cmphex(sr(MASTER) & BSY, ==, 0);
    }
}

static void test_overrun(void)
{
    join(0);
    poke(MASTER + A_DR, 1);
    board_wait_ns(BYTE_NS);
    poke(MASTER + A_DR, 2);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(SLAVE) & (RXNE | OVR), ==, RXNE | OVR);
    g_assert_cmphex(sr(SLAVE) & OVR, ==, OVR);          /* SR alone does not clear it */
    g_assert_cmphex(peek(SLAVE + A_DR), ==, 1);         /* the second is lost */
    g_assert_cmphex(sr(SLAVE) & (RXNE | OVR), ==, OVR); /* DR, then SR */
    g_assert_cmphex(sr(SLAVE) & OVR, ==, 0);
}

/* A master that only receives clocks as long as SPE is set. */
static void test_receive_only(void)
{
    join(0);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | RXONLY);
    poke(SLAVE + A_DR, 0x5a);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | RXONLY | SPE);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0x5a);
    poke(SLAVE + A_DR, 0xa5);
    board_wait_ns(BYTE_NS);
    peek(MASTER + A_DR);
    board_wait_ns(BYTE_NS / 2);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | RXONLY);
    g_assert_cmphex(sr(MASTER) & (RXNE | BSY), ==, BSY);
    board_wait_ns(BYTE_NS);                             /* the frame under way is the last */
    g_assert_cmphex(sr(MASTER) & (RXNE | BSY), ==, RXNE);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0xa5);
    board_wait_ns(2 * BYTE_NS);
    g_assert_cmphex(sr(MASTER) & (RXNE | OVR), ==, 0);
}

/* One data line: the master's MOSI and the slave's MISO. */
static void test_one_line(void)
{
    start("-machine wire=pa5-pb13:pa7-pb14");
    poke(SLAVE + A_CR1, SSM | SPE | BIDIMODE);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE | BIDIMODE | BIDIOE);
    poke(MASTER + A_DR, 0x77);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(MASTER) & RXNE, ==, 0);          /* it hears nothing of what it sends */
    g_assert_cmphex(peek(SLAVE + A_DR), ==, 0x77);

    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | BIDIMODE);
    poke(SLAVE + A_CR1, SSM | BIDIMODE | BIDIOE);
    poke(SLAVE + A_CR1, SSM | SPE | BIDIMODE | BIDIOE);
    poke(SLAVE + A_DR, 0x99);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE | BIDIMODE);
    g_assert_cmphex(sr(MASTER) & BSY, ==, 0);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0x99);
}

/* NSS: the slave's pin selects it, the master's drives it. */
static void test_nss_hard(void)
{
    start("-machine wire=" JUMPERS ":pa4-pb12");
    board_pin_function(GPIOA, 4, 5);
    board_pin_function(GPIOB, 12, 5);
    poke(GPIOB + 0x0c, 1 << 24);                        /* pull-up at PB12 */
    poke(SLAVE + A_CR1, SPE);
    poke(MASTER + A_CR2, R_CR2_SSOE_MASK);
    g_assert_true(pin_level("pb12"));
    poke(MASTER + A_CR1, MSTR | BR | SPE);
    g_assert_false(pin_level("pb12"));
    exchange(0x12, 0x34);
    poke(MASTER + A_CR1, MSTR | BR);
    g_assert_true(pin_level("pb12"));

    /* driven by software, and not selected */
    poke(MASTER + A_CR2, 0);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE);
    poke(MASTER + A_DR, 1);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(SLAVE) & RXNE, ==, 0);
    pin_drive("pb12", "0");
    poke(MASTER + A_DR, 2);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SLAVE + A_DR), ==, 2);
}

/* Another master takes the bus. */
static void test_mode_fault(void)
{
    start("");
    board_pin_function(GPIOA, 4, 5);
    pin_drive("pa4", "1");
    board_watch_irqs();
    poke(MASTER + A_CR2, R_CR2_ERRIE_MASK);
    poke(MASTER + A_CR1, MSTR | SPE);
    g_assert_cmphex(sr(MASTER) & MODF, ==, 0);
    g_assert_false(irq(35));
    pin_drive("pa4", "0");
    g_assert_true(irq(35));
    g_assert_cmphex(peek(MASTER + A_CR1) & (MSTR | SPE), ==, 0);
    pin_drive("pa4", "1");
    poke(MASTER + A_CR1, MSTR | SPE);                   /* not before SR has been read */
    g_assert_cmphex(peek(MASTER + A_CR1) & (MSTR | SPE), ==, 0);
    g_assert_cmphex(sr(MASTER) & MODF, ==, MODF);
    poke(MASTER + A_CR1, MSTR | SPE);
    g_assert_cmphex(sr(MASTER) & MODF, ==, 0);
    g_assert_cmphex(peek(MASTER + A_CR1) & (MSTR | SPE), ==, MSTR | SPE);
    g_assert_false(irq(35));
    /* SSM without SSI is the same mistake, made by software */
    poke(MASTER + A_CR1, MSTR | SPE | SSM);
    g_assert_cmphex(sr(MASTER) & MODF, ==, MODF);
    g_assert_cmpint(board_mistakes("mode fault"), >=, 1);
}

/* It needs SPE: as drivers do it that make NSS an output, MSTR comes first, then SSOE, then SPE. */
static void test_mode_fault_off(void)
{
    start("");
    board_pin_function(GPIOA, 4, 5);
    poke(MASTER + A_CR1, MSTR | BR);
    g_assert_cmphex(peek(MASTER + A_CR1), ==, MSTR | BR);
    poke(MASTER + A_CR2, R_CR2_SSOE_MASK);
    poke(MASTER + A_CR1, MSTR | BR | SPE);
    g_assert_cmphex(peek(MASTER + A_CR1), ==, MSTR | BR | SPE);
    g_assert_cmphex(sr(MASTER) & MODF, ==, 0);
    poke(MASTER + A_DR, 1);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(MASTER) & RXNE, ==, RXNE);
    g_assert_cmpint(board_mistakes("mode fault"), ==, 0);
    /* without SSOE it is one as soon as SPE is set */
    poke(MASTER + A_CR1, MSTR | BR);
    poke(MASTER + A_CR2, 0);
    g_assert_cmphex(sr(MASTER) & MODF, ==, 0);
    poke(MASTER + A_CR1, MSTR | BR | SPE);
    g_assert_cmphex(sr(MASTER) & MODF, ==, MODF);
    g_assert_cmphex(peek(MASTER + A_CR1), ==, BR);
    g_assert_cmpint(board_mistakes("mode fault"), ==, 1);
}

/* A bit at a time: an independent calculation. */
static uint32_t crc(const uint8_t *data, unsigned size, uint32_t poly, unsigned bits)
{
    uint32_t value = 0;

    for (unsigned n = 0; n < size * 8; n++) {
        unsigned bit = data[n / 8] >> (7 - n % 8) & 1, top = value >> (bits - 1) & 1;

        value = (value << 1 ^ (bit ^ top ? poly : 0)) & ((1u << bits) - 1);
    }
    return value;
}

static void send_with_crc(uint32_t poly_of_slave)
{
    static const uint8_t data[] = { 0x12, 0x34, 0x56 };

    join(0);
    poke(MASTER + A_CR1, 0);
    poke(SLAVE + A_CR1, 0);
    poke(MASTER + A_CRCPR, 0x1d);
    poke(SLAVE + A_CRCPR, poly_of_slave);
    poke(SLAVE + A_CR1, SSM | CRCEN);
    poke(SLAVE + A_CR1, SSM | CRCEN | SPE);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | CRCEN);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | CRCEN | SPE);
    for (unsigned i = 0; i < 3; i++) {
        poke(SLAVE + A_DR, data[i] + 1);
        poke(MASTER + A_DR, data[i]);
        if (i == 2) {
            poke(MASTER + A_CR1, peek(MASTER + A_CR1) | CRCNEXT);
            poke(SLAVE + A_CR1, peek(SLAVE + A_CR1) | CRCNEXT);
        }
        board_wait_ns(BYTE_NS);
        g_assert_cmphex(peek(SLAVE + A_DR), ==, data[i]);
        g_assert_cmphex(peek(MASTER + A_DR), ==, data[i] + 1);
    }
    g_assert_cmphex(peek(MASTER + A_TXCRCR), ==, crc(data, 3, 0x1d, 8));
    g_assert_cmphex(sr(MASTER) & BSY, ==, BSY);         /* the CRC goes */
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(SLAVE) & (RXNE | BSY), ==, RXNE);
    g_assert_cmphex(peek(SLAVE + A_DR), ==, crc(data, 3, 0x1d, 8));
    g_assert_cmphex(peek(MASTER + A_CR1) & CRCNEXT, ==, 0);
}

static void test_crc(void)
{
    send_with_crc(0x1d);
    g_assert_cmphex(sr(SLAVE) & CRCERR, ==, 0);
    g_assert_cmphex(sr(MASTER) & CRCERR, ==, 0);
    /* CRCEN set anew starts from nothing */
    poke(MASTER + A_CR1, 0);
    poke(MASTER + A_CR1, CRCEN);
    g_assert_cmphex(peek(MASTER + A_TXCRCR), ==, 0);
}

static void test_crc_error(void)
{
    send_with_crc(0x2f);
    g_assert_cmphex(sr(SLAVE) & CRCERR, ==, CRCERR);
    poke(SLAVE + A_SR, ~CRCERR);
    g_assert_cmphex(sr(SLAVE) & CRCERR, ==, 0);
}

/* By DMA the CRC goes and is checked by itself, after the last word (RM0090 28.3.9). */
static void dma_stream(uint32_t dma, unsigned n, uint32_t dr, uint32_t memory, uint32_t cr)
{
    uint32_t stream = dma + 0x10 + 0x18 * n;

    poke(stream + 0x04, 4);
    poke(stream + 0x08, dr);
    poke(stream + 0x0c, memory);
    poke(stream, cr | 1 << 10 | 1);                     /* MINC, EN */
}

static void dma_with_crc(uint32_t poly_of_slave)
{
    enum { DMA1 = 0x40026000, DMA2 = 0x40026400, OUT = 0x20000000, IN = 0x20000100 };
    static const uint8_t data[] = { 0xde, 0xad, 0xbe, 0xef };

    join(0);
    board_enable("dma1");
    board_enable("dma2");
    for (unsigned i = 0; i < 4; i++) {
        qtest_writeb(board, OUT + i, data[i]);
    }
    poke(MASTER + A_CR1, 0);
    poke(SLAVE + A_CR1, 0);
    poke(SLAVE + A_CRCPR, poly_of_slave);
    poke(SLAVE + A_CR1, SSM | CRCEN | RXONLY);
    poke(SLAVE + A_CR1, SSM | CRCEN | RXONLY | SPE);
    poke(SLAVE + A_CR2, R_CR2_RXDMAEN_MASK);
    dma_stream(DMA1, 3, SLAVE + A_DR, IN, 0);           /* SPI2_RX */
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | CRCEN);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | CRCEN | SPE);
    dma_stream(DMA2, 3, MASTER + A_DR, OUT, 3 << 25 | 1 << 6);      /* SPI1_TX */
    poke(MASTER + A_CR2, R_CR2_TXDMAEN_MASK);
    board_wait_ns(4 * BYTE_NS + 1000);
    g_assert_cmphex(sr(MASTER) & BSY, ==, BSY);         /* the CRC */
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(MASTER) & BSY, ==, 0);
    g_assert_cmphex(qtest_readl(board, IN), ==, 0xefbeadde);
    g_assert_cmphex(sr(SLAVE) & RXNE, ==, RXNE);        /* which DMA does not take */
    g_assert_cmphex(peek(SLAVE + A_DR), ==, crc(data, 4, 7, 8));
}

static void test_crc_by_dma(void)
{
    dma_with_crc(7);
    g_assert_cmphex(sr(SLAVE) & CRCERR, ==, 0);
    dma_with_crc(0x31);
    g_assert_cmphex(sr(SLAVE) & CRCERR, ==, CRCERR);
}

static void test_interrupts(void)
{
    join(0);
    board_watch_irqs();
    g_assert_false(irq(35));
    poke(MASTER + A_CR2, R_CR2_TXEIE_MASK);
    g_assert_true(irq(35));
    poke(MASTER + A_CR2, 0);
    poke(SLAVE + A_CR2, R_CR2_RXNEIE_MASK);
    poke(MASTER + A_DR, 3);
    g_assert_false(irq(36));
    board_wait_ns(BYTE_NS);
    g_assert_true(irq(36));
    peek(SLAVE + A_DR);
    g_assert_false(irq(36));
}

/* Nobody at the other end: the level of the line, which may float, be pulled or driven. */
static void test_nobody(void)
{
    start("");
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE);
    poke(MASTER + A_DR, 0x55);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0);
    pin_drive("pa6", "1");
    poke(MASTER + A_DR, 0x55);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0xff);
}

/* TI mode: a pulse of NSS in the middle of a frame. */
static void test_frame_error(void)
{
    start("-machine wire=" JUMPERS);
    board_pin_function(GPIOB, 12, 5);
    pin_drive("pb12", "0");
    poke(SLAVE + A_CR2, R_CR2_FRF_MASK);
    poke(SLAVE + A_CR1, SPE);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE);
    poke(MASTER + A_DR, 1);
    board_wait_ns(BYTE_NS / 2);
    pin_drive("pb12", "1");
    pin_drive("pb12", "0");
    g_assert_cmphex(sr(SLAVE) & FRE, ==, FRE);
    g_assert_cmphex(sr(SLAVE) & FRE, ==, 0);
}

/* A flash of QEMU's on the bus, selected by a pin that the firmware drives. */
static uint32_t pass(uint32_t out)
{
    poke(MASTER + A_DR, out);
    board_wait_ns(BYTE_NS);
    return peek(MASTER + A_DR);
}

static void select_flash(bool yes)
{
    poke(GPIOB + 0x18, yes ? 1 << 16 : 1);              /* PB0 */
}

static void test_qemu_flash(void)
{
    start("-machine chip-select=spi1-pb0 -device w25q80bl,bus=spi1");
    select_flash(false);
    poke(GPIOB, (peek(GPIOB) & ~3u) | 1);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE);
    select_flash(true);
    pass(0x9f);                                         /* JEDEC ID */
    g_assert_cmphex(pass(0), ==, 0xef);
    g_assert_cmphex(pass(0), ==, 0x40);
    g_assert_cmphex(pass(0), ==, 0x14);
    select_flash(false);
    g_assert_cmphex(pass(0x9f), ==, 0);
    /* 16 bits a frame are two bytes to it */
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | DFF);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | DFF | SPE);
    select_flash(true);
    poke(MASTER + A_DR, 0x9f00);
    board_wait_ns(2 * BYTE_NS);
    g_assert_cmphex(peek(MASTER + A_DR), ==, 0x00ef);
}

static void test_mistakes(void)
{
    join(0);
    poke(MASTER + A_DR, 1);
    poke(MASTER + A_DR, 2);
    poke(MASTER + A_DR, 3);
    g_assert_cmpint(board_mistakes("DR written while TXE is 0"), ==, 1);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE | DFF);
    g_assert_cmpint(board_mistakes("changed while SPE is set"), ==, 1);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | CRCNEXT);
    g_assert_cmpint(board_mistakes("CRCNEXT set without CRCEN"), ==, 1);
    poke(MASTER + A_I2SCFGR, R_I2SCFGR_I2SMOD_MASK);
    g_assert_cmpint(board_mistakes("no I2S"), ==, 1);
    start("");
    board_pin_function(GPIOA, 5, 0);
    poke(MASTER + A_CR1, MSTR | SSM | SSI | BR | SPE);
    poke(MASTER + A_DR, 1);
    g_assert_cmpint(board_mistakes("SCK is not routed"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/spi/full-duplex", test_full_duplex);
    qtest_add_func("/spi/slave-dr", test_slave_dr);
    qtest_add_func("/spi/pace", test_pace);
    qtest_add_func("/spi/baud-rate", test_baud_rate);
    qtest_add_func("/spi/overrun", test_overrun);
    qtest_add_func("/spi/receive-only", test_receive_only);
    qtest_add_func("/spi/one-line", test_one_line);
    qtest_add_func("/spi/nss-hard", test_nss_hard);
    qtest_add_func("/spi/mode-fault", test_mode_fault);
    qtest_add_func("/spi/mode-fault-off", test_mode_fault_off);
    qtest_add_func("/spi/crc", test_crc);
    qtest_add_func("/spi/crc-error", test_crc_error);
    qtest_add_func("/spi/crc-by-dma", test_crc_by_dma);
    qtest_add_func("/spi/interrupts", test_interrupts);
    qtest_add_func("/spi/nobody", test_nobody);
    qtest_add_func("/spi/frame-error", test_frame_error);
    qtest_add_func("/spi/qemu-flash", test_qemu_flash);
    qtest_add_func("/spi/mistakes", test_mistakes);
    return board_run_tests();
}
