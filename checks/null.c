/*
 * Loads and stores through NULL: at 0 the chip shows what it starts from, so nothing faults.
 *
 * A load is one only if the vector table is elsewhere, and the program does not run there itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "stm32/checks/state.h"

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

void null_load(uint32_t pc, uint32_t address)
{
    if (check_vector_table() >= checks_chip->flash_alias && pc >= checks_chip->flash_alias && !is_ram(address)) {
        guest_mistake_at(CORE, MEM004, pc, "0x%08x is read", address);
    }
}
