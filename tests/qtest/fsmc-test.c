/*
 * FSMC (RM0090 chapter 36), bank 1: SRAM of 16 bits at NE3, others at NE1 and NE2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/fsmc.h"
#define REGS "stm32/regs/fsmc.h"
#include "stm32/core/regs.h"

enum { NE1 = 0x60000000, NE2 = 0x64000000, NE3 = 0x68000000, NE4 = 0x6c000000, NAND2 = 0x70000000,
       CARD = 0x90000000, DMA2 = 0x40026400, SYSCFG = 0x40013800, RAM = 0x20001000 };

#define SRAM16 (R_BCR1_MBKEN_MASK | R_BCR1_WREN_MASK | 1 << R_BCR1_MWID_SHIFT)
#define SRAM8 (R_BCR1_MBKEN_MASK | R_BCR1_WREN_MASK)
#define NOR (2 << R_BCR1_MTYP_SHIFT)
#define ALL_PINS FSMC_STROBES " " FSMC_LANES " " FSMC_D0_7 " " FSMC_D8_15 " " FSMC_A0_15 " " FSMC_A16_18 " " FSMC_NE3
/* How a mistake is told that a memory is wired as it should not be */
#define A_MISTAKE "fsmc:"

static void start(const char *args, const char *pins)
{
    board_start(args);
    board_enable("fsmc");
    fsmc_route(pins);
}

static void start_sram(void)
{
    start("-device stm32-sram,bank=ne3,size=1M", ALL_PINS);
    poke(FSMC + A_BCR3, SRAM16);
}

static void test_reset_values(void)
{
    board_start("");
    g_assert_cmphex(peek(FSMC + A_BCR1), ==, 0);
    g_assert_cmpint(board_mistakes("without clock"), ==, 1);
    board_enable("fsmc");
    g_assert_cmphex(peek(FSMC + A_BCR1), ==, 0x30db);
    g_assert_cmphex(peek(FSMC + A_BCR2), ==, 0x30d2);
    g_assert_cmphex(peek(FSMC + A_BWTR4), ==, 0x0fffffff);
    g_assert_cmphex(peek(FSMC + A_SR2), ==, 0x40);
    poke(FSMC + 0x140, 0);
    g_assert_cmpint(board_mistakes("write of reserved +0x140: that is SDRAM, which the FMC"), ==, 1);
}

static void test_sram(void)
{
    start_sram();
    for (unsigned i = 0; i < 1024 * 1024; i += 4 * 4099) {
        poke(NE3 + i, 0x12345678 + i);
    }
    for (unsigned i = 0; i < 1024 * 1024; i += 4 * 4099) {
        g_assert_cmphex(peek(NE3 + i), ==, 0x12345678 + i);
    }
    qtest_writeb(board, NE3 + 1, 0xab);
    qtest_writeb(board, NE3 + 2, 0xcd);
    g_assert_cmphex(peek(NE3), ==, 0x12cdab78);
    g_assert_cmphex(qtest_readw(board, NE3 + 2), ==, 0x12cd);
    g_assert_cmphex(qtest_readb(board, NE3 + 3), ==, 0x12);
    /* Lines that it does not have: it is there again */
    g_assert_cmphex(peek(NE3 + 0x100000), ==, 0x12cdab78);
    poke(NE3 + 0x300000, 0x55aa1234);
    g_assert_cmphex(peek(NE3), ==, 0x55aa1234);
    g_assert_cmpint(board_mistakes(A_MISTAKE), ==, 0);
}

/* Where the memory is mapped is told by the map itself. */
static bool is_mapped(void)
{
    g_autofree char *map = qtest_hmp(board, "info mtree -f");

    return strstr(map, "0000000068000000-00000000680fffff") != NULL;
}

