/*
 * What the camera's lines show at the pins: a logic analyser's picture of a frame is the one in memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "stm32/tests/qtest/camera.h"

enum { CIRC = 1 << 8 };
enum { PIXCLK, HREF, VSYNC_PIN, D0, TRACES = D0 + 8 };
#define PINS "pa6:pa4:pb7:pc6:pc7:pc8:pc9:pc11:pi4:pe5:pe6"

static char *vcd;

static void start(const char *more)
{
    g_autofree char *args = NULL;
    int fd = g_file_open_tmp("stm32-dcmi-XXXXXX", &vcd, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    args = g_strdup_printf(" -device stm32-logic,id=la,file=%s,pins=" PINS "%s", vcd, more);
    ov2640_start(args);
}

static void forget(void)
{
    unlink(vcd);
    g_clear_pointer(&vcd, g_free);
}

/* One who samples data at the rising edge of PIXCLK while HREF is high, as a DCMI does. */
typedef struct Sampler {
    bool level[TRACES];
    int64_t ns, line_ns, pixel_ns;
    GByteArray *frame;
    GPtrArray *frames;          /* of GByteArray: from one VSYNC to the next */
    unsigned lines;
} Sampler;

static void sample(Sampler *s)
{
    uint8_t byte = 0;

    for (unsigned i = 0; i < 8; i++) {
        byte |= s->level[D0 + i] << i;
    }
    g_byte_array_append(s->frame, &byte, 1);
}

static void change(Sampler *s, unsigned trace, bool level)
{
    bool rises = level && !s->level[trace];

    s->level[trace] = level;
    if (trace == PIXCLK && rises) {
        if (s->pixel_ns) {              /* 6 MHz */
            g_assert_cmpint(ABS(s->ns - s->pixel_ns - 167), <=, 1);
        }
        s->pixel_ns = s->ns;
        if (s->level[HREF]) {
            sample(s);
        }
    } else if (trace == HREF && rises) {
        if (s->line_ns && s->lines) {
            g_assert_cmpint(ABS(s->ns - s->line_ns - LINE_NS), <=, 2);
        }
        s->line_ns = s->ns;
        s->lines++;
    } else if (trace == VSYNC_PIN && rises) {
        g_ptr_array_add(s->frames, s->frame);
        s->frame = g_byte_array_new();
        s->lines = 0;
    }
}

/* From the time @begin on. */
static GPtrArray *frames_of_file(int64_t begin)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) word = NULL;
    Sampler s = { .frame = g_byte_array_new(), .frames = g_ptr_array_new() };

    qtest_qmp_assert_success(board, "{'execute': 'stop'}");
    g_assert_true(g_file_get_contents(vcd, &text, NULL, NULL));
    qtest_qmp_assert_success(board, "{'execute': 'cont'}");
    word = g_strsplit_set(strstr(text, "$enddefinitions $end\n"), " \n", 0);
    for (char **w = word; *w; w++) {
        if (**w == '#') {
            s.ns = g_ascii_strtoll(*w + 1, NULL, 10);
        } else if (strlen(*w) == 2 && (**w == '0' || **w == '1') && s.ns >= begin) {
            g_assert_cmpuint((*w)[1] - '!', <, TRACES);
            change(&s, (*w)[1] - '!', **w == '1');
        }
    }
    g_byte_array_unref(s.frame);
    return s.frames;
}

static void free_frames(GPtrArray *frames)
{
    for (unsigned i = 0; i < frames->len; i++) {
        g_byte_array_unref(frames->pdata[i]);
    }
    g_ptr_array_unref(frames);
}

static void test_frame(void)
{
    uint8_t memory[4 * WORDS];
    unsigned found = 0;
    GPtrArray *frames;
    int64_t begin;

    start("");
    begin = board_get_int("/machine", "virtual-time");
    stream(1, RAM, WORDS, CIRC, 0);
    capture(SNAPSHOT);
    board_wait_ns(2 * FRAME_NS + LINE_NS);
    g_assert_cmphex(ris() & FRAME, ==, FRAME);
    qtest_memread(board, RAM, memory, sizeof(memory));
    frames = frames_of_file(begin);
    g_assert_cmpuint(frames->len, >=, 2);
    for (unsigned i = 1; i < frames->len; i++) {        /* the first is not a whole one */
        GByteArray *frame = frames->pdata[i];

        g_assert_cmpuint(frame->len, ==, sizeof(memory));
        found += !memcmp(frame->data, memory, sizeof(memory));
    }
    g_assert_cmpuint(found, >=, 1);
    free_frames(frames);
    forget();
}

