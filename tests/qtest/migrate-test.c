/*
 * Every peripheral survives a snapshot: pseudo-random legal values in all registers, pins driven from
 * outside, then a fresh machine that loads this has the same registers, pins and clocks, at once and
 * after some more time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/regs.h"

#define RCC 0x40023800
#define PWR 0x40007000      /* its CR */
#define PWR_DBP (1 << 8)
#define DWT_CYCCNT 0xe0001004

static char *table;         /* conformance/registers.tsv */

static uint32_t number(const char *s)
{
    return strtoul(s, NULL, 0);
}

/* Write the bits that can be written of all registers but RCC's, which says who is alive. */
static void fill_registers(GRand *random)
{
    g_auto(GStrv) lines = g_strsplit(table, "\n", 0);

    for (char **line = lines; *line; line++) {
        g_auto(GStrv) column = g_strsplit(*line, "\t", 0);
        uint32_t rw, address;

        if (**line == '#' || g_strv_length(column) < 7 || !strcmp(column[0], "RCC")) {
            continue;
        }
        rw = number(column[6]);
        address = number(column[1]) + number(column[3]);
        if (rw) {
            poke(address, (g_rand_int(random) & rw) | (address == PWR ? PWR_DBP : 0));
        }
    }
}

/* Clocks from HSE and PLL, some peripherals without clock, one in reset; in the middle of starting. */
static void set_clocks(GRand *random)
{
    poke(RCC + A_CFGR, (g_rand_int(random) & 0xf8fffc00) | 2 << 21);
    poke(RCC + A_CR, peek(RCC + A_CR) | R_CR_HSEON_MASK);
    board_wait_ns(g_rand_int_range(random, 0, 100000));
    poke(RCC + A_CR, peek(RCC + A_CR) | R_CR_PLLON_MASK | R_CR_PLLI2SON_MASK);
    poke(RCC + A_CSR, R_CSR_LSION_MASK);
    for (uint32_t reg = A_AHB1ENR; reg <= A_APB2ENR; reg += 4) {
        poke(RCC + reg, peek(RCC + reg) & (g_rand_int(random) | g_rand_int(random)));
    }
    board_hold_in_reset("gpioc", true);
    board_wait_ns(g_rand_int_range(random, 0, 100000));
}

static void drive_pins(GRand *random)
{
    static const char *const levels[] = { "0", "1", "z" };

    for (unsigned i = 0; i < 40; i++) {
        g_autofree char *pin = g_strdup_printf("p%c%d", g_rand_int_range(random, 'a', 'j'),
                                               g_rand_int_range(random, 0, 16));

        pin_drive(pin, levels[g_rand_int_range(random, 0, 3)]);
    }
    board_set_bool("/machine/button-user", "pressed", g_rand_boolean(random));
    board_set_bool("/machine", "hse-stopped", g_rand_int_range(random, 0, 4) == 0);
    board_set_int("/machine/soc/pwr", "vdd", g_rand_int_range(random, 1800, 3600));
}

static void enable_all(void)
{
    for (uint32_t reg = A_AHB1ENR; reg <= A_APB2ENR; reg += 4) {
        poke(RCC + reg, 0xffffffff);
    }
    poke(PWR, peek(PWR) | PWR_DBP);
}

/* Fail at the first line that differs. */
static void assert_same(const char *when, const char *a, const char *b)
{
    g_auto(GStrv) of_a = g_strsplit(a, "\n", 0), of_b = g_strsplit(b, "\n", 0);

    for (unsigned i = 0; of_a[i] && of_b[i]; i++) {
        if (strcmp(of_a[i], of_b[i])) {
            g_test_message("%s: %s, not %s", when, of_b[i], of_a[i]);
            g_test_fail();
            return;
        }
    }
}

static void test_migrate(const void *seed)
{
    static const char args[] = "-machine wire=pa8-pb8:pc9-pd9:pe2-pa11:pf0-pf1";
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));
    g_autofree char *file = NULL, *now = NULL, *later = NULL, *loaded = NULL, *went_on = NULL;

    board_start(args);
    enable_all();
    fill_registers(random);
    drive_pins(random);
    set_clocks(random);
    now = board_describe();
    file = board_save();
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    board_wait_ns(333333);
    later = board_describe();

    board_load(file, args);
    unlink(file);
    loaded = board_describe();
    assert_same("loaded", now, loaded);
    board_wait_ns(333333);
    went_on = board_describe();
    assert_same("later", later, went_on);
    g_rand_free(random);
}

/* ---- One machine goes on, and is saved on its way ---- */

#define MOST 24

