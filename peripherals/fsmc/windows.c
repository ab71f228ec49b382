/*
 * What is seen of the banks in the chip's memory: a window for each select, whose accesses are cycles, and over
 * it a memory that is mapped while everything between is right.  The address lines that such a memory does not
 * have repeat it all over its region, which goes by cycles.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"
#include "stm32/core/lane.h"

/* What a DMA has had to bring up to now comes first. */
static inline void before_access(FsmcSlot *slot, bool write, MemTxAttrs attrs)
{
    if (unlikely(lanes_are_held())) {
        lanes_move();
    }
    fsmc_wait(slot, write, !attrs.unspecified);
}

static MemTxResult region_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    before_access(opaque, false, attrs);
    return fsmc_region_read(opaque, addr, data, size);
}

static MemTxResult region_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    before_access(opaque, true, attrs);
    return fsmc_region_write(opaque, addr, data, size);
}

static MemTxResult nand_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    before_access(opaque, false, attrs);
    return fsmc_nand_read(opaque, addr, data, size);
}

static MemTxResult nand_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    before_access(opaque, true, attrs);
    return fsmc_nand_write(opaque, addr, data, size);
}

static const MemoryRegionOps region_ops = {
    .read_with_attrs = region_read, .write_with_attrs = region_write,
    .endianness = DEVICE_LITTLE_ENDIAN, .valid.min_access_size = 1, .valid.max_access_size = 4,
};

static const MemoryRegionOps nand_ops = {
    .read_with_attrs = nand_read, .write_with_attrs = nand_write,
    .endianness = DEVICE_LITTLE_ENDIAN, .valid.min_access_size = 1, .valid.max_access_size = 4,
};

void fsmc_windows_init(Fsmc *s)
{
    memory_region_init(&s->bank1, OBJECT(s), "fsmc-bank1", FSMC_BANK_SIZE);
    for (unsigned i = 0; i < FSMC_SELECTS; i++) {
        FsmcSlot *slot = &s->slot[i];
        bool ne = i <= FSMC_NE4;

        slot->s = s;
        slot->select = i;
        memory_region_init_io(&slot->window, OBJECT(s), ne ? &region_ops : &nand_ops, slot,
                              fsmc_select_line(i), ne ? FSMC_REGION_SIZE : FSMC_BANK_SIZE);
        slot->window.disable_reentrancy_guard = true;       /* before_access() writes there, and ends */
        if (ne) {
            memory_region_add_subregion(&s->bank1, i * FSMC_REGION_SIZE, &slot->window);
        }
    }
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->bank1);
    for (unsigned i = FSMC_NCE2; i <= FSMC_NCE4; i++) {
        sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->slot[i].window);
    }
}

void fsmc_windows_add(FsmcSlot *slot)
{
    MemoryRegion *memory = slot->class->memory ? slot->class->memory(slot->part) : NULL;

    if (fsmc_is_ne(slot) && !slot->part->flash) {
        lane_let_bunch(&slot->window);
    }
    if (memory && fsmc_is_ne(slot)) {
        memory_region_init_alias(&slot->memory, OBJECT(slot->s), "fsmc-memory", memory, 0,
                                 memory_region_size(memory));
        memory_region_set_enabled(&slot->memory, false);
        memory_region_add_subregion_overlap(&slot->s->bank1, slot->select * FSMC_REGION_SIZE,
                                            &slot->memory, 1);
        slot->has_memory = true;
    }
}
