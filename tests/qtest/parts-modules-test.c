/*
 * Modules of the bench on I2C, SPI and lines of a port, with the sequences of popular drivers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/display.h"
#include "stm32/tests/qtest/i2c_gpio.h"
#include "stm32/tests/qtest/parts.h"

enum { SPI1 = 0x40013000 };

static int16_t word(const uint8_t *bytes)
{
    return bytes[0] << 8 | bytes[1];
}

/* ---- MPU-6050, as Adafruit's driver begins ---- */

static void test_mpu6050(void)
{
    static const char args[] = "-device wokwi-mpu6050,id=m,SCL=pb6,SDA=pb7,accelX=0.5 -device wokwi-mpu6050,id=n,AD0=3v3,SCL=pb6,SDA=pb7";
    uint8_t d[14];

    parts_start(args);
    i2c_pins();
    read_regs(0x68, 0x75, d, 1);
    g_assert_cmphex(d[0], ==, 0x68);
    read_regs(0x69, 0x75, d, 1);
    g_assert_cmphex(d[0], ==, 0x68);
    g_assert_true(write_reg(0x68, 0x6b, 0x80));
    read_regs(0x68, 0x6b, d, 1);
    g_assert_cmphex(d[0], ==, 0x40);
    g_assert_true(write_reg(0x68, 0x6b, 0x01));
    g_assert_true(write_reg(0x68, 0x1c, 0x10));             /* 8 g */
    g_assert_true(write_reg(0x68, 0x1b, 0x08));             /* 500 degrees a second */
    part_set("m", "rotationZ", -100);
    parts_again(args);
    read_regs(0x68, 0x3b, d, 14);
    g_assert_cmpint(word(d), ==, 2048);
    g_assert_cmpint(word(d + 2), ==, 0);
    g_assert_cmpint(word(d + 4), ==, 4096);
    g_assert_cmpint(word(d + 6), ==, (int)((24 - 36.53) * 340));
    g_assert_cmpint(word(d + 12), ==, -6553);
    g_assert_false(write_reg(0x6a, 0, 0));
}

/* ---- OLED ---- */

static void test_ssd1306(void)
{
    static const char args[] = "-device board-ssd1306,id=o,SCL=pb6,SDA=pb7 -device wokwi-ssd1306,id=w,CLK=pb6,DATA=pb7,i2cAddress=0x3d";
    uint8_t status;

    parts_start(args);
    i2c_pins();
    for (uint8_t address = 0x3c; address <= 0x3d; address++) {
        i2c_start();
        g_assert_true(i2c_write(address << 1 | 1));
        status = i2c_read(true);
        i2c_stop();
        g_assert_cmphex(status & 0x40, ==, 0x40);           /* off */
    }
    i2c_start();
    g_assert_true(i2c_write(0x3c << 1));
    i2c_write(0x00);
    i2c_write(0x8d);
    parts_again(args);
    i2c_write(0x14);
    i2c_write(0xaf);
    i2c_stop();
    i2c_start();
    g_assert_true(i2c_write(0x3c << 1 | 1));
    g_assert_cmphex(i2c_read(true) & 0x40, ==, 0);
    i2c_stop();
}

static void oled_begin(uint8_t control)
{
    i2c_start();
    g_assert_true(i2c_write(0x3c << 1));
    i2c_write(control);
}

static void oled_commands(const uint8_t *bytes, unsigned n)
{
    oled_begin(0x00);
    for (unsigned i = 0; i < n; i++) {
        i2c_write(bytes[i]);
    }
    i2c_stop();
}

#define OLED_COMMANDS(...) oled_commands((const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }))

static bool oled_pixel(unsigned x, unsigned y)
{
    return display_pixel(x, y);
}

