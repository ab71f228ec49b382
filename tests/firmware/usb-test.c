/*
 * A whole chip at a USB cable: a program that is a serial line, and the built-in host with a terminal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <poll.h>
#include <sys/un.h>
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define FAR "/machine/peripheral/far"

static char *path;              /* of the terminal's socket */

static char *arguments(const char *more)
{
    return g_strdup_printf("-accel tcg -kernel %s/usb_serial.elf "
                           "-chardev socket,id=tty,path=%s,server=on,wait=off "
                           "-device stm32-usb-host,id=far,cdc=tty%s", g_getenv("STM32_FIRMWARE"), path, more);
}

static void start(const char *more)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-usb-XXXXXX", NULL);
    g_autofree char *args = NULL;

    path = g_strdup_printf("%s/tty", dir);
    args = arguments(more);
    board_start(args);
}

#define ICOUNT " -icount shift=3,sleep=off"

static void stop(void)
{
    g_autofree char *dir = g_path_get_dirname(path);

    board_stop();
    unlink(path);
    rmdir(dir);
    g_clear_pointer(&path, g_free);
}

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static bool is_found(void)
{
    g_autofree char *tree = board_get_string(FAR, "tree");

    return *tree;
}

static int dial(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    g_strlcpy(a.sun_path, path, sizeof(a.sun_path));
    g_assert(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    return fd;
}

static void say(int fd, const char *text, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = send(fd, text + done, length - done, MSG_NOSIGNAL);

        g_assert_cmpint(n, >, 0);
        done += n;
    }
}

/* Bytes that come within 10 s, at most @length. */
static size_t hear(int fd, char *text, size_t length)
{
    size_t got = 0;

    while (got < length) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t n = poll(&p, 1, 10000) == 1 ? recv(fd, text + got, length - got, 0) : 0;

        if (n <= 0) {
            break;
        }
        got += n;
    }
    return got;
}

static void expect_echo(int fd, const char *text, const char *echo)
{
    char got[80] = "";

    say(fd, text, strlen(text));
    hear(fd, got, strlen(echo));
    g_assert_cmpstr(got, ==, echo);
}

static void test_terminal(void)
{
    int fd;

    start(ICOUNT);
    WAIT_FOR(is_found());
    WAIT_FOR(mail(2) == 115200);
    g_assert_cmphex(mail(1), ==, 0);                /* nobody is there */
    g_assert_cmpuint(mail(3), ==, 2);               /* a host resets twice */
    g_assert_cmpint(board_get_int("/machine/soc/gpioa/pa9", "mv"), ==, 5000);
    fd = dial();
    WAIT_FOR(mail(1) == 3);                         /* DTR and RTS */
    expect_echo(fd, "hello\n", "HELLO\n");
    expect_echo(fd, "1234567890123456789012345678901234567890123456789012345678901234",   /* a whole packet */
                "1234567890123456789012345678901234567890123456789012345678901234");
    close(fd);
    WAIT_FOR(mail(1) == 0);
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    expect_echo(fd, "z", "Z");
    close(fd);
    g_assert_cmpint(board_mistakes("/machine/soc"), ==, 0);
    stop();
}

/* Much of it, while nobody reads: nothing is lost. */
static void test_flow(void)
{
    enum { SIZE = 200000 };
    g_autofree char *out = g_malloc(SIZE), *in = g_malloc0(SIZE);
    int fd;

    for (unsigned i = 0; i < SIZE; i++) {
        out[i] = 'A' + (i * 2654435761u >> 20) % 26;
    }
    start(ICOUNT);
    WAIT_FOR(is_found());
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    for (unsigned done = 0; done < SIZE; done += SIZE / 10) {
        say(fd, out + done, SIZE / 10);
        g_usleep(10000);                            /* it fills up */
        g_assert_cmpuint(hear(fd, in + done, SIZE / 10), ==, SIZE / 10);
    }
    g_assert_cmpmem(in, SIZE, out, SIZE);
    close(fd);
    stop();
}

static void test_cable(void)
{
    uint32_t resets;
    int fd;

    start(",vbus=off" ICOUNT);
    g_usleep(200000);
    g_assert_false(is_found());
    g_assert_cmpuint(mail(3), ==, 0);
    board_set_bool(FAR, "vbus", true);
    WAIT_FOR(is_found());
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    expect_echo(fd, "a", "A");
    resets = mail(3);
    board_set_bool(FAR, "attached", false);
    g_assert_false(is_found());
    g_assert_cmpint(board_get_int("/machine/soc/gpioa/pa9", "mv"), ==, 0);
    board_set_bool(FAR, "attached", true);
    WAIT_FOR(is_found());
    WAIT_FOR(mail(3) > resets);
    expect_echo(fd, "b", "B");
    close(fd);
    stop();
}

