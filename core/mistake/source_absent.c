/*
 * The firmware's source in a build without libdw, see source.h: nothing is known.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/source.h"

void source_add(const void *elf, size_t size)
{
}

unsigned source_find(uint32_t address, GuestFrame *to, unsigned max)
{
    return 0;
}

bool source_unit(uint32_t address, const char **file, const char **compiler)
{
    return false;
}

bool source_step_out(uint32_t address, uint32_t r[16], bool (*read)(uint32_t address, uint32_t *word))
{
    return false;
}

bool source_member(const char *structure, const char *member, uint32_t *offset, bool *pointer)
{
    return false;
}
