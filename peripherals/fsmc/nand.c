/*
 * Banks 2 and 3, NAND flash, and bank 4, PC Card (RM0090 36.6).
 *
 * Address line 16 is CLE of a NAND and line 17 its ALE, whatever the width is.  Writes are done at once; FEMPT
 * says when the FIFO would have given them all to the flash.  unsure: what is reserved in a bank
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"

#define ATTRIBUTE 0x08000000
#define IO 0x0c000000
#define SECTIONS 0x30000        /* of commands and addresses */

FsmcSpace fsmc_space_at(uint32_t offset)
{
    return offset < FSMC_REGION_SIZE ? FSMC_COMMON : offset < IO ? FSMC_ATTRIBUTE : FSMC_IO;
}

/* Which space is at @addr of a bank?  False: none. */
static bool find_space(const FsmcSlot *slot, hwaddr addr, FsmcSpace *space)
{
    *space = fsmc_space_at(addr);
    return addr < FSMC_REGION_SIZE || (addr >= ATTRIBUTE && addr < IO) ||
           (addr >= IO && slot->select == FSMC_NCE4);
}

/* As in bank 1. */
static bool is_reached(FsmcSlot *slot, const char *what, bool *error)
{
    Periph *p = &slot->s->parent_obj;
    uint32_t pcr = fsmc_pcr(slot);
    unsigned n = slot->select - FSMC_NCE2 + 2;

    *error = false;
    if (fsmc_is_dead(slot->s)) {
        periph_mistake(p, FSMC010, "%s of bank %u while the controller %s", what, n,
                       p->held ? "is held in reset by RCC: a bus error" : "has no clock: a bus error");
        *error = true;
        return false;
    }
    if (!FIELD_EX32(pcr, PCR2, PBKEN)) {
        periph_mistake(p, FSMC011, "%s of bank %u, which is off: a bus error; set PCR%u.PBKEN first", what, n,
                       n);
        *error = true;
        return false;
    }
    if (slot->select == FSMC_NCE4 && !signal_level(fsmc_line(slot->s, "cd"), false)) {
        periph_mistake(p, FSMC012, "%s of bank 4 while its pin CD is low, no card is there: a bus error", what);
        *error = true;
        return false;
    }
    if (FIELD_EX32(pcr, PCR2, PTYP) != (slot->select != FSMC_NCE4)) {
        periph_mistake(p, FSMC013, "%s of bank %u with PTYP %u", what, n,
                       (unsigned)FIELD_EX32(pcr, PCR2, PTYP));
    }
    if (!slot->part) {
        periph_mistake(p, FSMC014, "%s of bank %u: nothing is connected there%s", what, n,
                       slot->select == FSMC_NCE2 ? "; -device stm32-nand,bank=nce2 is"
                       : slot->select == FSMC_NCE3 ? "; -device stm32-nand,bank=nce3 is"
                       : "; -device stm32-compactflash is");
        return false;
    }
    return true;
}

static bool is_reserved(FsmcSlot *slot, const char *what, hwaddr addr, FsmcSpace *space)
{
    if (find_space(slot, addr, space)) {
        return false;
    }
    periph_mistake(&slot->s->parent_obj, FSMC015, "%s of bank %u at reserved +0x%08" HWADDR_PRIx, what,
                   slot->select - FSMC_NCE2 + 2, addr);
    return true;
}

MemTxResult fsmc_nand_read(FsmcSlot *slot, hwaddr addr, uint64_t *data, unsigned size)
{
    FsmcSpace space;
    bool error;

    *data = MAKE_64BIT_MASK(0, size * 8);
    if (!is_reached(slot, "read", &error)) {
        return error ? MEMTX_ERROR : MEMTX_OK;
    }
    if (!is_reserved(slot, "read", addr, &space)) {
        *data = fsmc_cycles_read(slot, space, addr, size);
        if (!(addr & SECTIONS)) {
            fsmc_ecc_add(slot, *data, size);
        }
    }
    return MEMTX_OK;
}

MemTxResult fsmc_nand_write(FsmcSlot *slot, hwaddr addr, uint64_t data, unsigned size)
{
    FsmcSpace space;
    bool error;

    if (!is_reached(slot, "write", &error)) {
        return error ? MEMTX_ERROR : MEMTX_OK;
    }
    if (!is_reserved(slot, "write", addr, &space)) {
        fsmc_fifo_fill(slot, space, slot->wide ? DIV_ROUND_UP(size, 2) : size);
        fsmc_cycles_write(slot, space, addr, data, size);
        if (!(addr & SECTIONS)) {
            fsmc_ecc_add(slot, data, size);
        }
    }
    return MEMTX_OK;
}

void fsmc_nand_interrupt(FsmcSlot *slot, bool level)
{
    uint32_t *sr = &slot->s->parent_obj.regs[FSMC_SR(slot->select)];
    FsmcNand *n = fsmc_nand(slot);

    if (level != n->interrupt && !fsmc_is_dead(slot->s)) {
        *sr |= level ? R_SR2_IRS_MASK | R_SR2_ILS_MASK : R_SR2_IFS_MASK;
    }
    n->interrupt = level;
}
