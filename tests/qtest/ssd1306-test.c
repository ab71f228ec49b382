/*
 * OLED displays with an SSD1306, on I2C and on SPI: what is seen on the console after what drivers send.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/camera.h"

enum { OLED = 0x3c, SPI1 = 0x40013000, GPIOA = 0x40020000, GPIOC = 0x40020800 };
enum { COLUMNS = 128, LIT = 64 + 0xcf * 191 / 255 };

static bool on_spi;
static uint8_t picture[64][COLUMNS];

/* ---- The bus ---- */

static void spi_bytes(const uint8_t *bytes, unsigned count, bool data)
{
    poke(GPIOC + 0x18, data ? 1 << 7 : 1 << 23);
    poke(GPIOA + 0x18, 1 << 20);
    for (unsigned i = 0; i < count; i++) {
        poke(SPI1 + 0xc, bytes[i]);
        board_wait_ns(2000);
    }
    poke(GPIOA + 0x18, 1 << 4);
}

static void i2c_bytes(const uint8_t *bytes, unsigned count, bool data)
{
    g_assert_true(sccb_address(OLED << 1));
    sccb_byte(data ? 0x40 : 0x00);
    for (unsigned i = 0; i < count; i++) {
        sccb_byte(bytes[i]);
    }
    sccb_stop();
}

static void put_bytes(const uint8_t *bytes, unsigned count, bool data)
{
    if (on_spi) {
        spi_bytes(bytes, count, data);
    } else {
        i2c_bytes(bytes, count, data);
    }
}

#define COMMANDS(...) put_bytes((const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }), false)
#define DATA(...) put_bytes((const uint8_t[]) { __VA_ARGS__ }, sizeof((const uint8_t[]) { __VA_ARGS__ }), true)

/* ---- The picture ---- */

/* Rows of the console, scale=1; their number. */
static unsigned look(void)
{
    g_autofree char *file = NULL, *ppm = NULL;
    unsigned width, height;
    gsize size;
    int at;

    close(g_file_open_tmp("stm32-oled-XXXXXX", &file, NULL));
    qtest_qmp_assert_success(board, "{ 'execute': 'screendump', 'arguments': { 'filename': %s } }", file);
    g_assert_true(g_file_get_contents(file, &ppm, &size, NULL));
    unlink(file);
    g_assert_cmpint(sscanf(ppm, "P6 %u %u 255%n", &width, &height, &at), ==, 2);
    at++;
    g_assert_cmpuint(width, ==, COLUMNS);
    g_assert_cmpuint(height, <=, 64);
    g_assert_cmpuint(size, ==, at + 3 * width * height);
    for (unsigned i = 0; i < width * height; i++) {
        picture[i / COLUMNS][i % COLUMNS] = ppm[at + 3 * i];
    }
    return height;
}

/* How many pixels are lit. */
static unsigned lit(void)
{
    unsigned height = look(), n = 0;

    for (unsigned i = 0; i < height * COLUMNS; i++) {
        n += picture[i / COLUMNS][i % COLUMNS] != 0;
    }
    return n;
}

static bool is_lit(unsigned x, unsigned y)
{
    return picture[y][x];
}

/* ---- Displays ---- */

static void fill(uint8_t byte, unsigned pages)
{
    uint8_t bytes[COLUMNS];

    memset(bytes, byte, sizeof(bytes));
    COMMANDS(0x20, 0, 0x21, 0, 127, 0x22, 0, pages - 1);
    for (unsigned page = 0; page < pages; page++) {
        put_bytes(bytes, sizeof(bytes), true);
    }
}

/* As Adafruit's driver does it. */
static void init(unsigned height)
{
    COMMANDS(0xae, 0xd5, 0x80, 0xa8, height - 1);
    COMMANDS(0xd3, 0x00, 0x40, 0x8d);
    COMMANDS(0x14);
    COMMANDS(0x20, 0x00, 0xa1, 0xc8);
    COMMANDS(0xda, height == 64 ? 0x12 : 0x02, 0x81, 0xcf, 0xd9);
    COMMANDS(0xf1);
    COMMANDS(0xdb, 0x40, 0xa4, 0xa6, 0x2e, 0xaf);
    fill(0, height / 8);
}

