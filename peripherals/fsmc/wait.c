/*
 * NWAIT (RM0090 36.5.4 ASYNCWAIT, 36.5.6 WAITEN, 36.6.5 PWAITEN): a part that holds it lets an access wait until it is ready.
 *
 * Time does not go on within an access: what the part does is done then, and with timing=approximate the core waits for
 * as long as that would have taken.  Of the banks 2 to 4 NWAIT is active low.
 *
 * Deliberately different: a DMA does not wait; whoever else holds NWAIT lets nobody wait, and is told of (FSMC017).
 * WAITCFG is a cycle.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "exec/cycles.h"
#include "stm32/peripherals/fsmc/state.h"

/* Synchronous accesses have a bit of their own. */
static bool asks(const FsmcSlot *slot, bool write)
{
    uint32_t bcr = fsmc_bcr(slot);
    bool synchronous;

    if (!fsmc_is_ne(slot)) {
        return FIELD_EX32(fsmc_pcr(slot), PCR2, PBKEN) && FIELD_EX32(fsmc_pcr(slot), PCR2, PWAITEN);
    }
    synchronous = write ? FIELD_EX32(bcr, BCR1, CBURSTRW) : FIELD_EX32(bcr, BCR1, BURSTEN);
    return FIELD_EX32(bcr, BCR1, MBKEN) &&
           (synchronous ? FIELD_EX32(bcr, BCR1, WAITEN) : FIELD_EX32(bcr, BCR1, ASYNCWAIT));
}

static bool is_active(FsmcSlot *slot)
{
    bool active = fsmc_is_ne(slot) && FIELD_EX32(fsmc_bcr(slot), BCR1, WAITPOL);

    return signal_level(fsmc_line(slot->s, "nwait"), !active) == active;
}

bool fsmc_may_wait(FsmcSlot *slot)
{
    return slot->class->finish && fsmc_line_is_routed(slot->s, "nwait") && (asks(slot, false) || asks(slot, true));
}

void fsmc_wait(FsmcSlot *slot, bool write, bool core)
{
    int64_t ns;

    if (!slot->part || !slot->class->finish || fsmc_is_dead(slot->s) || !asks(slot, write) || !is_active(slot)) {
        return;
    }
    ns = slot->class->finish(slot->part);
    if (core && cycle_model) {
        slot->s->access.held = MIN(clock_ns_to_ticks(slot->s->parent_obj.clk, ns), INT32_MAX);
    }
}

void fsmc_check_wait(FsmcSlot *slot)
{
    bool high = FIELD_EX32(fsmc_bcr(slot), BCR1, WAITPOL);

    if (fsmc_is_ne(slot) && FIELD_EX32(fsmc_bcr(slot), BCR1, ASYNCWAIT) &&
        !FIELD_EX32(fsmc_bcr(slot), BCR1, BURSTEN) && is_active(slot)) {
        periph_mistake(&slot->s->parent_obj, FSMC017, "%s is used with ASYNCWAIT while NWAIT (PD6) is %s: "
                       "on silicon the access does not end before that changes; clear BCR.ASYNCWAIT if "
                       "nothing drives it", fsmc_select_line(slot->select), high ? "high" : "low");
    }
}
