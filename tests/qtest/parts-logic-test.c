/*
 * Parts of the bench that are logic, registers and what turns by them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/parts.h"

enum { SPI1 = 0x40013000, TIM4 = 0x40000800 };

static void set(unsigned n, bool high)
{
    poke(GPIOD + BSRR, high ? 1 << n : 1 << (n + 16));
    board_wait_ns(1000);
}

static void start(const char *args, uint32_t outputs)
{
    uint32_t moder = 0;

    parts_start(args);
    for (unsigned n = 0; n < 16; n++) {
        moder |= (outputs >> n & 1) << 2 * n;
    }
    poke(GPIOD + MODER, moder);
}

static void pulse(unsigned n)
{
    set(n, true);
    set(n, false);
}

/* ---- Gates ---- */

static void test_gates(void)
{
    static const char *const names[] = { "and", "or", "nand", "nor", "xor", "xnor" };
    static const uint8_t truth[] = { 0x8, 0xe, 0x7, 0x1, 0x6, 0x9 };

    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        g_autofree char *args = g_strdup_printf("-device wokwi-gate-%s-2,id=g,A=pd0,B=pd1,OUT=pb0", names[i]);

        start(args, 3);
        for (unsigned n = 0; n < 4; n++) {
            poke(GPIOD + ODR, n);
            g_assert_cmpint(pin_level("pb0"), ==, truth[i] >> n & 1);
        }
    }
    start("-device wokwi-gate-not,id=n,IN=pd0,OUT=pb0 -device wokwi-gate-buffer,id=b,IN=n.OUT,OUT=pb1 "
          "-device wokwi-mux-2,id=m,A=pd0,B=n.OUT,SEL=pd1,OUT=pb2", 3);
    for (unsigned n = 0; n < 4; n++) {
        poke(GPIOD + ODR, n);
        g_assert_cmpint(pin_level("pb0"), ==, !(n & 1));
        g_assert_cmpint(pin_level("pb1"), ==, !(n & 1));
        g_assert_cmpint(pin_level("pb2"), ==, n & 2 ? !(n & 1) : n & 1);
    }
}

/* A ring of an odd number of inverters can't settle: the machine goes on; a latch of two gates keeps what it was told. */
static void test_rings(void)
{
    static const char latch[] = "-device wokwi-gate-nor-2,id=a,A=pd0,OUT=pb0 "
                                "-device wokwi-gate-nor-2,id=b,A=pd1,B=a.OUT,OUT=pb1:a.B";
    g_autoptr(GString) ring = g_string_new("-device wokwi-gate-not,id=g0,OUT=pb0");

    for (unsigned n = 1; n < 101; n++) {
        g_string_append_printf(ring, " -device wokwi-gate-not,id=g%u,IN=g%u.OUT%s", n, n - 1,
                               n == 100 ? ",OUT=g0.IN" : "");
    }
    start(ring->str, 0);
    board_wait_ns(1000);
    pin_level("pb0");
    start(latch, 3);
    pulse(0);                                               /* reset */
    g_assert_true(!pin_level("pb0") && pin_level("pb1"));
    pulse(1);
    g_assert_true(pin_level("pb0") && !pin_level("pb1"));
    pulse(0);
    g_assert_true(!pin_level("pb0") && pin_level("pb1"));
}

static void test_flip_flops(void)
{
    static const char args[] = "-device wokwi-flip-flop-dsr,id=f,D=pd0,CLK=pd1,R=pd2,S=pd3,Q=pb0,NOTQ=pb1 "
                               "-device wokwi-flip-flop-d,id=t,CLK=pd1,D=t.NOTQ,Q=pb2";

    start(args, 15);
    g_assert_true(!pin_level("pb0") && pin_level("pb1"));
    set(0, true);
    g_assert_false(pin_level("pb0"));
    pulse(1);
    g_assert_true(pin_level("pb0") && !pin_level("pb1") && pin_level("pb2"));
    parts_again(args);
    g_assert_true(pin_level("pb0") && !pin_level("pb1") && pin_level("pb2"));
    pulse(1);
    g_assert_false(pin_level("pb2"));
    pulse(2);
    g_assert_false(pin_level("pb0"));
    pulse(3);
    g_assert_true(pin_level("pb0"));
}

static void test_hc4067(void)
{
    static const char args[] = "-device board-cd74hc4067,id=m,SIG=pb0,S0=pd0,S1=pd1,S2=pd2,S3=pd3,EN=pd4,C5=3v3,C10=pd8";

    start(args, 0x1f);
    poke(GPIOB + PUPDR, 2);
    g_assert_false(pin_level("pb0"));
    poke(GPIOD + ODR, 5);
    g_assert_true(pin_level("pb0"));
    parts_again(args);
    g_assert_true(pin_level("pb0"));
    poke(GPIOD + ODR, 5 | 1 << 4);
    g_assert_false(pin_level("pb0"));
    poke(GPIOD + ODR, 10);
    poke(GPIOB + MODER, 1);
    poke(GPIOB + ODR, 1);
    g_assert_true(pin_level("pd8"));                        /* the other way round */
}

