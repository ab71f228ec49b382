/*
 * What frames look like at the pins: pictures of USART, SPI and I2C, edge by edge, and who sees them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"

enum {
    GPIOA = 0x40020000, GPIOB = 0x40020400,
    USART2 = 0x40004400, USART3 = 0x40004800, SPI1 = 0x40013000, SPI2 = 0x40003800,
};

/* ---- Recorders ---- */

#define MAX_RECORDERS 3

static char *recorded[MAX_RECORDERS];
static unsigned recorders;

/* Start a board with a recorder at each of @pins and @args. */
static void start(const char *pins, const char *args)
{
    g_auto(GStrv) pin = g_strsplit(pins, " ", 0);
    g_autoptr(GString) all = g_string_new(args);

    for (recorders = 0; pin[recorders]; recorders++) {
        int fd = g_file_open_tmp("stm32-levels-XXXXXX", &recorded[recorders], NULL);

        g_assert(fd >= 0);
        close(fd);
        g_string_append_printf(all, " -device stm32-recorder,pin=%s,file=%s", pin[recorders],
                               recorded[recorders]);
    }
    board_start(all->str);
    board_enable("gpioa");
    board_enable("gpiob");
}

static int64_t now(void) { return board_get_int("/machine", "virtual-time"); }

static void forget(void)
{
    for (unsigned i = 0; i < recorders; i++) {
        unlink(recorded[i]);
        g_clear_pointer(&recorded[i], g_free);
    }
}

/* Recorder @n has the edges of @expected from @begin on: "+ns" up, "-ns" down, ns since @begin. */
static void assert_edges(unsigned n, int64_t begin, const char *expected)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) edges = g_string_new(NULL);
    g_auto(GStrv) line = NULL;

    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    g_assert_true(g_file_get_contents(recorded[n], &text, NULL, NULL));
    line = g_strsplit(text, "\n", 0);
    for (unsigned i = 0; *line[i]; i++) {
        int64_t ns = g_ascii_strtoll(line[i], NULL, 10);

        if (ns >= begin) {
            g_string_append_printf(edges, "%s%c%" PRId64, edges->len ? " " : "",
                                   g_str_has_suffix(line[i], " 0") ? '-' : '+', ns - begin);
        }
    }
    if (strcmp(edges->str, expected)) {
        g_test_message("from %" PRId64 " on, of:\n%s", begin, text);
    }
    g_assert_cmpstr(edges->str, ==, expected);
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
}

/* ---- SPI ---- */

enum { CPHA = 1, CPOL = 2, MSTR = 4, SPE = 0x40, LSBFIRST = 0x80, SSI = 0x100, SSM = 0x200,
       RXONLY = 0x400, DFF = 0x800 };

/* SPI1 is the master, a bit takes 500 ns; SPI2 the slave. */
static void start_spi(unsigned settings)
{
    start("pa5 pa7 pa6", "-machine wire=pa5-pb13:pa6-pb14:pa7-pb15");
    board_enable("spi1");
    board_enable("spi2");
    for (unsigned pin = 5; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
        board_pin_function(GPIOB, pin + 8, 5);
    }
    poke(SPI2, SSM | SPE | settings);
    poke(SPI1, MSTR | SSM | SSI | SPE | 2 << 3 | settings);
    poke(SPI2 + 12, 0x35);                  /* 00110101 */
    board_wait_ns(1000);
}

/* In each mode the master's data 10100011 is there at the edge that is sampled. */
static void test_spi(void)
{
    static const char *const sck[] = {
        "+250 -500 +750 -1000 +1250 -1500 +1750 -2000 "
        "+2250 -2500 +2750 -3000 +3250 -3500 +3750 -4000",
        "+0 -250 +500 -750 +1000 -1250 +1500 -1750 "
        "+2000 -2250 +2500 -2750 +3000 -3250 +3500 -3750",
        "-250 +500 -750 +1000 -1250 +1500 -1750 +2000 "
        "-2250 +2500 -2750 +3000 -3250 +3500 -3750 +4000",
        "-0 +250 -500 +750 -1000 +1250 -1500 +1750 "
        "-2000 +2250 -2500 +2750 -3000 +3250 -3500 +3750",
    };

    for (unsigned mode = 0; mode < 4; mode++) {
        int64_t begin;

        start_spi((mode & 1 ? CPHA : 0) | (mode & 2 ? CPOL : 0));
        begin = now();
        poke(SPI1 + 12, 0xa3);
        board_wait_ns(6000);
        g_assert_cmphex(peek(SPI1 + 12), ==, 0x35);
        assert_edges(0, begin, sck[mode]);
        assert_edges(1, begin, "+0 -500 +1000 -1500 +3000");
        assert_edges(2, begin, "+1000 -2000 +2500 -3000 +3500");
        forget();
    }
}