static void start_i2c(const char *more)
{
    g_autofree char *args = g_strdup_printf("-device stm32-ssd1306,bus=i2c1,scale=1%s", more);

    on_spi = false;
    board_start(args);
    sccb_init();
}

static void start_spi(const char *more)
{
    g_autofree char *args = g_strdup_printf("-machine accelerometer-model=none "
                                            "-device stm32-ssd1306-spi,bus=spi1,cs=0,dc=pc7,scale=1%s", more);

    on_spi = true;
    board_start(args);
    board_enable("spi1");
    board_enable("gpioc");
    board_route("pa5", 5);
    board_route("pa7", 5);
    poke(GPIOA, (peek(GPIOA) & ~(3 << 8)) | 1 << 8);
    poke(GPIOC, 1 << 14);
    poke(GPIOA + 0x18, 1 << 4);
    poke(SPI1, 0x0344 | 1 << 3);                        /* 1 MHz, master, on */
}

static void check_modes(void)
{
    g_assert_cmpuint(lit(), ==, 0);
    /* horizontal, in a window */
    COMMANDS(0x21, 10, 11, 0x22, 1, 2);
    DATA(0x01, 0x02, 0x04, 0x80);
    g_assert_cmpuint(lit(), ==, 4);
    g_assert_true(is_lit(10, 8) && is_lit(11, 9) && is_lit(10, 18) && is_lit(11, 23));
    g_assert_cmpuint(picture[8][10], ==, LIT);
    DATA(0x00);                                         /* and round */
    g_assert_cmpuint(lit(), ==, 3);
    /* vertical */
    COMMANDS(0x20, 1, 0x21, 0, 127, 0x22, 0, 1);
    DATA(0xff, 0x00, 0x0f);
    look();
    g_assert_true(is_lit(0, 0) && is_lit(0, 7) && !is_lit(0, 8) && is_lit(1, 3) && !is_lit(1, 4));
    /* pages, as u8g2 */
    COMMANDS(0x20, 2, 0x10, 0x0f, 0xb7);
    COMMANDS(0x17);
    DATA(0x80, 0x40);                                   /* column 127, then 0 of the same page */
    look();
    g_assert_true(is_lit(127, 63) && is_lit(0, 62));
}

static void test_i2c_modes(void)
{
    start_i2c("");
    init(64);
    check_modes();
    g_assert_cmpint(board_mistakes("/machine/"), ==, 0);
}

static void test_spi_modes(void)
{
    start_spi("");
    init(64);
    check_modes();
    g_assert_cmpint(board_mistakes("/machine/"), ==, 0);
}

/* Control bytes of their own. */
static void test_control_bytes(void)
{
    start_i2c("");
    init(64);
    g_assert_true(sccb_address(OLED << 1));
    sccb_byte(0x80);
    sccb_byte(0xa5);
    sccb_byte(0xc0);
    sccb_byte(0x01);
    sccb_byte(0x80);
    sccb_byte(0xa4);
    sccb_byte(0x40);
    sccb_byte(0x80);
    sccb_stop();
    g_assert_cmpuint(lit(), ==, 2);
    g_assert_true(is_lit(0, 0) && is_lit(1, 7));
}

