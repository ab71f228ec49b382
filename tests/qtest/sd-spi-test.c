/*
 * An SD card of QEMU's on SPI2, PB12 selects it: initialised, read and written as a driver does it by
 * registers (SD specification, SPI mode).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/crc-ccitt.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/spi.h"
#include "stm32/core/regs.h"

enum { SPI2 = 0x40003800, GPIOB = 0x40020400, BSRR = GPIOB + 0x18 };

#define CARD_SIZE (4 * 1024 * 1024)
#define BLOCK 512
#define DEVICES "-drive if=none,id=sd,format=raw,file=%s " \
                "-device ssi-sd,bus=spi2,cs=0 -device sd-card-spi,drive=sd"

static char *card;

static uint8_t pass(uint8_t out)
{
    poke(SPI2 + A_DR, out);
    board_wait_ns(4000);
    g_assert_cmphex(peek(SPI2 + A_SR) & R_SR_RXNE_MASK, ==, R_SR_RXNE_MASK);
    return peek(SPI2 + A_DR);
}

static void select_card(bool yes)
{
    poke(BSRR, yes ? 1u << 28 : 1 << 12);
    if (!yes) {
        pass(0xff);
    }
}

static void start(void)
{
    g_autofree char *args = NULL;
    int fd = g_file_open_tmp("stm32-card-XXXXXX", &card, NULL);

    g_assert_cmpint(ftruncate(fd, CARD_SIZE), ==, 0);
    close(fd);
    args = g_strdup_printf(DEVICES, card);
    board_start(args);
    board_enable("gpiob");
    board_enable("spi2");
    poke(BSRR, 1 << 12);
    poke(GPIOB, (peek(GPIOB) & ~(3u << 24)) | 1 << 24);
    for (unsigned pin = 13; pin <= 15; pin++) {
        board_pin_function(GPIOB, pin, 5);
    }
    poke(SPI2 + A_CR1, R_CR1_MSTR_MASK | R_CR1_SSM_MASK | R_CR1_SSI_MASK | 2 << R_CR1_BR_SHIFT |
                       R_CR1_SPE_MASK);
    for (unsigned i = 0; i < 10; i++) {
        pass(0xff);
    }
}

static void finish(void)
{
    board_stop();
    unlink(card);
    g_clear_pointer(&card, g_free);
}

/* The first byte of the response; the card stays selected. */
static uint8_t command(uint8_t n, uint32_t arg)
{
    uint8_t r = 0xff, crc = n == 0 ? 0x95 : n == 8 ? 0x87 : 1;

    select_card(false);
    select_card(true);
    pass(0x40 | n);
    for (int shift = 24; shift >= 0; shift -= 8) {
        pass(arg >> shift);
    }
    pass(crc);
    for (unsigned i = 0; i < 8 && r & 0x80; i++) {
        r = pass(0xff);
    }
    return r;
}

static uint32_t word(void)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++) {
        value = value << 8 | pass(0xff);
    }
    return value;
}

static void init_card(void)
{
    unsigned tries = 0;
    uint8_t r;

    g_assert_cmphex(command(0, 0), ==, 0x01);
    g_assert_cmphex(command(8, 0x1aa), ==, 0x01);
    g_assert_cmphex(word() & 0xfff, ==, 0x1aa);
    g_assert_cmphex(command(58, 0), ==, 0x01);
    g_assert_cmphex(word() & 0x80ff8000, ==, 0x00ff8000);       /* not yet */
    do {
        g_assert_cmphex(command(55, 0) & 0xfe, ==, 0);
        r = command(41, 0x40000000);
    } while (r & 1 && ++tries < 100);
    g_assert_cmphex(r, ==, 0);
    g_assert_cmphex(command(58, 0), ==, 0);
    g_assert_cmphex(word() & 0x80ff8000, ==, 0x80ff8000);       /* powered up, 2.7 to 3.6 V */
    g_assert_cmphex(command(16, BLOCK), ==, 0);
}

