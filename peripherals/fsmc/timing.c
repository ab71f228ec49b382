/*
 * How long cycles are (RM0090 36.5.4, 36.6.3): for who makes them, with timing=approximate, for the note that a part
 * can't follow, and for FEMPT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"

#define FIFO_WORDS 2            /* 16 in an STM32F42x */

bool fsmc_holds_address(const FsmcSlot *slot, uint32_t timing)
{
    uint32_t bcr = fsmc_bcr(slot);

    return FIELD_EX32(bcr, BCR1, MUXEN) || (FIELD_EX32(bcr, BCR1, EXTMOD) && FIELD_EX32(timing, BTR1, ACCMOD) == 3);
}

static unsigned cycles(const FsmcSlot *slot, uint32_t timing)
{
    return FIELD_EX32(timing, BTR1, ADDSET) + FIELD_EX32(timing, BTR1, DATAST) +
           (fsmc_holds_address(slot, timing) ? FIELD_EX32(timing, BTR1, ADDHLD) : 0);
}

unsigned fsmc_read_cycles(const FsmcSlot *slot)
{
    return cycles(slot, fsmc_btr(slot));
}

unsigned fsmc_write_cycles(const FsmcSlot *slot)
{
    return cycles(slot, FIELD_EX32(fsmc_bcr(slot), BCR1, EXTMOD) ? fsmc_bwtr(slot) : fsmc_btr(slot)) + 1;
}

void fsmc_check_timing(FsmcSlot *slot, bool write)
{
    Periph *p = &slot->s->parent_obj;
    unsigned needed = write ? slot->part->write_ns : slot->part->read_ns;
    unsigned count = write ? fsmc_write_cycles(slot) : fsmc_read_cycles(slot);
    uint64_t ns = clock_ticks_to_ns(p->clk, count);

    slot->timed[write] = true;
    if (ns < needed) {
        periph_mistake(p, FSMC016, "%s of %s take %u HCLK cycles, %" PRIu64 " ns; the part there (%s) needs "
                       "%u ns: raise DATAST in %s%u", write ? "writes" : "reads",
                       fsmc_select_line(slot->select), count, ns, object_get_typename(OBJECT(slot->part)),
                       needed, write && FIELD_EX32(fsmc_bcr(slot), BCR1, EXTMOD) ? "BWTR" : "BTR",
                       slot->select + 1);
    }
}

/* A cycle of SET, WAIT and HOLD, each with its own plus. */
unsigned fsmc_nand_cycles(const FsmcSlot *slot, FsmcSpace space)
{
    const uint32_t *regs = slot->s->parent_obj.regs;
    uint32_t timing = space == FSMC_IO ? regs[R_PIO4] : regs[FSMC_PCR(slot->select) + 2 + (space == FSMC_ATTRIBUTE)];

    return FIELD_EX32(timing, PMEM2, MEMSET) + 1 + FIELD_EX32(timing, PMEM2, MEMWAIT) + 1 +
           FIELD_EX32(timing, PMEM2, MEMHOLD);
}

/* What does not fit would stop the bus until it does. */
void fsmc_fifo_fill(FsmcSlot *slot, FsmcSpace space, unsigned count)
{
    FsmcNand *n = fsmc_nand(slot);
    uint64_t now = counter_now(&slot->s->hclk), cycle = fsmc_nand_cycles(slot, space);

    n->fifo_empty = MIN(MAX(n->fifo_empty, now) + count * cycle, now + FIFO_WORDS * 4 * cycle);
}

bool fsmc_fifo_is_empty(Fsmc *s, FsmcSelect select)
{
    return counter_now(&s->hclk) >= s->nand[select - FSMC_NCE2].fifo_empty;
}
