/*
 * A camera under TCG: a guest program (camera.c) takes pictures by DMA, a whole one and line by line, and what it has
 * got is what the camera looks at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/camera.h"
#include "stm32/tests/qtest/display.h"
#include "stm32/firmware/lib/mailbox.h"

enum { W = 160, H = 120, STILL = 30 };

static uint32_t mail(unsigned word)
{
    return peek(MAILBOX_ADDRESS + 4 * word);
}

/* Of the lines below that with the square that moves. */
static uint32_t expected(void)
{
    uint32_t sum = 0;

    for (unsigned y = STILL; y < H; y++) {
        for (unsigned x = 0; x < W; x += 2) {
            uint8_t a[3], b[3];

            pattern(a, x, y, W, H, 0);
            pattern(b, x + 1, y, W, H, 0);
            sum = sum * 3 + (rgb565(a) | (uint32_t)rgb565(b) << 16);
        }
    }
    return sum;
}

/* Cycles of a frame. */
static uint32_t play(const char *time)
{
    g_autofree char *args = g_strdup_printf("-accel tcg %s -kernel %s/camera.elf "
                                            "-device stm32-camera,model=ov9655,bus=i2c1", time,
                                            g_getenv("STM32_FIRMWARE"));

    board_start(args);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(1), ==, 0);
    g_assert_cmphex(mail(2), ==, expected());
    g_assert_cmpuint(mail(4), ==, 2 * H);
    g_assert_cmpint(board_mistakes("/machine/"), ==, 0);
    return mail(3);
}

/* 132 lines of 1515 periods of 6 MHz are 33.33 ms. */
static void test_icount(void)
{
    const uint32_t frame = 132 * 1515 * 28;
    uint32_t cycles = play("-icount shift=3,sleep=off"), polled;
    int64_t played;

    g_assert_cmphex(mail(5), ==, expected());
    g_assert_cmpuint(cycles, >, frame - 100);
    g_assert_cmpuint(cycles, <, frame + 100);
    polled = mail(6);
    g_assert_cmpuint(polled, >, frame - 1000);
    g_assert_cmpuint(polled, <, frame + 1000);
    /* what is left is sleep and I2C, some 35 ms: the loops that poll registers wait for 30 each */
    played = board_get_int("/machine", "virtual-time") - board_get_int("/machine", "fast-forwarded");
    g_assert_cmpint(played, <, 55000000);
    g_assert_cmpuint(play("-icount shift=3,sleep=off -machine fast-forward=off"), ==, cycles);
    g_assert_cmpuint(mail(6), ==, polled);
    g_assert_cmpuint(play("-icount shift=3,sleep=off -machine runs=off"), >, frame - 100);
    g_assert_cmphex(mail(5), ==, expected());
}

/* From the camera to a TFT by DMA: the picture that is shown is the one it looks at. */
static void test_viewfinder(void)
{
    g_autofree char *args = g_strdup_printf("-accel tcg -icount shift=3,sleep=off -kernel %s/viewfinder.elf "
                                            "-device stm32-camera,model=ov9655,bus=i2c1 "
                                            "-device stm32-ili9341,bank=ne4,rs=a18", g_getenv("STM32_FIRMWARE"));

    board_start(args);
    WAIT_FOR(mail(0) == MAILBOX_DONE);
    g_assert_cmpuint(mail(1), ==, 0);
    display_look();
    for (unsigned y = STILL; y < H; y++) {
        for (unsigned x = 0; x < W; x++) {
            uint32_t shown = display_pixel(40 + x, 100 + y);
            uint8_t rgb[3];

            pattern(rgb, x, y, W, H, 0);
            g_assert_cmphex((shown >> 19 << 11) | (shown >> 10 & 0x3f) << 5 | (shown >> 3 & 0x1f), ==, rgb565(rgb));
        }
    }
    g_assert_cmpint(board_mistakes("/machine/"), ==, 0);
}

/* The host may be late: then a line may be the next one already, but there are as many. */
static void test_host_time(void)
{
    play("");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("capture/icount", test_icount);
    qtest_add_func("capture/viewfinder", test_viewfinder);
    qtest_add_func("capture/host-time", test_host_time);
    return board_run_tests();
}
