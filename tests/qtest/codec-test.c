/*
 * The codec (CS43L22, DS792), microphone and USB power switch of the board.  The codec's registers
 * over I2C1, samples over I2S3 that DMA1 brings, 48 frames over and over, and a WAV file of what is
 * heard.  PLLI2S makes 86 MHz of HSI, so there are 47991 frames a second: left has 1 kHz, right 2 kHz
 * of half the amplitude.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/tests/qtest/codec.h"

static void test_registers(void)
{
    static const uint8_t several[] = { 0xa0, 0x11, 0x22, 0x33 };

    start("");
    g_assert_cmphex(get(0x01) & 0xf8, ==, 0xe0);
    g_assert_cmphex(get(0x02), ==, 0x01);
    g_assert_cmphex(get(0x04), ==, 0x05);
    g_assert_cmphex(get(0x05), ==, 0xa0);
    g_assert_cmphex(get(0x34), ==, 0x50);
    put(0x01, 0);
    g_assert_cmphex(get(0x01) & 0xf8, ==, 0xe0);
    put(0x1a, 0x0a);
    g_assert_cmphex(get(0x1a), ==, 0x0a);
    g_assert_cmphex(read_byte(), ==, 0x0a);             /* no increment: the same again */
    send_bytes(several, 4);
    i2c_stop(I2C1);
    g_assert_cmphex(get(0x20), ==, 0x11);
    g_assert_cmphex(get(0x21), ==, 0x22);
    g_assert_cmphex(get(0xa1), ==, 0x22);
    g_assert_cmphex(read_byte(), ==, 0x33);
    put(0x23, 0x44);
    g_assert_cmphex(get(0xff), ==, 0);                  /* the last: the first is next */
    g_assert_cmphex(read_byte(), ==, 0);
    g_assert_cmphex(read_byte() & 0xf8, ==, 0xe0);
    g_assert_true(acknowledges(WRITE));
    g_assert_false(acknowledges(0x96));
    g_assert_false(acknowledges(0x92));
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

static void test_reset(void)
{
    start("");
    put(0x02, 0x9e);
    put(0x20, 0x44);
    let_codec_go(false);
    g_assert_false(acknowledges(WRITE));
    let_codec_go(true);
    g_assert_true(acknowledges(WRITE));
    g_assert_cmphex(get(0x02), ==, 0x01);
    g_assert_cmphex(get(0x20), ==, 0);
    put(0x20, 0x44);
    i2c_address(I2C1, WRITE);                           /* in the middle of a message */
    clear_addr(I2C1);
    let_codec_go(false);
    let_codec_go(true);
    i2c_byte(I2C1, 0x20);
    g_assert_cmphex(sr1(I2C1) & AF, ==, AF);
    poke(I2C1 + A_SR1, ~AF);
    i2c_stop(I2C1);
    g_assert_cmphex(get(0x20), ==, 0);
    poke(GPIOD + MODER, 0);                             /* floating is low */
    g_assert_false(acknowledges(WRITE));
}

/* A snapshot between the address of a register and the register. */
static void test_snapshot(void)
{
    uint8_t reg = 0xa0;
    g_autofree char *file = NULL;

    start("");
    put(0x20, 0x55);
    send_bytes(&reg, 1);
    file = board_save();
    board_load(file, "");
    unlink(file);
    i2c_byte(I2C1, 0x66);
    g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
    i2c_byte(I2C1, 0x77);
    i2c_stop(I2C1);
    g_assert_cmphex(get(0x20), ==, 0x66);
    g_assert_cmphex(get(0x21), ==, 0x77);
}

/* ---- Sound ---- */

