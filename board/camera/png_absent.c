/*
 * Without libpng.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/camera/picture.h"

bool picture_from_png(Picture24 *p, const char *name, const uint8_t *file, size_t size, Error **errp)
{
    error_setg(errp, "file=%s: this QEMU is built without PNG; install libpng-dev and build again, or give a PPM", name);
    return false;
}
