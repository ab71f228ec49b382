/*
 * Parts of the bench that speak by the lengths of pulses, as popular drivers do with them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/parts.h"

enum { TIM4 = 0x40000800, SPI1 = 0x40013000 };

/* PB0 is an open drain with a pull-up. */
static void pull(bool low)
{
    poke(GPIOB + BSRR, low ? 1 << 16 : 1);
}

static void start_open_drain(const char *args)
{
    parts_start(args);
    poke(GPIOB + OTYPER, 1);
    poke(GPIOB + ODR, 1);
    poke(GPIOB + MODER, 1);
    poke(GPIOB + PUPDR, 1);
}

/* How long until PB0 has @level: us; at most @most. */
static unsigned wait_for(bool level, unsigned most)
{
    unsigned us = 0;

    for (; pin_level("pb0") != level && us < most; us++) {
        board_wait_ns(1000);
    }
    return us;
}

/* ---- HC-SR04 ---- */

static void test_hc_sr04(void)
{
    static const char args[] = "-device wokwi-hc-sr04,id=s,TRIG=pb1,ECHO=pb0,distance=10";

    parts_start(args);
    poke(GPIOB + MODER, 4);
    poke(GPIOB + ODR, 2);
    board_wait_ns(5000);
    poke(GPIOB + ODR, 0);                                   /* too short */
    g_assert_cmpuint(wait_for(true, 1000), ==, 1000);
    for (unsigned cm = 10; cm <= 30; cm += 20) {
        part_set("s", "distance", cm);
        poke(GPIOB + ODR, 2);
        board_wait_ns(10000);
        poke(GPIOB + ODR, 0);
        g_assert_cmpuint(wait_for(true, 1000), ==, 450);
        if (cm == 30) {
            parts_again(args);
        }
        g_assert_cmpuint(wait_for(false, 3000), ==, cm * 58);
    }
}

/* ---- DHT22 ---- */

/* As the DHT library reads it: the lengths of low and high of each bit are compared. */
static bool read_dht(int *temperature, unsigned *humidity)
{
    uint8_t byte[5] = { };

    pull(true);
    board_wait_ns(1100000);
    pull(false);
    if (wait_for(false, 60) == 60 || wait_for(true, 100) == 100 || wait_for(false, 100) == 100) {
        return false;
    }
    for (unsigned n = 0; n < 40; n++) {
        unsigned low = wait_for(true, 100), high = wait_for(false, 100);

        g_assert_cmpuint(low, ==, 50);
        byte[n / 8] = byte[n / 8] << 1 | (high > low);
    }
    wait_for(true, 100);
    g_assert_cmpuint((byte[0] + byte[1] + byte[2] + byte[3]) & 0xff, ==, byte[4]);
    *humidity = byte[0] << 8 | byte[1];
    *temperature = (byte[2] & 0x7f) << 8 | byte[3];
    *temperature *= byte[2] & 0x80 ? -1 : 1;
    return true;
}

static void test_dht22(void)
{
    static const char args[] = "-device wokwi-dht22,id=d,SDA=pb0,temperature=24.5";
    unsigned humidity;
    int temperature;

    start_open_drain(args);
    g_assert_true(read_dht(&temperature, &humidity));
    g_assert_cmpint(temperature, ==, 245);
    g_assert_cmpuint(humidity, ==, 400);
    part_set_number("d", "temperature", -10.1);
    part_set_number("d", "humidity", 99.9);
    g_assert_true(read_dht(&temperature, &humidity));
    g_assert_cmpint(temperature, ==, -101);
    g_assert_cmpuint(humidity, ==, 999);
    pull(true);
    board_wait_ns(500000);                                  /* too short */
    pull(false);
    g_assert_cmpuint(wait_for(false, 300), ==, 300);
    pull(true);
    board_wait_ns(1100000);
    pull(false);
    board_wait_ns(70000);
    parts_again(args);                                      /* while it answers */
    g_assert_cmpuint(wait_for(true, 300), ==, 40);
    g_assert_cmpuint(wait_for(false, 300), ==, 80);
}

/* ---- DS18B20, as OneWire has it ---- */

static bool ow_reset(void)
{
    bool there;

    pull(true);
    board_wait_ns(480000);
    pull(false);
    board_wait_ns(70000);
    there = !pin_level("pb0");
    board_wait_ns(410000);
    return there;
}

static void ow_write_bit(bool bit)
{
    pull(true);
    board_wait_ns(bit ? 10000 : 65000);
    pull(false);
    board_wait_ns(bit ? 55000 : 5000);
}

