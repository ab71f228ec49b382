/*
 * The camera: what its sensors send after what real drivers write to their registers, and pictures in files.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/camera.h"

#define PIXELS_MAX (320 * 240)

static char *folder;

static char *path_of(const char *name)
{
    return g_strdup_printf("%s/%s", folder, name);
}

static void put_file(const char *name, const void *data, size_t size)
{
    g_autofree char *path = path_of(name);

    g_assert_true(g_file_set_contents(path, data, size, NULL));
}

static void start(const char *model, const char *more)
{
    g_autofree char *args = g_strdup_printf("-device stm32-camera,model=%s,bus=i2c1%s", model, more);

    camera_start(args);
}

/* The next frame, of @bytes, to @data. */
static void take(uint8_t *data, unsigned bytes, uint32_t cr)
{
    poke(DCMI + A_CR, 0);
    poke(DMA2 + 8, 0xffffffff);
    poke(DCMI + A_ICR, 0x1f);
    stream(1, RAM, bytes / 4, 0, 0);
    capture(SNAPSHOT | cr);
    for (unsigned i = 0; i < 100 && !(ris() & FRAME); i++) {
        board_wait_ns(20000000);
    }
    g_assert_cmphex(ris() & (FRAME | OVERRUN), ==, FRAME);
    g_assert_cmpuint(peek(DMA2 + 0x2c), ==, 0);         /* it was that long */
    qtest_memread(board, RAM, data, bytes);
}

static void write_all(uint8_t address, const uint8_t (*values)[2], unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        g_assert_true(sccb_write(address, values[i][0], values[i][1]));
    }
}

/* ---- Who is it? ---- */

static void test_identity(void)
{
    start("ov2640", "");
    sccb_write(0x30, 0xff, 1);
    g_assert_cmphex(sccb_read(0x30, 0x0a), ==, 0x26);
    g_assert_cmphex(sccb_read(0x30, 0x1c), ==, 0x7f);
    g_assert_cmphex(sccb_read(0x30, 0x1d), ==, 0xa2);
    sccb_write(0x30, 0x0a, 0x55);                       /* read only */
    g_assert_cmphex(sccb_read(0x30, 0x0a), ==, 0x26);
    g_assert_cmphex(sccb_read(0x30, 0xff), ==, 1);
    sccb_write(0x30, 0x24, 0x40);
    sccb_write(0x30, 0xff, 0);
    g_assert_cmphex(sccb_read(0x30, 0x24), ==, 0);      /* the other bank */
    sccb_write(0x30, 0xff, 1);
    g_assert_cmphex(sccb_read(0x30, 0x24), ==, 0x40);
    sccb_write(0x30, 0x12, 0x80);                       /* reset */
    g_assert_cmphex(sccb_read(0x30, 0x24), ==, 0);
    g_assert_cmphex(sccb_read(0x30, 0x12), ==, 0);
    g_assert_false(sccb_write(0x21, 0, 0));

    start("ov7670", "");
    g_assert_cmphex(sccb_read(0x21, 0x0a), ==, 0x76);
    g_assert_cmphex(sccb_read(0x21, 0x0b), ==, 0x73);
    start("ov9655", "");
    g_assert_cmphex(sccb_read(0x30, 0x0a), ==, 0x96);
    start("ov9655", ",address=0x3c");
    g_assert_cmphex(sccb_read(0x3c, 0x0a), ==, 0x96);
    g_assert_false(sccb_write(0x30, 0, 0));
}

/* ---- Formats ---- */

static bool is_near(int a, int b)
{
    return a >= b - 3 && a <= b + 3;
}

static void test_rgb_orders(void)
{
    uint8_t low[4 * WORDS], high[4 * WORDS];

    start("ov2640", "");
    ov2640(WIDTH, HEIGHT, 0x09);
    take(low, sizeof(low), 0);
    ov2640(WIDTH, HEIGHT, 0x08);
    take(high, sizeof(high), 0);
    for (unsigned i = 0; i < 2 * WIDTH; i++) {
        g_assert_cmphex(low[i], ==, high[i ^ 1]);
    }
}