static double frequency_of(const char *path)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-get', 'arguments': {'path': %s, 'property': 'frequency'}}", path);
    double hz = qnum_get_double(qobject_to(QNum, qdict_get(answer, "return")));

    qobject_unref(answer);
    return hz;
}

static void test_clock_generator(void)
{
    start("-device wokwi-clock-generator,id=c,CLK=pb0,frequency=1.5k", 0);
    g_assert_cmpint((int)(frequency_of("/machine/soc/gpiob/pb0") + 0.5), ==, 1500);
    start("-device wokwi-clock-generator,id=c,CLK=pb0", 0);
    g_assert_cmpint((int)(frequency_of("/machine/soc/gpiob/pb0") + 0.5), ==, 10000);
}

static void test_ks2e(void)
{
    static const char args[] = "-device wokwi-ks2e-m-dc5,id=k,COIL1=pd0,COIL2=gnd,P1=3v3,NO1=pb0,NC1=pb1,P2=pb2,NO2=3v3";

    start(args, 1);
    poke(GPIOB + PUPDR, 0x2a);
    g_assert_true(pin_level("pb1") && !pin_level("pb0") && !pin_level("pb2"));
    set(0, true);
    board_wait_ns(4000000);
    g_assert_true(!pin_level("pb1") && !pin_level("pb0"));
    parts_again(args);
    board_wait_ns(1000000);
    g_assert_true(part_bool("k", "on"));
    g_assert_true(!pin_level("pb1") && pin_level("pb0") && pin_level("pb2"));
    set(0, false);
    board_wait_ns(6000000);
    g_assert_true(pin_level("pb1") && !pin_level("pb0") && !pin_level("pb2"));
}

/* ---- MAX7219 ---- */

/* DIN is PD0, CLK PD1, CS PD2. */
static void shift_out(uint32_t word, unsigned bits)
{
    while (bits--) {
        set(0, word >> bits & 1);
        pulse(1);
    }
}

static void send_two(uint32_t a, uint32_t b)
{
    set(2, false);
    shift_out(a, 16);
    shift_out(b, 16);
    set(2, true);
}

static void has_pixels(const char *id, const char *top, const char *second)
{
    g_autofree char *path = part_path(id), *pixels = board_get_string(path, "pixels");

    g_assert_cmpint(strncmp(pixels, top, strlen(top)), ==, 0);
    g_assert_cmpint(strncmp(pixels + strlen(top), second, strlen(second)), ==, 0);
}

static void test_max7219(void)
{
    static const char args[] = "-device wokwi-max7219-matrix,id=m,chain=2,DIN=pd0,CLK=pd1,CS=pd2 "
                               "-device wokwi-max7219-matrix,id=n,layout=fc16,DIN=m.DOUT,CLK=pd1,CS=pd2";

    start(args, 7);
    send_two(0x0c01, 0x0c01);
    send_two(0x0b07, 0x0b07);
    send_two(0x0a0f, 0x0a0f);
    send_two(0x0103, 0x0181);                                   /* digit 0: of the second, of the first */
    has_pixels("m", "1100000010000001", "00000000");
    g_assert_cmpint(part_int("m", "intensity"), ==, 96);
    parts_again(args);
    has_pixels("m", "1100000010000001", "00000000");
    has_pixels("n", "00000000", "00000000");
    set(2, false);
    shift_out(0x0f01, 16);                                  /* the third is tested, and turned on */
    shift_out(0, 16);
    shift_out(0, 16);
    set(2, true);
    has_pixels("n", "11111111", "11111111");
    set(2, false);
    shift_out(0x0f00, 16);
    shift_out(0, 16);
    shift_out(0, 16);
    set(2, true);
    set(2, false);
    shift_out(0x0c01, 16);
    shift_out(0, 16);
    shift_out(0, 16);
    set(2, true);
    set(2, false);
    shift_out(0x0180, 16);
    shift_out(0x0c00, 16);
    shift_out(0x0201, 16);
    set(2, true);
    has_pixels("n", "10000000", "00000000");
    has_pixels("m", "0000000010000001", "0000000010000000");
}

