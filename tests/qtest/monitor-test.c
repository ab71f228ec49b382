/*
 * QMP reads its input in pieces (a patch of ours): commands are done one after the other all the same, however
 * they come, and none is lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"

#define PIN "/machine/soc/gpioa/pa1"
#define MANY 300        /* some 30 kB: more than is read at once */

/* The answer to the command @id, without error; events may come before. */
static void expect(int id)
{
    QDict *answer = qtest_qmp_receive(board);

    g_assert_true(qdict_haskey(answer, "return"));
    g_assert_cmpint(qdict_get_int(answer, "id"), ==, id);
    qobject_unref(answer);
}

static char *drive(int id)
{
    return g_strdup_printf("{'execute': 'qom-set', 'id': %d, 'arguments': {'path': '" PIN "', "
                           "'property': 'drive', 'value': '%d'}}", id, id % 2);
}

static void test_many_at_once(void)
{
    GString *all = g_string_new(NULL);

    board_start("");
    for (int id = 0; id < MANY; id++) {
        g_autofree char *command = drive(id);

        g_string_append(all, command);
    }
    qtest_qmp_send_raw(board, "%s", all->str);
    for (int id = 0; id < MANY; id++) {
        expect(id);
    }
    g_assert_true(pin_level("pa1"));        /* the last one counts */
    g_string_free(all, true);
}

static void test_in_pieces(void)
{
    g_autofree char *one = drive(1), *two = drive(2), *both = g_strconcat(one, two, NULL);
    size_t length = strlen(both);

    board_start("");
    for (size_t cut = 1; cut < length; cut += 7) {
        qtest_qmp_send_raw(board, "%.*s", (int)cut, both);
        board_wait_ns(1000);
        qtest_qmp_send_raw(board, "%s", both + cut);
        expect(1);
        expect(2);
        g_assert_false(pin_level("pa1"));
    }
}

/* What is wrong is told, and what comes behind it in the same piece is done. */
static void test_error_between(void)
{
    g_autofree char *good = drive(1);
    QDict *answer;

    board_start("");
    qtest_qmp_send_raw(board, "{'execute': 'no-such-command'}%s", good);
    answer = qtest_qmp_receive(board);
    g_assert_true(qdict_haskey(answer, "error"));
    qobject_unref(answer);
    expect(1);
    g_assert_true(pin_level("pa1"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("monitor/many-at-once", test_many_at_once);
    qtest_add_func("monitor/in-pieces", test_in_pieces);
    qtest_add_func("monitor/error-between", test_error_between);
    return board_run_tests();
}
