/*
 * Bank 1 (RM0090 36.5): four regions of 64 Mbyte for SRAM, PSRAM, NOR flash and displays.
 *
 * Deliberately different: bursts and their clock make no difference but with timing=approximate.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"

#define MTYP_NOR 2

/* Is there an answer at all; @error: the bus has one. */
static bool is_reached(FsmcSlot *slot, const char *what, bool *error)
{
    Periph *p = &slot->s->parent_obj;
    uint32_t bcr = fsmc_bcr(slot);
    unsigned n = slot->select + 1;

    *error = false;
    if (unlikely(fsmc_is_dead(slot->s))) {
        /* unsure: nobody answers */
        periph_mistake(p, FSMC001, "%s at NE%u while the controller %s", what, n,
                       p->held ? "is held in reset by RCC: a bus error" : "has no clock: a bus error");
        *error = true;
        return false;
    }
    if (unlikely(!FIELD_EX32(bcr, BCR1, MBKEN))) {
        periph_mistake(p, FSMC002, "%s at NE%u, which is off: a bus error; set BCR%u.MBKEN first", what, n, n);
        *error = true;
        return false;
    }
    if (unlikely(FIELD_EX32(bcr, BCR1, MTYP) == MTYP_NOR && !FIELD_EX32(bcr, BCR1, FACCEN))) {
        periph_mistake(p, FSMC003, "%s of NOR flash at NE%u with FACCEN 0: a bus error; set BCR%u.FACCEN",
                       what, n, n);
        *error = true;
        return false;
    }
    if (unlikely(!slot->part)) {
        periph_mistake(p, FSMC004, "%s at NE%u: nothing is connected there; -device "
                       "stm32-sram,bank=ne%u,size=1M is", what, n, n);
        return false;
    }
    return true;
}

MemTxResult fsmc_region_read(FsmcSlot *slot, hwaddr addr, uint64_t *data, unsigned size)
{
    bool error;

    if (is_reached(slot, "read", &error)) {
        *data = fsmc_cycles_read(slot, FSMC_COMMON, addr, size);
    } else {
        *data = MAKE_64BIT_MASK(0, size * 8);
    }
    return error ? MEMTX_ERROR : MEMTX_OK;
}

MemTxResult fsmc_region_write(FsmcSlot *slot, hwaddr addr, uint64_t data, unsigned size)
{
    Periph *p = &slot->s->parent_obj;
    unsigned n = slot->select + 1;
    bool error;

    if (!is_reached(slot, "write", &error)) {
        return error ? MEMTX_ERROR : MEMTX_OK;
    }
    if (unlikely(!FIELD_EX32(fsmc_bcr(slot), BCR1, WREN))) {
        periph_mistake(p, FSMC005, "write at NE%u with WREN 0: a bus error; set BCR%u.WREN", n, n);
        return MEMTX_ERROR;
    }
    if (unlikely(size == 1 && slot->wide && FIELD_EX32(fsmc_bcr(slot), BCR1, MTYP) == MTYP_NOR)) {
        periph_mistake(p, FSMC006, "byte written at NE%u, which is NOR flash of 16 bits: it has no byte "
                       "lanes, the other half of the word is written too", n);
    }
    fsmc_cycles_write(slot, FSMC_COMMON, addr, data, size);
    return MEMTX_OK;
}
