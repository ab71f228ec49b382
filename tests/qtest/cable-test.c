/*
 * Two boards joined by a cable: levels, USART and SPI.  I2C over a cable is in smbus-test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/un.h>
#include "stm32/tests/qtest/board.h"

enum { GPIOA = 0x40020000, GPIOB = 0x40020400, USART2 = 0x40004400, SPI2 = 0x40003800 };
enum { SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0c };          /* of a USART */
enum { SPI_CR1 = 0x00, SPI_SR = 0x08, SPI_DR = 0x0c };
enum { RXNE = 1, TXE = 2, BSY = 0x80 };                         /* of an SPI */

static QTestState *left, *right;
static char *socket_path;

static void join(const char *left_pins, const char *right_pins)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-cable-XXXXXX", NULL);
    g_autofree char *one = NULL, *other = NULL;

    socket_path = g_strdup_printf("%s/cable", dir);
    one = g_strdup_printf("-chardev socket,id=c,path=%s,server=on,wait=off "
                          "-device stm32-cable,chardev=c,pins=%s", socket_path, left_pins);
    other = g_strdup_printf("-chardev socket,id=c,path=%s "
                            "-device stm32-cable,chardev=c,pins=%s", socket_path, right_pins);
    board_start(one);
    left = board_take();
    board_start(other);
    right = board_take();
}

/* The other end is gone. */
static void quit_right(void)
{
    qtest_quit(right);
    right = NULL;
}

static void part(void)
{
    g_autofree char *dir = g_path_get_dirname(socket_path);

    qtest_quit(left);
    if (right) {
        qtest_quit(right);
    }
    board = NULL;
    unlink(socket_path);
    rmdir(dir);
    g_clear_pointer(&socket_path, g_free);
}

static bool level_at(QTestState *where, const char *pin)
{
    board = where;
    return pin_level(pin);
}

static void drive_at(QTestState *where, const char *pin, const char *level)
{
    board = where;
    pin_drive(pin, level);
}

static void test_levels(void)
{
    join("pd0:pd1", "pe2:pe3");
    drive_at(left, "pd0", "1");
    WAIT_FOR(level_at(right, "pe2"));
    drive_at(right, "pe3", "1");
    WAIT_FOR(level_at(left, "pd1"));
    drive_at(left, "pd0", "0");
    WAIT_FOR(!level_at(right, "pe2"));
    /* what comes back is not our own level: let go, and nobody holds it up */
    drive_at(left, "pd0", "1");
    WAIT_FOR(level_at(right, "pe2"));
    drive_at(left, "pd0", "z");
    WAIT_FOR(!level_at(right, "pe2"));
    g_assert_false(level_at(left, "pd0"));
    /* low wins over a pull-up at the other end, which wins over nothing */
    board = right;
    board_enable("gpioe");
    poke(0x4002100c, 1 << 4);
    WAIT_FOR(level_at(left, "pd0"));
    drive_at(left, "pd0", "0");
    WAIT_FOR(!level_at(right, "pe2"));
    part();
}

/* Pulled out, the other end floats. */
static void test_unplugged(void)
{
    join("pd0", "pd0");
    drive_at(right, "pd0", "1");
    WAIT_FOR(level_at(left, "pd0"));
    quit_right();
    WAIT_FOR(!level_at(left, "pd0"));
    part();
}

static void set_up_usart(QTestState *where)
{
    board = where;
    board_enable("gpioa");
    board_enable("usart2");
    board_pin_function(GPIOA, 2, 7);
    board_pin_function(GPIOA, 3, 7);
    poke(USART2 + BRR, 16);
    poke(USART2 + CR1, 0x200c);
    board_wait_ns(20000);
}

static uint32_t peek_at(QTestState *where, uint32_t address)
{
    board = where;
    return peek(address);
}

static void test_usart(void)
{
    join("pa2:pa3", "pa3:pa2");
    set_up_usart(left);
    set_up_usart(right);
    for (unsigned i = 0; i < 3; i++) {
        board = left;
        poke(USART2 + DR, 'a' + i);
        board_wait_ns(10000);
        board = right;
        WAIT_FOR((board_wait_ns(10000), peek(USART2 + SR) & 0x20));
        g_assert_cmphex(peek(USART2 + DR), ==, 'a' + i);
        poke(USART2 + DR, 'A' + i);
        WAIT_FOR((board = left, board_wait_ns(10000), peek(USART2 + SR) & 0x20));
        g_assert_cmphex(peek(USART2 + DR), ==, 'A' + i);
    }
    part();
}

static void set_up_spi(QTestState *where, uint32_t cr1)
{
    board = where;
    board_enable("gpiob");
    board_enable("spi2");
    for (unsigned pin = 13; pin <= 15; pin++) {
        board_pin_function(GPIOB, pin, 5);
    }
    poke(SPI2 + SPI_CR1, cr1);
}

