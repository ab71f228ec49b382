/*
 * Whole chips on Ethernet.  Two at one cable: datagrams of all sizes go there and back, and one sets its clock by the
 * other's as PTP does (net_pair.c); one is a web server, the other its client (web.c, web_client.c).  One that is
 * woken from Stop by a magic packet (net_wake.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define DATAGRAMS 200
#define SECOND 1000000000LL

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static int64_t mail64(unsigned word)
{
    return (int64_t)((uint64_t)mail(word + 1) << 32 | mail(word));
}

static void start(const char *folder, unsigned station, const char *program)
{
    g_autofree char *args = g_strdup_printf(
        "-accel tcg -machine uid=0000000%u0000000000000000 -kernel %s/%s.elf "
        "-netdev dgram,id=n,local.type=unix,local.path=%s/%u,remote.type=unix,remote.path=%s/%u -net nic,netdev=n",
        station, g_getenv("STM32_FIRMWARE"), program, folder, station, folder, 3 - station);

    board_start(args);
}

/* Two boards at one cable, in the host's time, which both have; until the second one is done. */
static QTestState *start_pair(const char *folder, const char *program, const char *second)
{
    QTestState *first;

    start(folder, 1, program);
    first = board_take();
    start(folder, 2, second);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    return first;
}

static void stop_pair(QTestState *first, const char *folder)
{
    g_autofree char *one = g_strdup_printf("%s/1", folder), *two = g_strdup_printf("%s/2", folder);

    g_assert_cmpint(board_mistakes("/machine/soc/eth"), ==, 0);
    qtest_quit(first);
    board_stop();
    unlink(one);
    unlink(two);
    rmdir(folder);
}

static void test_tcp(void)
{
    g_autofree char *folder = g_dir_make_tmp("stm32-net-XXXXXX", NULL);
    QTestState *first = start_pair(folder, "web", "web_client");

    g_assert_cmpuint(mail(1), ==, 100000);
    g_assert_cmpuint(mail(2), ==, 0);
    stop_pair(first, folder);
}

static void test_pair(void)
{
    g_autofree char *folder = g_dir_make_tmp("stm32-net-XXXXXX", NULL);
    QTestState *first = start_pair(folder, "net_pair", "net_pair");

    g_assert_cmpuint(mail(1), >=, DATAGRAMS);
    g_test_message("the clock was off by %" PRId64 " ns, then %" PRId64 ", the way took %" PRId64, mail64(2), mail64(4),
                   mail64(6));
    g_assert_cmpint(llabs(mail64(2) + 1000 * SECOND), <, 100 * SECOND);
    g_assert_cmpint(llabs(mail64(4)), <, 2 * SECOND);
    g_assert_cmpint(mail64(6), >, 10000);               /* twice 5.7 us on the wire of either */
    stop_pair(first, folder);
}

static void send_frame(int fd, const uint8_t *frame, unsigned length)
{
    uint32_t prefix = htonl(length);

    g_assert_cmpint(write(fd, &prefix, 4), ==, 4);
    g_assert_cmpint(write(fd, frame, length), ==, length);
}

static void test_wake(void)
{
    static const uint8_t address[6] = { 0x02, 0x80, 0xe1, 0x00, 0x12, 0x34 };
    g_autofree char *args = NULL;
    uint8_t frame[120] = { };
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    args = g_strdup_printf("-accel tcg -kernel %s/net_wake.elf -nic socket,fd=%d", g_getenv("STM32_FIRMWARE"), fds[0]);
    board_start(args);
    memcpy(frame, address, 6);
    frame[12] = 0x08;
    WAIT_FOR(mail(1) == 1);
    g_usleep(20000);                                    /* it stops, and stays so */
    send_frame(fds[1], frame, 100);
    g_usleep(20000);
    g_assert_cmpuint(mail(1), ==, 1);
    memset(frame + 14, 0xff, 6);
    for (unsigned n = 0; n < 16; n++) {
        memcpy(frame + 20 + 6 * n, address, 6);
    }
    send_frame(fds[1], frame, 116);
    WAIT_FOR(mail(1) == 2);
    g_assert_cmphex(mail(2), ==, 0);
    g_assert_cmphex(mail(3), ==, 1 << 5 | 1 << 1);
    frame[12] = 0x88;                                   /* no IP, whose checksums would have to be right */
    send_frame(fds[1], frame, 90);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(4), ==, 90);
    g_assert_cmpint(board_mistakes("/machine/soc/eth"), ==, 0);
    board_stop();
    close(fds[0]);
    close(fds[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("net-pair/datagrams-and-time", test_pair);
    qtest_add_func("net-pair/tcp", test_tcp);
    qtest_add_func("net-pair/wake-from-stop", test_wake);
    return board_run_tests();
}
