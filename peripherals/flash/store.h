/*
 * Non-volatile memory that is written like flash: reading goes at memory speed, programming turns
 * ones into zeros, erasing makes ones.
 *
 * With a drive its contents come from there at start and go back there when they have changed: when
 * the machine starts or stops (so firmware from -kernel, the loader or a debugger is kept too), and
 * some time after programming.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_FLASH_STORE_H
#define STM32_PERIPHERALS_FLASH_STORE_H

#include "exec/memory.h"
#include "hw/qdev-core.h"
#include "system/block-backend.h"

typedef struct FlashStore {
    MemoryRegion mr;
    BlockBackend *blk;          /* or NULL */
    uint8_t *saved;             /* what @blk holds */
    QEMUTimer *save_soon;
    bool save_failed;
} FlashStore;

/* @size bytes for @dev, erased.  A guest's writes go to @ops. */
bool flash_store_init(FlashStore *f, DeviceState *dev, const MemoryRegionOps *ops, const char *name,
                      uint64_t size, Error **errp);

/* Keep the contents in @blk, which has to be of the same size. */
bool flash_store_set_drive(FlashStore *f, BlockBackend *blk, Error **errp);

static inline uint8_t *flash_store_bytes(FlashStore *f, hwaddr addr)
{
    return (uint8_t *)memory_region_get_ram_ptr(&f->mr) + addr;
}

/* And the @size bytes of @data into what is there.  Returns false if that could not make ones. */
bool flash_store_program(FlashStore *f, hwaddr addr, uint64_t data, unsigned size);

void flash_store_erase(FlashStore *f, hwaddr addr, hwaddr size);

#endif
