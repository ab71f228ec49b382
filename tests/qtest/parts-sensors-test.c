/*
 * Parts of the bench that measure: what they are set to is what a popular driver makes of what they say.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/i2c_gpio.h"

/* ---- BME280, as Bosch's driver has it ---- */

typedef struct Trim {
    uint16_t t1, p1;
    int16_t t2, t3, p2, p3, p4, p5, p6, p7, p8, p9, h2, h4, h5;
    uint8_t h1, h3;
    int8_t h6;
} Trim;

static uint16_t le16(const uint8_t *p)
{
    return p[0] | p[1] << 8;
}

static Trim trim_of(const uint8_t *a, const uint8_t *b)
{
    return (Trim) {
        .t1 = le16(a), .t2 = le16(a + 2), .t3 = le16(a + 4), .p1 = le16(a + 6), .p2 = le16(a + 8), .p3 = le16(a + 10),
        .p4 = le16(a + 12), .p5 = le16(a + 14), .p6 = le16(a + 16), .p7 = le16(a + 18), .p8 = le16(a + 20),
        .p9 = le16(a + 22), .h1 = a[25], .h2 = le16(b), .h3 = b[2], .h4 = (int8_t)b[3] * 16 | (b[4] & 15),
        .h5 = (int8_t)b[5] * 16 | b[4] >> 4, .h6 = b[6],
    };
}

/* In floating point, as the data sheet's 8.1 has it. */
static void compensate(const Trim *d, const uint8_t *data, double *celsius, double *pascal, double *percent)
{
    int32_t up = data[0] << 12 | data[1] << 4 | data[2] >> 4, ut = data[3] << 12 | data[4] << 4 | data[5] >> 4;
    int32_t uh = data[6] << 8 | data[7];
    double v1 = (ut / 16384.0 - d->t1 / 1024.0) * d->t2, v2 = ut / 131072.0 - d->t1 / 8192.0, fine, p, h;

    fine = v1 + v2 * v2 * d->t3;
    *celsius = fine / 5120;
    v1 = fine / 2 - 64000;
    v2 = v1 * v1 * d->p6 / 32768 + v1 * d->p5 * 2;
    v2 = v2 / 4 + d->p4 * 65536.0;
    v1 = (d->p3 * v1 * v1 / 524288 + d->p2 * v1) / 524288;
    v1 = (1 + v1 / 32768) * d->p1;
    p = (1048576.0 - up - v2 / 4096) * 6250 / v1;
    *pascal = p + (d->p9 * p * p / 2147483648.0 + p * d->p8 / 32768 + d->p7) / 16;
    h = fine - 76800;
    h = (uh - (d->h4 * 64.0 + d->h5 / 16384.0 * h)) *
        (d->h2 / 65536.0 * (1 + d->h6 / 67108864.0 * h * (1 + d->h3 / 67108864.0 * h)));
    *percent = h * (1 - d->h1 * h / 524288);
}

static Trim read_trim(uint8_t address)
{
    uint8_t a[26], b[7];

    read_regs(address, 0x88, a, sizeof(a));
    read_regs(address, 0xe1, b, sizeof(b));
    return trim_of(a, b);
}

static void is_near(double value, double wanted, double by)
{
    g_assert_cmpfloat(value, >=, wanted - by);
    g_assert_cmpfloat(value, <=, wanted + by);
}

static void is_measured(uint8_t address, const Trim *trim, double celsius, double pascal, double percent)
{
    double t, p, h;
    uint8_t data[8];

    read_regs(address, 0xf7, data, sizeof(data));
    compensate(trim, data, &t, &p, &h);
    is_near(t, celsius, 0.01);
    is_near(p, pascal, 3);
    is_near(h, percent, 0.05);
}

static uint8_t read_reg(uint8_t address, uint8_t reg)
{
    uint8_t byte;

    read_regs(address, reg, &byte, 1);
    return byte;
}