static void test_suspend(void)
{
    uint32_t suspends;
    int fd;

    start(ICOUNT);
    WAIT_FOR(is_found());
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    suspends = mail(5);
    board_set_bool(FAR, "suspended", true);
    WAIT_FOR(mail(5) == suspends + 1);
    g_assert_true(board_get_bool(FAR, "suspended"));
    say(fd, "a", 1);                                /* it waits */
    board_set_bool(FAR, "suspended", false);
    expect_echo(fd, "b", "AB");
    g_assert_false(board_get_bool(FAR, "suspended"));
    close(fd);
    stop();
}

static void test_halt(void)
{
    int fd;

    start(ICOUNT);
    WAIT_FOR(is_found());
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    expect_echo(fd, "a", "A");
    for (unsigned i = 0; i < 3; i++) {
        uint32_t cleared = mail(6);

        say(fd, "\001", 1);
        WAIT_FOR(mail(6) > cleared);
        expect_echo(fd, "b", "B");
    }
    close(fd);
    stop();
}

/* In the host's time a packet is not sent before the firmware has seen that the last one was. */
static void test_late_host(void)
{
    char out[400], in[400] = "";
    int fd;

    memset(out, 'X', sizeof(out));
    start("");
    WAIT_FOR(is_found());
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    say(fd, "\002", 1);
    for (unsigned i = 0; i < 10; i++) {
        say(fd, out, sizeof(out));
        g_assert_cmpuint(hear(fd, in, sizeof(in)), ==, sizeof(in));
        g_assert_cmpmem(in, sizeof(in), out, sizeof(out));
    }
    close(fd);
    stop();
}

/* A snapshot, with a terminal open: after a load the host finds the device again. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL, *args = NULL;
    int fd;

    start(ICOUNT);
    WAIT_FOR(is_found());
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    expect_echo(fd, "before", "BEFORE");
    say(fd, "lost", 4);
    file = board_save();
    close(fd);
    unlink(path);
    args = arguments(ICOUNT);
    board_load(file, args);
    fd = dial();
    WAIT_FOR(is_found());
    WAIT_FOR(mail(1) == 3);
    g_usleep(100000);
    {
        char got[16];
        struct pollfd p = { .fd = fd, .events = POLLIN };

        while (poll(&p, 1, 100) == 1 && recv(fd, got, sizeof(got), 0) > 0) {
        }
    }
    expect_echo(fd, "after", "AFTER");
    close(fd);
    unlink(file);
    stop();
}

static void expect_test_mode(const char *name)
{
    g_autofree char *mode = board_get_string(FAR, "test-mode");

    g_assert_cmpstr(mode, ==, name);
}

static bool is_in_test(void)
{
    g_autofree char *mode = board_get_string(FAR, "test-mode");

    return !strcmp(mode, "packet");
}

/* A device of high speed is told to send test packets; it is one again when the cable is put in anew. */
static void test_modes(void)
{
    g_autofree char *args = g_strdup_printf("-accel tcg -kernel %s/usb_bulk_high.elf -global stm32f4-otg-hs.ulpi=on "
                                            "-chardev null,id=tty -device stm32-usb-host,id=far,port=otg-hs,cdc=tty"
                                            ICOUNT, g_getenv("STM32_FIRMWARE"));

    board_start(args);
    WAIT_FOR(is_found());
    expect_test_mode("none");
    board_set_string(FAR, "test-mode", "packet");
    WAIT_FOR(is_in_test());
    board_set_bool(FAR, "attached", false);
    WAIT_FOR(!is_found());
    board_set_bool(FAR, "attached", true);
    WAIT_FOR(is_found());
    expect_test_mode("none");
    g_assert_cmpint(board_mistakes("/machine/soc"), ==, 0);
    board_stop();
}

/* One of full speed has no test modes, and goes on. */
static void test_modes_refused(void)
{
    int fd;

    start(ICOUNT);
    WAIT_FOR(is_found());
    board_set_string(FAR, "test-mode", "j");
    fd = dial();
    WAIT_FOR(mail(1) == 3);
    expect_echo(fd, "z", "Z");
    expect_test_mode("none");
    close(fd);
    stop();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/usb/terminal", test_terminal);
    qtest_add_func("/usb/flow", test_flow);
    qtest_add_func("/usb/cable", test_cable);
    qtest_add_func("/usb/suspend", test_suspend);
    qtest_add_func("/usb/halt", test_halt);
    qtest_add_func("/usb/late-host", test_late_host);
    qtest_add_func("/usb/snapshot", test_snapshot);
    qtest_add_func("/usb/test-modes", test_modes);
    qtest_add_func("/usb/test-modes-refused", test_modes_refused);
    return board_run_tests();
}
