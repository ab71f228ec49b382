/*
 * Loops that wait are passed in a leap, and nobody can tell: guest programs are run both ways to the same
 * times, and memory, registers and reports are the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define REAL_SECONDS 60
#define MS 1000000ll
#define SRAM 0x20000000
#define CCM 0x10000000
#define ROWS 2

/* All there are but the hostile one, which is not the same twice; what it wants, if that is more than the board. */
static const struct Program {
    const char *name, *args;
} programs[] = {
    { "analog", "-machine wire=pa4-pa1" }, { "blocks" }, { "bursts" },
    { "can", "-object can-bus,id=b -machine canbus1=b,canbus2=b" }, { "clock" }, { "css" }, { "demo" },
    { "dma" }, { "faults" }, { "flash" }, { "i2c" }, { "interrupts" }, { "melody" },
    { "microphone" }, { "pair" }, { "parts" }, { "real_time" }, { "rtc" }, { "runs" }, { "runs_awake" },
    { "sleep" }, { "snapshot" }, { "soft" }, { "spi" }, { "stop" }, { "tilt" }, { "timers" }, { "waiting" },
    { "waiting_devices" }, { "waiting_nobody" }, { "watchdogs" },
};
/* With time in cycles: the next round has to take as long, too. */
#define APPROXIMATE "-machine timing=approximate"
static const struct Program approximate[] = {
    { "blocks", APPROXIMATE }, { "demo", APPROXIMATE }, { "dma", APPROXIMATE }, { "flash", APPROXIMATE }, { "i2c", APPROXIMATE },
    { "soft", APPROXIMATE }, { "spi", APPROXIMATE }, { "timers", APPROXIMATE },
    { "timing_external", APPROXIMATE " -device stm32-sram,bank=ne3,size=1M" }, { "waiting", APPROXIMATE },
    { "waiting_devices", APPROXIMATE },
};
static const int64_t stops[ROWS] = { 11 * MS + 123, 47 * MS + 3 };

static void start(const struct Program *program, bool fast)
{
    g_autofree char *args = g_strdup_printf("-accel tcg -icount shift=3,sleep=off -S -machine fast-forward=%s "
                                            "-kernel %s/%s.elf %s", fast ? "on" : "off",
                                            g_getenv("STM32_FIRMWARE"), program->name, program->args ?: "");

    board_start(args);
}

static void run_until(int64_t ns)
{
    board_set_int("/machine", "stop-at", ns);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    for (int i = 0; !board_is_paused(); i++) {
        if (i > REAL_SECONDS * 1000) {
            g_error("hung at %" PRId64 " ns", board_get_int("/machine", "virtual-time"));
        }
        g_usleep(1000);
    }
}

static char *memory_sum(uint32_t from, size_t size)
{
    g_autofree uint8_t *memory = g_malloc(size);

    qtest_memread(board, from, memory, size);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, memory, size);
}

/* What has been said, but that a loop waits in vain: whether and how soon that is noticed hangs on how often it looks. */
static char *said(void)
{
    g_autofree char *log = board_log();
    g_auto(GStrv) line = g_strsplit(log, "\n", 0);
    GString *rest = g_string_new(NULL);

    for (unsigned i = 0; line[i]; i++) {
        if (*line[i] && !strstr(line[i], "PER007") && !strstr(line[i], "PER008") && !strstr(line[i], "NVIC015")) {
            g_string_append_printf(rest, "%s\n", line[i]);
        }
    }
    return g_string_free(rest, FALSE);
}

static char *all_there_is(void)
{
    g_autofree char *seen = board_registers(), *log = said();
    g_autofree char *sram = memory_sum(SRAM, 128 * 1024), *ccm = memory_sum(CCM, 64 * 1024);

    return g_strdup_printf("%s\nSRAM %s\nCCM %s\n%s", seen, sram, ccm, log);
}

static void run(const struct Program *program, bool fast, char *seen[ROWS])
{
    start(program, fast);
    for (unsigned i = 0; i < ROWS; i++) {
        run_until(stops[i]);
        seen[i] = all_there_is();
    }
    if (!fast) {
        g_assert_cmpint(board_get_int("/machine", "fast-forwarded"), ==, 0);
    }
    g_test_message("%" PRId64 " us passed in leaps", board_get_int("/machine", "fast-forwarded") / 1000);
    board_stop();
}

static void test_same(const void *opaque)
{
    char *slow[ROWS], *fast[ROWS];

    run(opaque, true, fast);
    run(opaque, false, slow);
    for (unsigned i = 0; i < ROWS; i++) {
        g_assert_cmpstr(fast[i], ==, slow[i]);
        g_free(fast[i]);
        g_free(slow[i]);
    }
}

/* What of the time until @ns is passed in leaps, per cent. */
static int64_t share(const char *name, const char *args, int64_t ns)
{
    struct Program program = { name, args };
    int64_t leapt;

    start(&program, true);
    run_until(ns);
    leapt = board_get_int("/machine", "fast-forwarded");
    board_stop();
    return leapt * 100 / ns;
}

/* It does leap: the end of this program is a loop for ever. */
static void test_leaps(void)
{
    g_assert_cmpint(share("waiting", NULL, 2000 * MS), >, 95);
    g_assert_cmpint(share("waiting_devices", NULL, 38 * MS), >, 90);
    g_assert_cmpint(share("waiting_nobody", NULL, 10 * MS), >, 90);
    g_assert_cmpint(share("waiting", APPROXIMATE, 2000 * MS), >, 95);
    g_assert_cmpint(share("timers", APPROXIMATE, 47 * MS), >, 90);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(programs); i++) {
        g_autofree char *name = g_strdup_printf("fast-forward/%s", programs[i].name);

        qtest_add_data_func(name, &programs[i], test_same);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(approximate); i++) {
        g_autofree char *name = g_strdup_printf("fast-forward/approximate/%s", approximate[i].name);

        qtest_add_data_func(name, &approximate[i], test_same);
    }
    qtest_add_func("fast-forward/leaps", test_leaps);
    return board_run_tests();
}