static void test_mapped_only_if_right(void)
{
    start_sram();
    g_assert_true(is_mapped());
    poke(FSMC + A_BCR3, SRAM16 & ~R_BCR1_WREN_MASK);
    g_assert_false(is_mapped());
    poke(FSMC + A_BCR3, SRAM8);
    g_assert_false(is_mapped());
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_MUXEN_MASK);
    g_assert_false(is_mapped());
    poke(FSMC + A_BCR3, SRAM16);
    g_assert_true(is_mapped());
    board_route("pd14", 0);         /* D0 */
    g_assert_false(is_mapped());
    board_route("pd14", AF_FSMC);
    g_assert_true(is_mapped());
    poke(0x40023838, 0);            /* no clock */
    g_assert_false(is_mapped());
    board_enable("fsmc");
    g_assert_true(is_mapped());
    board_hold_in_reset("fsmc", true);
    board_hold_in_reset("fsmc", false);
    g_assert_false(is_mapped());
    g_assert_cmphex(peek(FSMC + A_BCR3), ==, 0x30d2);
    g_assert_cmpint(board_mistakes(A_MISTAKE), ==, 0);
}

/* What RM0090 36.4 says is an error of the bus. */
static void test_bus_errors(void)
{
    start("-device stm32-sram,bank=ne3,size=1M", ALL_PINS);
    poke(NE3, 1);
    g_assert_cmpint(board_mistakes("write at NE3, which is off: a bus error"), ==, 1);
    poke(FSMC + A_BCR3, SRAM16 & ~R_BCR1_WREN_MASK);
    poke(NE3, 0x1234);
    g_assert_cmpint(board_mistakes("write at NE3 with WREN 0"), ==, 1);
    g_assert_cmphex(peek(NE3), ==, 0);
    poke(FSMC + A_BCR3, SRAM16 | NOR);
    peek(NE3);
    g_assert_cmpint(board_mistakes("with FACCEN 0"), ==, 1);
    peek(NAND2);
    g_assert_cmpint(board_mistakes("read of bank 2, which is off"), ==, 1);
    poke(FSMC + A_PCR4, R_PCR4_PBKEN_MASK);
    peek(CARD);
    g_assert_cmpint(board_mistakes("its pin CD is low"), ==, 1);
}

static void test_no_clock(void)
{
    board_start("");
    poke(NE1, 0);
    g_assert_cmpint(board_mistakes("write at NE1 while the controller has no clock: a bus error; set "
                                   "RCC_AHB3ENR.FSMCEN first"), ==, 1);
    board_enable("fsmc");
    g_assert_cmphex(peek(NE1), ==, 0xffffffff);     /* NE1 is on after reset */
    g_assert_cmpint(board_mistakes("nothing is connected there; -device stm32-sram,bank=ne1"), ==, 1);
}

/* Lines that have no pin: of data, an address, lanes, a strobe. */
static void test_missing_lines(void)
{
    start_sram();
    poke(NE3, 0x1234);
    poke(NE3 + 4, 0x5678);
    board_route("pd14", 0);
    board_route("pf1", 0);          /* A1 */
    g_assert_cmphex(qtest_readw(board, NE3), ==, 0x1235);
    g_assert_cmphex(qtest_readw(board, NE3 + 4), ==, 0x1235);
    g_assert_cmpint(board_mistakes("not routed to a pin: d0 (PD14), a1 (PF1); give the pins AF12"), ==, 1);
    board_route("pd14", AF_FSMC);
    board_route("pf1", AF_FSMC);
    board_route("pe1", 0);
    qtest_writeb(board, NE3, 0x77);
    g_assert_cmphex(qtest_readw(board, NE3), ==, 0x7777);
    board_route("pe1", AF_FSMC);
    board_route("pd5", 0);          /* NWE */
    qtest_writew(board, NE3, 0);
    g_assert_cmphex(qtest_readw(board, NE3), ==, 0x7777);
    board_route("pd5", AF_FSMC);
    board_route("pg10", 0);
    g_assert_cmphex(qtest_readw(board, NE3), ==, 0xffff);
}

