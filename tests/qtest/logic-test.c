/*
 * The logic analyser: what is in its VCD file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "stm32/tests/qtest/board.h"

enum {
    GPIOA = 0x40020000, SPI1 = 0x40013000, TIM3 = 0x40000400, USART2 = 0x40004400, DAC = 0x40007400,
};

static char *vcd;

/* A board with an analyser that has @options, and @args. */
static void start(const char *options, const char *args)
{
    g_autofree char *all = NULL;
    int fd = g_file_open_tmp("stm32-logic-XXXXXX", &vcd, NULL);

    g_assert(fd >= 0);
    close(fd);
    all = g_strdup_printf("-device stm32-logic,id=la,file=%s,%s %s", vcd, options, args);
    board_start(all);
    board_enable("gpioa");
}

static int64_t now(void) { return board_get_int("/machine", "virtual-time"); }

static char *read_file(void)
{
    char *text;

    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    g_assert_true(g_file_get_contents(vcd, &text, NULL, NULL));
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    return text;
}

static void forget(void)
{
    unlink(vcd);
    g_clear_pointer(&vcd, g_free);
}

/* The file behind its head: "#0 0! #100 1! ...", a blank for each end of a line. */
static char *body(void)
{
    g_autofree char *text = read_file();
    char *begin = strstr(text, "$enddefinitions $end\n");

    g_assert_nonnull(begin);
    return g_strstrip(g_strdelimit(g_strdup(begin + strlen("$enddefinitions $end\n")), "\n", ' '));
}

/* Edges of the variable @id from @begin on: "+ns" up, "-ns" down; and the times never go back. */
static char *edges_of(char id, int64_t begin)
{
    g_autofree char *text = body();
    g_auto(GStrv) word = g_strsplit(text, " ", 0);
    GString *edges = g_string_new(NULL);
    int64_t ns = -1;

    for (char **w = word; *w; w++) {
        if (**w == '#') {
            int64_t next = g_ascii_strtoll(*w + 1, NULL, 10);

            g_assert_cmpint(next, >, ns);
            ns = next;
        } else if (strlen(*w) == 2 && (*w)[1] == id && ns >= begin) {
            g_string_append_printf(edges, "%s%c%" PRId64, edges->len ? " " : "", **w == '1' ? '+' : '-', ns - begin);
        }
    }
    return g_string_free(edges, false);
}

static void test_levels(void)
{
    g_autofree char *text = NULL, *expected = NULL, *all = NULL;
    int64_t t[3];

    start("pins=pb5:pb7", "");
    for (unsigned i = 0; i < 3; i++) {
        board_wait_ns(3000000 * i + 1234);
        t[i] = now();
        pin_drive("pb5", i == 1 ? "0" : "1");
    }
    pin_drive("pb7", "0");
    board_wait_ns(100);
    all = read_file();
    g_assert_nonnull(strstr(all, "$timescale 1 ns $end\n$scope module board $end\n$var wire 1 ! pb5 $end\n"
                            "$var wire 1 \" pb7 $end\n$upscope $end\n"));
    text = body();
    expected = g_strdup_printf("#0 $dumpvars z! z\" $end #%" PRId64 " 1! #%" PRId64 " 0! #%" PRId64 " 1! 0\" #%" PRId64, t[0],
                               t[1], t[2], now());
    g_assert_cmpstr(text, ==, expected);
    forget();
}

static void test_ps(void)
{
    g_autofree char *text = NULL, *expected = NULL;
    int64_t t;

    start("pins=pb5,unit=ps", "");
    board_wait_ns(77);
    t = now();
    pin_drive("pb5", "1");
    text = body();
    expected = g_strdup_printf("#0 $dumpvars z! $end #%" PRId64 "000 1!", t);
    g_assert_cmpstr(text, ==, expected);
    forget();
}

