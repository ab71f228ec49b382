/*
 * Pins and ports (RM0090 chapter 8), SYSCFG's choice of them and the edges EXTI sees (9, 12), and what
 * the board has at them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/gpio.h"
#include "stm32/core/regs.h"

#define GPIOA 0x40020000
#define GPIOB 0x40020400
#define GPIOD 0x40020c00
#define SYSCFG_MEMRMP 0x40013800
#define SYSCFG_EXTICR1 0x40013808
#define EXTI 0x40013c00
enum { IMR = EXTI, EMR = EXTI + 4, RTSR = EXTI + 8, FTSR = EXTI + 12, SWIER = EXTI + 16, PR = EXTI + 20 };

static void start(void)
{
    board_reset();
    board_enable("gpioa");
    board_enable("gpiob");
    board_enable("gpiod");
    board_enable("syscfg");
    pin_drive("pa6", "z");
    pin_drive("pa7", "z");
    pin_drive("pb2", "z");
}

static bool idr(uint32_t port, unsigned pin)
{
    return peek(port + A_IDR) >> pin & 1;
}

static void mode(uint32_t port, unsigned pin, unsigned value)
{
    uint32_t others = peek(port + A_MODER) & ~(3u << 2 * pin);

    poke(port + A_MODER, others | value << 2 * pin);
}

static void pull(uint32_t port, unsigned pin, unsigned value)
{
    uint32_t others = peek(port + A_PUPDR) & ~(3u << 2 * pin);

    poke(port + A_PUPDR, others | value << 2 * pin);
}

static void test_output(void)
{
    start();
    poke(GPIOD + A_ODR, 1 << 12);
    g_assert_false(pin_level("pd12"));
    mode(GPIOD, 12, 1);
    g_assert_true(pin_level("pd12"));
    g_assert_true(idr(GPIOD, 12));
    g_assert_true(board_get_bool("/machine/led-green", "lit"));
    g_assert_cmpint(board_get_int("/machine/led-green", "brightness"), ==, 100);
    poke(GPIOD + A_ODR, 0);
    g_assert_false(board_get_bool("/machine/led-green", "lit"));
}

static void test_bsrr(void)
{
    start();
    poke(GPIOD + A_BSRR, 0x0000f00f);
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 0xf00f);
    poke(GPIOD + A_BSRR, 0x00090000);
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 0xf006);
    poke(GPIOD + A_BSRR, 0xffff0001);       /* set wins */
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 0x0001);
    g_assert_cmphex(peek(GPIOD + A_BSRR), ==, 0);
    /* halves and bytes are lanes of their own */
    qtest_writew(board, GPIOD + A_BSRR, 0x0100);
    qtest_writew(board, GPIOD + A_BSRR + 2, 0x0001);
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 0x0100);
    qtest_writeb(board, GPIOD + A_ODR, 0x42);
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 0x0142);
    g_assert_cmphex(qtest_readb(board, GPIOD + A_ODR + 1), ==, 0x01);
    g_assert_cmphex(qtest_readw(board, GPIOD + A_ODR), ==, 0x0142);
}

static void test_bit_band(void)
{
    start();
    poke(0x42000000 + (GPIOD + A_ODR - 0x40000000) * 32 + 5 * 4, 1);
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 1 << 5);
    g_assert_cmphex(peek(0x42000000 + (GPIOD + A_ODR - 0x40000000) * 32 + 5 * 4), ==, 1);
    poke(0x42000000 + (GPIOD + A_ODR - 0x40000000) * 32 + 5 * 4, 0);
    g_assert_cmphex(peek(GPIOD + A_ODR), ==, 0);
}

static void test_pulls_and_open_drain(void)
{
    start();
    g_assert_false(idr(GPIOA, 6));
    pull(GPIOA, 6, 1);
    g_assert_true(idr(GPIOA, 6));
    pull(GPIOA, 6, 2);
    g_assert_false(idr(GPIOA, 6));
    pin_drive("pa6", "1");                  /* outside wins over a pull */
    g_assert_true(idr(GPIOA, 6));
    pin_drive("pa6", "z");

    poke(GPIOA + A_OTYPER, 1 << 6);
    poke(GPIOA + A_ODR, 1 << 6);
    mode(GPIOA, 6, 1);
    g_assert_false(idr(GPIOA, 6));          /* lets go, and the pull-down has it */
    pull(GPIOA, 6, 1);
    g_assert_true(idr(GPIOA, 6));
    pin_drive("pa6", "0");
    g_assert_false(idr(GPIOA, 6));
    g_assert_cmpint(board_mistakes("drive against each other"), ==, 0);
}

static void test_analog_mode_reads_0(void)
{
    start();
    pin_drive("pa6", "1");
    g_assert_true(idr(GPIOA, 6));
    mode(GPIOA, 6, 3);
    g_assert_false(idr(GPIOA, 6));
    board_set_int("/machine/soc/gpioa/pa6", "mv", 1234);
    g_assert_cmpint(board_get_int("/machine/soc/gpioa/pa6", "mv"), ==, 1234);
}

