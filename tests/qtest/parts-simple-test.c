/*
 * Simple parts of the bench: lights, contacts, voltages, and some that take their time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/parts.h"

/* ---- Lights ---- */

static void test_seven_segment(void)
{
    parts_start("-device wokwi-7segment,id=d,digits=2,common=cathode,A=pd0,B=pd1,C=pd2,DIG1=pd8,DIG2=pd9 "
                "-device wokwi-7segment,id=o,A=pd0,COM.2=3v3");
    poke(GPIOD + MODER, 0x55555555);
    board_wait_ns(21000000);                                /* an eye is slow */
    part_has_text("o", "values", "100,0,0,0,0,0,0,0,0");
    for (unsigned i = 0; i < 30; i++) {                     /* 1 ms each: digit 1 shows A and B, digit 2 C */
        poke(GPIOD + ODR, i % 2 ? 0x104 : 0x203);
        board_wait_ns(1000000);
    }
    part_has_text("d", "values", "50,50,0,0,0,0,0,0,0,0,50,0,0,0,0,0,0");
    part_has_text("o", "values", "50,0,0,0,0,0,0,0,0");
    board_wait_ns(50000000);
    part_has_text("d", "values", "0,0,0,0,0,0,0,0,0,0,100,0,0,0,0,0,0");
    poke(GPIOD + ODR, 0x300);
    board_wait_ns(21000000);
    part_has_text("d", "values", "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0");
}

static void test_bar_graph(void)
{
    parts_start("-device wokwi-led-bar-graph,id=g,A1=pd0,C1=gnd,A10=pd1,C10=pd2");
    poke(GPIOD + MODER, 0x15);
    poke(GPIOD + ODR, 3);
    board_wait_ns(30000000);
    part_has_text("g", "values", "100,0,0,0,0,0,0,0,0,100");
}

/* ---- Contacts ---- */

static void test_dip_switch(void)
{
    static const char args[] = "-device wokwi-dip-switch-8,id=s,1a=pb0,8a=pb7,1b=gnd,8b=gnd,bounce=0,values=00000001";

    parts_start(args);
    poke(GPIOB + PUPDR, 0x5555);
    g_assert_true(pin_level("pb0"));
    g_assert_false(pin_level("pb7"));
    part_say("s", "values", "[1,0,0,0,0,0,0,0]");
    g_assert_false(pin_level("pb0"));
    g_assert_true(pin_level("pb7"));
    part_has_text("s", "values", "10000000");
    part_refuses("s", "values", "100", "eight");
    part_refuses("s", "values", "100000001", "eight");
    part_refuses("s", "values", "1000000x", "eight");
    parts_again(args);
    g_assert_false(pin_level("pb0"));
}

/* The scan of Keypad.h: columns are driven low in turn, rows are read. */
static int scan(void)
{
    for (unsigned column = 0; column < 4; column++) {
        poke(GPIOB + MODER, 1 << 2 * (4 + column));
        poke(GPIOB + ODR, 0);
        for (unsigned row = 0; row < 4; row++) {
            if (!(peek(GPIOB + 0x10) >> row & 1)) {
                return row * 4 + column;
            }
        }
    }
    return -1;
}

static void test_keypad(void)
{
    static const char args[] = "-device wokwi-membrane-keypad,id=k,R1=pb0,R2=pb1,R3=pb2,R4=pb3,C1=pb4,C2=pb5,C3=pb6,C4=pb7";

    parts_start(args);
    poke(GPIOB + PUPDR, 0x5555);
    g_assert_cmpint(scan(), ==, -1);
    part_say("k", "pressed", "5");
    g_assert_cmpint(scan(), ==, 5);
    part_say("k", "pressed", "#");
    g_assert_cmpint(scan(), ==, 14);
    parts_again(args);
    g_assert_cmpint(scan(), ==, 14);
    part_say("k", "pressed", "");
    g_assert_cmpint(scan(), ==, -1);
    part_refuses("k", "pressed", "E", "no key 'E'");
}

static void test_relay(void)
{
    static const char args[] = "-device wokwi-relay-module,id=r,IN=pd0,NC=gnd,NO=3v3,COM=pb0 "
                               "-device wokwi-relay-module,id=n,transistor=pnp,IN=pd1,NO=pb1,COM=gnd";

    parts_start(args);
    poke(GPIOB + PUPDR, 0x5);
    g_assert_false(pin_level("pb0"));
    g_assert_true(pin_level("pb1"));                        /* nothing is at its IN */
    poke(GPIOD + MODER, 5);
    board_wait_ns(6000000);
    g_assert_false(pin_level("pb1"));
    poke(GPIOD + ODR, 1);
    g_assert_false(part_bool("r", "on"));
    board_wait_ns(2000000);
    parts_again(args);
    board_wait_ns(4000000);
    g_assert_true(part_bool("r", "on"));
    g_assert_true(pin_level("pb0"));
    poke(GPIOD + ODR, 0);
    board_wait_ns(6000000);
    g_assert_false(pin_level("pb0"));
    g_assert_cmpint(board_mistakes("drive against"), ==, 0);
}

