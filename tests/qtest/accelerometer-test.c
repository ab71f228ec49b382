/*
 * The accelerometer at SPI1, as the firmware of the board uses it: CS at PE3, INT1 at PE0, INT2 at PE1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/accelerometer.h"

/* ---- LIS3DSH ---- */

static void test_lis3dsh(void)
{
    start("");
    g_assert_cmphex(get(0x0f), ==, 0x3f);
    g_assert_cmphex(get(CTRL4), ==, 0x07);
    g_assert_cmphex(get(CTRL6), ==, 0x10);
    world(500, -250, 1000);
    assert_axes(0, 0, 0);                               /* powered down */
    put(CTRL4, 0x67);                                   /* 100 Hz */
    assert_axes(0, 0, 0);
    board_wait_ns(11 * MS);
    g_assert_cmphex(get(STATUS), ==, 0x0f);
    assert_axes(500 / 0.06, -250 / 0.06, 1000 / 0.06);
    g_assert_cmphex(get(STATUS), ==, 0);
    board_wait_ns(20 * MS);
    g_assert_cmphex(get(STATUS), ==, 0xff);             /* overrun */
    put(CTRL5, 4 << 3);                                 /* 16 g */
    world(12000, 0, -1000);
    board_wait_ns(11 * MS);
    assert_axes(12000 / 0.73, 0, -1000 / 0.73);
    put(CTRL4, 0x62);                                   /* Y alone */
    board_wait_ns(11 * MS);
    assert_axes(0, 0, 0);
    /* 2 g is the end of the scale */
    put(CTRL4, 0x67);
    put(CTRL5, 0);
    board_wait_ns(11 * MS);
    assert_axes(32767, 0, -1000 / 0.06);
    /* soft reset */
    put(CTRL3, 1);
    g_assert_cmphex(get(CTRL4), ==, 0x07);
}

/* Data ready at INT1, a pulse a sample that reading ends. */
static void test_lis3dsh_data_ready(void)
{
    start("");
    put(CTRL3, 0xc8);                                   /* DR_EN, active high, INT1_EN */
    put(CTRL4, 0x77);                                   /* 400 Hz */
    g_assert_false(pin_level("pe0"));
    for (unsigned i = 0; i < 5; i++) {
        board_wait_ns(2600000);
        g_assert_true(pin_level("pe0"));
        assert_axes(0, 0, 1000 / 0.06);
        g_assert_false(pin_level("pe0"));
    }
    put(CTRL3, 0x88);                                   /* active low */
    g_assert_true(pin_level("pe0"));
    board_wait_ns(2600000);
    g_assert_false(pin_level("pe0"));
}

static void test_lis3dsh_fifo(void)
{
    start("");
    put(CTRL6, 0x74);                                   /* FIFO, watermark at INT1 */
    put(CTRL3, 0x48);
    put(FIFO_CTRL, 1 << 5 | 4);
    put(CTRL4, 0x97);                                   /* 1600 Hz */
    g_assert_cmphex(get(FIFO_SRC), ==, 0x20);
    for (int i = 0; i < 8; i++) {
        world(6 * i, 0, 0);
        board_wait_ns(625000);
        g_assert_true(pin_level("pe0") == (i >= 3));
    }
    g_assert_cmphex(get(FIFO_SRC) & 0x9f, ==, 0x80 | 8);
    for (int i = 0; i < 8; i++) {
        assert_axes(100 * i, 0, 0);
    }
    g_assert_cmphex(get(FIFO_SRC) & 0x20, ==, 0x20);
    board_wait_ns(40 * 625000);                         /* it keeps the first 32 */
    g_assert_cmphex(get(FIFO_SRC), ==, 0x80 | 0x40 | 31);
}

/* A program: above 500 mg at X for 3 samples in a row. */
static void test_lis3dsh_state_machine(void)
{
    start("");
    put(ST1 + 0, 0x05);                                 /* NOP | GNTH1 */
    put(ST1 + 1, 0x71);                                 /* LNTH1 resets | TI1 */
    put(ST1 + 2, 0x11);                                 /* CONT */
    put(TIM1_1, 2);
    put(THRS1_1, 32);                                   /* of 128 for 2 g */
    put(MASK1_A, 0xc0);
    put(SETT1, 0x01);
    put(CTRL3, 0x48);
    put(CTRL4, 0x67);
    put(CTRL1, 0x01);
    world(400, 900, 0);
    board_wait_ns(100 * MS);
    g_assert_false(pin_level("pe0"));
    world(700, 0, 0);
    board_wait_ns(20 * MS);
    world(0, 0, 0);                                     /* not long enough */
    board_wait_ns(100 * MS);
    g_assert_false(pin_level("pe0"));
    world(700, 0, 0);
    board_wait_ns(60 * MS);
    g_assert_true(pin_level("pe0"));
    g_assert_cmphex(get(STAT) & 0x08, ==, 0x08);
    world(0, 0, 0);
    board_wait_ns(20 * MS);
    g_assert_true(pin_level("pe0"));                    /* latched */
    g_assert_cmphex(get(OUTS1), ==, 0x80);
    g_assert_false(pin_level("pe0"));
}

