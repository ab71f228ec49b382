/*
 * Camera interface (RM0090 chapter 15), with a camera that sends small pictures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/camera.h"
#include "stm32/tests/qtest/display.h"
#include "stm32/tests/qtest/fsmc.h"

enum { LISR = DMA2, S1CR = DMA2 + 0x28, S1NDTR = DMA2 + 0x2c, S1FCR = DMA2 + 0x3c, TCIF1 = 1 << 11, HTIF1 = 1 << 10 };
enum { CIRC = 1 << 8, DBM = 1 << 18, TCIE = 1 << 4, HTIE = 1 << 3 };

static void clear_memory(uint32_t memory, unsigned words)
{
    qtest_memset(board, memory, 0xa5, 4 * words);
}

/* ---- Without a camera ---- */

static void test_registers(void)
{
    board_start("");
    board_enable("dcmi");
    g_assert_cmphex(peek(DCMI + A_CR), ==, 0);
    poke(DCMI + A_CR, 0xffffffff & ~CAPTURE & ~ENABLE);
    g_assert_cmphex(peek(DCMI + A_CR), ==, 0x0ffe);
    poke(DCMI + A_IER, 0xffffffff);
    g_assert_cmphex(peek(DCMI + A_IER), ==, 0x1f);
    poke(DCMI + A_CWSTRT, 0xffffffff);
    poke(DCMI + A_CWSIZE, 0xffffffff);
    g_assert_cmphex(peek(DCMI + A_CWSTRT), ==, 0x1fff3fff);
    g_assert_cmphex(peek(DCMI + A_CWSIZE), ==, 0x3fff3fff);
    g_assert_cmphex(peek(DCMI + A_DR), ==, 0);
    g_assert_cmpint(board_mistakes("DR read while the FIFO is empty"), ==, 1);
}

static void test_no_camera(void)
{
    board_start("");
    board_enable("dcmi");
    camera_pins();
    capture(SNAPSHOT);
    board_wait_ns(1000000000);
    g_assert_cmphex(ris(), ==, 0);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, CAPTURE);
    g_assert_cmpint(board_mistakes("there is no camera; -device stm32-camera plugs one in"), ==, 1);
    poke(DCMI + A_CR, RISING | ENABLE);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
    /* the levels of the pins, by their polarity */
    pin_drive("pb7", "1");
    pin_drive("pa4", "0");
    g_assert_cmphex(peek(DCMI + A_SR), ==, R_SR_HSYNC_MASK);
    poke(DCMI + A_CR, RISING | ENABLE | VSPOL);
    g_assert_cmphex(peek(DCMI + A_SR), ==, R_SR_HSYNC_MASK | R_SR_VSYNC_MASK);
}

/* ---- Frames ---- */

static void test_snapshot(void)
{
    ov2640_start("");
    poke(DCMI + A_IER, FRAME);
    clear_memory(RAM, WORDS + 1);
    stream(1, RAM, WORDS, 0, 0);
    capture(SNAPSHOT);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris(), ==, FRAME | VSYNC | LINE);
    g_assert_cmphex(peek(DCMI + A_MIS), ==, FRAME);
    g_assert_true(irq(DCMI_IRQ));
    poke(DCMI + A_ICR, FRAME);
    g_assert_false(irq(DCMI_IRQ));
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
    g_assert_cmphex(peek(LISR) & TCIF1, ==, TCIF1);
    g_assert_cmpuint(peek(S1NDTR), ==, 0);
    g_assert_true(is_pattern(RAM, 0, HEIGHT));
    g_assert_cmphex(peek(RAM + 4 * WORDS), ==, 0xa5a5a5a5);
    g_assert_cmpint(board_mistakes("/machine/soc/dcmi"), ==, 0);
    board_wait_ns(2 * FRAME_NS);                        /* it was one */
    g_assert_cmphex(ris() & FRAME, ==, 0);
}