/* As U8g2's driver of the 128 x 128 begins; it writes by pages. */
static void test_sh1107(void)
{
    static const char args[] = "-device board-grove-oled-sh1107,id=o,SCL=pb6,SDA=pb7,scale=1";

    parts_start(args);
    i2c_pins();
    display_look();
    g_assert_cmpuint(display_width, ==, 128);
    g_assert_cmpuint(display_height, ==, 128);
    g_assert_false(oled_pixel(5, 17));                      /* off */
    OLED_COMMANDS(0xae, 0xdc, 0x00, 0x81, 0x2f, 0x20, 0xa0, 0xc0, 0xa8, 0x7f, 0xd3, 0x00, 0xad, 0x8a, 0xd5, 0x50, 0xd9,
                  0x22, 0xdb, 0x35, 0xa4, 0xa6);
    for (unsigned page = 0; page < 16; page++) {
        OLED_COMMANDS(0x10, 0x00, 0xb0 | page);
        oled_begin(0x40);
        for (unsigned x = 0; x < 128; x++) {
            i2c_write(page == 2 && x == 5 ? 0x02 : 0);
        }
        i2c_stop();
        if (page == 5) {
            parts_again(args);
        }
    }
    OLED_COMMANDS(0xaf);
    display_look();
    g_assert_true(oled_pixel(5, 17));
    g_assert_false(oled_pixel(5, 18));
    g_assert_false(oled_pixel(6, 17));
    OLED_COMMANDS(0xa1, 0xc8);
    display_look();
    g_assert_true(oled_pixel(122, 110));
    OLED_COMMANDS(0xa0, 0xc0, 0xdc, 0x10, 0xa7);
    display_look();
    g_assert_false(oled_pixel(5, 1));
    g_assert_true(oled_pixel(5, 17));
    OLED_COMMANDS(0xa6, 0xdc, 0x00, 0x05, 0x10, 0xb2, 0xe0);        /* read, modify, write */
    oled_begin(0x40);
    i2c_start();
    g_assert_true(i2c_write(0x3c << 1 | 1));
    g_assert_cmphex(i2c_read(true), ==, 0x02);
    i2c_stop();
    oled_begin(0x40);
    i2c_write(0x06);
    i2c_stop();
    OLED_COMMANDS(0xee);
    oled_begin(0x40);
    i2c_start();
    g_assert_true(i2c_write(0x3c << 1 | 1));
    g_assert_cmphex(i2c_read(true), ==, 0x06);
    i2c_stop();
    OLED_COMMANDS(0x21, 0x00, 0x10, 0xbf);                  /* downwards: the last page, and round */
    oled_begin(0x40);
    i2c_write(0x80);
    i2c_write(0x01);
    i2c_stop();
    display_look();
    g_assert_true(oled_pixel(0, 127));
    g_assert_true(oled_pixel(1, 0));
}

/* ---- Barometer ---- */

static int be16(const uint8_t *p)
{
    return (int16_t)(p[0] << 8 | p[1]);
}

/* As Adafruit_BMP085: pressure in Pa with the greatest oversampling, the temperature in 0.1 degrees to @celsius. */
static int barometer(int *celsius)
{
    int ac1, ac2, ac3, b1, b2, mc, md, x1, x2, x3, b3, b5, b6, p;
    unsigned ac4, ac5, ac6, b4, b7;
    uint8_t d[22];
    int64_t ut, up;

    read_regs(0x77, 0xaa, d, 22);
    ac1 = be16(d), ac2 = be16(d + 2), ac3 = be16(d + 4), ac4 = (uint16_t)be16(d + 6), ac5 = (uint16_t)be16(d + 8);
    ac6 = (uint16_t)be16(d + 10), b1 = be16(d + 12), b2 = be16(d + 14), mc = be16(d + 18), md = be16(d + 20);
    g_assert_true(write_reg(0x77, 0xf4, 0x2e));
    board_wait_ns(5000000);
    read_regs(0x77, 0xf6, d, 2);
    ut = d[0] << 8 | d[1];
    g_assert_true(write_reg(0x77, 0xf4, 0xf4));
    board_wait_ns(26000000);
    read_regs(0x77, 0xf6, d, 3);
    up = (d[0] << 16 | d[1] << 8 | d[2]) >> 5;
    x1 = (ut - (int)ac6) * (int)ac5 >> 15;
    x2 = mc * 2048 / (x1 + md);
    b5 = x1 + x2;
    *celsius = (b5 + 8) >> 4;
    b6 = b5 - 4000;
    x1 = (b2 * (b6 * b6 >> 12)) >> 11;
    x2 = (ac2 * b6) >> 11;
    x3 = x1 + x2;
    b3 = (((ac1 * 4 + x3) << 3) + 2) / 4;
    x1 = (ac3 * b6) >> 13;
    x2 = (b1 * (b6 * b6 >> 12)) >> 16;
    x3 = (x1 + x2 + 2) >> 2;
    b4 = (ac4 * (uint32_t)(x3 + 32768)) >> 15;
    b7 = (uint32_t)(up - b3) * (50000u >> 3);
    p = b7 < 0x80000000 ? b7 * 2 / b4 : b7 / b4 * 2;
    x1 = (p >> 8) * (p >> 8);
    x1 = (x1 * 3038) >> 16;
    x2 = (-7357 * p) >> 16;
    return p + ((x1 + x2 + 3791) >> 4);
}

