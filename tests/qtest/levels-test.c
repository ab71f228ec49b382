/*
 * What frames look like at the pins: pictures of USART, SPI and I2C, edge by edge, and who sees them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"

enum {
    GPIOA = 0x40020000, GPIOB = 0x40020400,
    USART2 = 0x40004400, USART3 = 0x40004800, SPI1 = 0x40013000, SPI2 = 0x40003800,
};

/* ---- Recorders ---- */

#define MAX_RECORDERS 3

static char *recorded[MAX_RECORDERS];
static unsigned recorders;

/* Start a board with a recorder at each of @pins and @args. */
static void start(const char *pins, const char *args)
{
    g_auto(GStrv) pin = g_strsplit(pins, " ", 0);
    g_autoptr(GString) all = g_string_new(args);

    for (recorders = 0; pin[recorders]; recorders++) {
        int fd = g_file_open_tmp("stm32-levels-XXXXXX", &recorded[recorders], NULL);

        g_assert(fd >= 0);
        close(fd);
        g_string_append_printf(all, " -device stm32-recorder,pin=%s,file=%s", pin[recorders],
                               recorded[recorders]);
    }
    board_start(all->str);
    board_enable("gpioa");
    board_enable("gpiob");
}

static int64_t now(void) { return board_get_int("/machine", "virtual-time"); }

static void forget(void)
{
    for (unsigned i = 0; i < recorders; i++) {
        unlink(recorded[i]);
        g_clear_pointer(&recorded[i], g_free);
    }
}

/* Recorder @n has the edges of @expected from @begin on: "+ns" up, "-ns" down, ns since @begin. */
static void assert_edges(unsigned n, int64_t begin, const char *expected)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) edges = g_string_new(NULL);
    g_auto(GStrv) line = NULL;

    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    g_assert_true(g_file_get_contents(recorded[n], &text, NULL, NULL));
    line = g_strsplit(text, "\n", 0);
    for (unsigned i = 0; *line[i]; i++) {
        int64_t ns = g_ascii_strtoll(line[i], NULL, 10);

        if (ns >= begin) {
            g_string_append_printf(edges, "%s%c%" PRId64, edges->len ? " " : "",
                                   g_str_has_suffix(line[i], " 0") ? '-' : '+', ns - begin);
        }
    }
    g_assert_cmpstr(edges->str, ==, expected);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

/* ---- SPI ---- */

enum { CPHA = 1, CPOL = 2, MSTR = 4, SPE = 0x40, LSBFIRST = 0x80, SSI = 0x100, SSM = 0x200, DFF = 0x800 };

/* SPI1 is the master, a bit takes 500 ns; SPI2 the slave. */
static void start_spi(unsigned settings)
{
    start("pa5 pa7 pa6", "-machine wire=pa5-pb13:pa6-pb14:pa7-pb15");
    board_enable("spi1");
    board_enable("spi2");
    for (unsigned pin = 5; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
        board_pin_function(GPIOB, pin + 8, 5);
    }
    poke(SPI2, SSM | SPE | settings);
    poke(SPI1, MSTR | SSM | SSI | SPE | 2 << 3 | settings);
    poke(SPI2 + 12, 0x35);                  /* 00110101 */
    board_wait_ns(1000);
}

/* In each mode the master's data 10100011 is there at the edge that is sampled. */
static void test_spi(void)
{
    static const char *const sck[] = {
        "+250 -500 +750 -1000 +1250 -1500 +1750 -2000 "
        "+2250 -2500 +2750 -3000 +3250 -3500 +3750 -4000",
        "+0 -250 +500 -750 +1000 -1250 +1500 -1750 "
        "+2000 -2250 +2500 -2750 +3000 -3250 +3500 -3750",
        "-250 +500 -750 +1000 -1250 +1500 -1750 +2000 "
        "-2250 +2500 -2750 +3000 -3250 +3500 -3750 +4000",
        "-0 +250 -500 +750 -1000 +1250 -1500 +1750 "
        "-2000 +2250 -2500 +2750 -3000 +3250 -3500 +3750",
    };

    for (unsigned mode = 0; mode < 4; mode++) {
        int64_t begin;

        start_spi((mode & 1 ? CPHA : 0) | (mode & 2 ? CPOL : 0));
        begin = now();
        poke(SPI1 + 12, 0xa3);
        board_wait_ns(6000);
        g_assert_cmphex(peek(SPI1 + 12), ==, 0x35);
        assert_edges(0, begin, sck[mode]);
        assert_edges(1, begin, "+0 -500 +1000 -1500 +3000");
        assert_edges(2, begin, "-0 +1000 -2000 +2500 -3000 +3500");
        forget();
    }
}

/* Frames that follow each other, of 16 bits, the other way round. */
static void test_spi_row(void)
{
    int64_t begin;

    start_spi(DFF | LSBFIRST);
    begin = now();
    poke(SPI1 + 12, 0x8001);
    poke(SPI1 + 12, 0xffff);
    board_wait_ns(20000);
    assert_edges(1, begin, "+0 -500 +7500");
    /* nobody need listen: who asks is answered */
    begin = now();
    poke(SPI1 + 12, 0x0002);
    for (unsigned quarter = 0; quarter < 64; quarter++) {
        g_assert_cmpint(pin_level("pa7"), ==, quarter / 4 == 1);
        g_assert_cmpint(pin_level("pb13"), ==, quarter / 2 % 2);
        g_assert_cmpint(peek(GPIOA + 0x10) >> 5 & 1, ==, quarter / 2 % 2);
        board_wait_ns(125);
    }
    forget();
}

/* At 8 MHz the edges come in bunches, each with its time. */
static void test_spi_fast(void)
{
    int64_t begin;

    start_spi(0);
    poke(SPI1, MSTR | SSM | SSI);
    poke(SPI1, MSTR | SSM | SSI | SPE);
    begin = now();
    poke(SPI1 + 12, 0x55);
    board_wait_ns(10000);
    assert_edges(0, begin, "+63 -125 +188 -250 +313 -375 +438 -500 "
                 "+563 -625 +688 -750 +813 -875 +938 -1000");
    assert_edges(1, begin, "+125 -250 +375 -500 +625 -750 +875");
    forget();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/levels/spi", test_spi);
    qtest_add_func("/levels/spi-row", test_spi_row);
    qtest_add_func("/levels/spi-fast", test_spi_fast);
    return board_run_tests();
}
