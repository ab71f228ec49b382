/*
 * The chip's memories, as who writes firmware to them sees them: see image.h and memory.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/core/image/memory.h"

bool image_is_memory(AddressSpace *as, hwaddr addr, uint64_t size)
{
    while (size) {
        MemoryRegionSection s = memory_region_find(as->root, addr, size);
        uint64_t found = int128_get64(s.size);
        bool ok = s.mr && (memory_region_is_ram(s.mr) || memory_region_is_romd(s.mr)) &&
                  s.offset_within_address_space == addr;

        if (s.mr) {
            memory_region_unref(s.mr);
        }
        if (!ok) {
            return false;
        }
        addr += found;
        size -= found;
    }
    return true;
}

bool image_put(const Image *image, hwaddr addr, const void *data, uint64_t size, Error **errp)
{
    if (!image_is_memory(image->as, addr, size)) {
        error_setg(errp, "'%s' does not fit: 0x%" PRIx64 " bytes at 0x%08" HWADDR_PRIx
                   " are not in a memory of this chip", image->name, size, addr);
        return false;
    }
    address_space_write_rom(image->as, addr, MEMTXATTRS_UNSPECIFIED, data, size);
    return true;
}
