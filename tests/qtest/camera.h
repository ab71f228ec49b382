/*
 * What the tests of DCMI and of the camera share: SCCB on I2C1 (PB6, PB9), the pins of the DCMI, an OV2640 that sends
 * small pictures, and its test pattern.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_CAMERA_H
#define STM32_TESTS_CAMERA_H

#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/dcmi.h"
#include "stm32/core/regs.h"

enum { DCMI = 0x50050000, DMA2 = 0x40026400, RAM = 0x20001000, DCMI_IRQ = 78 };
enum {
    CAPTURE = R_CR_CAPTURE_MASK, SNAPSHOT = R_CR_CM_MASK, CROP = R_CR_CROP_MASK, JPEG = R_CR_JPEG_MASK,
    ESS = R_CR_ESS_MASK, RISING = R_CR_PCKPOL_MASK, HSPOL = R_CR_HSPOL_MASK, VSPOL = R_CR_VSPOL_MASK,
    ENABLE = R_CR_ENABLE_MASK,
};
enum {
    FRAME = R_RIS_FRAME_MASK, OVERRUN = R_RIS_OVR_MASK, SYNC_ERROR = R_RIS_ERR_MASK, VSYNC = R_RIS_VSYNC_MASK,
    LINE = R_RIS_LINE_MASK,
};

/* An OV2640 with 32 x 16 pixels, XCLK 24 MHz, PIXCLK 6 MHz: lines of 7140 clocks, 28 a frame, 11 to 26 with data. */
enum { WIDTH = 32, HEIGHT = 16, LINE_CLOCKS = 7140, LINES = 28, FIRST_LINE = 11, VSYNC_LINES = 3 };
#define CLOCK_NS(clocks) ((int64_t)(clocks) * 1000 / 6)
#define LINE_NS CLOCK_NS(LINE_CLOCKS)
#define FRAME_NS (LINES * LINE_NS)
#define WORDS (WIDTH * HEIGHT / 2)

/* ---- SCCB ---- */

enum { I2C1 = 0x40005400, I2C_CR1 = 0, I2C_CR2 = 4, I2C_DR = 0x10, I2C_SR1 = 0x14, I2C_SR2 = 0x18, GPIOB = 0x40020400 };
#define SCCB_BYTE_NS 90000      /* 100 kHz */

/* I2C1 at PB6 and PB9, open drain; PCLK1 is 16 MHz. */
static inline void sccb_init(void)
{
    board_enable("i2c1");
    board_route("pb6", 4);
    board_route("pb9", 4);
    poke(GPIOB + 4, peek(GPIOB + 4) | 1 << 6 | 1 << 9);
    poke(I2C1 + I2C_CR2, 16);
    poke(I2C1 + 0x1c, 80);
    poke(I2C1 + 0x20, 17);
    poke(I2C1 + I2C_CR1, 1);
}

static inline void sccb_byte(uint8_t byte)
{
    poke(I2C1 + I2C_DR, byte);
    board_wait_ns(SCCB_BYTE_NS);
}

/* False: nobody answers. */
static inline bool sccb_address(uint8_t byte)
{
    poke(I2C1 + I2C_CR1, 1 << 8 | 1);
    board_wait_ns(SCCB_BYTE_NS);
    peek(I2C1 + I2C_SR1);
    sccb_byte(byte);
    if (!(peek(I2C1 + I2C_SR1) & 2)) {
        return false;
    }
    peek(I2C1 + I2C_SR2);
    return true;
}

static inline void sccb_stop(void)
{
    poke(I2C1 + I2C_CR1, 1 << 9 | 1);
    board_wait_ns(SCCB_BYTE_NS);
    poke(I2C1 + I2C_SR1, 0);
}

static inline bool sccb_write(uint8_t address, uint8_t n, uint8_t value)
{
    bool answers = sccb_address(address << 1);

    if (answers) {
        sccb_byte(n);
        sccb_byte(value);
    }
    sccb_stop();
    return answers;
}

static inline uint8_t sccb_read(uint8_t address, uint8_t n)
{
    if (sccb_address(address << 1)) {
        sccb_byte(n);
    }
    sccb_stop();
    sccb_address(address << 1 | 1);
    poke(I2C1 + I2C_CR1, 1 << 9 | 1);
    board_wait_ns(2 * SCCB_BYTE_NS);
    return peek(I2C1 + I2C_DR);
}

/* ---- DCMI ---- */

static inline void camera_pins(void)
{
    static const char *const pins[] = {
        "pa6", "pa4", "pb7", "pc6", "pc7", "pc8", "pc9", "pc11", "pi4", "pe5", "pe6",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(pins); i++) {
        board_route(pins[i], 13);
    }
}

