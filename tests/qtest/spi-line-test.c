/*
 * What an SPI takes from its data line when no controller answers: whatever drives the net (RM0090 28.3:
 * a bit is sampled at an edge of SCK, wherever it comes from); and frames of different length.
 *
 * SPI1 is at PA5 ... PA7, SPI2 at PB13 ... PB15.  With BR = 2 a bit takes 500 ns, sampled in its middle.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/regs.h"

enum { SPI1 = 0x40013000, SPI2 = 0x40003800, GPIOA = 0x40020000, GPIOB = 0x40020400,
       GPIOD = 0x40020c00, DMA2 = 0x40026400, TIM4 = 0x40000800 };

enum {
    CPHA = R_CR1_CPHA_MASK, CPOL = R_CR1_CPOL_MASK,
    SPE = R_CR1_SPE_MASK, MSTR = R_CR1_MSTR_MASK, SSM = R_CR1_SSM_MASK, SSI = R_CR1_SSI_MASK,
    DFF = R_CR1_DFF_MASK, LSBFIRST = R_CR1_LSBFIRST_MASK, RXONLY = R_CR1_RXONLY_MASK,
    CRCEN = R_CR1_CRCEN_MASK, CRCNEXT = R_CR1_CRCNEXT_MASK, BR = 2 << R_CR1_BR_SHIFT,
    TXE = R_SR_TXE_MASK, RXNE = R_SR_RXNE_MASK, BSY = R_SR_BSY_MASK, OVR = R_SR_OVR_MASK,
};

#define BIT_NS 500
#define BYTE_NS 4000
#define MASTER (MSTR | SSM | SSI | BR)
#define SLAVE SSM

static void start(const char *args)
{
    board_start(args);
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("gpiod");
    board_enable("spi1");
    board_enable("spi2");
    for (unsigned pin = 5; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
        board_pin_function(GPIOB, pin + 8, 5);
    }
}

static void on(uint32_t spi, uint32_t cr1)
{
    poke(spi + A_CR1, cr1);
    poke(spi + A_CR1, cr1 | SPE);
}

static uint32_t sr(uint32_t spi, uint32_t flags)
{
    return peek(spi + A_SR) & flags;
}

/* What comes in while @out goes out. */
static uint32_t swap(uint32_t spi, uint32_t out, int64_t ns)
{
    poke(spi + A_DR, out);
    board_wait_ns(ns - 1);
    g_assert_cmphex(sr(spi, RXNE | BSY), ==, BSY);
    board_wait_ns(1);
    g_assert_cmphex(sr(spi, RXNE | BSY | OVR), ==, RXNE);
    return peek(spi + A_DR);
}

static void gpio_out(uint32_t gpio, unsigned n, bool level)
{
    poke(gpio + 0x18, 1u << (level ? n : n + 16));
    poke(gpio, (peek(gpio) & ~(3u << 2 * n)) | 1u << 2 * n);
}

static void pull(uint32_t gpio, unsigned n, unsigned how)
{
    poke(gpio + 0x0c, (peek(gpio + 0x0c) & ~(3u << 2 * n)) | how << 2 * n);
}

/* ---- A jumper between MOSI and MISO ---- */

static void check_loop(uint32_t spi)
{
    for (unsigned mode = 0; mode < 4; mode++) {
        for (unsigned order = 0; order < 2; order++) {
            uint32_t cr1 = MASTER | mode | (order ? LSBFIRST : 0);

            on(spi, cr1);
            g_assert_cmphex(swap(spi, 0xa7, BYTE_NS), ==, 0xa7);
            g_assert_cmphex(swap(spi, 0x01, BYTE_NS), ==, 0x01);
            g_assert_cmphex(swap(spi, 0x1fe, BYTE_NS), ==, 0xfe);
            on(spi, cr1 | DFF);
            g_assert_cmphex(swap(spi, 0xa5c3, 2 * BYTE_NS), ==, 0xa5c3);
            g_assert_cmphex(swap(spi, 0x0001, 2 * BYTE_NS), ==, 0x0001);
            poke(spi + A_CR1, 0);
        }
    }
}