/* Of an OV7670 by TSLB, and by COM3. */
static void test_rgb_orders_of_ov7670(void)
{
    static const struct {
        uint8_t tslb, com3;
        bool low_first;
    } orders[] = { { 0x04, 0, false }, { 0x0c, 0, true }, { 0x04, 0x40, true }, { 0x0c, 0x40, false } };
    static const uint8_t values[][2] = {
        { 0x17, 0 }, { 0x18, 2 * WIDTH / 8 }, { 0x32, 0 }, { 0x19, 0 }, { 0x1a, HEIGHT / 4 }, { 0x03, 0 }, { 0x11, 0x83 },
        { 0x12, 0x06 }, { 0x40, 0xd0 },                 /* colour bars */
    };
    uint8_t data[4 * WIDTH * HEIGHT];

    start("ov7670", "");
    write_all(0x21, values, G_N_ELEMENTS(values));
    for (unsigned i = 0; i < G_N_ELEMENTS(orders); i++) {
        uint16_t yellow;

        sccb_write(0x21, 0x3a, orders[i].tslb);
        sccb_write(0x21, 0x0c, orders[i].com3);
        take(data, sizeof(data), VSPOL);
        yellow = orders[i].low_first ? lduw_le_p(data + 20) : lduw_be_p(data + 20);
        g_assert_cmphex(yellow & 0xffe0, >=, 0xf000);
        g_assert_cmphex(yellow & 0x1f, <, 8);
    }
}

/* Y, U and V of white, yellow, cyan ... black. */
static void test_yuv(void)
{
    static const uint8_t colour[8][3] = {
        { 255, 128, 128 }, { 226, 0, 149 }, { 179, 171, 0 }, { 150, 43, 21 },
        { 105, 212, 235 }, { 76, 85, 255 }, { 29, 255, 107 }, { 0, 128, 128 },
    };
    static const struct {
        uint8_t tslb, com13;
        unsigned y, u;
    } orders[] = { { 0, 0, 0, 1 }, { 0, 1, 0, 3 }, { 8, 0, 1, 0 }, { 8, 1, 1, 2 } };
    static const uint8_t values[][2] = {
        { 0x17, 0 }, { 0x18, 2 * WIDTH / 8 }, { 0x32, 0 }, { 0x19, 0 }, { 0x1a, HEIGHT / 4 }, { 0x03, 0 }, { 0x11, 3 },
    };
    uint8_t data[4 * WIDTH * HEIGHT];

    start("ov7670", "");
    write_all(0x21, values, G_N_ELEMENTS(values));
    for (unsigned i = 0; i < G_N_ELEMENTS(orders); i++) {
        sccb_write(0x21, 0x3a, orders[i].tslb);
        sccb_write(0x21, 0x3d, orders[i].com13);
        take(data, sizeof(data), VSPOL);
        for (unsigned n = 0; n < 8; n++) {
            const uint8_t *at = data + n * 16;

            g_assert_true(is_near(at[orders[i].y], colour[n][0]));
            g_assert_true(is_near(at[orders[i].u], colour[n][1]));
            g_assert_true(is_near(at[orders[i].u ^ 2], colour[n][2]));
        }
    }
}

static void test_bayer(void)
{
    static const uint8_t values[][2] = {
        { 0x17, 0 }, { 0x18, WIDTH / 8 }, { 0x32, 0 }, { 0x19, 0 }, { 0x1a, HEIGHT / 4 }, { 0x03, 0 }, { 0x12, 1 },
        { 0x11, 3 }, { 0x70, 0x80 },
    };
    uint8_t data[WIDTH * HEIGHT];

    start("ov7670", "");
    write_all(0x21, values, G_N_ELEMENTS(values));
    take(data, sizeof(data), VSPOL);
    for (unsigned x = 0; x < WIDTH; x++) {              /* B G, and G R of bars */
        unsigned n = x / 4;

        g_assert_cmphex(data[x], ==, x & 1 ? (n & 4 ? 0 : 255) : (n & 1 ? 0 : 255));
        g_assert_cmphex(data[WIDTH + x], ==, x & 1 ? (n & 2 ? 0 : 255) : (n & 4 ? 0 : 255));
    }
}

