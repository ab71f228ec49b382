/*
 * FSMC, banks 2 and 3 (RM0090 36.6), with a NAND flash of 8 data lines at NCE2, its R/B at PD6, which is NWAIT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/fsmc.h"
#define REGS "stm32/regs/fsmc.h"
#include "stm32/core/regs.h"

enum { DATA = 0x70000000, COMMAND = DATA + 0x10000, ADDRESS = DATA + 0x20000, ATTRIBUTE = 0x78000000 };
enum { PAGE = 2048, SPARE = 64, IRQ = 48 };

#define ON (R_PCR2_PBKEN_MASK | R_PCR2_PTYP_MASK)
#define ECC_512 (1 << R_PCR2_ECCPS_SHIFT)
#define PART "-device stm32-nand,id=nand,bank=nce2,width=8,ready=pd6"

static void route(void)
{
    fsmc_route(FSMC_STROBES " " FSMC_D0_7 " " FSMC_NCE2 " pd11 pd12");
    board_enable("gpiod");
}

static void start(const char *args)
{
    board_start(args);
    board_enable("fsmc");
    route();
    poke(FSMC + A_PMEM2, 0x01020301);
    poke(FSMC + A_PCR2, ON);
}

static void command(uint8_t value)
{
    qtest_writeb(board, COMMAND, value);
}

/* Column and page. */
static void address(unsigned column, unsigned page)
{
    qtest_writeb(board, ADDRESS, column);
    qtest_writeb(board, ADDRESS, column >> 8);
    qtest_writeb(board, ADDRESS, page);
    qtest_writeb(board, ADDRESS, page >> 8);
}

static uint8_t status(void)
{
    command(0x70);
    return qtest_readb(board, DATA);
}

static void wait_ready(void)
{
    for (unsigned i = 0; i < 1000 && !pin_level("pd6"); i++) {
        board_wait_ns(1000);
    }
    g_assert_true(pin_level("pd6"));
}

static uint8_t pattern(unsigned i)
{
    return i * 7 + i / 256;
}

static void program(unsigned page, unsigned size)
{
    command(0x80);
    address(0, page);
    for (unsigned i = 0; i < size; i++) {
        qtest_writeb(board, DATA, pattern(i));
    }
    command(0x10);
    g_assert_false(pin_level("pd6"));
    g_assert_cmphex(status(), ==, 0x80);
    wait_ready();
    g_assert_cmphex(status(), ==, 0xe0);
}

static void open_page(unsigned column, unsigned page)
{
    command(0x00);
    address(column, page);
    command(0x30);
    wait_ready();
}

static void test_identity(void)
{
    static const uint8_t id[] = { 0x2c, 0xf1, 0x80, 0x95, 0x02 };

    start(PART);
    command(0xff);
    wait_ready();
    command(0x90);
    qtest_writeb(board, ADDRESS, 0);
    for (unsigned i = 0; i < sizeof(id); i++) {
        g_assert_cmphex(qtest_readb(board, DATA), ==, id[i]);
    }
    command(0x90);
    qtest_writeb(board, ADDRESS, 0);
    g_assert_cmphex(peek(DATA), ==, 0x9580f12c);        /* four cycles */
    command(0x90);
    qtest_writeb(board, ADDRESS, 0x20);
    g_assert_cmphex(peek(DATA), ==, 0x49464e4f);
    command(0xec);
    qtest_writeb(board, ADDRESS, 0);
    wait_ready();
    g_assert_cmphex(peek(DATA), ==, 0x49464e4f);
    g_assert_cmpint(board_mistakes("[RM0090"), ==, 0);
    g_assert_cmpint(board_mistakes("[ONFI"), ==, 0);
}