static bool ow_read_bit(void)
{
    bool bit;

    pull(true);
    board_wait_ns(3000);
    pull(false);
    board_wait_ns(10000);
    bit = pin_level("pb0");
    board_wait_ns(53000);
    return bit;
}

static void ow_write(uint8_t byte)
{
    for (unsigned n = 0; n < 8; n++) {
        ow_write_bit(byte >> n & 1);
    }
}

static uint8_t ow_read(void)
{
    uint8_t byte = 0;

    for (unsigned n = 0; n < 8; n++) {
        byte |= ow_read_bit() << n;
    }
    return byte;
}

/* The ROMs on the wire, by the tree search; returns how many. */
static unsigned ow_search(uint64_t *rom)
{
    unsigned found = 0;
    int last = -1;

    do {
        uint64_t now = 0;
        int zero = -1;

        g_assert_true(ow_reset());
        ow_write(0xf0);
        for (int n = 0; n < 64; n++) {
            bool bit = ow_read_bit(), other = ow_read_bit();

            if (bit && other) {
                return found;
            }
            if (!bit && !other) {
                bit = n < last ? rom[found - 1] >> n & 1 : n == last;
                zero = bit ? zero : n;
            }
            now |= (uint64_t)bit << n;
            ow_write_bit(bit);
        }
        rom[found++] = now;
        last = zero;
    } while (last >= 0 && found < 4);
    return found;
}

static void test_ds18b20(void)
{
    static const char args[] = "-device wokwi-ds18b20,id=t,DQ=pb0,temperature=-10.125";
    static const uint8_t wanted[] = { 0x5e, 0xff, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10 };

    start_open_drain(args);
    g_assert_true(ow_reset());
    ow_write(0x33);
    g_assert_cmphex(ow_read(), ==, 0x28);
    g_assert_cmphex(ow_read(), ==, 0x01);
    g_assert_true(ow_reset());
    ow_write(0xcc);
    ow_write(0xbe);
    g_assert_cmphex(ow_read(), ==, 0x50);                   /* 85 degrees: nobody has told it to measure */
    g_assert_cmphex(ow_read(), ==, 0x05);
    g_assert_true(ow_reset());
    ow_write(0xcc);
    ow_write(0x44);
    g_assert_false(ow_read_bit());
    parts_again(args);
    board_wait_ns(740000000);
    g_assert_false(ow_read_bit());
    board_wait_ns(10000000);
    g_assert_true(ow_read_bit());
    g_assert_true(ow_reset());
    ow_write(0xcc);
    ow_write(0xbe);
    for (unsigned n = 0; n < 8; n++) {
        g_assert_cmphex(ow_read(), ==, wanted[n]);
    }
}

static void test_ds18b20_search(void)
{
    uint64_t rom[4];

    start_open_drain("-device wokwi-ds18b20,id=a,DQ=pb0,temperature=20 "
                     "-device board-ds18b20,id=b,DQ=pb0,temperature=30,deviceID=01020304ff06");
    g_assert_cmpuint(ow_search(rom), ==, 2);
    g_assert_cmphex(rom[0] & 0xffffffffffffff, ==, 0x06050403020128);
    g_assert_cmphex(rom[1] & 0xffffffffffffff, ==, 0x06ff0403020128);
    for (unsigned i = 0; i < 2; i++) {
        g_assert_true(ow_reset());
        ow_write(0x55);
        for (unsigned n = 0; n < 8; n++) {
            ow_write(rom[i] >> 8 * n);
        }
        ow_write(0x44);
        board_wait_ns(751000000);
    }
    g_assert_true(ow_reset());
    ow_write(0x55);
    for (unsigned n = 0; n < 8; n++) {
        ow_write(rom[1] >> 8 * n);
    }
    ow_write(0xbe);
    g_assert_cmphex(ow_read(), ==, 0xe0);
    g_assert_cmphex(ow_read(), ==, 0x01);
}

/* ---- Servo ---- */

static void test_servo(void)
{
    parts_start("-device wokwi-servo,id=s,PWM=pd12");
    g_assert_cmpint(part_int("s", "angle"), ==, 0);
    poke(GPIOD + MODER, 1 << 24);
    for (unsigned i = 0; i < 3; i++) {
        poke(GPIOD + ODR, 1 << 12);
        board_wait_ns(1472000);
        poke(GPIOD + ODR, 0);
        board_wait_ns(18000000);
    }
    g_assert_cmpint(part_int("s", "angle"), ==, 90);
    board_enable("tim4");
    board_route("pd12", 2);
    poke(TIM4 + 0x28, 15);                                  /* PSC: 1 us */
    poke(TIM4 + 0x2c, 19999);
    poke(TIM4 + 0x34, 2400);
    poke(TIM4 + 0x18, 6 << 4);
    poke(TIM4 + 0x14, 1);
    poke(TIM4 + 0x20, 1);
    poke(TIM4 + 0x00, 1);
    board_wait_ns(50000000);
    g_assert_cmpint(part_int("s", "angle"), ==, 180);
    poke(TIM4 + 0x34, 1008);
    board_wait_ns(50000000);
    g_assert_cmpint(part_int("s", "angle"), ==, 45);
    poke(TIM4 + 0x20, 0);
    board_wait_ns(50000000);
    g_assert_cmpint(part_int("s", "angle"), ==, 45);
}