static void test_bmp180(void)
{
    static const char args[] = "-device board-bmp180,id=p,SCL=pb6,SDA=pb7,temperature=21.3,pressure=98765";
    int celsius;
    uint8_t d[3];

    parts_start(args);
    i2c_pins();
    read_regs(0x77, 0xd0, d, 1);
    g_assert_cmphex(d[0], ==, 0x55);
    g_assert_cmpint(abs(barometer(&celsius) - 98765), <=, 3);
    g_assert_cmpint(celsius, ==, 213);
    part_set("p", "pressure", 30000);
    part_set("p", "temperature", -40);
    g_assert_cmpint(abs(barometer(&celsius) - 30000), <=, 3);
    g_assert_cmpint(abs(celsius + 400), <=, 1);
    part_set("p", "pressure", 110000);
    part_set("p", "temperature", 85);
    g_assert_cmpint(abs(barometer(&celsius) - 110000), <=, 3);
    g_assert_cmpint(celsius, ==, 850);
    read_regs(0x77, 0xf6, d, 3);
    g_assert_true(write_reg(0x77, 0xf4, 0x2e));             /* not yet: what was there before, also in a new process */
    parts_again(args);
    read_regs(0x77, 0xf4, d, 1);
    g_assert_cmphex(d[0], ==, 0x2e);
    board_wait_ns(5000000);
    read_regs(0x77, 0xf4, d, 1);
    g_assert_cmphex(d[0], ==, 0x0e);
}

/* ---- Displays of characters ---- */

/* LiquidCrystal_I2C: each half of a byte three times, E low, high, low. */
static void lcd_half(uint8_t port)
{
    i2c_start();
    g_assert_true(i2c_write(0x27 << 1));
    i2c_write(port | 8);
    i2c_write(port | 8 | 4);
    i2c_write(port | 8);
    i2c_stop();
    board_wait_ns(50000);
}

static void lcd_byte(uint8_t byte, bool rs)
{
    lcd_half((byte & 0xf0) | rs);
    lcd_half(byte << 4 | rs);
}

