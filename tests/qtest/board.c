/*
 * What the qtests share, see board.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/regs.h"

#define RCC 0x40023800

QTestState *board;
static char *log_name;
static size_t log_start;    /* what was logged before is of no interest */

void board_start(const char *args)
{
    g_autofree char *command = NULL;
    int fd;

    board_stop();
    fd = g_file_open_tmp("stm32-test-XXXXXX", &log_name, NULL);
    g_assert(fd >= 0);
    close(fd);
    command = g_strdup_printf("-machine stm32f407g_disc -d guest_errors,unimp -D %s %s",
                              log_name, args);
    board = qtest_init(command);
    log_start = 0;
}

void board_stop(void)
{
    if (board) {
        qtest_quit(board);
        board = NULL;
        unlink(log_name);
        g_free(log_name);
    }
}

QTestState *board_take(void)
{
    QTestState *taken = board;

    board = NULL;
    unlink(log_name);
    g_free(log_name);
    return taken;
}

/* ---- Snapshots ---- */

static GHashTable *saved_times;     /* when, ns: by the file's name */

/* Wait until the string @member of the answer to @query is @value, or with @is false is not. */
static void wait_for_status(const char *query, const char *value, bool is)
{
    for (bool done = false; !done;) {
        QDict *answer = qtest_qmp_assert_success_ref(board, "{'execute': %s}", query);
        const char *status = qdict_get_try_str(answer, "status") ?: "none";

        g_assert_cmpstr(status, !=, "failed");
        done = !strcmp(status, value) == is;
        qobject_unref(answer);
        g_usleep(done ? 0 : 1000);
    }
}

