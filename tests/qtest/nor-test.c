/*
 * FSMC, bank 1, with a NOR flash of 16 Mbyte and 16 data lines at NE2, its R/B at PD6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/fsmc.h"
#define REGS "stm32/regs/fsmc.h"
#include "stm32/core/regs.h"

enum { NE2 = 0x64000000, BLOCK = 128 * 1024 };

#define NOR (R_BCR2_MBKEN_MASK | R_BCR2_WREN_MASK | R_BCR2_FACCEN_MASK | 2 << R_BCR2_MTYP_SHIFT | \
             1 << R_BCR2_MWID_SHIFT)
#define PART "-device stm32-nor,bank=ne2,ready=pd6"

static void start(const char *args)
{
    board_start(args);
    board_enable("fsmc");
    fsmc_route(FSMC_STROBES " " FSMC_D0_7 " " FSMC_D8_15 " " FSMC_A0_15 " " FSMC_A16_18 " pe3 pe4 pe5 pe6 pg9");
    poke(FSMC + A_BCR2, NOR);
}

static void put(unsigned word, uint16_t data)
{
    qtest_writew(board, NE2 + 2 * word, data);
}

static uint16_t get(unsigned word)
{
    return qtest_readw(board, NE2 + 2 * word);
}

static void unlock(void)
{
    put(0x555, 0xaa);
    put(0x2aa, 0x55);
}

/* By what it reads: DQ6 toggles while it is busy. */
static void wait_toggle(unsigned word)
{
    for (int64_t ns = 1000; ns < 1000000000 && (get(word) ^ get(word)) & 0x40; ns *= 2) {
        g_assert_false(pin_level("pd6"));
        board_wait_ns(ns);
    }
    g_assert_true(pin_level("pd6"));
}

static void program(unsigned word, uint16_t data)
{
    unlock();
    put(0x555, 0xa0);
    put(word, data);
    g_assert_cmphex((get(word) ^ data) & 0x80, ==, 0x80);
    wait_toggle(word);
}

static void test_identity(void)
{
    start(PART);
    g_assert_cmphex(get(0), ==, 0xffff);
    unlock();
    put(0x555, 0x90);
    g_assert_cmphex(get(0), ==, 0x0020);
    g_assert_cmphex(get(1), ==, 0x227e);
    g_assert_cmphex(get(0xe), ==, 0x2221);
    g_assert_cmphex(get(0xf), ==, 0x2201);
    put(0, 0xf0);
    put(0x55, 0x98);
    g_assert_cmphex(peek(NE2 + 0x20), ==, 'Q' | 'R' << 16);
    g_assert_cmphex(get(0x27), ==, 24);
    g_assert_cmphex(get(0x2d), ==, 127);
    put(0, 0xf0);
    g_assert_cmphex(get(0x27), ==, 0xffff);
    g_assert_cmpint(board_mistakes("fsmc:"), ==, 0);
    g_assert_cmpint(board_mistakes("M29W"), ==, 0);
}

static void test_program_and_erase(void)
{
    start(PART);
    program(5, 0x1234);
    program(BLOCK / 2, 0x5678);
    program(8 * 1024 * 1024 - 1, 0x9abc);
    g_assert_cmphex(get(5), ==, 0x1234);
    g_assert_cmphex(get(8 * 1024 * 1024 - 1), ==, 0x9abc);
    g_assert_cmpint(board_mistakes("M29W"), ==, 0);
    program(5, 0x0f0f);
    g_assert_cmphex(get(5), ==, 0x0204);
    g_assert_cmpint(board_mistakes("0xf0f programmed over 0x1234 at +0xa"), ==, 1);
    unlock();
    put(0x555, 0x80);
    unlock();
    put(7, 0x30);
    g_assert_cmphex(get(7) & 0x88, ==, 0x08);
    wait_toggle(7);
    g_assert_cmphex(get(5), ==, 0xffff);
    g_assert_cmphex(get(BLOCK / 2), ==, 0x5678);
    unlock();
    put(0x555, 0x80);
    unlock();
    put(0x555, 0x10);
    board_wait_ns(128ull * 500000000 + 1);
    g_assert_cmphex(get(BLOCK / 2), ==, 0xffff);
    g_assert_cmpint(board_mistakes("fsmc:"), ==, 0);
}

