/*
 * What the codec (CS43L22, DS792) does to sound: beep, tone, de-emphasis, limiter, FREEZE, status.  What is
 * heard is a WAV file of 44100 frames a second; the samples are 47991 a second, so all frequencies
 * are 0.02 % lower than at 48 kHz.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/codec.h"

static const uint32_t silence[48];

static void play_silence(void)
{
    qtest_memwrite(board, 0x20000000, silence, sizeof(silence));
}

static void wait_until_ms(int64_t begin, unsigned ms)
{
    board_wait_ns(begin + ms * 1000000ll - now());
}

/* The ms in which @channel is louder than @level, of those from @from to @to. */
static unsigned loud_ms(int16_t (*frame)[2], unsigned channel, int level, unsigned from,
                        unsigned to)
{
    unsigned count = 0;

    for (unsigned ms = from; ms < to; ms++) {
        int most = 0;

        for (unsigned i = ms * 441 / 10; i < (ms + 1) * 441 / 10; i++) {
            most = MAX(most, ABS(frame[i][channel]));
        }
        count += most > level;
    }
    return count;
}

/* ---- Beep ---- */

/* Every tone, for good, at both ears; and volumes. */
static void test_beep_tones(void)
{
    static const double hz[] = {
        260.87, 521.74, 585.37, 666.67, 705.88, 774.19, 888.89, 1000, 1043.48, 1200, 1333.33,
        1411.76, 1600, 1714.29, 2000, 2181.82
    };
    static const struct Volume { uint8_t reg; int amplitude; } volume[] = {
        { 0x00, 4106 }, { 0x06, 16345 }, { 0x1f, 3261 }, { 0x07, 13 }, { 0x03, 8192 },
    };
    int64_t begin;
    unsigned frames, all = ARRAY_SIZE(hz) + ARRAY_SIZE(volume);
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    play_silence();
    put(0x1d, 0x06);                                    /* +6 dB */
    switch_i2s(0x303, 0);
    begin = now();
    put(0x1e, 0xc0);
    for (unsigned i = 0; i < all; i++) {
        if (i < ARRAY_SIZE(hz)) {
            put(0x1c, i << 4);
        } else {
            put(0x1c, 7 << 4);
            put(0x1d, volume[i - ARRAY_SIZE(hz)].reg);
        }
        wait_until_ms(begin, 100 * (i + 1));
    }
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, all * 4410 - 2205);
    for (unsigned i = 0; i < all && frames >= all * 4410 - 2205; i++) {
        bool tone = i < ARRAY_SIZE(hz);
        double f = (tone ? hz[i] : 1000) * 47991 / 48000;
        int expected = tone ? 16345 : volume[i - ARRAY_SIZE(hz)].amplitude;

        g_test_message("%u: %.1f Hz", i, f);
        assert_amplitude(amplitude(frame, 0, 100 * i + 30, f), expected);
        assert_amplitude(amplitude(frame, 1, 100 * i + 30, f), expected);
        g_assert_cmpint(amplitude(frame, 0, 100 * i + 30, f * 1.05), <, expected / 2 + 30);
    }
}

/* Once for 86 ms; only when it is switched off and on, again. */
static void test_beep_once(void)
{
    int64_t begin;
    unsigned frames;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    play_silence();
    switch_i2s(0x303, 0);
    begin = now();
    put(0x1c, 0x70);
    put(0x1e, 0x40);
    wait_until_ms(begin, 300);
    put(0x1e, 0x40);
    wait_until_ms(begin, 500);
    put(0x1e, 0x00);
    put(0x1e, 0x41);
    put(0x1e, 0x40);
    wait_until_ms(begin, 700);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, 660 * 44.1);
    if (frames >= 660 * 44.1) {
        g_assert_cmpint(ABS((int)loud_ms(frame, 0, 1000, 0, 300) - 86), <=, 3);
        g_assert_cmpint(loud_ms(frame, 0, 1000, 120, 450), ==, 0);
        g_assert_cmpint(ABS((int)loud_ms(frame, 1, 1000, 450, 650) - 86), <=, 3);
    }
}

