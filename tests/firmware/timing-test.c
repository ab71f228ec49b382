/*
 * timing=approximate: how long things take, by the programs timing.c and timing_external.c; that how code falls into blocks,
 * when the machine is stopped, and snapshots make no difference to it; and that it is off by default.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define REAL_SECONDS 60
#define REPEATED 100            /* an instruction in the program's measurements */
#define SLACK 4                 /* of a measurement: two reads of a counter that may be one cycle off, twice */
#define WAIT_STATES 5
#define US 1000ll
#define STOPS 60
#define END (14 * 1000 * US)    /* of programs that are stopped on the way */
#define SRAM 0x20000000
#define SRAM_SIZE (128 * 1024)

/* In the order of the program: cycles of one round at 16 MHz; of 32 bits' code bytes a round, for the wait states */
static const struct Row {
    const char *name;
    unsigned cycles, bytes;
} rows[] = {
    { "alu", 1, 2 }, { "alu-wide", 1, 4 }, { "multiply", 1, 4 }, { "multiply-long", 1, 4 },
    { "divide", 5, 4 }, { "divide-far", 12, 4 }, { "load, nop", 3, 4 }, { "loads in a row", 1, 2 },
    { "literal, nop", 4, 4 }, { "address just computed", 3, 4 }, { "store", 1, 2 }, { "load-multiple of 4", 5, 4 },
    { "push and pop of 4", 10, 4 }, { "branch not taken", 1, 2 }, { "branch taken", 2, 2 },
    { "IT and what is skipped", 2, 4 },
    { "delay loop", 3, 0 }, { "delay loop, not aligned", 4, 0 }, { "call and return", 5, 4 }, { "vadd", 1, 4 },
    { "vmla", 3, 4 }, { "vdiv", 14, 4 }, { "vsqrt", 14, 4 }, { "alu in SRAM", 1, 0 }, { "delay loop in SRAM", 3, 0 },
};
#define ROWS ARRAY_SIZE(rows)

/* Where in the mailbox */
enum {
    AT_16_MHZ = 1, EXCEPTION_16_MHZ = AT_16_MHZ + ROWS, WITHOUT_ART = EXCEPTION_16_MHZ + 2,
    WITH_ART = WITHOUT_ART + ROWS, EXCEPTION = WITH_ART + ROWS, COLD = EXCEPTION + 2, DEVICES, ERASE = DEVICES + 6,
    WORDS = ERASE + 3,
};

/* What is behind the memory controller: cycles of a round, or of two numbers one and the slack */
static const struct External {
    const char *name;
    unsigned cycles[4];         /* as it is, BUSTURN 3, that with SRAM that is not plain memory, synchronous */
} external[] = {
    { "words read", { 8, 8, 8, 14 } }, { "halves read", { 4, 4, 4, 12 } }, { "bytes read", { 4, 4, 4, 12 } },
    { "words written", { 8, 14, 14, 14 } }, { "halves written", { 4, 7, 7, 12 } }, { "bytes written", { 4, 7, 7, 12 } },
    { "written, and 5 more", { 6, 7, 7, 12 } }, { "written and read", { 9, 12, 12, 24 } },
};
enum {
    FAR_ALU = 1 + ARRAY_SIZE(external) * 4, FAR_LOOP, TFT_WRITTEN, TFT_READ, NAND_READ, NAND_WRITTEN, DMA_NEAR, DMA_TO,
    DMA_FROM, DMA_BOTH, DMA_BURSTS, DMA_TFT, NAND_WAIT, EXTERNAL_WORDS,
};
#define EXTERNAL_PARTS " -device stm32-sram,bank=ne3,size=1M -device stm32-ili9341,bank=ne4,rs=a18 " \
                       "-device stm32-nand,bank=nce2,width=8,ready=pd6"

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static char *arguments(const char *timing, const char *program)
{
    return g_strdup_printf("-accel tcg -icount shift=3,sleep=off -S -machine timing=%s -kernel %s/%s.elf%s", timing,
                           g_getenv("STM32_FIRMWARE"), program,
                           strcmp(program, "timing_external") ? "" : EXTERNAL_PARTS);
}