static void test_volumes(void)
{
    static const struct Step {
        uint8_t reg, value, back;
        int left_1k, left_2k, right_1k, right_2k;
    } step[] = {
        { 0x1a, 0x00, 0x00, 16000, 0, 0, 8000 },
        { 0x1a, 0x0a, 0x00, 28452, 0, 0, 8000 },        /* PCM: +5 dB */
        { 0x1a, 0x7f, 0x00, 15105, 0, 0, 8000 },        /* -0.5 dB */
        { 0x1a, 0x19, 0x00, 43, 0, 0, 8000 },           /* -51.5 dB */
        { 0x1b, 0x80, 0x00, 16000, 0, 0, 0 },
        { 0x20, 0xf4, 0x00, 8019, 0, 0, 8000 },         /* master: -6 dB */
        { 0x21, 0x0c, 0x00, 16000, 0, 0, 15962 },       /* +6 dB */
        { 0x21, 0x19, 0x00, 16000, 0, 0, 0 },           /* -102 dB */
        { 0x20, 0x34, 0x00, 0, 0, 0, 8000 },
        { 0x22, 0xd8, 0x00, 1600, 0, 0, 8000 },         /* headphone: -20 dB */
        { 0x23, 0x01, 0x00, 16000, 0, 0, 0 },
        { 0x0d, 0x61, 0x60, 0, 0, 0, 8000 },            /* master mutes */
        { 0x0d, 0x62, 0x60, 16000, 0, 0, 0 },
        { 0x0d, 0x6c, 0x60, 16000, 0, 0, 8000 },        /* inverted */
        { 0x0d, 0xc0, 0x60, 26459, 0, 0, 13230 },       /* gain 1.0 instead of 0.6047 */
        { 0x0f, 0x40, 0x00, 0, 0, 0, 8000 },
        { 0x0f, 0x80, 0x00, 16000, 0, 0, 0 },
        { 0x04, 0xff, 0x05, 0, 0, 0, 0 },
        { 0x04, 0xef, 0x05, 16000, 0, 0, 0 },
        { 0x04, 0xbf, 0x05, 0, 0, 0, 8000 },
        { 0x04, 0x5f, 0x05, 0, 0, 0, 0 },               /* on when HP_SW is high */
        { 0x26, 0xf0, 0x00, 0, 8000, 16000, 0 },        /* swapped */
        { 0x26, 0x40, 0x00, 8000, 4000, 0, 8000 },      /* mean of both */
    };
    int64_t begin;
    unsigned frames;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    switch_i2s(0x303, 0);
    begin = now();
    for (unsigned i = 0; i < ARRAY_SIZE(step); i++) {
        put(step[i].reg, step[i].value);
        board_wait_ns(begin + (i + 1) * 100000000ll - 5000000 - now());
        put(step[i].reg, step[i].back);
        board_wait_ns(begin + (i + 1) * 100000000ll - now());
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, ARRAY_SIZE(step) * 4410 - 2205);
    for (unsigned i = 0; i < ARRAY_SIZE(step) && frames >= ARRAY_SIZE(step) * 4410 - 2205; i++) {
        unsigned ms = 100 * i + 20;

        g_test_message("register 0x%02x = 0x%02x", step[i].reg, step[i].value);
        assert_amplitude(amplitude(frame, 0, ms, 1000), step[i].left_1k);
        assert_amplitude(amplitude(frame, 0, ms, 2000), step[i].left_2k);
        assert_amplitude(amplitude(frame, 1, ms, 1000), step[i].right_1k);
        assert_amplitude(amplitude(frame, 1, ms, 2000), step[i].right_2k);
    }
}

/* Other rates and channels of 32 bits; what has gone before is not lost. */
static void test_rates(void)
{
    static const struct Rate {
        uint32_t i2spr, i2scfgr;
        double hz;              /* of the tone at the left */
    } rate[] = {
        { 0x303, 0, 999.8 }, { 0x20a, 0, 349.9 }, { 0x303, 1, 999.8 }, { 0x315, 0, 162.8 },
        { 0x205, 0, 699.9 },
    };
    unsigned frames;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    for (unsigned i = 0; i < ARRAY_SIZE(rate); i++) {
        switch_i2s(rate[i].i2spr, rate[i].i2scfgr);
        board_wait_ns(199000000);
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, 980 * 44.1);
    for (unsigned i = 0; i < ARRAY_SIZE(rate) && frames >= 980 * 44.1; i++) {
        g_test_message("I2SPR 0x%03x", rate[i].i2spr);
        g_assert_cmpint(amplitude(frame, 0, 200 * i + 80, rate[i].hz), >, 15000);
        g_assert_cmpint(amplitude(frame, 0, 200 * i + 80, rate[i].hz * 1.1), <, 6000);
    }
}