static double pixclk_hz(void)
{
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-get', 'arguments': {'path': '/machine/soc/gpioa/pa6', "
                              "'property': 'frequency'}}");
    double hz = qdict_get_double(answer, "return");

    qobject_unref(answer);
    return hz;
}

/* PIXCLK of an OV7670 with 24 MHz, by CLKRC and DBLV. */
static void test_ov7670_clock(void)
{
    static const struct {
        uint8_t clkrc, dblv;
        double mhz;
    } table[] = {
        { 0x80, 0x0a, 24 }, { 0x00, 0x0a, 12 }, { 0x40, 0x0a, 24 }, { 0x81, 0x0a, 12 }, { 0x9f, 0x0a, 0.75 },
        { 0x03, 0x0a, 3 }, { 0x01, 0x4a, 24 },          /* 30 frames a second, as its maker has it */
    };

    camera_start("-device stm32-camera,model=ov7670,bus=i2c1");
    for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
        sccb_write(0x21, 0x11, table[i].clkrc);
        sccb_write(0x21, 0x6b, table[i].dblv);
        g_assert_cmpfloat_with_epsilon(pixclk_hz(), table[i].mhz * 1e6, 1e4);
    }
}

/* What is drawn follows from the camera's state. */
static void test_snapshot(void)
{
    g_autofree char *file = NULL, *args = NULL;
    GPtrArray *frames;
    int64_t begin;

    start(" -machine wire=pa6-pd8");
    g_assert_cmpfloat_with_epsilon(pixclk_hz(), 6e6, 1);
    file = board_save();
    args = g_strdup_printf("-device stm32-camera,model=ov2640,bus=i2c1 -device stm32-logic,id=la,file=%s,pins=" PINS
                           " -machine wire=pa6-pd8", vcd);
    board_load(file, args);
    unlink(file);
    g_assert_cmpfloat_with_epsilon(pixclk_hz(), 6e6, 1);
    begin = board_get_int("/machine", "virtual-time");
    board_wait_ns(2 * FRAME_NS);
    frames = frames_of_file(begin);
    g_assert_cmpuint(frames->len, >=, 2);
    g_assert_cmpuint(((GByteArray *)frames->pdata[1])->len, ==, 4 * WORDS);
    free_frames(frames);
    forget();
}

/* Somebody who looks at a slow line alone sees its edges, and of a fast one as many as anybody could serve. */
static void test_interrupt_by_vsync(void)
{
    int64_t at[2];

    ov2640_start("");
    board_enable("syscfg");
    poke(0x40013800 + 0x0c, 1 << 12);                   /* EXTI7 is PB7, VSYNC */
    poke(0x40013c00 + 0x08, 1 << 7);
    poke(0x40013c00 + 0x00, 1 << 7);
    for (unsigned i = 0; i < 2; i++) {
        poke(0x40013c00 + 0x14, 1 << 7);
        for (unsigned n = 0; n < 1000 && !(peek(0x40013c00 + 0x14) & 1 << 7); n++) {
            qtest_clock_step_next(board);
        }
        g_assert_cmphex(peek(0x40013c00 + 0x14) & 1 << 7, !=, 0);
        at[i] = board_get_int("/machine", "virtual-time");
    }
    g_assert_cmpint(ABS(at[1] - at[0] - FRAME_NS), <=, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("dcmi-pins/frame", test_frame);
    qtest_add_func("dcmi-pins/ov7670-clock", test_ov7670_clock);
    qtest_add_func("dcmi-pins/snapshot", test_snapshot);
    qtest_add_func("dcmi-pins/interrupt-by-vsync", test_interrupt_by_vsync);
    return board_run_tests();
}