static void test_loop(void)
{
    start("-machine wire=pa6-pa7");
    check_loop(SPI1);
    start("-machine wire=pb14-pb15");
    check_loop(SPI2);
}

/* At every pace, from 62.5 ns a bit on; frames in a row. */
static void test_loop_pace(void)
{
    start("-machine wire=pa6-pa7");
    for (unsigned br = 0; br < 8; br++) {
        int64_t ns = 8 * (2 << br) * 1000 / 16;

        on(SPI1, (MASTER & ~R_CR1_BR_MASK) | br << R_CR1_BR_SHIFT);
        poke(SPI1 + A_DR, 0x5a);
        poke(SPI1 + A_DR, 0xc3);
        board_wait_ns(ns);
        g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x5a);
        poke(SPI1 + A_DR, 0x0f);
        board_wait_ns(ns);
        g_assert_cmphex(peek(SPI1 + A_DR), ==, 0xc3);
        board_wait_ns(ns);
        g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x0f);
        g_assert_cmphex(sr(SPI1, BSY | OVR), ==, 0);
        poke(SPI1 + A_CR1, 0);
    }
}

static void check_loop_crc(bool broken)
{
    uint32_t cr1 = MASTER | CRCEN;

    start("-machine wire=pa6-pa7");
    on(SPI1, cr1);
    g_assert_cmphex(swap(SPI1, 0x12, BYTE_NS), ==, 0x12);
    poke(SPI1 + A_DR, 0x34);
    poke(SPI1 + A_CR1, cr1 | SPE | CRCNEXT);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x34);
    g_assert_cmphex(peek(SPI1 + A_TXCRCR), ==, peek(SPI1 + A_RXCRCR));
    if (broken) {
        pin_drive("pa6", "0");
    }
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(sr(SPI1, RXNE), ==, RXNE);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, broken ? 0 : peek(SPI1 + A_TXCRCR));
    g_assert_cmpint(!!sr(SPI1, R_SR_CRCERR_MASK), ==, broken);
}

static void test_loop_crc(void)
{
    check_loop_crc(false);
    check_loop_crc(true);
}

static void dma_stream(unsigned n, uint32_t memory, uint32_t cr)
{
    uint32_t stream = DMA2 + 0x10 + 0x18 * n;

    poke(stream + 0x04, 32);
    poke(stream + 0x08, SPI1 + A_DR);
    poke(stream + 0x0c, memory);
    poke(stream, cr | 3 << 25 | 1 << 10 | 1);           /* channel 3, MINC, EN */
}

static void test_loop_dma(void)
{
    enum { OUT = 0x20000000, IN = 0x20000100 };

    start("-machine wire=pa6-pa7");
    board_enable("dma2");
    for (unsigned i = 0; i < 32; i++) {
        qtest_writeb(board, OUT + i, i * 37 + 5);
    }
    poke(SPI1 + A_CR2, R_CR2_RXDMAEN_MASK);
    dma_stream(0, IN, 0);
    dma_stream(3, OUT, 1 << 6);
    on(SPI1, MASTER);
    poke(SPI1 + A_CR2, R_CR2_RXDMAEN_MASK | R_CR2_TXDMAEN_MASK);
    board_wait_ns(33 * BYTE_NS);
    for (unsigned i = 0; i < 32; i++) {
        g_assert_cmphex(qtest_readb(board, IN + i), ==, (uint8_t)(i * 37 + 5));
    }
    g_assert_cmphex(sr(SPI1, RXNE | BSY | OVR), ==, 0);
}

/* A slave whose MISO is at its MOSI: it shifts in what it shifts out. */
static void test_loop_slave(void)
{
    start("-machine wire=pa5-pb13:pb14-pb15");
    on(SPI2, SLAVE);
    on(SPI1, MASTER);
    poke(SPI2 + A_DR, 0x9c);
    poke(SPI1 + A_DR, 0);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0x9c);
}