typedef struct Way {
    const char *args;
    unsigned n;                 /* snapshots, */
    int64_t at[MOST];           /* ... when, after the start, */
    char *file[MOST];
} Way;

/* To the next snapshot, after which it goes on as if nothing had been. */
static void go_to(Way *way, int64_t at)
{
    unsigned n = way->n++;

    g_assert_cmpuint(n, <, MOST);
    board_wait_ns(n ? at - way->at[n - 1] : at);
    way->at[n] = at;
}

static void save(Way *way)
{
    way->file[way->n - 1] = board_save();
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

static void load(Way *way, unsigned n)
{
    board_load(way->file[n], way->args);
    unlink(way->file[n]);
    g_free(way->file[n]);
}

/*
 * @start it, save it at the times @at.  Each snapshot is loaded by another machine: that is as the first one
 * was then, and at the @end as the first one, which has gone on.
 */
static void check_way(const char *args, void (*start)(void), const int64_t *at, int64_t end, void (*check)(void))
{
    g_autofree char *last = NULL;
    Way way = { .args = args };
    char *now[MOST];

    board_start(args);
    start();
    while (*at) {
        go_to(&way, *at++);
        now[way.n - 1] = board_describe();
        save(&way);
    }
    board_wait_ns(end - way.at[way.n - 1]);
    check();
    last = board_describe();
    for (unsigned n = 0; n < way.n; n++) {
        g_autofree char *loaded = NULL, *went_on = NULL;

        load(&way, n);
        loaded = board_describe();
        assert_same("loaded", now[n], loaded);
        g_free(now[n]);
        board_wait_ns(end - way.at[n]);
        check();
        went_on = board_describe();
        assert_same("later", last, went_on);
    }
}

/* At 16 MHz a tick is 62.5 ns: wherever the snapshot was, every second comes at a whole ns. */
static void test_cycle_counter(void)
{
    Way way = { .args = "" };

    board_start("");
    poke(0xe000edfc, 1 << 24);
    poke(0xe0001000, 1);
    poke(DWT_CYCCNT, 0);
    for (int64_t ns = 60; ns < 70; ns++) {
        go_to(&way, ns);
        save(&way);
    }
    for (unsigned n = 0; n < way.n; n++) {
        load(&way, n);
        board_wait_ns(1250 - way.at[n]);
        g_assert_cmpuint(peek(DWT_CYCCNT), ==, 20);
    }
}

/* The falling edge of what was high in the snapshot; and what happens while the machine is paused. */
static void test_edges(void)
{
    g_autofree char *file = NULL;

    board_start("");
    enable_all();
    poke(0x40013c00, 1);                            /* EXTI0: PA0, both edges */
    poke(0x40013c08, 1);
    poke(0x40013c0c, 1);
    board_set_bool("/machine/button-user", "pressed", true);
    g_assert_cmphex(peek(0x40013c14), ==, 1);
    poke(0x40013c14, 1);
    file = board_save();
    board_load(file, "");
    unlink(file);
    g_assert_cmphex(peek(0x40013c14), ==, 0);
    board_set_bool("/machine/button-user", "pressed", false);
    g_assert_cmphex(peek(0x40013c14), ==, 1);
    poke(0x40013c14, 1);
    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    board_set_bool("/machine/button-user", "pressed", true);
    g_assert_cmphex(peek(0x40013c14), ==, 0);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    g_assert_cmphex(peek(0x40013c14), ==, 1);
}

/* CTS is high by a part that is loaded after the USART: it stays high. */
static void test_cts(void)
{
    g_autofree char *file = NULL;

    board_start("");
    enable_all();
    poke(0x40020000, peek(0x40020000) | 2);         /* PA0: USART2's CTS, the button */
    poke(0x40020020, 7);
    board_set_bool("/machine/button-user", "pressed", true);
    poke(0x40004414, 1 << 9);                       /* CTSE */
    poke(0x40004408, 0x100);
    poke(0x4000440c, 1 << 13 | 1 << 3);             /* UE, TE */
    board_wait_ns(1000000);
    poke(0x40004404, 'x');
    g_assert_cmphex(peek(0x40004400) & 0x280, ==, 0);   /* it waits; no edge of CTS */
    file = board_save();
    board_load(file, "");
    unlink(file);
    g_assert_cmphex(peek(0x40004400) & 0x280, ==, 0);
    board_set_bool("/machine/button-user", "pressed", false);
    g_assert_cmphex(peek(0x40004400) & 0x280, ==, 0x280);
}

/* The crystal stands in the snapshot; it can be made to go again. */
static void test_crystal(void)
{
    g_autofree char *file = NULL;

    board_start("");
    board_set_bool("/machine", "hse-stopped", true);
    file = board_save();
    board_load(file, "");
    unlink(file);
    g_assert_true(board_get_bool("/machine", "hse-stopped"));
    poke(RCC + A_CR, peek(RCC + A_CR) | R_CR_HSEON_MASK);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RCC + A_CR) & R_CR_HSERDY_MASK, ==, 0);
    board_set_bool("/machine", "hse-stopped", false);
    board_wait_ns(1000000);
    g_assert_cmphex(peek(RCC + A_CR) & R_CR_HSERDY_MASK, ==, R_CR_HSERDY_MASK);
}