/* A board with a camera, its SCCB on I2C1. */
static inline void camera_start(const char *args)
{
    board_start(args);
    sccb_init();
    board_enable("dcmi");
    board_enable("dma2");
    camera_pins();
    board_watch_irqs();
}

/* Set up an OV2640 with @image_mode. */
static inline void ov2640(unsigned width, unsigned height, uint8_t image_mode)
{
    sccb_write(0x30, 0xff, 1);
    sccb_write(0x30, 0x12, 0x40);
    sccb_write(0x30, 0xff, 0);
    sccb_write(0x30, 0xd3, 8);
    sccb_write(0x30, 0x5a, width / 4);
    sccb_write(0x30, 0x5b, height / 4);
    sccb_write(0x30, 0xda, image_mode);
    sccb_write(0x30, 0x05, 0);
}

static inline void ov2640_start(const char *more)
{
    g_autofree char *args = g_strdup_printf("-device stm32-camera,model=ov2640,bus=i2c1%s", more);

    camera_start(args);
    ov2640(WIDTH, HEIGHT, 0x09);
}

/* Stream @n of DMA2 takes @words. */
static inline void stream(unsigned n, uint32_t memory, unsigned words, uint32_t settings, uint32_t fcr)
{
    uint32_t at = DMA2 + 0x18 * n;

    poke(at + 0x10, 0);
    poke(DMA2 + 8, 0xffffffff);
    poke(DMA2 + 12, 0xffffffff);
    poke(at + 0x18, DCMI + A_DR);
    poke(at + 0x1c, memory);
    poke(at + 0x14, words);
    poke(at + 0x24, fcr);
    poke(at + 0x10, 1 << 25 | 2 << 13 | 2 << 11 | 1 << 10 | settings);
    poke(at + 0x10, 1 << 25 | 2 << 13 | 2 << 11 | 1 << 10 | settings | 1);
}

static inline void capture(uint32_t cr)
{
    poke(DCMI + A_CR, cr | RISING | ENABLE);
    poke(DCMI + A_CR, cr | RISING | ENABLE | CAPTURE);
}

static inline uint32_t ris(void)
{
    return peek(DCMI + A_RIS);
}

/* Whatever it does, it can be saved. */
static inline void save_and_go_on(void)
{
    g_autofree char *file = board_save();

    unlink(file);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

/* To the beginning of a frame's pulse of VSYNC, within a microsecond. */
static inline void to_frame(void)
{
    poke(DCMI + A_ICR, VSYNC);
    poke(DCMI + A_IER, VSYNC);
    for (unsigned i = 0; i < 1000 && !(ris() & VSYNC); i++) {
        qtest_clock_step_next(board);
    }
    g_assert_cmphex(ris() & VSYNC, ==, VSYNC);
    poke(DCMI + A_IER, 0);
    poke(DCMI + A_ICR, 0x1f);
}

/* ---- The test pattern ---- */

static inline void pattern(uint8_t *c, unsigned x, unsigned y, unsigned width, unsigned height, uint64_t frame)
{
    unsigned side = height / 8, left = frame * 4 % width, n = x * 8 / width;

    if (y >= height - height / 4) {
        c[0] = c[1] = c[2] = x * 255 / (width - 1);
    } else if (y >= side && y < 2 * side && (x + width - left) % width < side) {
        c[0] = c[1] = c[2] = 128;
    } else {
        c[0] = n & 2 ? 0 : 255;
        c[1] = n & 4 ? 0 : 255;
        c[2] = n & 1 ? 0 : 255;
    }
}

static inline uint16_t rgb565(const uint8_t *c)
{
    return (c[0] >> 3) << 11 | (c[1] >> 2) << 5 | c[2] >> 3;
}

/* Is that line @y of the pattern?  The square that moves is left out. */
static inline bool is_pattern_line(const uint16_t *line, unsigned y, unsigned width, unsigned height)
{
    for (unsigned x = 0; x < width; x++) {
        uint8_t c[3];

        pattern(c, x, y, width, height, 0);
        if (line[x] != rgb565(c) && !(y >= height / 8 && y < height / 4)) {
            return false;
        }
    }
    return true;
}

static inline bool is_pattern(uint32_t memory, unsigned first, unsigned lines)
{
    bool same = true;

    for (unsigned y = 0; y < lines; y++) {
        uint16_t line[WIDTH];

        qtest_memread(board, memory + 2 * WIDTH * y, line, sizeof(line));
        same &= is_pattern_line(line, first + y, WIDTH, HEIGHT);
    }
    return same;
}

#endif