static void test_lcd_i2c(void)
{
    static const char args[] = "-device wokwi-lcd2004,id=l,pins=i2c,SCL=pb6,SDA=pb7";
    static const uint8_t begin[] = { 0x28, 0x0c, 0x01, 0x06 }, row[] = { 0x80, 0xc0, 0x94, 0xd4 };

    parts_start(args);
    i2c_pins();
    lcd_half(0x30);
    lcd_half(0x30);
    lcd_half(0x30);
    lcd_half(0x20);
    for (unsigned n = 0; n < 4; n++) {
        lcd_byte(begin[n], false);
        board_wait_ns(2000000);
    }
    lcd_byte('H', true);
    lcd_half(('i' & 0xf0) | 1);
    parts_again(args);                                      /* in the middle of a byte */
    lcd_half(('i' << 4 & 0xf0) | 1);
    for (unsigned n = 1; n < 4; n++) {
        lcd_byte(row[n], false);
        lcd_byte('0' + n, true);
    }
    part_has_text("l", "text", "Hi                  \n1                   \n2                   \n3                   ");
    g_assert_true(part_bool("l", "backlight"));
    lcd_byte(0x40, false);                                  /* a character of its own */
    lcd_byte(0x1f, true);
    lcd_byte(0x80, false);
    lcd_byte(0, true);
    part_has_text("l", "text", "?i                  \n1                   \n2                   \n3                   ");
    lcd_byte(0x08, false);
    part_has_text("l", "text", "                    \n                    \n                    \n                    ");
}

/* LiquidCrystal with all lines: RS PD8, RW PD9, E PD10, D0 ... D7 PD0 ... PD7. */
static void lcd_strobe(uint32_t lines)
{
    poke(GPIOD + ODR, lines);
    poke(GPIOD + ODR, lines | 1 << 10);
    board_wait_ns(1000);
    poke(GPIOD + ODR, lines);
    board_wait_ns(40000);
}

static void test_lcd_parallel(void)
{
    parts_start("-device wokwi-lcd1602,id=l,RS=pd8,RW=pd9,E=pd10,D0=pd0,D1=pd1,D2=pd2,D3=pd3,D4=pd4,D5=pd5,D6=pd6,D7=pd7");
    poke(GPIOD + MODER, 0x155555);
    lcd_strobe(0x38);
    lcd_strobe(0x0f);
    lcd_strobe(0x01);
    poke(GPIOD + MODER, 0x150000);
    poke(GPIOD + ODR, 1 << 9);
    poke(GPIOD + ODR, 1 << 9 | 1 << 10);
    g_assert_cmphex(peek(GPIOD + 0x10) & 0xff, ==, 0x80);   /* BF */
    board_wait_ns(2000000);
    poke(GPIOD + ODR, 1 << 9);
    poke(GPIOD + ODR, 1 << 9 | 1 << 10);
    g_assert_cmphex(peek(GPIOD + 0x10) & 0xff, ==, 0);
    poke(GPIOD + ODR, 1 << 9);
    poke(GPIOD + MODER, 0x155555);
    for (const char *c = "Hello, world"; *c; c++) {
        lcd_strobe(1 << 8 | *c);
    }
    part_has_text("l", "text", "Hello, world    \n                ");
    lcd_strobe(0x18);                                       /* scrollDisplayLeft() */
    part_has_text("l", "text", "ello, world     \n                ");
    lcd_strobe(0xc0);
    lcd_strobe(1 << 8 | 'x');
    lcd_strobe(1 << 8 | 'y');
    part_has_text("l", "text", "ello, world     \ny               ");
    g_assert_cmpint(board_mistakes("drive against"), ==, 0);
}

/* ---- Shift registers ---- */

#define CHAIN "-device wokwi-74hc595,id=a,DS=pa7,SHCP=pa5,STCP=pb0,Q0=pd0,Q7=pd7 " \
              "-device wokwi-74hc595,id=b,DS=a.Q7S,SHCP=pa5,STCP=pb0,Q0=pd8,Q7=pd15"

static unsigned levels(void)
{
    return pin_level("pd0") | pin_level("pd7") << 1 | pin_level("pd8") << 2 | pin_level("pd15") << 3;
}

static void test_hc595(void)
{
    parts_start(CHAIN);
    poke(GPIOA + MODER, 0x4400);
    poke(GPIOB + MODER, 1);
    for (unsigned n = 0; n < 16; n++) {                     /* 0x8001: Q7 of b, Q0 of a */
        poke(GPIOA + ODR, (0x8001 >> (15 - n) & 1) << 7);
        poke(GPIOA + BSRR, 1 << 5);
        board_wait_ns(100);
        poke(GPIOA + BSRR, 1 << 21);
        board_wait_ns(100);
    }
    g_assert_cmphex(levels(), ==, 0);
    parts_again(CHAIN);
    poke(GPIOB + ODR, 1);
    g_assert_cmphex(levels(), ==, 9);
}