static void test_width(void)
{
    start("-device stm32-sram,bank=ne3,size=64K,width=8", ALL_PINS);
    poke(FSMC + A_BCR3, SRAM8);
    poke(NE3, 0x44332211);
    g_assert_cmphex(qtest_readb(board, NE3 + 3), ==, 0x44);
    g_assert_cmpint(board_mistakes(A_MISTAKE), ==, 0);
    poke(FSMC + A_BCR3, SRAM16);
    g_assert_cmphex(qtest_readw(board, NE3 + 2), ==, 0xff22);
    g_assert_cmpint(board_mistakes("used with 16 bits, and the part there (stm32-sram) has 8 data lines"), ==, 1);
    poke(FSMC + A_BCR3, SRAM16 | 2 << R_BCR1_MWID_SHIFT);
    g_assert_cmpint(board_mistakes("MWID 3 is reserved"), ==, 1);
}

/* A PSRAM with A16 to A18 and the rest latched from the data lines; and one that is not. */
static void test_multiplexed(void)
{
    start("-device stm32-sram,bank=ne3,size=1M,multiplexed=on",
          FSMC_STROBES " " FSMC_LANES " " FSMC_D0_7 " " FSMC_D8_15 " " FSMC_A16_18 " " FSMC_NE3 " pb7");
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_MUXEN_MASK);
    g_assert_true(is_mapped());
    poke(NE3 + 0x12344, 0x1234);
    poke(NE3 + 0x12340, 0x5678);
    g_assert_cmphex(peek(NE3 + 0x12344), ==, 0x1234);
    g_assert_cmpint(board_mistakes(A_MISTAKE), ==, 0);
    poke(FSMC + A_BCR3, SRAM16);
    peek(NE3);
    g_assert_cmpint(board_mistakes("MUXEN 0, and the part there (stm32-sram) has its address on the data"), ==, 1);
    start_sram();
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_MUXEN_MASK);
    peek(NE3);
    g_assert_cmpint(board_mistakes("MUXEN 1, and the part there (stm32-sram) has address lines of its own"), ==, 1);
}

/* HSI: 62.5 ns a cycle. */
static void test_timing(void)
{
    start("-device stm32-sram,bank=ne3,size=1M,access-time=200", ALL_PINS);
    poke(FSMC + A_BCR3, SRAM16);
    g_assert_cmpint(board_mistakes("[note "), ==, 0);
    poke(FSMC + A_BTR3, 2 << 8 | 1);
    g_assert_cmpint(board_mistakes("reads of ne3 take 3 HCLK cycles, 187 ns; the part there (stm32-sram) needs "
                                   "200 ns: raise DATAST in BTR3"), ==, 1);
    g_assert_cmpint(board_mistakes("writes of ne3"), ==, 0);
    start("-device stm32-sram,bank=ne3,size=1M,access-time=200", ALL_PINS);
    poke(FSMC + A_BTR3, 3 << 8 | 1);
    poke(FSMC + A_BCR3, SRAM16);
    poke(FSMC + A_BWTR3, 1 << 8 | 1);
    g_assert_cmpint(board_mistakes("writes of ne3"), ==, 0);
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_EXTMOD_MASK);
    g_assert_cmpint(board_mistakes("writes of ne3 take 3 HCLK cycles, 187 ns; the part there (stm32-sram) needs "
                                   "200 ns: raise DATAST in BWTR3"), ==, 1);
}

/* NWAIT is an input that nobody drives: low. */
static void test_asynchronous_wait(void)
{
    start_sram();
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_ASYNCWAIT_MASK);
    fsmc_route("pd6");
    pin_drive("pd6", "1");
    g_assert_cmpint(board_mistakes("ne3 is used with ASYNCWAIT while NWAIT (PD6) is low"), ==, 1);
    start("-device stm32-sram,bank=ne3,size=1M", ALL_PINS " pd6");
    pin_drive("pd6", "1");
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_ASYNCWAIT_MASK);
    g_assert_cmpint(board_mistakes(A_MISTAKE), ==, 0);
    poke(FSMC + A_BCR3, SRAM16 | R_BCR1_ASYNCWAIT_MASK | R_BCR1_WAITPOL_MASK);
    g_assert_cmpint(board_mistakes("ne3 is used with ASYNCWAIT while NWAIT (PD6) is high"), ==, 1);
}

