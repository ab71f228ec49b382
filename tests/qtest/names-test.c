/*
 * Names that people's scripts depend on stay: QOM paths, properties and their defaults.  And outputs
 * that are connected to nothing are known: each is in unconnected.tsv with the reason.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "stm32/tests/qtest/board.h"

/* ---- Paths and properties ---- */

static const struct {
    const char *path, *property, *type, *value;     /* NULL: any */
} names[] = {
    { "/machine", "hse-frequency", "uint32", "8000000" },
    { "/machine", "hse-stopped", "bool", "false" },
    { "/machine", "lse-stopped", "bool", "false" },
    { "/machine", "with-parent", "bool", "false" },
    { "/machine", "lse", "bool", "false" },
    { "/machine", "boot0", "bool", "false" },
    { "/machine", "boot1", "bool", "false" },
    { "/machine", "wire", "string", "" },
    { "/machine", "swo", "string", "" },
    { "/machine", "vcp", "string", "usart2" },
    { "/machine", "uid", "string", "" },
    { "/machine", "backup", "string", "" },
    { "/machine", "chip-select", "string", "" },
    { "/machine", "accelerometer-model", "string", "lis3dsh" },
    { "/machine", "motion", "string", "" },
    { "/machine", "canbus1", "link<can-bus>", "" },
    { "/machine", "canbus2", "link<can-bus>", "" },
    { "/machine", "virtual-time", "int", "0" },
    { "/machine", "stop-at", "int", "-1" },
    { "/machine/led-green", "lit", "bool", "false" },
    { "/machine/led-green", "brightness", "int", "0" },
    { "/machine/led-orange", "lit", "bool", "false" },
    { "/machine/led-red", "lit", "bool", "false" },
    { "/machine/led-blue", "lit", "bool", "false" },
    { "/machine/led-vbus", "lit", "bool", "false" },
    { "/machine/led-overcurrent", "lit", "bool", "false" },
    { "/machine/button-user", "pressed", "bool", "false" },
    { "/machine/button-reset", "pressed", "bool", "false" },
    { "/machine/accelerometer", "x", "int", "0" },
    { "/machine/accelerometer", "y", "int", "0" },
    { "/machine/accelerometer", "z", "int", "1000" },
    { "/machine/accelerometer", "tap", "string", "" },
    { "/machine/accelerometer", "model", "string", "lis3dsh" },
    { "/machine/soc/pwr", "vdd", "uint32", "3000" },
    { "/machine/soc/rng", "seed-error", "bool", "false" },
    { "/machine/soc/adc-common", "temperature", "int", "25000" },
    { "/machine/soc/adc-common", "vbat", "int", "3000" },
    { "/machine/soc/usart2", "fault", "string", "none" },
    { "/machine/soc/usart2", "paced", "bool", "true" },
};

/* The type of a property, "" if there is none. */
static char *type_of(const char *path, const char *property)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-list', 'arguments': {'path': %s}}", path);
    const QListEntry *entry;
    char *type = g_strdup("");

    g_assert_true(qdict_haskey(answer, "return"));
    QLIST_FOREACH_ENTRY(qdict_get_qlist(answer, "return"), entry) {
        QDict *row = qobject_to(QDict, qlist_entry_obj(entry));

        if (!strcmp(qdict_get_str(row, "name"), property)) {
            g_free(type);
            type = g_strdup(qdict_get_str(row, "type"));
        }
    }
    qobject_unref(answer);
    return type;
}

static char *value_of(const char *path, const char *property, const char *type)
{
    if (!strcmp(type, "bool")) {
        return g_strdup(board_get_bool(path, property) ? "true" : "false");
    }
    if (!strcmp(type, "string") || g_str_has_prefix(type, "link<")) {
        return board_get_string(path, property);
    }
    return g_strdup_printf("%" PRId64, board_get_int(path, property));
}

static void test_names(void)
{
    board_start("");
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        g_autofree char *type = type_of(names[i].path, names[i].property), *value = NULL;

        g_test_message("%s.%s", names[i].path, names[i].property);
        g_assert_cmpstr(type, ==, names[i].type);
        value = value_of(names[i].path, names[i].property, type);
        g_assert_cmpstr(value, ==, names[i].value);
    }
}

/* All 144 pins, bonded out on this package or not. */
static void test_pins(void)
{
    board_start("");
    for (char port = 'a'; port <= 'i'; port++) {
        for (unsigned n = 0; n < 16; n++) {
            g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c/p%c%u", port, port, n);
            g_autofree char *drive = board_get_string(path, "drive");

            g_assert_cmpstr(drive, ==, "z");
            board_set_string(path, "drive", "1");
            g_assert_true(board_get_bool(path, "level"));
            board_set_int(path, "mv", 100);
            g_assert_cmpint(board_get_int(path, "mv"), ==, 100);
        }
    }
}

