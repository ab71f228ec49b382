/*
 * Two boards joined by a cable, their clocks in step: what they do to each other is the same in every
 * run, and takes the time it takes on silicon.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/un.h>
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define REAL_SECONDS 60     /* until a guest program counts as hung */
#define STEP 50000          /* ns */
#define LEADS "step=50000"
#define FOLLOWS "follows=on"

static QTestState *master, *slave;
static char *socket_path;

static uint32_t mail(QTestState *which, unsigned word)
{
    board = which;
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static int64_t time_of(QTestState *which)
{
    board = which;
    return board_get_int("/machine", "virtual-time");
}

static void wait_for_time(QTestState *which, int64_t ns)
{
    for (int i = 0; time_of(which) < ns; i++) {
        if (i > REAL_SECONDS * 1000) {
            g_error("time does not go on");
        }
        g_usleep(1000);
    }
}

static void command(QTestState *which, const char *name)
{
    qtest_qmp_assert_success(which, "{'execute': %s}", name);
}

static QTestState *start_one(const char *pins, const char *end, const char *role, int is_master)
{
    g_autofree char *args = g_strdup_printf(
        "-accel tcg -icount shift=3,sleep=off -kernel %s/pair.elf "
        "-device loader,addr=0x%x,data=%d,data-len=4 -chardev socket,id=c,path=%s%s "
        "-device stm32-cable,chardev=c,pins=%s,%s", g_getenv("STM32_FIRMWARE"),
        MAILBOX_ADDRESS + 4 * 255, is_master, socket_path, end, pins, role);

    board = NULL;               /* not to be ended */
    board_start(args);
    return board_take();
}

static void make_socket_path(void)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-pair-XXXXXX", NULL);

    socket_path = g_strdup_printf("%s/cable", dir);
}

static void start_master(const char *role)
{
    make_socket_path();
    master = start_one("pb0:pb13:pb14:pb15:pc6:pc7", ",server=on,wait=off", role, 1);
}

static void start_slave(const char *role)
{
    slave = start_one("pb0:pb13:pb14:pb15:pc7:pc6", "", role, 0);
}

static void quit(QTestState **which)
{
    if (*which) {
        qtest_quit(*which);
        *which = NULL;
    }
}

static void part(void)
{
    g_autofree char *dir = g_path_get_dirname(socket_path);

    quit(&master);
    quit(&slave);
    board = NULL;
    unlink(socket_path);
    rmdir(dir);
    g_clear_pointer(&socket_path, g_free);
}

static void wait_until_done(void)
{
    for (int i = 0; mail(master, 0) != MAILBOX_DONE || mail(slave, 0) != MAILBOX_DONE; i++) {
        if (i > REAL_SECONDS * 100) {
            g_error("master and slave hang");
        }
        g_usleep(10000);
    }
}

static void assert_about(uint32_t value, uint32_t expected, uint32_t tolerance)
{
    g_assert_cmpuint(value, >=, expected);
    g_assert_cmpuint(value, <=, expected + tolerance);
}

/* Run it to the end; what was seen when, at both ends. */
static void run(const char *master_role, const char *slave_role, uint32_t *seen)
{
    start_master(master_role);
    start_slave(slave_role);
    wait_until_done();
    g_assert_cmpuint(mail(master, 1), ==, 0);
    assert_about(mail(master, 2), 8 * 8 * 4, 30);       /* cycles: 8 bits of PCLK1 / 8 */
    seen[0] = mail(master, 3);
    seen[1] = mail(slave, 3);
    seen[2] = mail(master, 4);
    part();
}

/* Twice the same, whoever leads. */
static void test_same(const void *opaque)
{
    bool master_leads = *(const char *)opaque;
    const char *m = master_leads ? LEADS : FOLLOWS, *s = master_leads ? FOLLOWS : LEADS;
    uint32_t one[3], other[3];

    run(m, s, one);
    run(m, s, other);
    for (unsigned i = 0; i < ARRAY_SIZE(one); i++) {
        g_assert_cmphex(one[i], ==, other[i]);
    }
    /* 16 frames, the echo of the last, and once what the follower's word is late */
    assert_about(one[2], 17 * 10 * 168 + STEP * 168 / 1000, 800);
}

/* Who is there first waits for the other, at the very beginning. */
static void test_begin(void)
{
    start_master(LEADS);
    g_usleep(200000);
    g_assert_cmpint(time_of(master), ==, 0);
    start_slave(FOLLOWS);
    wait_until_done();
    part();
}

/* A machine that is paused holds the other; one that is gone does not. */
static void test_paused(void)
{
    int64_t then;

    start_master(LEADS);
    start_slave(FOLLOWS);
    wait_until_done();
    command(slave, "stop");
    g_usleep(100000);
    then = time_of(master);
    g_assert_cmpint(ABS(time_of(slave) - then), <=, STEP + 8);
    g_usleep(100000);
    g_assert_cmpint(time_of(master), ==, then);
    command(slave, "cont");
    wait_for_time(master, then + 100 * STEP);
    command(slave, "stop");
    g_usleep(100000);
    then = time_of(master);
    quit(&slave);
    wait_for_time(master, then + 100 * STEP);
    part();
}

/* An end that knows nothing of steps: both go on as they can. */
static void test_not_in_step(void)
{
    start_master("step=0");
    start_slave(FOLLOWS);
    wait_for_time(slave, 1000000);
    part();
}

/* Whatever the other end says, the machine lives, and goes on when that has gone. */
static void test_nonsense(void)
{
    static const char lines[] =
        "- hello 2 0\n- hello 9 9\n- turn\n- turn -1 -1\n- turn 9223372036854775807 5\nx\n \n-\n"
        "9223372036854775807 drive 0 4 0 0 0\n-9223372036854775808 drive 0 3 0 0 0\n"
        "7 turn 100 200\n- hello 1 0\n- turn 0 9223372036854775807\n- turn 50000 50000\n";
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    start_master(LEADS);
    g_strlcpy(address.sun_path, socket_path, sizeof(address.sun_path));
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    g_assert_cmpint(write(fd, lines, strlen(lines)), ==, strlen(lines));
    g_usleep(100000);
    close(fd);
    wait_for_time(master, time_of(master) + 100 * STEP);
    part();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_data_func("/pair/master-leads", "x", test_same);
    qtest_add_data_func("/pair/master-follows", "", test_same);
    qtest_add_func("/pair/begin", test_begin);
    qtest_add_func("/pair/paused", test_paused);
    qtest_add_func("/pair/not-in-step", test_not_in_step);
    qtest_add_func("/pair/nonsense", test_nonsense);
    return board_run_tests();
}