static void test_spi(void)
{
    join("pb13:pb14:pb15", "pb13:pb14:pb15");
    set_up_spi(right, 0x240);                       /* slave, selected by software */
    set_up_spi(left, 0x354);                        /* master, PCLK / 8 */
    for (unsigned i = 0; i < 5; i++) {
        board = right;
        poke(SPI2 + SPI_DR, 0xa0 + i);
        board = left;
        poke(SPI2 + SPI_DR, 0x50 + i);
        WAIT_FOR((board_wait_ns(10000), peek(SPI2 + SPI_SR) & RXNE));
        g_assert_cmphex(peek(SPI2 + SPI_DR), ==, 0xa0 + i);
        board = right;
        board_wait_ns(10000);
        g_assert_cmphex(peek(SPI2 + SPI_SR) & RXNE, ==, RXNE);
        g_assert_cmphex(peek(SPI2 + SPI_DR), ==, 0x50 + i);
    }
    /* with nobody there any more a frame ends all the same */
    quit_right();
    board = left;
    poke(SPI2 + SPI_DR, 0x77);
    WAIT_FOR((board_wait_ns(10000), !(peek_at(left, SPI2 + SPI_SR) & BSY)));
    part();
}

/* Nonsense over the chardev does no harm. */
static void test_nonsense(void)
{
    static const char *const lines[] = {
        "", " ", "drive", "drive 99 1 0 0 0", "drive 0 99 0 0 0", "drive -1 1 0 0 0",
        "drive 0 5 0 0 0", "drive 0 6 -5 0 0", "drive 0 5 0 10 20", "spi 0 7 -8 1 8 1 0",
        "spi 0 -1 -1 1 99 1 0", "i2c 0 5 1 1 1", "i2c 0 0 77 1 1", "serial 0 1 99 1",
        "serial 0 1 8 0", "answer 3 1 1", "answer -7 1 1", "answer 99 1 1", "xyzzy 1 2 3",
        "drive 0 4 0 0 0 0 0 0 0 0 0 0 0 0 0",
    };
    g_autofree char *dir = g_dir_make_tmp("stm32-cable-XXXXXX", NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_autofree char *args = NULL;
    GString *text = g_string_new(NULL);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
        g_string_append_printf(text, "- %s\n", lines[i]);
    }
    for (unsigned i = 0; i < 5000; i++) {
        g_string_append_c(text, 'x');
    }
    g_string_append(text, "\n- drive 0 4 0 0 0\n");
    socket_path = g_strdup_printf("%s/cable", dir);
    g_strlcpy(address.sun_path, socket_path, sizeof(address.sun_path));
    args = g_strdup_printf("-chardev socket,id=c,path=%s,server=on,wait=off "
                           "-device stm32-cable,chardev=c,pins=pd0:pd1", socket_path);
    board_start(args);
    left = board_take();
    right = NULL;
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    g_assert_cmpint(write(fd, text->str, text->len), ==, text->len);
    WAIT_FOR(level_at(left, "pd0"));                /* the last line is a good one */
    g_assert_false(level_at(left, "pd1"));
    close(fd);
    part();
    g_string_free(text, true);
}

/* An other end that asks again and again and never listens to the answers is unplugged. */
static void test_flood(void)
{
    static const char request[] = "- spi 0 -1 1 85 8 4294967296 0\n";
    g_autofree char *dir = g_dir_make_tmp("stm32-cable-XXXXXX", NULL);
    g_autofree char *path = g_strdup_printf("%s/cable", dir), *args = NULL;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    size_t sent = 0;
    int error = 0;

    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    args = g_strdup_printf("-chardev socket,id=c,path=%s,server=on,wait=off "
                           "-device stm32-cable,chardev=c,pins=pa5:pa6", path);
    board_start(args);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    while (sent < 64 * 1024 * 1024 && (!error || error == EAGAIN)) {
        ssize_t n = send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);

        error = n < 0 ? errno : 0;
        sent += MAX(n, 0);
        if (error) {
            g_usleep(1000);
            board_get_int("/machine", "virtual-time");          /* it lives */
        }
    }
    g_assert_cmpint(error, ==, EPIPE);
    close(fd);
    pin_drive("pa6", "1");
    g_assert_true(pin_level("pa6"));
    board_stop();
    unlink(path);
    rmdir(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/cable/levels", test_levels);
    qtest_add_func("/cable/unplugged", test_unplugged);
    qtest_add_func("/cable/usart", test_usart);
    qtest_add_func("/cable/spi", test_spi);
    qtest_add_func("/cable/nonsense", test_nonsense);
    qtest_add_func("/cable/flood", test_flood);
    return board_run_tests();
}