/* Timers in mid-count: a PWM at PD12, captured at PC6 by a timer that it resets; a chain, a one pulse. */
static void start_timers(void)
{
    enable_all();
    poke(0x40020c00, 2 << 24);                      /* PD12: TIM4 CH1 */
    poke(0x40020c24, 2 << 16);
    poke(0x40020800, 2 << 12);                      /* PC6: TIM3 CH1 */
    poke(0x40020820, 2 << 24);
    poke(0x4000082c, 999);
    poke(0x40000834, 300);
    poke(0x40000818, 6 << 4);
    poke(0x40000820, 1);
    poke(0x40000418, 0x0201);
    poke(0x40000420, 0x31);
    poke(0x40000408, 0x54);
    poke(0x40000400, 1);
    poke(0x40000800, 1);
    poke(0x4001002c, 6);                            /* TIM1 clocks TIM2 */
    poke(0x40010004, 2 << 4);
    poke(0x40000008, 7);
    poke(0x4000000c, 1);
    poke(0x40000000, 1);
    poke(0x40010000, 1);
    poke(0x4000140c, 1);                            /* TIM7: once, with an interrupt */
    poke(0x40001400, 9);
}

static void check_capture(void)
{
    g_assert_cmpuint(peek(0x40000434), ==, 1000);
    g_assert_cmpuint(peek(0x40000438), ==, 300);
}

static void test_timers(void)
{
    static const int64_t at[] = { 100000, 402331, 1611655, 4095999, 4999999, 0 };

    check_way("-machine wire=pd12-pc6", start_timers, at, 9111111, check_capture);
}

/* Conversions in all stages: sequences by DMA, triggers of a timer, a watchdog, noise of the DAC. */
static void start_converters(void)
{
    enable_all();
    poke(0x40020000, peek(0x40020000) | 0xffff);
    board_set_int("/machine/soc/gpioa/pa2", "mv", 777);
    board_set_int("/machine/soc/adc-common", "temperature", 66000);
    poke(0x40026410 + 8, 0x4001204c);               /* DMA2 stream 0: ADC1 */
    poke(0x40026410 + 12, 0x20001000);
    poke(0x40026410 + 4, 50);
    poke(0x40026410, 0x2d01);
    poke(0x40012034, 2 | 4 << 5 | 16 << 10);
    poke(0x4001202c, 2 << 20);
    poke(0x40012304, 1 << 23 | 1 << 16);
    poke(0x40012004, 1 << 8 | 1 << 23);
    poke(0x40012024, 0x800);
    poke(0x4001200c, 5 << 18);
    for (unsigned i = 0; i < 3; i++) {
        poke(0x40012008 + 0x100 * i, 1);
    }
    poke(0x40012134, 4);
    poke(0x40012138, 2 << 15);
    poke(0x40012108, 1 | 6 << 24 | 1 << 28 | 2 << 16 | 0);  /* ADC2: TIM2 TRGO */
    poke(0x40012238, 1 << 15);
    board_wait_ns(3000);
    poke(0x40012008, 0x303 | 1 << 30);
    poke(0x40012208, 3 | 1 << 30 | 1 << 22);
    poke(0x40007408, 1000);
    poke(0x40007400, 0x7000007 | 4 << 3 | 1 << 6 | 11 << 8);    /* DAC: TIM2 TRGO, noise */
    poke(0x40000000 + 0x2c, 99);
    poke(0x40000000 + 4, 2 << 4);
    poke(0x40000000, 1);
}

static void check_no_overrun(void)
{
    g_assert_cmpuint(peek(0x40012000) & 0x20, ==, 0);
}

static void test_converters(void)
{
    static const int64_t at[] = { 10001, 30780, 93117, 280128, 841161, 0 };

    check_way("", start_converters, at, 2000000, check_no_overrun);
}

/* ---- A fast wave: its edges are told of in bunches ---- */