/* What comes after a command that reads; meanwhile what is in the buffer goes out. */
static void exchange_data(uint8_t *data, unsigned size)
{
    uint8_t token = 0xff;
    uint16_t crc;

    for (unsigned i = 0; i < 100 && token == 0xff; i++) {
        token = pass(0xff);
    }
    g_assert_cmphex(token, ==, 0xfe);
    for (unsigned i = 0; i < size; i++) {
        data[i] = pass(data[i]);
    }
    crc = pass(0xff) << 8;
    crc |= pass(0xff);
    g_assert_cmphex(crc, ==, crc_ccitt_false(0, data, size));
}

static void read_data(uint8_t *data, unsigned size)
{
    memset(data, 0xff, size);
    exchange_data(data, size);
}

static void read_block(uint32_t at, uint8_t *data)
{
    g_assert_cmphex(command(17, at), ==, 0);
    read_data(data, BLOCK);
}

/* And what goes with one that writes. */
static void write_data_at_once(uint8_t token, const uint8_t *data)
{
    pass(token);
    for (unsigned i = 0; i < BLOCK; i++) {
        pass(data[i]);
    }
    pass(0xff);
    pass(0xff);
    g_assert_cmphex(pass(0xff) & 0x1f, ==, 0x05);               /* accepted */
    for (unsigned i = 0; i < 100 && pass(0xff) == 0; i++) {
    }
}

static void write_data(uint8_t token, const uint8_t *data)
{
    pass(0xff);
    write_data_at_once(token, data);
}

static void write_block(uint32_t at, const uint8_t *data)
{
    g_assert_cmphex(command(24, at), ==, 0);
    write_data(0xfe, data);
}

static void fill(uint8_t *data, unsigned seed)
{
    for (unsigned i = 0; i < BLOCK; i++) {
        data[i] = (i * seed + i / 7) ^ seed;
    }
}

/* What is written is in the file, and what is in the file is read. */
static void test_blocks(void)
{
    uint8_t out[BLOCK], in[BLOCK], other[BLOCK];
    int fd;

    start();
    fd = open(card, O_RDWR);
    fill(other, 5);
    g_assert_cmpint(pwrite(fd, other, BLOCK, 7 * BLOCK), ==, BLOCK);
    init_card();
    read_block(7 * BLOCK, in);
    g_assert_cmpmem(in, BLOCK, other, BLOCK);
    fill(out, 11);
    write_block(20 * BLOCK, out);
    write_block(21 * BLOCK, other);
    read_block(20 * BLOCK, in);
    g_assert_cmpmem(in, BLOCK, out, BLOCK);
    read_block(21 * BLOCK, in);
    g_assert_cmpmem(in, BLOCK, other, BLOCK);
    g_assert_cmpint(pread(fd, in, BLOCK, 20 * BLOCK), ==, BLOCK);
    g_assert_cmpmem(in, BLOCK, out, BLOCK);
    memset(in, 0x4c, sizeof(in));       /* CMD12, if anything was to be stopped */
    g_assert_cmphex(command(17, 7 * BLOCK), ==, 0);
    exchange_data(in, BLOCK);
    g_assert_cmpmem(in, BLOCK, other, BLOCK);
    read_block(20 * BLOCK, in);
    g_assert_cmpmem(in, BLOCK, out, BLOCK);
    close(fd);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    finish();
}

/* Without a byte between the response and the block (Nwr), as the SD library of Arduino does it. */
static void test_at_once(void)
{
    uint8_t out[BLOCK], in[BLOCK];

    start();
    init_card();
    fill(out, 13);
    for (unsigned i = 0; i < 2; i++) {
        g_assert_cmphex(command(24, (3 + i) * BLOCK), ==, 0);
        write_data_at_once(0xfe, out);
    }
    read_block(4 * BLOCK, in);
    g_assert_cmpmem(in, BLOCK, out, BLOCK);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    finish();
}