static void test_bme280(void)
{
    static const char args[] = "-device board-bme280,id=b,SCL=pb6,SDA=pb7,temperature=-12.34,humidity=65.5,pressure=98765 "
                               "-device board-bme280,id=c,SCL=pb6,SDA=pb7,SDO=3v3,temperature=85,humidity=0,pressure=30000";
    uint8_t data[8];
    Trim trim;

    parts_start(args);
    i2c_pins();
    g_assert_cmphex(read_reg(0x76, 0xd0), ==, 0x60);
    g_assert_cmphex(read_reg(0x77, 0xd0), ==, 0x60);
    trim = read_trim(0x76);
    read_regs(0x76, 0xf7, data, 8);
    g_assert_cmphex(data[0], ==, 0x80);                     /* nothing yet */
    write_reg(0x76, 0xf2, 1);                               /* forced, all once: 8 ms typical */
    write_reg(0x76, 0xf4, 0x25);
    g_assert_cmphex(read_reg(0x76, 0xf3), ==, 8);
    parts_again(args);
    board_wait_ns(3000000);
    g_assert_cmphex(read_reg(0x76, 0xf3), ==, 8);
    g_assert_cmphex(read_reg(0x76, 0xf4), ==, 0x25);
    board_wait_ns(5000000);
    g_assert_cmphex(read_reg(0x76, 0xf3), ==, 0);
    g_assert_cmphex(read_reg(0x76, 0xf4), ==, 0x24);        /* asleep again */
    is_measured(0x76, &trim, -12.34, 98765, 65.5);
    part_set("b", "pressure", 101325);
    board_wait_ns(100000000);
    is_measured(0x76, &trim, -12.34, 98765, 65.5);          /* it was asleep */
    write_reg(0x76, 0xf4, 0x27);                            /* normal, one behind the other */
    board_wait_ns(10000000);
    is_measured(0x76, &trim, -12.34, 101325, 65.5);
    part_set_number("b", "temperature", 36.6);
    part_set("b", "humidity", 100);
    board_wait_ns(10000000);
    is_measured(0x76, &trim, 36.6, 101325, 100);
    write_reg(0x77, 0xf2, 5);
    write_reg(0x77, 0xf4, 0xb6);
    board_wait_ns(113000000);
    is_measured(0x77, &trim, 85, 30000, 0);
    write_reg(0x77, 0xf4, 0x01);                            /* nothing to measure but humidity */
    board_wait_ns(113000000);
    read_regs(0x77, 0xf7, data, 8);
    g_assert_cmphex(data[0] << 8 | data[1], ==, 0x8000);
    g_assert_cmphex(data[3] << 8 | data[4], ==, 0x8000);
    write_reg(0x77, 0xe0, 0xb6);
    g_assert_cmphex(read_reg(0x77, 0xf2), ==, 0);
}

/* ---- The same on SPI by GPIOs: SCK is PB6, MOSI PB7, MISO PA6, CS PD0 ---- */

static uint8_t spi_byte(uint8_t out)
{
    uint8_t in = 0;

    for (int n = 7; n >= 0; n--) {
        line(SDA, out >> n & 1);
        line(SCL, true);
        in = in << 1 | pin_level("pa6");
        line(SCL, false);
    }
    return in;
}

static void spi_select(bool on)
{
    poke(GPIOD + BSRR, on ? 1 << 16 : 1);
    board_wait_ns(1000);
}

static void spi_read(uint8_t reg, uint8_t *bytes, unsigned n)
{
    spi_select(true);
    spi_byte(reg | 0x80);
    for (unsigned i = 0; i < n; i++) {
        bytes[i] = spi_byte(0xff);
    }
    spi_select(false);
}

static void spi_write(uint8_t reg, uint8_t value)
{
    spi_select(true);
    spi_byte(reg & 0x7f);
    spi_byte(value);
    spi_select(false);
}

static void test_bme280_spi(void)
{
    static const char args[] = "-device board-bme280,id=b,SCL=pb6,SDA=pb7,SDO=pa6,CSB=pd0,temperature=21.5,humidity=33";
    uint8_t a[26], b[7], data[8];
    double t, p, h;
    Trim trim;

    parts_start(args);
    poke(GPIOD + ODR, 1);
    poke(GPIOD + MODER, 1);
    i2c_pins();
    g_assert_true(write_reg(0x76, 0xf5, 0));                /* I2C until CSB falls */
    poke(GPIOB + OTYPER, 0);
    line(SCL, false);
    spi_read(0xd0, data, 1);
    g_assert_cmphex(data[0], ==, 0x60);
    spi_read(0x88, a, sizeof(a));
    spi_read(0xe1, b, sizeof(b));
    spi_write(0xf2, 1);
    spi_write(0xf4, 0x27);
    parts_again(args);
    board_wait_ns(10000000);
    spi_read(0xf4, data, 1);
    g_assert_cmphex(data[0], ==, 0x27);
    spi_read(0xf7, data, sizeof(data));
    trim = trim_of(a, b);
    compensate(&trim, data, &t, &p, &h);
    is_near(t, 21.5, 0.01);
    is_near(p, 101325, 3);
    is_near(h, 33, 0.05);
    i2c_pins();
    g_assert_false(write_reg(0x76, 0xf5, 0));               /* ... and never again */
}