/* Frames that follow each other, of 16 bits, the other way round. */
static void test_spi_row(void)
{
    int64_t begin;

    start_spi(DFF | LSBFIRST);
    begin = now();
    poke(SPI1 + 12, 0x8001);
    poke(SPI1 + 12, 0xffff);
    board_wait_ns(20000);
    assert_edges(1, begin, "+0 -500 +7500");
    /* nobody need listen: who asks is answered */
    begin = now();
    poke(SPI1 + 12, 0x0002);
    for (unsigned quarter = 0; quarter < 64; quarter++) {
        g_assert_cmpint(pin_level("pa7"), ==, quarter / 4 == 1);
        g_assert_cmpint(pin_level("pb13"), ==, quarter / 2 % 2);
        g_assert_cmpint(peek(GPIOA + 0x10) >> 5 & 1, ==, quarter / 2 % 2);
        board_wait_ns(125);
    }
    forget();
}

/*
 * SPE cleared inside a frame: that goes on to its end at the pins, also NSS, and in DR (RM0090 28.3.8: so
 * the last frame of a master that only receives ends).
 */
static void test_spi_stop(void)
{
    int64_t begin;

    start("pa5 pa4", "");
    board_enable("spi1");
    for (unsigned pin = 4; pin <= 7; pin++) {
        board_pin_function(GPIOA, pin, 5);
    }
    poke(GPIOA + 0x0c, 1 << 8);             /* pull-up at NSS */
    pin_drive("pa6", "1");
    poke(SPI1 + 4, 4);                      /* SSOE */
    poke(SPI1, MSTR | RXONLY | 2 << 3);
    board_wait_ns(1000);
    begin = now();
    poke(SPI1, MSTR | RXONLY | SPE | 2 << 3);
    board_wait_ns(4600);                    /* one bit and a bit more of the second frame */
    g_assert_cmphex(peek(SPI1 + 12), ==, 0xff);
    poke(SPI1, MSTR | RXONLY | 2 << 3);
    pin_drive("pa6", "0");
    board_wait_ns(3399);
    g_assert_cmphex(peek(SPI1 + 8) & 0x81, ==, 0x80);
    board_wait_ns(1);
    g_assert_cmphex(peek(SPI1 + 8) & 0x81, ==, 1);
    g_assert_cmphex(peek(SPI1 + 12), ==, 0x80);
    board_wait_ns(10000);
    g_assert_cmphex(peek(SPI1 + 8) & 0xc1, ==, 0);
    assert_edges(0, begin, "+250 -500 +750 -1000 +1250 -1500 +1750 -2000 "
                 "+2250 -2500 +2750 -3000 +3250 -3500 +3750 -4000 "
                 "+4250 -4500 +4750 -5000 +5250 -5500 +5750 -6000 "
                 "+6250 -6500 +6750 -7000 +7250 -7500 +7750 -8000");
    assert_edges(1, begin, "-0 +8000");
    forget();
}

/* At 8 MHz the edges come in bunches, each with its time. */
static void test_spi_fast(void)
{
    int64_t begin;

    start_spi(0);
    poke(SPI1, MSTR | SSM | SSI);
    poke(SPI1, MSTR | SSM | SSI | SPE);
    begin = now();
    poke(SPI1 + 12, 0x55);
    board_wait_ns(10000);
    assert_edges(0, begin, "+63 -125 +188 -250 +313 -375 +438 -500 "
                 "+563 -625 +688 -750 +813 -875 +938 -1000");
    assert_edges(1, begin, "+125 -250 +375 -500 +625 -750 +875");
    forget();
}

/* ---- USART ---- */

enum { UE = 0x2000, M = 0x1000, PCE = 0x400, PS = 0x200, TE = 8, RE = 4, SBK = 1, HDSEL = 8 };

/* USART2 at PA2, 16 MHz / 139 = 115108 baud: a bit takes 8687.5 ns. */
static void start_usart(const char *args, uint32_t cr1)
{
    start("pa2", args);
    board_enable("usart2");
    board_pin_function(GPIOA, 2, 7);
    poke(USART2 + 8, 139);
    poke(USART2 + 12, UE | TE | cr1);
    board_wait_ns(100000);
}