static void test_breadboard(void)
{
    parts_start("-device wokwi-breadboard-half,id=bb,tn.1=gnd,tp.3=3v3,5t.a=pb0 -device wokwi-vcc,id=v,VCC=bb.bp.2 "
                "-device wokwi-resistor,id=r,1=bb.5t.e,2=bb.tp.25,value=1000 -device wokwi-gnd,id=g,GND=bb.7b.j "
                "-device wokwi-pushbutton,id=b,1.l=bb.5t.c,2.l=bb.7b.f,bounce=0 -device wokwi-junction,id=j,J=bb.5t.b "
                "-device wokwi-text,id=t,text=hello");
    g_assert_true(pin_level("pb0"));
    part_put("b", "pressed", true);
    g_assert_false(pin_level("pb0"));
    part_has_text("t", "text", "hello");
}

/* ---- Voltages ---- */

static void test_joystick(void)
{
    static const char args[] = "-device wokwi-analog-joystick,id=j,VCC=3v3,GND=gnd,VERT=pa1,HORZ=pa2,SEL=pb0,bounce=0";

    parts_start(args);
    poke(GPIOB + PUPDR, 1);
    g_assert_cmpint(pin_mv("pa1"), ==, 1500);
    part_set("j", "x", 1);
    part_set_number("j", "y", -0.5);
    g_assert_cmpint(pin_mv("pa1"), ==, 750);
    g_assert_cmpint(pin_mv("pa2"), ==, 3000);
    g_assert_true(pin_level("pb0"));
    part_put("j", "pressed", true);
    parts_again(args);
    g_assert_false(pin_level("pb0"));
    g_assert_cmpint(pin_mv("pa1"), ==, 750);
    g_assert_cmpfloat(part_number("j", "y"), ==, -0.5);
}

/* The table of Wokwi's page, in volts of 5. */
static void test_photoresistor(void)
{
    static const struct { int lux, mv; } table[] = { { 1, 4810 }, { 10, 4170 }, { 50, 3090 }, { 100, 2500 }, { 1000, 830 } };

    parts_start("-device wokwi-photoresistor-sensor,id=l,VCC=3v3,GND=gnd,AO=pa1,DO=pb0,lux=10");
    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        part_set("l", "lux", table[i].lux);
        g_assert_cmpint(ABS(pin_mv("pa1") * 5 / 3 - table[i].mv), <, 12);
        g_assert_true(pin_level("pb0") == (table[i].lux < 100));
    }
}

static void test_ntc(void)
{
    parts_start("-device wokwi-ntc-temperature-sensor,id=n,VCC=3v3,GND=gnd,OUT=pa1,temperature=25");
    g_assert_cmpint(pin_mv("pa1"), ==, 1500);
    part_set("n", "temperature", 0);                        /* 33.6 kOhm */
    g_assert_cmpint(ABS(pin_mv("pa1") - 2312), <, 5);
    part_set("n", "temperature", 100);
    g_assert_cmpint(ABS(pin_mv("pa1") - 193), <, 5);
}

/* ---- Time ---- */

/* As sketches have it: at CLK's falling edge DT says which way. */
static int turned(unsigned ms)
{
    bool was = true;
    int steps = 0;

    for (unsigned i = 0; i < ms * 2; i++) {
        bool clk = pin_level("pb0");

        if (was && !clk) {
            steps += pin_level("pb1") ? 1 : -1;
        }
        was = clk;
        board_wait_ns(500000);
    }
    return steps;
}

static void test_encoder(void)
{
    static const char args[] = "-device wokwi-ky-040,id=e,CLK=pb0,DT=pb1,SW=pb2,GND=gnd,bounce=0";

    parts_start(args);
    poke(GPIOB + PUPDR, 0x10);
    g_assert_true(pin_level("pb0") && pin_level("pb1") && pin_level("pb2"));
    part_set("e", "rotate", 3);
    g_assert_cmpint(turned(50), ==, 3);
    g_assert_cmpint(part_int("e", "angle"), ==, 54);
    part_set("e", "rotate", -5);
    g_assert_cmpint(turned(24), ==, -2);
    parts_again(args);
    g_assert_cmpint(turned(50), ==, -3);
    g_assert_cmpint(part_int("e", "angle"), ==, 324);
    part_put("e", "pressed", true);
    g_assert_false(pin_level("pb2"));
}

