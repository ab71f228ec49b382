/*
 * FSMC, bank 4 (RM0090 36.6), with a CompactFlash: CIS, registers, sectors, interrupt, card detect, misuse.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/tests/qtest/fsmc.h"
#define REGS "stm32/regs/fsmc.h"
#include "stm32/core/regs.h"

enum { COMMON = 0x90000000, ATTRIBUTE = 0x98000000, IO = 0x9c000000, COR = ATTRIBUTE + 0x200, IRQ = 48 };
enum { DATA, ERROR, COUNT, NUMBER, CYLINDER_LOW, CYLINDER_HIGH, HEAD, STATUS, ALT_STATUS = 14 };
enum { BSY = 0x80, READY = 0x50, DRQ = 0x08, FAILED = 0x01 };
enum { SECTORS = 4096 };
#define LINES "pg10 pg11 pd4 pd5 pf6 pf7 pf8 pf9 pf10 pf0 pf1 pf2 pf3 pf4 pf5 pf12 pf13 pf14 pf15 pg0 " \
              FSMC_D0_7 " " FSMC_D8_15
#define CARD "/machine/peripheral/card"

static char *image;
static uint32_t file;               /* where the task file is */

static char *arguments(void)
{
    return g_strdup_printf("-drive if=none,id=cf,format=raw,file=%s "
                           "-device stm32-compactflash,id=card,drive=cf", image);
}

static void start(void)
{
    g_autofree char *args = NULL;
    g_autofree uint8_t *data = g_malloc(SECTORS * 512);

    for (unsigned i = 0; i < SECTORS * 512; i++) {
        data[i] = i ^ i >> 9;
    }
    if (!image) {
        close(g_file_open_tmp("stm32-cf-XXXXXX", &image, NULL));
    }
    g_assert_true(g_file_set_contents(image, (char *)data, SECTORS * 512, NULL));
    args = arguments();
    board_start(args);
    board_enable("fsmc");
    board_watch_irqs();
    fsmc_route(LINES);
    poke(FSMC + A_PCR4, R_PCR4_PBKEN_MASK | 1 << R_PCR4_PWID_SHIFT);
    qtest_writeb(board, COR, 0x41);
    file = IO;
}

static uint8_t get(unsigned n) { return qtest_readb(board, file + n); }
static void set(unsigned n, uint8_t value) { qtest_writeb(board, file + n, value); }

static uint8_t wait_for(uint8_t status)
{
    for (unsigned i = 0; i < 1000 && get(ALT_STATUS) & BSY; i++) {
        board_wait_ns(1000);
    }
    g_assert_cmphex(get(ALT_STATUS), ==, status);
    return get(STATUS);
}

static void command(uint8_t value, unsigned sector, unsigned count)
{
    set(COUNT, count);
    set(NUMBER, sector);
    set(CYLINDER_LOW, sector >> 8);
    set(CYLINDER_HIGH, sector >> 16);
    set(HEAD, 0xe0);
    set(STATUS, value);
}

/* ---- What it says of itself ---- */

static void test_attributes(void)
{
    unsigned at = 0, tuples = 0;
    bool disk = false;

    start();
    for (; qtest_readb(board, ATTRIBUTE + 2 * at) != 0xff; tuples++) {
        disk |= qtest_readb(board, ATTRIBUTE + 2 * at) == 0x21 && qtest_readb(board, ATTRIBUTE + 2 * (at + 2)) == 4;
        at += 2 + qtest_readb(board, ATTRIBUTE + 2 * (at + 1));
        g_assert_cmpuint(at, <, 256);
    }
    g_assert_cmpuint(tuples, >, 5);
    g_assert_true(disk);
    g_assert_cmphex(qtest_readb(board, ATTRIBUTE + 1) & 0xff, ==, 0xff);        /* bytes at even addresses */
    g_assert_cmphex(qtest_readb(board, COR), ==, 0x41);
    g_assert_cmphex(qtest_readb(board, COR + 4), ==, 0x0e);
    g_assert_cmpint(board_mistakes("CF+"), ==, 0);
}

static void test_identify(void)
{
    uint16_t word[256];

    start();
    set(HEAD, 0xe0);
    set(STATUS, 0xec);
    g_assert_cmphex(get(ALT_STATUS), ==, BSY);
    wait_for(READY | DRQ);
    for (unsigned i = 0; i < 256; i++) {
        word[i] = qtest_readw(board, file + DATA);
    }
    g_assert_cmphex(word[0], ==, 0x848a);
    g_assert_cmpuint(word[60] | word[61] << 16, ==, SECTORS);
    g_assert_cmpuint(word[1] * word[3] * word[6], <=, SECTORS);
    g_assert_cmphex(word[27], ==, 'S' << 8 | 'T');
    wait_for(READY);
}

/* ---- Sectors ---- */

static void expect_sector(unsigned sector)
{
    for (unsigned i = 0; i < 512; i += 2) {
        uint16_t word = qtest_readw(board, file + DATA);

        for (unsigned n = 0; n < 2; n++) {
            unsigned at = sector * 512 + i + n;

            g_assert_cmphex(word >> 8 * n & 0xff, ==, (at ^ at >> 9) & 0xff);
        }
    }
}