static void test_usart(void)
{
    int64_t begin;

    start_usart("", 0);
    begin = now();
    poke(USART2 + 4, 'U');
    poke(USART2 + 4, 0xf0);
    board_wait_ns(200000);
    assert_edges(0, begin, "-0 +8688 -17375 +26063 -34750 +43438 -52125 +60813 -69500 +78188 "
                 "-86875 +130313");
    forget();
    start_usart("", M | PCE | PS);              /* 0x80 and odd parity: a 0 */
    begin = now();
    poke(USART2 + 4, 0x80);
    board_wait_ns(200000);
    assert_edges(0, begin, "-0 +69500 -78188 +86875");
    begin = now();
    poke(USART2 + 12, UE | TE | M | SBK);
    board_wait_ns(200000);
    assert_edges(0, begin, "-0 +95563");        /* a break of 11 bits */
    forget();
}

/* One wire, open drain: who has nothing to send lets go, who sends a 0 pulls. */
static void test_usart_one_wire(void)
{
    int64_t begin;

    start("pa2", "");
    board_enable("usart2");
    poke(GPIOA + 4, 1 << 2);
    poke(GPIOA + 12, peek(GPIOA + 12) | 1 << 4);
    board_pin_function(GPIOA, 2, 7);
    poke(USART2 + 8, 16);
    poke(USART2 + 20, HDSEL);
    poke(USART2 + 12, UE | TE | RE);
    board_wait_ns(20000);
    begin = now();
    poke(USART2 + 4, 0x0f);
    board_wait_ns(20000);
    assert_edges(0, begin, "-0 +1000 -5000 +9000");
    g_assert_cmphex(peek(USART2 + 4), ==, 0x0f);
    pin_drive("pa2", "0");
    board_wait_ns(1);
    begin = now();
    poke(USART2 + 4, 0x0f);
    board_wait_ns(20000);
    assert_edges(0, begin, "");
    g_assert_cmpint(board_mistakes("against each other"), ==, 0);
    forget();
}

/* TIM2 measures the start bit of USART2, which another pin sees over a jumper: PA1 is its channel 2. */
static void test_capture(void)
{
    enum { TIM2 = 0x40000000 };

    start_usart("-machine wire=pa2-pa1", 0);
    board_enable("tim2");
    board_pin_function(GPIOA, 1, 1);
    poke(TIM2 + 0x18, 1 << 8 | 2);              /* CC2: TI2, CC1: TI2 too */
    poke(TIM2 + 0x20, 1 << 4 | 1 | 2);          /* CC2 rising, CC1 falling */
    poke(TIM2, 1);
    poke(USART2 + 4, 'U');
    board_wait_ns(15000);
    g_assert_cmpuint(peek(TIM2 + 0x38) - peek(TIM2 + 0x34), ==, 139);
    board_wait_ns(100000);
    g_assert_cmpuint(peek(TIM2 + 0x38) - peek(TIM2 + 0x34), ==, 139);
    forget();
}

/* EXTI sees each falling edge. */
static void test_exti(void)
{
    enum { EXTI = 0x40013c00 };
    unsigned edges = 0;

    start_usart("", 0);
    board_enable("syscfg");
    poke(EXTI, 1 << 2);
    poke(EXTI + 12, 1 << 2);
    poke(USART2 + 4, 0x55);
    for (unsigned i = 0; i < 100; i++) {
        edges += peek(EXTI + 20) >> 2 & 1;
        poke(EXTI + 20, 1 << 2);
        board_wait_ns(1000);
    }
    g_assert_cmpuint(edges, ==, 5);
    forget();
}

/* ---- I2C ---- */

enum { I2C1 = 0x40005400, BIT_NS = 10000 };

typedef struct Edge {
    int64_t ns;
    bool sda, level;
} Edge;

