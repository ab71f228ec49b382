/*
 * LEDs with a WS2812 each, in a row: `colors`, "ff0000,00ff00" is red and green as they are lit.  Bits are told by the
 * real lengths of pulses, whoever makes them: a GPIO, a timer whose pulses a DMA sets, an SPI.  High for less than 500 ns
 * is a 0; 50 us low end a transfer, and the LEDs show it.
 *
 * What a row has no LED for goes on at DOUT, to a row whose DIN is there.
 *
 * Deliberately different: DOUT has no levels, a row hands on colours as a whole (FRAME_PIXELS).
 * Not able to: RGBW.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"
#include "stm32/core/counter.h"
#include "stm32/core/pins/frames.h"

#define TYPE_WS2812 "stm32-ws2812"
OBJECT_DECLARE_SIMPLE_TYPE(Ws2812, WS2812)

enum { ONE_NS = 500, RESET_NS = 50000, MOST = 1024 };

struct Ws2812 {
    Part parent_obj;
    uint32_t pixels, rows, cols;
    PinFollower follower;
    Signal in, out;
    QEMUTimer *timer;
    Drive drive;                /* what there is at DIN since `since` */
    const Picture *drawn;
    Picture picture;
    int64_t since;
    bool level;
    int64_t edge;               /* virtual ns: the last one */
    bool busy;                  /* bits have come that are not shown yet */
    int64_t look;               /* ... and when to look whether they are all */
    uint32_t got, word;         /* bits */
    uint32_t coming[MOST], lit[MOST];   /* 0xRRGGBB */
};

/* ---- Bits ---- */

static void take_bit(Ws2812 *w, bool bit)
{
    w->word = w->word << 1 | bit;
    w->got++;
    if (w->got % 24 == 0 && w->got / 24 <= MOST) {
        uint32_t grb = w->word & 0xffffff;

        w->coming[w->got / 24 - 1] = (grb & 0xff00) << 8 | grb >> 16 << 8 | (grb & 0xff);
    }
}

/* All have come: show them, and hand on what is left. */
static void show(Ws2812 *w)
{
    unsigned n = MIN(w->got / 24, MOST);
    PixelFrame frame = { .frame.bus = FRAME_PIXELS, .color = w->coming + w->pixels };

    memcpy(w->lit, w->coming, MIN(n, w->pixels) * sizeof(w->lit[0]));
    w->got = 0;
    w->busy = false;
    if (n > w->pixels) {
        frame.count = n - w->pixels;
        signal_send(&w->out, &frame.frame);
    }
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    Ws2812 *w = opaque;
    PixelFrame *f = (PixelFrame *)frame;

    frame_pass_run(frame, FRAME_PIXELS);
    if (frame->bus == FRAME_PIXELS) {
        w->got = 24 * MIN(f->count, MOST);
        memcpy(w->coming, f->color, w->got / 24 * sizeof(w->coming[0]));
        show(w);
    }
}

/* ---- Edges ---- */

static void edge(Ws2812 *w, bool level, int64_t ns)
{
    if (level == w->level) {
        return;
    }
    if (!level) {
        take_bit(w, ns - w->edge >= ONE_NS);
        if (!w->busy) {
            w->busy = true;
            w->look = ns + RESET_NS;
            counter_arm(w->timer, w->look);
        }
    } else if (w->busy && ns - w->edge >= RESET_NS) {
        show(w);
    }
    w->level = level;
    w->edge = ns;
}

/* Take the edges that there have been until @ns. */
static void take_until(Ws2812 *w, int64_t ns)
{
    const Drive *d = &w->drive;

    if (d->kind == DRIVE_WAVE) {
        uint64_t n = wave_edges(d, w->since), end = wave_edges(d, ns);

        /* more than a look's worth: the host was away, and nobody has set the pulses */
        for (n = MAX(n, end > 4096 ? end - 4096 : 0); n < end; n++) {
            edge(w, (n + 1) % 2, wave_edge_ns(d, n + 1));
        }
    } else if (d->kind == DRIVE_PICTURE) {
        unsigned n = picture_begun(d->picture, w->since), end = picture_begun(d->picture, ns);

        for (; n < end; n++) {
            edge(w, picture_level_after(d->picture, n + 1), picture_bit_ns(d->picture, n));
        }
    }
    w->since = MAX(w->since, ns);
}

static void remember(Ws2812 *w, int64_t ns)
{
    w->drive = pin_state(w->follower.pin);
    w->drawn = NULL;
    if (w->drive.kind == DRIVE_PICTURE) {
        w->drawn = w->drive.picture;
        w->picture = *w->drawn;
        w->drive.picture = &w->picture;
    }
    w->since = ns;
    edge(w, drive_level_at(&w->drive, ns), ns);
}

/* Something else is there from now on; a picture in a row of them, or a new square, since it says. */
static void changed(void *opaque)
{
    Ws2812 *w = opaque;
    Drive d = pin_state(w->follower.pin);
    int64_t now = drive_now();
    bool row = d.kind == DRIVE_PICTURE && d.picture == w->drawn && d.picture->count;
    bool pulse = d.kind == DRIVE_WAVE && d.start > w->since;    /* of a timer that nobody asked for its events */
    int64_t start = row ? d.picture->start : pulse ? d.start : now, ns = MAX(MIN(start, now), w->since);

    take_until(w, ns);
    remember(w, ns);
}

/* Has it been low for long enough? */
static void expired(void *opaque)
{
    Ws2812 *w = opaque;
    int64_t now = drive_now();

    take_until(w, now);
    if (!w->busy) {
        return;
    }
    if (!w->level && now - w->edge >= RESET_NS) {
        show(w);
        return;
    }
    w->look = MAX(w->level ? now + RESET_NS : w->edge + RESET_NS, now + 1000);
    counter_arm(w->timer, w->look);
}

