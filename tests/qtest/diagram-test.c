/*
 * Diagrams: what is wired to the board is said by a file, as by options, and what is wrong in it by a line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "stm32/tests/qtest/board.h"

enum { GPIOB = 0x40020400, GPIOD = 0x40020c00, MODER = 0, PUPDR = 0x0c, ODR = 0x14 };

#define BOARD "{ 'type': 'board-stm32f407g-disc1', 'id': 'b', 'top': 0, 'left': 0, 'attrs': {} }"

static char *file;

/* JSON with ' for ". */
static void write_file(const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');

    if (!file) {
        close(g_file_open_tmp("stm32-diagram-XXXXXX", &file, NULL));
    }
    g_assert_true(g_file_set_contents(file, json, -1, NULL));
}

static void start(const char *more)
{
    g_autofree char *args = g_strdup_printf("-machine diagram=%s %s", file, more);

    board_start(args);
    board_enable("gpiob");
    board_enable("gpiod");
}

static void test_bench(void)
{
    write_file("{ 'version': 1, 'author': 'A', 'editor': 'wokwi', 'parts': [ " BOARD ","
               "{ 'type': 'wokwi-led', 'id': 'led1', 'top': -80, 'left': 40.5, 'attrs': { 'color': 'red' } },"
               "{ 'type': 'wokwi-resistor', 'id': 'r1', 'rotate': 90, 'attrs': { 'value': '220' } },"
               "{ 'type': 'wokwi-pushbutton', 'id': 'btn1', 'attrs': { 'color': 'green', 'bounce': '0' } } ],"
               "'connections': [ [ 'b:PD12', 'r1:1', 'green', [ 'v0' ] ], [ 'r1:2', 'led1:A', '', [] ],"
               "[ 'led1:C', 'b:GND.1', 'black', [] ], [ 'btn1:1.l', 'b:PB0', 'blue', [] ],"
               "[ 'btn1:2.r', 'b:GND.2', 'black', [] ] ], 'serialMonitor': { 'display': 'always' } }");
    start("-device wokwi-led,id=second,A=btn1.1.r,C=gnd");      /* it can be mixed */
    poke(GPIOB + PUPDR, 1);
    poke(GPIOD + MODER, 1 << 24);
    poke(GPIOD + ODR, 1 << 12);
    g_assert_cmpint(board_get_int("/machine/peripheral/led1", "brightness"), ==, 100);
    g_assert_true(pin_level("pb0"));
    board_set_bool("/machine/peripheral/btn1", "pressed", true);
    g_assert_false(pin_level("pb0"));
    poke(GPIOD + ODR, 0);
    g_assert_cmpint(board_get_int("/machine/peripheral/led1", "brightness"), ==, 0);
}

/* What the machine writes is read, and is the same bench again. */
static void test_written(void)
{
    g_autofree char *first = NULL, *second = NULL;

    board_start("-device wokwi-pushbutton,id=btn1,1.l=pb0,2.r=gnd,bounce=0 -device wokwi-led,id=led1,A=btn1.1.r,C=gnd,color=red");
    first = board_get_string("/machine", "wiring");
    g_assert_nonnull(strstr(first, "\"btn1:1.l\""));
    write_file(first);
    start("");
    second = board_get_string("/machine", "wiring");
    g_assert_cmpstr(first, ==, second);
    poke(GPIOB + PUPDR, 1);
    g_assert_true(pin_level("pb0"));
    board_set_bool("/machine/peripheral/btn1", "pressed", true);
    g_assert_false(pin_level("pb0"));
}

/* The serial monitor gets the USART that it is wired to. */
static void test_serial_monitor(void)
{
    char byte = 0;
    int fd;

    write_file("{ 'version': 1, 'parts': [ " BOARD " ], 'connections': [ [ 'b:PC6', '$serialMonitor:RX', '', [] ],"
               "[ 'b:PC7', '$serialMonitor:TX', '', [] ] ] }");
    {
        g_autofree char *args = g_strdup_printf("-machine stm32f407g_disc,diagram=%s", file);

        board_stop();
        board = qtest_init_with_serial(args, &fd);
    }
    board_enable("usart6");
    board_route("pc6", 8);
    poke(0x40011400 + 8, 16);
    poke(0x40011400 + 12, 1 << 13 | 1 << 3);
    poke(0x40011400 + 4, 'x');
    board_wait_ns(1000000);
    g_assert_cmpint(read(fd, &byte, 1), ==, 1);
    g_assert_cmpint(byte, ==, 'x');
    qtest_quit(board);
    board = NULL;
    close(fd);
}

/* ---- What is wrong in it ---- */