/* TIM3's channel 1 at PA6, from 16 MHz: @period and @high in ticks of 62.5 ns. */
static void start_pwm(unsigned period, unsigned high)
{
    board_route("pa6", 2);
    board_enable("tim3");
    poke(TIM3 + 0x2c, period - 1);
    poke(TIM3 + 0x34, high);
    poke(TIM3 + 0x18, 6 << 4);
    poke(TIM3 + 0x20, 1);
    poke(TIM3 + 0x14, 1);
    poke(TIM3, 1);
}

/* Every edge of a wave is there with its own time, though the wave is too fast for who listens. */
static void test_wave(void)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) edge = NULL;
    int64_t first;
    unsigned n;

    start("pins=pa6", "");
    start_pwm(8, 2);                            /* 500 ns, 125 of them high */
    board_wait_ns(3000000);
    text = edges_of('!', 0);
    edge = g_strsplit(text, " ", 0);
    n = g_strv_length(edge);
    g_assert_cmpint(n, >=, 2 * 6000 - 2);
    for (first = 0; *edge[first] == '-'; first++) {
        g_assert_cmpint(first, <, 3);
    }
    for (unsigned i = first; i < n; i++) {
        int64_t ns = g_ascii_strtoll(edge[first] + 1, NULL, 10) + (i - first) / 2 * 500 + (i - first) % 2 * 125;
        g_autofree char *expected = g_strdup_printf("%c%" PRId64, (i - first) % 2 ? '-' : '+', ns);

        g_assert_cmpstr(edge[i], ==, expected);
    }
    forget();
}

/* A wave that is changed: what was before stays as it was, and what comes is the new one. */
static void test_wave_changes(void)
{
    g_autofree char *text = NULL;
    int64_t begin;

    start("pins=pa6", "");
    start_pwm(1600, 400);                       /* 100 us, 25 of them high */
    board_wait_ns(150000);
    begin = now();
    poke(TIM3 + 0x34, 0);                       /* not preloaded: low at once, and it stays */
    board_wait_ns(5000000);
    text = edges_of('!', begin);
    g_assert_cmpstr(text, ==, "");
    forget();
}

static void start_spi(void)
{
    board_enable("spi1");
    for (unsigned pin = 5; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
    }
    poke(SPI1, 0x4 | 0x200 | 0x100 | 0x40 | 2 << 3);        /* MSTR SSM SSI SPE, 500 ns a bit */
    board_wait_ns(1000);
}

/* A frame's bits, both lines in one order of time. */
static void test_picture(void)
{
    g_autofree char *sck = NULL, *mosi = NULL;
    int64_t begin;

    start("pins=pa5:pa7", "");
    start_spi();
    begin = now();
    poke(SPI1 + 12, 0xa3);                      /* 10100011 */
    board_wait_ns(10000);
    sck = edges_of('!', begin);
    mosi = edges_of('"', begin);
    g_assert_cmpstr(sck, ==, "+250 -500 +750 -1000 +1250 -1500 +1750 -2000 "
                    "+2250 -2500 +2750 -3000 +3250 -3500 +3750 -4000");
    g_assert_true(g_str_has_prefix(mosi, "+0 -500 +1000 -1500 +3000"));
    forget();
}

/* A frame whose bits become shorter in its midst: what has been shown of it stays, whenever the file was written. */
static void test_picture_changes(void)
{
    g_autofree char *text = NULL;
    int64_t begin;

    start("pins=pa2", "");
    board_enable("usart2");
    board_pin_function(GPIOA, 2, 7);
    poke(USART2 + 0x08, 16000);                 /* 1 ms a bit */
    poke(USART2 + 0x0c, 0x2008);                /* UE TE */
    board_wait_ns(20000000);                    /* an idle frame */
    begin = now();
    poke(USART2 + 0x04, 0x55);
    board_wait_ns(2250000);
    poke(USART2 + 0x08, 6400);                  /* 0.4 ms */
    board_wait_ns(20000000);
    text = edges_of('!', begin);
    g_assert_cmpstr(text, ==, "-0 +1000000 -2000000 +2250000 -2400000 +2800000 -3200000 +3600000");
    forget();
}