/* Each thing at its time. */
static void test_time(void)
{
    const int64_t line = FIRST_LINE * LINE_NS;

    ov2640_start("");
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    stream(7, RAM, WORDS, 0, 0);
    capture(SNAPSHOT);
    g_assert_cmphex(peek(DCMI + A_SR), ==, R_SR_VSYNC_MASK | R_SR_HSYNC_MASK);
    board_wait_ns(VSYNC_LINES * LINE_NS + 500);
    g_assert_cmphex(peek(DCMI + A_SR), ==, R_SR_HSYNC_MASK);
    board_wait_ns(line - VSYNC_LINES * LINE_NS);
    g_assert_cmphex(peek(DCMI + A_SR), ==, 0);
    g_assert_cmphex(ris() & LINE, ==, 0);
    board_wait_ns(CLOCK_NS(2 * WIDTH) - 1000);          /* almost all of its data */
    g_assert_cmphex(ris() & LINE, ==, 0);
    g_assert_cmpuint(peek(DMA2 + 0x14 + 0x18 * 7), ==, WORDS - WIDTH / 2 + 1);
    board_wait_ns(1000);
    g_assert_cmphex(ris() & LINE, ==, LINE);
    g_assert_cmphex(peek(DCMI + A_SR), ==, R_SR_HSYNC_MASK);
    g_assert_cmpuint(peek(DMA2 + 0x14 + 0x18 * 7), ==, WORDS - WIDTH / 2);
    board_wait_ns(FRAME_NS - line - CLOCK_NS(2 * WIDTH) - 3000);
    g_assert_cmphex(ris() & (FRAME | VSYNC), ==, 0);
    board_wait_ns(4000);
    g_assert_cmphex(ris() & (FRAME | VSYNC), ==, FRAME | VSYNC);
}

/* It costs an event for each line, and nothing while nobody captures. */
static void test_cost(void)
{
    unsigned events = 0;
    int64_t end;

    ov2640_start("");
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    poke(DCMI + A_IER, VSYNC);
    end = qtest_clock_step(board, 1000) + FRAME_NS;
    g_assert_cmpint(qtest_clock_step_next(board), >, end - 3000);       /* nothing before the next pulse */
    g_assert_true(irq(DCMI_IRQ));
    poke(DCMI + A_IER, 0);
    stream(1, RAM, WORDS, CIRC, 0);
    capture(0);
    events = 0;
    end = qtest_clock_step(board, 1000) + FRAME_NS;
    while (events < 1000 && qtest_clock_step_next(board) < end) {
        events++;
    }
    g_assert_cmpuint(events, <=, HEIGHT + 20);
}

static void test_continuous(void)
{
    ov2640_start("");
    stream(1, RAM, WORDS, CIRC, 0);
    capture(0);
    for (unsigned i = 0; i < 3; i++) {
        board_wait_ns(FRAME_NS + FRAME_NS / 2 * !i);
        g_assert_cmphex(ris() & FRAME, ==, FRAME);
        poke(DCMI + A_ICR, FRAME);
        g_assert_true(is_pattern(RAM, 0, HEIGHT));
    }
    to_frame();
    board_wait_ns(FRAME_NS / 2);
    poke(DCMI + A_CR, RISING | ENABLE);                 /* it ends with the frame */
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, CAPTURE);
    board_wait_ns(FRAME_NS);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    g_assert_cmpuint(peek(S1NDTR), ==, WORDS);
    poke(DCMI + A_ICR, FRAME);
    board_wait_ns(3 * FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, 0);
    g_assert_cmpuint(peek(S1NDTR), ==, WORDS);
    g_assert_cmpint(board_mistakes("/machine/soc/dcmi"), ==, 0);
}

static unsigned frames_in(unsigned all)
{
    unsigned n = 0;

    for (unsigned i = 0; i < all; i++) {
        poke(DCMI + A_ICR, FRAME);
        board_wait_ns(FRAME_NS);
        n += !!(ris() & FRAME);
    }
    return n;
}

static void test_rate(void)
{
    ov2640_start("");
    stream(1, RAM, WORDS, CIRC, 0);
    capture(1 << R_CR_FCRC_SHIFT);
    g_assert_cmpuint(frames_in(8), ==, 4);
    poke(DCMI + A_CR, 0);
    capture(2 << R_CR_FCRC_SHIFT);
    g_assert_cmpuint(frames_in(8), ==, 2);
}

/* ---- The FIFO ---- */

static void test_polled(void)
{
    uint32_t words[WORDS] = { };
    unsigned n = 0;

    ov2640_start("");
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("no stream of the DMA is enabled for it"), ==, 1);
    board_wait_ns(FIRST_LINE * LINE_NS);
    for (unsigned i = 0; i < 64 && n < 16; i++) {
        board_wait_ns(CLOCK_NS(3));
        while (peek(DCMI + A_SR) & R_SR_FNE_MASK) {
            words[n++] = peek(DCMI + A_DR);
        }
    }
    g_assert_cmpuint(n, ==, 16);
    g_assert_true(is_pattern_line((uint16_t *)words, 0, WIDTH, HEIGHT));
    g_assert_cmphex(ris() & OVERRUN, ==, 0);
    /* and nobody reads the next */
    poke(DCMI + A_IER, OVERRUN);
    board_wait_ns(LINE_NS - CLOCK_NS(50));
    g_assert_false(irq(DCMI_IRQ));
    board_wait_ns(CLOCK_NS(50));
    g_assert_true(irq(DCMI_IRQ));
    g_assert_cmphex(ris() & (OVERRUN | FRAME), ==, OVERRUN);
    g_assert_cmphex(peek(DCMI + A_SR) & R_SR_FNE_MASK, ==, 0);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);        /* a snapshot is lost */
    g_assert_cmpint(board_mistakes("OVR: the FIFO was full"), ==, 1);
}

