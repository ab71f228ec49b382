/*
 * The state machines of the LIS3DSH, with programs like those of AN3393, and what is around them:
 * FIFO modes, filters, self test, halves of a sample.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/accelerometer.h"

#define FROM_MG(mg) ((mg) * 100 / 6 / 256)  /* a threshold at 2 g */
#define INT1_HIGH 0x48                      /* CTRL3: active high, enabled */
#define BOTH_HIGH 0x58

/* ---- Help ---- */

/* 100 samples a second; what follows is in the middle between two. */
static void begin_samples(void)
{
    put(CTRL4, 0x67);
    board_wait_ns(5 * MS);
}

static void samples(unsigned n)
{
    board_wait_ns(n * 10 * MS);
}

/* Machine @sm, 0 or SM2, has @program; INT1 is active high. */
static void load(unsigned sm, const char *program, unsigned size, uint8_t mask, uint8_t sett)
{
    for (unsigned i = 0; i < size; i++) {
        put(ST1 + sm + i, program[i]);
    }
    put(MASK1_A + sm, mask);
    put(SETT1 + sm, sett);
    put(CTRL3, BOTH_HIGH);
}

#define LOAD(sm, program, mask, sett) load(sm, program, sizeof(program) - 1, mask, sett)

static bool fired(void)
{
    return pin_level("pe0");
}

/* It has fired, @outs says why; reading that ends it. */
static void assert_fired(uint8_t outs)
{
    g_assert_true(fired());
    g_assert_cmphex(get(STAT) & 0x08, ==, 0x08);
    g_assert_cmphex(get(OUTS1), ==, outs);
    g_assert_false(fired());
    g_assert_cmphex(get(STAT) & 0x08, ==, 0);
}

static void knock(int x, int y, int z)
{
    world(x, y, z + 1000);
    samples(1);
    world(0, 0, 1000);
}

/* ---- Programs ---- */

/* Any axis above the threshold, of either sign. */
static void test_wake_up(void)
{
    start("");
    LOAD(0, "\x05\x11", 0xfc, 0x01);
    put(THRS1_1, 0x55);
    put(CTRL1, 0x01);
    begin_samples();
    samples(20);
    g_assert_false(fired());
    knock(1500, 0, 0);
    assert_fired(0x80);
    knock(0, -1500, 0);
    assert_fired(0x10);
    samples(5);
    g_assert_false(fired());
    put(MASK1_A, 0xa0);                             /* X and Y, positive alone */
    put(CTRL1, 0);
    put(CTRL1, 1);
    knock(-1500, 0, 0);
    g_assert_false(fired());
    knock(0, 1500, 0);
    assert_fired(0x20);
}

/* All axes below the threshold for 3 sampling periods. */
static void test_free_fall(void)
{
    start("");
    LOAD(0, "\x0a\x61\x11", 0xfc, 0x01);
    put(THRS2_1, FROM_MG(350));
    put(TIM1_1, 3);
    put(CTRL1, 0x01);
    begin_samples();
    samples(10);
    g_assert_cmphex(get(PR1), ==, 0x00);
    world(100, -100, 0);
    samples(2);
    g_assert_cmphex(get(PR1), ==, 0x10);
    g_assert_cmphex(get(TC1), ==, 2);
    world(0, 0, 1000);                              /* a short one */
    samples(5);
    g_assert_cmphex(get(PR1), ==, 0x00);
    world(100, -100, 0);
    samples(3);
    g_assert_false(fired());
    samples(1);
    assert_fired(0xfc);
}

/* Two knocks at the same side: the second within TIM3 after a pause of TIM2. */
static void test_double_tap(void)
{
    start("");
    LOAD(0, "\x05\x17\x02\x35\x17\x11", 0xfc, 0x01);
    put(THRS1_1, 0x55);
    put(TIM1_1, 3);
    put(TIM2_1, 4);
    put(TIM3_1, 10);
    put(CTRL1, 0x01);
    begin_samples();
    knock(1800, 0, 0);
    samples(7);
    knock(1800, 0, 0);
    samples(1);
    assert_fired(0x80);
    knock(1800, 0, 0);                              /* too late */
    samples(20);
    g_assert_cmphex(get(PR1) >> 4, ==, 0);
    knock(1800, 0, 0);                              /* not at the same side */
    samples(7);
    knock(0, 1800, 0);
    samples(20);
    g_assert_false(fired());
    world(1800, 0, 1000);                           /* no knock: it stays */
    samples(20);
    world(0, 0, 1000);
    samples(20);
    g_assert_false(fired());
}

