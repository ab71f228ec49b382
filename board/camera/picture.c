/*
 * Pictures in files, see picture.h: PPM and PGM here, PNG and JPEG by their libraries, if those are there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glob.h>
#include "qapi/error.h"
#include "stm32/board/camera/picture.h"
#include "stm32/core/user_file.h"

#define MAX_FILES 1000
#define MAX_BYTES (64 * 1024 * 1024)

/* ---- PPM ---- */

/* A number of the header, behind blanks and comments; 0: there is none. */
static unsigned read_number(const uint8_t *file, size_t size, size_t *at)
{
    unsigned n = 0;

    while (*at < size && (g_ascii_isspace(file[*at]) || file[*at] == '#')) {
        if (file[*at] == '#') {
            while (*at < size && file[*at] != '\n') {
                ++*at;
            }
        } else {
            ++*at;
        }
    }
    while (*at < size && g_ascii_isdigit(file[*at]) && n < 100000) {
        n = 10 * n + file[(*at)++] - '0';
    }
    return n;
}

bool picture_from_ppm(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp)
{
    unsigned channels = file[1] == '6' ? 3 : 1, most;
    size_t at = 2, pixels;

    p->width = read_number(file, size, &at);
    p->height = read_number(file, size, &at);
    most = read_number(file, size, &at);
    at++;
    pixels = (size_t)p->width * p->height;
    if (!pixels || p->width > PICTURE_MAX || p->height > PICTURE_MAX || most != 255) {
        error_setg(errp, "file=%s: is a PPM of %u x %u with values up to %u; it has to have values up to 255, and "
                   "at most %u x %u", name, p->width, p->height, most, PICTURE_MAX, PICTURE_MAX);
        return false;
    }
    if (at > size || size - at < pixels * channels) {
        error_setg(errp, "file=%s: is a PPM that ends too early", name);
        return false;
    }
    p->rgb = g_malloc(3 * pixels);
    for (size_t i = 0; i < 3 * pixels; i++) {
        p->rgb[i] = file[at + (channels == 3 ? i : i / 3)];
    }
    return true;
}

/* ---- Files ---- */

static bool read_picture(Picture24 *p, const char *name, Error **errp)
{
    size_t size;
    g_autofree uint8_t *file = (uint8_t *)user_file_read("file", name, MAX_BYTES, &size, errp);

    if (!file) {
        return false;
    }
    if (size > 8 && file[0] == 'P' && (file[1] == '6' || file[1] == '5')) {
        return picture_from_ppm(p, name, file, size, errp);
    }
    if (size > 8 && !memcmp(file, "\x89PNG", 4)) {
        return picture_from_png(p, name, file, size, errp);
    }
    if (size > 8 && file[0] == 0xff && file[1] == 0xd8) {
        if (!picture_from_jpeg(p, name, file, size, errp)) {
            return false;
        }
        p->jpeg = g_memdup2(file, size);
        p->jpeg_size = size;
        return true;
    }
    error_setg(errp, "file=%s: is no picture; it has to be PNG, JPEG, or PPM (P6)", name);
    return false;
}

bool picture_source_open(PictureSource *source, const char *name, Error **errp)
{
    glob_t files = { };
    bool good = true;

    *source = (PictureSource) { };
    if (!name) {
        return true;
    }
    if (strpbrk(name, "*?[") && glob(name, 0, NULL, &files) != 0) {
        error_setg(errp, "file=%s: there is no such file", name);
        return false;
    }
    source->count = files.gl_pathc ?: 1;
    if (source->count > MAX_FILES) {
        error_setg(errp, "file=%s: are %u files; at most %u are read", name, source->count, MAX_FILES);
        globfree(&files);
        return false;
    }
    source->picture = g_new0(Picture24, source->count);
    for (unsigned i = 0; i < source->count && good; i++) {
        good = read_picture(&source->picture[i], files.gl_pathc ? files.gl_pathv[i] : name, errp);
    }
    globfree(&files);
    return good;
}

const Picture24 *picture_of_frame(const PictureSource *source, uint64_t frame)
{
    return source->count ? &source->picture[frame % source->count] : NULL;
}

bool picture_is_still(const PictureSource *source, unsigned y, unsigned height, bool bars)
{
    unsigned side = MAX(height / 8, 1);

    return bars || source->count == 1 || (!source->count && (y < side || y >= 2 * side));
}

/* ---- The test pattern ---- */

static void bar(uint8_t *rgb, unsigned n)
{
    /* white, yellow, cyan, green, magenta, red, blue, black */
    rgb[0] = n & 2 ? 0 : 255;
    rgb[1] = n & 4 ? 0 : 255;
    rgb[2] = n & 1 ? 0 : 255;
}

void test_pattern(uint8_t *rgb, unsigned x, unsigned y, unsigned width, unsigned height, uint64_t frame, bool bars)
{
    unsigned side = MAX(height / 8, 1), left = frame * 4 % width;

    if (bars) {
        bar(rgb, x * 8 / width);
    } else if (y >= height - height / 4) {
        rgb[0] = rgb[1] = rgb[2] = x * 255 / MAX(width - 1, 1);
    } else if (y >= side && y < 2 * side && (x + width - left) % width < side) {
        rgb[0] = rgb[1] = rgb[2] = 128;
    } else {
        bar(rgb, x * 8 / width);
    }
}