/* Mirror and flip, of a picture with four corners. */
static void test_mirror(void)
{
    static const char ppm[] = "P6\n# four corners\n2 2\n255\n\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff";
    static const struct {
        uint8_t reg04;
        uint16_t first, last;
    } ways[] = { { 0, 0xf800, 0xffff }, { 0x80, 0x07e0, 0x001f }, { 0x40, 0x001f, 0x07e0 }, { 0xc0, 0xffff, 0xf800 } };
    g_autofree char *file = path_of("corners.ppm");
    g_autofree char *more = g_strdup_printf(",file=%s", file);
    uint16_t data[WIDTH * HEIGHT];

    put_file("corners.ppm", ppm, sizeof(ppm) - 1);
    start("ov2640", more);
    ov2640(WIDTH, HEIGHT, 0x09);
    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++) {
        sccb_write(0x30, 0xff, 1);
        sccb_write(0x30, 0x04, ways[i].reg04);
        take((uint8_t *)data, sizeof(data), 0);
        g_assert_cmphex(data[0], ==, ways[i].first);
        g_assert_cmphex(data[WIDTH * HEIGHT - 1], ==, ways[i].last);
    }
}

/* The sizes that drivers set, of which a frame is then exactly that long. */
static void test_sizes(void)
{
    static const uint8_t ov9655_qqvga[][2] = {
        { 0x12, 0x63 }, { 0x11, 0x01 }, { 0x6b, 0x5a }, { 0x40, 0x10 }, { 0x72, 0x22 }, { 0x73, 0x02 },
    };
    static const uint8_t ov7670_qqvga[][2] = {
        { 0x12, 0x04 }, { 0x40, 0xd0 }, { 0x11, 0x01 }, { 0x17, 0x13 }, { 0x18, 0x01 }, { 0x32, 0xb6 }, { 0x19, 0x02 },
        { 0x1a, 0x7a }, { 0x03, 0x0a }, { 0x0c, 0x04 }, { 0x3e, 0x1a }, { 0x72, 0x22 },
    };
    g_autofree uint8_t *data = g_malloc(PIXELS_MAX);

    start("ov9655", "");
    write_all(0x30, ov9655_qqvga, G_N_ELEMENTS(ov9655_qqvga));
    poke(DCMI + A_CR, 0);
    poke(DMA2 + 8, 0xffffffff);
    stream(1, RAM, 160 * 120 / 2, 0, 0);
    capture(SNAPSHOT | VSPOL);
    board_wait_ns(200000000);
    g_assert_cmphex(ris() & (FRAME | OVERRUN), ==, FRAME);
    g_assert_cmpuint(peek(DMA2 + 0x2c), ==, 0);
    start("ov7670", "");
    write_all(0x21, ov7670_qqvga, G_N_ELEMENTS(ov7670_qqvga));
    take(data, 160 * 120 * 2, VSPOL);
    start("ov2640", "");
    ov2640(160, 120, 0x09);
    take(data, 160 * 120 * 2, 0);
}

/* Another size in the middle of a line that the smaller one has not: what has been sent was of the larger one. */
static void test_size_changes(void)
{
    enum { FIRST = 440, TAKEN = 32, BYTES = 2 * 640, CLOCKS = 2 * 784, BEFORE = 29 };
    static const uint8_t vga[][2] = { { 0x12, 0x04 }, { 0x40, 0xd0 }, { 0x11, 0x83 } };
    static const char ppm[] = "P6\n2 2\n255\n\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff";
    g_autofree char *file = path_of("below.ppm"), *more = g_strdup_printf(",file=%s", file);
    int64_t line_ns = CLOCK_NS(CLOCKS);

    put_file("below.ppm", ppm, sizeof(ppm) - 1);
    for (unsigned n = 0; n < 4; n++) {
        uint16_t data[640];
        unsigned words;

        start("ov7670", more);
        write_all(0x21, vga, G_N_ELEMENTS(vga));
        poke(DCMI + A_CR, RISING | VSPOL | ENABLE);
        to_frame();
        poke(DCMI + A_CWSTRT, FIRST << 16);
        poke(DCMI + A_CWSIZE, (TAKEN - 1) << 16 | (BYTES - 1));
        stream(1, RAM, TAKEN * BYTES / 4, 0, 0);
        capture(SNAPSHOT | VSPOL | CROP);
        board_wait_ns((BEFORE + FIRST + 5) * line_ns + n * line_ns / 4);
        sccb_write(0x21, 0x12, 0x14);
        words = TAKEN * BYTES / 4 - peek(DMA2 + 0x2c);
        g_assert_cmpuint(words, >, 5 * BYTES / 4);
        g_assert_cmpuint(words, <, (TAKEN - 1) * BYTES / 4);
        for (unsigned i = 0; i < words * 2; i++) {
            if (i % 640 == 0) {
                qtest_memread(board, RAM + 2 * i, data, sizeof(data));
            }
            g_assert_cmphex(data[i % 640], ==, i % 640 < 320 ? 0x001f : 0xffff);
        }
    }
}

