/*
 * Camera interface (RM0090 chapter 15) without a camera: what others drive its pins to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/camera.h"

#define FNE R_SR_FNE_MASK
#define CONTINUOUS (RISING | ENABLE)

static void start(const char *args)
{
    board_start(args);
    board_enable("dcmi");
    board_enable("dma2");
    camera_pins();
    board_watch_irqs();
}

static void levels(bool vsync, bool hsync)
{
    pin_drive("pb7", vsync ? "1" : "0");
    pin_drive("pa4", hsync ? "1" : "0");
}

/* A period of PIXCLK, which rises in its middle, with these data lines. */
static void item(uint8_t data)
{
    static const char *const pins[] = { "pc6", "pc7", "pc8", "pc9", "pc11", "pi4", "pe5", "pe6" };

    for (unsigned i = 0; i < 8; i++) {
        pin_drive(pins[i], data >> i & 1 ? "1" : "0");
    }
    pin_drive("pa6", "1");
    pin_drive("pa6", "0");
}

/* VSYNC and HSYNC are low where there is no data. */
static void blank(void)
{
    levels(false, false);
    item(0xee);
    item(0xee);
}

static void line(uint8_t first, unsigned items)
{
    levels(true, true);
    for (unsigned i = 0; i < items; i++) {
        item(first + i);
    }
    levels(true, false);
    item(0xdd);
}

static void expect_word(uint32_t word)
{
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, FNE);
    g_assert_cmphex(peek(DCMI + A_DR), ==, word);
}

static void test_frame(void)
{
    start("");
    poke(DCMI + A_CR, CONTINUOUS | SNAPSHOT);
    blank();
    line(0x80, 4);                              /* of a frame that has begun before CAPTURE */
    poke(DCMI + A_CR, CONTINUOUS | SNAPSHOT | CAPTURE);
    line(0x90, 4);
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
    poke(DCMI + A_ICR, 0x1f);
    levels(false, false);
    g_assert_cmphex(ris(), ==, 0);              /* it takes a PIXCLK */
    item(0);
    g_assert_cmphex(ris(), ==, VSYNC);
    g_assert_cmphex(peek(DCMI + A_SR), ==, R_SR_VSYNC_MASK | R_SR_HSYNC_MASK);
    poke(DCMI + A_ICR, 0x1f);
    levels(true, true);
    for (unsigned i = 0; i < 3; i++) {
        item(i);
    }
    g_assert_cmphex(peek(DCMI + A_SR), ==, 0);
    item(3);
    expect_word(0x03020100);
    item(4);
    item(5);
    levels(true, false);
    item(0xdd);
    g_assert_cmphex(ris(), ==, LINE);
    line(6, 2);                                 /* words do not mind lines */
    expect_word(0x07060504);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, CAPTURE);
    blank();
    g_assert_cmphex(ris(), ==, LINE | VSYNC | FRAME);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
    line(0x20, 4);
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
    g_assert_cmpint(board_mistakes("there is no camera"), ==, 0);
}

/* Of three frames the first and the third; CAPTURE that is cleared in one lasts until its end. */
static void test_rate(void)
{
    start("");
    poke(DCMI + A_CR, CONTINUOUS | 1 << R_CR_FCRC_SHIFT | CAPTURE);
    for (unsigned frame = 0; frame < 3; frame++) {
        blank();
        poke(DCMI + A_ICR, 0x1f);
        line(0x10 * frame, 4);
        g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, frame == 1 ? 0 : FNE);
        if (frame != 1) {
            expect_word(0x03020100 + 0x10101010 * frame);
        }
    }
    poke(DCMI + A_CR, CONTINUOUS | 1 << R_CR_FCRC_SHIFT);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, CAPTURE);
    line(0x40, 4);
    expect_word(0x43424140);
    blank();
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
}

static void test_crop(void)
{
    start("");
    poke(DCMI + A_CWSTRT, 1 << R_CWSTRT_VST_SHIFT | 2);
    poke(DCMI + A_CWSIZE, 1 << R_CWSIZE_VLINE_SHIFT | 3);
    poke(DCMI + A_CR, CONTINUOUS | R_CR_CROP_MASK | CAPTURE);
    blank();
    poke(DCMI + A_ICR, 0x1f);
    for (unsigned y = 0; y < 4; y++) {
        line(0x10 * y, 8);
        g_assert_cmphex(ris() & FRAME, ==, y < 2 ? 0 : FRAME);
    }
    expect_word(0x15141312);
    expect_word(0x25242322);
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
}

static void test_overrun(void)
{
    start("");
    poke(DCMI + A_CR, CONTINUOUS | CAPTURE);
    blank();
    line(0, 16);
    g_assert_cmphex(ris() & OVERRUN, ==, 0);
    line(16, 4);
    g_assert_cmphex(ris() & OVERRUN, ==, OVERRUN);
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
    line(0x20, 4);                              /* nothing more of this frame */
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
    blank();
    line(0x30, 4);
    expect_word(0x33323130);
}

/* The other edge, and active high. */
static void test_polarity(void)
{
    start("");
    pin_drive("pa6", "1");
    poke(DCMI + A_CR, ENABLE | VSPOL | R_CR_HSPOL_MASK | CAPTURE);
    levels(true, true);
    item(0);
    pin_drive("pa6", "1");
    levels(false, false);
    for (unsigned i = 0; i < 4; i++) {
        pin_drive("pc6", i & 1 ? "1" : "0");
        pin_drive("pa6", "0");
        pin_drive("pc6", i & 1 ? "0" : "1");
        pin_drive("pa6", "1");
    }
    g_assert_cmphex(peek(DCMI + A_DR) & 0x01010101, ==, 0x01000100);
}