/* 86 ms of every 1316, over a snapshot; the music goes on with it, or is muted. */
static void test_beep_again(void)
{
    int64_t begin;
    unsigned frames, ms = 3000;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    switch_i2s(0x303, 0);
    begin = now();
    put(0x1d, 0x06);
    put(0x1c, 0x80);                                    /* 1043 Hz */
    put(0x1e, 0x80);
    wait_until_ms(begin, 700);
    put(0x1e, 0xa0);
    wait_until_ms(begin, ms);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, (ms - 60) * 44.1);
    if (frames >= (ms - 60) * 44.1) {
        assert_amplitude(amplitude(frame, 1, 20, 2000), 8000);
        g_assert_cmpint(amplitude(frame, 1, 20, 1043.3), >, 15000);
        g_assert_cmpint(amplitude(frame, 1, 200, 1043.3), <, 100);
        g_assert_cmpint(amplitude(frame, 1, 1200, 1043.3), <, 100);
        g_assert_cmpint(amplitude(frame, 1, 1340, 1043.3), >, 15000);
        g_assert_cmpint(amplitude(frame, 1, 1340, 2000), <, 100);
        g_assert_cmpint(amplitude(frame, 1, 1500, 1043.3), <, 100);
        assert_amplitude(amplitude(frame, 1, 1500, 2000), 8000);
        g_assert_cmpint(amplitude(frame, 1, 2655, 1043.3), >, 15000);
    }
}

/* ---- Filters ---- */

typedef struct Step {
    uint8_t reg[3][2];
    int left, right;                    /* 1 kHz, 2 kHz */
} Step;

/* Let the registers be so for 100 ms each, beginning with nothing special. */
static void try_steps(const Step *step, unsigned n)
{
    int64_t begin;
    unsigned frames;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    switch_i2s(0x303, 0);
    begin = now();
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = 0; k < 3 && step[i].reg[k][0]; k++) {
            put(step[i].reg[k][0], step[i].reg[k][1]);
        }
        wait_until_ms(begin, 100 * (i + 1));
    }
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, n * 4410 - 2205);
    for (unsigned i = 0; i < n && frames >= n * 4410 - 2205; i++) {
        g_test_message("step %u", i);
        assert_amplitude(amplitude(frame, 0, 100 * i + 40, 999.8), step[i].left);
        assert_amplitude(amplitude(frame, 1, 100 * i + 40, 1999.6), step[i].right);
    }
}

/* Shelves of first order; 50 and 15 us. */
static void test_filters(void)
{
    static const Step step[] = {
        { { { 0x1f, 0x80 } }, 16000, 8000 },                            /* TCEN is 0 */
        { { { 0x1a, 0x70 }, { 0x1e, 0x07 } }, 8719, 8867 },             /* bass +12 dB at 250 Hz */
        { { { 0x1a, 0x00 }, { 0x1f, 0x8f } }, 12644, 7436 },            /* -10.5 dB */
        { { { 0x1f, 0x08 }, { 0x1e, 0x01 } }, 20054, 13965 },           /* treble +12 dB, 5 kHz */
        { { { 0x1f, 0xf8 }, { 0x1e, 0x19 } }, 15650, 7369 },            /* -10.5 dB, 15 kHz */
        { { { 0x1e, 0x00 }, { 0x0e, 0x06 } }, 15430, 7032 },
        { { { 0x0e, 0x02 } }, 16000, 8000 },
    };

    try_steps(step, ARRAY_SIZE(step));
}