static void spi_begin(void)
{
    board_enable("spi1");
    board_route("pa5", 5);
    board_route("pa6", 5);
    board_route("pa7", 5);
    poke(SPI1, 1 << 9 | 1 << 8 | 1 << 6 | 1 << 3 | 1 << 2);
}

static uint8_t spi(uint8_t byte)
{
    poke(SPI1 + 12, byte);
    board_wait_ns(10000);
    return peek(SPI1 + 12);
}

/* As Adafruit's driver begins: RST is PB0, CE PB1, DC PB2. */
static void nokia(bool data, const uint8_t *bytes, unsigned n)
{
    poke(GPIOB + BSRR, data ? 1 << 2 : 1 << 18);
    poke(GPIOB + BSRR, 1 << 17);
    for (unsigned i = 0; i < n; i++) {
        spi(bytes[i]);
    }
    poke(GPIOB + BSRR, 1 << 1);
}

static bool is_dark(unsigned x, unsigned y)
{
    return (display_pixel(x, y) & 0xff) < 0x40;
}

static void test_nokia_5110(void)
{
    static const char args[] = "-device wokwi-nokia-5110-screen,id=n,RST=pb0,CE=pb1,DC=pb2,DIN=pa7,CLK=pa5,BL=3v3,scale=1";
    static const uint8_t setup[] = { 0x21, 0x14, 0xbf, 0x20, 0x0c, 0x40, 0x80 }, blank[] = { 0 };
    uint8_t picture[504] = { [0] = 0x81, [84] = 0x01, [503] = 0x80 };

    parts_start(args);
    poke(GPIOB + MODER, 0x15);
    poke(GPIOB + BSRR, 2);
    spi_begin();
    poke(GPIOB + BSRR, 1);
    nokia(false, setup, sizeof(setup));
    nokia(true, picture, 300);
    parts_again(args);
    nokia(true, picture + 300, 204);
    display_look();
    g_assert_cmpuint(display_width, ==, 84);
    g_assert_cmpuint(display_height, ==, 48);
    g_assert_true(is_dark(0, 0));
    g_assert_false(is_dark(0, 1));
    g_assert_true(is_dark(0, 7));
    g_assert_true(is_dark(0, 8));
    g_assert_true(is_dark(83, 47));
    g_assert_false(is_dark(82, 47));
    nokia(false, (const uint8_t[]) { 0x0d }, 1);            /* inverse */
    display_look();
    g_assert_false(is_dark(0, 0));
    g_assert_true(is_dark(0, 1));
    nokia(false, (const uint8_t[]) { 0x0c, 0x22, 0x45, 0x80 | 83 }, 4);     /* downwards, from the last */
    nokia(true, blank, 1);
    nokia(true, (const uint8_t[]) { 0x02 }, 1);
    display_look();
    g_assert_false(is_dark(83, 47));
    g_assert_false(is_dark(0, 0));
    g_assert_true(is_dark(0, 1));
    nokia(false, (const uint8_t[]) { 0x24 }, 1);            /* power-down */
    display_look();
    g_assert_false(is_dark(0, 1));
    nokia(false, (const uint8_t[]) { 0x21, 0x80 | 0x10, 0x20 }, 3);         /* too pale to see */
    display_look();
    g_assert_false(is_dark(0, 1));
    nokia(false, (const uint8_t[]) { 0x21, 0x80 | 0x40, 0x20 }, 3);
    display_look();
    g_assert_true(is_dark(0, 1));
    poke(GPIOB + BSRR, 1 << 16);
    display_look();
    g_assert_false(is_dark(0, 1));
}

static void test_hc595_spi(void)
{
    parts_start(CHAIN);
    poke(GPIOB + MODER, 1);
    spi_begin();
    spi(0x01);
    spi(0x80);
    poke(GPIOB + ODR, 1);
    g_assert_cmphex(levels(), ==, 6);
}