static void test_program_read_erase(void)
{
    start(PART);
    program(1234, PAGE + SPARE);
    open_page(0, 1234);
    for (unsigned i = 0; i < PAGE + SPARE; i++) {
        g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(i));
    }
    command(0x05);
    qtest_writeb(board, ADDRESS, 0x10);
    qtest_writeb(board, ADDRESS, 0x01);
    command(0xe0);
    g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(0x110));
    /* Copied to another page, with a byte of its own */
    command(0x00);
    address(0, 1234);
    command(0x35);
    wait_ready();
    command(0x85);
    address(3, 1300);
    qtest_writeb(board, DATA, 0x5a);
    command(0x10);
    wait_ready();
    open_page(2, 1300);
    g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(2));
    g_assert_cmphex(qtest_readb(board, DATA), ==, 0x5a);
    command(0x60);
    qtest_writeb(board, ADDRESS, 1234 & 0xff);
    qtest_writeb(board, ADDRESS, 1234 >> 8);
    command(0xd0);
    wait_ready();
    open_page(0, 1234);
    g_assert_cmphex(peek(DATA), ==, 0xffffffff);
    open_page(0, 1300);                                 /* of another block */
    g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(0));
    g_assert_cmpint(board_mistakes("[RM0090"), ==, 0);
    g_assert_cmpint(board_mistakes("[ONFI"), ==, 0);
}

/* A bit's number is the odd bits of what two codes differ in. */
static unsigned odd_bits(uint32_t code)
{
    unsigned number = 0;

    for (unsigned i = 0; i < 16; i++) {
        number |= (code >> (2 * i + 1) & 1) << i;
    }
    return number;
}

static uint32_t code_of_512(void)
{
    poke(FSMC + A_PCR2, ON | ECC_512);
    poke(FSMC + A_PCR2, ON | ECC_512 | R_PCR2_ECCEN_MASK);
    for (unsigned i = 0; i < 512; i += 4) {
        peek(DATA);
    }
    return peek(FSMC + A_ECCR2);
}

static void test_ecc(void)
{
    uint32_t good, bad;

    start(PART);
    poke(FSMC + A_PCR2, ON | ECC_512 | R_PCR2_ECCEN_MASK);
    command(0x80);
    address(0, 7);
    for (unsigned i = 0; i < 512; i++) {
        qtest_writeb(board, DATA, pattern(i));
    }
    g_assert_false(peek(FSMC + A_SR2) & R_SR2_FEMPT_MASK);
    peek(FSMC + A_ECCR2);
    g_assert_cmpint(board_mistakes("ECCR2 read while what was written is still in the FIFO"), ==, 1);
    board_wait_ns(4100);                /* two words, byte by byte, 8 cycles of 16 MHz each */
    g_assert_true(peek(FSMC + A_SR2) & R_SR2_FEMPT_MASK);
    good = peek(FSMC + A_ECCR2);
    command(0x10);
    wait_ready();
    open_page(0, 7);
    g_assert_cmphex(code_of_512(), ==, good);
    board_set_bool("/machine/peripheral/nand", "spoil-read", true);
    open_page(0, 7);
    bad = code_of_512();
    g_assert_cmpuint(odd_bits(good ^ bad), ==, 100 * 8 + 5);
    g_assert_cmphex((good ^ bad) >> 24, ==, 0);
    for (unsigned i = 0; i < 24; i += 2) {              /* of each pair just one is different */
        g_assert_cmphex((good ^ bad) >> i & 3, !=, 0);
        g_assert_cmphex((good ^ bad) >> i & 3, !=, 3);
    }
    open_page(512, 8);
    g_assert_cmphex(code_of_512(), ==, 0);              /* erased */
    poke(FSMC + A_PCR2, ON);
    g_assert_cmphex(peek(FSMC + A_ECCR2), ==, 0);
    g_assert_cmpint(board_mistakes("after 0 bytes of a page of 256"), ==, 1);
}

/* R/B at INT2 too: its edges and level. */
static void test_interrupt(void)
{
    start("-device stm32-nand,bank=nce2,width=8,ready=pg6");
    board_watch_irqs();
    board_route("pg6", AF_FSMC);
    poke(FSMC + A_SR2, R_SR2_IREN_MASK);
    command(0xff);
    g_assert_cmphex(peek(FSMC + A_SR2) & 7, ==, R_SR2_IFS_MASK);
    g_assert_false(irq(IRQ));
    board_wait_ns(6000);
    g_assert_cmphex(peek(FSMC + A_SR2) & 7, ==, 7);
    g_assert_true(irq(IRQ));
    poke(FSMC + A_SR2, R_SR2_IREN_MASK);
    g_assert_cmphex(peek(FSMC + A_SR2) & 7, ==, 0);
    g_assert_false(irq(IRQ));
}

