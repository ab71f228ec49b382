/*
 * What users get wrong on the command line ends with one clear line and exit code 1; what they may give
 * as firmware is loaded: ELF, also linked at 0 or with data and bss in one segment, Intel HEX, raw.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "elf.h"
#include "stm32/tests/qtest/board.h"

static char *folder;

static char *path_of(const char *name)
{
    return g_strdup_printf("%s/%s", folder, name);
}

static void put_file(const char *name, const void *data, size_t size)
{
    g_autofree char *path = path_of(name);

    g_assert_true(g_file_set_contents(path, data, size, NULL));
}

/* ---- Refused ---- */

static const struct Refused {
    const char *name, *args, *says;
} refused[] = {
    { "missing-file", "-kernel %s/none.elf", "cannot read the firmware" },
    { "empty-file", "-kernel %s/empty", "is empty" },
    { "elf-for-another-machine", "-kernel %s/pc.elf", "ELF file for another machine" },
    { "cut-elf", "-kernel %s/cut.elf", "is cut short" },
    { "unlinked-elf", "-kernel %s/unlinked.elf", "nothing to load" },
    { "elf-outside-memory", "-kernel %s/outside.elf", "are not in a memory of this chip" },
    { "too-large", "-kernel %s/large.bin", "are not in a memory of this chip" },
    { "no-vectors", "-kernel %s/zero.bin", "no vector table" },
    { "hex-check-sum", "-kernel %s/sum.hex", "line 2 is not a sound Intel HEX record" },
    { "hex-without-end", "-kernel %s/cut.hex", "no end record" },
    { "slow-crystal", "-machine hse-frequency=3999999", "crystals of 4000000 to 26000000" },
    { "fast-crystal", "-machine hse-frequency=26000001", "crystals of 4000000 to 26000000" },
    { "wire-no-such-pin", "-machine wire=pa1-pz9", "there is no pin 'pz9'" },
    { "wire-half", "-machine wire=pa1", "is not a jumper" },
    { "swo-no-such-chardev", "-machine swo=log", "no such chardev" },
    { "accelerometer-unknown", "-machine accelerometer-model=adxl345", "'lis3dsh' or 'lis302dl'" },
    { "motion-missing", "-machine motion=%s/none", "none" },
    { "motion-damaged", "-machine motion=%s/sum.hex", "is not \"ms x y z\"" },
    { "chip-select-pin", "-machine chip-select=spi2-pz1", "there is no pin 'pz1'" },
    { "chip-select-bus", "-machine chip-select=spi7-pb1", "with spi1, spi2 or spi3" },
    { "canbus-unknown", "-machine canbus1=nowhere", "nowhere" },
    { "cable-without-chardev", "-device stm32-cable,pins=pa1", "a cable needs chardev=ID" },
    { "cable-without-pins", "-chardev null,id=c -device stm32-cable,chardev=c",
      "a cable needs chardev=ID" },
    { "cable-no-such-pin", "-chardev null,id=c -device stm32-cable,chardev=c,pins=pa1:pa77",
      "there is no pin 'pa77'" },
    { "cable-step-without-icount", "-chardev null,id=c "
      "-device stm32-cable,chardev=c,pins=pa1,step=1000", "need -icount shift=3,sleep=off" },
    { "cable-step-twice", "-chardev null,id=c "
      "-device stm32-cable,chardev=c,pins=pa1,step=1000,follows=on", "step= is for the end" },
    { "cable-step-long", "-chardev null,id=c "
      "-device stm32-cable,chardev=c,pins=pa1,step=1000000001", "at most 1000000000" },
    { "can-link-without-bus", "-chardev null,id=c -device stm32-can-link,chardev=c", "canbus" },
    { "signal-without-pin", "-device stm32-signal,shape=sine", "pin" },
    { "signal-no-such-pin", "-device stm32-signal,pin=pq1,shape=sine,frequency=10", "pq1" },
    { "signal-missing-file", "-device stm32-signal,pin=pa1,file=%s/none.wav", "none.wav" },
    { "signal-unknown-shape", "-device stm32-signal,pin=pa1,shape=round,frequency=10", "round" },
    { "recorder-no-such-pin", "-device stm32-recorder,pin=pz1,file=/dev/null", "pz1" },
    { "recorder-nowhere", "-device stm32-recorder,pin=pa4,file=%s/no/where", "no/where" },
    { "backup-nowhere", "-machine backup=%s/no/where", "no/where" },
    { "microphone-missing-file", "-machine microphone=%s/none.wav", "microphone=: Failed to open" },
    { "microphone-no-wav", "-machine microphone=%s/large.bin", "is no WAV file" },
    { "microphone-8-bits", "-machine microphone=%s/8bits.wav", "has format 1, 8 bits, 1 channels" },
    { "microphone-no-sample", "-machine microphone=%s/nothing.wav", "without a sample" },
    { "microphone-folder", "-machine microphone=%s", "is no file of up to" },
    { "unknown-property", "-machine hsefrequency=8000000", "hsefrequency" },
    { "two-cores", "-smp 2", "max CPUs supported by machine 'stm32f407g_disc' is 1" },
};

static void test_refused(const void *data)
{
    const struct Refused *r = data;
    g_autofree char *args = g_strdup_printf(r->args, folder);
    g_autofree char *command = g_strdup_printf(
        "%s -machine stm32f407g_disc -display none -serial none -monitor none %s",
        g_getenv("QTEST_QEMU_BINARY"), args);
    g_autofree char *out = NULL, *err = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(command, &out, &err, &status, NULL));
    g_test_message("%s", err);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(err, r->says));
    g_assert_cmpint(g_strv_length(g_strsplit(g_strchomp(err), "\n", 0)), ==, 1);
}

