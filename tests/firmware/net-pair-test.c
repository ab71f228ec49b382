/*
 * Two whole chips at one Ethernet cable (net_pair.c): datagrams of all sizes go there and back, and one sets its clock
 * by the other's as PTP does.
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

static void start(const char *folder, unsigned station)
{
    g_autofree char *args = g_strdup_printf(
        "-accel tcg -machine uid=0000000%u0000000000000000 -kernel %s/net_pair.elf "
        "-netdev dgram,id=n,local.type=unix,local.path=%s/%u,remote.type=unix,remote.path=%s/%u -net nic,netdev=n",
        station, g_getenv("STM32_FIRMWARE"), folder, station, folder, 3 - station);

    board_start(args);
}

/* In the host's time, which both have. */
static void test_pair(void)
{
    g_autofree char *folder = g_dir_make_tmp("stm32-net-XXXXXX", NULL);
    g_autofree char *one = g_strdup_printf("%s/1", folder), *two = g_strdup_printf("%s/2", folder);
    QTestState *first;

    start(folder, 1);
    first = board_take();
    start(folder, 2);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(1), >=, DATAGRAMS);
    g_test_message("the clock was off by %" PRId64 " ns, then %" PRId64 ", the way took %" PRId64, mail64(2), mail64(4),
                   mail64(6));
    g_assert_cmpint(llabs(mail64(2) + 1000 * SECOND), <, 100 * SECOND);
    g_assert_cmpint(llabs(mail64(4)), <, 2 * SECOND);
    g_assert_cmpint(mail64(6), >, 10000);               /* twice 5.7 us on the wire of either */
    g_assert_cmpint(board_mistakes("/machine/soc/eth"), ==, 0);
    qtest_quit(first);
    board_stop();
    unlink(one);
    unlink(two);
    rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("net-pair/datagrams-and-time", test_pair);
    return board_run_tests();
}
