/*
 * Runs under TCG: a guest program whose buses are all served by DMA while it sleeps (runs.c), or works (dma_storm.c),
 * sees at irregular instants the same with runs as without, and in the host's time nothing gets lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define JUMPERS "-machine wire=pb3-pb13:pb4-pb14:pb5-pb15"
#define ICOUNT "-icount shift=3,sleep=off"
#define WORDS 8

typedef struct Seen {
    uint32_t mail[WORDS];
    char *sent;                 /* by USART1 */
    size_t size;
    bool runs;
    unsigned asleep;            /* frames of runs while the core of `runs` sleeps */
} Seen;

#define ASLEEP_NS 20000000      /* until then */

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static void play(const char *program, Seen *seen, const char *args)
{
    g_autofree char *sent = NULL, *all = NULL;
    int fd = g_file_open_tmp("stm32-usart-XXXXXX", &sent, NULL);

    g_assert(fd >= 0);
    close(fd);
    all = g_strdup_printf("-accel tcg %s " JUMPERS " -kernel %s/%s.elf -serial null -serial file:%s "
                          "-d trace:run_frames", args, g_getenv("STM32_FIRMWARE"), program, sent);
    board_start(all);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    for (unsigned i = 0; i < WORDS; i++) {
        seen->mail[i] = mail(i);
    }
    g_autofree char *log = board_log();

    seen->runs = strstr(log, "run_frames") != NULL;
    seen->asleep = 0;
    for (const char *line = log; (line = strstr(line, "run_frames ")); line++) {
        unsigned frames;
        long long ns;

        if (sscanf(line, "run_frames %u at %lld", &frames, &ns) == 2 && ns < ASLEEP_NS) {
            seen->asleep += frames;
        }
    }
    board_stop();
    g_assert(g_file_get_contents(sent, &seen->sent, &seen->size, NULL));
    unlink(sent);
}

static void check(const Seen *seen)
{
    g_assert_cmpuint(seen->mail[3], ==, 0);
    g_assert_cmpuint(seen->mail[4], ==, 0);
    g_assert_cmpuint(seen->mail[6], ==, 3);
    g_assert_cmpuint(seen->size, ==, 6000);
    for (size_t i = 0; i < seen->size; i++) {
        g_assert_cmpint(seen->sent[i], ==, "0123456789abcdef\n"[i % 17]);
    }
}

static void compare(const char *program, const char *on, const char *off, bool none)
{
    Seen with, without;

    play(program, &without, off);
    play(program, &with, on);
    g_assert_true(with.runs);
    g_assert_cmpint(without.runs, ==, !none);
    if (strcmp(program, "dma_storm")) {
        check(&without);
        check(&with);
    }
    for (unsigned i = 0; i < WORDS; i++) {
        g_assert_cmphex(with.mail[i], ==, without.mail[i]);
    }
    g_assert_cmpuint(with.size, ==, without.size);
    g_free(with.sent);
    g_free(without.sent);
}

static void test_exact(void)
{
    compare("runs", ICOUNT " -machine runs=on", ICOUNT " -machine runs=off", true);
}

/* Most frames go so, not now and then one. */
static void test_asleep(void)
{
    Seen seen;

    play("runs", &seen, ICOUNT);
    g_assert_cmpuint(seen.asleep, >, 10000);
    g_free(seen.sent);
}

/* The core waits in loops: whether these can be passed or not, frames may be late, and run. */
static void test_awake(void)
{
    compare("runs_awake", ICOUNT " -machine runs=on", ICOUNT " -machine runs=off", true);
    compare("runs_awake", ICOUNT " -machine runs=on", ICOUNT " -machine fast-forward=off", false);
}

/* The core works, and looks about in memory. */
static void test_storm(void)
{
    compare("dma_storm", ICOUNT " -machine runs=on", ICOUNT " -machine runs=off", true);
    compare("dma_storm", ICOUNT " -machine runs=on", ICOUNT " -machine fast-forward=off", false);
}

/* ---- Snapshots in the midst of runs ---- */

static void go_on(int64_t until)
{
    board_set_int("/machine", "stop-at", until);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

/* Another machine goes on each time, with runs or without. */
static void test_snapshots(const void *program)
{
    Seen whole;
    g_autofree char *common = g_strdup_printf("-accel tcg " ICOUNT " -S " JUMPERS " -kernel %s/%s.elf",
                                              g_getenv("STM32_FIRMWARE"), (const char *)program);

    play(program, &whole, ICOUNT);
    board_start(common);
    for (unsigned i = 0; i < 6; i++) {
        g_autofree char *args = g_strdup_printf("%s -machine runs=%s", common, i % 3 == 2 ? "off" : "on");

        go_on(1500000 + 1234567 * i);
        WAIT_FOR(board_is_paused());
        g_autofree char *file = board_save();

        board_load(file, args);
        unlink(file);
    }
    go_on(-1);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    for (unsigned i = 0; i < WORDS; i++) {
        g_assert_cmphex(mail(i), ==, whole.mail[i]);
    }
    g_free(whole.sent);
}

static void test_real_time(void)
{
    Seen seen;

    play("runs", &seen, "");
    g_assert_true(seen.runs);
    check(&seen);
    g_free(seen.sent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("runs/exact", test_exact);
    qtest_add_func("runs/asleep", test_asleep);
    qtest_add_func("runs/awake", test_awake);
    qtest_add_func("runs/storm", test_storm);
    qtest_add_data_func("runs/snapshots-storm", "dma_storm", test_snapshots);
    qtest_add_data_func("runs/snapshots", "runs", test_snapshots);
    qtest_add_data_func("runs/snapshots-awake", "runs_awake", test_snapshots);
    qtest_add_func("runs/real-time", test_real_time);
    return board_run_tests();
}