static void test_conflict_is_reported(void)
{
    start();
    poke(GPIOA + A_ODR, 1 << 6);
    mode(GPIOA, 6, 1);
    pin_drive("pa6", "0");
    g_assert_cmpint(board_mistakes("drive against each other"), ==, 1);
    g_assert_false(idr(GPIOA, 6));
    pin_drive("pa6", "z");
    g_assert_true(idr(GPIOA, 6));
}

static void lock(uint32_t port, uint32_t pins)
{
    poke(port + A_LCKR, 0x10000 | pins);
    poke(port + A_LCKR, pins);
    poke(port + A_LCKR, 0x10000 | pins);
}

static void test_lock(void)
{
    start();
    lock(GPIOB, 1 << 9);
    g_assert_cmphex(peek(GPIOB + A_LCKR), ==, 0x10200);
    poke(GPIOB + A_MODER, 0xffffffff);
    g_assert_cmphex(peek(GPIOB + A_MODER), ==, 0xfff3ffff);
    poke(GPIOB + A_AFRH, 0x11111111);
    g_assert_cmphex(peek(GPIOB + A_AFRH), ==, 0x11111101);
    poke(GPIOB + A_OTYPER, 0xffff);
    g_assert_cmphex(peek(GPIOB + A_OTYPER), ==, 0xfdff);
    poke(GPIOB + A_ODR, 0xffff);            /* the output bit is not locked */
    g_assert_cmphex(peek(GPIOB + A_ODR), ==, 0xffff);
    poke(GPIOB + A_LCKR, 0);
    g_assert_cmphex(peek(GPIOB + A_LCKR), ==, 0x10200);
    g_assert_cmpint(board_mistakes("LCKR has locked"), >, 0);
    start();
    g_assert_cmphex(peek(GPIOB + A_LCKR), ==, 0);
}

static void test_broken_lock_sequences(void)
{
    start();
    poke(GPIOB + A_LCKR, 0x10001);
    poke(GPIOB + A_LCKR, 0x00003);          /* other pins */
    poke(GPIOB + A_LCKR, 0x10001);
    g_assert_false(peek(GPIOB + A_LCKR) & R_LCKR_LCKK_MASK);
    poke(GPIOB + A_LCKR, 0x00001);
    poke(GPIOB + A_LCKR, 0x10001);
    g_assert_false(peek(GPIOB + A_LCKR) & R_LCKR_LCKK_MASK);
    poke(GPIOB + A_MODER, 0xffffffff);
    g_assert_cmphex(peek(GPIOB + A_MODER), ==, 0xffffffff);
}

/* ---- The board ---- */

static void test_user_button(void)
{
    start();
    g_assert_false(idr(GPIOA, 0));
    pull(GPIOA, 0, 1);                      /* the board's pull-down against the chip's pull-up */
    board_set_bool("/machine/button-user", "pressed", true);
    g_assert_true(idr(GPIOA, 0));
    board_set_bool("/machine/button-user", "pressed", false);
}

static void test_jumper(void)
{
    board_start("-machine wire=pa6-pa7:pa7-pb2");
    start();
    mode(GPIOA, 6, 1);
    poke(GPIOA + A_ODR, 1 << 6);
    g_assert_true(idr(GPIOA, 7));
    g_assert_true(idr(GPIOB, 2));
    poke(GPIOA + A_ODR, 0);
    g_assert_false(idr(GPIOA, 7));
    g_assert_false(idr(GPIOB, 2));
    board_start("");
}

static void test_led_names(void)
{
    static const char *const leds[] = {
        "led-green", "led-orange", "led-red", "led-blue", "led-vbus", "led-overcurrent"
    };

    start();
    for (unsigned i = 0; i < ARRAY_SIZE(leds); i++) {
        g_autofree char *path = g_strdup_printf("/machine/%s", leds[i]);

        g_assert_false(board_get_bool(path, "lit"));
        g_assert_cmpint(board_get_int(path, "brightness"), ==, 0);
    }
    pin_drive("pd5", "0");
    g_assert_true(board_get_bool("/machine/led-overcurrent", "lit"));
    pin_drive("pd5", "z");
    g_assert_cmpint(board_get_int("/machine", "virtual-time"), >=, 0);
}

/* ---- SYSCFG and EXTI ---- */

static bool nvic_pending(unsigned n)
{
    return peek(0xe000e200 + n / 32 * 4) >> n % 32 & 1;
}

static void nvic_clear(unsigned n)
{
    poke(0xe000e280 + n / 32 * 4, 1u << n % 32);
}

