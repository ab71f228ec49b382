/*
 * NAND flash: what its files share.  nand.c is the device over nand_store.c, its array, nand_bad.c, blocks that are
 * not to be used, and nand_onfi.c, what it says of itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_MEMORIES_NAND_H
#define STM32_BOARD_MEMORIES_NAND_H

#include "exec/memory.h"
#include "system/block-backend.h"

#define NAND_PAGE 2048
#define NAND_SPARE 64
#define NAND_PAGE_BYTES (NAND_PAGE + NAND_SPARE)
#define NAND_BLOCK_PAGES 64
#define NAND_PARAMETERS 256     /* bytes of a parameter page, which comes three times */

/* The array: in RAM, or in an image of pages with their spare bytes, one behind the other. */
typedef struct NandStore {
    BlockBackend *drive;
    MemoryRegion ram;           /* inverted, so that what is erased costs nothing */
    uint8_t *inverted;
    uint32_t pages;
} NandStore;

bool nand_store_init(NandStore *store, DeviceState *dev, const char *name, Error **errp);
/* False: the image can't be read or written. */
bool nand_store_read(NandStore *store, uint32_t page, uint8_t *bytes);
/* Bits go to 0, but not back. */
bool nand_store_program(NandStore *store, uint32_t page, const uint8_t *bytes);
bool nand_store_erase(NandStore *store, uint32_t block);

/* Blocks that are bad from the beginning: their first two pages say so by 0 in their first spare byte. */
typedef struct NandBad {
    unsigned long *map;         /* bit n: block n, of so many: */
    uint32_t blocks;
} NandBad;

/* @text: "3:17", or NULL. */
bool nand_bad_init(NandBad *bad, const char *text, uint32_t blocks, Error **errp);
/* Is @page in one of them?  And put its mark into what has been read of it. */
bool nand_bad_has(const NandBad *bad, uint32_t page);
void nand_bad_mark(const NandBad *bad, uint32_t page, uint8_t *bytes);

/* Its five bytes of identity, as Micron's parts have them. */
void nand_identity(uint8_t id[5], uint32_t pages, bool wide);
void nand_parameters(uint8_t bytes[NAND_PARAMETERS], uint32_t pages, bool wide);

#endif