#define WAVE "-device stm32-recorder,pin=pd12,file=/dev/null -trace pin_changed"

/* What the trace says of PD12, without what was before the wave. */
static char *edges_of_pd12(void)
{
    g_autofree char *log = board_log();
    g_auto(GStrv) lines = g_strsplit(log, "\n", 0);
    GString *edges = g_string_new("");

    for (char **line = lines; *line; line++) {
        const char *edge = strstr(*line, "pin_changed PD12");

        if (edge) {
            g_string_append_printf(edges, "%s\n", edge);
        }
    }
    return g_string_free(edges, false);
}

/* PD12: TIM4 CH1, 1.6 MHz. */
static void start_wave(void)
{
    board_start(WAVE);
    enable_all();
    poke(0x40020c00, 2 << 24);
    poke(0x40020c24, 2 << 16);
    poke(0x4000082c, 9);
    poke(0x40000834, 4);
    poke(0x40000818, 6 << 4);
    poke(0x40000820, 1);
    poke(0x40000800, 1);
}

/* Saved at any time, what was told before and what another machine tells then are what one would have told. */
static void test_fast_wave(void)
{
    g_autofree char *all = NULL;
    Way way = { .args = WAVE };
    char *before[MOST];

    start_wave();
    for (int64_t ns = 9001; ns < 11000; ns += 97) {
        go_to(&way, ns);
        save(&way);
        before[way.n - 1] = edges_of_pd12();
    }
    board_wait_ns(20000 - way.at[way.n - 1]);
    all = edges_of_pd12();
    g_assert_nonnull(strstr(all, "at 19375 ns"));
    for (unsigned n = 0; n < way.n; n++) {
        g_autofree char *after = NULL, *both = NULL;

        load(&way, n);
        board_wait_ns(20000 - way.at[n]);
        after = edges_of_pd12();
        both = g_strconcat(before[n], after, NULL);
        if (strcmp(both, all)) {
            g_test_message("saved at %" PRId64 ": %s... not %s", way.at[n], both, all);
            g_test_fail();
        }
        g_free(before[n]);
    }
}

/* ---- A file that is not as it was saved ---- */

/* The bits that a register has not are not in it: here pins of a port that there are not. */
static void test_register_bits(void)
{
    static const uint8_t saved[] = { 0, 0, 0x5a, 0x5a, 0x12, 0x34, 0x56, 0x78 };
    enum { GPIOB = 0x40020400, OTYPER = 4, OSPEEDR = 8 };
    g_autofree char *file = NULL, *data = NULL;
    unsigned found = 0;
    gsize size;

    board_start("");
    board_enable("gpiob");
    poke(GPIOB + OTYPER, 0x5a5a);
    poke(GPIOB + OSPEEDR, 0x12345678);
    file = board_save();
    board_stop();
    g_assert_true(g_file_get_contents(file, &data, &size, NULL));
    for (gsize i = 0; i + sizeof(saved) <= size; i++) {
        if (!memcmp(data + i, saved, sizeof(saved))) {
            data[i] = data[i + 1] = 0xff;
            found++;
        }
    }
    g_assert_cmpuint(found, ==, 1);
    g_assert_true(g_file_set_contents(file, data, size, NULL));
    board_load(file, "");
    unlink(file);
    g_assert_cmphex(peek(GPIOB + OTYPER), ==, 0x5a5a);
    g_assert_cmphex(peek(GPIOB + OSPEEDR), ==, 0x12345678);
    board_reset();                                  /* pins 16 to 31 are not told of it */
    board_enable("gpiob");
    g_assert_cmphex(peek(GPIOB + OTYPER), ==, 0);
    board_stop();
}

int main(int argc, char **argv)
{
    g_autofree char *path = NULL;

    g_test_init(&argc, &argv, NULL);
    path = g_strdup_printf("%s/registers.tsv", g_getenv("STM32_CONFORMANCE"));
    g_assert(g_file_get_contents(path, &table, NULL, NULL));
    for (unsigned seed = 1; seed <= 4; seed++) {
        g_autofree char *name = g_strdup_printf("migrate/seed-%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_migrate);
    }
    qtest_add_func("migrate/cycle-counter", test_cycle_counter);
    qtest_add_func("migrate/edges", test_edges);
    qtest_add_func("migrate/cts", test_cts);
    qtest_add_func("migrate/crystal", test_crystal);
    qtest_add_func("migrate/timers", test_timers);
    qtest_add_func("migrate/converters", test_converters);
    qtest_add_func("migrate/fast-wave", test_fast_wave);
    qtest_add_func("migrate/register-bits", test_register_bits);
    return board_run_tests();
}
