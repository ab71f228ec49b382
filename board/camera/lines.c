/*
 * Lines of a sensor, see lines.h: the source's picture scaled to the sensor's (nearest pixel), mirrored, and its
 * pixels as bytes.  YUV is BT.601 of the full range.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "stm32/board/camera/lines.h"

unsigned line_items(const SensorMode *m)
{
    return m->pixels == PIXELS_BAYER ? m->width : 2 * m->width;
}

/* ---- Pixels ---- */

static void pixel(const PictureSource *source, const SensorMode *m, uint64_t frame, unsigned x, unsigned y,
                  uint8_t *rgb)
{
    const Picture24 *p = m->bars ? NULL : picture_of_frame(source, frame);

    x = m->mirror ? m->width - 1 - x : x;
    y = m->flip ? m->height - 1 - y : y;
    if (p) {
        memcpy(rgb, p->rgb + 3 * ((size_t)(y * p->height / m->height) * p->width + x * p->width / m->width), 3);
    } else {
        test_pattern(rgb, x, y, m->width, m->height, frame, m->bars);
    }
}

static uint8_t clip(int value)
{
    return MIN(MAX(value, 0), 255);
}

static uint8_t luminance(const uint8_t *c)
{
    return (77 * c[0] + 150 * c[1] + 29 * c[2] + 128) >> 8;
}

/* Two pixels: Y U Y V, or in another order. */
static void put_yuv(const SensorMode *m, const uint8_t *a, const uint8_t *b, uint16_t *items)
{
    int red = (a[0] + b[0]) / 2, green = (a[1] + b[1]) / 2, blue = (a[2] + b[2]) / 2;
    uint8_t u = clip(((-43 * red - 85 * green + 128 * blue) >> 8) + 128);
    uint8_t v = clip(((128 * red - 107 * green - 21 * blue) >> 8) + 128);
    unsigned y = m->low_first ? 1 : 0;

    items[y] = luminance(a);
    items[y + 2] = luminance(b);
    items[1 - y] = m->v_first ? v : u;
    items[3 - y] = m->v_first ? u : v;
}

static void put_rgb(const SensorMode *m, const uint8_t *c, uint16_t *items)
{
    unsigned word = m->pixels == PIXELS_RGB565 ? (c[0] >> 3) << 11 | (c[1] >> 2) << 5 | c[2] >> 3
                                               : (c[0] >> 3) << 10 | (c[1] >> 3) << 5 | c[2] >> 3;

    items[m->low_first ? 0 : 1] = word & 0xff;
    items[m->low_first ? 1 : 0] = word >> 8;
}

/* B G in lines with even numbers, G R in others. */
static uint8_t bayer(const uint8_t *c, unsigned x, unsigned y)
{
    return y & 1 ? (x & 1 ? c[0] : c[1]) : (x & 1 ? c[1] : c[2]);
}

/* A code's first byte is never one of data. */
static void avoid_codes(uint16_t *items, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        items[i] = MIN(MAX(items[i], 1), 254);
    }
}

static void make(const PictureSource *source, const SensorMode *m, uint64_t frame, unsigned y, uint16_t *items)
{
    uint8_t c[2][3] = { };

    for (unsigned x = 0; x < m->width; x++) {
        pixel(source, m, frame, x, y, c[x & 1]);
        if (m->pixels == PIXELS_BAYER) {
            items[x] = bayer(c[x & 1], x, y);
        } else if (m->pixels != PIXELS_YUV422) {
            put_rgb(m, c[x & 1], items + 2 * x);
        } else if (x & 1) {
            put_yuv(m, c[0], c[1], items + 2 * (x - 1));
        } else if (x + 1 == m->width) {
            items[2 * x] = items[2 * x + 1] = 128;
        }
    }
    if (m->embedded) {
        avoid_codes(items, line_items(m));
    }
}

void line_forget(LineCache *cache)
{
    g_free(cache->data);
    g_free(cache->known);
    *cache = (LineCache) { };
}

unsigned line_make(LineCache *cache, const PictureSource *source, const SensorMode *m, uint64_t frame, unsigned y,
                   uint16_t *items)
{
    unsigned count = line_items(m);
    bool still = picture_is_still(source, m->flip ? m->height - 1 - y : y, m->height, m->bars);
    uint8_t *kept;

    if (!cache->data) {
        cache->data = g_malloc((size_t)count * m->height);
        cache->known = g_new0(bool, m->height);
    }
    kept = cache->data + (size_t)count * y;
    if (still && cache->known[y]) {
        for (unsigned i = 0; i < count; i++) {
            items[i] = kept[i];
        }
        return count;
    }
    make(source, m, frame, y, items);
    for (unsigned i = 0; i < count && still; i++) {
        kept[i] = items[i];
    }
    cache->known[y] = still;
    return count;
}

/* ---- JPEG ---- */

void jpeg_forget(CameraJpeg *jpeg)
{
    g_free(jpeg->data);
    *jpeg = (CameraJpeg) { };
}

static void make_jpeg(CameraJpeg *jpeg, const PictureSource *source, const SensorMode *m, uint64_t frame)
{
    const Picture24 *p = picture_of_frame(source, frame);
    g_autofree uint8_t *rgb = NULL;

    jpeg_forget(jpeg);
    jpeg->frame = frame;
    if (p && p->jpeg && p->width == m->width && p->height == m->height && !m->mirror && !m->flip && !m->bars) {
        jpeg->data = g_memdup2(p->jpeg, p->jpeg_size);
        jpeg->size = p->jpeg_size;
    } else {
        rgb = g_malloc((size_t)3 * m->width * m->height);
        for (unsigned y = 0; y < m->height; y++) {
            for (unsigned x = 0; x < m->width; x++) {
                pixel(source, m, frame, x, y, rgb + 3 * ((size_t)y * m->width + x));
            }
        }
        jpeg->data = jpeg_of(rgb, m->width, m->height, m->quality, &jpeg->size);
    }
    if (jpeg->size > (size_t)m->items * m->height) {
        warn_report_once("stm32-camera: a JPEG of %zu bytes is more than a frame of %u x %u carries: its end is lost",
                         jpeg->size, m->width, m->height);
    }
}

unsigned line_of_jpeg(CameraJpeg *jpeg, const PictureSource *source, const SensorMode *m, uint64_t frame, unsigned y,
                      uint16_t *items)
{
    size_t begin = (size_t)y * m->items;
    unsigned count;

    if (!jpeg->data || jpeg->frame != frame) {
        make_jpeg(jpeg, source, m, frame);
    }
    count = begin < jpeg->size ? MIN(jpeg->size - begin, m->items) : 0;
    for (unsigned i = 0; i < count; i++) {
        items[i] = jpeg->data[begin + i];
    }
    return count;
}