/* Machine 2 at INT2, as the BSP has it: quiet, beyond, back within TIM2; and the peak. */
static void test_single_tap(void)
{
    start("");
    LOAD(SM2, "\x01\x06\x28\x11", 0xfc, 0xa1);
    put(TIM1_1 + SM2, 5);
    put(TIM2_1 + SM2, 3);
    put(THRS2_1 + SM2, 0x45);
    put(CTRL2, 0x09);
    begin_samples();
    knock(1500, 0, 0);                              /* too early */
    samples(6);
    g_assert_false(pin_level("pe1"));
    knock(1500, 0, 0);
    g_assert_cmphex(get(PEAK2), ==, FROM_MG(1500));
    samples(1);
    g_assert_true(pin_level("pe1"));
    g_assert_false(fired());
    g_assert_cmphex(get(STAT) & 0x0c, ==, 0x04);
    g_assert_cmphex(get(OUTS1 + SM2), ==, 0x80);
    g_assert_false(pin_level("pe1"));
    g_assert_cmphex(get(PEAK2), ==, 0);
    put(CTRL2, 0x01);                               /* at INT1, pulses */
    put(CTRL3, 0x78);
    samples(6);
    knock(0, 0, -2600);
    samples(1);
    g_assert_true(fired());
    samples(1);
    g_assert_false(fired());
}

/* Which side is up, after it has been so for a while; again when it is another. */
static void test_6d(void)
{
    static const struct Side { int x, y, z; uint8_t outs; } side[] = {
        { 0, 0, 1000, 0x08 }, { 1000, 0, 0, 0x80 }, { -1000, 0, 0, 0x40 }, { 0, 1000, 0, 0x20 },
        { 0, -1000, 0, 0x10 }, { 0, 0, -1000, 0x04 },
    };

    start("");
    LOAD(0, "\x05\x71\x88\x07\x11", 0xfc, 0x20);
    put(THRS1_1, FROM_MG(800));
    put(TIM1_1, 5);
    put(CTRL1, 0x01);
    begin_samples();
    for (unsigned i = 0; i < ARRAY_SIZE(side); i++) {
        world(side[i].x, side[i].y, side[i].z);
        samples(3);
        g_assert_false(fired());
        samples(6);
        assert_fired(side[i].outs);
        samples(20);
        g_assert_false(fired());
    }
    /* 4D is that without Z */
    put(CTRL1, 0);
    put(MASK1_A, 0xf0);
    put(CTRL1, 1);
    world(0, 0, 1000);
    samples(20);
    g_assert_false(fired());
    world(0, -1000, 0);
    samples(10);
    assert_fired(0x10);
}

/* There and back: above at X, then with the opposite sign. */
static void test_double_turn(void)
{
    start("");
    LOAD(0, "\x05\xcc\x15\x11", 0x80, 0x21);
    put(THRS1_1, FROM_MG(500));
    put(TIM1_1, 10);
    put(CTRL1, 0x01);
    begin_samples();
    world(-900, 0, 0);
    samples(5);
    g_assert_cmphex(get(PR1), ==, 0);
    world(900, 0, 0);
    samples(3);
    g_assert_cmphex(get(PR1), ==, 0x20);
    world(0, 0, 0);
    samples(15);                                    /* too slow */
    g_assert_cmphex(get(PR1), ==, 0);
    world(900, 0, 0);
    samples(1);
    world(-900, 0, 0);
    samples(1);
    assert_fired(0x40);
}

/* ---- Commands ---- */

