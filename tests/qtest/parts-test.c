/*
 * Parts of the bench and what joins them: contacts, resistors, dividers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"

enum { GPIOA = 0x40020000, GPIOB = 0x40020400, GPIOD = 0x40020c00, MODER = 0, PUPDR = 0x0c, ODR = 0x14 };

static void start(const char *args)
{
    board_start(args);
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("gpiod");
}

static int64_t part_int(const char *id, const char *property)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);

    return board_get_int(path, property);
}

static void part_press(const char *id, bool pressed)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);

    board_set_bool(path, "pressed", pressed);
}

static void part_set(const char *id, const char *property, int64_t value)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);

    board_set_int(path, property, value);
}

static int64_t pin_mv(const char *pin)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c/%s", pin[1], pin);

    return board_get_int(path, "mv");
}

/* ---- LEDs ---- */

static void test_led(void)
{
    start("-device wokwi-led,id=a,A=pd12,C=gnd -device wokwi-led,id=b,A=3v3,C=pd13 -device wokwi-led,id=c,A=pd14 "
          "-device wokwi-resistor,id=r,1=pd15,value=220 -device wokwi-led,id=d,A=r.2,C=gnd");
    g_assert_cmpint(part_int("a", "brightness"), ==, 0);
    poke(GPIOD + MODER, 0x55 << 24);
    poke(GPIOD + ODR, 0xd << 12);
    g_assert_cmpint(part_int("a", "brightness"), ==, 100);
    g_assert_cmpint(part_int("b", "brightness"), ==, 100);
    g_assert_cmpint(part_int("c", "brightness"), ==, 0);        /* nobody has wired its cathode */
    g_assert_cmpint(part_int("d", "brightness"), ==, 100);
    poke(GPIOD + ODR, 2 << 12);
    g_assert_cmpint(part_int("a", "brightness"), ==, 0);
    g_assert_cmpint(part_int("b", "brightness"), ==, 0);
    g_assert_cmpint(part_int("d", "brightness"), ==, 0);
    poke(GPIOD + ODR, 0);
    poke(GPIOD + MODER, 0);
    poke(GPIOD + PUPDR, 0x55 << 24);                            /* 40 kOhm light nothing */
    g_assert_cmpint(part_int("a", "brightness"), ==, 0);
}

static void test_led_on_pwm(void)
{
    start("-device wokwi-resistor,id=r,1=pd12,value=220 -device wokwi-rgb-led,id=l,R=r.2,G=pd12,COM=gnd "
          "-device wokwi-rgb-led,id=n,B=pd12,COM=3v3,common=anode");
    board_enable("tim4");
    board_route("pd12", 2);
    poke(0x40000800 + 0x2c, 999);
    poke(0x40000800 + 0x34, 250);
    poke(0x40000800 + 0x18, 6 << 4);
    poke(0x40000800 + 0x20, 1);
    poke(0x40000800 + 0x00, 1);
    board_wait_ns(1000000);
    g_assert_cmpint(part_int("l", "red"), ==, 25);
    g_assert_cmpint(part_int("l", "green"), ==, 25);
    g_assert_cmpint(part_int("l", "blue"), ==, 0);
    g_assert_cmpint(part_int("n", "blue"), ==, 75);
}

/* ---- Contacts ---- */

static void test_button(void)
{
    start("-device wokwi-pushbutton,id=b,1.l=pb0,2.r=gnd,bounce=0 -device wokwi-pushbutton,id=c,1.r=pb1,2.l=gnd");
    g_assert_false(pin_level("pb0"));                           /* nobody pulls it up */
    poke(GPIOB + PUPDR, 5);
    g_assert_true(pin_level("pb0"));
    part_press("b", true);
    g_assert_false(pin_level("pb0"));
    part_press("b", false);
    g_assert_true(pin_level("pb0"));
    g_assert_cmpint(board_mistakes("pins"), ==, 0);
    part_press("b", true);
    poke(GPIOB + ODR, 1);
    poke(GPIOB + MODER, 1);                                     /* a short circuit */
    g_assert_cmpint(board_mistakes("drive against each other"), ==, 1);
}

static void test_bounce(void)
{
    unsigned edges = 0;
    bool was = true;

    start("-device wokwi-pushbutton,id=b,1.l=pb0,2.r=gnd");
    poke(GPIOB + PUPDR, 1);
    part_press("b", true);
    for (unsigned i = 0; i < 1500; i++) {
        edges += pin_level("pb0") != was;
        was = pin_level("pb0");
        board_wait_ns(1000);
    }
    g_assert_cmpuint(edges, ==, 7);
    g_assert_false(pin_level("pb0"));
}