/* ---- Files ---- */

static void test_sequence(void)
{
    uint8_t colour[14] = "P6 1 1 255\n";
    g_autofree char *pattern = path_of("frame-*.ppm");
    g_autofree char *more = g_strdup_printf(",file=%s", pattern);
    uint16_t data[WIDTH * HEIGHT], last = 0;

    for (unsigned i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("frame-%u.ppm", i);

        memset(colour + 11, 0, 3);
        colour[11 + i] = 255;
        put_file(name, colour, sizeof(colour));
    }
    start("ov2640", more);
    ov2640(WIDTH, HEIGHT, 0x09);
    poke(DCMI + A_CR, RISING | ENABLE);
    for (unsigned i = 0; i < 6; i++) {                  /* every second one */
        poke(DCMI + A_CR, RISING | ENABLE);
        to_frame();
        take((uint8_t *)data, sizeof(data), 0);
        g_assert_true(data[0] == 0xf800 || data[0] == 0x07e0 || data[0] == 0x001f);
        g_assert_true(!last || data[0] == (last == 0xf800 ? 0x001f : last == 0x001f ? 0x07e0 : 0xf800));
        last = data[0];
    }
}

/* Is QEMU built with libpng and libjpeg?  Without it says so, when a file needs them. */
static bool has_libraries(void)
{
    static const char *const names[] = { "cut.png", "cut.jpg" };
    bool has = true;

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *file = path_of(names[i]);
        g_autofree char *line = g_strdup_printf("%s -machine stm32f407g_disc -display none -accel qtest "
                                                "-device stm32-camera,bus=i2c1,file=%s",
                                                g_getenv("QTEST_QEMU_BINARY"), file);
        g_autofree char *error = NULL;

        has &= g_spawn_command_line_sync(line, NULL, &error, NULL, NULL) && !strstr(error, "built without");
    }
    return has;
}

/* A red PNG; and the JPEG of the pattern, as the camera sends it, given back to it. */
static void test_png_and_jpeg(void)
{
    static const uint8_t png[] = {
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
        0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53,
        0xde, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00,
        0x00, 0x03, 0x01, 0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e,
        0x44, 0xae, 0x42, 0x60, 0x82,
    };
    g_autofree char *png_name = path_of("red.png"), *jpeg_name = path_of("pattern.jpg");
    g_autofree char *with_png = g_strdup_printf(",file=%s", png_name);
    g_autofree char *with_jpeg = g_strdup_printf(",file=%s", jpeg_name);
    uint16_t pixels[WIDTH * HEIGHT];
    uint8_t jpeg[4096], again[4096];
    unsigned bytes;

    put_file("red.png", png, sizeof(png));
    start("ov2640", with_png);
    ov2640(WIDTH, HEIGHT, 0x09);
    take((uint8_t *)pixels, sizeof(pixels), 0);
    g_assert_cmphex(pixels[0], ==, 0xf800);

    ov2640(WIDTH, HEIGHT, 0x10);
    sccb_write(0x30, 0xff, 1);
    sccb_write(0x30, 0x12, 0x42);                       /* bars */
    sccb_write(0x30, 0xff, 0);
    sccb_write(0x30, 0x44, 2);                          /* of good quality */
    poke(DCMI + A_CR, 0);
    poke(DMA2 + 8, 0xffffffff);
    stream(1, RAM, sizeof(jpeg) / 4, 0, 0);
    capture(SNAPSHOT | JPEG);
    board_wait_ns(2 * FRAME_NS);
    bytes = sizeof(jpeg) - 4 * peek(DMA2 + 0x2c);
    qtest_memread(board, RAM, jpeg, sizeof(jpeg));
    put_file("pattern.jpg", jpeg, bytes);
    start("ov2640", with_jpeg);
    ov2640(WIDTH, HEIGHT, 0x10);
    stream(1, RAM, sizeof(jpeg) / 4, 0, 0);
    capture(SNAPSHOT | JPEG);
    board_wait_ns(2 * FRAME_NS);
    qtest_memread(board, RAM, again, sizeof(again));
    g_assert_cmpmem(jpeg, bytes, again, bytes);         /* the same size: it is sent as it is */
    ov2640(WIDTH, HEIGHT, 0x09);
    take((uint8_t *)pixels, sizeof(pixels), 0);
    for (unsigned n = 0; n < 8; n++) {
        uint16_t c = pixels[2 * WIDTH + n * 4 + 1];

        g_assert_cmpint(c >> 15, ==, !(n & 2));
        g_assert_cmpint(c >> 10 & 1, ==, !(n & 4));
        g_assert_cmpint(c >> 4 & 1, ==, !(n & 1));
    }
}