/* ---- Levels ---- */

static void test_levels(void)
{
    start("-machine wire=pa6-pb0");
    on(SPI1, MASTER);
    g_assert_cmphex(swap(SPI1, 0x55, BYTE_NS), ==, 0);          /* floating */
    pull(GPIOA, 6, 1);
    g_assert_cmphex(swap(SPI1, 0x55, BYTE_NS), ==, 0xff);
    pull(GPIOA, 6, 2);
    g_assert_cmphex(swap(SPI1, 0x55, BYTE_NS), ==, 0);
    gpio_out(GPIOB, 0, true);
    g_assert_cmphex(swap(SPI1, 0x55, BYTE_NS), ==, 0xff);
    /* nobody is at a pin that is another's */
    board_pin_function(GPIOA, 6, 0);
    g_assert_cmphex(swap(SPI1, 0x55, BYTE_NS), ==, 0);
}

/* In the middle of a frame: bits until then have the old level; the edge is in the middle of a bit. */
static void test_level_changes(void)
{
    for (int late = 0; late < 2; late++) {
        start("-machine wire=pa6-pb0");
        gpio_out(GPIOB, 0, false);
        on(SPI1, MASTER);
        poke(SPI1 + A_DR, 0x55);
        board_wait_ns(3 * BIT_NS + BIT_NS / 2 + late);          /* the fourth bit is sampled */
        gpio_out(GPIOB, 0, true);
        board_wait_ns(3 * BIT_NS);
        pin_drive("pa6", "0");                                  /* somebody short-circuits it */
        board_wait_ns(2 * BIT_NS);
        g_assert_cmphex(peek(SPI1 + A_DR), ==, late ? 0x0e : 0x1c);
    }
}

/* The pin becomes MISO in the middle of a frame, and another's again. */
static void test_rerouted(void)
{
    start("");
    pin_drive("pa6", "1");
    board_pin_function(GPIOA, 6, 0);
    on(SPI1, MASTER);
    poke(SPI1 + A_DR, 0x55);
    board_wait_ns(2 * BIT_NS);
    board_pin_function(GPIOA, 6, 5);
    board_wait_ns(3 * BIT_NS);
    board_pin_function(GPIOA, 6, 0);
    board_wait_ns(3 * BIT_NS);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x38);
}

/* A PWM of 2 us, high for 1 us, that began 250 ns after the frame: 1 0 0 1 1 0 0 1 1 would be at 250. */
static void test_wave(void)
{
    start("-machine wire=pa6-pd12");
    board_enable("tim4");
    board_pin_function(GPIOD, 12, 2);
    poke(TIM4 + 0x2c, 31);                              /* ARR: 32 / 16 MHz */
    poke(TIM4 + 0x34, 16);                              /* CCR1 */
    poke(TIM4 + 0x18, 6 << 4);                          /* PWM mode 1 */
    poke(TIM4 + 0x20, 1);
    on(SPI1, MASTER);
    poke(TIM4, 1);
    board_wait_ns(2000);
    g_assert_cmphex(swap(SPI1, 0, BYTE_NS), ==, 0xcc);
    board_wait_ns(500);
    g_assert_cmphex(swap(SPI1, 0, BYTE_NS), ==, 0x99);
}

/* ---- Another SPI's data ---- */