static void test_parameters(void)
{
    start("");
    LOAD(0, "\x77\x11\xaa\x22\xee\x33\x41\x44\x42\x55\x55\x1b\x66\x66\x82\x00", 0xfc, 0x00);
    put(CTRL1, 0x01);
    begin_samples();
    samples(1);
    g_assert_cmphex(get(THRS1_1), ==, 0x11);
    g_assert_cmphex(get(THRS2_1), ==, 0x22);
    g_assert_cmphex(get(THRS3), ==, 0x33);
    g_assert_cmphex(get(TIM3_1), ==, 0x44);
    g_assert_cmphex(get(TIM4_1), ==, 0x55);
    g_assert_cmphex(get(VFC_1), ==, 0x66);          /* SETP */
    g_assert_cmphex(get(SETT1), ==, 0x82);
    g_assert_cmphex(get(CTRL1), ==, 0);             /* STOP */
    g_assert_cmphex(get(PR1), ==, 0xf0);
    g_assert_false(fired());
    /* bits of SETT, and SRP and CRP */
    LOAD(SM2, "\x13\x23\x32\x43\x33\x0f\x44\x0f\x00", 0x00, 0x01);
    put(CTRL2, 0x01);
    samples(1);
    g_assert_cmphex(get(SETT1 + SM2), ==, 0x3b);
    g_assert_cmphex(get(PR1 + SM2), ==, 0x55);
    put(CTRL2, 0);
    LOAD(SM2, "\x12\x21\x31\x34\x00", 0x00, 0xff);
    put(CTRL2, 0x01);
    samples(1);
    g_assert_cmphex(get(SETT1 + SM2), ==, 0xc5);
    g_assert_true(fired());                         /* SITR: STOP tells */
    g_assert_cmphex(get(STAT) & 0x0c, ==, 0x04);
    get(OUTS1 + SM2);
    g_assert_false(fired());
}

/* To one of two places; and nothing but commands is no endless loop. */
static void test_jump(void)
{
    start("");
    LOAD(0, "\x22\x57\x53\x88\x00\xaa\x77\x00", 0xfc, 0x00);
    put(THRS1_1, FROM_MG(1200));
    put(CTRL1, 0x01);
    begin_samples();
    samples(1);
    assert_fired(0xfc);
    g_assert_cmphex(get(PR1), ==, 0x40);
    put(CTRL1, 0x01);
    world(1500, 0, 0);
    samples(1);
    g_assert_cmphex(get(THRS2_1), ==, 0x77);
    g_assert_false(fired());
    LOAD(0, "\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33", 0xfc, 0x00);
    put(CTRL1, 0x01);
    samples(3);
    g_assert_cmphex(get(CTRL1), ==, 0x01);
}

/* One after the other. */
static void test_sync(void)
{
    start("");
    LOAD(SM2, "\xff\x88\xff\x00", 0xfc, 0x00);
    LOAD(0, "\x05\xff\x88\x00", 0xfc, 0x00);
    put(THRS1_1, FROM_MG(1200));
    put(CTRL2, 0x01);
    put(CTRL1, 0x01);
    begin_samples();
    samples(2);
    g_assert_cmphex(get(STAT) & 0x3c, ==, 0x10);    /* 2 waits */
    world(1500, 0, 0);
    samples(1);
    g_assert_cmphex(get(STAT) & 0x3c, ==, 0x14);    /* 1 has waited, 2 has told and waits again */
    samples(1);
    g_assert_cmphex(get(STAT) & 0x3c, ==, 0x1c);
    g_assert_cmphex(get(CTRL1), ==, 0);
}

static void test_wait_for_host(void)
{
    start("");
    LOAD(0, "\x05\x99\x88\x00", 0xfc, 0x00);
    put(THRS1_1, FROM_MG(1200));
    put(CTRL1, 0x01);
    begin_samples();
    world(1500, 0, 0);
    samples(3);
    g_assert_cmphex(get(STAT) & 0x48, ==, 0x48);
    g_assert_cmphex(get(PR1), ==, 0x20);
    g_assert_cmphex(get(OUTS1), ==, 0x80);
    g_assert_cmphex(get(STAT) & 0x48, ==, 0);
    samples(1);
    assert_fired(0x80);
    g_assert_cmphex(get(CTRL1), ==, 0);
}

static void test_long_counter(void)
{
    start("");
    LOAD(0, "\x05\xbb\x07\x11", 0xfc, 0x00);
    g_assert_cmphex(get(LC_L), ==, 1);
    put(THRS1_1, FROM_MG(1200));
    put(CTRL1, 0x01);
    begin_samples();
    knock(1500, 0, 0);
    samples(2);
    g_assert_cmphex(get(STAT) & 0x80, ==, 0);       /* it does not count */
    put(LC_L, 4);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmphex(get(STAT) & 0x80, ==, 0);
        g_assert_cmphex(get(LC_L), ==, 4 - i);
        knock(1500, 0, 0);
        samples(2);
    }
    g_assert_true(fired());
    g_assert_cmphex(get(STAT) & 0x80, ==, 0x80);
    g_assert_cmphex(get(STAT) & 0x80, ==, 0);
    g_assert_false(fired());
}