char *board_save(void)
{
    g_autofree char *uri = NULL;
    int64_t *time;
    char *file;
    int fd = g_file_open_tmp("stm32-snapshot-XXXXXX", &file, NULL);

    g_assert(fd >= 0);
    close(fd);
    uri = g_strdup_printf("file:%s", file);
    qtest_qmp_assert_success(board, "{'execute': 'migrate', 'arguments': {'uri': %s}}", uri);
    wait_for_status("query-migrate", "completed", true);
    if (!saved_times) {
        saved_times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    time = g_new(int64_t, 1);
    *time = board_get_int("/machine", "virtual-time");
    g_hash_table_replace(saved_times, g_strdup(file), time);
    return file;
}

void board_load(const char *file, const char *args)
{
    g_autofree char *uri = g_strdup_printf("file:%s", file);
    g_autofree char *all = g_strdup_printf("%s -incoming defer", args);
    const int64_t *time = saved_times ? g_hash_table_lookup(saved_times, file) : NULL;

    board_start(all);
    if (!strstr(args, "-accel tcg") && time && *time) {
        board_wait_ns(*time);           /* in qtest the clock is the test's, and not in the file */
    }
    qtest_qmp_assert_success(board, "{'execute': 'migrate-incoming', 'arguments': {'uri': %s}}",
                             uri);
    wait_for_status("query-status", "inmigrate", false);
    board_forget_log();
}

char *board_log(void)
{
    char *log;
    size_t size;

    g_assert(g_file_get_contents(log_name, &log, &size, NULL));
    memmove(log, log + log_start, size - log_start + 1);
    return log;
}

void board_forget_log(void)
{
    GStatBuf file;

    g_assert(g_stat(log_name, &file) == 0);
    log_start = file.st_size;
}

/* ---- Reset and clock ---- */

void board_reset(void)
{
    qtest_system_reset(board);
}

/* The row of RCC's bit @name@suffix, e.g. USART2 EN */
static const RegRow *find_rcc_bit(const char *peripheral, const char *suffix, unsigned from,
                                  unsigned to)
{
    g_autofree char *upper = g_ascii_strup(peripheral, -1);
    g_autofree char *name = g_strconcat(upper, suffix, NULL);

    for (const RegRow *row = reg_rows; row->name; row++) {
        if (row->length && row->offset >= from && row->offset <= to && !strcmp(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

bool board_has_enable(const char *peripheral)
{
    return find_rcc_bit(peripheral, "EN", A_AHB1ENR, A_APB2ENR) != NULL;
}

void board_enable(const char *peripheral)
{
    const RegRow *bit = find_rcc_bit(peripheral, "EN", A_AHB1ENR, A_APB2ENR);

    g_assert(bit);
    poke(RCC + bit->offset, peek(RCC + bit->offset) | 1u << bit->shift);
}

void board_hold_in_reset(const char *peripheral, bool hold)
{
    const RegRow *bit = find_rcc_bit(peripheral, "RST", A_AHB1RSTR, A_APB2RSTR);
    uint32_t others;

    g_assert(bit);
    others = peek(RCC + bit->offset) & ~(1u << bit->shift);
    poke(RCC + bit->offset, others | (uint32_t)hold << bit->shift);
}

void board_pin_function(uint32_t gpio, unsigned n, unsigned function)
{
    uint32_t afr = gpio + 0x20 + n / 8 * 4, shift = n % 8 * 4;

    poke(afr, (peek(afr) & ~(0xfu << shift)) | function << shift);
    poke(gpio, (peek(gpio) & ~(3u << 2 * n)) | 2u << 2 * n);
}

void board_route(const char *pin, unsigned function)
{
    char port[] = "gpio?";

    port[4] = pin[1];
    board_enable(port);
    board_pin_function(0x40020000 + 0x400 * (pin[1] - 'a'), atoi(pin + 2), function);
}

bool board_is_paused(void)
{
    QDict *answer = qtest_qmp_assert_success_ref(board, "{'execute': 'query-status'}");
    bool paused = !strcmp(qdict_get_str(answer, "status"), "paused");

    qobject_unref(answer);
    return paused;
}

void board_wait_ns(int64_t ns)
{
    qtest_clock_step(board, ns);
}

uint64_t board_clock_hz(const char *path)
{
    uint64_t period = board_get_int(path, "qtest-clock-period");

    return period ? ((1000000000ull << 32) + period / 2) / period : 0;
}

/* ---- Pins ---- */

static char *pin_path(const char *pin)
{
    return g_strdup_printf("/machine/soc/gpio%c/%s", pin[1], pin);
}

bool pin_level(const char *pin)
{
    g_autofree char *path = pin_path(pin);

    return board_get_bool(path, "level");
}

void pin_drive(const char *pin, const char *level)
{
    g_autofree char *path = pin_path(pin);

    board_set_string(path, "drive", level);
}

/* ---- QOM ---- */

static QDict *qom_get(const char *path, const char *property)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-get', 'arguments': "
                              "{'path': %s, 'property': %s}}", path, property);

    if (!qdict_haskey(answer, "return")) {
        g_error("no property %s of %s", property, path);
    }
    return answer;
}

bool board_get_bool(const char *path, const char *property)
{
    QDict *answer = qom_get(path, property);
    bool value = qdict_get_bool(answer, "return");

    qobject_unref(answer);
    return value;
}

int64_t board_get_int(const char *path, const char *property)
{
    QDict *answer = qom_get(path, property);
    int64_t value = qdict_get_int(answer, "return");

    qobject_unref(answer);
    return value;
}

char *board_get_string(const char *path, const char *property)
{
    QDict *answer = qom_get(path, property);
    char *value = g_strdup(qdict_get_str(answer, "return"));

    qobject_unref(answer);
    return value;
}

void board_set_bool(const char *path, const char *property, bool value)
{
    qtest_qmp_assert_success(board, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': %s, 'value': %i}}",
                             path, property, (int)value);
}

void board_set_int(const char *path, const char *property, int64_t value)
{
    qtest_qmp_assert_success(board, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': %s, 'value': %" PRId64 "}}",
                             path, property, value);
}

void board_set_string(const char *path, const char *property, const char *value)
{
    qtest_qmp_assert_success(board, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': %s, 'value': %s}}",
                             path, property, value);
}

/* ---- All of it ---- */

static void describe_property(GString *text, const char *path, const char *property)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-get', 'arguments': "
                              "{'path': %s, 'property': %s}}", path, property);
    QObject *value = qdict_get(answer, "return");

    if (value && qobject_type(value) == QTYPE_QSTRING) {
        g_string_append_printf(text, "%s.%s: %s\n", path, property,
                               qdict_get_str(answer, "return"));
    } else if (value && qobject_type(value) == QTYPE_QBOOL) {
        g_string_append_printf(text, "%s.%s: %d\n", path, property,
                               qdict_get_bool(answer, "return"));
    } else if (value) {
        g_string_append_printf(text, "%s.%s: %" PRId64 "\n", path, property,
                               qdict_get_int(answer, "return"));
    }
    qobject_unref(answer);
}

/* The children of @path whose type holds @type, each with its properties that there are. */
static void describe_children(GString *text, const char *path, const char *type,
                              const char *const *properties)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-list', 'arguments': {'path': %s}}", path);
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(answer, "return"), entry) {
        QDict *child = qobject_to(QDict, qlist_entry_obj(entry));
        g_autofree char *name = g_strdup_printf("%s/%s", path, qdict_get_str(child, "name"));
        const char *child_type = qdict_get_str(child, "type");

        if (g_str_has_prefix(child_type, "child<") && strstr(child_type, type)) {
            for (const char *const *property = properties; *property; property++) {
                describe_property(text, name, *property);
            }
        }
    }
    qobject_unref(answer);
}