/* In a pause nothing is written; after it it goes on. */
static void test_pause(void)
{
    unsigned frames;
    g_autofree int16_t (*frame)[2] = NULL;

    start_recording();
    switch_i2s(0x303, 0);
    board_wait_ns(100000000);
    poke(0x40003c1c, 0);
    board_wait_ns(2000000000);
    switch_i2s(0x303, 0);
    board_wait_ns(100000000);
    poke(0x40003c1c, 0);
    board_wait_ns(500000000);
    frame = stop_recording(&frames);
    g_assert_cmpuint(frames, >=, 200 * 44.1 - 10);
    g_assert_cmpuint(frames, <=, 200 * 44.1 + 10);
    if (frames > 8000) {
        assert_amplitude(amplitude(frame, 0, 30, 1000), 16000);
        assert_amplitude(amplitude(frame, 0, 130, 1000), 16000);
    }
}

static void step(const char *mistake)
{
    board_wait_ns(10000000);
    g_assert_cmpint(board_mistakes(mistake), ==, 1);
}

/* What silences it, each reported once. */
static void test_mistakes(void)
{
    start_sound("");
    let_codec_go(false);
    switch_i2s(0x303, 0);
    step("held in reset");
    let_codec_go(true);
    step("is powered down");
    power_up();
    step("without MCLK");
    board_pin_function(GPIOC, 7, 6);
    step("without LRCK");
    board_pin_function(GPIOA, 4, 6);
    board_wait_ns(10000000);
    g_assert_cmpint(board_mistakes("/machine/codec"), ==, 4);
    put(0x06, 0x00);
    step("another format");
    switch_i2s(0x303, 1 << 4);                          /* left justified: so is this */
    board_wait_ns(10000000);
    put(0x06, 0x04);
    switch_i2s(0x002, 0);                               /* no MCLK again: not news */
    board_wait_ns(10000000);
    switch_i2s(0x202, 0);
    board_wait_ns(10000000);
    g_assert_cmpint(board_mistakes("/machine/codec"), ==, 5);
    poke(0x40003c1c, 0);
    poke(0x40023800, peek(0x40023800) & ~(1 << 26));
    poke(0x40023884, 2u << 28 | 432 << 6);
    poke(0x40023800, peek(0x40023800) | 1 << 26);
    switch_i2s(0x202, 0);                               /* 216 MHz / 1024 */
    step("210938 samples a second");
}

/* Silence is no news; without a back end nothing else happens. */
static void test_zeros(void)
{
    static const uint32_t zero[48];

    start_sound("");
    qtest_memwrite(board, 0x20000000, zero, sizeof(zero));
    switch_i2s(0x303, 0);
    board_wait_ns(100000000);
    g_assert_cmpint(board_mistakes("/machine/codec"), ==, 0);
}

/* ---- Microphone ---- */

enum { I2S2 = 0x40003800 };

/* I2S2 receives, its bit clock is 1.024 MHz. */
static void start_microphone(uint32_t i2scfgr)
{
    board_start("");
    board_enable("gpiob");
    board_enable("gpioc");
    board_enable("spi2");
    poke(GPIOB + 0x24, 5 << 8);                         /* PB10, PC3: AF5 */
    poke(GPIOB, (peek(GPIOB) & ~(3u << 20)) | 2u << 20);
    poke(GPIOC + 0x20, 5 << 12);
    poke(GPIOC, 2u << 6);
    poke(0x40023884, 5u << 28 | 256 << 6);
    poke(0x40023800, peek(0x40023800) | 1 << 26);
    board_wait_ns(1000000);
    board_set_int("/machine/mic", "frequency", 4000);
    board_set_int("/machine/mic", "amplitude", 60);
    poke(I2S2 + 0x20, 25);
    poke(I2S2 + 0x1c, 0xf00 | i2scfgr);
}

static void record(uint16_t *word, unsigned n, unsigned ns)
{
    for (unsigned i = 0; i < n; i++) {
        board_wait_ns(ns);
        g_assert_cmphex(peek(I2S2 + 8) & 1, ==, 1);
        word[i] = peek(I2S2 + 0xc);
    }
}