static void test_max7219_spi(void)
{
    start("-device wokwi-max7219-matrix,id=m,chain=4,DIN=pa7,CLK=pa5,CS=pd2,layout=fc16", 4);
    board_enable("spi1");
    board_pin_function(GPIOA, 5, 5);
    board_pin_function(GPIOA, 7, 5);
    poke(SPI1, 0x344);
    for (unsigned word = 0; word < 2; word++) {
        set(2, false);
        for (unsigned n = 0; n < 8; n++) {
            poke(SPI1 + 0x0c, word ? (n % 2 ? 0x0f << (n / 2) : 1) : (n % 2 ? 1 : 0x0c));
            board_wait_ns(20000);
        }
        set(2, true);
    }
    set(2, false);
    for (unsigned n = 0; n < 8; n++) {
        poke(SPI1 + 0x0c, n % 2 ? 7 : 0x0b);
        board_wait_ns(20000);
    }
    set(2, true);
    has_pixels("m", "00001111000111100011110001111000", "0");
}

/* ---- TM1637, as Arduino's TM1637Display sends ---- */

/* CLK is PD0, DIO PD1: driven low, or let go. */
static void tm_line(unsigned n, bool high)
{
    uint32_t moder = peek(GPIOD + MODER) & ~(3 << 2 * n);

    poke(GPIOD + MODER, moder | (high ? 0 : 1 << 2 * n));
    board_wait_ns(1000);
}

static bool tm_byte(uint8_t byte)
{
    bool acknowledged;

    for (unsigned n = 0; n < 8; n++) {
        tm_line(0, false);
        tm_line(1, byte >> n & 1);
        tm_line(0, true);
    }
    tm_line(0, false);
    tm_line(1, true);
    acknowledged = !pin_level("pd1");
    tm_line(0, true);
    tm_line(0, false);
    return acknowledged;
}

static void tm_send(const uint8_t *bytes, unsigned n)
{
    tm_line(1, false);
    for (unsigned i = 0; i < n; i++) {
        g_assert_true(tm_byte(bytes[i]));
    }
    tm_line(1, false);
    tm_line(0, true);
    tm_line(1, true);
}

static void test_tm1637(void)
{
    static const char args[] = "-device wokwi-tm1637-7segment,id=t,CLK=pd0,DIO=pd1";
    static const uint8_t data[] = { 0xc0, 0x06, 0xdb, 0x4f, 0x66 }, one[] = { 0xc3, 0x7f };

    start(args, 0);
    poke(GPIOD + PUPDR, 5);
    g_assert_cmpint(part_int("t", "brightness"), ==, 0);
    tm_send((const uint8_t[]) { 0x40 }, 1);
    tm_send(data, sizeof(data));
    tm_send((const uint8_t[]) { 0x8a }, 1);
    g_assert_cmpint(part_int("t", "brightness"), ==, 25);
    part_has_text("t", "values", "0,1,1,0,0,0,0,0,1,1,0,1,1,0,1,0,1,1,1,1,0,0,1,0,0,1,1,0,0,1,1,0,1");
    parts_again(args);
    tm_send((const uint8_t[]) { 0x44 }, 1);
    tm_send(one, sizeof(one));
    part_has_text("t", "values", "0,1,1,0,0,0,0,0,1,1,0,1,1,0,1,0,1,1,1,1,0,0,1,0,1,1,1,1,1,1,1,0,1");
    tm_send((const uint8_t[]) { 0x80 }, 1);
    g_assert_cmpint(part_int("t", "brightness"), ==, 0);
}

/* ---- Motors ---- */

static void steps_are(int64_t from, int64_t by)
{
    g_assert_cmpint(part_int("m", "steps") - from, ==, by);
}

static void test_a4988(void)
{
    static const char args[] = "-device wokwi-a4988,id=d,STEP=pd0,DIR=pd1,MS1=pd2,MS2=pd3,MS3=pd4,ENABLE=pd5,RESET=pd6 "
                               "-device wokwi-stepper-motor,id=m,A+=d.2A,A-=d.2B,B+=d.1A,B-=d.1B";
    double angle;
    int64_t from;

    start(args, 0x7f);
    pulse(0);
    from = part_int("m", "steps");                          /* RESET is low */
    pulse(0);
    steps_are(from, 0);
    set(6, true);
    from = part_int("m", "steps");
    set(1, true);
    for (unsigned n = 0; n < 50; n++) {
        pulse(0);
    }
    steps_are(from, 50);
    parts_again(args);
    set(1, false);
    for (unsigned n = 0; n < 60; n++) {
        pulse(0);
    }
    steps_are(from, -10);
    set(1, true);
    for (unsigned mode = 0; mode < 4; mode++) {             /* 1/2, 1/4, 1/8, 1/16 */
        static const uint8_t ms[] = { 1, 2, 3, 7 };

        poke(GPIOD + ODR, 1 << 6 | ms[mode] << 2 | 2);
        angle = part_number("m", "angle");
        for (unsigned n = 0; n < 2u << mode; n++) {
            pulse(0);
        }
        g_assert_cmpfloat(ABS(part_number("m", "angle") - angle - 1.8), <, 0.001);
    }
    angle = part_number("m", "angle");
    pulse(0);
    g_assert_cmpfloat(ABS(part_number("m", "angle") - angle - 0.1125), <, 0.001);
    set(5, true);                                           /* let go: at most half a step is lost */
    angle = part_number("m", "angle");
    pulse(0);
    pulse(0);
    g_assert_cmpfloat(part_number("m", "angle"), ==, angle);
}

