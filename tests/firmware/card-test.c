/*
 * An SD card under TCG: a guest program (card.c) reads and writes it, polled and by DMA, and what it saw and wrote is
 * what is in the image.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/tests/qtest/board.h"
#include "stm32/firmware/lib/mailbox.h"

#define SIZE (1024 * 1024)
#define BLOCK 512
#define MANY (64 * BLOCK)

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

static uint32_t sum_of(const char *data, unsigned bytes)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < bytes; i += 4) {
        sum = sum * 3 + (uint32_t)ldl_le_p(data + i);
    }
    return sum;
}

/* Cycles that reading 64 blocks took. */
static uint32_t play(const char *time)
{
    g_autofree char *image = NULL, *args = NULL, *before = g_malloc(SIZE), *after = NULL;
    GRand *random = g_rand_new_with_seed(1);
    uint32_t cycles;
    gsize size;

    for (unsigned i = 0; i < SIZE; i += 4) {
        stl_le_p(before + i, g_rand_int(random));
    }
    g_rand_free(random);
    close(g_file_open_tmp("stm32-card-XXXXXX", &image, NULL));
    g_assert_true(g_file_set_contents(image, before, SIZE, NULL));
    args = g_strdup_printf("-accel tcg %s -kernel %s/card.elf -drive if=sd,format=raw,file=%s", time,
                           g_getenv("STM32_FIRMWARE"), image);
    board_start(args);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmphex(mail(2), ==, sum_of(before + BLOCK, BLOCK));
    g_assert_cmphex(mail(3), ==, sum_of(before + 64 * BLOCK, MANY));
    cycles = mail(4);
    g_assert_cmpint(board_mistakes("/machine/soc/"), ==, 0);
    board_stop();
    g_assert_true(g_file_get_contents(image, &after, &size, NULL));
    memcpy(before + 2 * BLOCK, before + BLOCK, BLOCK);
    memcpy(before + 256 * BLOCK, before + 64 * BLOCK, MANY);
    g_assert_cmpmem(before, SIZE, after, size);
    unlink(image);
    return cycles;
}

/* 64 blocks are 65536 periods of 24 MHz and what is between them: 2.73 ms, 458752 cycles of the core. */
static void test_card(void)
{
    uint32_t cycles = play("-icount shift=3,sleep=off");

    g_assert_cmpuint(cycles, >, 65536 * 7);
    g_assert_cmpuint(cycles, <, 65536 * 7 * 110 / 100);
    g_assert_cmpuint(play("-icount shift=3,sleep=off -machine fast-forward=off"), ==, cycles);
}

/* The host may be late, and nothing gets lost. */
static void test_host_time(void)
{
    play("");
}

/* A host that is late does not let a block end before its words are read that a chip would have read in time. */
static void test_polled(const void *time)
{
    g_autofree char *image = NULL, *args = NULL, *zeros = g_malloc0(SIZE);

    close(g_file_open_tmp("stm32-card-XXXXXX", &image, NULL));
    g_assert_true(g_file_set_contents(image, zeros, SIZE, NULL));
    args = g_strdup_printf("-accel tcg %s -kernel %s/card_polled.elf -drive if=sd,format=raw,file=%s", (const char *)time,
                           g_getenv("STM32_FIRMWARE"), image);
    board_start(args);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmpuint(mail(2), ==, 300);
    g_assert_cmpuint(mail(3), ==, 0);
    board_stop();
    unlink(image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("card/icount", test_card);
    qtest_add_func("card/host-time", test_host_time);
    qtest_add_data_func("card/polled/icount", "-icount shift=3,sleep=off", test_polled);
    qtest_add_data_func("card/polled/host-time", "", test_polled);
    return board_run_tests();
}
