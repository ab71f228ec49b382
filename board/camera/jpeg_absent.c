/*
 * Without libjpeg.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/camera/picture.h"

bool picture_from_jpeg(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp)
{
    error_setg(errp, "file=%s: this QEMU is built without JPEG; install libjpeg-dev and build again, or give a PPM",
               name);
    return false;
}

uint8_t *jpeg_of(const uint8_t *rgb, unsigned width, unsigned height, unsigned quality, size_t *size)
{
    *size = 0;
    return NULL;
}

bool jpeg_is_there(void)
{
    return false;
}