/* ---- Loaded ---- */

/* A vector table, then a word to recognize: SP, PC = its first byte after, the word. */
static const uint32_t program[] = { 0x20001000, 0x08000009, 0xe7fee7fe, 0x600df00d };

typedef struct Segment {
    uint32_t address, memory_size;
} Segment;

/* An ELF file with @program in each of @n segments. */
static void put_elf(const char *name, unsigned machine, const Segment *segment, unsigned n,
                    size_t cut)
{
    struct {
        Elf32_Ehdr header;
        Elf32_Phdr ph[2];
        uint32_t data[ARRAY_SIZE(program)];
    } file = {
        .header = {
            .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
            .e_type = ET_EXEC, .e_machine = machine, .e_version = EV_CURRENT,
            .e_phoff = offsetof(typeof(file), ph), .e_ehsize = sizeof(Elf32_Ehdr),
            .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = n,
        },
    };

    memcpy(file.data, program, sizeof(program));
    for (unsigned i = 0; i < n; i++) {
        file.ph[i] = (Elf32_Phdr) {
            .p_type = PT_LOAD, .p_offset = offsetof(typeof(file), data),
            .p_vaddr = segment[i].address, .p_paddr = segment[i].address,
            .p_filesz = sizeof(program), .p_memsz = segment[i].memory_size,
        };
    }
    put_file(name, &file, sizeof(file) - cut);
}

static void start_with(const char *name)
{
    g_autofree char *args = g_strdup_printf("-kernel %s/%s", folder, name);

    board_start(args);
}

static void test_loads(const void *name)
{
    start_with(name);
    for (unsigned i = 0; i < ARRAY_SIZE(program); i++) {
        g_assert_cmphex(peek(0x08000000 + 4 * i), ==, program[i]);
    }
    board_reset();
    g_assert_cmphex(peek(0x0800000c), ==, 0x600df00d);
}

/* The zero fill of the first segment must not be put over the second. */
static void test_two_segments(void)
{
    start_with("two.elf");
    g_assert_cmphex(peek(0x0800000c), ==, 0x600df00d);
    g_assert_cmphex(peek(0x0802000c), ==, 0x600df00d);
    g_assert_cmphex(peek(0x08000010), ==, peek(0x08000014));
}

static void test_generic_loader(void)
{
    g_autofree char *args = g_strdup_printf("-device loader,file=%s/good.bin,addr=0x08000000",
                                            folder);

    board_start(args);
    g_assert_cmphex(peek(0x0800000c), ==, 0x600df00d);
}

static void put_wav(const char *name, unsigned bits, unsigned size)
{
    uint32_t wav[11 + 25] = { 0x46464952, 36 + size, 0x45564157, 0x20746d66, 16, 1 | 1 << 16, 8000,
                              1000 * bits, bits / 8 | bits << 16, 0x61746164, size };

    put_file(name, wav, 44 + size);
}

static void make_files(void)
{
    static const char good_hex[] = ":020000040800F2\r\n"
        ":100000000010002009000008FEE7FEE70DF00D607B\r\n:00000001FF\r\n";
    static const char bad_hex[] = ":020000040800F2\n"
        ":100000000010002009000008FEE7FEE70DF00D607C\n:00000001FF\n";
    g_autofree char *large = g_malloc0(1024 * 1024 + 1);
    uint32_t zero[4] = {};

    put_file("empty", "", 0);
    put_file("good.bin", program, sizeof(program));
    put_file("zero.bin", zero, sizeof(zero));
    put_file("large.bin", large, 1024 * 1024 + 1);
    put_wav("8bits.wav", 8, 100);
    put_wav("nothing.wav", 16, 0);
    put_elf("pc.elf", EM_386, (Segment[]) { { 0x08000000, 16 } }, 1, 0);
    put_elf("good.elf", EM_ARM, (Segment[]) { { 0x08000000, 16 } }, 1, 0);
    put_elf("cut.elf", EM_ARM, (Segment[]) { { 0x08000000, 16 } }, 1, 8);
    put_elf("unlinked.elf", EM_ARM, NULL, 0, 0);
    put_elf("outside.elf", EM_ARM, (Segment[]) { { 0x08100000, 16 } }, 1, 0);
    put_elf("zero.elf", EM_ARM, (Segment[]) { { 0x00000000, 16 } }, 1, 0);
    put_elf("two.elf", EM_ARM, (Segment[]) { { 0x08000000, 0x30000 }, { 0x08020000, 16 } }, 2, 0);
    put_file("sum.hex", bad_hex, strlen(bad_hex));
    put_file("cut.hex", ":020000040800F2\n", 16);
    put_file("good.hex", good_hex, strlen(good_hex));
}

int main(int argc, char **argv)
{
    static const char *const loads[] = { "good.elf", "zero.elf", "good.bin", "good.hex" };
    int failed;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("stm32-arguments-XXXXXX", NULL);
    make_files();
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
        g_autofree char *name = g_strdup_printf("arguments/refused/%s", refused[i].name);

        qtest_add_data_func(name, &refused[i], test_refused);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(loads); i++) {
        g_autofree char *name = g_strdup_printf("arguments/loads/%s", loads[i]);

        qtest_add_data_func(name, loads[i], test_loads);
    }
    qtest_add_func("arguments/loads/two-segments", test_two_segments);
    qtest_add_func("arguments/loads/generic-loader", test_generic_loader);
    failed = board_run_tests();
    g_spawn_command_line_sync(g_strdup_printf("rm -r %s", folder), NULL, NULL, NULL, NULL);
    return failed;
}
