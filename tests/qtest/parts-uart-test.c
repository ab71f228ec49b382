/*
 * Parts of the bench on a UART: USART2 has them at PA2 (TX) and PA3 (RX).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/sockets.h"
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

    for (unsigned us = 0; us < ms * 1000; us += 900) {      /* a byte takes 1042 of them */
        board_wait_ns(900000);
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
    args = g_strdup_printf("-device board-gps,id=g,TX=pa3,PPS=pa4,file=%s,baud=9600", file);
    uart_start(args, 1667);
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

/* ---- ESP-01 ---- */

static void at_send(const char *text, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        poke(USART2 + DR, text[n]);
        board_wait_ns(90000);
    }
}

/* Until @wanted has come: virtual time goes as far as that takes, and the host's network gets its time. */
static void at_wait(const char *wanted)
{
    g_autoptr(GString) all = g_string_new(NULL);
    unsigned quiet = 0;

    while (!strstr(all->str, wanted) && quiet < 4000) {
        board_wait_ns(80000);
        if (peek(USART2 + SR) & RXNE) {
            g_string_append_c(all, peek(USART2 + DR));
            quiet = 0;
        } else if (++quiet > 20) {
            g_usleep(1000);
        }
    }
    if (!strstr(all->str, wanted)) {
        g_test_message("'%s', wanted '%s'", all->str, wanted);
        g_assert_not_reached();
    }
}

static void at(const char *command, const char *wanted)
{
    at_send(command, strlen(command));
    at_send("\r\n", 2);
    at_wait(wanted);
}

static void at_start(const char *args)
{
    uart_start(args, 139);                                  /* 16 MHz: 115200 baud */
    at("AT", "\r\nOK\r\n");
    at("ATE0", "\r\nOK\r\n");
}

static void at_join(void)
{
    at("AT+CWMODE=1", "\r\nOK\r\n");
    at_send("AT+CWJAP=\"home\",\"secret\"\r\n", 26);
    board_wait_ns(980000000);
    at_wait("WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n");
}

static int listen_at(int type, unsigned *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);       /* it is not QEMU's */

    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, size), ==, 0);
    g_assert_true(type == SOCK_DGRAM || listen(fd, 1) == 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return fd;
}

#define ESP "-device board-esp01,id=e,TX=pa3,RX=pa2,ssid=home,password=secret"

static void test_esp01(void)
{
    g_autofree char *start = NULL;
    char data[32] = "";
    unsigned port;
    int server = listen_at(SOCK_STREAM, &port), peer;

    at_start(ESP);
    at("AT+GMR", "OK\r\n");
    at("AT+NONSENSE", "ERROR\r\n");
    at("hello", "ERROR\r\n");
    at("AT+CIPSTART=\"TCP\",\"10.0.2.2\",80", "no ip\r\n\r\nERROR\r\n");
    at_send("AT+CWJAP=\"home\",\"wrong\"\r\n", 25);
    at("AT", "busy p...\r\n");
    board_wait_ns(980000000);
    at_wait("+CWJAP:2\r\n\r\nFAIL\r\n");
    at_join();
    at("AT+CIFSR", "+CIFSR:STAIP,\"10.0.2.15\"");
    start = g_strdup_printf("AT+CIPSTART=\"TCP\",\"10.0.2.2\",%u", port);
    at(start, "CONNECT\r\n\r\nOK\r\n");
    peer = accept(server, NULL, NULL);
    at(start, "ALREADY CONNECTED");
    at("AT+CIPSEND=5", "> ");
    at_send("ab\r\nc", 5);
    at_wait("Recv 5 bytes\r\n\r\nSEND OK\r\n");
    g_assert_cmpint(read(peer, data, sizeof(data)), ==, 5);
    g_assert_cmpstr(data, ==, "ab\r\nc");
    g_assert_cmpint(write(peer, "welcome", 7), ==, 7);
    at_wait("+IPD,7:welcome");
    at("AT+CIPSTATUS", "STATUS:3\r\n+CIPSTATUS:0,\"TCP\",\"10.0.2.2\",");
    close(peer);
    at_wait("CLOSED\r\n");
    at("AT+CIPSEND=5", "link is not valid");
    close(server);
    at(start, "ERROR\r\nCLOSED\r\n");
}

