/*
 * A snapshot does not show: a guest program that uses everything at once, saved, loaded into another
 * process and continued many times, sees the same words at the same times as without, and ends in
 * the same state; the traces are the same too.
 *
 * -icount makes every run the same.  What comes from outside at no certain time (a byte from the host,
 * a button) is there before all these runs begin, from one common snapshot, or comes when virtual
 * time stands, because the core sleeps and nothing is to happen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"
#include "stm32/tests/firmware/snapshot.h"

#define REAL_SECONDS 60     /* until a guest program counts as hung */
#define US 1000
#define SRAM 0x20000000
#define SRAM_SIZE (128 * 1024)
#define FLASH 0x08000000
#define FLASH_SIZE (64 * 1024)
#define MS (1000 * US)
#define HOPS 16             /* snapshots on each side of Stop mode */
#define BUSY (28 * MS)      /* from the begin, after which only an erase goes on in Stop mode */

static const char *const outputs[] = { "usart2", "usart1", "usart3", "swo" };

static char *folder;
static char *begin;         /* the common snapshot */

static char *output_path(const char *name)
{
    return g_strdup_printf("%s/%s", folder, name);
}

/* Of QEMU; the host's other end of USART1 sends what is in the file @input, unless that is NULL. */
static char *arguments(const char *program, const char *input)
{
    GString *args = g_string_new("-accel tcg -icount shift=3,sleep=off -S "
                                 "-d trace:periph_*,trace:pin_changed "
                                 "-machine swo=swo,wire=pa8-pb8:pe2-pd3:pe4-pa11:pb12-pb7:"
                                 "pc10-pb13:pc11-pb14:pc12-pb15:pi0-pa15:pi1-pb3:pi3-pb5:"
                                 "pb6-pf1:pb9-pf0:pa4-pa1");

    g_string_append_printf(args, " -machine motion=%s/motion", folder);
    if (!strcmp(program, "parts")) {
        g_string_append(args, " -object can-bus,id=b -machine canbus1=b,canbus2=b");
    }
    g_string_append_printf(args, " -kernel %s/%s.elf", g_getenv("STM32_FIRMWARE"), program);
    for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++) {
        g_autofree char *path = output_path(outputs[i]);

        g_string_append_printf(args, " -chardev file,id=%s,path=%s,append=on", outputs[i], path);
        if (input && !strcmp(outputs[i], "usart1")) {
            g_string_append_printf(args, ",input-path=%s", input);
        }
        if (strcmp(outputs[i], "swo")) {
            g_string_append_printf(args, " -serial chardev:%s", outputs[i]);
        }
    }
    return g_string_free(args, FALSE);
}

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static int64_t virtual_time(void)
{
    return board_get_int("/machine", "virtual-time");
}

static void command(const char *name)
{
    qtest_qmp_assert_success(board, "{'execute': %s}", name);
}

static void wait_for(bool (*reached)(void), const char *what)
{
    for (int i = 0; !reached(); i++) {
        if (i > REAL_SECONDS * 1000) {
            g_error("the guest program does not come to: %s", what);
        }
        g_usleep(1000);
    }
}

/*
 * The core sleeps and nothing is to happen: virtual time has come to its end.  A busy host may leave
 * QEMU without a CPU for some ms.
 */
static bool time_stands(void)
{
    int64_t then = virtual_time();

    for (unsigned i = 0; i < 10; i++) {
        g_usleep(5000);
        if (virtual_time() != then) {
            return false;
        }
    }
    return true;
}

static bool is_ready(void)
{
    return mail(1) == STEP_READY;
}

/* One frame in DR; the others wait. */
static bool has_input(void)
{
    g_autofree char *registers = board_get_string("/machine/soc/usart1", "registers");

    return strstr(registers, "RXNE [5:5] rc_w0 = 0x1");
}

static bool is_in_stop_mode(void)
{
    return mail(1) == STEP_STOP && time_stands();
}

static bool is_done(void)
{
    return mail(0) == MAILBOX_DONE;
}