static void test_read(void)
{
    start();
    command(0x20, 300, 3);
    for (unsigned i = 0; i < 3; i++) {
        wait_for(READY | DRQ);
        if (i == 1) {                                   /* by bytes as well */
            for (unsigned n = 0; n < 512; n++) {
                unsigned at = 301 * 512 + n;

                g_assert_cmphex(qtest_readb(board, file + DATA), ==, (at ^ at >> 9) & 0xff);
            }
        } else {
            expect_sector(300 + i);
        }
    }
    wait_for(READY);
    g_assert_cmpuint(get(COUNT), ==, 0);
    set(COUNT, 1);                                      /* cylinder 1, head 2, sector 3 */
    set(NUMBER, 3);
    set(CYLINDER_LOW, 1);
    set(CYLINDER_HIGH, 0);
    set(HEAD, 0xa2);
    set(STATUS, 0x20);
    wait_for(READY | DRQ);
    expect_sector((1 * 16 + 2) * 63 + 2);
    g_assert_cmpint(board_mistakes("CF+"), ==, 0);
}

static void test_write_and_erase(void)
{
    g_autofree char *data = NULL;

    start();
    command(0x30, 7, 2);
    for (unsigned n = 0; n < 2; n++) {
        wait_for(READY | DRQ);
        for (unsigned i = 0; i < 512; i += 2) {
            qtest_writew(board, file + DATA, 0x1234 + n + i);
        }
        g_assert_cmphex(get(ALT_STATUS), ==, BSY);
    }
    wait_for(READY);
    command(0xc0, 20, 2);
    wait_for(READY);
    board_stop();
    g_assert_true(g_file_get_contents(image, &data, NULL, NULL));
    for (unsigned i = 0; i < 1024; i += 2) {
        g_assert_cmphex((uint16_t)lduw_le_p(data + 7 * 512 + i), ==, 0x1234 + i / 512 + i % 512);
        g_assert_cmphex((uint16_t)lduw_le_p(data + 20 * 512 + i), ==, 0xffff);
    }
    g_assert_cmphex((uint8_t)data[22 * 512], ==, (22 * 512 ^ 22) & 0xff);
}

/* ---- Where the task file is ---- */

static void test_modes(void)
{
    start();
    qtest_writeb(board, COR, 0x42);
    file = IO + 0x1f0;
    set(COUNT, 0x55);
    g_assert_cmphex(get(COUNT), ==, 0x55);
    g_assert_cmphex(qtest_readb(board, IO + 0x3f6), ==, READY);
    qtest_writeb(board, COR, 0x43);
    file = IO + 0x170;
    g_assert_cmphex(get(COUNT), ==, 0x55);
    g_assert_cmphex(qtest_readb(board, IO + 0x376), ==, READY);
    g_assert_cmpint(board_mistakes("CF+"), ==, 0);
    g_assert_cmphex(qtest_readb(board, IO + 0x1f2), ==, 0xff);
    g_assert_cmpint(board_mistakes("read of I/O at 0x1f2, where the card has nothing with COR 0x43"), ==, 1);
    qtest_writeb(board, COR, 0x00);
    file = COMMON;
    g_assert_cmphex(get(COUNT), ==, 0x55);
    command(0x20, 1, 1);
    wait_for(READY | DRQ);
    g_assert_cmphex(qtest_readw(board, COMMON + 0x400), ==, (0x200 ^ 1) % 256 | ((0x201 ^ 1) % 256) << 8);
    qtest_writeb(board, COR, 0x80);                     /* reset */
    g_assert_cmphex(get(COUNT), ==, 0xff);
    qtest_writeb(board, COR, 0x00);
    g_assert_cmphex(get(COUNT), ==, 1);
    g_assert_cmphex(get(ALT_STATUS), ==, READY);
}

/* ---- Pins ---- */

static void test_interrupt(void)
{
    start();
    g_assert_true(pin_level("pf10"));
    poke(FSMC + A_SR4, R_SR4_IFEN_MASK);
    command(0x20, 0, 1);
    g_assert_true(pin_level("pf10"));
    board_wait_ns(200000);
    g_assert_false(pin_level("pf10"));                  /* -IREQ */
    g_assert_true(irq(IRQ));
    g_assert_cmphex(peek(FSMC + A_SR4) & R_SR4_IFS_MASK, !=, 0);
    g_assert_cmphex(qtest_readb(board, COR + 2) & 2, ==, 2);
    get(STATUS);
    g_assert_true(pin_level("pf10"));
    set(ALT_STATUS, 2);                                 /* nIEN */
    command(0x20, 0, 1);
    board_wait_ns(200000);
    g_assert_true(pin_level("pf10"));
}

static void test_detect(void)
{
    start();
    board_set_bool(CARD, "inserted", false);
    g_assert_cmphex(get(COUNT), ==, 0xff);
    g_assert_cmpint(board_mistakes("its pin CD is low"), ==, 1);
    board_set_bool(CARD, "inserted", true);
    qtest_writeb(board, COR, 0x41);
    g_assert_cmphex(get(COUNT), ==, 1);
}