static void test_esp01_udp(void)
{
    g_autofree char *start = NULL;
    struct sockaddr_in from;
    socklen_t size = sizeof(from);
    char data[32] = "";
    unsigned port;
    int server = listen_at(SOCK_DGRAM, &port);

    at_start(ESP);
    at_join();
    at("AT+CIPMUX=1", "OK\r\n");
    at("AT+CIPDINFO=1", "OK\r\n");
    start = g_strdup_printf("AT+CIPSTART=3,\"UDP\",\"10.0.2.2\",%u", port);
    at(start, "3,CONNECT\r\n\r\nOK\r\n");
    at("AT+CIPSEND=3,4", "> ");
    at_send("ping", 4);
    at_wait("SEND OK\r\n");
    g_assert_cmpint(recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&from, &size), ==, 4);
    g_assert_cmpint(sendto(server, "pong!", 5, 0, (struct sockaddr *)&from, size), ==, 5);
    at_wait("+IPD,3,5,10.0.2.2,");
    at_wait(":pong!");
    at("AT+CIPCLOSE=5", "3,CLOSED\r\n\r\nOK\r\n");
    close(server);
}

/* The board is a server, that is at a port that is free. */
static void test_esp01_server(void)
{
    g_autofree char *args = NULL;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char data[32] = "";
    unsigned port;
    int fd = listen_at(SOCK_STREAM, &port);

    close(fd);
    args = g_strdup_printf(ESP ",forward=%u", port);
    at_start(args);
    at_join();
    at("AT+CIPSERVER=1,80", "ERROR\r\n");                   /* without CIPMUX */
    at("AT+CIPMUX=1", "OK\r\n");
    at("AT+CIPSERVER=1,80", "OK\r\n");
    fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons(port);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    at_wait("0,CONNECT\r\n");
    g_assert_cmpint(write(fd, "GET /", 5), ==, 5);
    at_wait("+IPD,0,5:GET /");
    at("AT+CIPSEND=0,3", "> ");
    at_send("200", 3);
    at_wait("SEND OK\r\n");
    g_assert_cmpint(read(fd, data, sizeof(data)), ==, 3);
    at_send("AT+CI", 5);
    parts_again(args);                                      /* a connection is not in it */
    at_wait("0,CLOSED\r\n");
    at_send("PSTATUS\r\n", 9);
    at_wait("STATUS:2\r\n");
    close(fd);
}

/* A peer that sends more than there is room for waits, and nothing is lost. */
static void test_esp01_flood(void)
{
    g_autofree char *start = NULL, *much = g_malloc(10000);
    unsigned port, got = 0;
    int server = listen_at(SOCK_STREAM, &port), peer;
    ssize_t written;

    at_start(ESP);
    at_join();
    start = g_strdup_printf("AT+CIPSTART=\"TCP\",\"10.0.2.2\",%u", port);
    at(start, "CONNECT\r\n\r\nOK\r\n");
    peer = accept(server, NULL, NULL);
    memset(much, 'x', 10000);
    qemu_socket_set_nonblock(peer);
    written = write(peer, much, 10000);
    g_assert_cmpint(written, ==, 10000);
    for (unsigned i = 0; got < written && i < 40000; i++) {
        board_wait_ns(80000);
        if (peek(USART2 + SR) & RXNE) {
            got += peek(USART2 + DR) == 'x';
        }
    }
    g_assert_cmpuint(got, ==, written);
    close(peer);
    close(server);
}

static void test_esp01_offline(void)
{
    at_start(ESP ",network=off");
    at_join();
    at("AT+CIPSTART=\"TCP\",\"10.0.2.2\",80", "ERROR\r\nCLOSED\r\n");
}

/* Any bytes. */
static void test_esp01_noise(void)
{
    static const char *const words[] = {
        "AT+", "CIPSTART=", "CIPSEND=", "CIPMUX=1", "\"TCP\",", "\"", ",", "0", "4294967296", "-1", "\\", "?", "CIPCLOSE=5", "\r\n",
        "CWJAP=", "CIPSERVER=1", "UART=9600", "RST", "\xff", "CIPDINFO=1", "\"home\"", "CWMODE=7"
    };
    uint32_t seed = 4;

    at_start(ESP ",network=off");
    for (unsigned i = 0; i < 500; i++) {
        const char *word;

        seed = seed * 1664525 + 1013904223;
        word = words[(seed >> 16) % ARRAY_SIZE(words)];
        at_send(word, strlen(word));
        if (i % 4 == 0) {
            at_send("\r\nAT+", 5);
        }
        if (i == 250) {
            parts_again(ESP ",network=off");
        }
    }
    at_send("\r\nAT+RST\r\n", 10);
    board_wait_ns(2000000000);
    at("AT", "OK\r\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/gps", test_gps);
    qtest_add_func("parts/gps-file", test_gps_file);
    qtest_add_func("parts/gps-bits", test_gps_bits);
    qtest_add_func("parts/esp01", test_esp01);
    qtest_add_func("parts/esp01-udp", test_esp01_udp);
    qtest_add_func("parts/esp01-server", test_esp01_server);
    qtest_add_func("parts/esp01-flood", test_esp01_flood);
    qtest_add_func("parts/esp01-offline", test_esp01_offline);
    qtest_add_func("parts/esp01-noise", test_esp01_noise);
    return board_run_tests();
}