/* ---- WS2812 ---- */

static const uint8_t pixels[] = { 0x01, 0xff, 0x80, 0x20, 0x10, 0x08 };     /* green, red, blue, twice */
#define COLORS "ff0180,102008"

static void send_by_gpio(const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < 8 * n; i++) {
        bool bit = bytes[i / 8] >> (7 - i % 8) & 1;

        poke(GPIOB + BSRR, 1);
        board_wait_ns(bit ? 800 : 400);
        poke(GPIOB + BSRR, 1 << 16);
        board_wait_ns(bit ? 450 : 850);
    }
}

static void test_ws2812_gpio(void)
{
    static const char args[] = "-device wokwi-led-strip,id=s,pixels=2,DIN=pb0 -device wokwi-led-ring,id=r,DIN=s.DOUT,pixels=2";

    parts_start(args);
    poke(GPIOB + MODER, 1);
    part_has_text("s", "colors", "000000,000000");
    send_by_gpio(pixels, 6);
    part_has_text("s", "colors", "000000,000000");          /* not yet */
    board_wait_ns(60000);
    part_has_text("s", "colors", COLORS);
    part_has_text("r", "colors", "000000,000000");
    send_by_gpio(pixels, 6);
    send_by_gpio(pixels, 2);
    parts_again(args);                                      /* in the middle of a pixel */
    poke(GPIOB + BSRR, 1 << 16);
    send_by_gpio(pixels + 2, 4);
    send_by_gpio(pixels, 6);                                /* for nobody */
    board_wait_ns(60000);
    part_has_text("s", "colors", COLORS);
    part_has_text("r", "colors", COLORS);
}

/* A timer's PWM of 800 kHz, whose next pulse is set in every period. */
static void test_ws2812_pwm(void)
{
    parts_start("-device wokwi-led-strip,id=s,pixels=2,DIN=pd12");
    board_enable("tim4");
    board_route("pd12", 2);
    poke(TIM4 + 0x2c, 19);                                  /* 16 MHz: 1.25 us */
    poke(TIM4 + 0x34, 0);
    poke(TIM4 + 0x18, 6 << 4 | 8);                          /* preloaded */
    poke(TIM4 + 0x14, 1);
    poke(TIM4 + 0x20, 1);
    poke(TIM4 + 0x00, 1);
    board_wait_ns(600);
    for (unsigned i = 0; i < 48; i++) {
        poke(TIM4 + 0x34, pixels[i / 8] >> (7 - i % 8) & 1 ? 13 : 6);
        board_wait_ns(1250);
    }
    poke(TIM4 + 0x34, 0);
    board_wait_ns(60000);
    part_has_text("s", "colors", COLORS);
    poke(TIM4 + 0x34, 6);                                   /* nobody stops it: black for ever */
    board_wait_ns(1000000);
    poke(TIM4 + 0x34, 0);
    board_wait_ns(60000);
    part_has_text("s", "colors", "000000,000000");
}

/* Four bits of an SPI are one: 1000 or 1110 at 4 MHz. */
static void test_ws2812_spi(void)
{
    parts_start("-device wokwi-neopixel-canvas,id=m,rows=1,cols=2,DIN=pa7");
    board_enable("spi1");
    board_route("pa7", 5);
    poke(SPI1, 1 << 15 | 1 << 14 | 3 << 8 | 1 << 6 | 1 << 3 | 1 << 2);
    for (unsigned i = 0; i < 48; i += 2) {
        uint8_t two = pixels[i / 8] >> (6 - i % 8) & 3;

        while (!(peek(SPI1 + 8) & 2)) {
            board_wait_ns(100);
        }
        poke(SPI1 + 12, (two & 2 ? 0xe0 : 0x80) | (two & 1 ? 0x0e : 0x08));
    }
    board_wait_ns(100000);
    part_has_text("m", "colors", COLORS);
}

/* ---- HX711, as bogde's library reads it: SCK is PB1, DT PB0 ---- */

