/*
 * Loads and stores through NULL: at 0 the chip shows what it starts from, so nothing faults.
 *
 * A load is one only if the program does not run there itself, and if what is there is not the vector table of VTOR: its
 * first words are for who starts a program, and the rest for who copies it from the beginning, or has looked where it is
 * (FreeRTOS, whether its handlers are there).  A byte is never a vector, nor is what strlen() and its like read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "stm32/checks/state.h"
#include "stm32/core/symbols.h"

#define FIRST_WORDS 8           /* MSP and the reset vector */
#define FUNCTION_SIZE 64        /* of whom no name is known */

static bool is_ram(uint32_t address)
{
    hwaddr offset, length = 1;

    RCU_READ_LOCK_GUARD();
    return memory_access_is_direct(address_space_translate(&address_space_memory, address, &offset, &length, true,
                                                           MEMTXATTRS_UNSPECIFIED), true, MEMTXATTRS_UNSPECIFIED);
}

void null_store(uint32_t pc, uint32_t address, unsigned size)
{
    if (!is_ram(address)) {
        guest_mistake_at(CORE, MEM003, pc, "0x%0*x is stored at 0x%08x", 2 * size, check_value(), address);
    }
}

static uint32_t reader;         /* of the first words of the table, or of VTOR */

void null_vtor_load(uint32_t pc)
{
    reader = pc;
}

/* Is it somebody who reads the vector table where VTOR has it? */
static bool is_vector(uint32_t pc, uint32_t address, unsigned size)
{
    const char *name = symbols_name(pc);

    if (size < 4 || (name && g_str_has_prefix(name, "str"))) {
        return false;
    }
    if (address < FIRST_WORDS) {
        reader = pc;
        return true;
    }
    return name ? symbols_name(reader) == name : pc - reader < FUNCTION_SIZE;
}

void null_load(uint32_t pc, uint32_t address, unsigned size)
{
    uint32_t table = check_vector_table();

    if (pc < checks_chip->flash_alias || is_ram(address)) {
        return;
    }
    if (table >= checks_chip->flash_alias || (table == 0 && !is_vector(pc, address, size))) {
        guest_mistake_at(CORE, MEM004, pc, "0x%08x is read", address);
    }
}