/* A JPEG of 1600 x 1200 takes the sensor's 100 ms, not as long as all of its pixels. */
static void test_jpeg_time(void)
{
    int64_t begin;

    start("ov2640", "");
    ov2640(1600, 1200, 0x10);
    sccb_write(0x30, 0x5c, 0x05);
    sccb_write(0x30, 0xd3, 12);
    sccb_write(0x30, 0xff, 1);
    sccb_write(0x30, 0x12, 0);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    begin = qtest_clock_step(board, 1);
    to_frame();
    g_assert_cmpint(qtest_clock_step(board, 1) - begin, >, 95000000);
    g_assert_cmpint(qtest_clock_step(board, 1) - begin, <, 105000000);
}

static const struct Refused {
    const char *name, *args, *says;
} refused[] = {
    { "model", "model=ov5640", "model=ov5640: choose ov2640, ov7670 or ov9655" },
    { "missing", "file=%s/none.png", "cannot read it" },
    { "no-match", "file=%s/none*.png", "there is no such file" },
    { "no-picture", "file=%s/text", "is no picture; it has to be PNG, JPEG, or PPM" },
    { "cut-ppm", "file=%s/cut.ppm", "is a PPM that ends too early" },
    { "deep-ppm", "file=%s/deep.ppm", "values up to 65535" },
    { "huge-ppm", "file=%s/huge.ppm", "at most 4096 x 4096" },
    { "cut-png", "file=%s/cut.png", "PNG" },
    { "cut-jpeg", "file=%s/cut.jpg", "JPEG" },
    { "xclk", "xclk=12", "has to be hertz, 100000 to 100000000, or the pin" },
    { "xclk-pin", "xclk=pz9", "there is no pin 'pz9'" },
    { "reset-pin", "reset=px", "there is no pin 'px'" },
    { "two", "model=ov7670 -device stm32-camera,bus=i2c1", "there is a camera at the DCMI already" },
};

static void make_files(void)
{
    put_file("text", "hello, world", 12);
    put_file("cut.ppm", "P6 10 10 255\n12345", 18);
    put_file("deep.ppm", "P6 1 1 65535\n123456", 19);
    put_file("huge.ppm", "P6 50000 50000 255\n123456", 25);
    put_file("cut.png", "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\1", 20);
    put_file("cut.jpg", "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1", 13);
}

static void test_refused(const void *data)
{
    const struct Refused *r = data;
    const char *qemu = g_getenv("QTEST_QEMU_BINARY");
    g_autofree char *args = g_strdup_printf(r->args, folder);
    g_autofree char *line = g_strdup_printf("%s -machine stm32f407g_disc -display none -accel qtest "
                                            "-device stm32-camera,bus=i2c1,%s", qemu, args);
    g_autofree char *error = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(line, NULL, &error, &status, NULL));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(error, r->says));
    g_assert_cmpuint(board_lines_of(error), ==, 1);
}

