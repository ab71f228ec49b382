/*
 * A TFT with an ILI9341 at the memory controller, NE1, its D/CX at A16: 16 data lines, and 8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/display.h"
#include "stm32/tests/qtest/fsmc.h"
#define REGS "stm32/regs/fsmc.h"
#include "stm32/core/regs.h"

enum { NE1 = 0x60000000, DMA2 = 0x40026400, RAM = 0x20001000 };
enum { RED = 0xf800, GREEN = 0x07e0, BLUE = 0x001f, WHITE = 0xffff };
enum { UPRIGHT = 0x48 };        /* MADCTL of most modules: MX, BGR */

static uint32_t data_at;        /* commands are at NE1 */

static void command(uint8_t value)
{
    qtest_writew(board, NE1, value);
}

static void data(uint16_t value)
{
    qtest_writew(board, data_at, value);
}

/* A command with parameters, as hex digits. */
static void tell(uint8_t value, const char *parameters)
{
    command(value);
    for (; *parameters; parameters += 2) {
        char digits[] = { parameters[0], parameters[1], 0 };

        data(strtoul(digits, NULL, 16));
    }
}

static uint16_t get(void)
{
    return qtest_readw(board, data_at);
}

static void wake(void)
{
    command(0x11);
    board_wait_ns(6000000);
    command(0x29);
}

static void start(const char *more)
{
    g_autofree char *args = g_strdup_printf("-device stm32-ili9341,bank=ne1,rs=a16,%s", more);

    board_start(args);
    board_enable("fsmc");
    fsmc_route(FSMC_STROBES " " FSMC_D0_7 " " FSMC_D8_15 " " FSMC_NE1 " pd11");
    poke(FSMC + A_BCR1, R_BCR1_MBKEN_MASK | R_BCR1_WREN_MASK | 1 << R_BCR1_MWID_SHIFT);
    data_at = NE1 + 0x20000;
}

/* 16 bits a pixel. */
static void start_upright(const char *more)
{
    start(more);
    wake();
    tell(0x36, "48");
    tell(0x3a, "55");
}

static void window(unsigned x, unsigned y, unsigned width, unsigned height)
{
    g_autofree char *columns = g_strdup_printf("%04x%04x", x, x + width - 1);
    g_autofree char *pages = g_strdup_printf("%04x%04x", y, y + height - 1);

    tell(0x2a, columns);
    tell(0x2b, pages);
}

static void fill(unsigned x, unsigned y, unsigned width, unsigned height, uint16_t colour)
{
    window(x, y, width, height);
    command(0x2c);
    for (unsigned i = 0; i < width * height; i++) {
        data(colour);
    }
}

/* The colour seen at (x, y), as 16 bits. */
static unsigned seen(unsigned x, unsigned y)
{
    uint32_t c = display_pixel(x, y);

    return (c >> 19 << 11) | (c >> 10 & 0x3f) << 5 | (c >> 3 & 0x1f);
}

#define see(x, y, colour) g_assert_cmphex(seen(x, y), ==, colour)

static void test_identity(void)
{
    start("width=16");
    command(0xd3);
    get();
    g_assert_cmphex(get(), ==, 0x00);
    g_assert_cmphex(get(), ==, 0x93);
    g_assert_cmphex(get(), ==, 0x41);
    command(0x0a);
    get();
    g_assert_cmphex(get(), ==, 0x08);
    wake();
    command(0x0a);
    get();
    g_assert_cmphex(get(), ==, 0x9c);
    command(0x0c);
    get();
    g_assert_cmphex(get(), ==, 0x66);
    tell(0x51, "7f");
    command(0x52);
    get();
    g_assert_cmphex(get(), ==, 0x7f);
    command(0x09);
    get();
    g_assert_cmphex(get(), ==, 0x80);
    g_assert_cmphex(get(), ==, 0x63);
    g_assert_cmphex(get(), ==, 0x04);
    g_assert_cmphex(get(), ==, 0x00);
    command(0x01);
    board_wait_ns(6000000);
    command(0x0a);
    get();
    g_assert_cmphex(get(), ==, 0x08);
    g_assert_cmpint(board_mistakes("fsmc:"), ==, 0);
    g_assert_cmpint(board_mistakes("ILI9341"), ==, 0);
}

