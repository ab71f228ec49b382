/*
 * A TFT with an ILI9341 on SPI2, PB12 its CS, PC7 its D/CX: driven byte by byte and by DMA, which moves many at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/display.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/regs.h"

enum { SPI2 = 0x40003800, GPIOB = 0x40020400, GPIOC = 0x40020800, BSRR = 0x18, DMA1 = 0x40026000, RAM = 0x20001000 };
#define PART "-device stm32-ili9341-spi,bus=spi2,cs=0,dc=pc7"

static uint8_t pass(uint8_t out)
{
    poke(SPI2 + A_DR, out);
    board_wait_ns(2000);
    return peek(SPI2 + A_DR);
}

static void command(uint8_t value)
{
    poke(GPIOC + BSRR, 1u << (16 + 7));
    pass(value);
    poke(GPIOC + BSRR, 1 << 7);
}

static void tell(uint8_t value, unsigned count, const uint8_t *parameters)
{
    command(value);
    for (unsigned i = 0; i < count; i++) {
        pass(parameters[i]);
    }
}

static void start(void)
{
    static const uint8_t order[] = { 0x48 }, format[] = { 0x55 };

    board_start(PART);
    board_enable("gpiob");
    board_enable("gpioc");
    board_enable("spi2");
    poke(GPIOB, (peek(GPIOB) & ~(3u << 24)) | 1 << 24);
    poke(GPIOC, 1 << 14);
    poke(GPIOB + BSRR, 1u << (16 + 12));
    for (unsigned pin = 13; pin <= 15; pin++) {
        board_pin_function(GPIOB, pin, 5);
    }
    poke(SPI2 + A_CR1, R_CR1_MSTR_MASK | R_CR1_SSM_MASK | R_CR1_SSI_MASK | R_CR1_SPE_MASK);
    command(0x11);
    board_wait_ns(6000000);
    tell(0x36, 1, order);
    tell(0x3a, 1, format);
    command(0x29);
}

static void window(unsigned x, unsigned y, unsigned width, unsigned height)
{
    const uint8_t columns[] = { 0, x, 0, x + width - 1 };
    const uint8_t pages[] = { y >> 8, y, (y + height - 1) >> 8, y + height - 1 };

    tell(0x2a, 4, columns);
    tell(0x2b, 4, pages);
}

static void test_picture(void)
{
    start();
    window(5, 300, 2, 1);
    command(0x2c);
    pass(0xf8);
    pass(0x00);
    pass(0x07);
    pass(0xe0);
    display_look();
    g_assert_cmphex(display_pixel(5, 300), ==, 0xff0000);
    g_assert_cmphex(display_pixel(6, 300), ==, 0x00ff00);
    poke(GPIOB + BSRR, 1 << 12);                /* not selected: it hears nothing */
    command(0x28);
    display_look();
    g_assert_cmphex(display_pixel(5, 300), ==, 0xff0000);
    g_assert_cmpint(board_mistakes("ILI9341"), ==, 0);
}

static void test_reads(void)
{
    static const uint8_t index[] = { 0x12 }, none[] = { 0 };

    start();
    command(0x0a);
    g_assert_cmphex(pass(0), ==, 0x9c);
    tell(0xd9, 1, index);
    command(0xd3);
    g_assert_cmphex(pass(0), ==, 0x93);
    tell(0xd9, 1, none);
    command(0x09);                              /* one bit late: 0xa4 0x53 0x84 ... */
    g_assert_cmphex(pass(0), ==, 0xa4 >> 1);
    g_assert_cmphex(pass(0), ==, 0x53 >> 1);
    window(0, 0, 2, 1);
    command(0x2c);
    pass(0x12);
    pass(0x34);
    command(0x2e);
    pass(0);
    g_assert_cmphex(pass(0), ==, 0x10);
    g_assert_cmphex(pass(0), ==, 0x44);
    g_assert_cmphex(pass(0), ==, 0xa4);
}

static void test_dma(void)
{
    start();
    board_enable("dma1");
    for (unsigned i = 0; i < 480; i++) {
        qtest_writeb(board, RAM + i, i % 2 ? i / 2 : i / 480);
    }
    window(0, 9, 240, 1);
    command(0x2c);
    poke(DMA1 + 0x10 + 0x18 * 4 + 8, SPI2 + A_DR);
    poke(DMA1 + 0x10 + 0x18 * 4 + 12, RAM);
    poke(DMA1 + 0x10 + 0x18 * 4 + 4, 480);
    poke(DMA1 + 0x10 + 0x18 * 4, 1 << 10 | 1 << 6 | 1);
    poke(SPI2 + A_CR2, R_CR2_TXDMAEN_MASK);
    board_wait_ns(2000000);
    display_look();
    for (unsigned i = 0; i < 240; i++) {
        uint32_t c = display_pixel(i, 9);

        g_assert_cmphex((c >> 19 << 11) | (c >> 10 & 0x3f) << 5 | (c >> 3 & 0x1f), ==, i);
    }
}

static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start();
    window(5, 300, 2, 1);
    command(0x2c);
    pass(0xf8);
    file = board_save();
    board_load(file, PART);
    pass(0x00);
    display_look();
    g_assert_cmphex(display_pixel(5, 300), ==, 0xff0000);
    unlink(file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/ili9341-spi/picture", test_picture);
    qtest_add_func("/ili9341-spi/reads", test_reads);
    qtest_add_func("/ili9341-spi/dma", test_dma);
    qtest_add_func("/ili9341-spi/snapshot", test_snapshot);
    return board_run_tests();
}