/* The TFT, as Adafruit_ILI9341 talks to it: CS at PB0, D/C at PB1. */
static void tft(uint8_t command, const char *data, unsigned bytes)
{
    poke(GPIOB + ODR, 0);
    spi(command);
    poke(GPIOB + ODR, 2);
    for (unsigned i = 0; i < bytes; i++) {
        spi(data[i]);
    }
    poke(GPIOB + ODR, 3);
}

static void test_ili9341(void)
{
    static const char args[] = "-device wokwi-ili9341,id=t,SCK=pa5,MOSI=pa7,MISO=pa6,CS=pb0,D/C=pb1";

    parts_start(args);
    poke(GPIOB + ODR, 3);
    poke(GPIOB + MODER, 5);
    spi_begin();
    tft(0x11, NULL, 0);
    board_wait_ns(150000000);
    tft(0x3a, "\x55", 1);
    tft(0x36, "\x48", 1);
    tft(0x29, NULL, 0);
    tft(0x2a, "\0\x0a\0\x0b", 4);
    tft(0x2b, "\0\x14\0\x15", 4);
    parts_again(args);
    tft(0x2c, "\xf8\0\x07\xe0\0\x1f\xff\xff", 8);
    display_look();
    g_assert_cmpuint(display_width, ==, 240);
    g_assert_cmphex(display_pixel(10, 20) & 0xf8fcf8, ==, 0xf80000);
    g_assert_cmphex(display_pixel(11, 20) & 0xf8fcf8, ==, 0x00fc00);
    g_assert_cmphex(display_pixel(10, 21) & 0xf8fcf8, ==, 0x0000f8);
    g_assert_cmphex(display_pixel(11, 21) & 0xf8fcf8, ==, 0xf8fcf8);
    g_assert_cmphex(display_pixel(12, 21) & 0xf8fcf8, ==, 0);
}

/* What is named has to stand before: the far end first. */
static void test_hc165(void)
{
    unsigned got = 0;

    parts_start("-device wokwi-74hc165,id=b,PL=pb0,CP=pa5,D0=3v3,D7=3v3 "
                "-device wokwi-74hc165,id=a,PL=pb0,CP=pa5,Q7=pa6,DS=b.Q7,D0=3v3,D6=pd6,D7=gnd");
    poke(GPIOA + MODER, 0x400);
    poke(GPIOB + MODER, 1);
    poke(GPIOD + PUPDR, 1 << 12);
    poke(GPIOB + ODR, 1);
    for (unsigned n = 0; n < 16; n++) {
        got = got << 1 | pin_level("pa6");
        poke(GPIOA + ODR, 1 << 5);
        board_wait_ns(100);
        poke(GPIOA + ODR, 0);
        board_wait_ns(100);
    }
    g_assert_cmphex(got, ==, 0x4181);
    poke(GPIOB + ODR, 0);
    poke(GPIOB + ODR, 1);
    spi_begin();
    g_assert_cmphex(spi(0), ==, 0x41);
}

/* ---- A card on SPI: CS is PB0 ---- */

static uint8_t command(uint8_t n, uint32_t argument, uint8_t crc)
{
    uint8_t answer = 0xff;

    spi(0xff);
    spi(0x40 | n);
    for (int shift = 24; shift >= 0; shift -= 8) {
        spi(argument >> shift);
    }
    spi(crc);
    for (unsigned i = 0; i < 8 && answer == 0xff; i++) {
        answer = spi(0xff);
    }
    return answer;
}