static void test_mistakes(void)
{
    start(PART);
    command(0x00);
    address(0, 5);
    command(0x30);
    g_assert_cmphex(qtest_readb(board, DATA), ==, 0xff);
    g_assert_cmpint(board_mistakes("data read while it is busy"), ==, 1);
    command(0x80);
    g_assert_cmpint(board_mistakes("command 0x80 while it is busy"), ==, 1);
    wait_ready();
    command(0x33);
    g_assert_cmpint(board_mistakes("command 0x33 is none"), ==, 1);
    qtest_writeb(board, DATA, 1);
    g_assert_cmpint(board_mistakes("without the command 0x80"), ==, 1);
    command(0x00);
    address(0, 5);
    qtest_writeb(board, ADDRESS, 2);                    /* there is no page 131077 */
    command(0x30);
    g_assert_cmpint(board_mistakes("page 131077 is addressed, and there are 65536"), ==, 1);
    wait_ready();
    poke(FSMC + A_PCR2, ON | 1 << R_PCR2_PWID_SHIFT);
    qtest_readb(board, DATA);
    g_assert_cmpint(board_mistakes("nce2 is used with 16 bits, and the part there (stm32-nand) has 8"), ==, 1);
    poke(FSMC + A_PCR2, R_PCR2_PBKEN_MASK);
    qtest_readb(board, DATA);
    g_assert_cmpint(board_mistakes("read of bank 2 with PTYP 0"), ==, 1);
    qtest_readb(board, 0x75000000);
    g_assert_cmpint(board_mistakes("read of bank 2 at reserved +0x05000000"), ==, 1);
    poke(FSMC + A_PCR3, ON);
    qtest_readb(board, 0x80000000);
    g_assert_cmpint(board_mistakes("nothing is connected there; -device stm32-nand,bank=nce3 is"), ==, 1);
}

/* PWAITEN with R/B at NWAIT: what is read is ready. */
static unsigned erase(unsigned page)
{
    command(0x60);
    qtest_writeb(board, ADDRESS, page);
    qtest_writeb(board, ADDRESS, page >> 8);
    command(0xd0);
    wait_ready();
    return status();
}

static uint8_t mark_of(unsigned page)
{
    open_page(PAGE, page);
    return qtest_readb(board, DATA);
}

/* Of 64 pages each. */
static void test_bad_blocks(void)
{
    start(PART ",bad-blocks=3:17");
    for (unsigned block = 0; block < 20; block++) {
        bool bad = block == 3 || block == 17;

        g_assert_cmphex(mark_of(block * 64), ==, bad ? 0 : 0xff);
        g_assert_cmphex(mark_of(block * 64 + 1), ==, bad ? 0 : 0xff);
        g_assert_cmphex(mark_of(block * 64 + 2), ==, 0xff);
    }
    g_assert_cmpint(board_mistakes("[ONFI"), ==, 0);
    g_assert_cmphex(erase(2 * 64), ==, 0xe0);
    g_assert_cmphex(erase(3 * 64), ==, 0xe1);
    g_assert_cmpint(board_mistakes("an erase of block 3, which its maker has marked as bad"), ==, 1);
    g_assert_cmphex(mark_of(3 * 64), ==, 0);
    command(0x80);
    address(0, 17 * 64 + 5);
    qtest_writeb(board, DATA, 0);
    command(0x10);
    wait_ready();
    g_assert_cmphex(status(), ==, 0xe1);
    open_page(0, 17 * 64 + 5);
    g_assert_cmphex(qtest_readb(board, DATA), ==, 0xff);
    g_assert_cmphex(erase(4 * 64), ==, 0xe0);           /* that was that */
}

