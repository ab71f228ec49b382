/*
 * The analog world: signal generators and recorders at pins, the DAC's output at the ADC's input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include <glib/gstdio.h>
#include "stm32/tests/qtest/adc.h"

#define DAC 0x40007400

static char *new_file(const char *text, gssize length)
{
    char *name;
    int fd = g_file_open_tmp("stm32-signal-XXXXXX", &name, NULL);

    g_assert(fd >= 0);
    close(fd);
    g_assert_true(g_file_set_contents(name, text, length, NULL));
    return name;
}

static int64_t now(void) { return board_get_int("/machine", "virtual-time"); }

static void wait_until(int64_t ns) { board_wait_ns(ns - now()); }

static void test_samples(void)
{
    g_autofree char *file = new_file("# two steps\n1000\n\n2000\n500\n", -1);
    g_autofree char *args = g_strdup_printf(
        "-device stm32-signal,pin=pa1,file=%s,rate=1000,start=5000000 "
        "-device stm32-signal,pin=pa2,file=%s,rate=1000,loop=off", file, file);

    adc_start(args);
    g_assert_cmpint(get_mv("pa1"), ==, 1000);
    wait_until(5999999);
    g_assert_cmpint(get_mv("pa1"), ==, 1000);
    wait_until(6000000);
    g_assert_cmpint(get_mv("pa1"), ==, 2000);
    g_assert_cmpint(get_mv("pa2"), ==, 500);
    wait_until(7500000);
    g_assert_cmpint(get_mv("pa1"), ==, 500);
    wait_until(8000000);
    g_assert_cmpint(get_mv("pa1"), ==, 1000);
    g_assert_cmpint(get_mv("pa2"), ==, 500);
    unlink(file);
}

static void test_times(void)
{
    g_autofree char *file = new_file("0 100\n1000000, 200\n5000000 300\n", -1);
    g_autofree char *args = g_strdup_printf("-device stm32-signal,pin=pa1,loop=off,file=%s", file);

    adc_start(args);
    g_assert_cmpint(get_mv("pa1"), ==, 100);
    wait_until(1000000);
    g_assert_cmpint(get_mv("pa1"), ==, 200);
    wait_until(4999999);
    g_assert_cmpint(get_mv("pa1"), ==, 200);
    wait_until(9000000);
    g_assert_cmpint(get_mv("pa1"), ==, 300);
    unlink(file);
}

static void test_wav(void)
{
    static const uint8_t wav[] = {
        'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0,
        1, 0, 1, 0, 0xe8, 3, 0, 0, 0xd0, 7, 0, 0, 2, 0, 16, 0,
        'd', 'a', 't', 'a', 6, 0, 0, 0, 0x00, 0x80, 0xff, 0x7f, 0, 0,
    };
    g_autofree char *file = new_file((const char *)wav, sizeof(wav));
    g_autofree char *args = g_strdup_printf(
        "-device stm32-signal,pin=pa1,low=1000,high=2000,file=%s", file);

    adc_start(args);
    g_assert_cmpint(get_mv("pa1"), ==, 1000);
    wait_until(1500000);
    g_assert_cmpint(get_mv("pa1"), ==, 2000);
    wait_until(2500000);
    g_assert_cmpint(get_mv("pa1"), ==, 1500);
    unlink(file);
}

/* The ADC sees the sine at the end of sampling, however late somebody looks; EXTI sees its edges. */
static void test_sine(void)
{
    adc_start("-device stm32-signal,pin=pa1,shape=sine,frequency=1000,low=500,high=2500");
    board_enable("syscfg");
    poke(0x40013c00, 2);                                /* EXTI1, rising */
    poke(0x40013c08, 2);
    poke(ADC1 + A_SQR3, 1);
    for (unsigned i = 0; i < 20; i++) {
        int64_t begun = now();
        double phase = (begun + CYCLES(3)) / 1e6;
        int expected = 1500 + lrint(1000 * sin(2 * G_PI * phase));

        poke(ADC1 + A_CR2, ADON | SWSTART);
        board_wait_ns(77777);
        g_assert_cmpint(abs((int)peek(ADC1 + A_DR) - (int)counts(expected)), <=, 2);
    }
    poke(0x40013c14, 2);
    wait_until((now() / 1000000 + 1) * 1000000 - 10000);
    g_assert_cmphex(peek(0x40013c14), ==, 0);
    board_wait_ns(30000);                               /* it rises through the middle */
    g_assert_cmphex(peek(0x40013c14), ==, 2);
}

static void test_recorder(void)
{
    g_autofree char *file = new_file("", 0), *text = NULL, *expected = NULL;
    g_autofree char *args = g_strdup_printf("-device stm32-recorder,pin=pa4,file=%s", file);
    int64_t t[3];

    adc_start(args);
    poke(DAC, 1);
    board_wait_ns(125);
    for (unsigned i = 0; i < 2; i++) {
        poke(DAC + 8, 1365 * (i + 1));
        t[i] = now();
        board_wait_ns(1000);
    }
    poke(DAC, 0);
    t[2] = now();
    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    expected = g_strdup_printf("0 0\n%" PRId64 " 1000\n%" PRId64 " 2000\n%" PRId64 " 0\n",
                               t[0] + 63, t[1] + 63, t[2]);
    g_assert_cmpstr(text, ==, expected);
    board_stop();
    unlink(file);
}

/* Every value of the DAC comes back from the ADC, at the pin itself and over a jumper. */
static void test_loop(void)
{
    adc_start("-machine wire=pa4-pb0");
    poke(DAC, 1);
    for (unsigned value = 0; value < 4096; value += 13) {
        poke(DAC + 8, value);
        board_wait_ns(125);
        for (unsigned channel = 4; channel <= 8; channel += 4) {
            poke(ADC1 + A_SQR3, channel);
            poke(ADC1 + A_CR2, ADON | SWSTART);
            board_wait_ns(CONVERSION);
            g_assert_cmpuint(peek(ADC1 + A_DR), ==, value);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("signal/samples", test_samples);
    qtest_add_func("signal/times", test_times);
    qtest_add_func("signal/wav", test_wav);
    qtest_add_func("signal/sine", test_sine);
    qtest_add_func("signal/recorder", test_recorder);
    qtest_add_func("signal/loop", test_loop);
    return board_run_tests();
}