/* Continuous: the next frame is taken again. */
static void test_overrun(void)
{
    ov2640_start("");
    stream(1, RAM, WORDS / 2, 0, 0);                    /* which ends in the middle */
    capture(0);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris() & (OVERRUN | FRAME), ==, OVERRUN);
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, CAPTURE);
    poke(DCMI + A_ICR, OVERRUN);
    poke(DMA2 + 8, 0xffffffff);
    to_frame();
    clear_memory(RAM, WORDS);
    stream(1, RAM, WORDS, CIRC, 0);
    board_wait_ns(FRAME_NS + LINE_NS);
    g_assert_cmphex(ris() & (OVERRUN | FRAME), ==, FRAME);
    g_assert_true(is_pattern(RAM, 0, HEIGHT));
}

static void test_dma_modes(void)
{
    ov2640_start("");
    clear_memory(RAM, WORDS);
    stream(1, RAM, WORDS, 1 << 23, 4 | 3);              /* FIFO, full; bursts of 4 to memory */
    capture(SNAPSHOT);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(peek(LISR) & TCIF1, ==, TCIF1);
    g_assert_true(is_pattern(RAM, 0, HEIGHT));
    poke(DMA2 + 8, 0xffffffff);
    clear_memory(RAM, WORDS);
    poke(DMA2 + 0x38, RAM + 2 * WORDS);                 /* two buffers, of half a frame */
    stream(1, RAM, WORDS / 2, DBM | TCIE, 0);
    to_frame();
    capture(SNAPSHOT);
    board_wait_ns((FIRST_LINE + HEIGHT / 2) * LINE_NS - LINE_NS / 2);
    g_assert_true(irq(57));
    g_assert_cmphex(peek(S1CR) & 1 << 19, ==, 1 << 19);
    g_assert_true(is_pattern(RAM, 0, HEIGHT / 2));
    g_assert_cmphex(peek(RAM + 2 * WORDS), ==, 0xa5a5a5a5);
    board_wait_ns(FRAME_NS);
    g_assert_true(is_pattern(RAM, 0, HEIGHT));
    poke(S1CR, 0);
    poke(DMA2 + 8, 0xffffffff);
    clear_memory(RAM, WORDS);
    stream(1, RAM, WORDS, HTIE, 0);                     /* half of it, at its time */
    to_frame();
    capture(SNAPSHOT);
    board_wait_ns((FIRST_LINE + HEIGHT / 2 - 1) * LINE_NS + CLOCK_NS(2 * WIDTH - 4));
    g_assert_false(irq(57));
    board_wait_ns(CLOCK_NS(8));
    g_assert_true(irq(57));
}

static void test_width(void)
{
    uint16_t items[2 * WIDTH];

    ov2640_start("");
    stream(1, RAM, 2 * WORDS, 0, 0);
    capture(SNAPSHOT | 1 << R_CR_EDM_SHIFT);            /* 10 bits, of which the camera has 8 */
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(peek(LISR) & TCIF1, ==, TCIF1);
    qtest_memread(board, RAM, items, sizeof(items));
    for (unsigned i = 0; i < WIDTH; i++) {
        uint8_t c[3];

        pattern(c, i, 0, WIDTH, HEIGHT, 0);
        g_assert_cmphex(items[2 * i], ==, rgb565(c) & 0xff);
        g_assert_cmphex(items[2 * i + 1], ==, rgb565(c) >> 8);
    }
    g_assert_cmpint(board_mistakes("takes 10 bits, the camera has 8 data lines"), ==, 1);
}

/* ---- Windows ---- */