static void code(uint8_t xy)
{
    item(0xff);
    item(0x00);
    item(0x00);
    item(xy);
}

static void embedded_line(uint8_t begin, uint8_t first, uint8_t end)
{
    code(begin);
    for (unsigned i = 0; i < 4; i++) {
        item(first + i);
    }
    code(end);
    item(0x10);
}

/* FEC, LEC, LSC, FSC, of which two bits do not count. */
static void test_embedded(void)
{
    start("");
    poke(DCMI + A_ESCR, 0xb6u << 24 | 0x9d << 16 | 0x80 << 8 | 0xab);
    poke(DCMI + A_ESUR, 0xfcfcfcfc);
    poke(DCMI + A_CR, CONTINUOUS | R_CR_ESS_MASK);
    embedded_line(0xab, 0x20, 0x9d);
    g_assert_cmphex(ris(), ==, 0);
    poke(DCMI + A_CR, CONTINUOUS | R_CR_ESS_MASK | SNAPSHOT | CAPTURE);
    embedded_line(0x80, 0x30, 0x9d);            /* of a frame that has begun before */
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
    embedded_line(0x81, 0x30, 0xb6);
    poke(DCMI + A_ICR, 0x1f);
    embedded_line(0xaa, 0x40, 0x9e);
    expect_word(0x43424140);
    g_assert_cmphex(ris(), ==, LINE);
    embedded_line(0x80, 0x50, 0x9d);
    expect_word(0x53525150);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, CAPTURE);
    embedded_line(0x80, 0x60, 0xb7);
    expect_word(0x63626160);
    g_assert_cmphex(ris(), ==, LINE | VSYNC | FRAME);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
    /* out of order: a line ends twice */
    poke(DCMI + A_ICR, 0x1f);
    poke(DCMI + A_CR, CONTINUOUS | R_CR_ESS_MASK | SNAPSHOT | CAPTURE);
    embedded_line(0xab, 0x40, 0x9d);
    g_assert_cmphex(ris() & R_RIS_ERR_MASK, ==, 0);
    code(0x9d);
    g_assert_cmphex(ris() & R_RIS_ERR_MASK, ==, R_RIS_ERR_MASK);
}

/* FEC 0xff: every other code ends a frame; FSC 0xff: the first line behind that begins one. */
static void test_embedded_without_frames(void)
{
    start("");
    poke(DCMI + A_ESCR, 0xffu << 24 | 0x9d << 16 | 0x80 << 8 | 0xff);
    poke(DCMI + A_ESUR, 0xffffffff);
    poke(DCMI + A_CR, CONTINUOUS | R_CR_ESS_MASK | CAPTURE);
    embedded_line(0x80, 0x20, 0x9d);
    g_assert_cmphex(peek(DCMI + A_SR) & FNE, ==, 0);
    code(0xb6);
    embedded_line(0x80, 0x30, 0x9d);
    embedded_line(0x80, 0x40, 0x9d);
    expect_word(0x33323130);
    expect_word(0x43424140);
    g_assert_cmphex(ris() & FRAME, ==, 0);
    code(0xb6);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    g_assert_cmphex(ris() & R_RIS_ERR_MASK, ==, 0);
}

/* The rest of the last word is 0; a snapshot on the way there. */
static void test_jpeg_and_snapshot(void)
{
    g_autofree char *file = NULL;

    start("");
    poke(DCMI + A_CR, CONTINUOUS | R_CR_JPEG_MASK | SNAPSHOT | CAPTURE);
    blank();
    line(0x11, 3);
    levels(true, true);
    item(0x14);
    item(0x15);
    file = board_save();
    board_load(file, "");
    unlink(file);
    levels(true, true);
    item(0x16);
    blank();
    expect_word(0x14131211);
    expect_word(0x00001615);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
}

/* PIXCLK is a square wave of 1 MHz, of TIM4; a DMA has the words. */
static void test_wave(void)
{
    enum { TIM4 = 0x40000800 };

    start("-machine wire=pd12-pa6");
    board_enable("tim4");
    board_route("pd12", 2);
    levels(false, false);
    item(0x5a);
    pin_drive("pa6", "z");
    poke(TIM4 + 0x2c, 15);
    poke(TIM4 + 0x34, 8);
    poke(TIM4 + 0x18, 6 << 4);
    poke(TIM4 + 0x20, 1);
    poke(TIM4, 1);
    stream(1, RAM, 100, 0, 0);
    capture(SNAPSHOT);
    board_wait_ns(10000);
    levels(true, true);
    board_wait_ns(100500);
    g_assert_cmpuint(peek(DMA2 + 0x2c), ==, 75);
    g_assert_cmphex(peek(RAM), ==, 0x5a5a5a5a);
    levels(false, false);
    board_wait_ns(2000);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("dcmi-sample/frame", test_frame);
    qtest_add_func("dcmi-sample/rate", test_rate);
    qtest_add_func("dcmi-sample/crop", test_crop);
    qtest_add_func("dcmi-sample/overrun", test_overrun);
    qtest_add_func("dcmi-sample/polarity", test_polarity);
    qtest_add_func("dcmi-sample/embedded", test_embedded);
    qtest_add_func("dcmi-sample/embedded-without-frames", test_embedded_without_frames);
    qtest_add_func("dcmi-sample/jpeg-and-snapshot", test_jpeg_and_snapshot);
    qtest_add_func("dcmi-sample/wave", test_wave);
    return board_run_tests();
}