static void test_trigger_edge(void)
{
    g_autofree char *text = NULL, *before = NULL, *expected = NULL;
    int64_t t;

    start("pins=pb5,trigger=pb7:rising,pre=2000,post=5000000", "");
    pin_drive("pb7", "0");
    for (unsigned i = 0; i < 10; i++) {
        pin_drive("pb5", i % 2 ? "0" : "1");
        board_wait_ns(1500000);
    }
    pin_drive("pb5", "1");
    board_wait_ns(1000);
    before = read_file();
    g_assert_true(g_str_has_suffix(before, "$enddefinitions $end\n"));
    t = now();
    pin_drive("pb7", "1");
    board_wait_ns(5000000);
    pin_drive("pb5", "0");                      /* it is a second too late */
    board_wait_ns(10000000);
    text = body();
    expected = g_strdup_printf("#%" PRId64 " $dumpvars 0! 0\" $end #%" PRId64 " 1! #%" PRId64 " 1\" #%" PRId64 " 0!",
                               t - 2000, t - 1000, t, t + 5000000);
    g_assert_cmpstr(text, ==, expected);
    pin_drive("pb5", "1");
    board_wait_ns(10000000);
    g_free(text);
    text = body();
    g_assert_cmpstr(text, ==, expected);
    forget();
}

/* An edge while something else is high, nothing before it; an edge of a frame is one too. */
static void test_trigger_pattern(void)
{
    g_autofree char *text = NULL, *expected = NULL;
    int64_t begin;

    start("pins=pa7,trigger=pa5:rising:pb7:high,post=600", "");
    start_spi();
    for (unsigned i = 0; i < 2; i++) {
        begin = now();
        poke(SPI1 + 12, 0xa3);
        board_wait_ns(5000000);
        pin_drive("pb7", "1");
    }
    board_wait_ns(5000000);
    text = body();
    expected = g_strdup_printf("#%" PRId64 " $dumpvars 1! 0\" 1# $end #%" PRId64 " 1\" #%" PRId64 " 0! 0\" #%" PRId64 " 1\"",
                               begin + 250, begin + 250, begin + 500, begin + 750);
    g_assert_nonnull(strstr(text, "#"));
    g_assert_cmpint(g_ascii_strtoll(text + 1, NULL, 10), ==, begin + 250);
    g_assert_cmpint(strlen(text), <, 120);
    forget();
}

static void test_trigger_mistake(void)
{
    g_autofree char *text = NULL, *expected = NULL;
    int64_t t;

    start("pins=pb5,trigger=mistake,pre=1000000000", "");
    board_wait_ns(2000);
    pin_drive("pb5", "1");
    board_wait_ns(4000);
    t = now();
    poke(USART2 + 8, 1);                        /* no clock */
    board_wait_ns(4000);
    text = body();
    expected = g_strdup_printf("#0 $dumpvars z! b0000000000000000 \" $end #%" PRId64 " 1! #%" PRId64
                               " b0000000000000001 \" #%" PRId64, t - 4000, t, t + 4000);
    g_assert_cmpstr(text, ==, expected);
    forget();
}

static void test_on(void)
{
    g_autofree char *text = NULL, *expected = NULL;
    int64_t off, on;

    start("pins=pb5", "");
    board_wait_ns(5000);
    pin_drive("pb5", "1");
    board_wait_ns(5000);
    off = now();
    board_set_bool("/machine/peripheral/la", "on", false);
    board_wait_ns(5000);
    pin_drive("pb5", "0");
    board_wait_ns(5000);
    on = now();
    board_set_bool("/machine/peripheral/la", "on", true);
    board_wait_ns(5000);
    pin_drive("pb5", "1");
    text = body();
    expected = g_strdup_printf("#0 $dumpvars z! $end #%" PRId64 " 1! #%" PRId64 " $dumpoff x! $end #%" PRId64
                               " $dumpon 0! $end #%" PRId64 " 1!", off - 5000, off, on, on + 5000);
    g_assert_cmpstr(text, ==, expected);
    forget();
}

