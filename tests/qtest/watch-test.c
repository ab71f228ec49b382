/*
 * What tests of firmware stand on: the chardev that hears and speaks at exact times (board/bench/expect.c), pins
 * that are watched (core/pins/watch.c), shorts, a crystal that stops.  The clock is HSI, BRR = 16: a bit takes 1 us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"

enum { U = 0x40004400, SR = U, DR = U + 4, BRR = U + 8, CR1 = U + 12 };
enum { UE = 1 << 13, TE = 1 << 3, RE = 1 << 2, RXNE = 1 << 5, GPIOD = 0x40020c00, MODER = 0, ODR = 0x14 };
enum { US = 1000, FRAME = 10 * US };

static void start(void)
{
    board_start("-chardev stm32-expect,id=line -serial chardev:line");
    board_enable("usart2");
    board_route("pa2", 7);
    board_route("pa3", 7);
    poke(BRR, 16);
    poke(CR1, UE | TE | RE);
    board_wait_ns(2 * FRAME);                   /* TE sends a frame of ones */
}

static void stop_on(const char *text)
{
    board_set_string("/chardevs/line", "stop-on", text);
}

static void say(const char *text)
{
    for (; *text; text++) {
        poke(DR, *text);
        board_wait_ns(FRAME + US);
    }
}

static void go_on(void)
{
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

static bool stops_after(const char *text)
{
    bool stops;

    say(text);
    stops = board_is_paused();
    if (stops) {
        go_on();
    }
    return stops;
}

static bool is_refused(const char *path, const char *property, const char *value)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-set', 'arguments': {'path': %s, 'property': %s, 'value': %s}}",
                              path, property, value);
    bool refused = qdict_haskey(answer, "error");

    qobject_unref(answer);
    return refused;
}

/* The machine stands with the last byte of a text, whose begin may look like the text too. */
static void test_stop_on(void)
{
    start();
    g_assert_false(stops_after("aab"));
    stop_on("616162");                          /* aab */
    g_assert_false(stops_after("aa"));
    g_assert_false(stops_after("a"));
    g_assert_true(stops_after("b"));
    g_assert_false(stops_after("b"));
    g_assert_true(stops_after("aab"));
    stop_on("6161:1");                          /* an 'a' has been said */
    g_assert_true(stops_after("a"));
    g_assert_true(stops_after("a"));            /* they overlap */
    stop_on("any");
    g_assert_true(stops_after("x"));
    g_assert_true(stops_after("y"));
    stop_on("");
    g_assert_false(stops_after("aab"));
}

/* A frame after the other, from the instant at which it is said. */
static void test_input(void)
{
    g_autofree char *left = NULL;

    start();
    board_wait_ns(100 * US);
    board_set_string("/chardevs/line", "input", "4f4b0d");
    board_wait_ns(FRAME - 1);
    g_assert_cmphex(peek(SR) & RXNE, ==, 0);
    board_wait_ns(1 * US);
    g_assert_cmphex(peek(DR), ==, 'O');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, 'K');
    board_wait_ns(FRAME);
    g_assert_cmphex(peek(DR), ==, '\r');
    left = board_get_string("/chardevs/line", "input");
    g_assert_cmpstr(left, ==, "");
}

/* What is not taken can be read, and taken back. */
static void test_input_waits(void)
{
    g_autoptr(GString) much = g_string_new("");
    g_autofree char *left = NULL, *none = NULL;

    start();
    poke(CR1, 0);
    for (unsigned i = 0; i < 4000; i++) {
        g_string_append(much, "aa");
    }
    board_set_string("/chardevs/line", "input", much->str);
    left = board_get_string("/chardevs/line", "input");
    g_assert_cmpint(strlen(left), >, 2000);
    board_set_string("/chardevs/line", "input", "");
    none = board_get_string("/chardevs/line", "input");
    g_assert_cmpstr(none, ==, "");
    g_assert_true(is_refused("/chardevs/line", "input", "4"));
    g_assert_true(is_refused("/chardevs/line", "input", "xy"));
    g_assert_true(is_refused("/chardevs/line", "stop-on", "some"));
}

#define PD12 "/machine/soc/gpiod/pd12"

static void output(bool level)
{
    poke(GPIOD + ODR, level << 12);
}

static void start_pin(void)
{
    board_start("");
    board_enable("gpiod");
    poke(GPIOD + MODER, 1 << 24);
}

static void test_edges(void)
{
    g_autofree char *history = NULL, *expected = NULL, *none = NULL;
    int64_t begin;

    start_pin();
    begin = board_get_int("/machine", "virtual-time");
    output(true);
    output(false);
    g_assert_cmpint(board_get_int(PD12, "edges"), ==, 0);
    board_set_bool(PD12, "watch", true);
    board_wait_ns(10 * US);
    output(true);
    board_wait_ns(5 * US);
    output(false);
    g_assert_cmpint(board_get_int(PD12, "edges"), ==, 2);
    history = board_get_string(PD12, "history");
    expected = g_strdup_printf("%" PRId64 ":1 %" PRId64 ":0", begin + 10 * US, begin + 15 * US);
    g_assert_cmpstr(history, ==, expected);
    board_set_bool(PD12, "watch", false);
    none = board_get_string(PD12, "history");
    g_assert_cmpstr(none, ==, "");
}

enum { TIM4 = 0x40000800, CR1_CEN = 1, EGR = 0x14, CCMR1 = 0x18, CCER = 0x20, ARR = 0x2c, CCR1 = 0x34 };

