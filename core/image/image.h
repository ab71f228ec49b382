/*
 * Firmware files: ELF, Intel HEX, Motorola S-records or raw binary, written straight into the memories
 * of the chip, as a programmer would.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_IMAGE_IMAGE_H
#define STM32_CORE_IMAGE_IMAGE_H

#include "exec/hwaddr.h"
#include "exec/memory.h"

/*
 * Load the file @name through @as; a raw binary goes to @raw_base.  The kind is told by the content.
 * An ELF file's function names are remembered (symbols.h).
 * Returns a check sum of the file, for the caller to free; or NULL with one clear line in @errp: not
 * readable, not for an Arm core, or a part of it does not fall into memory.
 */
char *image_load(const char *name, AddressSpace *as, hwaddr raw_base, Error **errp);

/* Is all of [addr, addr + size) memory, not registers and not nothing? */
bool image_is_memory(AddressSpace *as, hwaddr addr, uint64_t size);

#endif