static void test_crop(void)
{
    uint16_t line[4];

    ov2640_start("");
    poke(DCMI + A_CWSTRT, 12 << R_CWSTRT_VST_SHIFT | 16);
    poke(DCMI + A_CWSIZE, 1 << R_CWSIZE_VLINE_SHIFT | 7);
    clear_memory(RAM, 8);
    stream(1, RAM, 4, 0, 0);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    capture(SNAPSHOT | CROP);
    board_wait_ns((FIRST_LINE + 13) * LINE_NS);
    g_assert_cmphex(ris() & FRAME, ==, 0);
    board_wait_ns(CLOCK_NS(2 * WIDTH) + 1000);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);          /* with the end of its last line */
    g_assert_cmphex(peek(LISR) & TCIF1, ==, TCIF1);
    for (unsigned y = 0; y < 2; y++) {
        qtest_memread(board, RAM + 8 * y, line, sizeof(line));
        for (unsigned x = 0; x < 4; x++) {
            uint8_t c[3];

            pattern(c, 8 + x, 12 + y, WIDTH, HEIGHT, 0);
            g_assert_cmphex(line[x], ==, rgb565(c));
        }
    }
    /* outside: a frame with nothing in it */
    poke(DMA2 + 8, 0xffffffff);
    poke(DCMI + A_ICR, 0x1f);
    poke(DCMI + A_CWSTRT, 100 << R_CWSTRT_VST_SHIFT);
    stream(1, RAM, 4, 0, 0);
    capture(SNAPSHOT | CROP);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    g_assert_cmpuint(peek(S1NDTR), ==, 4);
}

/* A window that has gone by already when it is set ends the frame, at once and only once. */
static void test_crop_gone_by(void)
{
    ov2640_start("");
    stream(1, RAM, WORDS, CIRC, 0);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    capture(0);
    board_wait_ns((FIRST_LINE + 8) * LINE_NS);
    poke(DCMI + A_CWSIZE, 1 << R_CWSIZE_VLINE_SHIFT | 7);
    poke(DCMI + A_CR, peek(DCMI + A_CR) | CROP);
    board_wait_ns(1000);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    poke(DCMI + A_ICR, FRAME);
    board_wait_ns(2 * LINE_NS);
    g_assert_cmphex(ris() & FRAME, ==, 0);
    board_wait_ns(FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
}

/* ---- JPEG ---- */

static void test_jpeg(void)
{
    uint8_t data[4096];
    unsigned words, end = 0;

    ov2640_start("");
    ov2640(WIDTH, HEIGHT, 0x10);
    stream(1, RAM, 1024, 0, 0);
    capture(SNAPSHOT | JPEG);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    if (board_mistakes("built without JPEG")) {
        g_test_skip("built without JPEG");
        return;
    }
    words = 1024 - peek(S1NDTR);
    qtest_memread(board, RAM, data, sizeof(data));
    g_assert_cmphex(data[0] << 8 | data[1], ==, 0xffd8);
    for (unsigned i = 2; i < 4 * words; i++) {
        end = data[i - 1] == 0xff && data[i] == 0xd9 ? i + 1 : end;
    }
    g_assert_cmpuint(end, >, 4 * words - 4);
    for (unsigned i = end; i < 4 * words; i++) {
        g_assert_cmphex(data[i], ==, 0);                /* the last word is filled up */
    }
    g_assert_cmpint(board_mistakes("/machine/soc/dcmi"), ==, 0);
    poke(DCMI + A_ICR, 0x1f);
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("CR.JPEG is 0, and the camera sends JPEG"), ==, 1);
}

/* ---- Synchronization ---- */

static void test_wrong_polarity(void)
{
    ov2640_start("");
    stream(1, RAM, WORDS, 0, 0);
    capture(SNAPSHOT | VSPOL);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);          /* empty */
    g_assert_cmpuint(peek(S1NDTR), ==, WORDS);
    g_assert_cmpint(board_mistakes("VSYNC is low between frames: frames are empty; set it to 0"), ==, 1);
    capture(SNAPSHOT | HSPOL);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmpuint(peek(S1NDTR), ==, 0);
    g_assert_false(is_pattern(RAM, 0, HEIGHT));
    g_assert_cmpint(board_mistakes("CR.HSPOL is 1, but the camera's HSYNC is low between lines"), ==, 1);
    poke(DCMI + A_CR, ENABLE);
    poke(DCMI + A_CR, ENABLE | CAPTURE);
    g_assert_cmpint(board_mistakes("CR.PCKPOL is 0"), ==, 1);
}

