/*
 * Pictures in PNG, by libpng.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <png.h>
#include "qapi/error.h"
#include "stm32/board/camera/picture.h"
#include "stm32/core/user_file.h"

bool picture_from_png(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    bool good = png_image_begin_read_from_memory(&image, file, size);

    if (good && (image.width > PICTURE_MAX || image.height > PICTURE_MAX)) {
        error_setg(errp, "file=%s: has %u x %u pixels; at most %u x %u are read", name, image.width, image.height,
                   PICTURE_MAX, PICTURE_MAX);
        png_image_free(&image);
        return false;
    }
    if (good) {
        const png_color black = { 0, 0, 0 };

        image.format = PNG_FORMAT_RGB;
        p->width = image.width;
        p->height = image.height;
        p->rgb = g_malloc((size_t)3 * p->width * p->height);
        good = png_image_finish_read(&image, &black, p->rgb, 0, NULL);
    }
    if (!good) {
        g_autofree char *why = user_text(image.message);

        error_setg(errp, "file=%s: is a PNG that can't be read: %s", name, why);
    }
    png_image_free(&image);
    return good;
}
