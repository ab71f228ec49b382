/*
 * A snapshot belongs to the machine it was made of: another one refuses it, with a line that says what
 * differs; what is beyond the board's connectors may be another.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/tests/qtest/board.h"

#define EEPROM "-device at24c-eeprom,bus=i2c1,address=0x50,rom-size=256"
#define SIGNAL "-device stm32-signal,pin=pa1,shape=sine,frequency=100"

static char *firmware[2];

/* A machine with @args ends with a line that has @says when it is given @file. */
static void expect_refused(const char *file, const char *args, const char *says)
{
    g_autofree char *command = g_strdup_printf(
        "%s -machine stm32f407g_disc -accel qtest -display none -monitor none "
        "-serial none %s -incoming file:%s", g_getenv("QTEST_QEMU_BINARY"), args, file);
    g_autofree char *out = NULL, *error = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(command, &out, &error, &status, NULL));
    g_test_message("%s: %s", args, error);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    g_assert_nonnull(strstr(error, says));
}

static char *save(const char *args)
{
    board_start(args);
    return board_save();
}

static void test_options(void)
{
    static const struct {
        const char *args, *says;
    } table[] = {
        { "-machine hse-frequency=25000000", "with hse-frequency=8000000, not 25000000" },
        { "-machine lse=on", "lse=off, not on" },
        { "-machine boot0=on", "boot0=off, not on" },
        { "-machine boot1=on", "boot1=off, not on" },
        { "-machine wire=pa1-pa2", "with wire=, not pa1-pa2" },
        { "-machine accelerometer-model=lis302dl", "=lis3dsh, not lis302dl" },
        { "-machine chip-select=spi2-pb1", "chip-select=, not spi2-pb1" },
        { "-machine uid=000000000000000000000001", "uid=, not 000000000000000000000001" },
        { EEPROM, "a machine without at24c-eeprom address=80" },
        { SIGNAL, "a machine without stm32-signal pin=pa1" },
    };
    g_autofree char *file = save("");

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        expect_refused(file, table[i].args, table[i].says);
    }
    board_load(file, "");
    board_load(file, "-machine vcp=usart3");
    board_load(file, "-device stm32-recorder,pin=pa4,file=/dev/null");
    unlink(file);
}

static void test_parts(void)
{
    g_autofree char *file = save(EEPROM " " SIGNAL);

    expect_refused(file, EEPROM, "a machine with stm32-signal pin=pa1");
    expect_refused(file, EEPROM " -device stm32-signal,pin=pa2,shape=sine,frequency=100",
                   "a machine with stm32-signal pin=pa1");
    board_load(file, SIGNAL " " EEPROM);
    unlink(file);
}

static void test_firmware(void)
{
    g_autofree char *with = g_strdup_printf("-kernel %s", firmware[0]);
    g_autofree char *other = g_strdup_printf("-kernel %s", firmware[1]);
    g_autofree char *file = save(with);

    expect_refused(file, other, "another firmware");
    board_load(file, with);
    board_load(file, "");
    unlink(file);
}

#define SECTION "stm32f407g-disc-configuration"
#define TEXT 4096

/* A copy of the snapshot @file as another release would have made it; @format 1: before there was that word. */
static char *of_format(const char *file, uint32_t format)
{
    g_autofree char *data = NULL;
    char *copy, *section, *word;
    size_t size;

    g_assert_true(g_file_get_contents(file, &data, &size, NULL));
    section = memmem(data, size, SECTION, strlen(SECTION));
    g_assert_nonnull(section);
    section += strlen(SECTION) + 4;                 /* instance */
    word = section + 4 + TEXT;                      /* version, text */
    g_assert_cmpuint(ldl_be_p(section), ==, 2);
    if (format == 1) {
        stl_be_p(section, 1);
        memmove(word, word + 4, data + size - word - 4);
        size -= 4;
    } else {
        stl_be_p(word, format);
    }
    copy = g_strconcat(file, "-other", NULL);
    g_assert_true(g_file_set_contents(copy, data, size, NULL));
    return copy;
}

/* A snapshot of another release is refused with both numbers, before anything else. */
static void test_formats(void)
{
    static const struct {
        uint32_t format;
        const char *says;
    } table[] = {
        { 1, "has format 1, and this machine reads format 3: load it with the older version" },
        { 99, "has format 99, and this machine reads format 3: load it with the newer version" },
        { 0, "has format 0, and" },
    };
    g_autofree char *file = save("");

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        g_autofree char *other = of_format(file, table[i].format);

        expect_refused(other, "", table[i].says);
        unlink(other);
    }
    board_load(file, "");
    unlink(file);
}

int main(int argc, char **argv)
{
    int failed;

    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(firmware); i++) {
        uint32_t program[] = { 0x20001000, 0x08000009, 0xe7fee7fe, i };
        int fd = g_file_open_tmp("stm32-firmware-XXXXXX", &firmware[i], NULL);

        close(fd);
        g_assert_true(g_file_set_contents(firmware[i], (char *)program, sizeof(program), NULL));
    }
    qtest_add_func("configuration/options", test_options);
    qtest_add_func("configuration/parts", test_parts);
    qtest_add_func("configuration/firmware", test_firmware);
    qtest_add_func("configuration/formats", test_formats);
    failed = board_run_tests();
    unlink(firmware[0]);
    unlink(firmware[1]);
    return failed;
}
