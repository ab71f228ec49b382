/*
 * What the tests of the codec share: its registers over I2C1, samples over I2S3, and what is heard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_CODEC_H
#define STM32_TESTS_CODEC_H

#include <math.h>
#include "stm32/tests/qtest/i2c.h"

#define WRITE 0x94
#define READ 0x95

enum { GPIOA = 0x40020000, GPIOC = 0x40020800, GPIOD = 0x40020c00, MODER = 0, BSRR = 0x18 };

static inline void let_codec_go(bool go)
{
    poke(GPIOD + BSRR, 1u << (go ? 4 : 20));
}

static inline void start(const char *args)
{
    i2c_start_board(args);
    i2c_on(I2C1, ACK);
    board_enable("gpioa");
    board_enable("gpioc");
    board_enable("gpiod");
    poke(GPIOD + MODER, 1 << 8);
    let_codec_go(true);
}

static inline bool acknowledges(uint8_t address)
{
    bool ack;

    i2c_address(I2C1, address);
    ack = sr1(I2C1) & ADDR;
    poke(I2C1 + A_SR1, ~AF);
    sr2(I2C1);
    i2c_stop(I2C1);
    return ack;
}

static inline void send_bytes(const uint8_t *byte, unsigned n)
{
    i2c_address(I2C1, WRITE);
    clear_addr(I2C1);
    for (unsigned i = 0; i < n; i++) {
        i2c_byte(I2C1, byte[i]);
        g_assert_cmphex(sr1(I2C1), ==, TXE | BTF);
    }
}

static inline void put(uint8_t reg, uint8_t value)
{
    uint8_t bytes[] = { reg, value };

    send_bytes(bytes, 2);
    i2c_stop(I2C1);
}

/* The byte after those that were sent or read before, with a START if it is a repeated one. */
static inline uint8_t read_byte(void)
{
    uint8_t byte;

    i2c_address(I2C1, READ);
    cr1_clear(I2C1, ACK);
    clear_addr(I2C1);
    cr1_set(I2C1, STOP);
    board_wait_ns(BYTE_NS + BIT_NS);
    g_assert_cmphex(sr1(I2C1), ==, RXNE);
    byte = peek(I2C1 + A_DR);
    cr1_set(I2C1, ACK);
    return byte;
}

static inline uint8_t get(uint8_t reg)
{
    send_bytes(&reg, 1);
    return read_byte();
}

/* ---- Sound ---- */

static char *wav_name;

/* MCLK is PC7, LRCK PA4. */
static inline void start_sound(const char *args)
{
    int16_t frame[48][2];

    start(args);
    board_enable("spi3");
    board_enable("dma1");
    board_pin_function(GPIOC, 10, 6);
    board_pin_function(GPIOC, 12, 6);
    for (unsigned i = 0; i < 48; i++) {
        frame[i][0] = lrint(16000 * sin(2 * G_PI * i / 48));
        frame[i][1] = lrint(8000 * sin(2 * G_PI * 2 * i / 48));
    }
    qtest_memwrite(board, 0x20000000, frame, sizeof(frame));
    poke(0x40023884, 3u << 28 | 258 << 6);              /* PLLI2S */
    poke(0x40023800, peek(0x40023800) | 1 << 26);
    board_wait_ns(1000000);
    poke(0x40026090, 0x40003c0c);                       /* stream 5: PAR, M0AR */
    poke(0x40026094, 0x20000000);
}

/* From the first frame on: a word left over would make left right. */
static inline void switch_i2s(uint32_t i2spr, uint32_t i2scfgr)
{
    poke(0x40003c1c, 0);
    board_wait_ns(1000000);
    board_hold_in_reset("spi3", true);
    board_hold_in_reset("spi3", false);
    poke(0x40026088, 0);
    poke(0x40026008, 0xffffffff);
    poke(0x4002600c, 0xffffffff);
    poke(0x4002608c, 96);
    poke(0x40026088, 1 << 13 | 1 << 11 | 1 << 10 | 1 << 8 | 1 << 6 | 1);
    poke(0x40003c04, 2);                                /* TXDMAEN */
    poke(0x40003c20, i2spr);
    poke(0x40003c1c, 0xa00 | i2scfgr);
    poke(0x40003c1c, 0xe00 | i2scfgr);
}

static inline void power_up(void)
{
    put(0x06, 0x04);
    put(0x02, 0x9e);
}

static inline int64_t now(void)
{
    return board_get_int("/machine", "virtual-time");
}

#define AUDIODEV "-audiodev wav,id=a,path=%s -machine audiodev=a"

static inline void start_recording(void)
{
    g_autofree char *args = NULL;

    wav_name = g_strdup_printf("/tmp/stm32-codec-%d.wav", getpid());
    args = g_strdup_printf(AUDIODEV, wav_name);
    start_sound(args);
    board_pin_function(GPIOC, 7, 6);
    board_pin_function(GPIOA, 4, 6);
    power_up();
}

/* The frames, 44100 a second. */
static inline int16_t (*stop_recording(unsigned *frames))[2]
{
    char *data;
    size_t size;

    board_stop();
    g_assert_true(g_file_get_contents(wav_name, &data, &size, NULL));
    unlink(wav_name);
    g_clear_pointer(&wav_name, g_free);
    g_assert_cmpuint(size, >=, 44);
    memmove(data, data + 44, size - 44);
    *frames = (size - 44) / 4;
    return (int16_t (*)[2])data;
}

/* Of @hz in 50 ms from @ms on. */
static inline int amplitude(int16_t (*frame)[2], unsigned channel, unsigned ms, double hz)
{
    double re = 0, im = 0;

    for (unsigned i = 0; i < 2205; i++) {
        double phase = 2 * G_PI * hz * i / 44100;

        re += frame[ms * 441 / 10 + i][channel] * cos(phase);
        im += frame[ms * 441 / 10 + i][channel] * sin(phase);
    }
    return lrint(sqrt(re * re + im * im) / 1102.5);
}

static inline void assert_amplitude(int is, int expected)
{
    g_assert_cmpint(ABS(is - expected), <=, 12 + expected / 40);
}

#endif