static void test_exti_edges(void)
{
    start();
    poke(IMR, 1 << 6);
    poke(RTSR, 1 << 6);
    pin_drive("pa6", "1");
    g_assert_cmphex(peek(PR), ==, 1 << 6);
    g_assert_true(nvic_pending(23));
    poke(PR, 1 << 6);
    nvic_clear(23);
    g_assert_cmphex(peek(PR), ==, 0);
    pin_drive("pa6", "0");                  /* falling: not selected */
    g_assert_cmphex(peek(PR), ==, 0);
    poke(FTSR, 1 << 6);
    poke(RTSR, 0);
    pin_drive("pa6", "1");
    g_assert_cmphex(peek(PR), ==, 0);
    pin_drive("pa6", "0");
    g_assert_cmphex(peek(PR), ==, 1 << 6);
    g_assert_true(nvic_pending(23));
}

static void test_exti_chooses_the_port(void)
{
    start();
    poke(IMR, 1 << 2);
    poke(RTSR, 1 << 2);
    pin_drive("pb2", "1");                  /* EXTICR says port A */
    g_assert_cmphex(peek(PR), ==, 0);
    pin_drive("pb2", "0");
    poke(SYSCFG_EXTICR1, 1 << 8);
    pin_drive("pb2", "1");
    g_assert_cmphex(peek(PR), ==, 1 << 2);
    g_assert_true(nvic_pending(8));
    poke(SYSCFG_EXTICR1, 0xf << 8);
    g_assert_cmpint(board_mistakes("EXTI line 2 taken from port 15"), ==, 1);
}

static void test_exti_masked(void)
{
    start();
    poke(RTSR, 1 << 6);
    pin_drive("pa6", "1");
    g_assert_cmphex(peek(PR), ==, 0);
    g_assert_false(nvic_pending(23));
}

static void test_exti_software_trigger(void)
{
    start();
    poke(IMR, 1 << 3);
    poke(SWIER, 1 << 3);
    g_assert_cmphex(peek(PR), ==, 1 << 3);
    g_assert_cmphex(peek(SWIER), ==, 1 << 3);
    g_assert_true(nvic_pending(9));
    poke(SWIER, 1 << 3);                    /* already 1: no new edge */
    poke(PR, 1 << 3);
    g_assert_cmphex(peek(PR), ==, 0);
    g_assert_cmphex(peek(SWIER), ==, 0);
}

static void test_exti_vectors(void)
{
    static const uint8_t vector[16] = { 6, 7, 8, 9, 10, 23, 23, 23, 23, 23, 40, 40, 40, 40, 40, 40 };

    for (unsigned line = 0; line < ARRAY_SIZE(vector); line++) {
        start();
        poke(IMR, 1 << line);
        poke(SWIER, 1 << line);
        g_assert_true(nvic_pending(vector[line]));
        g_assert_cmphex(peek(0xe000e200) | (uint64_t)peek(0xe000e204) << 32, ==,
                        1ull << vector[line]);
    }
}

static void test_memory_remap(void)
{
    start();
    poke(0x20000000, 0x12345678);
    poke(SYSCFG_MEMRMP, 3);
    g_assert_cmphex(peek(0), ==, 0x12345678);
    poke(SYSCFG_MEMRMP, 1);
    g_assert_cmphex(peek(0), ==, peek(0x1fff0000));
    poke(SYSCFG_MEMRMP, 0);
    g_assert_cmphex(peek(0), ==, peek(0x08000000));
    board_start("-machine boot0=on,boot1=on");
    board_enable("syscfg");
    g_assert_cmphex(peek(SYSCFG_MEMRMP), ==, 3);
    board_start("-machine boot0=on");
    board_enable("syscfg");
    g_assert_cmphex(peek(SYSCFG_MEMRMP), ==, 1);
    board_start("");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    board_start("");
    qtest_add_func("gpio/output", test_output);
    qtest_add_func("gpio/bsrr", test_bsrr);
    qtest_add_func("gpio/bit-band", test_bit_band);
    qtest_add_func("gpio/pulls-and-open-drain", test_pulls_and_open_drain);
    qtest_add_func("gpio/analog-mode-reads-0", test_analog_mode_reads_0);
    qtest_add_func("gpio/conflict-is-reported", test_conflict_is_reported);
    qtest_add_func("gpio/lock", test_lock);
    qtest_add_func("gpio/broken-lock-sequences", test_broken_lock_sequences);
    qtest_add_func("board/user-button", test_user_button);
    qtest_add_func("board/jumper", test_jumper);
    qtest_add_func("board/led-names", test_led_names);
    qtest_add_func("exti/edges", test_exti_edges);
    qtest_add_func("exti/chooses-the-port", test_exti_chooses_the_port);
    qtest_add_func("exti/masked", test_exti_masked);
    qtest_add_func("exti/software-trigger", test_exti_software_trigger);
    qtest_add_func("exti/vectors", test_exti_vectors);
    qtest_add_func("syscfg/memory-remap", test_memory_remap);
    return board_run_tests();
}