static void test_limit(void)
{
    g_autofree char *text = NULL;

    start("pins=pa6,limit=2000", "");
    start_pwm(8, 2);
    board_wait_ns(10000000);
    text = read_file();
    g_assert_cmpint(strlen(text), >=, 2000);
    g_assert_cmpint(strlen(text), <, 2040);
    g_assert_true(g_str_has_suffix(text, "!\n"));
    board_wait_ns(10000000);
    forget();
}

/* Of a voltage that is set, and of a generator at its steps. */
static void test_analog(void)
{
    g_autofree char *text = NULL, *all = NULL, *expected = NULL;
    int64_t t;

    start("pins=pa4,analog=pa4", "");
    board_set_int("/machine/soc/gpioa/pa4", "mv", 500);
    board_wait_ns(1000);
    t = now();
    board_set_int("/machine/soc/gpioa/pa4", "mv", 2250);
    text = body();
    all = read_file();
    g_assert_nonnull(strstr(all, "$var real 64 \" pa4.V $end\n"));
    expected = g_strdup_printf("#%" PRId64 " r2.250000 \" 1!", t);
    g_assert_true(g_str_has_suffix(text, expected));
    forget();
}

static void test_generator(void)
{
    g_autofree char *text = NULL, *edges = NULL;
    unsigned values = 0;

    start("pins=pa1,analog=pa1",
          "-device stm32-signal,pin=pa1,shape=sine,frequency=1000,low=500,high=2500");
    board_wait_ns(1000000);
    text = body();
    for (char *at = text; (at = strstr(at, "r")); at++) {
        values += at[1] >= '0' && at[1] <= '9';
    }
    g_assert_cmpint(values, >=, 60);            /* steps of a period */
    g_assert_cmpint(values, <=, 70);
    g_assert_nonnull(strstr(text, "r2.500000 \""));
    g_assert_nonnull(strstr(text, "r0.500000 \""));
    forget();
}

/* It goes on in a machine that a snapshot is loaded into, in the middle of a frame. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL, *text = NULL, *args = NULL;
    int64_t begin;

    start("pins=pa5", "");
    start_spi();
    begin = now();
    poke(SPI1 + 12, 0xa3);
    board_wait_ns(2100);
    file = board_save();
    args = g_strdup_printf("-device stm32-logic,id=la,file=%s,pins=pa5", vcd);
    board_load(file, args);
    board_wait_ns(10000);
    text = edges_of('!', begin + 2110);
    g_assert_cmpstr(text, ==, "+140 -390 +640 -890 +1140 -1390 +1640 -1890");
    unlink(file);
    forget();
}

/* The interrupt of a timer's update, which a write takes away, and the mark that it was told. */
static void test_wires(void)
{
    g_autofree char *text = NULL, *expected = NULL;
    int64_t begin;

    start("wires=tim3.irq:usart2.dma-rx,trigger=tim3.irq:rising,pre=1000", "");
    board_watch_irqs();
    board_enable("tim3");
    poke(TIM3 + 0x2c, 1599);                    /* 100 us */
    poke(TIM3 + 0x0c, 1);
    begin = now();
    poke(TIM3, 1);
    board_wait_ns(150000);
    g_assert_true(irq(29));                     /* it goes on to the NVIC */
    poke(TIM3 + 0x10, 0);
    g_assert_false(irq(29));
    text = body();
    expected = g_strdup_printf("#%" PRId64 " $dumpvars 0! 0\" $end #%" PRId64 " 1! #%" PRId64 " 0!", begin + 99000,
                               begin + 100000, begin + 150000);
    g_assert_cmpstr(text, ==, expected);
    forget();
}