static void test_picture(void)
{
    start_upright("width=16");
    fill(0, 0, 10, 10, RED);
    fill(230, 0, 10, 10, GREEN);
    fill(0, 310, 10, 10, BLUE);
    fill(100, 100, 3, 2, 0x1234);
    display_look();
    g_assert_cmpuint(display_width, ==, 240);
    g_assert_cmpuint(display_height, ==, 320);
    see(0, 0, RED);
    see(9, 9, RED);
    see(10, 9, 0);
    see(239, 0, GREEN);
    see(0, 319, BLUE);
    see(102, 101, 0x1234);
    see(103, 101, 0);
    g_assert_cmphex(display_pixel(0, 0), ==, 0xff0000);
    g_assert_cmpint(board_mistakes("fsmc:"), ==, 0);
    g_assert_cmpint(board_mistakes("ILI9341"), ==, 0);
}

/* What is asleep, off, inverted, in eight colours, in part. */
static void test_modes(void)
{
    start_upright("width=16");
    fill(0, 0, 240, 20, 0x8410);
    display_look();
    see(5, 5, 0x8410);
    command(0x28);
    display_look();
    see(5, 5, 0);
    command(0x29);
    command(0x10);
    board_wait_ns(6000000);
    display_look();
    see(5, 5, 0);
    wake();
    command(0x21);
    display_look();
    see(5, 5, 0x7bef);
    see(5, 50, WHITE);
    command(0x20);
    command(0x39);
    display_look();
    see(5, 5, WHITE);
    command(0x38);
    tell(0x30, "000a000c");
    command(0x12);
    display_look();
    see(5, 9, 0);
    see(5, 10, 0x8410);
    see(5, 13, 0);
    command(0x13);
    display_look();
    see(5, 9, 0x8410);
}