/* ---- The part ---- */

static char *get_colors(Object *obj, Error **errp)
{
    Ws2812 *w = WS2812(obj);
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < w->pixels; n++) {
        g_string_append_printf(text, n ? ",%06x" : "%06x", w->lit[n]);
    }
    return g_string_free(text, false);
}

static bool ws2812_fit(Part *part, Error **errp)
{
    Ws2812 *w = WS2812(part);

    w->pixels = w->rows ? (uint64_t)w->rows * w->cols > MOST ? 0 : w->rows * w->cols : w->pixels;
    if (!w->pixels || w->pixels > MOST) {
        error_setg(errp, "%s: there can be 1 to %u LEDs", part_id(part), MOST);
        return false;
    }
    w->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, w);
    signal_init(&w->in, "ws2812");
    w->in.heard = heard;
    w->in.opaque = w;
    signal_solder(&w->in, part_find_leg(part, "DIN"));
    signal_init(&w->out, "ws2812");
    signal_solder(&w->out, part_find_leg(part, "DOUT"));
    w->follower = (PinFollower) { .changed = changed, .opaque = w, .pictures = true };
    w->since = drive_now();
    pin_follow(&w->follower, part_find_leg(part, "DIN"));
    return true;
}

static int ws2812_pre_save(void *opaque)
{
    take_until(opaque, drive_now());
    return 0;
}

static int ws2812_post_load(void *opaque, int version_id)
{
    Ws2812 *w = opaque;

    w->drive = DRIVE_LEVEL(w->level);           /* until what is there is told */
    w->drawn = NULL;
    w->since = drive_now();
    counter_arm(w->timer, w->busy ? w->look : COUNTER_NEVER);
    return 0;
}

static const VMStateDescription ws2812_vmstate = {
    .name = TYPE_WS2812, .version_id = 1, .minimum_version_id = 1,
    .pre_save = ws2812_pre_save, .post_load = ws2812_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(level, Ws2812),
        VMSTATE_INT64(edge, Ws2812),
        VMSTATE_BOOL(busy, Ws2812),
        VMSTATE_INT64(look, Ws2812),
        VMSTATE_UINT32(got, Ws2812),
        VMSTATE_UINT32(word, Ws2812),
        VMSTATE_UINT32_ARRAY(coming, Ws2812, MOST),
        VMSTATE_UINT32_ARRAY(lit, Ws2812, MOST),
        VMSTATE_END_OF_LIST()
    },
};

static void ws2812_class_init(ObjectClass *klass, void *data)
{
    DEVICE_CLASS(klass)->vmsd = &ws2812_vmstate;
    object_class_property_add_str(klass, "colors", get_colors, NULL);
}

static const char *const looks[] = {
    "brightness", "matrixBrightness", "pixelShape", "pixelate", "pixelSize", "background", "layout", NULL
};
static const char *const shows[] = { "colors", NULL };

static void one_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VDD", "DOUT", "VSS", "DIN", NULL };
    static const Property properties[] = { DEFINE_PROP_UINT32("pixels", Ws2812, pixels, 1) };

    DEVICE_CLASS(klass)->desc = "WS2812: VDD, DOUT, VSS, DIN";
    part_class_set(klass, legs, looks, shows, ws2812_fit);
    device_class_set_props(DEVICE_CLASS(klass), properties);
}

static void strip_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VDD", "DIN", "VSS", "VDD.2", "DOUT", "VSS.2", NULL };
    static const Property properties[] = { DEFINE_PROP_UINT32("pixels", Ws2812, pixels, 8) };

    DEVICE_CLASS(klass)->desc = "strip of WS2812: VDD, DIN, VSS, DOUT; pixels=";
    part_class_set(klass, legs, looks, shows, ws2812_fit);
    device_class_set_props(DEVICE_CLASS(klass), properties);
}

static void ring_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "GND", "VCC", "DIN", "DOUT", NULL };
    static const Property properties[] = { DEFINE_PROP_UINT32("pixels", Ws2812, pixels, 16) };

    DEVICE_CLASS(klass)->desc = "ring of WS2812: GND, VCC, DIN, DOUT; pixels=";
    part_class_set(klass, legs, looks, shows, ws2812_fit);
    device_class_set_props(DEVICE_CLASS(klass), properties);
}

static void matrix_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VDD VCC", "VSS GND", "DIN", "DOUT", NULL };
    static const Property properties[] = {
        DEFINE_PROP_UINT32("rows", Ws2812, rows, 8), DEFINE_PROP_UINT32("cols", Ws2812, cols, 8),
    };

    DEVICE_CLASS(klass)->desc = "matrix of WS2812: VDD, VSS, DIN, DOUT; rows=, cols=";
    part_class_set(klass, legs, looks, shows, ws2812_fit);
    device_class_set_props(DEVICE_CLASS(klass), properties);
}

static const TypeInfo ws2812_types[] = {
    { .name = TYPE_WS2812, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(Ws2812),
      .class_init = ws2812_class_init },
    { .name = "wokwi-neopixel", .parent = TYPE_WS2812, .class_init = one_class_init },
    { .name = "wokwi-led-strip", .parent = TYPE_WS2812, .class_init = strip_class_init },
    { .name = "wokwi-led-ring", .parent = TYPE_WS2812, .class_init = ring_class_init },
    { .name = "wokwi-led-matrix", .parent = TYPE_WS2812, .class_init = matrix_class_init },
    { .name = "wokwi-neopixel-matrix", .parent = TYPE_WS2812, .class_init = matrix_class_init },
    { .name = "wokwi-neopixel-canvas", .parent = TYPE_WS2812, .class_init = matrix_class_init },
};
DEFINE_TYPES(ws2812_types)