static bool is_at_its_end(void)
{
    return is_done() && time_stands();
}

/* ---- Runs ---- */

/* Fail at the first line that differs, not with all of the text. */
static void assert_same_text(const char *what, const char *a, const char *b)
{
    const char *line = a;
    size_t i;

    for (i = 0; a[i] && a[i] == b[i]; i++) {
        line = a[i] == '\n' ? &a[i + 1] : line;
    }
    if (a[i] != b[i]) {
        const char *block = g_strrstr_len(a, i, "\n/machine");

        if (block) {
            g_test_message("in %.*s", (int)strcspn(block + 1, "\n"), block + 1);
        }
        g_test_message("%s differs at byte %zu: %.*s", what, i, (int)strcspn(line, "\n"), line);
        g_test_message("       and from: %.*s", (int)strcspn(b + (line - a), "\n"), b + (line - a));
        g_test_fail();
    }
}

/* What a run has left behind, to be compared. */
typedef struct Run {
    GString *trace;
    char *state, *sram, *flash;
    char *output[ARRAY_SIZE(outputs)];
    int64_t at_begin, at_stop, at_end;
} Run;

static Run without;         /* snapshots */

/* Take over what the machine has traced; then there may be another. */
static void collect_trace(Run *run)
{
    g_autofree char *log = board_log();

    g_string_append(run->trace, log);
}

static void finish(Run *run)
{
    run->at_end = virtual_time();
    command("stop");
    collect_trace(run);
    run->state = board_describe();
    run->sram = g_malloc(SRAM_SIZE);
    qtest_memread(board, SRAM, run->sram, SRAM_SIZE);
    run->flash = g_malloc(FLASH_SIZE);
    qtest_memread(board, FLASH, run->flash, FLASH_SIZE);
    board_stop();
    for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++) {
        g_autofree char *path = output_path(outputs[i]);

        g_assert(g_file_get_contents(path, &run->output[i], NULL, NULL));
        unlink(path);
    }
}

static void free_run(Run *run)
{
    g_string_free(run->trace, TRUE);
    g_free(run->state);
    g_free(run->sram);
    g_free(run->flash);
    for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++) {
        g_free(run->output[i]);
    }
}

/* Save, stop that process, go on in another. */
static void hop(Run *run, const char *program)
{
    g_test_message("snapshot at %" PRId64 " ns", virtual_time());
    g_autofree char *args = arguments(program, NULL), *file = board_save();

    collect_trace(run);
    board_load(file, args);
    unlink(file);
}

static void run_until(int64_t ns)
{
    board_set_int("/machine", "stop-at", ns);
    command("cont");
    wait_for(board_is_paused, "stop-at");
    g_assert_cmpint(virtual_time(), >=, ns);
}

static void hop_at(Run *run, int64_t ns)
{
    run_until(ns);
    hop(run, "snapshot");
}

/* Hop all the way from virtual time @from to before @to: while the clocks start, and anywhere. */
static void hop_between(Run *run, int64_t from, int64_t to)
{
    hop_at(run, from + 30 * US);      /* HSE starts, */
    hop_at(run, from + 100 * US);     /* PLL starts */
    for (unsigned i = 1; i < HOPS; i++) {
        int64_t ns = from + (to - from) / (HOPS * HOPS) * i * i + i * 61803 % 300000;

        if (ns > virtual_time() && ns < to) {
            hop_at(run, ns);
        }
    }
}

static void run_to_end(Run *run, const Run *model)
{
    g_autofree char *args = arguments("snapshot", NULL);

    *run = (Run) { .trace = g_string_new(NULL) };
    board_load(begin, args);
    run->at_begin = virtual_time();
    if (model) {
        hop_between(run, model->at_begin, model->at_begin + BUSY);
    }
    command("cont");
    wait_for(is_in_stop_mode, "Stop mode");
    run->at_stop = virtual_time();
    if (model) {
        command("stop");
        hop(run, "snapshot");
        command("cont");
    }
    board_set_bool("/machine/button-user", "pressed", false);
    if (model) {
        command("stop");
        hop(run, "snapshot");
        hop_between(run, model->at_stop, model->at_end);
        command("cont");
    }
    wait_for(is_at_its_end, "its end");
    finish(run);
}