/* The part of diagrams, with @attributes, at PB5 (D0) and PB7 (D1). */
static void start_part(const char *attributes)
{
    g_autofree char *args = NULL;
    int fd = g_file_open_tmp("stm32-logic-XXXXXX.vcd", &vcd, NULL);

    g_assert(fd >= 0);
    close(fd);
    args = g_strdup_printf("-device wokwi-logic-analyzer,id=la,D0=pb5,D1=pb7,filename=%.*s%s", (int)strlen(vcd) - 4, vcd,
                           attributes);
    board_start(args);
}

static void test_part(void)
{
    g_autofree char *all = NULL, *edges = NULL;
    int64_t t = 0;

    start_part(",channelNames=clock,,,,XY,bufferSize=3");
    for (unsigned i = 0; i < 3; i++) {
        board_wait_ns(1000);
        pin_drive("pb5", i % 2 ? "0" : "1");
        t = i ? t : now();
    }
    pin_drive("pb7", "1");                      /* is one too many */
    board_wait_ns(3000000);
    all = read_file();
    g_assert_nonnull(strstr(all, "$var wire 1 ! clock $end\n$var wire 1 \" D1 $end\n$var wire 1 # XY $end\n"));
    edges = edges_of('!', t);
    g_assert_cmpstr(edges, ==, "+0 -1000 +2000");
    g_assert_null(strstr(all, "1\"\n"));
    forget();
}

/* Only what happens while D1 is low, as a bus with a select has it. */
static void test_part_level(void)
{
    g_autofree char *edges = NULL;
    int64_t t;

    start_part(",triggerMode=level,triggerPin=D1,triggerLevel=low");
    pin_drive("pb7", "1");
    pin_drive("pb5", "0");
    board_wait_ns(1000);
    t = now();
    for (unsigned i = 0; i < 12; i++) {
        if (i % 4 == 0) {
            pin_drive("pb7", i == 4 ? "0" : "1");
        }
        pin_drive("pb5", i % 2 ? "0" : "1");
        board_wait_ns(1000);
    }
    edges = edges_of('!', t);
    g_assert_cmpstr(edges, ==, "-4000 +4000 -5000 +6000 -7000");
    forget();
}

static void test_part_edge(void)
{
    g_autofree char *text = NULL, *expected = NULL;
    int64_t t;

    start_part(",triggerMode=edge,triggerPin=D1");
    pin_drive("pb5", "1");
    pin_drive("pb7", "0");
    board_wait_ns(1000);
    t = now();
    pin_drive("pb7", "1");
    text = body();
    expected = g_strdup_printf("#%" PRId64 " $dumpvars 1! 0\"", t);
    g_assert_true(g_str_has_prefix(text, expected));
    g_assert_true(g_str_has_suffix(text, "$end 1\""));
    forget();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("logic/levels", test_levels);
    qtest_add_func("logic/ps", test_ps);
    qtest_add_func("logic/wave", test_wave);
    qtest_add_func("logic/wave-changes", test_wave_changes);
    qtest_add_func("logic/picture", test_picture);
    qtest_add_func("logic/picture-changes", test_picture_changes);
    qtest_add_func("logic/trigger-edge", test_trigger_edge);
    qtest_add_func("logic/trigger-pattern", test_trigger_pattern);
    qtest_add_func("logic/trigger-mistake", test_trigger_mistake);
    qtest_add_func("logic/on", test_on);
    qtest_add_func("logic/limit", test_limit);
    qtest_add_func("logic/analog", test_analog);
    qtest_add_func("logic/generator", test_generator);
    qtest_add_func("logic/snapshot", test_snapshot);
    qtest_add_func("logic/wires", test_wires);
    qtest_add_func("logic/part", test_part);
    qtest_add_func("logic/part-level", test_part_level);
    qtest_add_func("logic/part-edge", test_part_edge);
    return board_run_tests();
}