/* Two masters, data lines crossed: each has the other's bits as it clocks them. */
static void test_crossed(void)
{
    start("-machine wire=pa7-pb14:pb15-pa6");
    on(SPI1, MASTER);
    on(SPI2, MASTER);
    poke(SPI1 + A_DR, 0xa3);
    poke(SPI2 + A_DR, 0x5e);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x5e);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xa3);
    /* twice as fast: two frames in a row for one, whose bits are sampled as the second of two begins */
    on(SPI2, MASTER & ~R_CR1_BR_MASK);
    poke(SPI2 + A_CR1, MASTER & ~R_CR1_BR_MASK);
    on(SPI2, MSTR | SSM | SSI | 1 << R_CR1_BR_SHIFT);
    board_wait_ns(BYTE_NS);
    poke(SPI1 + A_DR, 0xb1);
    poke(SPI2 + A_DR, 0x0f);
    poke(SPI2 + A_DR, 0x33);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x35);       /* of 00001111 00110011 */
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xcf);       /* 1011, each twice */
}

/* A chain: the master's data goes through two slaves and comes back. */
static void test_chain(void)
{
    start("-machine wire=pa5-pb13:pa5-pc10:pa7-pb15:pb14-pc12:pc11-pa6");
    board_enable("gpioc");
    board_enable("spi3");
    for (unsigned pin = 10; pin <= 12; pin++) {
        board_pin_function(0x40020800, pin, 6);
    }
    on(SPI2, SLAVE);
    on(0x40003c00, SLAVE);
    on(SPI1, MASTER);
    poke(SPI2 + A_DR, 0x22);
    poke(0x40003c00 + A_DR, 0x33);
    g_assert_cmphex(swap(SPI1, 0x11, BYTE_NS), ==, 0x33);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0x11);
    g_assert_cmphex(peek(0x40003c00 + A_DR), ==, 0x22);
    g_assert_cmphex(swap(SPI1, 0x44, BYTE_NS), ==, 0x22);       /* what came in goes out again */
}

/* Parts of QEMU that are not selected let the line go. */
static void test_part_lets_go(void)
{
    start("-machine chip-select=spi1-pb0 -device w25q80bl,bus=spi1 -machine wire=pa6-pa7");
    gpio_out(GPIOB, 0, true);
    on(SPI1, MASTER);
    g_assert_cmphex(swap(SPI1, 0x9f, BYTE_NS), ==, 0x9f);
    start("-machine chip-select=spi1-pb0 -device w25q80bl,bus=spi1");
    pull(GPIOA, 6, 1);
    gpio_out(GPIOB, 0, true);
    on(SPI1, MASTER);
    g_assert_cmphex(swap(SPI1, 0x9f, BYTE_NS), ==, 0xff);
    gpio_out(GPIOB, 0, false);
    swap(SPI1, 0x9f, BYTE_NS);
    g_assert_cmphex(swap(SPI1, 0, BYTE_NS), ==, 0xef);
}

/* ---- Frames of different length: bits are shifted over their boundaries ---- */

#define JUMPERS "-machine wire=pa5-pb13:pa6-pb14:pa7-pb15"

static void test_slave_of_16(void)
{
    start(JUMPERS);
    on(SPI2, SLAVE | DFF);
    on(SPI1, MASTER);
    poke(SPI2 + A_DR, 0x1234);
    g_assert_cmphex(swap(SPI1, 0xca, BYTE_NS), ==, 0x12);
    g_assert_cmphex(sr(SPI2, RXNE | TXE | BSY), ==, TXE | BSY);  /* half of it */
    poke(SPI2 + A_DR, 0x5678);
    board_wait_ns(10 * BYTE_NS);
    g_assert_cmphex(swap(SPI1, 0xfe, BYTE_NS), ==, 0x34);
    g_assert_cmphex(sr(SPI2, RXNE | TXE | BSY), ==, RXNE);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xcafe);
    g_assert_cmphex(swap(SPI1, 0, BYTE_NS), ==, 0x56);
    /* half a frame is lost when the slave is switched off */
    on(SPI2, SLAVE | DFF);
    poke(SPI2 + A_DR, 0x9abc);
    g_assert_cmphex(swap(SPI1, 0xba, BYTE_NS), ==, 0x9a);
    g_assert_cmphex(swap(SPI1, 0xbe, BYTE_NS), ==, 0xbc);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xbabe);
    g_assert_cmpint(board_mistakes("SPI"), ==, 0);
}