/* STEP from a timer: 1 kHz. */
static void test_a4988_pwm(void)
{
    int64_t from;

    start("-device wokwi-a4988,id=d,STEP=pd12,DIR=3v3,RESET=3v3 "
          "-device wokwi-stepper-motor,id=m,gearRatio=2:1,A+=d.2A,A-=d.2B,B+=d.1A,B-=d.1B", 0);
    board_enable("tim4");
    board_route("pd12", 2);
    poke(TIM4 + 0x2c, 15999);
    poke(TIM4 + 0x34, 8000);
    poke(TIM4 + 0x18, 6 << 4);
    poke(TIM4 + 0x20, 1);
    poke(TIM4 + 0x00, 1);
    board_wait_ns(1000000);
    from = part_int("m", "steps");
    board_wait_ns(100000000);
    steps_are(from, 100);
    board_wait_ns(300000000);
    steps_are(from, 400);
}

static void test_biaxial(void)
{
    static const char args[] = "-device wokwi-biaxial-stepper,id=b,A1+=pd0,A1-=pd1,B1+=pd2,B1-=pd3,A2+=pd4,A2-=pd5,B2+=pd6,B2-=pd7";
    static const uint8_t row[] = { 0x5, 0x6, 0xa, 0x9 };
    double outer, inner;

    start(args, 0xff);
    poke(GPIOD + ODR, 0x55);
    outer = part_number("b", "outerAngle");
    inner = part_number("b", "innerAngle");
    for (unsigned n = 0; n < 20; n++) {
        poke(GPIOD + ODR, row[(n + 1) % 4] | 0x50);
        if (n == 7) {
            parts_again(args);
        }
    }
    g_assert_cmpfloat(part_number("b", "innerAngle"), ==, inner);
    outer = ABS(part_number("b", "outerAngle") - outer);
    g_assert_cmpfloat(ABS(MIN(outer, 360 - outer) - 36), <, 0.001);
}

/* ---- Any bits ---- */

static void test_noise(void)
{
    static const char args[] = "-device wokwi-max7219-matrix,id=m,DIN=pd0,CLK=pd1,CS=pd2 "
                               "-device wokwi-tm1637-7segment,id=t,CLK=pd1,DIO=pd0 "
                               "-device wokwi-nlsf595,id=n,SI=pd0,SCK=pd1,RCK=pd2,SCLR=pd3,QA=pb0 "
                               "-device wokwi-a4988,id=a,STEP=pd0,DIR=pd1,SLEEP=pd2,RESET=pd3,MS2=pd4 "
                               "-device wokwi-stepper-motor,id=s,A+=a.2A,A-=a.2B,B+=a.1A,B-=a.1B "
                               "-device wokwi-flip-flop-dsr,id=f,D=pd0,CLK=pd1,R=pd2,S=pd3";
    g_autofree char *pixels = NULL;
    uint32_t seed = 9;

    start(args, 0x1f);
    for (unsigned i = 0; i < 6000; i++) {
        seed = seed * 1664525 + 1013904223;
        poke(GPIOD + ODR, seed >> 24);
        if (i % 5 == 0) {
            board_wait_ns(seed >> 18);
        }
        if (i == 3000) {
            parts_again(args);
        }
    }
    pixels = board_get_string("/machine/peripheral/m", "pixels");
    g_assert_cmpuint(strlen(pixels), ==, 64);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/gates", test_gates);
    qtest_add_func("parts/rings", test_rings);
    qtest_add_func("parts/flip-flops", test_flip_flops);
    qtest_add_func("parts/hc4067", test_hc4067);
    qtest_add_func("parts/clock-generator", test_clock_generator);
    qtest_add_func("parts/ks2e", test_ks2e);
    qtest_add_func("parts/max7219", test_max7219);
    qtest_add_func("parts/max7219-spi", test_max7219_spi);
    qtest_add_func("parts/tm1637", test_tm1637);
    qtest_add_func("parts/a4988", test_a4988);
    qtest_add_func("parts/a4988-pwm", test_a4988_pwm);
    qtest_add_func("parts/biaxial", test_biaxial);
    qtest_add_func("parts/noise", test_noise);
    return board_run_tests();
}