static void start_program(const char *timing, const char *program)
{
    g_autofree char *args = arguments(timing, program);

    board_start(args);
}

static void start(const char *timing)
{
    start_program(timing, "timing");
}

static void cont(void)
{
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

static bool is_done(void)
{
    return mail(0) == MAILBOX_DONE;
}

static void run_to_end(void)
{
    cont();
    WAIT_FOR(is_done());
}

static void assert_about(const char *what, uint32_t value, uint32_t expected, uint32_t slack)
{
    g_test_message("%s: %u, %u expected", what, value, expected);
    g_assert_cmpuint(value + slack, >=, expected);
    g_assert_cmpuint(value, <=, expected + slack);
}

/* ---- How long things take ---- */

static void test_instructions(void)
{
    start("approximate");
    run_to_end();
    for (unsigned i = 0; i < ROWS; i++) {
        bool in_ram = strstr(rows[i].name, "SRAM") && strstr(rows[i].name, "alu");

        assert_about(rows[i].name, mail(AT_16_MHZ + i), REPEATED * rows[i].cycles,
                     SLACK + (in_ram ? 14 : 0) /* a cycle a line */);
    }
    assert_about("entry", mail(EXCEPTION_16_MHZ), 12 + 6, 6);
    assert_about("exit", mail(EXCEPTION_16_MHZ + 1), 10 + 10, 10);
    board_stop();
}

/* Straight code without help waits for each of its lines. */
static void test_wait_states(void)
{
    start("approximate");
    run_to_end();
    for (unsigned i = 0; i < ROWS; i++) {
        unsigned cycles = REPEATED * rows[i].cycles, lines = REPEATED * rows[i].bytes / 16;
        uint32_t slow = mail(WITHOUT_ART + i), fast = mail(WITH_ART + i);

        if (lines && !strstr(rows[i].name, "literal") && !strstr(rows[i].name, "call")) {
            assert_about(rows[i].name, slow, cycles + lines * WAIT_STATES, 2 * WAIT_STATES);
        }
        g_assert_cmpuint(fast, <=, slow + SLACK);
        /* what takes less than a line to be read is waited for: code of 32 bits, a cycle each */
        if (rows[i].bytes && rows[i].cycles * 16 / rows[i].bytes >= 1 + WAIT_STATES) {
            assert_about(rows[i].name, fast, cycles, SLACK);
        } else if (rows[i].bytes == 4 && rows[i].cycles == 1) {
            assert_about(rows[i].name, fast, cycles + lines * 2, SLACK);
        }
    }
    /* the cache keeps where branches go; without it each goes to a line that has to be read */
    g_assert_cmpuint(mail(WITHOUT_ART + 18), >, REPEATED * 2 * WAIT_STATES - SLACK);
    assert_about("calls", mail(WITH_ART + 18), REPEATED * rows[18].cycles, SLACK);
    assert_about("cold", mail(COLD), REPEATED, SLACK + WAIT_STATES);
    g_assert_cmpuint(mail(EXCEPTION), >=, mail(EXCEPTION_16_MHZ));
    board_stop();
}

/* AHB lets nobody wait; APB1 goes at a quarter, APB2 at half of HCLK. */
static void test_devices(void)
{
    start("approximate");
    run_to_end();
    assert_about("AHB, read", mail(DEVICES), REPEATED, SLACK);
    assert_about("AHB, written", mail(DEVICES + 1), REPEATED, SLACK);
    assert_about("APB1, read", mail(DEVICES + 2), REPEATED * 12, 2 * SLACK);
    assert_about("APB1, written", mail(DEVICES + 3), REPEATED * 8, 2 * SLACK);
    assert_about("APB2, read", mail(DEVICES + 4), REPEATED * 6, 2 * SLACK);
    assert_about("APB2, written", mail(DEVICES + 5), REPEATED * 4, 2 * SLACK);
    board_stop();
}

/* The core stands until the sector is erased; of the ticks meanwhile one is seen, afterwards. */
static void test_erase(void)
{
    start("approximate");
    run_to_end();
    assert_about("ms", mail(ERASE), 250, 1);
    assert_about("ticks", mail(ERASE + 1), 1, 1);
    g_assert_cmpuint(mail(ERASE + 2), ==, 0);
    board_stop();
}

/*
 * The SRAM's reads take 3 cycles, its writes 4; a display's writes 12 and its reads 75; the NAND flash's 12.  Code in
 * external SRAM is fetched word by word, in lines of 16 bytes, and from where it branches to.
 */
static void test_external(void)
{
    enum { LINE = 8 * 4 - 1, LINES = REPEATED * 2 / 16 };

    start_program("approximate", "timing_external");
    run_to_end();
    for (unsigned i = 0; i < 4 * ARRAY_SIZE(external); i++) {
        const struct External *e = &external[i % ARRAY_SIZE(external)];

        assert_about(e->name, mail(1 + i), REPEATED * e->cycles[i / ARRAY_SIZE(external)], 16);
    }
    assert_about("alu in external SRAM", mail(FAR_ALU), REPEATED + LINES * LINE, 2 * LINE);
    assert_about("loop in external SRAM", mail(FAR_LOOP), REPEATED * (3 + 6 * 4 - 2), 2 * LINE);
    assert_about("display written", mail(TFT_WRITTEN), REPEATED * 12, 24);
    assert_about("display read", mail(TFT_READ), REPEATED * 76, 160);
    assert_about("NAND read", mail(NAND_READ), REPEATED * 12, 24);
    assert_about("NAND written", mail(NAND_WRITTEN), REPEATED * 12, 24);
    /* An item takes 4 cycles; as much longer as it takes at the SRAM, whose words take 8 to write and 7 to read */
    assert_about("DMA", mail(DMA_NEAR), REPEATED * 4, 50);
    assert_about("DMA to SRAM", mail(DMA_TO), REPEATED * (8 - 4), 16);
    assert_about("DMA from SRAM", mail(DMA_FROM), REPEATED * (3 + 7 - 4), 16);
    assert_about("DMA in SRAM", mail(DMA_BOTH), REPEATED * (8 + 3 + 7 - 4), 16);
    assert_about("DMA by bursts", mail(DMA_BURSTS), REPEATED / 4 * (3 + 4 * 7 + 3) - REPEATED * 4, 16);
    assert_about("DMA to the display", mail(DMA_TFT), REPEATED * (12 - 4), 16);
    /* 25 us from the last write of seven on, each of them 12 and then a read */
    assert_about("NAND waits", mail(NAND_WAIT), 25 * 168 + 8 * 12, 50);
    board_stop();
}

static void test_external_off_by_default(void)
{
    start_program("instructions", "timing_external");
    run_to_end();
    for (unsigned i = 0; i < 4 * ARRAY_SIZE(external); i++) {
        const struct External *e = &external[i % ARRAY_SIZE(external)];

        /* 168 MHz, 8 ns each */
        assert_about(e->name, mail(1 + i), REPEATED * 1.344 * (i % 8 == 6 ? 6 : i % 8 == 7 ? 3 : 1), 8);
    }
    assert_about("display", mail(TFT_WRITTEN), REPEATED * 1.344, 8);
    assert_about("loop in external SRAM", mail(FAR_LOOP), REPEATED * 2 * 1.344, 8);
    board_stop();
}

static void test_off_by_default(void)
{
    start("instructions");
    run_to_end();
    for (unsigned i = 0; i < ROWS; i++) {
        g_assert_cmpuint(mail(AT_16_MHZ + i), <, 60);       /* 200 instructions in 1.6 us at 16 MHz */
    }
    g_assert_cmpuint(mail(ERASE), ==, 0);
    g_assert_cmpuint(mail(ERASE + 2), >, 1000);
    board_stop();
}

/* ---- The same, whatever is done to it ---- */

static_assert((int)EXTERNAL_WORDS <= (int)WORDS, "they are looked at");

static void remember(uint32_t *seen)
{
    for (unsigned i = 0; i < WORDS; i++) {
        seen[i] = mail(i);
    }
}

static void assert_same(const uint32_t *seen)
{
    for (unsigned i = 0; i < WORDS; i++) {
        if (mail(i) != seen[i]) {
            g_test_message("word %u: %u, and not %u", i, mail(i), seen[i]);
        }
        g_assert_cmpuint(mail(i), ==, seen[i]);
    }
}

static void run_until(int64_t ns)
{
    board_set_int("/machine", "stop-at", ns);
    cont();
    WAIT_FOR(board_is_paused());
}

/* The stops are timers, so blocks and instructions are interrupted by them; nothing else is. */
static void test_stops(const void *program)
{
    uint32_t seen[WORDS];

    start_program("approximate", program);
    run_to_end();
    remember(seen);
    board_stop();
    start_program("approximate", program);
    for (unsigned i = 1; i <= STOPS; i++) {
        run_until(i * (33 * US + 7));
    }
    board_set_int("/machine", "stop-at", -1);
    run_to_end();
    assert_same(seen);
    board_stop();
}

static void test_snapshots(const void *program)
{
    g_autofree char *args = arguments("approximate", program);
    uint32_t seen[WORDS];

    board_start(args);
    run_to_end();
    remember(seen);
    board_stop();
    board_start(args);
    for (unsigned i = 1; i <= STOPS / 4; i++) {
        char *file;

        run_until(i * (131 * US + 3));
        file = board_save();
        board_stop();
        board_load(file, args);
        unlink(file);
        g_free(file);
    }
    board_set_int("/machine", "stop-at", -1);
    run_to_end();
    assert_same(seen);
    board_stop();
}

static char *all_there_is(void)
{
    g_autofree uint8_t *sram = g_malloc(SRAM_SIZE);
    g_autofree char *registers = board_registers(), *sum = NULL;

    qtest_memread(board, SRAM, sram, SRAM_SIZE);
    sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, sram, SRAM_SIZE);
    return g_strdup_printf("%s\nSRAM %s", registers, sum);
}

