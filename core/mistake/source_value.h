/*
 * What the registers of a function's caller are, by its frame information: the few operations of DWARF that
 * compilers use there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_SOURCE_VALUE_H
#define STM32_CORE_MISTAKE_SOURCE_VALUE_H

#include <elfutils/libdw.h>

typedef bool ReadWord(uint32_t address, uint32_t *word);

/* From registers @r in the function of @frame to those of its caller.  False if that can't be told. */
bool source_caller(Dwarf_Frame *frame, const uint32_t r[16], uint32_t caller[16], ReadWord *read);

#endif