/* ---- ... and by a controller ---- */

enum { SPI1 = 0x40013000 };

static uint8_t spi_send(uint8_t byte)
{
    poke(SPI1 + 0x0c, byte);
    for (unsigned i = 0; i < 100 && !(peek(SPI1 + 8) & 1); i++) {
        board_wait_ns(1000);
    }
    return peek(SPI1 + 0x0c);
}

static void test_bme280_controller(void)
{
    parts_start("-device board-bme280,id=b,SCL=pa5,SDA=pa7,SDO=pa6,CSB=pd0");
    poke(GPIOD + ODR, 1);
    poke(GPIOD + MODER, 1);
    board_enable("spi1");
    for (unsigned n = 5; n <= 7; n++) {
        board_pin_function(GPIOA, n, 5);
    }
    poke(SPI1, 0x34c);                                      /* master, mode 0, SSM and SSI, / 4 */
    spi_select(true);
    spi_send(0xd0);
    g_assert_cmphex(spi_send(0xff), ==, 0x60);
    g_assert_cmphex(spi_send(0xff), ==, 0);
    spi_select(false);
    spi_select(true);
    spi_send(0x72);
    spi_send(5);
    spi_send(0x74);
    spi_send(0x25);
    spi_select(false);
    spi_select(true);
    spi_send(0xf2);
    g_assert_cmphex(spi_send(0xff), ==, 5);
    spi_send(0xff);
    g_assert_cmphex(spi_send(0xff), ==, 0x25);
    spi_select(false);
}

/* ---- Infrared, as IRremote decodes NEC: the lengths of light and dark ---- */

static unsigned wait_for(bool level, unsigned most)
{
    unsigned us = 0, step = most > 20000 ? 50 : 20;

    for (; pin_level("pb0") != level && us < most; us += step) {
        board_wait_ns(step * 1000);
    }
    return us;
}

static bool read_nec(uint32_t *message, const char *again)
{
    unsigned lead, space;

    g_assert_cmpuint(wait_for(false, 120000), <, 120000);
    lead = wait_for(true, 20000);
    space = wait_for(false, 20000);
    is_near(lead, 9000, 80);
    if (space < 3000) {
        is_near(space, 2250, 60);
        is_near(wait_for(true, 2000), 562, 60);
        return false;
    }
    is_near(space, 4500, 60);
    *message = 0;
    for (unsigned n = 0; n < 32; n++) {
        is_near(wait_for(true, 2000), 562, 60);
        *message |= (uint32_t)(wait_for(false, 3000) > 1100) << n;
        if (n == 10 && again) {
            parts_again(again);
        }
    }
    is_near(wait_for(true, 2000), 562, 60);
    return true;
}

static void test_ir(void)
{
    static const char args[] = "-device wokwi-ir-receiver,id=r,DAT=pb0 -device wokwi-ir-remote,id=c";
    uint32_t message;

    parts_start(args);
    g_assert_true(pin_level("pb0"));
    part_refuses("c", "pressed", "stop", "keys are");
    part_say("c", "pressed", "play");
    g_assert_true(read_nec(&message, args));
    g_assert_cmphex(message, ==, 0x57a8ff00);
    g_assert_false(read_nec(&message, NULL));               /* it is held */
    g_assert_false(read_nec(&message, NULL));
    part_say("c", "pressed", "");
    board_wait_ns(200000000);
    g_assert_cmpuint(wait_for(false, 20000), >=, 20000);
    part_say("c", "pressed", "+");
    part_say("c", "pressed", "0");                          /* while the first is on its way */
    part_say("c", "pressed", "");
    g_assert_true(read_nec(&message, NULL));
    g_assert_cmphex(message >> 16 & 0xff, ==, 0x02);
    g_assert_true(read_nec(&message, NULL));
    g_assert_cmphex(message >> 16 & 0xff, ==, 0x68);
    part_refuses("r", "nec", "1", "as in");
    part_say("r", "nec", "0x1234,0x56");
    g_assert_true(read_nec(&message, NULL));
    g_assert_cmphex(message, ==, 0xa9561234);
}

/* ---- Analog ones ---- */