static void test_buffer_and_bypass(void)
{
    start(PART);
    unlock();
    put(BLOCK / 2 + 8, 0x25);
    put(BLOCK / 2 + 8, 3);
    for (unsigned i = 0; i < 4; i++) {
        put(BLOCK / 2 + 8 + i, 0x1110 + i);
    }
    put(BLOCK / 2 + 8, 0x29);
    wait_toggle(BLOCK / 2 + 11);
    g_assert_cmphex(peek(NE2 + BLOCK + 16), ==, 0x11111110);
    g_assert_cmphex(peek(NE2 + BLOCK + 20), ==, 0x11131112);
    unlock();
    put(0x555, 0x20);
    put(0, 0xa0);
    put(3, 0x4321);
    wait_toggle(3);
    put(0, 0x90);
    put(0, 0);
    g_assert_cmphex(get(3), ==, 0x4321);
    g_assert_cmpint(board_mistakes("M29W"), ==, 0);
    unlock();
    put(0, 0x25);
    put(0, 32);
    g_assert_cmpint(board_mistakes("the write buffer is aborted"), ==, 1);
}

static void test_mistakes(void)
{
    start(PART);
    put(3, 0x12);
    g_assert_cmpint(board_mistakes("0x12 written at +0x6 begins no command"), ==, 1);
    unlock();
    put(0x555, 0xa0);
    put(3, 0x1234);
    put(3, 0xf0);
    g_assert_cmpint(board_mistakes("0xf0 written while it is busy"), ==, 1);
    wait_toggle(3);
    qtest_writeb(board, NE2 + 2 * 0x555, 0xaa);
    g_assert_cmpint(board_mistakes("the other half of the word is written too"), ==, 1);
    put(0, 0xf0);
    poke(FSMC + A_BTR2, 1 << 8);
    g_assert_cmpint(board_mistakes("the part there (stm32-nor) needs 70 ns"), ==, 1);
}

static void test_8_lines(void)
{
    start("-device stm32-nor,bank=ne2,width=8,size=8M");
    poke(FSMC + A_BCR2, NOR & ~R_BCR2_MWID_MASK);
    qtest_writeb(board, NE2 + 0xaaa, 0xaa);
    qtest_writeb(board, NE2 + 0x555, 0x55);
    qtest_writeb(board, NE2 + 0xaaa, 0xa0);
    qtest_writeb(board, NE2 + 0x1001, 0x42);
    board_wait_ns(20000);
    g_assert_cmphex(peek(NE2 + 0x1000), ==, 0xffff42ff);
    g_assert_cmpint(board_mistakes("fsmc:"), ==, 0);
    g_assert_cmpint(board_mistakes("M29W"), ==, 0);
}

static void test_image(void)
{
    g_autofree char *name = NULL, *args = NULL;
    int fd = g_file_open_tmp("stm32-nor-XXXXXX", &name, NULL);
    uint8_t bytes[2] = { 0xff, 0xff };

    g_assert_cmpint(ftruncate(fd, 8 * 1024 * 1024), ==, 0);
    g_assert_cmpint(pwrite(fd, bytes, 2, 100), ==, 2);
    args = g_strdup_printf("-drive if=none,id=n,format=raw,file=%s -device stm32-nor,bank=ne2,size=8M,drive=n,"
                           "ready=pd6", name);
    start(args);
    g_assert_cmphex(peek(NE2 + 100), ==, 0x0000ffff);
    program(50, 0x1234);
    board_stop();
    g_assert_cmpint(pread(fd, bytes, 2, 100), ==, 2);
    g_assert_cmphex(bytes[0] | bytes[1] << 8, ==, 0x1234);
    close(fd);
    unlink(name);
}

