/*
 * What the readers of firmware files share: the file, and the memory it goes to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_IMAGE_MEMORY_H
#define STM32_CORE_IMAGE_MEMORY_H

#include "stm32/core/image/image.h"

typedef struct Image {
    const char *name;           /* as the user gave it */
    const uint8_t *data;
    size_t size;
    AddressSpace *as;
} Image;

/* Put @size bytes of @data to @addr; false, with a line in @errp, if that is not all memory. */
bool image_put(const Image *image, hwaddr addr, const void *data, uint64_t size, Error **errp);

/* The readers: false, with a line in @errp, if the file is not sound. */
bool image_load_elf(const Image *image, Error **errp);
bool image_load_hex(const Image *image, Error **errp);
bool image_load_srec(const Image *image, Error **errp);

#endif