/* An OV7670 with 16 lines of 32 pixels and the codes of CCIR 656. */
static void start_embedded(void)
{
    camera_start("-device stm32-camera,model=ov7670,bus=i2c1");
    sccb_write(0x21, 0x17, 0);
    sccb_write(0x21, 0x18, WIDTH / 8);
    sccb_write(0x21, 0x32, 0);
    sccb_write(0x21, 0x19, 0);
    sccb_write(0x21, 0x1a, HEIGHT / 4);
    sccb_write(0x21, 0x03, 0);
    sccb_write(0x21, 0x12, 0x04);                       /* RGB, ... */
    sccb_write(0x21, 0x40, 0xd0);                       /* ... 565, ... */
    sccb_write(0x21, 0x0c, 0x40);                       /* ... the low byte first */
    sccb_write(0x21, 0x11, 3);                          /* 6 MHz */
    sccb_write(0x21, 0x04, 0x40);
}

static void test_embedded(void)
{
    start_embedded();
    poke(DCMI + A_ESCR, 0xff9d80ff);                    /* FEC: all others; FSC: the first LSC */
    poke(DCMI + A_ESUR, 0xffffffff);
    stream(1, RAM, WORDS, 0, 0);
    capture(SNAPSHOT | ESS);
    board_wait_ns(2 * 133280000);
    g_assert_cmphex(ris() & (FRAME | OVERRUN | SYNC_ERROR), ==, FRAME);
    g_assert_cmpuint(peek(S1NDTR), ==, 0);
    g_assert_cmphex(peek(RAM) & 0xffff, ==, 0xfefe);    /* white, but FF is for codes */
    g_assert_cmphex(peek(DCMI + A_CR) & CAPTURE, ==, 0);
    g_assert_cmpint(board_mistakes("/machine/soc/dcmi"), ==, 0);
    /* masks: what is the same in start and end */
    poke(DCMI + A_ICR, 0x1f);
    poke(DCMI + A_ESUR, 0x00000000);
    capture(SNAPSHOT | ESS);
    g_assert_cmpint(board_mistakes("of which the camera sends none that ends a frame"), ==, 1);
    poke(DCMI + A_CR, 0);
    poke(DCMI + A_ESUR, 0xffffffff);
    poke(DCMI + A_ESCR, 0xff9d81ff);                    /* a code that never comes */
    stream(1, RAM, WORDS, 0, 0);
    capture(SNAPSHOT | ESS);
    board_wait_ns(3 * 133280000);
    g_assert_cmphex(ris(), ==, 0);
    g_assert_cmpint(board_mistakes("of which the camera sends none that begins a frame"), ==, 1);
    poke(DCMI + A_CR, 0);
    poke(DCMI + A_ESCR, 0xffab80ff);                    /* lines that do not end as they should */
    capture(SNAPSHOT | ESS);
    board_wait_ns(3 * 133280000);
    g_assert_cmphex(ris() & SYNC_ERROR, ==, SYNC_ERROR);
    poke(DCMI + A_CR, 0);
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("CR.ESS is 0, and the camera sends embedded codes"), ==, 1);
}

/* ---- Mistakes ---- */

static void test_mistakes(void)
{
    ov2640_start(",pwdn=pd3");
    stream(1, RAM, WORDS - 1, 0, 0);
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("the DMA is set for 255 words, a frame of the camera has 256 of them"), ==, 1);
    poke(DCMI + A_CR, 0);
    poke(S1NDTR, 76800);
    g_assert_cmpint(board_mistakes("S1NDTR written 76800: it has 16 bits, so it is 11264"), ==, 1);
    sccb_write(0x30, 0xd3, 1);                          /* 48 MHz, of HCLK's 16 */
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("PIXCLK is faster than HCLK / 2.5"), ==, 1);
    poke(DCMI + A_CR, peek(DCMI + A_CR) & ~ENABLE);     /* that is a way to stop */
    g_assert_cmpint(board_mistakes("CAPTURE set without ENABLE"), ==, 0);
    poke(DCMI + A_CR, 0);
    poke(DCMI + A_CR, CAPTURE);
    g_assert_cmpint(board_mistakes("CAPTURE set without ENABLE"), ==, 1);
    poke(DCMI + A_CR, 0);
    pin_drive("pd3", "1");
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("the camera sends nothing: it is powered down (its pin pwdn= is high)"), ==, 1);
    poke(DCMI + A_CR, 0);
    pin_drive("pd3", "0");
    board_pin_function(0x40020000, 6, 0);
    capture(SNAPSHOT);
    g_assert_cmpint(board_mistakes("DCMI_PIXCLK is at no pin"), ==, 1);
    board_wait_ns(FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, 0);
}