static void test_dma(void)
{
    start_sram();
    board_enable("dma2");
    for (unsigned i = 0; i < 256; i++) {
        poke(RAM + 4 * i, i * 0x01010101);
    }
    poke(DMA2 + 0x18, RAM);
    poke(DMA2 + 0x1c, NE3 + 0x100);
    poke(DMA2 + 0x14, 256);
    poke(DMA2 + 0x24, 7);
    poke(DMA2 + 0x10, 2 << 6 | 1 << 9 | 1 << 10 | 2 << 11 | 2 << 13 | 1);
    board_wait_ns(1000000);
    for (unsigned i = 0; i < 256; i++) {
        g_assert_cmphex(peek(NE3 + 0x100 + 4 * i), ==, i * 0x01010101);
    }
}

/* SYSCFG shows bank 1 at 0. */
static void test_at_0(void)
{
    start("-device stm32-sram,bank=ne1,size=64K", ALL_PINS " " FSMC_NE1);
    board_enable("syscfg");
    poke(FSMC + A_BCR1, SRAM16);
    poke(NE1 + 16, 0xcafef00d);
    poke(SYSCFG, 2);
    g_assert_cmphex(peek(16), ==, 0xcafef00d);
    poke(SYSCFG, 0);
    g_assert_cmphex(peek(16), !=, 0xcafef00d);
}

static void test_snapshot(void)
{
    g_autofree char *file = NULL;
    const char *args = "-device stm32-sram,bank=ne3,size=1M -device stm32-sram,bank=ne2,size=64K,width=8";

    start(args, ALL_PINS " pg9");
    poke(FSMC + A_BCR3, SRAM16);
    poke(FSMC + A_BCR2, SRAM8);
    poke(NE3 + 0x1000, 0x01020304);
    poke(NE2 + 0x1000, 0x05060708);
    file = board_save();
    board_load(file, args);
    g_assert_true(is_mapped());
    g_assert_cmphex(peek(NE3 + 0x1000), ==, 0x01020304);
    g_assert_cmphex(peek(NE2 + 0x1000), ==, 0x05060708);
    g_assert_cmpint(board_mistakes(A_MISTAKE), ==, 0);
    unlink(file);
}

static void refuse(const char *args, const char *line)
{
    g_autofree char *out = NULL, *err = NULL;
    g_autofree char *command = g_strdup_printf("%s -machine stm32f407g_disc -display none %s",
                                               getenv("QTEST_QEMU_BINARY"), args);

    g_assert_true(g_spawn_command_line_sync(command, &out, &err, NULL, NULL));
    if (!strstr(err, line)) {
        g_test_message("%s: %s", args, err);
        g_test_fail();
    }
}

static void test_wrong_options(void)
{
    refuse("-device stm32-sram", "this part is selected by one of ne1 to ne4");
    refuse("-device stm32-sram,bank=nce2", "this part is selected by one of ne1 to ne4");
    refuse("-device stm32-sram,bank=ne1,width=32", "a part has 8 or 16 data lines");
    refuse("-device stm32-sram,bank=ne1,size=3M", "it is a power of two from 1K to 64M");
    refuse("-device stm32-sram,bank=ne1 -device stm32-sram,bank=ne1", "there is a part already (stm32-sram)");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/fsmc/reset-values", test_reset_values);
    qtest_add_func("/fsmc/sram", test_sram);
    qtest_add_func("/fsmc/mapped-only-if-right", test_mapped_only_if_right);
    qtest_add_func("/fsmc/bus-errors", test_bus_errors);
    qtest_add_func("/fsmc/no-clock", test_no_clock);
    qtest_add_func("/fsmc/missing-lines", test_missing_lines);
    qtest_add_func("/fsmc/width", test_width);
    qtest_add_func("/fsmc/multiplexed", test_multiplexed);
    qtest_add_func("/fsmc/timing", test_timing);
    qtest_add_func("/fsmc/asynchronous-wait", test_asynchronous_wait);
    qtest_add_func("/fsmc/dma", test_dma);
    qtest_add_func("/fsmc/at-0", test_at_0);
    qtest_add_func("/fsmc/snapshot", test_snapshot);
    qtest_add_func("/fsmc/wrong-options", test_wrong_options);
    return board_run_tests();
}