/* A block that wears out: once, and the status of the next is its own. */
static void test_failures(void)
{
    g_autofree char *file = NULL;

    start(PART);
    program(130, PAGE);
    board_set_bool("/machine/peripheral/nand", "fail-erase", true);
    file = board_save();
    board_load(file, PART);
    unlink(file);
    g_assert_cmphex(erase(128), ==, 0xe1);
    open_page(1, 130);
    g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(1));
    g_assert_cmphex(erase(128), ==, 0xe0);
    open_page(1, 130);
    g_assert_cmphex(qtest_readb(board, DATA), ==, 0xff);
    board_set_bool("/machine/peripheral/nand", "fail-program", true);
    command(0x80);
    address(0, 130);
    for (unsigned i = 0; i < PAGE; i++) {
        qtest_writeb(board, DATA, pattern(i));
    }
    command(0x10);
    wait_ready();
    g_assert_cmphex(status(), ==, 0xe1);
    program(131, PAGE);
    g_assert_cmpint(board_mistakes("[ONFI"), ==, 0);
}

static void test_wait(void)
{
    start(PART);
    program(9, 16);
    board_route("pd6", AF_FSMC);
    poke(FSMC + A_PCR2, ON | R_PCR2_PWAITEN_MASK);
    command(0x00);
    address(4, 9);
    command(0x30);
    g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(4));
    g_assert_cmphex(qtest_readb(board, ATTRIBUTE), ==, pattern(5));
    g_assert_cmpint(board_mistakes("[ONFI"), ==, 0);
}

/* Bank 4: a PC Card says by CD that it is there; its INTR. */
static void test_card_bank(void)
{
    board_start("");
    board_enable("fsmc");
    board_watch_irqs();
    board_route("pf9", AF_FSMC);                        /* CD, high: there is a card */
    board_route("pf10", AF_FSMC);                       /* INTR */
    pin_drive("pf9", "1");
    poke(FSMC + A_PCR4, R_PCR4_PBKEN_MASK | 1 << R_PCR4_PWID_SHIFT);
    g_assert_cmpint(board_mistakes("PCR4.PBKEN set: a chip with 100 pins has not NCE4_1"), ==, 1);
    g_assert_cmphex(peek(0x9c000000), ==, 0xffffffff);
    g_assert_cmpint(board_mistakes("read of bank 4: nothing is connected there"), ==, 1);
    poke(FSMC + A_SR4, R_SR4_ILEN_MASK);
    pin_drive("pf10", "1");
    g_assert_cmphex(peek(FSMC + A_SR4) & 7, ==, R_SR4_IRS_MASK | R_SR4_ILS_MASK);
    g_assert_true(irq(IRQ));
    pin_drive("pf9", "0");
    peek(0x90000000);
    g_assert_cmpint(board_mistakes("its pin CD is low"), ==, 1);
}

static void test_16_lines(void)
{
    start("-device stm32-nand,bank=nce2,width=16,size=256M,ready=pd6");
    fsmc_route(FSMC_D8_15);
    poke(FSMC + A_PCR2, ON | 1 << R_PCR2_PWID_SHIFT);
    command(0x80);
    address(3, 1);
    qtest_writeb(board, ADDRESS, 1);                    /* page 65537 */
    qtest_writew(board, DATA, 0x1234);
    poke(DATA, 0x789a5678);
    command(0x10);
    wait_ready();
    command(0x00);
    address(4, 1);
    qtest_writeb(board, ADDRESS, 1);
    command(0x30);
    wait_ready();
    g_assert_cmphex(peek(DATA), ==, 0x789a5678);
    command(0x90);
    qtest_writeb(board, ADDRESS, 0);
    g_assert_cmphex(peek(DATA), ==, 0x00ca002c);
    g_assert_cmpint(board_mistakes("[RM0090"), ==, 0);
}

