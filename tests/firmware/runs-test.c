/*
 * Runs under TCG: a guest program whose buses are all served by DMA while it sleeps (runs.c) sees at
 * irregular instants the same with runs as without, and in the host's time nothing gets lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define JUMPERS "-machine wire=pb3-pb13:pb4-pb14:pb5-pb15"
#define WORDS 8

typedef struct Seen {
    uint32_t mail[WORDS];
    char *sent;                 /* by USART1 */
    size_t size;
    bool runs;
} Seen;

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static void play(Seen *seen, const char *args)
{
    g_autofree char *sent = NULL, *all = NULL;
    int fd = g_file_open_tmp("stm32-usart-XXXXXX", &sent, NULL);

    g_assert(fd >= 0);
    close(fd);
    all = g_strdup_printf("-accel tcg %s " JUMPERS " -kernel %s/runs.elf -serial null -serial file:%s "
                          "-d trace:run_frames", args, g_getenv("STM32_FIRMWARE"), sent);
    board_start(all);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    for (unsigned i = 0; i < WORDS; i++) {
        seen->mail[i] = mail(i);
    }
    g_autofree char *log = board_log();

    seen->runs = strstr(log, "run_frames") != NULL;
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

static void test_exact(void)
{
    Seen with, without;

    play(&without, "-icount shift=3,sleep=off -machine runs=off");
    play(&with, "-icount shift=3,sleep=off -machine runs=on");
    g_assert_false(without.runs);
    g_assert_true(with.runs);
    check(&without);
    check(&with);
    for (unsigned i = 0; i < WORDS; i++) {
        g_assert_cmphex(with.mail[i], ==, without.mail[i]);
    }
    g_assert_cmpuint(with.size, ==, without.size);
    g_free(with.sent);
    g_free(without.sent);
}

/* ---- Snapshots in the midst of runs ---- */

static void go_on(int64_t until)
{
    board_set_int("/machine", "stop-at", until);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

/* Another machine goes on each time, with runs or without. */
static void test_snapshots(void)
{
    Seen whole;
    g_autofree char *program = g_strdup_printf("-accel tcg -icount shift=3,sleep=off -S " JUMPERS
                                               " -kernel %s/runs.elf", g_getenv("STM32_FIRMWARE"));

    play(&whole, "-icount shift=3,sleep=off");
    board_start(program);
    for (unsigned i = 0; i < 6; i++) {
        g_autofree char *args = g_strdup_printf("%s -machine runs=%s", program, i % 3 == 2 ? "off" : "on");

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

    play(&seen, "");
    g_assert_true(seen.runs);
    check(&seen);
    g_free(seen.sent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("runs/exact", test_exact);
    qtest_add_func("runs/snapshots", test_snapshots);
    qtest_add_func("runs/real-time", test_real_time);
    return board_run_tests();
}