static void test_buzzer(void)
{
    parts_start("-device wokwi-buzzer,id=b,1=gnd,2=pd12");
    g_assert_cmpint(part_int("b", "frequency"), ==, 0);
    poke(GPIOD + MODER, 1 << 24);
    for (unsigned i = 0; i < 10; i++) {
        poke(GPIOD + ODR, i % 2 << 12);
        board_wait_ns(1000000);
    }
    g_assert_cmpint(part_int("b", "frequency"), ==, 500);
    board_wait_ns(10000000);
    g_assert_cmpint(part_int("b", "frequency"), ==, 0);
    board_enable("tim4");
    board_route("pd12", 2);
    poke(0x40000800 + 0x2c, 15999);                         /* 16 MHz: 1 kHz */
    poke(0x40000800 + 0x34, 8000);
    poke(0x40000800 + 0x18, 6 << 4);
    poke(0x40000800 + 0x20, 1);
    poke(0x40000800 + 0x00, 1);
    g_assert_cmpint(part_int("b", "frequency"), ==, 1000);
}

/* The tone is in the file that QEMU's audio writes: of 440 Hz, and nothing of the pauses. */
static void test_buzzer_sound(void)
{
    g_autofree char *file = NULL, *args = NULL;
    g_autofree int16_t *sample = NULL;
    unsigned crossings = 0, first = 0, last = 0;
    gsize size;
    int fd = g_file_open_tmp("stm32-XXXXXX.wav", &file, NULL);

    close(fd);
    args = g_strdup_printf("-audiodev wav,id=a,path=%s,out.frequency=44100 "
                           "-device wokwi-buzzer,id=b,1=gnd,2=pd12,volume=0.5,audiodev=a", file);
    parts_start(args);
    board_enable("tim4");
    board_route("pd12", 2);
    poke(0x40000800 + 0x2c, 36363);                         /* 16 MHz: 440 Hz */
    poke(0x40000800 + 0x34, 18000);
    poke(0x40000800 + 0x18, 6 << 4);
    poke(0x40000800 + 0x20, 1);
    poke(0x40000800 + 0x00, 1);
    for (unsigned ms = 0; ms < 1000; ms += 5) {
        board_wait_ns(5000000);
    }
    poke(0x40000800 + 0x00, 0);
    for (unsigned ms = 0; ms < 500; ms += 5) {
        board_wait_ns(5000000);
    }
    board_stop();
    g_assert_true(g_file_get_contents(file, (char **)&sample, &size, NULL));
    for (unsigned n = 46; n + 2 < size / 2; n += 2) {       /* stereo, behind the head */
        if (sample[n] < 0 && sample[n + 2] >= 0) {
            first = first ?: n;
            crossings++;
            last = crossings == 401 ? n : last;
        }
    }
    g_assert_cmpuint(crossings, >, 400);
    g_assert_cmpuint(crossings, <, 450);
    g_assert_cmpuint((400 * 2 * 44100 + (last - first) / 2) / (last - first), ==, 440);
    unlink(file);
}

static void test_pir(void)
{
    static const char args[] = "-device wokwi-pir-motion-sensor,id=p,OUT=pb0,delayTime=0.01,inhibitTime=0.005 "
                               "-device wokwi-tilt-switch,id=t,OUT=pb1";

    parts_start(args);
    g_assert_false(pin_level("pb0") || pin_level("pb1"));
    part_put("t", "tilted", true);
    part_put("p", "motion", true);
    g_assert_true(pin_level("pb0") && pin_level("pb1"));
    board_wait_ns(6000000);
    part_put("p", "motion", true);
    board_wait_ns(6000000);
    parts_again(args);
    g_assert_true(pin_level("pb0") && pin_level("pb1"));
    board_wait_ns(5000000);
    g_assert_false(pin_level("pb0"));
    part_put("p", "motion", true);                          /* it is blind */
    g_assert_false(pin_level("pb0"));
    board_wait_ns(5000000);
    part_put("p", "motion", true);
    g_assert_true(pin_level("pb0"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/seven-segment", test_seven_segment);
    qtest_add_func("parts/bar-graph", test_bar_graph);
    qtest_add_func("parts/dip-switch", test_dip_switch);
    qtest_add_func("parts/keypad", test_keypad);
    qtest_add_func("parts/relay", test_relay);
    qtest_add_func("parts/breadboard", test_breadboard);
    qtest_add_func("parts/joystick", test_joystick);
    qtest_add_func("parts/photoresistor", test_photoresistor);
    qtest_add_func("parts/ntc", test_ntc);
    qtest_add_func("parts/encoder", test_encoder);
    qtest_add_func("parts/buzzer", test_buzzer);
    qtest_add_func("parts/buzzer-sound", test_buzzer_sound);
    qtest_add_func("parts/pir", test_pir);
    return board_run_tests();
}