/* ---- Masks and inputs ---- */

/* Frozen on what fired, or not; let go by THRS3 or REL; the other mask. */
static void test_masks(void)
{
    static const struct Case {
        const char *program;
        uint8_t sett;
        bool fires;
    } frozen[] = {
        { "\x05\x05\x11\x00", 0x01, false }, { "\x05\x05\x11\x00", 0x03, true },
        { "\x05\x05\x11\x00", 0x05, true }, { "\x05\xdd\x05\x11", 0x01, true },
        { "\x05\x09\x11\x00", 0x01, true }, { "\x05\x24\x05\x11", 0x01, true },
        { "\x24\x05\x05\x11", 0x45, true }, { "\x24\x05\x05\x11", 0x05, false },
    };

    start("");
    put(MASK1_B, 0xf0);
    put(THRS1_1, FROM_MG(500));
    put(THRS3, FROM_MG(1500));
    begin_samples();
    for (unsigned i = 0; i < ARRAY_SIZE(frozen); i++) {
        put(CTRL1, 0);
        get(OUTS1);
        load(0, frozen[i].program, 4, 0xf0, frozen[i].sett);
        put(CTRL1, 0x01);
        world(900, 0, 0);
        samples(1);
        world(0, -1800, 0);
        samples(1);
        g_test_message("case %u", i);
        g_assert_true(fired() == frozen[i].fires);
        if (fired()) {
            assert_fired(0x10);
        }
    }
}

/* Conditions one by one: does a machine that waits for it go on at this value of X? */
static void test_conditions(void)
{
    static const struct Case {
        uint8_t condition, mask, sett, ctrl1;
        int mg, yes, no;        /* first one, then another */
    } c[] = {
        { 0x5, 0xc0, 0x00, 0x01, 0, 700, 600 }, { 0x5, 0xc0, 0x00, 0x01, 0, -700, -600 },
        { 0x5, 0x40, 0x00, 0x01, 0, -700, 700 }, { 0x5, 0xc0, 0x00, 0xe1, 0, 800, 700 },
        { 0x5, 0x80, 0x20, 0x01, 0, 700, -700 }, { 0x5, 0x40, 0x20, 0x01, 0, -700, 700 },
        { 0x6, 0xc0, 0x00, 0x01, 0, 400, 200 }, { 0x7, 0xc0, 0x00, 0x01, 1900, 600, -700 },
        { 0x7, 0xc0, 0x00, 0xe1, 1900, 500, 600 }, { 0x8, 0x80, 0x00, 0x01, 1900, 200, -400 },
        { 0x8, 0x80, 0x20, 0x01, 1900, -1900, 400 }, { 0x9, 0xc0, 0x00, 0x01, 0, 700, 600 },
        { 0xa, 0xc0, 0x00, 0x01, 1900, 200, 400 }, { 0xb, 0x80, 0x20, 0x01, -1900, -600, -700 },
        { 0xc, 0x80, 0x20, 0x01, 0, -700, -600 }, { 0xd, 0x80, 0x20, 0x01, -1900, -200, -400 },
        { 0xe, 0x80, 0x20, 0x01, 0, -400, -200 }, { 0xf, 0x80, 0x00, 0x01, 700, -100, 100 },
    };

    start("");
    put(THRS1_1, FROM_MG(650));
    put(THRS2_1, FROM_MG(300));
    begin_samples();
    for (unsigned i = 0; i < 2 * ARRAY_SIZE(c); i++) {
        const struct Case *k = &c[i / 2];
        char program[] = { k->condition, 0x11 };

        put(CTRL1, 0);
        get(OUTS1);
        load(0, program, 2, k->mask, k->sett | 1);
        put(CTRL1, k->ctrl1);
        world(k->mg, 0, 0);
        samples(1);
        g_test_message("condition %x, mask %02x, %d mg", k->condition, k->mask,
                       i % 2 ? k->no : k->yes);
        g_assert_false(fired());
        world(i % 2 ? k->no : k->yes, 0, 0);
        samples(1);
        g_assert_true(fired() == !(i % 2));
    }
}