static const struct {
    const char *name, *text, *error;
} wrong[] = {
    { "syntax", "{ 'parts': [", "JSON parse error" },
    { "no-object", "[ 1 ]", "it is not { ... }" },
    { "version", "{ 'version': 2, 'parts': [] }", "only version 1" },
    { "no-parts", "{ 'version': 1 }", "there is no \"parts\"" },
    { "no-board", "{ 'version': 1, 'parts': [] }", "there is no board" },
    { "two-boards", "{ 'version': 1, 'parts': [ " BOARD ", " BOARD " ] }", "there are two boards" },
    { "other-board", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-arduino-uno', 'id': 'u' } ] }",
      "the board of this machine is a board-stm32f407g-disc1" },
    { "no-id", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led' } ] }", "needs a \"type\" and an \"id\"" },
    { "bad-id", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led', 'id': '' } ] }", "can't be one" },
    { "id-with-slash", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led', 'id': 'a/b' } ] }", "can't be one" },
    { "same-id", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led', 'id': 'l' }, { 'type': 'wokwi-led', 'id': 'l' } ] }",
      "'l'" },
    { "part", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-let', 'id': 'l' } ] }", "is it 'wokwi-led'?" },
    { "far-part", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-motor', 'id': 'l' } ] }",
      "there is no part 'wokwi-motor'\n" },
    { "chip", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'chip-ds18b20', 'id': 'c' } ] }",
      "'c': 'chip-ds18b20' is a chip of the project's own" },
    { "no-part", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'cortex-m4-arm-cpu', 'id': 'l' } ] }", "there is no part" },
    { "value", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-resistor', 'id': 'r', 'attrs': { 'value': 'much' } } ] }",
      "'r': " },
    { "attribute-kind", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led', 'id': 'l', 'attrs': { 'color': {} } } ] }",
      "neither text, number nor list" },
    { "pin", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led', 'id': 'l' } ], "
      "'connections': [ [ 'l:B', 'b:PD12', '', [] ] ] }", "'l' has no pin 'B'" },
    { "board-pin", "{ 'version': 1, 'parts': [ " BOARD ", { 'type': 'wokwi-led', 'id': 'l' } ], "
      "'connections': [ [ 'l:A', 'b:PZ1', '', [] ] ] }", "the board has no pin 'PZ1'" },
    { "connection", "{ 'version': 1, 'parts': [ " BOARD " ], 'connections': [ [ 'l:A' ] ] }", "a connection is" },
    { "connection-kind", "{ 'version': 1, 'parts': [ " BOARD " ], 'connections': [ 7 ] }", "a connection is" },
    { "no-such-part", "{ 'version': 1, 'parts': [ " BOARD " ], 'connections': [ [ 'x:A', 'b:PA0', '', [] ] ] }",
      "there is no part 'x'" },
    { "no-usart", "{ 'version': 1, 'parts': [ " BOARD " ], 'connections': [ [ '$serialMonitor:RX', 'b:PA1', '', [] ] ] }",
      "where no USART sends" },
};

static void test_wrong(const void *data)
{
    unsigned n = GPOINTER_TO_UINT(data);
    g_autofree char *command = NULL, *said = NULL;
    int status;

    write_file(wrong[n].text);
    command = g_strdup_printf("%s -M stm32f407g_disc,diagram=%s -display none -serial null -monitor none -S",
                              g_getenv("QTEST_QEMU_BINARY"), file);
    g_assert_true(g_spawn_command_line_sync(command, NULL, &said, &status, NULL));
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status));
    g_assert_nonnull(strstr(said, wrong[n].error));
    g_assert_nonnull(strchr(said, '\n'));
    g_assert_cmpint(strchr(said, '\n')[1], ==, 0);              /* one line */
}

/* An attribute that nobody knows is told and left out, as many a diagram of Wokwi's has one. */
static void test_attribute(void)
{
    g_autofree char *command = NULL, *said = NULL;

    write_file("{ 'version': 1, 'parts': [ " BOARD ","
               "{ 'type': 'wokwi-led', 'id': 'l', 'attrs': { 'colour': 'red', 'color': 'blue' } } ],"
               "'connections': [ [ 'b:PD12', 'l:A', '', [] ], [ 'l:C', 'b:GND', '', [] ] ] }");
    start("");
    poke(GPIOD + MODER, 1 << 24);
    poke(GPIOD + ODR, 1 << 12);
    g_assert_cmpint(board_get_int("/machine/peripheral/l", "brightness"), ==, 100);
    command = g_strdup_printf("%s -M stm32f407g_disc,diagram=%s -display none -serial null -monitor none -S "
                              "-device wokwi-led,id=l", g_getenv("QTEST_QEMU_BINARY"), file);
    g_assert_true(g_spawn_command_line_sync(command, NULL, &said, NULL, NULL));
    g_assert_nonnull(strstr(said, "'l': a wokwi-led has no attribute 'colour'; is it 'color'?: left out"));
}

int main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    qtest_add_func("diagram/bench", test_bench);
    qtest_add_func("diagram/written", test_written);
    qtest_add_func("diagram/serial-monitor", test_serial_monitor);
    qtest_add_func("diagram/attribute", test_attribute);
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
        g_autofree char *name = g_strdup_printf("diagram/wrong/%s", wrong[i].name);

        qtest_add_data_func(name, GUINT_TO_POINTER(i), test_wrong);
    }
    result = board_run_tests();
    if (file) {
        unlink(file);
    }
    return result;
}
