/*
 * External SRAM, NAND flash and a TFT under TCG, with a guest program (memories.c): what it saw, and the picture that
 * it has drawn.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/display.h"
#include "stm32/firmware/lib/mailbox.h"

#define PARTS "-device stm32-sram,bank=ne3 -device stm32-nand,bank=nce2,width=8,ready=pd6 " \
              "-device stm32-ili9341,bank=ne4,rs=a18"

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

/* The sum that the program makes of its picture. */
static uint32_t sum_of_picture(void)
{
    uint32_t sum = 0;

    display_look();
    g_assert_cmpuint(display_width, ==, 240);
    g_assert_cmpuint(display_height, ==, 320);
    for (unsigned y = 0; y < 320; y++) {
        for (unsigned x = 0; x < 240; x++) {
            uint32_t c = display_pixel(x, y);

            sum = sum * 3 + ((c >> 19 << 11) | (c >> 10 & 0x3f) << 5 | (c >> 3 & 0x1f));
        }
    }
    return sum;
}

static void test_memories(void)
{
    g_autofree char *args = g_strdup_printf("-accel tcg -icount shift=3,sleep=off -kernel %s/memories.elf " PARTS,
                                            g_getenv("STM32_FIRMWARE"));

    board_start(args);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmpuint(mail(3), <, mail(2) + 100);                /* no slower */
    g_assert_cmphex(mail(4), ==, 0x64000000);
    g_assert_cmphex(mail(5) & 0xff00, ==, 1 << 10);             /* IMPRECISERR */
    g_assert_cmpuint(mail(6) / 8, ==, 0x123);
    g_assert_cmphex(mail(8), ==, sum_of_picture());
    g_assert_cmphex(mail(7), ==, (display_pixel(17, 23) >> 8 & 0xfcfc));
    g_assert_cmpint(board_mistakes("fsmc: read at NE2, which is off"), ==, 1);
    g_assert_cmpint(board_mistakes("fsmc: write at NE3 with WREN 0"), ==, 1);
    g_assert_cmpint(board_mistakes("/machine/"), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/memories/all", test_memories);
    return board_run_tests();
}