static void test_levels(void)
{
    static const char args[] = "-device wokwi-gas-sensor,id=g,VCC=3v3,GND=gnd,AO=pa0,DO=pa1 "
                               "-device wokwi-flame-sensor,id=f,VCC=3v3,GND=gnd,AOUT=pa2,DOUT=pa3 "
                               "-device wokwi-big-sound-sensor,id=s,VCC=3v3,GND=gnd,AOUT=pa4,DOUT=pa5 "
                               "-device wokwi-heart-beat-sensor,id=h,OUT=pa6,bpm=60";
    int64_t clean;
    int most = 0;

    parts_start(args);
    poke(GPIOA + MODER, 0x3 | 0x30 | 0x300 | 0x3000);       /* analog: PA0, PA2, PA4, PA6 */
    clean = pin_mv("pa0");
    g_assert_true(pin_level("pa1"));
    part_set("g", "ppm", 10000);
    g_assert_cmpint(pin_mv("pa0"), >, clean + 500);
    part_set("g", "ppm", 1000000);
    g_assert_false(pin_level("pa1"));
    g_assert_cmpint(pin_mv("pa2"), >, 2700);
    g_assert_false(pin_level("pa3"));
    part_set("f", "flame", 1);
    parts_again(args);
    g_assert_cmpint(pin_mv("pa2"), <, 300);
    g_assert_true(pin_level("pa3"));
    g_assert_false(pin_level("pa5"));
    part_set_number("s", "sound", 0.8);
    g_assert_true(pin_level("pa5"));
    for (unsigned i = 0; i < 100; i++) {
        most = MAX(most, pin_mv("pa6"));
        board_wait_ns(10000000);
    }
    g_assert_cmpint(most, >, 2100);
    g_assert_cmpint(most, <=, 2200);
}

/* Rising edges of PULSE until DIAL is high again. */
static unsigned count_pulses(const char *again)
{
    unsigned pulses = 0;
    bool was = false;

    for (unsigned ms = 0; !pin_level("pb1") && ms < 3000; ms += 5) {
        bool level = pin_level("pb0");

        pulses += level && !was;
        was = level;
        board_wait_ns(5000000);
        if (ms == 450 && again) {
            parts_again(again);
        }
    }
    return pulses;
}

static void test_dialer(void)
{
    static const char args[] = "-device wokwi-rotary-dialer,id=d,DIAL=pb1,PULSE=pb0";

    parts_start(args);
    g_assert_true(pin_level("pb1"));
    part_set("d", "dial", 3);
    part_set("d", "dial", 0);
    g_assert_cmpuint(count_pulses(args), ==, 3);
    g_assert_cmpint(part_int("d", "dial"), ==, 0);
    board_wait_ns(500000000);
    g_assert_cmpuint(count_pulses(NULL), ==, 10);
    g_assert_cmpint(part_int("d", "dial"), ==, -1);
}

/* ---- DS1307, as RTClib has it ---- */

static void time_is(uint8_t year, uint8_t month, uint8_t date, uint8_t hours, uint8_t minutes, uint8_t seconds)
{
    uint8_t d[7];

    read_regs(0x68, 0, d, 7);
    g_assert_cmphex(d[0], ==, seconds);
    g_assert_cmphex(d[1], ==, minutes);
    g_assert_cmphex(d[2], ==, hours);
    g_assert_cmphex(d[4], ==, date);
    g_assert_cmphex(d[5], ==, month);
    g_assert_cmphex(d[6], ==, year);
}

/* However long QEMU takes to start, a date that is given is that of virtual time 0. */
static void test_ds1307_slow_start(void)
{
    board_start("-rtc base=2023-12-31T23:59:57 -preconfig -device wokwi-ds1307,id=r,SCL=pb6,SDA=pb7");
    g_usleep(1200000);
    qtest_qmp_assert_success(board, "{'execute': 'x-exit-preconfig'}");
    board_enable("gpiob");
    i2c_pins();
    time_is(0x23, 0x12, 0x31, 0x23, 0x59, 0x57);
}

