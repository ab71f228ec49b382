/*
 * Single cycles at a select, and what an access of the bus is made of (RM0090 36.4, table 211): one that is
 * wider than the memory is split into cycles, lowest address first; a narrower read takes its part of a
 * whole cycle, and a narrower write has byte lanes.
 *
 * With 16 bits of bank 1 line An is HADDR bit n + 1.  Who has no byte lanes gets a byte on both halves of the
 * data lines.  unsure: that; the core repeats a byte over its bus, a DMA may not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"

static inline void look(FsmcSlot *slot, bool write)
{
    if (unlikely(!slot->told)) {
        fsmc_tell(slot);
    }
    if (unlikely(!slot->timed[write]) && fsmc_is_ne(slot)) {
        fsmc_check_timing(slot, write);
    }
}

static inline uint32_t lines_of(const FsmcSlot *slot, hwaddr addr)
{
    return (slot->wide && fsmc_is_ne(slot) ? addr >> 1 : addr) & slot->address;
}

/* Do the lines say so to the part? */
static inline bool gets_there(const FsmcSlot *slot, FsmcSpace space, bool write)
{
    if (space == FSMC_COMMON || !slot->class->card) {
        return write ? slot->writes : slot->reads;
    }
    if (space == FSMC_IO) {
        return write ? slot->io_writes : slot->io_reads;
    }
    return slot->registers && (write ? slot->writes : slot->reads);
}

static uint16_t read_cycle(FsmcSlot *slot, FsmcSpace space, hwaddr addr)
{
    uint16_t data = FSMC_FLOATING;

    if (gets_there(slot, space, false)) {
        data = slot->class->read(slot->part, space, lines_of(slot, addr));
    }
    return (data & slot->data) | (FSMC_FLOATING & ~slot->data);
}

static void write_cycle(FsmcSlot *slot, FsmcSpace space, hwaddr addr, uint16_t data, unsigned lanes)
{
    if (gets_there(slot, space, true)) {
        data = (data & slot->data) | (FSMC_FLOATING & ~slot->data);
        slot->class->write(slot->part, space, lines_of(slot, addr), data, slot->lanes ? lanes : slot->wide ? 3 : 1);
    }
}

uint64_t fsmc_cycles_read(FsmcSlot *slot, FsmcSpace space, hwaddr addr, unsigned size)
{
    uint64_t data = 0;

    look(slot, false);
    if (!slot->wide) {
        for (unsigned i = 0; i < size; i++) {
            data |= (uint64_t)(read_cycle(slot, space, addr + i) & 0xff) << 8 * i;
        }
    } else if (size == 1 && slot->lanes && slot->class->read_byte) {
        unsigned shift = addr % 2 * 8;

        data = gets_there(slot, space, false) ? slot->class->read_byte(slot->part, space, lines_of(slot, addr)) : 0xff;
        data = (data & slot->data >> shift) | (FSMC_FLOATING & ~slot->data) >> shift;
        data &= 0xff;
    } else if (size == 1) {
        data = read_cycle(slot, space, addr & ~1) >> addr % 2 * 8 & 0xff;
    } else {
        for (unsigned i = 0; i < size; i += 2) {
            data |= (uint64_t)read_cycle(slot, space, addr + i) << 8 * i;
        }
    }
    return data;
}

void fsmc_cycles_write(FsmcSlot *slot, FsmcSpace space, hwaddr addr, uint64_t data, unsigned size)
{
    look(slot, true);
    if (unlikely(addr == slot->suspicious)) {
        fsmc_tell_shift(slot);
    }
    if (!slot->wide) {
        for (unsigned i = 0; i < size; i++) {
            write_cycle(slot, space, addr + i, data >> 8 * i & 0xff, 1);
        }
    } else if (size == 1) {
        write_cycle(slot, space, addr & ~1, (data & 0xff) * 0x101, 1 << addr % 2);
    } else {
        for (unsigned i = 0; i < size; i += 2) {
            write_cycle(slot, space, addr + i, data >> 8 * i, 3);
        }
    }
}