static void test_microsd(void)
{
    g_autofree char *file = NULL, *args = NULL, *disk = g_malloc0(1 << 20);
    int fd = g_file_open_tmp("stm32-card-XXXXXX", &file, NULL);
    unsigned tries = 0;
    uint8_t token = 0xff;

    memcpy(disk + 512, "sector", 6);
    g_assert_cmpint(write(fd, disk, 1 << 20), ==, 1 << 20);
    close(fd);
    args = g_strdup_printf("-drive if=none,id=sd1,format=raw,file=%s -device wokwi-microsd-card,id=sd1,SCK=pa5,DO=pa6,DI=pa7,CS=pb0,CD=pb1",
                           file);
    parts_start(args);
    poke(GPIOB + PUPDR, 1 << 2);
    g_assert_false(pin_level("pb1"));
    poke(GPIOB + ODR, 1);
    poke(GPIOB + MODER, 1);
    spi_begin();
    for (unsigned n = 0; n < 10; n++) {
        spi(0xff);
    }
    poke(GPIOB + ODR, 0);
    g_assert_cmphex(command(0, 0, 0x95), ==, 1);
    command(8, 0x1aa, 0x87);
    for (unsigned n = 0; n < 4; n++) {
        spi(0xff);
    }
    do {
        command(55, 0, 1);
    } while (command(41, 1 << 30, 1) && ++tries < 100);
    g_assert_cmpuint(tries, <, 100);
    g_assert_cmphex(command(17, 512, 1), ==, 0);            /* bytes: it is a small card */
    for (unsigned n = 0; n < 1000 && token == 0xff; n++) {
        token = spi(0xff);
    }
    g_assert_cmphex(token, ==, 0xfe);
    g_assert_cmphex(spi(0xff), ==, 's');
    g_assert_cmphex(spi(0xff), ==, 'e');
    board_stop();
    unlink(file);
}

/* ---- Any bytes ---- */

static void test_noise(void)
{
    static const char args[] = "-device wokwi-lcd1602,id=l,pins=i2c,SCL=pb6,SDA=pb7 -device wokwi-mpu6050,id=m,SCL=pb6,SDA=pb7 "
                               "-device wokwi-lcd2004,id=p,RS=pb6,RW=pb7,E=pd0,D4=pd1,D7=pd2 -device board-ssd1306,id=o,SCL=pb6,SDA=pb7 "
                               "-device wokwi-74hc595,id=s,DS=pb6,SHCP=pb7,STCP=pd0 -device wokwi-74hc165,id=i,PL=pb6,CP=pb7,DS=pd0";
    static const uint8_t address[] = { 0x27, 0x68, 0x3c };
    g_autofree char *text = NULL;
    uint32_t seed = 5;

    parts_start(args);
    i2c_pins();
    poke(GPIOD + MODER, 0x15);
    for (unsigned i = 0; i < 120; i++) {
        i2c_start();
        i2c_write(address[i % 3] << 1 | (i % 5 == 4));
        for (unsigned n = 0; n < 6; n++) {
            seed = seed * 1664525 + 1013904223;
            poke(GPIOD + ODR, seed >> 8);
            if (i % 5 == 4) {
                i2c_read(n == 5);
            } else {
                i2c_write(seed >> 24);
            }
        }
        i2c_stop();
        if (i == 60) {
            parts_again(args);
        }
    }
    text = board_get_string("/machine/peripheral/p", "text");
    g_assert_cmpuint(strlen(text), ==, 83);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/mpu6050", test_mpu6050);
    qtest_add_func("parts/ssd1306", test_ssd1306);
    qtest_add_func("parts/sh1107", test_sh1107);
    qtest_add_func("parts/nokia-5110", test_nokia_5110);
    qtest_add_func("parts/bmp180", test_bmp180);
    qtest_add_func("parts/ili9341", test_ili9341);
    qtest_add_func("parts/lcd-i2c", test_lcd_i2c);
    qtest_add_func("parts/lcd-parallel", test_lcd_parallel);
    qtest_add_func("parts/hc595", test_hc595);
    qtest_add_func("parts/hc595-spi", test_hc595_spi);
    qtest_add_func("parts/hc165", test_hc165);
    qtest_add_func("parts/microsd", test_microsd);
    qtest_add_func("parts/noise", test_noise);
    return board_run_tests();
}