static void describe_words(GString *text, const char *name, uint32_t addr, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        g_string_append_printf(text, "%s[%u]: 0x%08x\n", name, i, peek(addr + 4 * i));
    }
}

/* The next random number is another one in every machine. */
static void forget_random_number(GString *text)
{
    static const char *const before[] = { "/machine/soc/rng.registers: ", "DR +0x08 = 0x",
                                          "RNDATA [31:0] r = 0x" };
    char *c = text->str;

    for (unsigned i = 0; i < ARRAY_SIZE(before); i++) {
        c = strstr(c, before[i]);
        g_assert_nonnull(c);
        c += strlen(before[i]);
        if (i) {
            g_string_erase(text, c - text->str, strspn(c, "0123456789abcdef"));
        }
    }
}

char *board_registers(void)
{
    static const char *const of_peripheral[] = { "registers", NULL };
    g_autofree char *core = qtest_hmp(board, "info registers");
    GString *text = g_string_new(core);

    describe_children(text, "/machine/soc", "", of_peripheral);
    forget_random_number(text);
    return g_string_free(text, FALSE);
}

char *board_describe(void)
{
    static const char *const of_peripheral[] = { "registers", NULL };
    static const char *const of_pin[] = { "level", "drive", NULL };
    static const char *const of_clock[] = { "qtest-clock-period", NULL };
    static const char *const of_part[] = { "pressed", "brightness", NULL };
    GString *text = g_string_new(NULL);
    g_autofree char *core = NULL;

    describe_property(text, "/machine", "virtual-time");
    describe_property(text, "/machine", "hse-stopped");
    describe_children(text, "/machine", "", of_part);
    describe_children(text, "/machine/soc", "", of_peripheral);
    describe_children(text, "/machine/soc/rcc", "clock", of_clock);
    for (char port = 'a'; port <= 'i'; port++) {
        g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c", port);

        describe_children(text, path, "clock", of_clock);
        describe_children(text, path, "stm32-pin", of_pin);
    }
    describe_words(text, "SysTick reload, count", 0xe000e014, 2);
    describe_words(text, "interrupts enabled", 0xe000e100, 3);
    describe_words(text, "interrupts pending", 0xe000e200, 3);
    describe_words(text, "interrupts active", 0xe000e300, 3);
    describe_words(text, "ICSR, VTOR, AIRCR, SCR, CCR, SHPR, SHCSR", 0xe000ed04, 9);
    describe_words(text, "CYCCNT", 0xe0001004, 1);
    g_string_append(text, core = qtest_hmp(board, "info registers"));
    forget_random_number(text);
    return g_string_free(text, FALSE);
}

/* ---- Lines and reports ---- */

void board_intercept_out(const char *name, const char *line)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/%s", name);

    qtest_irq_intercept_out_named(board, path, line);
}

void board_watch_irqs(void)
{
    qtest_irq_intercept_in(board, "/machine/soc/armv7m");
}

int board_mistakes(const char *text)
{
    g_autofree char *log = NULL;
    int count = 0;

    g_assert(g_file_get_contents(log_name, &log, NULL, NULL));
    for (const char *at = log; (at = strstr(at, text)); at += strlen(text)) {
        count++;
    }
    return count;
}

unsigned board_lines_of(const char *error)
{
    g_auto(GStrv) lines = g_strsplit(error, "\n", 0);
    unsigned n = 0;

    for (char **line = lines; *line; line++) {
        n += **line && !g_str_has_prefix(*line, "==");
    }
    return n;
}

int board_run_tests(void)
{
    int failed;

    g_test_set_nonfatal_assertions();
    failed = g_test_run();

    board_stop();
    return failed;
}
