/*
 * What tests of parts share: properties of a part by its id.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_PARTS_H
#define STM32_TESTS_PARTS_H

#include "qobject/qdict.h"
#include "qobject/qnum.h"
#include "stm32/tests/qtest/board.h"

enum {
    GPIOA = 0x40020000, GPIOB = 0x40020400, GPIOD = 0x40020c00,
    MODER = 0, OTYPER = 4, PUPDR = 0x0c, ODR = 0x14, BSRR = 0x18
};

static inline char *part_path(const char *id)
{
    return g_strdup_printf("/machine/peripheral/%s", id);
}

static inline int64_t part_int(const char *id, const char *property)
{
    g_autofree char *path = part_path(id);

    return board_get_int(path, property);
}

static inline bool part_bool(const char *id, const char *property)
{
    g_autofree char *path = part_path(id);

    return board_get_bool(path, property);
}

static inline double part_number(const char *id, const char *property)
{
    g_autofree char *path = part_path(id);
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-get', 'arguments': {'path': %s, 'property': %s}}", path, property);
    double number = qnum_get_double(qobject_to(QNum, qdict_get(answer, "return")));

    qobject_unref(answer);
    return number;
}

static inline void part_has_text(const char *id, const char *property, const char *wanted)
{
    g_autofree char *path = part_path(id), *text = board_get_string(path, property);

    g_assert_cmpstr(text, ==, wanted);
}

static inline void part_set(const char *id, const char *property, int64_t value)
{
    g_autofree char *path = part_path(id);

    board_set_int(path, property, value);
}

static inline void part_set_number(const char *id, const char *property, double value)
{
    g_autofree char *path = part_path(id);

    qtest_qmp_assert_success(board, "{'execute': 'qom-set', 'arguments': {'path': %s, 'property': %s, 'value': %f}}",
                             path, property, value);
}

static inline void part_put(const char *id, const char *property, bool value)
{
    g_autofree char *path = part_path(id);

    board_set_bool(path, property, value);
}

static inline void part_say(const char *id, const char *property, const char *value)
{
    g_autofree char *path = part_path(id);

    board_set_string(path, property, value);
}

/* It is refused, with @why. */
static inline void part_refuses(const char *id, const char *property, const char *value, const char *why)
{
    g_autofree char *path = part_path(id);
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-set', 'arguments': {'path': %s, 'property': %s, 'value': %s}}",
                              path, property, value);

    g_assert_true(qdict_haskey(answer, "error"));
    g_assert_nonnull(strstr(qdict_get_str(qdict_get_qdict(answer, "error"), "desc"), why));
    qobject_unref(answer);
}

static inline int64_t pin_mv(const char *pin)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c/%s", pin[1], pin);

    return board_get_int(path, "mv");
}

static inline void parts_start(const char *args)
{
    board_start(args);
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("gpiod");
}

/* Save, and go on with another machine that loads that. */
static inline void parts_again(const char *args)
{
    g_autofree char *file = board_save();

    board_load(file, args);
    unlink(file);
}

#endif