static void test_clock_and_reset(void)
{
    ov2640_start("");
    stream(1, RAM, WORDS, CIRC, 0);
    capture(0);
    board_wait_ns(FRAME_NS);
    poke(0x40023834, 0);                                /* AHB2ENR */
    board_wait_ns(FRAME_NS);
    poke(0x40023834, 1);
    g_assert_cmphex(ris() & OVERRUN, ==, 0);
    poke(DCMI + A_ICR, 0x1f);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);          /* it goes on with the next frame */
    board_hold_in_reset("dcmi", true);
    board_hold_in_reset("dcmi", false);
    g_assert_cmphex(peek(DCMI + A_CR), ==, 0);
    board_wait_ns(2 * FRAME_NS);
    g_assert_cmphex(ris(), ==, 0);
}

/* ---- Words at once, and one by one ---- */

/* What there is to see at instants of a capture between lines: in a line the DMA has some ticks for a word. */
static char *story(const char *more, uint32_t cr, uint32_t settings, uint32_t fcr, bool saves)
{
    GRand *random = g_rand_new_with_seed(cr + settings + fcr);
    GString *text = g_string_new(NULL);
    g_autofree char *args = g_strdup_printf("-device stm32-camera,model=ov2640,bus=i2c1 %s", more);

    camera_start(args);
    ov2640(WIDTH, HEIGHT, 0x09);
    clear_memory(RAM, WORDS);
    stream(1, RAM, WORDS, settings, fcr);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    board_wait_ns(100000);
    capture(cr);
    for (unsigned i = 0; i < 60; i++) {
        uint8_t data[4 * WORDS];

        board_wait_ns(LINE_NS * g_rand_int_range(random, 1, 4));
        if (saves && i == 30) {
            g_autofree char *file = board_save();

            board_load(file, args);
            unlink(file);
        }
        g_string_append_printf(text, "%x %x %x %x %x\n", peek(LISR), peek(S1NDTR), peek(S1CR), ris(),
                               peek(DCMI + A_SR));
        qtest_memread(board, RAM, data, sizeof(data));
        for (unsigned n = 0; n < sizeof(data); n++) {
            g_string_append_printf(text, "%x ", data[n]);
        }
        g_string_append_c(text, '\n');
    }
    g_rand_free(random);
    return g_string_free(text, FALSE);
}