/* Everything with registers shows them. */
static void test_registers(void)
{
    static const char *const peripherals[] = {
        "rcc", "pwr", "flash", "syscfg", "exti", "crc", "dma1", "dma2", "dbgmcu", "dwt", "itm",
        "coredebug", "tpiu",
        "iwdg", "wwdg", "rng", "rtc", "gpioa", "gpioi", "adc1", "adc2", "adc3", "adc-common", "dac", "tim1", "tim2", "tim6", "tim14",
        "usart1", "usart2", "usart3", "uart4", "uart5", "usart6", "spi1", "spi2", "spi3", "i2c1",
        "i2c2", "i2c3", "can1", "can2",
    };

    board_start("");
    for (unsigned i = 0; i < ARRAY_SIZE(peripherals); i++) {
        g_autofree char *path = g_strdup_printf("/machine/soc/%s", peripherals[i]);
        g_autofree char *text = board_get_string(path, "registers");

        g_assert_nonnull(strstr(text, " +0x"));
    }
}

/* ---- Outputs that are connected to nothing ---- */

typedef struct Reason {
    char *output, *why;         /* a pattern */
    bool needed;
} Reason;

static GPtrArray *reasons;

static void read_reasons(void)
{
    g_autofree char *path = g_strdup_printf("%s/../qtest/unconnected.tsv",
                                            g_getenv("STM32_CONFORMANCE"));
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", 0);
    reasons = g_ptr_array_new();
    for (char **line = lines; *line; line++) {
        char **column = g_strsplit(*line, "\t", 2);

        if (**line && **line != '#') {
            Reason *reason = g_new0(Reason, 1);

            *reason = (Reason) { .output = column[0], .why = column[1] };
            g_ptr_array_add(reasons, reason);
        }
    }
}

static Reason *reason_for(const char *output)
{
    for (unsigned i = 0; i < reasons->len; i++) {
        Reason *reason = reasons->pdata[i];

        if (g_pattern_match_simple(reason->output, output)) {
            return reason;
        }
    }
    return NULL;
}

/* Named ones: "irq[0]" of a peripheral of ours, not what QEMU makes of its own sysbus devices. */
static bool is_output(const char *property, const char *type)
{
    return !strcmp(type, "link<irq>") && !g_str_has_prefix(property, "unnamed") &&
           !g_str_has_prefix(property, "sysbus-irq");
}

static void check_output(const char *output)
{
    Reason *reason = reason_for(output);

    g_test_message("%s is connected to nothing: %s", output, reason ? reason->why : "why?");
    if (reason) {
        reason->needed = true;
    } else {
        g_test_fail();
    }
}

static void check_outputs(const char *device)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/%s", device);
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-list', 'arguments': {'path': %s}}", path);
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(answer, "return"), entry) {
        QDict *row = qobject_to(QDict, qlist_entry_obj(entry));
        const char *property = qdict_get_str(row, "name");

        if (is_output(property, qdict_get_str(row, "type"))) {
            g_autofree char *to = board_get_string(path, property);
            g_autofree char *output = g_strdup_printf("%s.%s", device, property);

            if (!*to) {
                check_output(output);
            }
        }
    }
    qobject_unref(answer);
}

static void test_outputs(void)
{
    const QListEntry *entry;
    QDict *answer;

    read_reasons();
    board_start("");
    answer = qtest_qmp(board, "{'execute': 'qom-list', 'arguments': {'path': '/machine/soc'}}");
    QLIST_FOREACH_ENTRY(qdict_get_qlist(answer, "return"), entry) {
        QDict *row = qobject_to(QDict, qlist_entry_obj(entry));

        if (g_str_has_prefix(qdict_get_str(row, "type"), "child<stm32") ||
            g_str_has_prefix(qdict_get_str(row, "type"), "child<armv7m")) {
            check_outputs(qdict_get_str(row, "name"));
        }
    }
    qobject_unref(answer);
    for (unsigned i = 0; i < reasons->len; i++) {
        const Reason *reason = reasons->pdata[i];

        if (!reason->needed) {
            g_test_message("unconnected.tsv: %s is connected by now", reason->output);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("names/properties", test_names);
    qtest_add_func("names/pins", test_pins);
    qtest_add_func("names/registers", test_registers);
    qtest_add_func("names/outputs", test_outputs);
    return board_run_tests();
}