/* Fill the buffer of USART1, press the button, lower the supply, say "go": the runs begin here. */
static void make_begin(void)
{
    static const char text[] = "What comes in is there before the time counts.";
    g_autofree char *input = output_path("input"), *args = NULL;

    g_assert(g_file_set_contents(input, text, -1, NULL));
    args = arguments("snapshot", input);
    board_start(args);
    command("cont");
    wait_for(is_ready, "its begin");
    wait_for(has_input, "the host's input");
    command("stop");
    board_set_bool("/machine/button-user", "pressed", true);
    board_set_int("/machine/soc/pwr", "vdd", 2450);
    pin_drive("pe7", "1");
    begin = board_save();
    board_stop();
    unlink(input);
}

/* ---- Snapshots in the same process: savevm and loadvm ---- */

static bool job_is_over(void)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'query-jobs'}");
    QDict *job = qobject_to(QDict, qlist_peek(qdict_get_qlist(answer, "return")));
    bool over = !strcmp(qdict_get_str(job, "status"), "concluded");

    g_assert_cmpstr(qdict_get_try_str(job, "error"), ==, NULL);
    qobject_unref(answer);
    return over;
}

/* Finish the job that a command has begun. */
static void end_job(void)
{
    wait_for(job_is_over, "the end of a job");
    qtest_qmp_assert_success(board, "{'execute': 'job-dismiss', 'arguments': {'id': 'job'}}");
}

/* A disk that is nothing but the place of snapshots. */
static void add_disk(const char *path)
{
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-create', 'arguments': {'job-id': 'job',"
        "'options': {'driver': 'file', 'filename': %s, 'size': 0}}}", path);
    end_job();
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-add', 'arguments': "
        "{'driver': 'file', 'node-name': 'file', 'filename': %s}}", path);
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-create', 'arguments': {'job-id': 'job',"
        "'options': {'driver': 'qcow2', 'file': 'file', 'size': 1048576}}}");
    end_job();
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-add', 'arguments': "
        "{'driver': 'qcow2', 'node-name': 'disk', 'file': 'file'}}");
}

static void snapshot_job(const char *what)
{
    qtest_qmp_assert_success(board, "{'execute': %s, 'arguments': {'job-id': 'job', 'tag': 'here',"
                             "'vmstate': 'disk', 'devices': ['disk']}}", what);
    end_job();
}

/* Save at @ns, go on until Stop mode, then back to there and to the end. */
static void run_twice_from(Run *run, int64_t ns)
{
    g_autofree char *args = arguments("snapshot", NULL), *disk = output_path("disk");
    g_autofree char *before = NULL, *after = NULL;

    *run = (Run) { .trace = g_string_new(NULL) };
    board_load(begin, args);
    run->at_begin = virtual_time();
    add_disk(disk);
    run_until(ns);
    collect_trace(run);
    before = board_describe();      /* which is traced itself */
    snapshot_job("snapshot-save");
    g_test_message("snapshot at %" PRId64 " ns, byte %zu", virtual_time(), run->trace->len);
    command("cont");
    wait_for(is_in_stop_mode, "Stop mode");
    command("stop");
    snapshot_job("snapshot-load");
    after = board_describe();
    assert_same_text("state after the snapshot", before, after);
    board_forget_log();
    command("cont");
    wait_for(is_in_stop_mode, "Stop mode");
    run->at_stop = virtual_time();
    board_set_bool("/machine/button-user", "pressed", false);
    wait_for(is_at_its_end, "its end");
    finish(run);
    unlink(disk);
}

/* ---- The tests ---- */

/* The first byte that differs tells more than that some do. */
static void assert_same_memory(const char *what, const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) {
            g_test_message("%s differs first at +0x%zx: 0x%02x, 0x%02x", what, i, x[i], y[i]);
            g_test_fail();
            return;
        }
    }
}