/* While a block is erased, and half way to a command. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start(PART);
    program(5, 0x1234);
    program(BLOCK / 2, 0x5678);
    unlock();
    put(0x555, 0x80);
    unlock();
    put(7, 0x30);
    file = board_save();
    board_load(file, PART);
    g_assert_false(pin_level("pd6"));
    wait_toggle(7);
    g_assert_cmphex(get(5), ==, 0xffff);
    g_assert_cmphex(get(BLOCK / 2), ==, 0x5678);
    unlink(file);
}

/* R/B at NWAIT: with ASYNCWAIT who reads or writes waits until it is ready, and there is no status to be seen. */
static void test_wait(void)
{
    start(PART);
    fsmc_route("pd6");
    poke(FSMC + A_BCR2, NOR | R_BCR2_ASYNCWAIT_MASK);
    for (unsigned i = 0; i < 3; i++) {
        unlock();
        put(0x555, 0xa0);
        put(5 + i, 0x1230 + i);
        g_assert_false(pin_level("pd6"));
    }
    g_assert_cmphex(get(7), ==, 0x1232);
    g_assert_true(pin_level("pd6"));
    g_assert_cmphex(peek(NE2 + 10), ==, 0x12311230);
    /* a synchronous access has a bit of its own, and NWAIT may be active high */
    for (unsigned i = 0; i < 3; i++) {
        poke(FSMC + A_BCR2, NOR);
        unlock();
        put(0x555, 0xa0);
        put(0x20 + i, 0);
        poke(FSMC + A_BCR2, NOR | (i == 0 ? R_BCR2_BURSTEN_MASK | R_BCR2_ASYNCWAIT_MASK :
                                   i == 1 ? R_BCR2_WAITEN_MASK : R_BCR2_ASYNCWAIT_MASK | R_BCR2_WAITPOL_MASK));
        g_assert_cmphex(get(0x20 + i) & 0x80, ==, 0x80);        /* DQ7 is not that of the word */
        poke(FSMC + A_BCR2, NOR | R_BCR2_BURSTEN_MASK | R_BCR2_WAITEN_MASK);
        g_assert_cmphex(get(0x20 + i), ==, 0);
    }
    g_assert_cmpint(board_mistakes("M29W"), ==, 0);
    g_assert_cmpint(board_mistakes("NWAIT"), ==, 0);
}

static void test_fuzz(void)
{
    static const uint8_t commands[] = { 0x10, 0x20, 0x25, 0x29, 0x30, 0x80, 0x90, 0x98, 0xa0, 0xf0, 0, 3, 0x1f };
    g_autoptr(GRand) random = g_rand_new_with_seed(128);

    start(PART);
    for (unsigned i = 0; i < 20000; i++) {
        switch (g_rand_int_range(random, 0, 8)) {
        case 0 ... 2: unlock(); break;
        case 3:
        case 4:  put(g_rand_boolean(random) ? 0x555 : g_rand_int_range(random, 0, 8 * 1024 * 1024),
                     commands[g_rand_int_range(random, 0, sizeof(commands))]); break;
        case 5:  poke(NE2 + g_rand_int_range(random, 0, 0x4000000) * 4 % 0x4000000, g_rand_int(random)); break;
        case 6:  qtest_readb(board, NE2 + g_rand_int_range(random, 0, 0x4000000)); break;
        default: board_wait_ns(g_rand_int_range(random, 0, 100000)); break;
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nor/identity", test_identity);
    qtest_add_func("/nor/program-and-erase", test_program_and_erase);
    qtest_add_func("/nor/buffer-and-bypass", test_buffer_and_bypass);
    qtest_add_func("/nor/mistakes", test_mistakes);
    qtest_add_func("/nor/8-lines", test_8_lines);
    qtest_add_func("/nor/image", test_image);
    qtest_add_func("/nor/snapshot", test_snapshot);
    qtest_add_func("/nor/wait", test_wait);
    qtest_add_func("/nor/fuzz", test_fuzz);
    return board_run_tests();
}