static int32_t read_scale(unsigned most_ms)
{
    uint32_t value = 0;

    for (unsigned ms = 0; pin_level("pb0"); ms++) {
        g_assert_cmpuint(ms, <, most_ms);
        board_wait_ns(1000000);
    }
    for (unsigned n = 0; n < 25; n++) {
        poke(GPIOB + BSRR, 2);
        board_wait_ns(1000);
        value = n < 24 ? value << 1 | pin_level("pb0") : value;
        poke(GPIOB + BSRR, 2 << 16);
        board_wait_ns(1000);
    }
    return (int32_t)(value << 8) >> 8;
}

static void test_hx711(void)
{
    static const char args[] = "-device wokwi-hx711,id=h,SCK=pb1,DT=pb0,load=2";

    parts_start(args);
    poke(GPIOB + MODER, 4);
    g_assert_cmpint(read_scale(1), ==, 840);
    g_assert_true(pin_level("pb0"));
    part_set_number("h", "load", -1.5);
    parts_again(args);
    g_assert_cmpint(read_scale(101), ==, -630);
    board_wait_ns(100000000);
    g_assert_false(pin_level("pb0"));
    poke(GPIOB + BSRR, 2);
    board_wait_ns(70000);                                   /* to sleep, and awake */
    poke(GPIOB + BSRR, 2 << 16);
    g_assert_true(pin_level("pb0"));
    g_assert_cmpint(read_scale(101), ==, -630);
}

/* ---- Stepper motor: A+ A- B+ B- are PD0 ... PD3 ---- */

static void turn(int steps)
{
    static const uint8_t full[] = { 5, 6, 10, 9 };
    static int at;

    for (; steps; steps -= steps > 0 ? 1 : -1) {
        at += steps > 0 ? 1 : -1;
        poke(GPIOD + ODR, full[at & 3]);
        board_wait_ns(1000000);
    }
}

static void test_stepper(void)
{
    static const char args[] = "-device wokwi-stepper-motor,id=m,A+=pd0,A-=pd1,B+=pd2,B-=pd3";
    int64_t first;

    parts_start(args);
    poke(GPIOD + MODER, 0x55);
    turn(4);
    first = part_int("m", "steps");
    turn(50);
    g_assert_cmpint(ABS(part_int("m", "steps") - first), ==, 50);
    parts_again(args);
    turn(-50);
    g_assert_cmpint(part_int("m", "steps"), ==, first);
    poke(GPIOD + ODR, 0);                                   /* one pin after the other: half a step */
    g_assert_cmpint(ABS(part_int("m", "steps") - first), <=, 1);
}

/* ---- Any edges ---- */

static void test_noise(void)
{
    static const char args[] = "-device wokwi-ds18b20,id=t,DQ=pb0 -device wokwi-dht22,id=d,SDA=pb0 "
                               "-device wokwi-led-strip,id=s,DIN=pb0 -device wokwi-hc-sr04,id=h,TRIG=pb0,ECHO=pb1 "
                               "-device wokwi-servo,id=v,PWM=pb0 -device wokwi-hx711,id=x,SCK=pb0,DT=pb2 "
                               "-device wokwi-stepper-motor,id=m,A+=pb0,B-=pb1";
    static const unsigned ns[] = { 200, 700, 3000, 15000, 60000, 500000, 1200000 };
    uint32_t seed = 1;

    start_open_drain(args);
    for (unsigned i = 0; i < 6000; i++) {
        seed = seed * 1664525 + 1013904223;
        pull(i % 2);
        board_wait_ns(ns[(seed >> 24) % (seed >> 20 & 1 ? 5 : 7)]);
        if (i == 3000) {
            parts_again(args);
        }
    }
    pull(false);
    board_wait_ns(10000000);
    g_assert_true(pin_level("pb0"));
    g_assert_true(ow_reset());
    board_wait_ns(10000000);
    ow_write(0x33);
    board_wait_ns(5000000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/hc-sr04", test_hc_sr04);
    qtest_add_func("parts/dht22", test_dht22);
    qtest_add_func("parts/ds18b20", test_ds18b20);
    qtest_add_func("parts/ds18b20-search", test_ds18b20_search);
    qtest_add_func("parts/servo", test_servo);
    qtest_add_func("parts/ws2812-gpio", test_ws2812_gpio);
    qtest_add_func("parts/ws2812-pwm", test_ws2812_pwm);
    qtest_add_func("parts/ws2812-spi", test_ws2812_spi);
    qtest_add_func("parts/hx711", test_hx711);
    qtest_add_func("parts/stepper", test_stepper);
    qtest_add_func("parts/noise", test_noise);
    return board_run_tests();
}