/* A red corner at (0, 0) and a green dot to its right, in the four orientations of drivers. */
static void test_orientations(void)
{
    static const struct {
        const char *madctl;
        unsigned x, y, dot_x, dot_y;
    } table[] = {
        { "48", 0, 0, 1, 0 }, { "28", 239, 0, 239, 1 }, { "88", 239, 319, 238, 319 }, { "e8", 0, 319, 0, 318 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        start("width=16");
        wake();
        tell(0x3a, "55");
        tell(0x36, table[i].madctl);
        window(0, 0, i % 2 ? 320 : 240, i % 2 ? 240 : 320);
        command(0x2c);
        data(RED);
        data(GREEN);
        display_look();
        see(table[i].x, table[i].y, RED);
        see(table[i].dot_x, table[i].dot_y, GREEN);
        g_assert_cmpint(board_mistakes("ILI9341"), ==, 0);
    }
    start("width=16,rotate=90");
    wake();
    tell(0x3a, "55");
    tell(0x36, "28");
    window(0, 0, 320, 240);
    command(0x2c);
    data(RED);
    data(GREEN);
    display_look();
    g_assert_cmpuint(display_width, ==, 320);
    see(0, 0, RED);
    see(1, 0, GREEN);
}

/* The same by other registers: SS of B6h for MX, BGR_EOR of F6h for BGR; and GS, which is upside down. */
static void test_scan_direction(void)
{
    start("width=16");
    wake();
    tell(0x3a, "55");
    tell(0xb6, "0aa2");
    tell(0xf6, "093000");
    command(0x2c);
    data(RED);
    data(GREEN);
    display_look();
    see(0, 0, RED);
    see(1, 0, GREEN);
    tell(0xb6, "0ae2");
    display_look();
    see(0, 319, RED);
}

/* The window goes round; F6h without WEMODE: what is too much is lost. */
static void test_window(void)
{
    start_upright("width=16");
    window(10, 20, 2, 2);
    command(0x2c);
    for (unsigned i = 1; i <= 5; i++) {
        data(i);
    }
    display_look();
    see(10, 20, 5);
    see(11, 20, 2);
    see(10, 21, 3);
    see(11, 21, 4);
    command(0x3c);                  /* goes on */
    data(6);
    tell(0xf6, "000000");
    command(0x2c);
    for (unsigned i = 11; i <= 15; i++) {
        data(i);
    }
    display_look();
    see(10, 20, 11);
    see(11, 21, 14);
    /* A cursor alone: only the first column and page */
    tell(0x2a, "000a");
    tell(0x2b, "0014");
    command(0x2c);
    data(7);
    display_look();
    see(10, 20, 7);
    window(0, 0, 320, 240);
    command(0x2c);
    g_assert_cmpint(board_mistakes("the window is"), ==, 0);            /* nothing is drawn there */
    data(8);
    g_assert_cmpint(board_mistakes("the window is columns 0 to 319, pages 0 to 239 of 240 x 320"), ==, 1);
}

static void test_18_bits(void)
{
    start_upright("width=16");
    tell(0x3a, "66");
    window(0, 0, 2, 1);
    command(0x2c);
    data(0xfc04);
    data(0x0880);
    data(0x40c0);
    display_look();
    g_assert_cmphex(display_pixel(0, 0), ==, 0xff0408);
    g_assert_cmphex(display_pixel(1, 0), ==, 0x8241c3);
    command(0x2e);
    get();
    g_assert_cmphex(get(), ==, 0xfc04);
    g_assert_cmphex(get(), ==, 0x0880);
    g_assert_cmphex(get(), ==, 0x40c0);
}

static void test_8_lines(void)
{
    start("width=8");
    poke(FSMC + A_BCR1, R_BCR1_MBKEN_MASK | R_BCR1_WREN_MASK);
    data_at = NE1 + 0x10000;
    qtest_writeb(board, NE1, 0x11);
    board_wait_ns(6000000);
    qtest_writeb(board, NE1, 0x29);
    qtest_writeb(board, NE1, 0x3a);
    qtest_writeb(board, data_at, 0x55);
    qtest_writeb(board, NE1, 0x36);
    qtest_writeb(board, data_at, UPRIGHT);
    qtest_writeb(board, NE1, 0x2c);
    qtest_writeb(board, data_at, 0x12);
    qtest_writeb(board, data_at, 0x34);
    qtest_writew(board, data_at, 0x7856);           /* two cycles */
    display_look();
    see(0, 0, 0x1234);
    see(1, 0, 0x5678);
    qtest_writeb(board, NE1, 0x2e);
    qtest_readb(board, data_at);
    g_assert_cmphex(qtest_readb(board, data_at), ==, 0x10);
    g_assert_cmphex(qtest_readb(board, data_at), ==, 0x44);
    g_assert_cmphex(qtest_readb(board, data_at), ==, 0xa4);
    g_assert_cmpint(board_mistakes("fsmc:"), ==, 0);
}

/* The area between is moved: its first line shows line 40 of the memory. */
static void test_scrolling(void)
{
    start_upright("width=16");
    for (unsigned i = 0; i < 320; i++) {
        fill(0, i, 1, 1, i);
    }
    tell(0x33, "000a012c000a");
    tell(0x37, "0028");
    display_look();
    see(0, 9, 9);
    see(0, 10, 40);
    see(0, 279, 309);
    see(0, 280, 10);
    see(0, 309, 39);
    see(0, 310, 310);
    command(0x13);
    display_look();
    see(0, 10, 10);
    tell(0x33, "000000640000");
    g_assert_cmpint(board_mistakes("the areas have to be 320 lines"), ==, 1);
}

static void test_mistakes(void)
{
    start("width=16");
    command(0x2c);
    g_assert_cmpint(board_mistakes("pixels are moved while the display sleeps"), ==, 1);
    qtest_writew(board, NE1 + 0x10000, 0);
    g_assert_cmpint(board_mistakes("+0x10000 of ne1 has A15 high; the part there has its register select at A16, and "
                                   "with 16 data lines that is +0x20000"), ==, 1);
    command(0x11);
    command(0x29);
    g_assert_cmpint(board_mistakes("less than 5 ms after SWRESET"), ==, 1);
    board_wait_ns(6000000);
    command(0x9b);
    g_assert_cmpint(board_mistakes("command 0x9b is none"), ==, 1);
    tell(0x3a, "77");
    g_assert_cmpint(board_mistakes("COLMOD 0x77"), ==, 1);
    poke(FSMC + A_BTR1, 0);
    command(0);
    g_assert_cmpint(board_mistakes("writes of ne1 take 1 HCLK cycles, 62 ns; the part there (stm32-ili9341) needs "
                                   "66 ns"), ==, 1);
}

static double frequency(const char *pin)
{
    QDict *answer = qtest_qmp(board, "{ 'execute': 'qom-get', 'arguments': { 'path': %s, 'property': 'frequency' } }",
                              pin);
    double hz = qdict_get_double(answer, "return");

    qobject_unref(answer);
    return hz;
}

/* RESET at a pin of the chip; TE at another, high for 4 of 324 lines of 27 clocks of 615 kHz. */
static void test_pins(void)
{
    start("width=16,reset=pe0,te=pe1");
    wake();
    command(0x35);
    g_assert_cmpint(100 * frequency("/machine/soc/gpioe/pe1"), ==, 7030);
    command(0x45);
    get();
    g_assert_cmpuint(get() << 8 | get(), <, 324);
    pin_drive("pe0", "1");
    pin_drive("pe0", "0");
    pin_drive("pe0", "1");
    g_assert_false(pin_level("pe1"));
    board_wait_ns(6000000);
    command(0x0a);
    get();
    g_assert_cmphex(get(), ==, 0x08);
}

static void test_dma(void)
{
    start_upright("width=16");
    board_enable("dma2");
    for (unsigned i = 0; i < 240; i++) {
        qtest_writew(board, RAM + 2 * i, i);
    }
    window(0, 7, 240, 1);
    command(0x2c);
    poke(DMA2 + 0x18, RAM);
    poke(DMA2 + 0x1c, data_at);
    poke(DMA2 + 0x14, 240);
    poke(DMA2 + 0x24, 7);
    poke(DMA2 + 0x10, 2 << 6 | 1 << 9 | 1 << 11 | 1 << 13 | 1);
    board_wait_ns(1000000);
    display_look();
    for (unsigned i = 0; i < 240; i++) {
        see(i, 7, i);
    }
}

static void test_snapshot(void)
{
    g_autofree char *file = NULL;
    const char *args = "-device stm32-ili9341,bank=ne1,rs=a16";

    start_upright("width=16");
    tell(0x3a, "66");
    window(3, 3, 2, 1);
    command(0x2c);
    data(0xfc04);                   /* a pixel and a half */
    data(0x0880);
    file = board_save();
    board_load(file, args);
    data(0x40c0);
    display_look();
    g_assert_cmphex(display_pixel(3, 3), ==, 0xff0408);
    g_assert_cmphex(display_pixel(4, 3), ==, 0x8241c3);
    unlink(file);
}

/* Anything at all: commands, parameters, reads, looks. */
static void test_fuzz(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(9341);

    start("width=16,rotate=270");
    for (unsigned i = 0; i < 20000; i++) {
        switch (g_rand_int_range(random, 0, 8)) {
        case 0:
            command(g_rand_int(random));
            break;
        case 1:
            command(g_rand_int_range(random, 0x28, 0x40));
            break;
        case 2:
            get();
            break;
        default:
            data(g_rand_boolean(random) ? g_rand_int_range(random, 0, 3) : g_rand_int(random));
        }
        if (i % 400 == 0) {
            display_look();
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/ili9341/identity", test_identity);
    qtest_add_func("/ili9341/picture", test_picture);
    qtest_add_func("/ili9341/modes", test_modes);
    qtest_add_func("/ili9341/orientations", test_orientations);
    qtest_add_func("/ili9341/scan-direction", test_scan_direction);
    qtest_add_func("/ili9341/window", test_window);
    qtest_add_func("/ili9341/18-bits", test_18_bits);
    qtest_add_func("/ili9341/8-lines", test_8_lines);
    qtest_add_func("/ili9341/scrolling", test_scrolling);
    qtest_add_func("/ili9341/mistakes", test_mistakes);
    qtest_add_func("/ili9341/pins", test_pins);
    qtest_add_func("/ili9341/dma", test_dma);
    qtest_add_func("/ili9341/snapshot", test_snapshot);
    qtest_add_func("/ili9341/fuzz", test_fuzz);
    return board_run_tests();
}