static int compare_edges(const void *a, const void *b)
{
    const Edge *x = a, *y = b;

    return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* What recorders 0 and 1 have of SCL and SDA since @begin, as a logic analyser has it. */
static char *decode_i2c(int64_t begin)
{
    g_autoptr(GArray) edges = g_array_new(false, false, sizeof(Edge));
    g_autoptr(GString) text = g_string_new(NULL);
    bool scl = true, sda = true;
    unsigned bits = 0, byte = 0;

    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    for (unsigned n = 0; n < 2; n++) {
        g_autofree char *file = NULL;
        g_auto(GStrv) line = NULL;

        g_assert_true(g_file_get_contents(recorded[n], &file, NULL, NULL));
        line = g_strsplit(file, "\n", 0);
        for (unsigned i = 0; *line[i]; i++) {
            Edge e = { g_ascii_strtoll(line[i], NULL, 10), n, !g_str_has_suffix(line[i], " 0") };

            if (e.ns >= begin) {
                g_array_append_val(edges, e);
            }
        }
    }
    g_array_sort(edges, compare_edges);
    for (unsigned i = 0; i < edges->len; i++) {
        const Edge *e = &g_array_index(edges, Edge, i);

        g_assert_cmpint(i && e->ns == (e - 1)->ns, ==, false);
        if (e->sda && scl) {
            g_string_append(text, e->level ? "P" : "S ");
            bits = byte = 0;
        } else if (!e->sda && e->level && ++bits < 9) {
            byte = byte << 1 | sda;
        } else if (!e->sda && e->level) {
            g_string_append_printf(text, "%02x%s ", byte, sda ? "-" : "+");
            bits = byte = 0;
        }
        *(e->sda ? &sda : &scl) = e->level;
    }
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    return g_string_free(g_steal_pointer(&text), false);
}

static void start_i2c(const char *args)
{
    start("pb6 pb9", args);
    board_enable("i2c1");
    for (unsigned pin = 6; pin <= 9; pin += 3) {
        poke(GPIOB + 4, peek(GPIOB + 4) | 1u << pin);
        board_pin_function(GPIOB, pin, 4);
    }
    pin_drive("pd4", "1");                      /* the codec's reset */
    poke(I2C1 + 4, 16);
    poke(I2C1 + 0x1c, 80);
    poke(I2C1, 1);
    board_wait_ns(1000);
}

static void i2c_start(void)
{
    poke(I2C1, peek(I2C1) | 1 << 8);
    board_wait_ns(BIT_NS);
    g_assert_cmphex(peek(I2C1 + 0x14) & 1, ==, 1);
}

static void i2c_byte(uint8_t byte)
{
    poke(I2C1 + 0x10, byte);
    board_wait_ns(9 * BIT_NS);
    peek(I2C1 + 0x14);
    peek(I2C1 + 0x18);
}

static void i2c_stop(void)
{
    poke(I2C1, peek(I2C1) | 1 << 9);
    board_wait_ns(10 * BIT_NS);
}

static void test_i2c(void)
{
    g_autofree char *text = NULL;
    int64_t begin;

    start_i2c("");
    begin = now();
    i2c_start();
    i2c_byte(0x94);
    i2c_byte(0x01);
    board_wait_ns(12345);                       /* it keeps SCL low */
    g_assert_false(pin_level("pb6"));
    g_assert_true(pin_level("pb9"));
    i2c_start();
    i2c_byte(0x95);
    board_wait_ns(9 * BIT_NS);
    i2c_stop();
    g_assert_cmphex(peek(I2C1 + 0x10), ==, 0xe3);
    i2c_start();
    i2c_byte(0xa0);
    i2c_stop();
    text = decode_i2c(begin);
    g_assert_cmpstr(text, ==, "S 94+ 01+ S 95+ e3- PS a0- P");
    forget();
}

/* The edges of START and an address: SCL's halves of 5 us; SDA a quarter of a bit after it falls. */
static void test_i2c_edges(void)
{
    int64_t begin;

    start_i2c("");
    begin = now();
    i2c_start();
    i2c_byte(0x94);
    assert_edges(0, begin, "-5000 +15000 -20000 +25000 -30000 +35000 -40000 +45000 -50000 +55000 "
                 "-60000 +65000 -70000 +75000 -80000 +85000 -90000 +95000 -100000");
    assert_edges(1, begin, "-0 +12500 -22500 +42500 -52500 +62500 -72500");
    board_wait_ns(2500);
    assert_edges(1, begin, "-0 +12500 -22500 +42500 -52500 +62500 -72500 +102500");
    forget();
}

/* ---- Masters made of GPIO ---- */

enum { GPIOD = 0x40020c00, GPIOE = 0x40021000, MODER = 0, OTYPER = 4, IDR = 16, BSRR = 24 };

static void gpio_out(uint32_t gpio, unsigned n)
{
    poke(gpio + MODER, (peek(gpio + MODER) & ~(3u << 2 * n)) | 1u << 2 * n);
}

static void gpio_set(uint32_t gpio, unsigned n, bool level)
{
    poke(gpio + BSRR, level ? 1u << n : 1u << (n + 16));
}

static bool gpio_get(uint32_t gpio, unsigned n)
{
    return peek(gpio + IDR) >> n & 1;
}

static void soft_spi_start(bool mode_3)
{
    board_start("");
    board_enable("gpioa");
    board_enable("gpioe");
    gpio_set(GPIOE, 3, true);
    gpio_set(GPIOA, 5, mode_3);
    gpio_out(GPIOE, 3);
    gpio_out(GPIOA, 5);
    gpio_out(GPIOA, 7);
}

static uint8_t soft_spi(bool mode_3, uint8_t out)
{
    uint8_t in = 0;

    for (int bit = 7; bit >= 0; bit--) {
        if (mode_3) {
            gpio_set(GPIOA, 5, false);
        }
        gpio_set(GPIOA, 7, out >> bit & 1);
        in = in << 1 | gpio_get(GPIOA, 6);      /* mode 0: it is there before the edge */
        gpio_set(GPIOA, 5, true);
        g_assert_cmpint(gpio_get(GPIOA, 6), ==, in & 1);
        if (!mode_3) {
            gpio_set(GPIOA, 5, false);
        }
    }
    return in;
}

static uint8_t soft_acc(bool mode_3, uint8_t first, uint8_t data)
{
    uint8_t in;

    gpio_set(GPIOE, 3, false);
    soft_spi(mode_3, first);
    in = soft_spi(mode_3, data);
    gpio_set(GPIOE, 3, true);
    return in;
}

static void test_soft_spi(void)
{
    for (unsigned mode_3 = 0; mode_3 < 2; mode_3++) {
        soft_spi_start(mode_3);
        g_assert_cmphex(soft_acc(mode_3, 0x8f, 0), ==, 0x3f);       /* WHO_AM_I */
        soft_acc(mode_3, 0x20, 0x67);                               /* CTRL_REG4: 100 Hz */
        g_assert_cmphex(soft_acc(mode_3, 0xa0, 0), ==, 0x67);
        soft_acc(mode_3, 0x25, 0x10);                               /* CTRL_REG6: ADD_INC */
        board_wait_ns(25000000);
        /* STATUS before OUT_X_L: what follows in the burst has not been read for it */
        g_assert_cmphex(soft_acc(mode_3, 0xa7, 0) & 0x0f, ==, 0x0f);
        soft_acc(mode_3, 0xac, 0);                                  /* OUT_Z_L */
        g_assert_cmphex(soft_acc(mode_3, 0xa7, 0) & 0x04, ==, 0x04);
        soft_acc(mode_3, 0xad, 0);
        g_assert_cmphex(soft_acc(mode_3, 0xa7, 0) & 0x04, ==, 0);
        g_assert_cmpint(gpio_get(GPIOA, 6), ==, 0);
        g_assert_cmpint(board_mistakes("against each other"), ==, 0);
    }
}

/* SPI2 is the slave of GPIOs: in each mode, in words of 8 and 16 bits; what it sends comes back. */
static uint32_t soft_spi2(unsigned mode, unsigned bits, uint32_t out)
{
    bool cpha = mode & CPHA, cpol = mode & CPOL;
    uint32_t in = 0;

    for (int bit = bits - 1; bit >= 0; bit--) {
        if (cpha) {
            gpio_set(GPIOA, 5, !cpol);
        }
        gpio_set(GPIOA, 7, out >> bit & 1);
        in = in << 1 | gpio_get(GPIOA, 6);
        gpio_set(GPIOA, 5, cpha ? cpol : !cpol);
        g_assert_cmpint(gpio_get(GPIOA, 6), ==, in & 1);
        if (!cpha) {
            gpio_set(GPIOA, 5, cpol);
        }
    }
    return in;
}

static void test_soft_spi_slave(void)
{
    for (unsigned mode = 0; mode < 8; mode++) {
        unsigned bits = mode & 4 ? 16 : 8, settings = (mode & 3) | (mode & 4 ? DFF : 0);
        uint32_t mask = mode & 4 ? 0xffff : 0xff;

        board_start("-machine wire=pa5-pb13:pa6-pb14:pa7-pb15:pa4-pb12");
        board_enable("gpioa");
        board_enable("gpiob");
        board_enable("spi2");
        for (unsigned pin = 12; pin <= 15; pin++) {
            board_pin_function(GPIOB, pin, 5);
        }
        gpio_set(GPIOA, 5, mode & CPOL);
        gpio_set(GPIOA, 4, true);
        gpio_out(GPIOA, 4);
        gpio_out(GPIOA, 5);
        gpio_out(GPIOA, 7);
        poke(SPI2, SPE | settings);
        soft_spi2(mode, 8, 0x12);                       /* not selected */
        g_assert_cmphex(peek(SPI2 + 8) & 0x81, ==, 0);
        poke(SPI2 + 12, 0xa5c3);
        gpio_set(GPIOA, 4, false);
        g_assert_cmphex(soft_spi2(mode, bits, 0x369c), ==, 0xa5c3 & mask);
        g_assert_cmphex(peek(SPI2 + 8) & 0x81, ==, 1);
        g_assert_cmphex(peek(SPI2 + 12), ==, 0x369c & mask);
        poke(SPI2 + 12, 0x3c5a);
        g_assert_cmphex(soft_spi2(mode, bits, 0xfe01), ==, 0x3c5a & mask);
        g_assert_cmphex(peek(SPI2 + 12), ==, 0xfe01 & mask);
        soft_spi2(mode, 3, 5);                          /* given up by NSS */
        g_assert_cmphex(peek(SPI2 + 8) & 0x80, ==, 0x80);
        gpio_set(GPIOA, 4, true);
        g_assert_cmphex(peek(SPI2 + 8) & 0x81, ==, 0);
        gpio_set(GPIOA, 4, false);
        soft_spi2(mode, bits, 0x77);
        g_assert_cmphex(peek(SPI2 + 12), ==, 0x77);
    }
}

/* Open drain, PB6 and PB9, as controllers' pins. */
static void soft_i2c_start(const char *args)
{
    board_start(args);
    board_enable("gpiob");
    pin_drive("pd4", "1");
    gpio_set(GPIOB, 6, true);
    gpio_set(GPIOB, 9, true);
    poke(GPIOB + OTYPER, 1 << 6 | 1 << 9);
    gpio_out(GPIOB, 6);
    gpio_out(GPIOB, 9);
}

static void scl(bool level)
{
    board_wait_ns(2500);
    gpio_set(GPIOB, 6, level);
    board_wait_ns(2500);
}

static void sda(bool level) { gpio_set(GPIOB, 9, level); }

static void soft_start(void)
{
    sda(true);
    scl(true);
    sda(false);
    scl(false);
}

static void soft_stop(void)
{
    sda(false);
    scl(true);
    sda(true);
    board_wait_ns(5000);
}

/* Is it acknowledged? */
static bool soft_write(uint8_t byte)
{
    bool ack;

    for (int bit = 7; bit >= 0; bit--) {
        sda(byte >> bit & 1);
        scl(true);
        scl(false);
    }
    sda(true);
    scl(true);
    ack = !gpio_get(GPIOB, 9);
    scl(false);
    return ack;
}

static uint8_t soft_read(bool ack)
{
    uint8_t byte = 0;

    sda(true);
    for (unsigned bit = 0; bit < 8; bit++) {
        scl(true);
        byte = byte << 1 | gpio_get(GPIOB, 9);
        scl(false);
    }
    sda(!ack);
    scl(true);
    scl(false);
    sda(true);
    return byte;
}

static void test_soft_i2c(void)
{
    soft_i2c_start("");
    soft_start();
    g_assert_true(soft_write(0x94));
    g_assert_true(soft_write(0x81));            /* with increment */
    soft_start();
    g_assert_true(soft_write(0x95));
    g_assert_cmphex(soft_read(true), ==, 0xe3);
    g_assert_cmphex(soft_read(false), ==, 0x01);
    soft_stop();
    soft_start();
    g_assert_true(soft_write(0x94));
    g_assert_true(soft_write(0x0d));
    g_assert_true(soft_write(0x5a));
    soft_stop();
    soft_start();
    g_assert_false(soft_write(0x70));           /* nobody */
    soft_stop();
    soft_start();
    soft_write(0x94);
    soft_write(0x0d);
    soft_start();
    soft_write(0x95);
    g_assert_cmphex(soft_read(false), ==, 0x5a);
    soft_stop();
    g_assert_true(gpio_get(GPIOB, 9));
    pin_drive("pd4", "0");                      /* in reset it does not answer */
    soft_start();
    g_assert_false(soft_write(0x94));
    soft_stop();
}

/* I2C2 is a slave of GPIOs, and stretches the clock. */
static void test_soft_i2c_slave(void)
{
    enum { I2C2 = 0x40005800, DR = 16, SR1 = 20, SR2 = 24 };
    uint8_t byte = 0;

    soft_i2c_start("-machine wire=pb6-pb10:pb9-pb11");
    board_enable("i2c2");
    poke(GPIOB + OTYPER, peek(GPIOB + OTYPER) | 3 << 10);
    board_pin_function(GPIOB, 10, 4);
    board_pin_function(GPIOB, 11, 4);
    poke(I2C2 + 4, 16);
    poke(I2C2 + 8, 0x42 << 1);
    poke(I2C2, 1);
    poke(I2C2, 1 | 1 << 10);
    soft_start();
    g_assert_cmphex(peek(I2C2 + SR2), ==, 2);           /* BUSY */
    g_assert_true(soft_write(0x84));
    board_wait_ns(10000);
    g_assert_cmphex(peek(I2C2 + SR1), ==, 2);           /* ADDR */
    peek(I2C2 + SR2);
    g_assert_true(soft_write(0x5c));
    board_wait_ns(10000);
    g_assert_cmphex(peek(I2C2 + SR1), ==, 0x40);        /* RXNE */
    g_assert_cmphex(peek(I2C2 + DR), ==, 0x5c);
    soft_start();
    g_assert_true(soft_write(0x85));
    board_wait_ns(10000);
    g_assert_cmphex(peek(I2C2 + SR1) & 2, ==, 2);
    sda(true);
    scl(true);
    g_assert_false(gpio_get(GPIOB, 6));                 /* it has nothing to send yet */
    peek(I2C2 + SR2);
    g_assert_false(gpio_get(GPIOB, 6));
    poke(I2C2 + DR, 0xa7);
    g_assert_true(gpio_get(GPIOB, 6));
    for (unsigned bit = 0; bit < 8; bit++) {
        scl(true);
        byte = byte << 1 | gpio_get(GPIOB, 9);
        scl(false);
    }
    g_assert_cmphex(byte, ==, 0xa7);
    sda(true);
    scl(true);                                          /* NACK */
    scl(false);
    soft_stop();
    g_assert_cmphex(peek(I2C2 + SR1) & 0x400, ==, 0x400);   /* AF */
    g_assert_cmphex(peek(I2C2 + SR2), ==, 0);
    g_assert_cmphex(peek(I2C2 + SR1) & 0x100, ==, 0);   /* no BERR */
    g_assert_true(gpio_get(GPIOB, 6) && gpio_get(GPIOB, 9));
}

/*
 * Edges of a line that is freed by hand: START, one clock, STOP; and I2C1 reset at different points.  They
 * say nothing of how long a bit takes, so a START that is asked for then does not wait for that.
 */
static void test_soft_i2c_unlock(void)
{
    enum { I2C1 = 0x40005400, PE = 1, START_BIT = 1 << 8, SWRST = 1 << 15, SB = 1, BUSY = 2 };

    for (unsigned when = 0; when < 4; when++) {
        soft_i2c_start("-machine wire=pb6-pb10:pb9-pb11");
        board_enable("i2c1");
        poke(GPIOB + OTYPER, peek(GPIOB + OTYPER) | 3 << 10);
        gpio_set(GPIOB, 10, true);
        gpio_set(GPIOB, 11, true);
        gpio_out(GPIOB, 10);
        gpio_out(GPIOB, 11);
        board_pin_function(GPIOB, 6, 4);
        board_pin_function(GPIOB, 9, 4);
        poke(I2C1, PE);
        board_wait_ns(5000000);
        for (unsigned step = 0; step < 4; step++) {
            gpio_set(GPIOB, step == 1 || step == 2 ? 10 : 11, step >= 2);
            board_wait_ns(2500);
            if (when == step) {
                poke(I2C1, SWRST);
                poke(I2C1, PE);
            }
        }
        poke(I2C1, 0);
        poke(I2C1 + 4, 16);
        poke(I2C1 + 0x1c, 80);                  /* 100 kHz */
        poke(I2C1 + 0x20, 17);
        poke(I2C1, PE);
        g_assert_cmphex(peek(I2C1 + 0x18) & BUSY, ==, 0);
        poke(I2C1, PE | START_BIT);
        board_wait_ns(10000);
        g_assert_cmphex(peek(I2C1 + 0x14) & SB, ==, SB);
    }
}

/* PD0 is a transmitter, over a jumper to USART3 at PB11: a bit takes 8 us. */
static void soft_uart_start(uint32_t cr1)
{
    board_start("-machine wire=pd0-pb11");
    board_enable("gpiob");
    board_enable("gpiod");
    board_enable("usart3");
    gpio_set(GPIOD, 0, true);
    gpio_out(GPIOD, 0);
    board_pin_function(GPIOB, 11, 7);
    poke(USART3 + 8, 128);
    poke(USART3 + 12, UE | RE | cr1);
    board_wait_ns(200000);
}

static void soft_uart(uint32_t word, unsigned bits, int64_t bit)
{
    for (unsigned i = 0; i < bits; i++) {
        gpio_set(GPIOD, 0, word >> i & 1);
        board_wait_ns(bit);
    }
}

static void test_soft_uart(void)
{
    enum { RXNE = 0x20, NE = 4, FE = 2, PE = 1, IDLE = 0x10 };

    soft_uart_start(0);
    for (unsigned data = 0; data < 256; data += 5) {
        soft_uart(data << 1 | 0x200, 10, 8000 + (data % 3 - 1) * 200);      /* 2.5 % off */
        g_assert_cmphex(peek(USART3) & (RXNE | FE | NE | PE), ==, RXNE);
        g_assert_cmphex(peek(USART3 + 4), ==, data);
    }
    board_wait_ns(200000);
    g_assert_cmphex(peek(USART3) & (RXNE | IDLE), ==, IDLE);
    peek(USART3 + 4);
    gpio_set(GPIOD, 0, false);                  /* too short for a start bit */
    board_wait_ns(3000);
    gpio_set(GPIOD, 0, true);
    board_wait_ns(200000);
    g_assert_cmphex(peek(USART3) & RXNE, ==, 0);
    soft_uart(0x0aa << 1, 10, 8000);            /* no stop bit */
    gpio_set(GPIOD, 0, true);
    g_assert_cmphex(peek(USART3) & (RXNE | FE), ==, RXNE | FE);
    g_assert_cmphex(peek(USART3 + 4), ==, 0xaa);
    soft_uart(0, 1, 8000);                      /* an edge in the middle of a bit */
    soft_uart(0, 1, 4000);
    soft_uart(0x1ff, 9, 8000);
    g_assert_cmphex(peek(USART3) & (RXNE | NE), ==, RXNE | NE);
    soft_uart_start(M | PCE);
    soft_uart(0x03 << 1 | 0x400, 11, 8000);
    g_assert_cmphex(peek(USART3) & (RXNE | FE | PE), ==, RXNE);
    g_assert_cmphex(peek(USART3 + 4), ==, 0x03);
    soft_uart(0x07 << 1 | 0x400, 11, 8000);
    g_assert_cmphex(peek(USART3) & (RXNE | FE | PE), ==, RXNE | PE);
}

/* ---- Snapshots ---- */

/* The picture goes on where it was, for each of the buses. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL;
    int64_t begin;

    start_usart("", 0);
    begin = now();
    poke(USART2 + 4, 'U');
    board_wait_ns(30000);
    g_assert_true(pin_level("pa2"));
    file = board_save();
    forget();
    board_load(file, "");
    g_assert_cmpint(now(), ==, begin + 30000);
    for (unsigned bit = 3; bit < 12; bit++) {
        g_assert_cmpint(pin_level("pa2"), ==, bit >= 9 || bit % 2);
        board_wait_ns(8687);
    }
    unlink(file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/levels/spi", test_spi);
    qtest_add_func("/levels/spi-stop", test_spi_stop);
    qtest_add_func("/levels/spi-row", test_spi_row);
    qtest_add_func("/levels/spi-fast", test_spi_fast);
    qtest_add_func("/levels/usart", test_usart);
    qtest_add_func("/levels/usart-one-wire", test_usart_one_wire);
    qtest_add_func("/levels/capture", test_capture);
    qtest_add_func("/levels/exti", test_exti);
    qtest_add_func("/levels/i2c", test_i2c);
    qtest_add_func("/levels/i2c-edges", test_i2c_edges);
    qtest_add_func("/levels/soft-spi", test_soft_spi);
    qtest_add_func("/levels/soft-i2c", test_soft_i2c);
    qtest_add_func("/levels/soft-uart", test_soft_uart);
    qtest_add_func("/levels/soft-spi-slave", test_soft_spi_slave);
    qtest_add_func("/levels/soft-i2c-slave", test_soft_i2c_slave);
    qtest_add_func("/levels/soft-i2c-unlock", test_soft_i2c_unlock);
    qtest_add_func("/levels/snapshot", test_snapshot);
    return board_run_tests();
}