/* What drivers ask behind each block: two bytes. */
static void test_status(void)
{
    uint8_t out[BLOCK];

    start();
    init_card();
    fill(out, 13);
    for (unsigned i = 0; i < 2; i++) {
        write_block((3 + i) * BLOCK, out);
        g_assert_cmphex(command(13, 0), ==, 0);
        g_assert_cmphex(pass(0xff), ==, 0);
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    finish();
}

/* Its size is in the CSD: (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) * 2^READ_BL_LEN. */
static void test_size(void)
{
    uint8_t csd[16], cid[16];
    unsigned c_size, mult;

    start();
    init_card();
    g_assert_cmphex(command(9, 0), ==, 0);
    read_data(csd, 16);
    c_size = (csd[6] & 3) << 10 | csd[7] << 2 | csd[8] >> 6;
    mult = (csd[9] & 3) << 1 | csd[10] >> 7;
    g_assert_cmphex(csd[0] & 0xc0, ==, 0);
    g_assert_cmpuint((c_size + 1) << (mult + 2 + (csd[5] & 0xf)), ==, CARD_SIZE);
    g_assert_cmphex(command(10, 0), ==, 0);
    read_data(cid, 16);
    g_assert_cmphex(cid[15] & 1, ==, 1);
    finish();
}

/* Several blocks in one go, both ways. */
static void test_multiple(void)
{
    uint8_t out[BLOCK], in[BLOCK];

    start();
    init_card();
    g_assert_cmphex(command(25, 40 * BLOCK), ==, 0);
    for (unsigned i = 0; i < 5; i++) {
        fill(out, 3 + i);
        write_data(0xfc, out);
    }
    pass(0xfd);
    pass(0xff);
    g_assert_cmphex(command(18, 40 * BLOCK), ==, 0);
    for (unsigned i = 0; i < 5; i++) {
        fill(out, 3 + i);
        read_data(in, BLOCK);
        g_assert_cmpmem(in, BLOCK, out, BLOCK);
    }
    pass(0x4c);                                                 /* CMD12 */
    for (unsigned i = 0; i < 4; i++) {
        pass(0);
    }
    pass(0x61);
    pass(0xff);
    g_assert_cmphex(pass(0xff), ==, 0);
    pass(0xff);
    read_block(41 * BLOCK, in);
    fill(out, 4);
    g_assert_cmpmem(in, BLOCK, out, BLOCK);
    finish();
}

/* Not selected it is silent; beyond its end there is nothing. */
static void test_misuse(void)
{
    start();
    select_card(false);
    pass(0x40);
    for (unsigned i = 0; i < 4; i++) {
        pass(0);
    }
    pass(0x95);
    pass(0xff);
    for (unsigned i = 0; i < 8; i++) {
        g_assert_cmphex(pass(0xff), !=, 0x01);
    }
    g_assert_cmphex(command(17, 0) & 0x04, ==, 0x04);           /* before it is initialised */
    init_card();
    g_assert_cmphex(command(17, CARD_SIZE), !=, 0);
    finish();
}

/* In the middle of a block a snapshot is taken. */
static void test_snapshot(void)
{
    uint8_t out[BLOCK], in[BLOCK];
    g_autofree char *file = NULL, *args = NULL;

    start();
    init_card();
    fill(out, 3);
    write_block(9 * BLOCK, out);
    g_assert_cmphex(command(17, 9 * BLOCK), ==, 0);
    for (unsigned i = 0; i < 100 && pass(0xff) != 0xfe; i++) {
    }
    for (unsigned i = 0; i < 100; i++) {
        in[i] = pass(0xff);
    }
    args = g_strdup_printf(DEVICES, card);
    file = board_save();
    board_load(file, args);
    unlink(file);
    for (unsigned i = 100; i < BLOCK; i++) {
        in[i] = pass(0xff);
    }
    g_assert_cmpmem(in, BLOCK, out, BLOCK);
    finish();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/sd-spi/blocks", test_blocks);
    qtest_add_func("/sd-spi/at-once", test_at_once);
    qtest_add_func("/sd-spi/status", test_status);
    qtest_add_func("/sd-spi/size", test_size);
    qtest_add_func("/sd-spi/multiple", test_multiple);
    qtest_add_func("/sd-spi/misuse", test_misuse);
    qtest_add_func("/sd-spi/snapshot", test_snapshot);
    return board_run_tests();
}
