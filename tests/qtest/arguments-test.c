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
    unsigned lines;             /* 0: one; QEMU itself may say more */
} refused[] = {
    { "missing-file", "-kernel %s/none.elf", "cannot read it" },
    { "empty-file", "-kernel %s/empty", "is empty" },
    { "elf-for-another-machine", "-kernel %s/pc.elf", "ELF file for another machine" },
    { "cut-elf", "-kernel %s/cut.elf", "is cut short" },
    { "unlinked-elf", "-kernel %s/unlinked.elf", "nothing to load" },
    { "elf-outside-memory", "-kernel %s/outside.elf", "are not in a memory of this chip" },
    { "too-large", "-kernel %s/large.bin", "are not in a memory of this chip" },
    { "no-vectors", "-kernel %s/zero.bin", "no vector table" },
    { "stack-of-a-larger-chip", "-kernel %s/stack.bin", "0x20030000; it is for a chip with more" },
    { "linked-elsewhere", "-kernel %s/elsewhere.bin -device stm32-compactflash",      /* a warning, so something else ends it */
      "starts at 0x08020009, where nothing is", 2 },
    { "hex-check-sum", "-kernel %s/sum.hex", "line 2 is not a sound Intel HEX record" },
    { "hex-without-end", "-kernel %s/cut.hex", "no end record" },
    { "hex-base-of-no-length", "-kernel %s/base.hex", "line 1 is not a sound Intel HEX record" },
    { "hex-unknown-type", "-kernel %s/type.hex", "line 1 is not a sound Intel HEX record" },
    { "hex-after-the-end", "-kernel %s/more.hex", "goes on after its end record, at line 4" },
    { "srec-check-sum", "-kernel %s/sum.srec", "line 2 is not a sound S- record" },
    { "srec-without-end", "-kernel %s/cut.srec", "no end record" },
    { "srec-after-the-end", "-kernel %s/more.srec", "goes on after its end record, at line 4" },
    { "srec-outside-memory", "-kernel %s/outside.srec", "are not in a memory of this chip" },
    { "firmware-text", "-kernel %s/text", "it looks like text" },
    { "firmware-zip", "-kernel %s/zip", "it looks like a zip archive; unpack it first" },
    { "firmware-uf2", "-kernel %s/uf2", "it looks like a UF2 file" },
    { "firmware-fifo", "-kernel %s/fifo", "is no regular file" },
    { "firmware-endless", "-kernel /dev/zero", "is no regular file" },
    { "firmware-folder", "-kernel %s", "is no regular file" },
    { "slow-crystal", "-machine hse-frequency=3999999", "crystals of 4000000 to 26000000" },
    { "fast-crystal", "-machine hse-frequency=26000001", "crystals of 4000000 to 26000000" },
    { "wire-no-such-pin", "-machine wire=pa1-pz9", "there is no pin 'pz9'" },
    { "wire-half", "-machine wire=pa1", "is not a jumper" },
    { "swo-no-such-chardev", "-machine swo=log", "no such chardev" },
    { "accelerometer-unknown", "-machine accelerometer-model=adxl345", "'lis3dsh' or 'lis302dl'" },
    { "motion-missing", "-machine motion=%s/none", "none" },
    { "motion-damaged", "-machine motion=%s/sum.hex", "is not \"ms x y z\"" },
    { "motion-unsorted", "-machine motion=%s/unsorted.motion", "line 3 is not \"ms x y z\" with times" },
    { "motion-more-columns", "-machine motion=%s/columns.motion", "line 1 is not \"ms x y z\"" },
    { "motion-nan", "-machine motion=%s/nan.motion", "line 1 is not \"ms x y z\"" },
    { "motion-fifo", "-machine motion=%s/fifo", "is no regular file" },
    { "motion-escapes", "-machine motion=%s/escapes", "?[31mred" },
    { "chip-select-pin", "-machine chip-select=spi2-pz1", "there is no pin 'pz1'" },
    { "chip-select-bus", "-machine chip-select=spi7-pb1", "with spi1, spi2 or spi3" },
    { "canbus-unknown", "-machine canbus1=nowhere", "nowhere" },
    { "compactflash-without-drive", "-device stm32-compactflash", "drive=ID is missing" },
    { "compactflash-elsewhere", "-device stm32-compactflash,bank=ne1", "bank=ne1: this part is selected by one of nce4 to nce4" },
    { "nand-bad-block-beyond", "-device stm32-nand,bank=nce2,bad-blocks=3:1024", "'1024' is no block of it: they are 0 to 1023" },
    { "nand-bad-block-text", "-device stm32-nand,bank=nce2,bad-blocks=3:", "'' is no block of it" },
    { "nand-bad-block-first", "-device stm32-nand,bank=nce2,bad-blocks=0", "block 0 is always good" },
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
    { "signal-nan", "-device stm32-signal,pin=pa1,file=%s/nan.signal", "a time in ns, which grows" },
    { "signal-more-columns", "-device stm32-signal,pin=pa1,file=%s/columns.motion", "voltage of 0" },
    { "signal-fifo", "-device stm32-signal,pin=pa1,file=%s/fifo", "is no regular file" },
    { "signal-escapes", "-device stm32-signal,pin=pa1,file=%s/escapes", "?[31mred" },
    { "signal-unknown-shape", "-device stm32-signal,pin=pa1,shape=round,frequency=10", "round" },
    { "recorder-no-such-pin", "-device stm32-recorder,pin=pz1,file=/dev/null", "pz1" },
    { "recorder-nowhere", "-device stm32-recorder,pin=pa4,file=%s/no/where", "no/where" },
    { "recorder-fifo", "-device stm32-recorder,pin=pa4,file=%s/fifo", "is no regular file" },
    { "recorder-twice", "-device stm32-recorder,pin=pa4,file=%1$s/record "
      "-device stm32-recorder,pin=pa5,file=%1$s/record", "writes this file already" },
    { "recorder-over-firmware", "-kernel %1$s/good.bin "
      "-device stm32-recorder,pin=pa5,file=%1$s/good.bin", "kernel= reads this file already" },
    { "logic-without-file", "-device stm32-logic,pins=pa5", "needs pins=pa5:pa7" },
    { "logic-without-pins", "-device stm32-logic,file=/dev/null", "needs pins=pa5:pa7" },
    { "logic-no-such-pin", "-device stm32-logic,pins=pa5:pz1,file=/dev/null", "there is no pin 'pz1'" },
    { "logic-no-such-voltage", "-device stm32-logic,analog=pz1,file=/dev/null", "analog=: there is no pin" },
    { "logic-nowhere", "-device stm32-logic,pins=pa5,file=%s/no/where", "no/where" },
    { "logic-fifo", "-device stm32-logic,pins=pa5,file=%s/fifo", "is no regular file" },
    { "logic-unit", "-device stm32-logic,pins=pa5,file=/dev/null,unit=s", "it is ns or ps" },
    { "logic-trigger", "-device stm32-logic,pins=pa5,file=/dev/null,trigger=pa5", "is to be followed by :rising" },
    { "logic-trigger-how", "-device stm32-logic,pins=pa5,file=/dev/null,trigger=pa5:up", "is to be followed by" },
    { "logic-trigger-pin", "-device stm32-logic,pins=pa5,file=/dev/null,trigger=pz5:high", "trigger=: there is no pin" },
    { "logic-no-such-wire", "-device stm32-logic,wires=tim2.irqs,file=/dev/null", "its outputs are" },
    { "logic-no-such-peripheral", "-device stm32-logic,wires=tim77.irq,file=/dev/null", "is no output of" },
    { "logic-no-such-irq", "-device stm32-logic,irqs=tim2:tim99,file=/dev/null", "there is no interrupt 'tim99'" },
    { "logic-no-symbols", "-device stm32-logic,functions=on,file=/dev/null", "the names of functions are in an ELF file" },
    { "gps-no-file", "-device board-gps,id=g,file=%s/none.nmea", "none.nmea" },
    { "gps-no-sentence", "-device board-gps,id=g,file=%s/text", "no line that begins with $" },
    { "gps-baud", "-device board-gps,id=g,baud=7", "baud is 1200 to 1000000" },
    { "esp01-ssid", "-device board-esp01,id=e,ssid=0123456789012345678901234567890123", "ssid has up to 32 letters" },
    { "clock-generator", "-device wokwi-clock-generator,id=c,frequency=fast", "as in 10k or 1.3m" },
    { "oled-width", "-device board-ssd1306,id=o,width=96", "these displays have 128 columns" },
    { "oled-height", "-device board-ssd1306,id=o,height=48", "64 or 32 rows" },
    { "rfid-uid", "-device board-mfrc522,id=r,uid=01:02:03:xx", "uid is 4 or 7 bytes" },
    { "rfid-card", "-device board-mfrc522,id=r,card=6", "0 to 5" },
    { "max7219-chain", "-device wokwi-max7219-matrix,id=m,chain=99", "chain is 1 to 32" },
    { "max7219-layout", "-device wokwi-max7219-matrix,id=m,layout=round", "parola or fc16" },
    { "stepper-gear", "-device wokwi-stepper-motor,id=m,gearRatio=0", "as in 2:1" },
    { "logic-part-trigger", "-device wokwi-logic-analyzer,filename=%s/none,triggerMode=up", "triggerMode is off, edge" },
    { "logic-part-nowhere", "-device wokwi-logic-analyzer,filename=%s/no/where", "no/where.vcd" },
    { "i2c-bus-without-pins", "-device stm32-i2c-bus,id=soft", "needs scl=pb10,sda=pb11" },
    { "i2c-bus-without-id", "-device stm32-i2c-bus,scl=pb10,sda=pb11", "needs an id=NAME" },
    { "i2c-bus-on-one-pin", "-device stm32-i2c-bus,id=soft,scl=pb10,sda=pb10", "needs two pins" },
    { "i2c-bus-of-a-controller", "-device stm32-i2c-bus,id=i2c1,scl=pb10,sda=pb11",
      "id=i2c1: there is a bus of that name already" },
    { "part-no-such-leg", "-device wokwi-led,id=a,A=pd12 -device wokwi-led,id=b,A=a.X",
      "there is no leg 'a.X'; a wokwi-led has A, C" },
    { "part-no-such-part", "-device wokwi-led,id=a,A=b.C", "there is no pin 'b.C'" },
    { "part-leg-of-nothing", "-device wokwi-led,id=a,A=pd12:", "there is no pin ''" },
    { "i2c-bus-no-such-pin", "-device stm32-i2c-bus,id=soft,scl=pb10,sda=pz1", "there is no pin 'pz1'" },
    { "backup-nowhere", "-machine backup=%s/no/where", "no/where" },
    { "backup-device", "-machine backup=/dev/null", "is no regular file" },
    { "backup-folder", "-machine backup=%s", "Is a directory" },
    { "backup-fifo", "-machine backup=%s/fifo", "is no regular file" },
    { "backup-read-only", "-machine backup=%s/read-only", "is read-only" },
    { "backup-one-byte", "-machine backup=%s/S", "it is no backup file" },
    { "backup-cut", "-machine backup=%s/cut.backup", "it is cut short" },
    { "microphone-missing-file", "-machine microphone=%s/none.wav", "cannot read it" },
    { "microphone-no-wav", "-machine microphone=%s/large.bin", "is no WAV file" },
    { "microphone-8-bits", "-machine microphone=%s/8bits.wav", "has format 1, 8 bits, 1 channels" },
    { "microphone-no-sample", "-machine microphone=%s/nothing.wav", "without a sample" },
    { "microphone-folder", "-machine microphone=%s", "is no regular file" },
    { "speed-unknown", "-machine speed=fast", "speed=fast: it is max, or virtual time by real time" },
    { "speed-small", "-machine speed=0.0001", "0.001 to 1000" },
    { "speed-negative", "-machine speed=-1", "0.001 to 1000" },
    { "timing-unknown", "-machine timing=exact", "timing=exact: it is instructions" },
    { "timing-of-the-host", "-machine timing=approximate", "and not the host's, add -icount shift=3,sleep=off" },
    { "timing-adaptive", "-accel tcg -icount shift=auto -machine timing=approximate", "not shift=auto" },
    { "timing-backwards", "-accel tcg -icount shift=3,sleep=off -machine timing=approximate,backwards=on",
      "does not go with backwards=on" },
    { "speed-of-icount", "-accel tcg -icount shift=3 -machine speed=1", "with -icount it takes sleep=off" },
    { "bios", "-bios %s/good.bin", "-bios: the firmware of this board is given by -kernel" },
    { "device-tree", "-dtb %s/good.bin", "-dtb: " },
    { "initrd", "-kernel %1$s/good.bin -initrd %1$s/good.bin", "-initrd: " },
    { "memory", "-m 64", "-m: the memories of this chip are inside it" },
    { "cpu", "-cpu cortex-m3", "The only valid type is: cortex-m4", 2 },
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
    g_assert_cmpuint(board_lines_of(err), ==, MAX(r->lines, 1));
}