static void test_what_is_seen(void)
{
    start_i2c("");
    g_assert_cmpuint(lit(), ==, 0);
    init(64);
    fill(0x01, 8);
    g_assert_cmpuint(lit(), ==, 8 * COLUMNS);
    COMMANDS(0xa7);
    g_assert_cmpuint(lit(), ==, 56 * COLUMNS);
    COMMANDS(0xa6, 0xa5);
    g_assert_cmpuint(lit(), ==, 64 * COLUMNS);
    COMMANDS(0xa4, 0x81, 0x00);
    look();
    g_assert_cmpuint(picture[0][0], ==, 64);
    COMMANDS(0x81, 0xcf, 0x43);                         /* start line 3 */
    look();
    g_assert_true(is_lit(0, 5) && !is_lit(0, 0));
    COMMANDS(0x40, 0xd3, 62);                           /* offset */
    look();
    g_assert_true(is_lit(0, 2) && !is_lit(0, 0));
    COMMANDS(0xd3, 0, 0xc0);                            /* upside down */
    look();
    g_assert_true(is_lit(0, 63) && !is_lit(0, 0));
    COMMANDS(0xc8, 0xa0);                               /* of what is written from now on */
    look();
    g_assert_true(is_lit(0, 0));
    COMMANDS(0x21, 0, 127, 0x22, 0, 7);
    DATA(0x02);
    look();
    g_assert_true(is_lit(127, 1) && !is_lit(127, 0) && !is_lit(0, 1));
    COMMANDS(0xae);
    g_assert_cmpuint(lit(), ==, 0);
    COMMANDS(0xaf);
    g_assert_cmpuint(lit(), ==, 8 * COLUMNS);
}

static void test_charge_pump(void)
{
    start_i2c("");
    COMMANDS(0xaf, 0xa5);
    g_assert_cmpuint(lit(), ==, 0);
    g_assert_cmpint(board_mistakes("DISPLAYON (0xaf) without the charge pump: nothing is lit"), ==, 1);
    COMMANDS(0x8d, 0x14);
    g_assert_cmpuint(lit(), ==, 64 * COLUMNS);
    start_i2c(",vcc=on");
    COMMANDS(0xaf, 0xa5);
    g_assert_cmpuint(lit(), ==, 64 * COLUMNS);
    g_assert_cmpint(board_mistakes("charge pump"), ==, 0);
}

static void test_32_rows(void)
{
    start_i2c(",height=32");
    init(32);
    fill(0x01, 4);
    g_assert_cmpuint(look(), ==, 32);
    g_assert_cmpuint(lit(), ==, 4 * COLUMNS);
    g_assert_true(is_lit(0, 0) && is_lit(127, 24));
    COMMANDS(0xda, 0x12);                               /* as if it had 64: every second row */
    g_assert_cmpuint(lit(), !=, 4 * COLUMNS);
}

static void test_scroll(void)
{
    start_i2c("");
    init(64);
    COMMANDS(0x21, 5, 5, 0x22, 2, 2);
    DATA(0xff);
    COMMANDS(0xd5, 0x80, 0x26, 0, 2, 7, 3, 0, 0xff, 0x2f);      /* a column each 2 frames */
    board_wait_ns(900000000);
    lit();
    g_assert_true(!is_lit(5, 16));
    COMMANDS(0x2e);
    g_assert_cmpuint(lit(), ==, 8);
    for (unsigned x = 0; x < COLUMNS; x++) {
        if (is_lit(x, 16)) {
            /* 370 kHz / (50 + 1 + 15) / 64 are 88 frames a second, of 1.0 s with the commands */
            g_assert_cmpuint(x, >=, 40);
            g_assert_cmpuint(x, <=, 50);
        }
    }
    board_wait_ns(100000000);
    g_assert_cmpuint(lit(), ==, 8);
}

static void test_reset_pin(void)
{
    start_spi(",reset=pb0");
    init(64);
    fill(0xff, 8);
    g_assert_cmpuint(lit(), ==, 64 * COLUMNS);
    pin_drive("pb0", "0");
    g_assert_cmpuint(lit(), ==, 0);
    COMMANDS(0x8d, 0x14, 0xaf);                         /* it does not hear that */
    pin_drive("pb0", "1");
    g_assert_cmpuint(lit(), ==, 0);
    COMMANDS(0x8d, 0x14, 0xaf);
    g_assert_cmpuint(lit(), ==, 64 * COLUMNS);          /* memory stays */
}

