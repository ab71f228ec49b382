/*
 * How long accesses take (RM0090 36.5.4 to 36.5.6, 36.6.3), with timing=approximate: in cycles of HCLK, what the timing
 * registers of the select say, for each cycle at the memory that the access is made of.
 *
 * One access at a time: who comes while another is under way waits until that is over.  A write is taken at once if
 * none is, and the core goes on.  The FIFO of two words is for bursts, of which the core makes none.
 *
 * Between two cycles: one HCLK after an asynchronous read, BUSTURN if the bus is multiplexed or in mode D; BUSTURN after an
 * asynchronous write, between the two halves of a word as well, as an STM32F407 was measured (the manual has none between
 * two writes to the same bank); two HCLK after a synchronous one.  A synchronous access takes DATLAT + 2 periods of its
 * clock, and one for each item.  unsure: of the latter two, and that AHB itself costs nothing.
 *
 * A DMA asks how long its accesses take, and does not wait for the core's, nor the core for its.
 *
 * Not modelled: the turnaround of NAND and PC Card (MEMHIZ).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/cycles.h"
#include "stm32/peripherals/fsmc/access.h"
#include "stm32/peripherals/fsmc/state.h"

#define READ_TURN 1
#define SYNCHRONOUS_TURN 2

/* What of the select's registers counts for reads or for writes. */
typedef struct Cycle {
    unsigned first, next, after;        /* the first one at the memory, each that follows, before another access */
} Cycle;

static uint32_t timing_of(const FsmcSlot *slot, bool write)
{
    return write && FIELD_EX32(fsmc_bcr(slot), BCR1, EXTMOD) ? fsmc_bwtr(slot) : fsmc_btr(slot);
}

static bool is_synchronous(const FsmcSlot *slot, bool write)
{
    uint32_t bcr = fsmc_bcr(slot);

    return write ? FIELD_EX32(bcr, BCR1, CBURSTRW) : FIELD_EX32(bcr, BCR1, BURSTEN);
}

/* CLKDIV and DATLAT are in BTR for writes, too. */
static Cycle synchronous(const FsmcSlot *slot)
{
    unsigned clk = FIELD_EX32(fsmc_btr(slot), BTR1, CLKDIV) + 1;

    return (Cycle) { (FIELD_EX32(fsmc_btr(slot), BTR1, DATLAT) + 3) * clk, clk, SYNCHRONOUS_TURN };
}

static Cycle of_region(const FsmcSlot *slot, bool write)
{
    uint32_t timing = timing_of(slot, write);
    bool turns = write || fsmc_holds_address(slot, timing);
    Cycle c = { .after = turns ? FIELD_EX32(timing, BTR1, BUSTURN) : READ_TURN };

    if (is_synchronous(slot, write)) {
        return synchronous(slot);
    }
    c.first = write ? fsmc_write_cycles(slot) : fsmc_read_cycles(slot);
    c.next = c.after + c.first;
    return c;
}

static Cycle of_bank(const FsmcSlot *slot, FsmcSpace space)
{
    unsigned cycles = fsmc_nand_cycles(slot, space);

    return (Cycle) { cycles, cycles, 0 };
}

/* Who is off or in reset answers with an error, at once. */
static bool answers(const FsmcSlot *slot)
{
    return !fsmc_is_dead(slot->s) && (fsmc_is_ne(slot) ? FIELD_EX32(fsmc_bcr(slot), BCR1, MBKEN)
                                                       : FIELD_EX32(fsmc_pcr(slot), PCR2, PBKEN));
}

static FsmcSlot *slot_at(Fsmc *s, unsigned bank, uint32_t offset)
{
    return &s->slot[bank ? FSMC_NCE2 + bank - 1 : offset / FSMC_REGION_SIZE];
}

static Cycle cycle_at(const FsmcSlot *slot, uint32_t offset, bool write)
{
    return fsmc_is_ne(slot) ? of_region(slot, write) : of_bank(slot, fsmc_space_at(offset));
}

static unsigned items_of(const FsmcSlot *slot, unsigned size)
{
    return fsmc_is_wide(slot) ? DIV_ROUND_UP(size, 2) : size;
}

SlowAccess fsmc_slow_access(DeviceState *fsmc, unsigned bank, uint32_t offset, unsigned size, bool write)
{
    FsmcSlot *slot = slot_at(FSMC(fsmc), bank, offset);
    Cycle c;

    if (!answers(slot)) {
        return (SlowAccess) { };
    }
    c = cycle_at(slot, offset, write);
    return (SlowAccess) { c.first + (items_of(slot, size) - 1) * c.next, c.after };
}

unsigned fsmc_access_wait(DeviceState *fsmc, unsigned bank, uint32_t offset, unsigned size, bool write, int64_t now)
{
    Fsmc *s = FSMC(fsmc);
    FsmcSlot *slot = slot_at(s, bank, offset);
    FsmcAccess *a = &s->access;
    unsigned items = items_of(slot, size);
    int64_t begin, end;
    Cycle c;

    if (!answers(slot)) {
        return 0;
    }
    c = cycle_at(slot, offset, write);
    begin = MAX(now, a->free);
    end = begin + a->held + c.first + (items - 1) * c.next;
    a->held = 0;
    a->free = end + c.after;
    return write ? begin - now : MAX(end - (now + 1), 0);
}

void fsmc_wait_state(DeviceState *fsmc, uint8_t *state, int64_t now)
{
    int64_t left = MAX(FSMC(fsmc)->access.free - now, 0);

    memcpy(state, &left, sizeof(left));
}

void fsmc_wait_pass(DeviceState *fsmc, int64_t cycles)
{
    FSMC(fsmc)->access.free += cycles;
}

static bool access_needed(void *opaque)
{
    return cycle_model;
}

const VMStateDescription fsmc_access_vmstate = {
    .name = "stm32f4-fsmc/access", .version_id = 1, .minimum_version_id = 1, .needed = access_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(access.free, Fsmc),
        VMSTATE_END_OF_LIST()
    },
};