/* Nothing that was refused has been changed. */
static void test_left_alone(void)
{
    static const struct {
        const char *name;
        mode_t mode;
        off_t size;
    } files[] = {
        { "S", S_IFREG | 0644, 1 }, { "cut.backup", S_IFREG | 0644, 20 },
        { "read-only", S_IFREG | 0444, 0 }, { "good.bin", S_IFREG | 0644, 16 },
        { "fifo", S_IFIFO | 0600, 0 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
        g_autofree char *path = path_of(files[i].name);
        struct stat st;

        g_assert_cmpint(lstat(path, &st), ==, 0);
        g_assert_cmphex(st.st_mode, ==, files[i].mode);
        g_assert_cmpint(st.st_size, ==, files[i].size);
    }
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

/* The core drops the lowest two bits of its stack pointer. */
static void test_odd_stack(void)
{
    start_with("odd.bin");
    g_assert_cmphex(peek(0x08000000), ==, 0x2001ffff);
}

static void test_generic_loader(void)
{
    g_autofree char *args = g_strdup_printf("-device loader,file=%s/good.bin,addr=0x08000000",
                                            folder);

    board_start(args);
    g_assert_cmphex(peek(0x0800000c), ==, 0x600df00d);
}

/* It is for flash, so the size of RAM is none of its bounds. */
static void test_generic_loader_large(void)
{
    g_autofree char *args = g_strdup_printf("-device loader,file=%s/flash.bin,addr=0x08000000,force-raw=on", folder);

    board_start(args);
    g_assert_cmphex(peek(0x080ffffc), ==, 0x600df00d);
}

static void put_wav(const char *name, unsigned bits, unsigned size)
{
    uint32_t wav[11 + 25] = { 0x46464952, 36 + size, 0x45564157, 0x20746d66, 16, 1 | 1 << 16, 8000,
                              1000 * bits, bits / 8 | bits << 16, 0x61746164, size };

    put_file(name, wav, 44 + size);
}

static void put_text(const char *name, const char *text)
{
    put_file(name, text, strlen(text));
}

static void make_records(void)
{
    static const char good[] = "S0030000FC\r\n"
        "S315080000000010002009000008FEE7FEE70DF00D606D\r\nS70508000000F2\r\n";
    g_autofree char *more = g_strconcat(good, "S0030000FC\n", NULL);

    put_text("good.srec", good);
    put_text("good.s19.hex", good);
    put_text("more.srec", more);
    put_text("cut.srec", "S0030000FC\n");
    put_text("sum.srec", "S0030000FC\nS70508000000F3\n");
    put_text("outside.srec", "S309081000000D600DF074\nS70508000000F2\n");
    put_text("base.hex", ":0000000400FC\n:00000001FF\n");
    put_text("type.hex", ":0000000600FA\n:00000001FF\n");
    put_text("more.hex", ":020000040800F2\n\n:00000001FF\n:00000001FF\n");
}

static void make_others(void)
{
    g_autofree char *fifo = path_of("fifo"), *read_only = path_of("read-only");

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    put_text("read-only", "");
    g_assert_cmpint(chmod(read_only, 0444), ==, 0);
    put_text("S", "S");
    put_text("cut.backup", "STM32F4 backup 1zero");
    put_text("text", "#include <stdio.h>\nint main(void) { }\n");
    put_text("zip", "PK\3\4 and more");
    put_text("uf2", "UF2\nWQ]\x9e");
    put_text("unsorted.motion", "0 1 2 3\n10 1 2 3\n5 1 2 3\n");
    put_text("columns.motion", "0 1 2 3 4\n");
    put_text("nan.motion", "nan 1 2 3\n");
    put_text("nan.signal", "nan 100\n");
    put_text("escapes", "\033[31mred\n");
}

static void make_files(void)
{
    static const char good_hex[] = ":020000040800F2\r\n"
        ":100000000010002009000008FEE7FEE70DF00D607B\r\n:00000001FF\r\n";
    static const char bad_hex[] = ":020000040800F2\n"
        ":100000000010002009000008FEE7FEE70DF00D607C\n:00000001FF\n";
    g_autofree char *large = g_malloc0(1024 * 1024 + 1), *flash = g_malloc0(1024 * 1024);
    uint32_t zero[4] = {}, stack[4] = { 0x20030000, 0x08000009, 0xe7fee7fe };
    uint32_t elsewhere[4] = { 0x20020000, 0x08020009, 0xe7fee7fe, 0x600df00d };
    uint32_t odd[4] = { 0x2001ffff, 0x08000009, 0xe7fee7fe, 0x600df00d };     /* its SP is 0x2001fffc: Crazyflie's is so */

    put_file("empty", "", 0);
    put_file("good.bin", program, sizeof(program));
    put_file("zero.bin", zero, sizeof(zero));
    put_file("stack.bin", stack, sizeof(stack));
    put_file("elsewhere.bin", elsewhere, sizeof(elsewhere));
    put_file("odd.bin", odd, sizeof(odd));
    put_file("large.bin", large, 1024 * 1024 + 1);
    memcpy(flash + 1024 * 1024 - 4, &program[3], 4);
    put_file("flash.bin", flash, 1024 * 1024);
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
    make_records();
    make_others();
}

int main(int argc, char **argv)
{
    static const char *const loads[] = { "good.elf", "zero.elf", "good.bin", "good.hex",
                                         "good.srec", "good.s19.hex" };
    int failed;

    g_test_init(&argc, &argv, NULL);
    umask(022);
    folder = g_dir_make_tmp("stm32-arguments-XXXXXX", NULL);
    make_files();
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
        g_autofree char *name = g_strdup_printf("arguments/refused/%s", refused[i].name);

        qtest_add_data_func(name, &refused[i], test_refused);
    }
    qtest_add_func("arguments/refused-and-left-alone", test_left_alone);
    for (unsigned i = 0; i < ARRAY_SIZE(loads); i++) {
        g_autofree char *name = g_strdup_printf("arguments/loads/%s", loads[i]);

        qtest_add_data_func(name, loads[i], test_loads);
    }
    qtest_add_func("arguments/loads/two-segments", test_two_segments);
    qtest_add_func("arguments/odd-stack", test_odd_stack);
    qtest_add_func("arguments/loads/generic-loader", test_generic_loader);
    qtest_add_func("arguments/loads/generic-loader-large", test_generic_loader_large);
    failed = board_run_tests();
    g_spawn_command_line_sync(g_strdup_printf("rm -r %s", folder), NULL, NULL, NULL, NULL);
    return failed;
}