static void test_missing_lines(void)
{
    start();
    board_pin_function(0x40021400, 6, 0);               /* NIORD */
    g_assert_cmphex(get(COUNT), ==, 0xff);
    g_assert_cmpint(board_mistakes("not routed to a pin: niord (PF6)"), ==, 1);
    board_pin_function(0x40021400, 6, AF_FSMC);
    g_assert_cmphex(get(COUNT), ==, 1);
    board_pin_function(0x40021400, 7, 0);               /* NREG */
    g_assert_cmphex(qtest_readb(board, ATTRIBUTE), ==, 0xff);
}

/* ---- Misuse ---- */

static void test_mistakes(void)
{
    start();
    command(0x20, SECTORS, 1);
    g_assert_cmphex(wait_for(READY | FAILED), ==, READY | FAILED);
    g_assert_cmphex(get(ERROR), ==, 0x10);
    g_assert_cmpint(board_mistakes("sector 4096 is addressed, and there are 4096"), ==, 1);
    command(0xa0, 0, 1);
    wait_for(READY | FAILED);
    g_assert_cmphex(get(ERROR), ==, 0x04);
    g_assert_cmpint(board_mistakes("command 0xa0 is none"), ==, 1);
    qtest_readw(board, file + DATA);
    qtest_writew(board, file + DATA, 0);
    g_assert_cmpint(board_mistakes("while DRQ does not ask for it"), ==, 2);
    command(0x20, 0, 1);
    set(STATUS, 0xec);
    set(COUNT, 5);
    g_assert_cmpint(board_mistakes("while it is busy"), ==, 2);
    wait_for(READY | DRQ);
    expect_sector(0);
}

static void test_snapshot(void)
{
    g_autofree char *snapshot = NULL, *args = NULL;

    start();
    command(0x20, 50, 2);
    wait_for(READY | DRQ);
    for (unsigned i = 0; i < 512; i += 2) {
        qtest_readw(board, file + DATA);
    }
    board_wait_ns(50000);                               /* half the time of the second one */
    snapshot = board_save();
    args = arguments();
    board_load(snapshot, args);
    unlink(snapshot);
    g_assert_cmphex(get(ALT_STATUS), ==, BSY);
    board_wait_ns(51000);
    g_assert_false(pin_level("pf10"));
    wait_for(READY | DRQ);
    expect_sector(51);
}

static void test_fuzz(void)
{
    GRand *random = g_rand_new_with_seed(4);

    start();
    for (unsigned i = 0; i < 20000; i++) {
        uint32_t space = g_rand_boolean(random) ? IO : g_rand_boolean(random) ? COMMON : ATTRIBUTE;
        uint32_t at = space + g_rand_int_range(random, 0, g_rand_boolean(random) ? 16 : 0x800);

        switch (g_rand_int_range(random, 0, 9)) {
        case 0:  command((uint8_t[]) { 0x20, 0x30, 0xc0, 0xc4, 0xc5, 0x40, 0xec }[g_rand_int_range(random, 0, 7)],
                         g_rand_int_range(random, 0, 2 * SECTORS), g_rand_int(random)); break;
        case 1:  set(STATUS, g_rand_int(random)); break;
        case 2:  qtest_writeb(board, at, g_rand_int(random)); break;
        case 3:  poke(at & ~3, g_rand_int(random)); break;
        case 4:  qtest_readb(board, at); break;
        case 5:  peek(at & ~3); break;
        case 6:  qtest_writeb(board, COR, g_rand_int_range(random, 0, 4)); break;
        case 7:  board_wait_ns(g_rand_int_range(random, 0, 300000)); break;
        default: board_set_bool(CARD, "inserted", g_rand_int_range(random, 0, 8)); break;
        }
    }
    g_rand_free(random);
    board_set_bool(CARD, "inserted", false);
    board_set_bool(CARD, "inserted", true);
    poke(FSMC + A_PCR4, R_PCR4_PBKEN_MASK | 1 << R_PCR4_PWID_SHIFT);
    qtest_writeb(board, COR, 0x41);
    set(ALT_STATUS, 0);
    g_assert_cmphex(get(ALT_STATUS), ==, READY);
}

int main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/pccard/attributes", test_attributes);
    qtest_add_func("/pccard/identify", test_identify);
    qtest_add_func("/pccard/read", test_read);
    qtest_add_func("/pccard/write-and-erase", test_write_and_erase);
    qtest_add_func("/pccard/modes", test_modes);
    qtest_add_func("/pccard/interrupt", test_interrupt);
    qtest_add_func("/pccard/detect", test_detect);
    qtest_add_func("/pccard/missing-lines", test_missing_lines);
    qtest_add_func("/pccard/mistakes", test_mistakes);
    qtest_add_func("/pccard/snapshot", test_snapshot);
    qtest_add_func("/pccard/fuzz", test_fuzz);
    result = board_run_tests();
    if (image) {
        unlink(image);
    }
    return result;
}
