/*
 * What the qtests share, see board.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/regs.h"

#define RCC 0x40023800

QTestState *board;
static char *log_name;

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

int board_run_tests(void)
{
    int failed;

    g_test_set_nonfatal_assertions();
    failed = g_test_run();

    board_stop();
    return failed;
}