/* Two parts joined to each other, the chip at one end only; a switch chooses between the supply's ends. */
static void test_slide_switch(void)
{
    start("-device wokwi-slide-switch,id=s,1=gnd,3=3v3,bounce=0 -device wokwi-resistor,id=r,1=s.2,2=pb0 "
          "-device wokwi-led,id=l,A=s.2,C=gnd");
    g_assert_false(pin_level("pb0"));
    g_assert_cmpint(part_int("l", "brightness"), ==, 0);
    part_set("s", "value", 1);
    g_assert_true(pin_level("pb0"));
    g_assert_cmpint(part_int("l", "brightness"), ==, 100);
    part_set("s", "value", 0);
    g_assert_false(pin_level("pb0"));
    poke(GPIOB + ODR, 1);
    poke(GPIOB + MODER, 1);                                     /* against a resistor: no fault */
    g_assert_true(pin_level("pb0"));
    g_assert_cmpint(board_mistakes("drive against"), ==, 0);
}

/* A matrix: what is pressed joins a column to a row; three of a rectangle close the fourth. */
static void test_matrix(void)
{
    start("-device wokwi-pushbutton,id=a,1.l=pb0,2.l=pb4,bounce=0 -device wokwi-pushbutton,id=b,1.l=pb0,2.l=pb5,bounce=0 "
          "-device wokwi-pushbutton,id=c,1.l=pb1,2.l=pb4,bounce=0");
    poke(GPIOB + PUPDR, 5 << 8);                                /* columns PB4, PB5 are pulled up */
    poke(GPIOB + MODER, 1);                                     /* row PB0 is low, PB1 is an input */
    g_assert_true(pin_level("pb4") && pin_level("pb5"));
    part_press("b", true);
    g_assert_true(pin_level("pb4"));
    g_assert_false(pin_level("pb5"));
    part_press("a", true);
    g_assert_false(pin_level("pb4"));
    part_press("c", true);
    g_assert_false(pin_level("pb1"));
    poke(GPIOB + MODER, 4);                                     /* now row PB1: through c, a and b */
    g_assert_false(pin_level("pb4") || pin_level("pb5"));
    part_press("a", false);
    g_assert_true(pin_level("pb5"));
    g_assert_false(pin_level("pb4"));
    part_press("c", false);                                     /* nothing holds it */
    g_assert_true(pin_level("pb4"));
    g_assert_cmpint(board_mistakes("drive against"), ==, 0);
}

/* ---- Voltages ---- */

static void test_divider(void)
{
    start("-device wokwi-potentiometer,id=p,GND=gnd,VCC=3v3,SIG=pa1,value=512 "
          "-device wokwi-resistor,id=u,1=3v3,2=pa2,value=10000 -device wokwi-resistor,id=d,1=gnd,2=pa2,value=20000 "
          "-device wokwi-resistor,id=t,1=pa2,2=pa3,value=1000");
    g_assert_cmpint(pin_mv("pa1"), ==, 1501);
    part_set("p", "value", 0);
    g_assert_cmpint(pin_mv("pa1"), ==, 0);
    part_set("p", "value", 1023);
    g_assert_cmpint(pin_mv("pa1"), ==, 3000);
    g_assert_cmpint(pin_mv("pa2"), ==, 2000);
    g_assert_cmpint(pin_mv("pa3"), ==, 2000);                   /* no current, no drop */
    poke(GPIOA + PUPDR, 0x64000000 | 2 << 6);                   /* 40 kOhm down behind 1 kOhm */
    g_assert_cmpint(pin_mv("pa2"), ==, 1720);
    g_assert_cmpint(pin_mv("pa3"), ==, 1678);
}

static void test_snapshot(void)
{
    static const char args[] = "-device wokwi-potentiometer,id=p,GND=gnd,VCC=3v3,SIG=pa1 "
                               "-device wokwi-pushbutton,id=b,1.l=pb0,2.r=gnd";
    g_autofree char *file = NULL;

    start(args);
    poke(GPIOB + PUPDR, 1);
    part_set("p", "value", 341);
    part_press("b", true);
    board_wait_ns(50000);                                       /* it bounces: open */
    g_assert_true(pin_level("pb0"));
    file = board_save();
    board_load(file, args);
    unlink(file);
    g_assert_cmpint(pin_mv("pa1"), ==, 1000);
    g_assert_true(pin_level("pb0"));
    board_wait_ns(100000);
    g_assert_false(pin_level("pb0"));
    board_wait_ns(70000);
    g_assert_true(pin_level("pb0"));
    board_wait_ns(1000000);
    g_assert_false(pin_level("pb0"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("parts/led", test_led);
    qtest_add_func("parts/led-on-pwm", test_led_on_pwm);
    qtest_add_func("parts/button", test_button);
    qtest_add_func("parts/bounce", test_bounce);
    qtest_add_func("parts/slide-switch", test_slide_switch);
    qtest_add_func("parts/matrix", test_matrix);
    qtest_add_func("parts/divider", test_divider);
    qtest_add_func("parts/snapshot", test_snapshot);
    return board_run_tests();
}