/* The same bits every time, over a snapshot too; and half of them if a channel is 16 of 32 bits. */
static void test_microphone(void)
{
    uint16_t first[64], again[64], wide[64];
    unsigned ones = 0;
    g_autofree char *file = NULL;

    start_microphone(0);
    record(first, 64, 15625);
    start_microphone(0);
    record(again, 20, 15625);
    file = board_save();
    board_load(file, "");
    unlink(file);
    record(again + 20, 44, 15625);
    g_assert_cmpmem(first, sizeof(first), again, sizeof(again));
    for (unsigned i = 0; i < 64; i++) {
        ones += ctpop16(first[i]);
    }
    g_assert_cmpint(ones, >, 502);                      /* 4 whole periods */
    g_assert_cmpint(ones, <, 522);
    g_assert_cmpint(ctpop16(first[3]) + ctpop16(first[4]), >=, 24);     /* 60 % up, and down */
    g_assert_cmpint(ctpop16(first[11]) + ctpop16(first[12]), <=, 8);
    start_microphone(1);
    record(wide, 16, 31250);
    ones = 0;
    for (unsigned i = 0; i < 16; i++) {
        ones += ctpop16(wide[i]);
    }
    g_assert_cmpint(ctpop16(wide[2]), >=, 11);          /* two periods, at twice the pace */
    g_assert_cmpint(ctpop16(wide[6]), <=, 5);
    g_assert_cmpint(ones, >, 118);
    g_assert_cmpint(ones, <, 138);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    poke(I2S2 + 0x1c, 0);
    board_wait_ns(100000);
    poke(I2S2 + 0x20, 60);                              /* 427 kHz */
    poke(I2S2 + 0x1c, 0xf00);
    board_wait_ns(1000000);
    g_assert_cmpint(board_mistakes("it works with 1 to 3.25 MHz"), ==, 1);
}

/* ---- USB power switch ---- */

static void test_usb_switch(void)
{
    g_autofree char *file = NULL;

    start("");
    g_assert_cmpint(board_get_int("/machine/soc/gpioa/pa9", "mv"), ==, 0);
    g_assert_true(pin_level("pc0"));
    board_set_bool("/machine/usb-switch", "overcurrent", true);
    g_assert_true(pin_level("pd5"));                    /* off: nothing flows */
    poke(GPIOC + BSRR, 1u << 16);
    poke(GPIOC + MODER, 1);
    g_assert_cmpint(board_get_int("/machine/soc/gpioa/pa9", "mv"), ==, 5000);
    g_assert_true(pin_level("pa9"));
    g_assert_true(board_get_bool("/machine/led-vbus", "lit"));
    g_assert_false(pin_level("pd5"));
    g_assert_true(board_get_bool("/machine/led-overcurrent", "lit"));
    file = board_save();
    board_load(file, "");
    unlink(file);
    g_assert_true(board_get_bool("/machine/led-vbus", "lit"));
    g_assert_true(board_get_bool("/machine/usb-switch", "overcurrent"));
    g_assert_false(pin_level("pd5"));
    board_set_bool("/machine/usb-switch", "overcurrent", false);
    g_assert_true(pin_level("pd5"));
    poke(GPIOC + MODER, 0);                             /* the resistor switches it off */
    g_assert_false(board_get_bool("/machine/led-vbus", "lit"));
    g_assert_cmpint(board_get_int("/machine/soc/gpioa/pa9", "mv"), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/codec/registers", test_registers);
    qtest_add_func("/codec/reset", test_reset);
    qtest_add_func("/codec/snapshot", test_snapshot);
    qtest_add_func("/codec/volumes", test_volumes);
    qtest_add_func("/codec/rates", test_rates);
    qtest_add_func("/codec/pause", test_pause);
    qtest_add_func("/codec/mistakes", test_mistakes);
    qtest_add_func("/codec/zeros", test_zeros);
    qtest_add_func("/codec/microphone", test_microphone);
    qtest_add_func("/codec/usb-switch", test_usb_switch);
    return board_run_tests();
}