static void test_same_one_by_one(void)
{
    static const struct {
        uint32_t cr, settings, fcr;
    } ways[] = {
        { 0, CIRC, 0 }, { SNAPSHOT, 0, 0 }, { 0, CIRC | HTIE | TCIE, 0 }, { SNAPSHOT, 1 << 23, 7 }, { 0, CIRC, 4 | 1 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *single = story("-machine runs=off", ways[i].cr, ways[i].settings, ways[i].fcr, false);
        g_autofree char *bunches = story("", ways[i].cr, ways[i].settings, ways[i].fcr, false);
        g_autofree char *saved = story("", ways[i].cr, ways[i].settings, ways[i].fcr, true);

        g_assert_cmpstr(bunches, ==, single);
        g_assert_cmpstr(saved, ==, single);
    }
}

/* Words that wait in the DMA's FIFO are told of as they come, and are there when it is loaded. */
static void test_fifo_status(void)
{
    const char *args = "-device stm32-camera,model=ov2640,bus=i2c1";
    g_autofree char *file = NULL;

    ov2640_start("");
    stream(1, RAM, WORDS, 0, 4 | 3);                    /* to memory when it is full */
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    capture(SNAPSHOT);
    board_wait_ns(FIRST_LINE * LINE_NS + 600);
    for (unsigned words = 1; words < 8; words++) {
        board_wait_ns(CLOCK_NS(4));
        g_assert_cmphex(peek(S1FCR) >> 3 & 7, ==, words % 4 ? words % 4 : 4);
    }
    file = board_save();
    board_load(file, args);
    unlink(file);
    g_assert_cmphex(peek(S1FCR) >> 3 & 7, ==, 3);
}

/* ---- To a display ---- */

enum { DISPLAY_COMMAND = 0x60000000, DISPLAY_DATA = 0x60020000 };

static void display_tell(uint8_t command, const char *parameters)
{
    qtest_writew(board, DISPLAY_COMMAND, command);
    for (; *parameters; parameters += 2) {
        char digits[] = { parameters[0], parameters[1], 0 };

        qtest_writew(board, DISPLAY_DATA, strtoul(digits, NULL, 16));
    }
}

static void display_start(const char *more)
{
    g_autofree char *args = g_strdup_printf("-device stm32-camera,model=ov2640,bus=i2c1 "
                                            "-device stm32-ili9341,bank=ne1,rs=a16 %s", more);

    camera_start(args);
    ov2640(WIDTH, HEIGHT, 0x09);
    board_enable("fsmc");
    fsmc_route(FSMC_STROBES " " FSMC_D0_7 " " FSMC_D8_15 " " FSMC_NE1 " pd11");
    poke(FSMC, 1 << 12 | 1 << 4 | 1);
    display_tell(0x11, "");
    board_wait_ns(6000000);
    display_tell(0x29, "");
    display_tell(0x36, "48");
    display_tell(0x3a, "55");
    display_tell(0x2a, "0000001f");
    display_tell(0x2b, "0000000f");
    display_tell(0x2c, "");
}

/* Words, to the same place all of them. */
static void stream_to_display(uint32_t settings)
{
    stream(1, DISPLAY_DATA, WORDS, 0, 0);
    poke(S1CR, 0);
    poke(DMA2 + 8, 0xffffffff);                         /* disabled, its TCIF is set */
    poke(S1CR, 1 << 25 | 2 << 13 | 2 << 11 | settings);
    poke(S1CR, 1 << 25 | 2 << 13 | 2 << 11 | settings | 1);
}

/* The core draws a pixel as well, and what comes then is behind it. */
static void draw(unsigned i)
{
    qtest_writew(board, DISPLAY_DATA, 0xf800 + i);
}

/* ... or has eight lines for as long as two words take. */
static void narrow(unsigned i)
{
    poke(FSMC, 1 << 12 | 1);
    board_wait_ns(CLOCK_NS(8));
    poke(FSMC, 1 << 12 | 1 << 4 | 1);
}

/* A frame goes there by the DMA; in the middle of lines the core does something there too. */
static char *picture(const char *more, void (*meanwhile)(unsigned i))
{
    GString *text = g_string_new(NULL);

    display_start(more);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    stream_to_display(0);
    capture(SNAPSHOT);
    board_wait_ns(FIRST_LINE * LINE_NS);
    for (unsigned i = 0; i < 8; i++) {
        board_wait_ns(LINE_NS + CLOCK_NS(4 * i) + 600);     /* behind a word, and what the DMA has for it */
        meanwhile(i);
        g_string_append_printf(text, "%x ", peek(S1NDTR));
        board_wait_ns(LINE_NS - CLOCK_NS(4 * i) - 600);
    }
    board_wait_ns(FRAME_NS);
    g_assert_cmphex(peek(LISR) & TCIF1, ==, TCIF1);
    g_assert_cmphex(ris() & OVERRUN, ==, 0);
    display_look();
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
        g_string_append_printf(text, "%06x ", display_pixel(i % WIDTH, i / WIDTH));
    }
    return g_string_free(text, FALSE);
}

static void test_display(void)
{
    g_autofree char *single = picture("-machine runs=off", draw), *bunches = picture("", draw);

    g_assert_cmpstr(bunches, ==, single);
}

/* What came before a register is written goes to the memory as it was then. */
static void test_display_registers(void)
{
    g_autofree char *single = picture("-machine runs=off", narrow), *bunches = picture("", narrow);
    g_autofree char *plain = picture("", draw);

    g_assert_cmpstr(bunches, ==, single);
    g_assert_cmpstr(bunches, !=, plain);
}

/* A line is an event, not a pixel. */
static void test_display_cost(void)
{
    unsigned events = 0;
    int64_t end;

    display_start("");
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    stream_to_display(CIRC);
    capture(0);
    end = qtest_clock_step(board, 1000) + FRAME_NS;
    while (events < 1000 && qtest_clock_step_next(board) < end) {
        events++;
    }
    g_assert_cmpuint(events, <=, HEIGHT + 20);
}

/* Saved in the middle of a line, and of a register of the sensor. */
static void test_snapshot_in_line(void)
{
    const char *args = "-device stm32-camera,model=ov2640,bus=i2c1";
    g_autofree char *file = NULL;

    ov2640_start("");
    clear_memory(RAM, WORDS);
    stream(1, RAM, WORDS, 0, 0);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    capture(SNAPSHOT);
    board_wait_ns((FIRST_LINE + 5) * LINE_NS + CLOCK_NS(WIDTH) + 100);
    g_assert_true(sccb_address(0x30 << 1));
    sccb_byte(0xff);
    file = board_save();
    board_load(file, args);
    unlink(file);
    sccb_byte(0x01);
    sccb_stop();
    g_assert_cmphex(sccb_read(0x30, 0x0a), ==, 0x26);
    board_wait_ns(FRAME_NS);
    g_assert_cmphex(ris() & (FRAME | OVERRUN), ==, FRAME);
    g_assert_cmphex(peek(LISR) & TCIF1, ==, TCIF1);
    g_assert_true(is_pattern(RAM, 0, HEIGHT));
}

