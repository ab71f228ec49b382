/*
 * The firmware's source: which file, line and function an address belongs to, and how a function finds its
 * caller, by the debug information (DWARF) of the ELF files that were loaded.  It is elfutils' libdw that reads
 * it, if that was there when this was built; without it nothing is known, but symbols.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_SOURCE_H
#define STM32_CORE_MISTAKE_SOURCE_H

#include "stm32/core/mistake/mistake.h"

/* An ELF file has been loaded; its bytes are copied. */
void source_add(const void *elf, size_t size);

/*
 * The functions at @address, at most @max, the innermost first: all but the last are inlined.  Returns how many
 * are known; their strings are the caller's.
 */
unsigned source_find(uint32_t address, GuestFrame *to, unsigned max);

/*
 * What was compiled into @address: the file's name as the compiler had it, and the compiler.  False if unknown; the
 * strings are the debug information's.
 */
bool source_unit(uint32_t address, const char **file, const char **compiler);

/* From the function at @address, with registers @r, to its caller.  False, and nothing done, if unknown. */
bool source_step_out(uint32_t address, uint32_t r[16], bool (*read)(uint32_t address, uint32_t *word));

/*
 * Where a member of `struct @structure` is, as "stack_info.start", and whether it is a pointer.  False if unknown.
 */
bool source_member(const char *structure, const char *member, uint32_t *offset, bool *pointer);

#endif