static void test_image(void)
{
    g_autofree char *name = NULL, *args = NULL, *bytes = NULL;
    unsigned pages = 65536;
    int fd = g_file_open_tmp("stm32-nand-XXXXXX", &name, NULL);
    uint8_t spare[4];

    g_assert_cmpint(ftruncate(fd, (off_t)pages * (PAGE + SPARE)), ==, 0);
    args = g_strdup_printf("-drive if=none,id=n,format=raw,file=%s -device stm32-nand,bank=nce2,width=8,drive=n,"
                           "ready=pd6", name);
    start(args);
    command(0x60);
    qtest_writeb(board, ADDRESS, 64);
    qtest_writeb(board, ADDRESS, 0);
    command(0xd0);
    wait_ready();
    program(64, PAGE + SPARE);
    open_page(0, 64);
    g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(0));
    board_stop();
    g_assert_cmpint(pread(fd, spare, 4, (off_t)65 * (PAGE + SPARE) - 4), ==, 4);
    g_assert_cmphex(spare[3], ==, pattern(PAGE + SPARE - 1));
    close(fd);
    unlink(name);
}

/* In the middle of a page that is read, with its code; and while it is busy. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL, *busy = NULL;
    uint32_t code;

    start(PART);
    program(3, 512);
    open_page(0, 3);
    code = code_of_512();
    open_page(0, 3);
    poke(FSMC + A_PCR2, ON | ECC_512);
    poke(FSMC + A_PCR2, ON | ECC_512 | R_PCR2_ECCEN_MASK);
    for (unsigned i = 0; i < 100; i++) {
        qtest_readb(board, DATA);
    }
    file = board_save();
    board_load(file, PART);
    for (unsigned i = 100; i < 512; i++) {
        g_assert_cmphex(qtest_readb(board, DATA), ==, pattern(i));
    }
    g_assert_cmphex(peek(FSMC + A_ECCR2), ==, code);
    command(0x60);
    qtest_writeb(board, ADDRESS, 0);
    qtest_writeb(board, ADDRESS, 0);
    command(0xd0);
    busy = board_save();
    board_load(busy, PART);
    g_assert_false(pin_level("pd6"));
    wait_ready();
    open_page(0, 3);
    g_assert_cmphex(qtest_readb(board, DATA), ==, 0xff);
    unlink(file);
    unlink(busy);
}

static void test_fuzz(void)
{
    static const uint8_t commands[] = { 0, 5, 0x10, 0x30, 0x35, 0x60, 0x70, 0x80, 0x85, 0x90, 0xd0, 0xe0, 0xec, 0xff };
    g_autoptr(GRand) random = g_rand_new_with_seed(29);

    start(PART);
    for (unsigned i = 0; i < 20000; i++) {
        uint32_t at = DATA + g_rand_int_range(random, 0, 4) * 0x10000;

        switch (g_rand_int_range(random, 0, 8)) {
        case 0:  command(commands[g_rand_int_range(random, 0, sizeof(commands))]); break;
        case 1:  qtest_writeb(board, at, g_rand_int(random)); break;
        case 2:  poke(at, g_rand_int(random)); break;
        case 3:  peek(at); break;
        case 4:  poke(FSMC + 0x60 + g_rand_int_range(random, 0, 0x18) * 4, g_rand_int(random)); break;
        case 5:  poke(FSMC + A_PCR2, ON | (g_rand_int(random) & 0xe0040)); break;
        case 6:  board_wait_ns(g_rand_int_range(random, 0, 20000)); break;
        default: qtest_writeb(board, ADDRESS, g_rand_int_range(random, 0, 3)); break;
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nand/identity", test_identity);
    qtest_add_func("/nand/program-read-erase", test_program_read_erase);
    qtest_add_func("/nand/ecc", test_ecc);
    qtest_add_func("/nand/interrupt", test_interrupt);
    qtest_add_func("/nand/mistakes", test_mistakes);
    qtest_add_func("/nand/bad-blocks", test_bad_blocks);
    qtest_add_func("/nand/failures", test_failures);
    qtest_add_func("/nand/wait", test_wait);
    qtest_add_func("/nand/card-bank", test_card_bank);
    qtest_add_func("/nand/16-lines", test_16_lines);
    qtest_add_func("/nand/image", test_image);
    qtest_add_func("/nand/snapshot", test_snapshot);
    qtest_add_func("/nand/fuzz", test_fuzz);
    return board_run_tests();
}