/* Another camera is not what was saved. */
static void test_snapshot_of_another(void)
{
    g_autofree char *file = NULL, *line = NULL, *error = NULL;
    int status;

    ov2640_start("");
    file = board_save();
    line = g_strdup_printf("%s -machine stm32f407g_disc -display none -accel qtest -S "
                           "-device stm32-camera,model=ov9655,bus=i2c1 -incoming file:%s",
                           g_getenv("QTEST_QEMU_BINARY"), file);
    g_assert_true(g_spawn_command_line_sync(line, NULL, &error, &status, NULL));
    unlink(file);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(error, "another model of camera than stm32-camera,model=ov9655"));
}

/* ---- Anything ---- */

static void test_fuzz(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));
    const char *const models[] = { "ov2640", "ov7670", "ov9655" };
    g_autofree char *args = g_strdup_printf("-device stm32-camera,model=%s,bus=i2c1",
                                            models[GPOINTER_TO_UINT(seed) % 3]);
    uint8_t address = GPOINTER_TO_UINT(seed) % 3 == 1 ? 0x21 : 0x30;

    camera_start(args);
    for (unsigned i = 0; i < 1500; i++) {
        unsigned what = g_rand_int_range(random, 0, 10);
        uint32_t value = g_rand_int(random) & g_rand_int(random);

        if (what == 0) {
            sccb_write(address, g_rand_int_range(random, 0, 3) ? g_rand_int(random) : 0x12, value);
        } else if (what == 1) {
            stream(g_rand_boolean(random) ? 1 : 7, RAM, g_rand_int_range(random, 0, 300),
                   g_rand_int(random) & 0x01ff0f38, g_rand_int(random) & 7);
            poke(DMA2 + 8, 0xffffffff);
        } else if (what < 4) {
            capture(value & 0xfff);
        } else {
            poke(DCMI + 4 * g_rand_int_range(random, 0, 11), value);
            peek(DCMI + 4 * g_rand_int_range(random, 0, 11));
        }
        board_wait_ns(g_rand_int_range(random, 0, 300000));
        if (i % 100 == 99) {
            save_and_go_on();
        }
    }
    board_reset();
    board_enable("dcmi");
    g_assert_cmphex(peek(DCMI + A_CR), ==, 0);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("dcmi/registers", test_registers);
    qtest_add_func("dcmi/no-camera", test_no_camera);
    qtest_add_func("dcmi/snapshot", test_snapshot);
    qtest_add_func("dcmi/time", test_time);
    qtest_add_func("dcmi/cost", test_cost);
    qtest_add_func("dcmi/continuous", test_continuous);
    qtest_add_func("dcmi/rate", test_rate);
    qtest_add_func("dcmi/polled", test_polled);
    qtest_add_func("dcmi/overrun", test_overrun);
    qtest_add_func("dcmi/dma-modes", test_dma_modes);
    qtest_add_func("dcmi/width", test_width);
    qtest_add_func("dcmi/crop", test_crop);
    qtest_add_func("dcmi/crop-gone-by", test_crop_gone_by);
    qtest_add_func("dcmi/jpeg", test_jpeg);
    qtest_add_func("dcmi/wrong-polarity", test_wrong_polarity);
    qtest_add_func("dcmi/embedded", test_embedded);
    qtest_add_func("dcmi/mistakes", test_mistakes);
    qtest_add_func("dcmi/clock-and-reset", test_clock_and_reset);
    qtest_add_func("dcmi/same-one-by-one", test_same_one_by_one);
    qtest_add_func("dcmi/fifo-status", test_fifo_status);
    qtest_add_func("dcmi/display", test_display);
    qtest_add_func("dcmi/display-cost", test_display_cost);
    qtest_add_func("dcmi/display-registers", test_display_registers);
    qtest_add_func("dcmi/snapshot-in-line", test_snapshot_in_line);
    qtest_add_func("dcmi/snapshot-of-another", test_snapshot_of_another);
    for (unsigned seed = 1; seed <= 3; seed++) {
        g_autofree char *name = g_strdup_printf("dcmi/fuzz/seed-%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_fuzz);
    }
    return board_run_tests();
}
