/*
 * SpiBits in a snapshot, see spi_bits.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/pins/spi_bits.h"

static bool is_sane(void *opaque, int version_id)
{
    SpiBits *b = opaque;

    return b->width <= 32 && (b->count < b->width || !b->count);
}

const VMStateDescription vmstate_spi_bits = {
    .name = "stm32-spi-bits", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(in, SpiBits),
        VMSTATE_UINT32(out, SpiBits),
        VMSTATE_UINT8(width, SpiBits),
        VMSTATE_UINT8(count, SpiBits),
        VMSTATE_VALIDATE("the count of bits", is_sane),
        VMSTATE_END_OF_LIST()
    },
};