static void assert_same_run(const Run *a, const Run *b)
{
    g_assert_cmpint(a->at_begin, ==, b->at_begin);
    assert_same_text("trace", a->trace->str, b->trace->str);
    g_assert_cmpint(a->at_stop, ==, b->at_stop);
    g_assert_cmpint(a->at_end, ==, b->at_end);
    assert_same_text("state", a->state, b->state);
    assert_same_memory("SRAM", a->sram, b->sram, SRAM_SIZE);
    assert_same_memory("flash", a->flash, b->flash, FLASH_SIZE);
}

static void assert_same_output(const Run *a, const Run *b)
{
    for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++) {
        assert_same_text(outputs[i], a->output[i], b->output[i]);
    }
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (; (text = strstr(text, what)); text += strlen(what)) {
        n++;
    }
    return n;
}

/* Has the program done what it is for?  Otherwise the rest shows nothing. */
static void assert_busy(const Run *run)
{
    static const char *const accesses[] = {
        "write /machine/soc/spi2 DR", "read /machine/soc/spi3 DR", "write /machine/soc/i2c1 DR",
        "read /machine/soc/i2c2 DR", "write /machine/soc/can1 TI", "read /machine/soc/can1 RI0R",
        "read /machine/soc/adc1 DR", "read /machine/soc/spi1 DR", "pin_changed PE0",
    };
    const char *after_stop = strstr(run->trace->str, "/machine/soc/spi3 I2SCFGR <-");

    g_assert_nonnull(after_stop);
    for (unsigned i = 0; i < ARRAY_SIZE(accesses); i++) {
        unsigned all = count(run->trace->str, accesses[i]), later = count(after_stop, accesses[i]);

        g_test_message("%s: %u, %u of them after Stop mode", accesses[i], all, later);
        g_assert_cmpuint(all - later, >=, 20);
        g_assert_cmpuint(later, >=, 20);
    }
    g_test_message("%" PRId64 " us, Stop mode at %" PRId64 " us, %zu bytes of trace",
                   (run->at_end - run->at_begin) / 1000, (run->at_stop - run->at_begin) / 1000,
                   run->trace->len);
    for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++) {
        g_test_message("%s: %s", outputs[i], run->output[i]);
        g_assert_cmpuint(strlen(run->output[i]), >, 20);
    }
}

/* Into another process, again and again. */
static void test_migration(void)
{
    Run with;

    run_to_end(&with, &without);
    assert_same_run(&without, &with);
    assert_same_output(&without, &with);
    free_run(&with);
}

/* Back to where this process was before: all of its state now is another. */
static void test_loadvm(void)
{
    Run with;

    for (unsigned ms = 2; ms <= 42; ms += 8) {
        run_twice_from(&with, without.at_begin + ms * MS);
        assert_same_run(&without, &with);
        free_run(&with);
    }
}

/* The same again from power-on: byte for byte the same trace. */
static void test_same_trace(void)
{
    g_autofree char *args = arguments("snapshot", NULL);
    Run run[2];

    for (unsigned i = 0; i < 2; i++) {
        run[i] = (Run) { .trace = g_string_new(NULL) };
        board_start(args);
        board_set_bool("/machine/button-user", "pressed", true);
        pin_drive("pe7", "1");
        command("cont");
        wait_for(is_in_stop_mode, "Stop mode");
        run[i].at_stop = virtual_time();
        board_set_bool("/machine/button-user", "pressed", false);
        wait_for(is_at_its_end, "its end");
        finish(&run[i]);
    }
    assert_same_run(&run[0], &run[1]);
    assert_same_output(&run[0], &run[1]);
    free_run(&run[0]);
    free_run(&run[1]);
}