/* ---- LIS302DL ---- */

#define LIS302DL "-machine accelerometer-model=lis302dl"

static void test_lis302dl(void)
{
    start(LIS302DL);
    g_assert_cmphex(get(0x0f), ==, 0x3b);
    put(0x20, 0x47);
    world(900, -180, 1000);
    board_wait_ns(11 * MS);
    g_assert_cmphex(get(0x27), ==, 0x0f);
    begin(0xc0 | 0x29);                                 /* one after the other */
    g_assert_cmpint((int8_t)pass(0), ==, 900 / 18);
    pass(0);
    g_assert_cmpint((int8_t)pass(0), ==, -180 / 18);
    pass(0);
    g_assert_cmpint((int8_t)pass(0), ==, 1000 / 18);
    end();
    g_assert_cmphex(get(0x27), ==, 0);
    put(0x20, 0x67);                                    /* 9.2 g */
    board_wait_ns(11 * MS);
    g_assert_cmpint((int8_t)get(0x29), ==, 900 / 72);
    put(0x21, 0x10);                                    /* filtered: what lasts vanishes */
    board_wait_ns(3000 * MS);
    g_assert_cmpint(abs((int8_t)get(0x29)), <=, 1);
    world(3000, -180, 1000);
    board_wait_ns(11 * MS);
    g_assert_cmpint((int8_t)get(0x29), >=, 20);
}

/* Free fall: all axes below the threshold for 3 samples; latched. */
static void test_lis302dl_free_fall(void)
{
    start(LIS302DL);
    put(0x20, 0x47);
    put(0x22, 0x01);                                    /* FF_WU_1 at INT1 */
    put(0x30, 0xd5);                                    /* and, latched, XLIE YLIE ZLIE */
    put(0x32, 350 / 18);
    put(0x33, 2);
    board_wait_ns(100 * MS);
    g_assert_false(pin_level("pe0"));
    world(0, 0, 0);
    board_wait_ns(20 * MS);
    g_assert_false(pin_level("pe0"));
    board_wait_ns(20 * MS);
    g_assert_true(pin_level("pe0"));
    world(0, 0, 1000);
    board_wait_ns(20 * MS);
    g_assert_true(pin_level("pe0"));
    g_assert_cmphex(get(0x31) & 0x55, ==, 0x55);
    g_assert_false(pin_level("pe0"));
}

static void tap(void)
{
    board_set_string("/machine/accelerometer", "tap", "x");
    board_wait_ns(25 * MS);
}

static void test_lis302dl_click(void)
{
    start(LIS302DL);
    put(0x20, 0x47);
    put(0x22, 0x38);                                    /* clicks at INT2 */
    put(0x38, 0x43);                                    /* X, single and double, latched */
    put(0x3b, 0x04);                                    /* 2 g */
    put(0x3c, 0x0f);
    put(0x3d, 40);                                      /* 20 ms */
    put(0x3e, 20);
    put(0x3f, 200);
    board_wait_ns(50 * MS);
    g_assert_false(pin_level("pe1"));
    tap();
    g_assert_true(pin_level("pe1"));
    g_assert_cmphex(get(0x39), ==, 0x41);
    g_assert_false(pin_level("pe1"));
    board_wait_ns(500 * MS);
    tap();
    get(0x39);
    board_wait_ns(50 * MS);
    tap();
    g_assert_cmphex(get(0x39), ==, 0x42);
    /* too long for a click */
    world(3000, 0, 0);
    board_wait_ns(100 * MS);
    world(0, 0, 0);
    board_wait_ns(50 * MS);
    g_assert_cmphex(get(0x39), ==, 0);
}

/* 19 digits, X the other way; then the high-pass filter forgets what was. */
static void test_lis302dl_self_test(void)
{
    start(LIS302DL);
    world(0, 0, 0);
    put(0x20, 0x57);
    board_wait_ns(11 * MS);
    g_assert_cmpint((int8_t)get(0x29), ==, -19);
    g_assert_cmpint((int8_t)get(0x2b), ==, 19);
    g_assert_cmpint((int8_t)get(0x2d), ==, 19);
    put(0x20, 0x4f);
    board_wait_ns(11 * MS);
    g_assert_cmpint((int8_t)get(0x29), ==, 19);
    g_assert_cmpint((int8_t)get(0x2d), ==, -19);
    put(0x20, 0x47);
    put(0x21, 0x13);                                    /* FDS, 0.25 Hz */
    world(900, 0, 0);
    board_wait_ns(11 * MS);
    g_assert_cmpint((int8_t)get(0x29), >, 40);
    get(0x23);
    g_assert_cmpint((int8_t)get(0x29), ==, 0);
    board_wait_ns(11 * MS);
    g_assert_cmpint(abs((int8_t)get(0x29)), <=, 1);
}