static void test_slave_of_8(void)
{
    start(JUMPERS);
    on(SPI2, SLAVE);
    on(SPI1, MASTER | DFF);
    poke(SPI2 + A_DR, 0x12);
    poke(SPI1 + A_DR, 0xcafe);
    poke(SPI2 + A_DR, 0x34);
    board_wait_ns(BYTE_NS - 1);
    g_assert_cmphex(sr(SPI2, RXNE | TXE | BSY), ==, BSY);
    board_wait_ns(1);
    g_assert_cmphex(sr(SPI2, RXNE | TXE | BSY), ==, RXNE | TXE | BSY);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xca);
    g_assert_cmphex(sr(SPI1, RXNE | BSY), ==, BSY);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xfe);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, 0x1234);
    g_assert_cmphex(sr(SPI2, BSY), ==, 0);
    /* with LSBFIRST it is the low byte that comes first */
    poke(SPI1 + A_CR1, MASTER | DFF | LSBFIRST);
    on(SPI2, SLAVE | LSBFIRST);
    poke(SPI2 + A_DR, 0x12);
    poke(SPI1 + A_CR1, MASTER | DFF | LSBFIRST | SPE);
    poke(SPI1 + A_DR, 0xcafe);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xfe);
    board_wait_ns(BYTE_NS);
    g_assert_cmphex(peek(SPI2 + A_DR), ==, 0xca);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, 0xfe12);     /* what came in went out again */
}

/* ---- A snapshot in the middle of a frame ---- */

static void check_snapshot(const char *args, int64_t ns, uint32_t level, uint32_t expected)
{
    g_autofree char *file = NULL;

    start(args);
    pin_drive("pb0", "1");
    on(SPI2, SLAVE);
    on(SPI1, MASTER | DFF);
    poke(SPI2 + A_DR, 0x12);
    poke(SPI1 + A_DR, 0xcafe);
    board_wait_ns(ns);
    file = board_save();
    board_load(file, args);
    g_unlink(file);
    if (level) {
        pin_drive("pb0", "0");
    }
    poke(SPI2 + A_DR, 0x34);
    board_wait_ns(2 * BYTE_NS - ns);
    g_assert_cmphex(sr(SPI1, RXNE | BSY), ==, RXNE);
    g_assert_cmphex(peek(SPI1 + A_DR), ==, expected);
}

static void test_snapshot(void)
{
    check_snapshot("-machine wire=pa6-pa7", 7 * BIT_NS, 0, 0xcafe);
    check_snapshot("-machine wire=pa6-pb0", 7 * BIT_NS, 1, 0xfe00);
    check_snapshot("-machine wire=pa6-pb0", 1, 1, 0);
    check_snapshot(JUMPERS, 3 * BIT_NS, 0, 0x1234);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/spi-line/loop", test_loop);
    qtest_add_func("/spi-line/loop-pace", test_loop_pace);
    qtest_add_func("/spi-line/loop-crc", test_loop_crc);
    qtest_add_func("/spi-line/loop-dma", test_loop_dma);
    qtest_add_func("/spi-line/loop-slave", test_loop_slave);
    qtest_add_func("/spi-line/levels", test_levels);
    qtest_add_func("/spi-line/level-changes", test_level_changes);
    qtest_add_func("/spi-line/rerouted", test_rerouted);
    qtest_add_func("/spi-line/wave", test_wave);
    qtest_add_func("/spi-line/crossed", test_crossed);
    qtest_add_func("/spi-line/chain", test_chain);
    qtest_add_func("/spi-line/part-lets-go", test_part_lets_go);
    qtest_add_func("/spi-line/slave-of-16", test_slave_of_16);
    qtest_add_func("/spi-line/slave-of-8", test_slave_of_8);
    qtest_add_func("/spi-line/snapshot", test_snapshot);
    return board_run_tests();
}