/* Between CUSH and LMAX; and off again. */
static void test_limiter(void)
{
    int64_t begin;
    unsigned frames;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    switch_i2s(0x303, 0);
    begin = now();
    put(0x27, 4 << 5 | 5 << 2);                         /* -12 dB, -18 dB */
    put(0x29, 0x00);
    put(0x28, 0x80 | 0x3f);
    wait_until_ms(begin, 200);
    put(0x28, 0x7f);
    wait_until_ms(begin, 300);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, 280 * 44.1);
    if (frames >= 280 * 44.1) {
        g_assert_cmpint(amplitude(frame, 0, 100, 999.8), <, 8231 + 100);
        g_assert_cmpint(amplitude(frame, 0, 100, 999.8), >, 4125);
        assert_amplitude(amplitude(frame, 1, 100, 1999.6), 8000);
        assert_amplitude(amplitude(frame, 0, 220, 999.8), 16000);
    }
}

/* Volumes that are written while FREEZE is set. */
static void test_freeze(void)
{
    static const Step step[] = {
        { { { 0x0e, 0x0a }, { 0x20, 0xf4 }, { 0x21, 0x34 } }, 16000, 8000 },
        { { { 0x0e, 0x02 } }, 8019, 0 },
        { { { 0x0d, 0x70 } }, 8019, 4010 },                             /* B as A */
    };

    try_steps(step, ARRAY_SIZE(step));
}

/* ---- Status ---- */

static void test_status(void)
{
    start_recording();
    g_assert_cmphex(get(0x2e), ==, 0x00);
    switch_i2s(0x303, 0);
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x40);               /* it had to synchronize */
    g_assert_cmphex(get(0x2e), ==, 0x00);
    put(0x1a, 0x18);                                    /* +12 dB */
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x08);
    put(0x1a, 0x00);
    get(0x2e);
    put(0x21, 0x18);
    put(0x1b, 0x06);
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x10);
    put(0x2e, 0xff);                                    /* read only */
    put(0x21, 0x00);
    get(0x2e);
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x00);
    /* TIM3 makes an MCLK of 8 MHz: that is 167 times LRCK */
    board_enable("tim3");
    poke(0x40000418, 0x6000);
    poke(0x40000420, 0x10);
    poke(0x4000042c, 1);
    poke(0x40000438, 1);
    poke(0x40000400, 1);
    board_pin_function(GPIOC, 7, 2);
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x40);
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x40);
    board_pin_function(GPIOC, 7, 6);
    board_wait_ns(5000000);
    get(0x2e);
    board_wait_ns(5000000);
    g_assert_cmphex(get(0x2e), ==, 0x00);
    /* what the data sheet wants at power-up */
    put(0x00, 0x99);
    put(0x47, 0x80);
    put(0x32, get(0x32) | 0x80);
    g_assert_cmphex(get(0x32), ==, 0xbb);
    put(0x32, get(0x32) & 0x7f);
    put(0x00, 0x00);
    g_assert_cmphex(get(0x32), ==, 0x3b);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    unlink(wav_name);
}

/* A beep and a filter over a snapshot, which has another recording. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL, *args = NULL;
    g_autofree int16_t (*frame)[2] = NULL;
    unsigned frames;

    start_recording();
    play_silence();
    switch_i2s(0x303, 0);
    put(0x1c, 0x71);                                    /* 430 ms */
    put(0x1e, 0x40);
    board_wait_ns(200000000);
    file = board_save();
    args = g_strdup_printf(AUDIODEV, wav_name);
    board_load(file, args);
    unlink(file);
    board_wait_ns(400000000);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, 360 * 44.1);
    if (frames >= 360 * 44.1) {
        g_assert_cmpint(ABS((int)loud_ms(frame, 0, 1000, 0, 350) - 230), <=, 5);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/codec-sound/beep-tones", test_beep_tones);
    qtest_add_func("/codec-sound/beep-once", test_beep_once);
    qtest_add_func("/codec-sound/beep-again", test_beep_again);
    qtest_add_func("/codec-sound/filters", test_filters);
    qtest_add_func("/codec-sound/limiter", test_limiter);
    qtest_add_func("/codec-sound/freeze", test_freeze);
    qtest_add_func("/codec-sound/status", test_status);
    qtest_add_func("/codec-sound/snapshot", test_snapshot);
    return board_run_tests();
}