/* Detector 2 at INT2: wakes up by changes alone, is active low, open drain, not latched. */
static void test_lis302dl_wake_up(void)
{
    start(LIS302DL);
    put(0x21, 0x08);                                    /* HP_FF_WU2 */
    put(0x22, 0x90);
    put(0x34, 0x2a);                                    /* any axis high */
    put(0x36, 500 / 18);
    put(0x20, 0xc7);                                    /* 400 Hz */
    board_wait_ns(50 * MS);
    g_assert_true(pin_level("pe1"));
    g_assert_true(pin_level("pe0"));                    /* nothing, active low */
    world(0, 900, 1000);
    board_wait_ns(3 * MS);
    g_assert_false(pin_level("pe1"));
    g_assert_cmphex(get(0x35), ==, 0x48);
    board_wait_ns(200 * MS);
    g_assert_true(pin_level("pe1"));
    put(0x22, 0xd0);
    g_assert_false(pin_level("pe1"));                   /* nobody pulls it up */
    poke(GPIOE + 0xc, 1 << 2);
    g_assert_true(pin_level("pe1"));
    world(0, 0, 1000);
    board_wait_ns(3 * MS);
    g_assert_false(pin_level("pe1"));
}

/* The counter goes down by one where the condition is not met, or to 0. */
static void test_lis302dl_duration(void)
{
    for (unsigned dcrm = 0; dcrm < 2; dcrm++) {
        start(LIS302DL);
        put(0x22, 0x01);
        put(0x30, 0x42);                                /* X high, latched */
        put(0x32, dcrm << 7 | 500 / 18);
        put(0x33, 5);
        put(0x20, 0x47);
        board_wait_ns(5 * MS);
        world(900, 0, 0);
        board_wait_ns(50 * MS);
        world(0, 0, 0);
        board_wait_ns(10 * MS);
        world(900, 0, 0);
        board_wait_ns(10 * MS);
        g_assert_false(pin_level("pe0"));
        board_wait_ns(10 * MS);
        g_assert_true(pin_level("pe0") == dcrm);
        board_wait_ns(40 * MS);
        g_assert_true(pin_level("pe0"));
    }
}

/* INT1 tells of every sample until all axes are read; what is not read is overrun. */
static void test_lis302dl_data_ready(void)
{
    start(LIS302DL);
    put(0x22, 0x04);
    put(0x20, 0x47);
    board_wait_ns(11 * MS);
    g_assert_true(pin_level("pe0"));
    get(0x29);
    g_assert_cmphex(get(0x27), ==, 0x0e);
    board_wait_ns(10 * MS);
    g_assert_cmphex(get(0x27), ==, 0xef);
    get(0x29);
    get(0x2b);
    g_assert_true(pin_level("pe0"));
    get(0x2d);
    g_assert_false(pin_level("pe0"));
    g_assert_cmphex(get(0x27), ==, 0x00);
}

/* ---- The rest ---- */

/* What a file says happens at its time. */
static void test_motion(void)
{
    g_autofree char *name = NULL, *args = NULL;
    int fd = g_file_open_tmp("stm32-motion-XXXXXX", &name, NULL);

    g_assert(fd >= 0);
    close(fd);
    g_assert_true(g_file_set_contents(name, "# a shake\n0 60 0 0\n100 120 6 0\n200.5 0 0 600\n", -1,
                                      NULL));
    args = g_strdup_printf("-machine motion=%s", name);
    start(args);
    put(CTRL4, 0x97);
    board_wait_ns(50 * MS);
    assert_axes(1000, 0, 0);
    board_wait_ns(100 * MS);
    assert_axes(2000, 100, 0);
    board_wait_ns(100 * MS);
    assert_axes(0, 0, 10000);
    unlink(name);
}

/* At other pins nobody answers; and without CS. */
static void test_unconnected(void)
{
    start("");
    pass(0x8f);
    g_assert_cmphex(pass(0), ==, 0);
    poke(GPIOA, (peek(GPIOA) & ~0x3000u));              /* PA6 is an input: MISO is not routed */
    g_assert_cmphex(get(0x0f), ==, 0);
    board_start("-machine accelerometer-model=none");
    start("-machine accelerometer-model=none");
    g_assert_cmphex(get(0x0f), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/accelerometer/lis3dsh", test_lis3dsh);
    qtest_add_func("/accelerometer/lis3dsh-data-ready", test_lis3dsh_data_ready);
    qtest_add_func("/accelerometer/lis3dsh-fifo", test_lis3dsh_fifo);
    qtest_add_func("/accelerometer/lis3dsh-state-machine", test_lis3dsh_state_machine);
    qtest_add_func("/accelerometer/lis302dl", test_lis302dl);
    qtest_add_func("/accelerometer/lis302dl-free-fall", test_lis302dl_free_fall);
    qtest_add_func("/accelerometer/lis302dl-click", test_lis302dl_click);
    qtest_add_func("/accelerometer/lis302dl-self-test", test_lis302dl_self_test);
    qtest_add_func("/accelerometer/lis302dl-wake-up", test_lis302dl_wake_up);
    qtest_add_func("/accelerometer/lis302dl-duration", test_lis302dl_duration);
    qtest_add_func("/accelerometer/lis302dl-data-ready", test_lis302dl_data_ready);
    qtest_add_func("/accelerometer/motion", test_motion);
    qtest_add_func("/accelerometer/unconnected", test_unconnected);
    return board_run_tests();
}