/* Where sleep.c waits for the button: save and load there, then press it. */
static void hop_and_press(Run *run, uint32_t request)
{
    for (int i = 0; mail(15) != request || !time_stands(); i++) {
        if (i > REAL_SECONDS * 100) {
            g_error("the guest program does not ask for 0x%x, but for 0x%x at %" PRId64 " ns",
                    request, mail(15), virtual_time());
        }
        g_usleep(1000);
    }
    command("stop");
    hop(run, "sleep");
    command("cont");
    board_set_bool("/machine/button-user", "pressed", true);
    g_usleep(20000);
    board_set_bool("/machine/button-user", "pressed", false);
}

/* Stop mode left by an interrupt and by an event, and Standby, each in another process than begun. */
static void test_sleep(void)
{
    g_autofree char *args = arguments("sleep", NULL);
    Run run = { .trace = g_string_new(NULL) };

    board_start(args);
    command("cont");
    hop_and_press(&run, 0x11);
    hop_and_press(&run, 0x12);
    hop_and_press(&run, 0xa5a5a5a5);                /* Standby: SRAM is lost */
    wait_for(is_done, "its end");
    g_assert_cmpuint(mail(1), ==, 10);              /* as chip-test has them */
    g_assert_cmpuint(mail(9), <, 1000);
    g_assert_cmphex(mail(4) & 0x03030003, ==, 3);
    g_assert_cmpuint(mail(5), ==, 1);
    g_assert_cmphex(mail(6), ==, 0);
    g_assert_cmphex(mail(7) & 3, ==, 3);
    g_assert_cmphex(mail(8) >> 25, ==, 0x0e000000 >> 25);
    finish(&run);
    free_run(&run);
}

/* parts.c: what hangs on the board, at work.  Hops, if there is a run to be like. */
static void run_parts(Run *run, const Run *model)
{
    g_autofree char *args = arguments("parts", NULL);

    *run = (Run) { .trace = g_string_new(NULL) };
    board_start(args);
    board_set_int("/machine/mic", "frequency", 3000);
    board_set_int("/machine/mic", "amplitude", 70);
    for (unsigned i = 1; model && i < HOPS; i++) {
        run_until(model->at_end / HOPS * i + i * 61803 % 300000);
        hop(run, "parts");
    }
    command("cont");
    wait_for(is_at_its_end, "its end");
    g_assert_cmpuint(mail(2), >, 1000);
    g_assert_cmpuint(mail(3), >=, 6);
    g_assert_cmpuint(mail(4), >=, 10);
    g_assert_cmpuint(mail(5), ==, 0);
    g_assert_cmpuint(mail(6), >=, 10);
    finish(run);
}

static void test_parts(void)
{
    Run run[2];

    run_parts(&run[0], NULL);
    run_parts(&run[1], &run[0]);
    assert_same_run(&run[0], &run[1]);
    free_run(&run[0]);
    free_run(&run[1]);
}

/* What the accelerometer is exposed to: something else every 3 ms. */
static void make_motion(void)
{
    g_autofree char *path = output_path("motion");
    g_autoptr(GString) text = g_string_new("");

    for (int i = 0; i < 100; i++) {
        g_string_append_printf(text, "%d %d %d %d\n", 3 * i, i * 431 % 1500 - 700,
                               i * 77 % 300, 1000 - i * 97 % 900);
    }
    g_assert(g_file_set_contents(path, text->str, -1, NULL));
}

int main(int argc, char **argv)
{
    g_autofree char *motion = NULL;
    int failed;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("stm32-snapshot-XXXXXX", NULL);
    motion = output_path("motion");
    make_motion();
    make_begin();
    run_to_end(&without, NULL);
    assert_busy(&without);
    qtest_add_func("snapshot/same-trace", test_same_trace);
    qtest_add_func("snapshot/migration", test_migration);
    qtest_add_func("snapshot/loadvm", test_loadvm);
    qtest_add_func("snapshot/sleep", test_sleep);
    qtest_add_func("snapshot/parts", test_parts);
    failed = board_run_tests();
    free_run(&without);
    unlink(motion);
    unlink(begin);
    g_free(begin);
    rmdir(folder);
    return failed;
}