/* Machine 2 sees every third sample, differences to the one before, or to a constant. */
static void test_differences(void)
{
    start("");
    LOAD(SM2, "\x05\x11", 0xfc, 0x11);
    put(THRS1_1 + SM2, FROM_MG(300));
    put(CTRL2, 0x01);
    begin_samples();
    samples(10);
    g_assert_false(fired());
    world(0, 0, 500);
    samples(1);
    g_assert_true(fired());
    g_assert_cmphex(get(OUTS1 + SM2), ==, 0x04);
    samples(5);
    g_assert_false(fired());
    put(CTRL2, 0);
    put(SETT1 + SM2, 0x19);
    put(CS_X + 2, FROM_MG(500));
    put(CTRL2, 0x01);
    samples(5);
    g_assert_false(fired());
    world(0, 0, 900);
    samples(1);
    g_assert_cmphex(get(OUTS1 + SM2), ==, 0x08);
    samples(1);
    g_assert_true(fired());                         /* as long as it is not that */
    /* decimated */
    put(CTRL2, 0);
    get(OUTS1 + SM2);
    LOAD(SM2, "\x01\x11", 0xfc, 0x01);
    put(DES2, 2);
    put(TIM1_1 + SM2, 3);
    put(CTRL2, 0x01);
    samples(6);
    g_assert_false(fired());
    samples(1);
    g_assert_true(fired());
}

/* The length of the vector, and what the filter leaves of it: changes. */
static void test_vector(void)
{
    start("");
    LOAD(0, "\x05\x11", 0x02, 0x01);
    put(THRS1_1, FROM_MG(1000));
    put(CTRL1, 0x01);
    begin_samples();
    samples(10);
    g_assert_false(fired());
    world(1000, -1000, 1000);                       /* 0.83 g by that formula, twice is too much */
    samples(2);
    g_assert_false(fired());
    world(1500, -1500, 1500);
    samples(1);
    assert_fired(0x02);
    samples(1);
    g_assert_true(fired());
    put(CTRL1, 0x00);
    get(OUTS1);
    put(THRS1_1, FROM_MG(300));
    put(VFC_1, 0x7f);
    put(MASK1_A, 0x03);
    put(CTRL3, INT1_HIGH | 0x04);
    samples(10);
    put(CTRL1, 0x01);
    samples(5);
    g_assert_false(fired());
    world(100, 0, 0);
    samples(1);
    g_assert_true(fired());
    samples(10);
    get(OUTS1);
    samples(1);
    g_assert_false(fired());
}

/* ---- Samples ---- */

static void test_fifo_modes(void)
{
    start("");
    LOAD(0, "\x05\x11", 0xc0, 0x01);
    put(THRS1_1, FROM_MG(1000));
    put(CTRL6, 0x5a);                               /* FIFO, empty and overrun at INT1 */
    put(CTRL3, INT1_HIGH);
    begin_samples();
    g_assert_true(fired());
    put(FIFO_CTRL, 2 << 5);                         /* stream: the last 32 */
    samples(1);
    g_assert_false(fired());
    samples(32);
    g_assert_true(fired());
    g_assert_cmphex(get(FIFO_SRC), ==, 0xdf);
    world(0, 0, 900);
    samples(1);
    for (unsigned i = 0; i < 31; i++) {
        assert_axes(0, 0, 1000 / 0.06);
    }
    assert_axes(0, 0, 900 / 0.06);
    g_assert_cmphex(get(FIFO_SRC) & 0x7f, ==, 0x20);
    put(FIFO_CTRL, 0);
    put(CTRL6, 0x50);
    put(CTRL1, 0x01);
    /* bypass until it fires, then stream; then FIFO; stream until it fires, then FIFO */
    for (unsigned mode = 3; mode <= 7; mode += mode == 4 ? 3 : 1) {
        put(FIFO_CTRL, mode << 5);
        samples(40);
        g_assert_cmphex(get(FIFO_SRC) & 0x20, ==, mode == 3 ? 0 : 0x20);
        world(1500, 0, 0);
        samples(1);
        world(0, 0, 1000);
        samples(34);
        g_assert_cmphex(get(FIFO_SRC) & 0x40, ==, 0x40);
        read_axes((int16_t[3]) { });
        g_test_message("mode %u", mode);
        if (mode == 7) {
            g_assert_cmphex(get(FIFO_SRC) & 0x5f, ==, 31);
        } else if (mode == 4) {
            samples(1);
            g_assert_cmphex(get(FIFO_SRC) & 0x40, ==, 0x40);
        }
        put(FIFO_CTRL, 0);
        get(OUTS1);
    }
}