/* More than are kept, of a square wave with 2 us high and 2 us low: the last ones, in order. */
static void test_many_edges(void)
{
    g_autofree char *history = NULL;
    g_auto(GStrv) item = NULL;

    board_start("");
    board_enable("tim4");
    board_route("pd12", 2);
    poke(TIM4 + ARR, 63);
    poke(TIM4 + CCR1, 32);
    poke(TIM4 + CCMR1, 6 << 4);
    poke(TIM4 + CCER, 1);
    poke(TIM4 + EGR, 1);
    board_set_bool(PD12, "watch", true);
    poke(TIM4, CR1_CEN);
    board_wait_ns((65536 + 100) * 2 * US);
    g_assert_cmpint(board_get_int(PD12, "edges"), >=, 65536 + 99);
    history = board_get_string(PD12, "history");
    item = g_strsplit(history, " ", 0);
    g_assert_cmpint(g_strv_length(item), ==, 65536);
    for (unsigned i = 1; item[i]; i++) {
        g_assert_cmpint(g_ascii_strtoll(item[i], NULL, 10) - g_ascii_strtoll(item[i - 1], NULL, 10), ==, 2 * US);
    }
}

static void test_stop_on_edge(void)
{
    start_pin();
    board_set_string(PD12, "stop-on", "rising");
    output(true);
    board_wait_ns(1);
    g_assert_true(board_is_paused());
    go_on();
    output(false);
    board_wait_ns(1);
    g_assert_false(board_is_paused());
    board_set_string(PD12, "stop-on", "edge");
    output(true);
    board_wait_ns(1);
    g_assert_true(board_is_paused());
    go_on();
    board_set_string(PD12, "stop-on", "none");
    output(false);
    board_wait_ns(1);
    g_assert_false(board_is_paused());
    g_assert_true(is_refused(PD12, "stop-on", "up"));
}

/* A short wins against an output, low or high, and is in a snapshot; the firmware is not blamed for it. */
static void test_short(void)
{
    char *file;

    start_pin();
    output(false);
    pin_drive("pd12", "short-1");
    g_assert_true(pin_level("pd12"));
    output(true);
    pin_drive("pd12", "short-0");
    g_assert_false(pin_level("pd12"));
    output(false);
    output(true);
    g_assert_false(pin_level("pd12"));
    g_assert_cmpint(board_mistakes("against each other"), ==, 0);
    file = board_save();
    board_load(file, "");
    g_assert_false(pin_level("pd12"));
    pin_drive("pd12", "z");
    g_assert_true(pin_level("pd12"));
    unlink(file);
    g_free(file);
}

static void test_lse(void)
{
    char *file;

    board_start("-machine lse=on");
    g_assert_cmpint(board_clock_hz("/machine/soc/rcc/lse"), ==, 32768);
    board_set_bool("/machine", "lse-stopped", true);
    g_assert_cmpint(board_clock_hz("/machine/soc/rcc/lse"), ==, 0);
    file = board_save();
    board_load(file, "-machine lse=on");
    g_assert_cmpint(board_clock_hz("/machine/soc/rcc/lse"), ==, 0);
    board_set_bool("/machine", "lse-stopped", false);
    g_assert_cmpint(board_clock_hz("/machine/soc/rcc/lse"), ==, 32768);
    unlink(file);
    g_free(file);
}

/* A leg of a part is a pin like those of the chip. */
static void test_legs(void)
{
    board_start("-device wokwi-led,id=lamp,A=pd12,C=gnd");
    board_enable("gpiod");
    poke(GPIOD + MODER, 1 << 24);
    g_assert_false(board_get_bool("/machine/peripheral/lamp/pin-A", "level"));
    output(true);
    g_assert_true(board_get_bool("/machine/peripheral/lamp/pin-A", "level"));
}

/* Whatever people write into the properties: it is taken or refused, and the machine goes on. */
static void test_noise(void)
{
    static const struct { const char *path, *property; } at[] = {
        { "/chardevs/line", "input" }, { "/chardevs/line", "stop-on" }, { PD12, "stop-on" }, { PD12, "drive" },
    };
    static const char *const words[] = {
        "", "a", "aa", "aaa", "616161", "6161:1", "6161:99999999999999999999", ":", ":1", "any", "anyany", "zz", "0x41",
        "6 1", "none", "edge", "rising", "short-0", "short-1", "short-2", "1", "0", "z", "-1",
    };
    unsigned taken = 0;

    start();
    for (unsigned i = 0; i < 2000; i++) {
        unsigned n = g_test_rand_int_range(0, ARRAY_SIZE(at));

        taken += !is_refused(at[n].path, at[n].property, words[g_test_rand_int_range(0, ARRAY_SIZE(words))]);
        if (i % 10 == 0) {
            poke(DR, g_test_rand_int_range(0, 256));
            board_wait_ns(FRAME);
            board_set_bool(PD12, "watch", g_test_rand_bit());
            if (board_is_paused()) {
                go_on();
            }
        }
    }
    g_assert_cmpint(taken, >, 100);
    g_assert_cmpint(taken, <, 1900);
    stop_on("");
    board_set_string(PD12, "stop-on", "none");
    if (board_is_paused()) {                                    /* by the last of these words */
        go_on();
    }
    g_assert_false(stops_after("x"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/watch/stop-on", test_stop_on);
    qtest_add_func("/watch/input", test_input);
    qtest_add_func("/watch/input-waits", test_input_waits);
    qtest_add_func("/watch/edges", test_edges);
    qtest_add_func("/watch/many-edges", test_many_edges);
    qtest_add_func("/watch/stop-on-edge", test_stop_on_edge);
    qtest_add_func("/watch/short", test_short);
    qtest_add_func("/watch/lse", test_lse);
    qtest_add_func("/watch/legs", test_legs);
    qtest_add_func("/watch/noise", test_noise);
    return board_run_tests();
}