/* Another program, stopped here and there, and saved and loaded at every fourth place */
static void test_program(const void *program)
{
    g_autofree char *args = arguments("approximate", program), *seen = NULL, *again = NULL;
    uint32_t place = 1;

    board_start(args);
    run_until(END);
    seen = all_there_is();
    board_stop();
    board_start(args);
    for (int64_t ns = 0; ns < END; ns += 50 * US + place % (150 * US)) {
        run_until(ns + 1);
        place = place * 1664525 + 1013904223;
        if (place >> 30 == 0) {
            g_autofree char *file = board_save();

            board_stop();
            board_load(file, args);
            unlink(file);
        }
    }
    run_until(END);
    again = all_there_is();
    g_assert_cmpstr(again, ==, seen);
    board_stop();
}

int main(int argc, char **argv)
{
    static const char *const programs[] = { "waiting", "timers", "soft", "dma" };

    g_test_init(&argc, &argv, NULL);
    qtest_add_func("timing/instructions", test_instructions);
    qtest_add_func("timing/wait-states", test_wait_states);
    qtest_add_func("timing/devices", test_devices);
    qtest_add_func("timing/erase", test_erase);
    qtest_add_func("timing/off-by-default", test_off_by_default);
    qtest_add_func("timing/external", test_external);
    qtest_add_func("timing/external-off-by-default", test_external_off_by_default);
    qtest_add_data_func("timing/stops", "timing", test_stops);
    qtest_add_data_func("timing/stops-external", "timing_external", test_stops);
    qtest_add_data_func("timing/snapshots", "timing", test_snapshots);
    qtest_add_data_func("timing/snapshots-external", "timing_external", test_snapshots);
    for (unsigned i = 0; i < ARRAY_SIZE(programs); i++) {
        g_autofree char *name = g_strdup_printf("timing/stopped/%s", programs[i]);

        qtest_add_data_func(name, programs[i], test_program);
    }
    return board_run_tests();
}