/* What is in a snapshot is what is seen, in the middle of a command too. */
static void test_snapshot(void)
{
    const char *args = "-device stm32-ssd1306,bus=i2c1,scale=1";
    g_autofree char *file = NULL;
    unsigned was;

    start_i2c("");
    init(64);
    COMMANDS(0x21, 5, 60, 0x22, 2, 4);
    DATA(0x12, 0x34, 0x56);
    COMMANDS(0x81);
    was = lit();
    file = board_save();
    board_load(file, args);
    unlink(file);
    g_assert_cmpuint(lit(), ==, was);
    COMMANDS(0xff);
    g_free(file);
    file = board_save();                                /* and behind one */
    board_load(file, args);
    unlink(file);
    g_assert_cmpuint(lit(), ==, was);
    DATA(0xff);
    g_assert_cmpuint(lit(), ==, was + 8);
    g_assert_true(is_lit(8, 16));
    g_assert_cmpuint(picture[16][8], ==, 255);
}

static const struct Refused {
    const char *name, *args, *says;
} refused[] = {
    { "height", "stm32-ssd1306,bus=i2c1,height=48", "height=48: these displays have 64 or 32 rows" },
    { "scale", "stm32-ssd1306,bus=i2c1,scale=0", "scale=0: has to be 1 to 16" },
    { "no-dc", "stm32-ssd1306-spi,bus=spi1,cs=0", "this display needs dc=PIN" },
    { "dc", "stm32-ssd1306-spi,bus=spi1,cs=0,dc=pz1", "there is no pin 'pz1'" },
    { "reset", "stm32-ssd1306,bus=i2c1,reset=p", "there is no pin 'p'" },
};

static void test_refused(const void *data)
{
    const struct Refused *r = data;
    g_autofree char *line = g_strdup_printf("%s -machine stm32f407g_disc -display none -accel qtest -device %s",
                                            g_getenv("QTEST_QEMU_BINARY"), r->args);
    g_autofree char *error = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(line, NULL, &error, &status, NULL));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(error, r->says));
    g_assert_cmpuint(board_lines_of(error), ==, 1);
}

static void test_fuzz(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));

    if (GPOINTER_TO_UINT(seed) & 1) {
        start_i2c(",height=32");
    } else {
        start_spi("");
    }
    for (unsigned i = 0; i < 300; i++) {
        uint8_t bytes[12];

        for (unsigned n = 0; n < sizeof(bytes); n++) {
            bytes[n] = g_rand_int(random);
        }
        put_bytes(bytes, g_rand_int_range(random, 1, sizeof(bytes)), g_rand_int_range(random, 0, 3) == 0);
        if (i % 8 == 0) {
            board_wait_ns(g_rand_int_range(random, 0, 100000000));
            lit();
        }
        if (i % 20 == 19) {
            save_and_go_on();
        }
    }
    init(GPOINTER_TO_UINT(seed) & 1 ? 32 : 64);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("ssd1306/i2c-modes", test_i2c_modes);
    qtest_add_func("ssd1306/spi-modes", test_spi_modes);
    qtest_add_func("ssd1306/control-bytes", test_control_bytes);
    qtest_add_func("ssd1306/what-is-seen", test_what_is_seen);
    qtest_add_func("ssd1306/charge-pump", test_charge_pump);
    qtest_add_func("ssd1306/32-rows", test_32_rows);
    qtest_add_func("ssd1306/scroll", test_scroll);
    qtest_add_func("ssd1306/reset-pin", test_reset_pin);
    qtest_add_func("ssd1306/snapshot", test_snapshot);
    for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *name = g_strdup_printf("ssd1306/refused/%s", refused[i].name);

        qtest_add_data_func(name, &refused[i], test_refused);
    }
    qtest_add_data_func("ssd1306/fuzz/i2c", GUINT_TO_POINTER(1), test_fuzz);
    qtest_add_data_func("ssd1306/fuzz/spi", GUINT_TO_POINTER(2), test_fuzz);
    return board_run_tests();
}
