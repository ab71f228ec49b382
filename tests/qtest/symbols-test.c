/*
 * Names of functions come from a file that anybody can have made: they reach the log fit for a terminal and
 * of bounded length, and a file with many long ones does not fill the memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "elf.h"
#include "qemu/units.h"
#include "stm32/tests/qtest/board.h"

#define LONG (60 * KiB)
#define MANY 60000

/* A write to CRC, which has no clock, then a loop: SP, PC, "ldr r0, [pc, #4]; str r1, [r0]; b .". */
static const uint32_t program[] = { 0x20001000, 0x08000009, 0x60014801, 0xbf00e7fe, 0x40023000 };

typedef struct File {
    Elf32_Ehdr header;
    Elf32_Phdr ph;
    Elf32_Shdr section[3];      /* none, symbols, names */
    uint32_t data[ARRAY_SIZE(program)];
} File;

/* All of the symbols are the program; the name of each is what is left of @name from its own place on. */
static char *write_elf(const char *name, unsigned symbols)
{
    size_t names = strlen(name) + 2;
    File file = {
        .header = {
            .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
            .e_type = ET_EXEC, .e_machine = EM_ARM, .e_version = EV_CURRENT,
            .e_phoff = offsetof(File, ph), .e_ehsize = sizeof(Elf32_Ehdr),
            .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1, .e_shoff = offsetof(File, section),
            .e_shentsize = sizeof(Elf32_Shdr), .e_shnum = 3,
        },
        .ph = { .p_type = PT_LOAD, .p_offset = offsetof(File, data), .p_vaddr = 0x08000000,
                .p_paddr = 0x08000000, .p_filesz = sizeof(program), .p_memsz = sizeof(program) },
        .section[1] = { .sh_type = SHT_SYMTAB, .sh_offset = sizeof(File) + names, .sh_link = 2,
                        .sh_size = symbols * sizeof(Elf32_Sym) },
        .section[2] = { .sh_type = SHT_STRTAB, .sh_offset = sizeof(File), .sh_size = names },
    };
    g_autoptr(GByteArray) all = g_byte_array_new();
    char *path;
    int fd = g_file_open_tmp("stm32-symbols-XXXXXX", &path, NULL);

    close(fd);
    memcpy(file.data, program, sizeof(program));
    g_byte_array_append(all, (uint8_t *)&file, sizeof(file));
    g_byte_array_append(all, (uint8_t *)"", 1);
    g_byte_array_append(all, (uint8_t *)name, names - 1);
    for (unsigned i = 0; i < symbols; i++) {
        Elf32_Sym symbol = {
            .st_name = 1 + i % (names - 2), .st_value = 0x08000009, .st_size = 12,
            .st_info = ELF_ST_INFO(STB_GLOBAL, STT_FUNC),
        };

        g_byte_array_append(all, (uint8_t *)&symbol, sizeof(symbol));
    }
    g_assert_true(g_file_set_contents(path, (char *)all->data, all->len, NULL));
    return path;
}

static void start(const char *name, unsigned symbols)
{
    g_autofree char *path = write_elf(name, symbols);
    g_autofree char *args = g_strdup_printf("-accel tcg -kernel %s", path);

    board_start(args);
    unlink(path);
}

static void test_terminal(void)
{
    g_autofree char *filler = g_strnfill(5000, 'x');
    g_autofree char *name = g_strconcat("\033[31mred\r\n\t\xff", filler, NULL), *log = NULL;
    g_auto(GStrv) line = NULL;

    start(name, 1);
    WAIT_FOR(board_mistakes("without clock") == 1);
    log = board_log();
    g_assert_nonnull(strstr(log, "<?[31mred????xxx"));
    g_assert_null(strchr(log, '\033'));
    line = g_strsplit(log, "\n", 0);
    for (char **l = line; *l; l++) {
        g_assert_cmpint(strlen(*l), <, 500);
    }
}

static uint64_t peak_memory(void)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", qtest_pid(board)), *text = NULL;
    const char *at;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    at = strstr(text, "VmHWM:");
    return at ? strtoull(at + strlen("VmHWM:"), NULL, 10) * KiB : 0;
}

static void test_memory(void)
{
    g_autofree char *name = g_strnfill(LONG, 'y');
    uint64_t without;

    start("one", 1);
    without = peak_memory();
    start(name, MANY);
    g_assert_cmpuint(peak_memory(), <, without + 100 * MiB);
    WAIT_FOR(board_mistakes("without clock") == 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("symbols/terminal", test_terminal);
    qtest_add_func("symbols/memory", test_memory);
    return board_run_tests();
}
