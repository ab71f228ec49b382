/*
 * The array of a NAND flash, see nand.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "stm32/board/memories/nand.h"

static uint64_t total(const NandStore *store)
{
    return (uint64_t)store->pages * NAND_PAGE_BYTES;
}

static bool open_drive(NandStore *store, Error **errp)
{
    int64_t size = blk_getlength(store->drive);

    if (size < 0 || size < total(store)) {
        error_setg(errp, "drive=: the image has %" PRId64 " bytes, and %u pages with their spare bytes are %" PRIu64
                   ": make it as large, filled with 0xff", size, store->pages, total(store));
        return false;
    }
    if (!blk_supports_write_perm(store->drive)) {
        error_setg(errp, "drive=: the image can't be written");
        return false;
    }
    return !blk_set_perm(store->drive, BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE, BLK_PERM_ALL, errp);
}

bool nand_store_init(NandStore *store, DeviceState *dev, const char *name, Error **errp)
{
    if (store->drive) {
        return open_drive(store, errp);
    }
    if (!memory_region_init_ram(&store->ram, OBJECT(dev), name, total(store), errp)) {
        return false;
    }
    store->inverted = memory_region_get_ram_ptr(&store->ram);
    return true;
}

bool nand_store_read(NandStore *store, uint32_t page, uint8_t *bytes)
{
    const uint8_t *from = store->inverted + (uint64_t)page * NAND_PAGE_BYTES;

    if (store->drive) {
        return blk_pread(store->drive, (int64_t)page * NAND_PAGE_BYTES, NAND_PAGE_BYTES, bytes, 0) >= 0;
    }
    for (unsigned i = 0; i < NAND_PAGE_BYTES; i++) {
        bytes[i] = ~from[i];
    }
    return true;
}

bool nand_store_program(NandStore *store, uint32_t page, const uint8_t *bytes)
{
    int64_t at = (int64_t)page * NAND_PAGE_BYTES;
    uint8_t old[NAND_PAGE_BYTES];

    if (!store->drive) {
        for (unsigned i = 0; i < NAND_PAGE_BYTES; i++) {
            store->inverted[at + i] |= ~bytes[i];
        }
        memory_region_set_dirty(&store->ram, at, NAND_PAGE_BYTES);
        return true;
    }
    if (!nand_store_read(store, page, old)) {
        return false;
    }
    for (unsigned i = 0; i < NAND_PAGE_BYTES; i++) {
        old[i] &= bytes[i];
    }
    return blk_pwrite(store->drive, at, NAND_PAGE_BYTES, old, 0) >= 0;
}

bool nand_store_erase(NandStore *store, uint32_t block)
{
    const unsigned size = NAND_BLOCK_PAGES * NAND_PAGE_BYTES;
    int64_t at = (int64_t)block * size;
    g_autofree uint8_t *ones = NULL;

    if (!store->drive) {
        memset(store->inverted + at, 0, size);
        memory_region_set_dirty(&store->ram, at, size);
        return true;
    }
    ones = g_malloc(size);
    memset(ones, 0xff, size);
    return blk_pwrite(store->drive, at, size, ones, 0) >= 0;
}