static void test_self_test(void)
{
    start("");
    begin_samples();
    put(CTRL5, 0x02);
    samples(1);
    assert_axes(140 / 0.06, 140 / 0.06, 1590 / 0.06);
    put(CTRL5, 0x04);
    samples(1);
    assert_axes(-140 / 0.06, -140 / 0.06, 410 / 0.06);
    put(CTRL5, 0x00);
    put(OFF_X + 1, -10);
    samples(1);
    assert_axes(0, 320, 1000 / 0.06);
    g_assert_cmphex(get(OUT_T), ==, 0);
    board_set_int("/machine/accelerometer", "temperature", -5);
    g_assert_cmpint((int8_t)get(OUT_T), ==, -30);
}

/* 50 Hz at 1600 samples a second: each comes 17.8 % nearer. */
static void test_low_pass(void)
{
    double is = 0;
    int16_t out[3];

    start("");
    world(0, 0, 0);
    put(CTRL5, 0xc0);
    put(CTRL4, 0x97);
    board_wait_ns(10 * MS + 300000);
    world(1200, 0, 0);
    for (unsigned i = 0; i < 12; i++) {
        board_wait_ns(625000 - 7 * 4000);
        is += (20000 - is) * 0.17827;
        read_axes(out);
        g_assert_cmpint(ABS(out[0] - (int)is), <=, 20);
    }
    put(CTRL5, 0x00);
    board_wait_ns(625000);
    assert_axes(20000, 0, 0);
}

/* With BDU both halves are of one sample, whatever comes between. */
static void test_block_update(void)
{
    uint8_t low, high;

    start("");
    world(600, 0, 0);                               /* 0x2710 */
    put(CTRL4, 0x6f);
    board_wait_ns(15 * MS);
    low = get(OUT_X);
    world(-600, 0, 0);
    samples(2);
    high = get(OUT_X + 1);
    g_assert_cmphex(high << 8 | low, ==, 0x2710);
    high = get(OUT_X + 1);
    world(600, 0, 0);
    samples(2);
    low = get(OUT_X);
    g_assert_cmphex(high << 8 | low, ==, (uint16_t)-0x2710);
    put(CTRL4, 0x67);
    high = get(OUT_X + 1);
    world(-600, 0, 0);
    samples(2);
    low = get(OUT_X);
    g_assert_cmphex(high << 8 | low, ==, 0x27f0);
}

/* In the middle of a program. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL;

    start("");
    LOAD(0, "\x05\x17\x02\x35\x17\x11", 0xfc, 0x01);
    put(THRS1_1, 0x55);
    put(TIM1_1, 3);
    put(TIM2_1, 4);
    put(TIM3_1, 10);
    put(CTRL1, 0x01);
    begin_samples();
    knock(0, 1800, 0);
    samples(7);
    file = board_save();
    board_load(file, "");
    unlink(file);
    knock(0, 1800, 0);
    samples(1);
    assert_fired(0x20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/lis3dsh/wake-up", test_wake_up);
    qtest_add_func("/lis3dsh/free-fall", test_free_fall);
    qtest_add_func("/lis3dsh/double-tap", test_double_tap);
    qtest_add_func("/lis3dsh/single-tap", test_single_tap);
    qtest_add_func("/lis3dsh/6d", test_6d);
    qtest_add_func("/lis3dsh/double-turn", test_double_turn);
    qtest_add_func("/lis3dsh/parameters", test_parameters);
    qtest_add_func("/lis3dsh/jump", test_jump);
    qtest_add_func("/lis3dsh/sync", test_sync);
    qtest_add_func("/lis3dsh/wait-for-host", test_wait_for_host);
    qtest_add_func("/lis3dsh/long-counter", test_long_counter);
    qtest_add_func("/lis3dsh/masks", test_masks);
    qtest_add_func("/lis3dsh/conditions", test_conditions);
    qtest_add_func("/lis3dsh/differences", test_differences);
    qtest_add_func("/lis3dsh/vector", test_vector);
    qtest_add_func("/lis3dsh/fifo-modes", test_fifo_modes);
    qtest_add_func("/lis3dsh/self-test", test_self_test);
    qtest_add_func("/lis3dsh/low-pass", test_low_pass);
    qtest_add_func("/lis3dsh/block-update", test_block_update);
    qtest_add_func("/lis3dsh/snapshot", test_snapshot);
    return board_run_tests();
}
