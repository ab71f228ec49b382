/*
 * Parts of the bench on a UART: USART2 has them at PA2 (TX) and PA3 (RX).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/parts.h"

enum { USART2 = 0x40004400, SR = 0, DR = 4, BRR = 8, CR1 = 0xc };
enum { RXNE = 0x20, TXE = 0x80 };

static void uart_start(const char *args, unsigned brr)
{
    parts_start(args);
    board_enable("usart2");
    board_route("pa2", 7);
    board_route("pa3", 7);
    poke(USART2 + BRR, brr);
    poke(USART2 + CR1, 0x200c);
}

/* What comes in @ms of virtual time, up to @until if that is not NULL; to be freed. */
static GString *uart_read(unsigned ms, const char *until)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < ms * 4; i++) {
        board_wait_ns(250000);
        while (peek(USART2 + SR) & RXNE) {
            g_string_append_c(text, peek(USART2 + DR));
            if (until && g_str_has_suffix(text->str, until)) {
                return text;
            }
        }
    }
    return text;
}

/* ---- GPS ---- */

static bool has_checksum(const char *line)
{
    const char *star = strchr(line, '*');
    unsigned sum = 0;

    for (const char *c = line + 1; star && c < star; c++) {
        sum ^= *c;
    }
    return star && strtoul(star + 1, NULL, 16) == sum;
}

static void test_gps(void)
{
    static const char args[] = "-rtc base=2024-02-29T12:34:55,clock=vm "
                               "-device board-gps,id=g,TX=pa3,RX=pa2,latitude=-33.8568,longitude=151.2153,speed=12.5";
    g_autoptr(GString) text = NULL;
    g_auto(GStrv) line = NULL;

    uart_start(args, 1667);                                 /* 16 MHz: 9600 baud */
    board_wait_ns(500000000);
    text = uart_read(400, NULL);
    g_assert_cmpuint(text->len, ==, 0);
    g_string_free(g_steal_pointer(&text), true);
    text = uart_read(700, NULL);
    line = g_strsplit(text->str, "\r\n", 0);
    g_assert_cmpuint(g_strv_length(line), ==, 8);
    for (unsigned n = 0; n < 7; n++) {
        g_assert_true(has_checksum(line[n]));
    }
    g_assert_true(g_str_has_prefix(line[0], "$GPRMC,123456.00,A,3351.40800,S,15112.91800,E,12.500,0.00,290224,"));
    g_assert_true(g_str_has_prefix(line[2], "$GPGGA,123456.00,3351.40800,S,15112.91800,E,1,08,1.01,545.4,M,"));
    part_set("g", "satellites", 2);
    parts_again(args);
    g_string_free(g_steal_pointer(&text), true);
    text = uart_read(1000, NULL);
    g_assert_nonnull(strstr(text->str, "$GPRMC,123457.00,V,,,,,,,290224,"));
    g_assert_false(pin_level("pa4"));
}

static void test_gps_file(void)
{
    g_autofree char *file = NULL, *args = NULL;
    static const char track[] = "# a track\n$GPGGA,101500,one*00\r\n$GPRMC,101500,A*11\n$GPGGA,101501,two*00\n$GPVTG,x\n";
    int fd = g_file_open_tmp("stm32-XXXXXX.nmea", &file, NULL);
    g_autoptr(GString) text = NULL;

    g_assert_cmpint(write(fd, track, strlen(track)), ==, strlen(track));
    close(fd);
    args = g_strdup_printf("-device board-gps,id=g,TX=pa3,PPS=pa4,file=%s,baud=38400", file);
    uart_start(args, 417);
    text = uart_read(1500, NULL);
    g_assert_cmpstr(text->str, ==, "$GPGGA,101500,one*00\r\n$GPRMC,101500,A*11\r\n");
    parts_again(args);
    g_string_free(g_steal_pointer(&text), true);
    text = uart_read(1000, NULL);
    g_assert_cmpstr(text->str, ==, "$GPGGA,101501,two*00\r\n$GPVTG,x\r\n");
    g_string_free(g_steal_pointer(&text), true);
    text = uart_read(1000, NULL);
    g_assert_cmpstr(text->str, ==, "$GPGGA,101500,one*00\r\n$GPRMC,101500,A*11\r\n");
    board_wait_ns(550000000);
    g_assert_true(pin_level("pa4"));
    unlink(file);
}

/* A program that takes it by looking at a GPIO: the bits are there. */
static void test_gps_bits(void)
{
    char first = 0;

    parts_start("-device board-gps,id=g,TX=pa3,baud=9600");
    for (unsigned i = 0; i < 200000 && pin_level("pa3"); i++) {
        board_wait_ns(10000);
    }
    board_wait_ns(52000);
    for (unsigned n = 0; n < 8; n++) {
        board_wait_ns(104167);
        first |= pin_level("pa3") << n;
    }
    g_assert_cmpint(first, ==, '$');
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/gps", test_gps);
    qtest_add_func("parts/gps-file", test_gps_file);
    qtest_add_func("parts/gps-bits", test_gps_bits);
    return board_run_tests();
}