/* Whatever the file is: QEMU starts, or ends with a line. */
static void test_broken_files(void)
{
    /* 8 x 8, grey, of PNG and JPEG is more than a test wants to hold: spoil headers */
    static const char *const heads[] = {
        "P6 8 8 255\n", "P5 8 8 255\n", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xdb",
    };
    const char *qemu = g_getenv("QTEST_QEMU_BINARY");
    GRand *random = g_rand_new_with_seed(1);
    g_autofree char *file = path_of("broken");
    g_autofree char *line = g_strdup_printf("%s -machine stm32f407g_disc -display none -accel qtest -S -monitor none "
                                            "-device stm32-camera,bus=i2c1,file=%s -device stm32-camera,bus=i2c1",
                                            qemu, file);

    for (unsigned i = 0; i < 24; i++) {
        uint8_t data[300];
        g_autofree char *error = NULL;
        int status;

        for (unsigned n = 0; n < sizeof(data); n++) {
            data[n] = g_rand_int(random);
        }
        memcpy(data, heads[i % 4], strlen(heads[i % 4]));
        put_file("broken", data, sizeof(data));
        g_assert_true(g_spawn_command_line_sync(line, NULL, &error, &status, NULL));
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
        g_assert_cmpuint(board_lines_of(error), ==, 1);
    }
    g_rand_free(random);
}

/* ---- Pins ---- */

static void test_reset_and_power(void)
{
    start("ov9655", ",reset=pd12,pwdn=pd6");
    g_assert_true(sccb_write(0x30, 0x24, 0x40));
    pin_drive("pd6", "1");
    g_assert_false(sccb_write(0x30, 0x24, 0x41));
    g_assert_cmpint(board_mistakes("no answer on SCCB: it is powered down"), ==, 1);
    pin_drive("pd6", "0");
    g_assert_cmphex(sccb_read(0x30, 0x24), ==, 0x40);   /* registers are kept */
    pin_drive("pd12", "0");
    g_assert_false(sccb_write(0x30, 0x24, 0x41));
    pin_drive("pd12", "1");
    g_assert_cmphex(sccb_read(0x30, 0x24), ==, 0);
}

/* XCLK from MCO1, HSI by 2: a frame takes three times as long as with 24 MHz. */
static void test_xclk(void)
{
    start("ov2640", ",xclk=pa8");
    g_assert_false(sccb_write(0x30, 0x24, 0x41));
    g_assert_cmpint(board_mistakes("it has no XCLK (its pin xclk= has no clock)"), ==, 1);
    poke(0x40023808, 4 << 24);
    board_route("pa8", 0);
    ov2640(WIDTH, HEIGHT, 0x09);
    g_assert_cmpint(board_clock_hz("/machine/peripheral-anon/device[0]/pixclk"), ==, 2000000);
    poke(DCMI + A_CR, RISING | ENABLE);
    to_frame();
    poke(DCMI + A_ICR, 0x1f);
    board_wait_ns(3 * FRAME_NS - 10000);
    g_assert_cmphex(ris() & VSYNC, ==, 0);
    board_wait_ns(20000);
    g_assert_cmphex(ris() & VSYNC, ==, VSYNC);
}

int main(int argc, char **argv)
{
    int failed;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("stm32-camera-XXXXXX", NULL);
    make_files();
    qtest_add_func("camera/identity", test_identity);
    qtest_add_func("camera/rgb-orders", test_rgb_orders);
    qtest_add_func("camera/rgb-orders-of-ov7670", test_rgb_orders_of_ov7670);
    qtest_add_func("camera/yuv", test_yuv);
    qtest_add_func("camera/bayer", test_bayer);
    qtest_add_func("camera/mirror", test_mirror);
    qtest_add_func("camera/sizes", test_sizes);
    qtest_add_func("camera/size-changes", test_size_changes);
    qtest_add_func("camera/sequence", test_sequence);
    if (has_libraries()) {
        qtest_add_func("camera/jpeg-time", test_jpeg_time);
        qtest_add_func("camera/png-and-jpeg", test_png_and_jpeg);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *name = g_strdup_printf("camera/refused/%s", refused[i].name);

        qtest_add_data_func(name, &refused[i], test_refused);
    }
    qtest_add_func("camera/broken-files", test_broken_files);
    qtest_add_func("camera/reset-and-power", test_reset_and_power);
    qtest_add_func("camera/xclk", test_xclk);
    failed = board_run_tests();
    {
        g_autofree char *command = g_strdup_printf("rm -rf %s", folder);

        failed |= system(command) != 0;
    }
    return failed;
}