static void test_ds1307(void)
{
    static const char args[] = "-rtc base=2023-12-31T23:59:58 -device wokwi-ds1307,id=r,SCL=pb6,SDA=pb7,SQW=pb0";
    static const uint8_t set[] = { 0x58, 0x59, 0x71, 4, 0x28, 0x02, 0x24 };     /* 11 p.m., a leap year */
    unsigned edges = 0;
    bool was;

    parts_start(args);
    i2c_pins();
    board_wait_ns(500000000);
    time_is(0x23, 0x12, 0x31, 0x23, 0x59, 0x58);
    g_assert_cmphex(read_reg(0x68, 3), ==, 1);              /* a Sunday */
    board_wait_ns(2000000000);
    time_is(0x24, 0x01, 0x01, 0x00, 0x00, 0x00);
    g_assert_cmphex(read_reg(0x68, 3), ==, 2);
    for (unsigned n = 7; n-- > 0; ) {
        write_reg(0x68, n, set[n]);
    }
    write_reg(0x68, 0x3f, 0xa5);
    board_wait_ns(500000000);
    parts_again(args);
    board_wait_ns(2000000000);
    time_is(0x24, 0x02, 0x29, 0x52, 0x00, 0x00);            /* 12 a.m. */
    g_assert_cmphex(read_reg(0x68, 3), ==, 5);
    g_assert_cmphex(read_reg(0x68, 0x3f), ==, 0xa5);
    write_reg(0x68, 7, 0x80);
    g_assert_true(pin_level("pb0"));
    write_reg(0x68, 7, 0x00);
    g_assert_false(pin_level("pb0"));
    write_reg(0x68, 7, 0x10);                               /* 1 Hz */
    was = pin_level("pb0");
    for (unsigned n = 0; n < 40; n++) {
        board_wait_ns(100000000);
        edges += pin_level("pb0") != was;
        was = pin_level("pb0");
    }
    g_assert_cmpuint(edges, ==, 8);
    write_reg(0x68, 0, 0x80 | 0x30);                        /* stopped */
    board_wait_ns(3000000000);
    g_assert_cmphex(read_reg(0x68, 0), ==, 0xb0);
    write_reg(0x68, 0, 0x30);
    board_wait_ns(3000000000);
    g_assert_cmphex(read_reg(0x68, 0), ==, 0x33);
    write_reg(0x68, 5, 0xff);                               /* what can't be */
    write_reg(0x68, 2, 0xff);
    g_assert_cmphex(read_reg(0x68, 5) & 0xe0, ==, 0);
}

/* ---- FT6206, as Adafruit_FT6206 has it ---- */

static void test_cap_touch(void)
{
    static const char args[] = "-device board-ili9341-cap-touch,id=t,SCL=pb6,SDA=pb7,CS=pd0,D/C=pd1,SCK=pa5,MOSI=pa7";
    uint8_t d[5];

    parts_start(args);
    i2c_pins();
    g_assert_cmphex(read_reg(0x38, 0xa8), ==, 0x11);
    g_assert_cmphex(read_reg(0x38, 0xa3), ==, 0x06);
    write_reg(0x38, 0x80, 40);
    g_assert_cmphex(read_reg(0x38, 2), ==, 0);
    part_say("t", "touch", "50,300");
    parts_again(args);
    read_regs(0x38, 2, d, 5);
    g_assert_cmphex(d[0], ==, 1);
    g_assert_cmpint((d[1] & 15) << 8 | d[2], ==, 50);
    g_assert_cmpint((d[3] & 15) << 8 | d[4], ==, 300);
    g_assert_cmphex(read_reg(0x38, 0x80), ==, 40);
    part_say("t", "touch", "");
    g_assert_cmphex(read_reg(0x38, 2), ==, 0);
    part_refuses("t", "touch", "240,0", "up to");
}

/* ---- Any bits ---- */

static void test_noise(void)
{
    static const char args[] = "-device board-bme280,id=b,SCL=pb6,SDA=pb7,SDO=pa6,CSB=pd0 "
                               "-device board-bme280,id=c,SCL=pb6,SDA=pb7";
    uint32_t seed = 3;

    parts_start(args);
    i2c_pins();
    poke(GPIOD + MODER, 1);
    for (unsigned i = 0; i < 6000; i++) {
        seed = seed * 1664525 + 1013904223;
        poke(GPIOB + ODR, seed >> 20);
        if (i % 40 == 0) {
            poke(GPIOD + ODR, seed >> 19);
        }
        if (i % 3 == 0) {
            board_wait_ns(seed >> 16);
        }
        if (i == 3000) {
            parts_again(args);
        }
    }
    i2c_pins();
    for (unsigned n = 0; n < 9; n++) {
        i2c_bit(true);
    }
    i2c_stop();
    g_assert_cmphex(read_reg(0x76, 0xd0), ==, 0x60);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/bme280", test_bme280);
    qtest_add_func("parts/bme280-spi", test_bme280_spi);
    qtest_add_func("parts/bme280-controller", test_bme280_controller);
    qtest_add_func("parts/ir", test_ir);
    qtest_add_func("parts/levels", test_levels);
    qtest_add_func("parts/dialer", test_dialer);
    qtest_add_func("parts/ds1307", test_ds1307);
    qtest_add_func("parts/ds1307-slow-start", test_ds1307_slow_start);
    qtest_add_func("parts/cap-touch", test_cap_touch);
    qtest_add_func("parts/noise", test_noise);
    return board_run_tests();
}
