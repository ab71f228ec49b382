/*
 * What of a part is reached as registers and pins are: lines that are not routed, a width or a multiplexed
 * bus that it does not have.  A memory that is reached as a whole is mapped and has the speed of RAM; anything
 * else goes cycle by cycle, and what is wrong with it is said once.
 *
 * unsure: an address line that nobody drives is taken for low
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"

#define MTYP_NOR 2

static bool is_muxed(const FsmcSlot *slot)
{
    return fsmc_is_ne(slot) && FIELD_EX32(fsmc_bcr(slot), BCR1, MUXEN);
}

bool fsmc_is_wide(const FsmcSlot *slot)
{
    return fsmc_is_ne(slot) ? FIELD_EX32(fsmc_bcr(slot), BCR1, MWID) == 1
                            : FIELD_EX32(fsmc_pcr(slot), PCR2, PWID) == 1;
}

/* A0 to A15 come by way of the data lines, or not at all. */
static uint32_t address_lines(const FsmcSlot *slot, uint32_t address, uint32_t data)
{
    FsmcPart *part = slot->part;

    if (is_muxed(slot) || part->multiplexed) {
        bool latched = is_muxed(slot) && part->multiplexed && fsmc_line_is_routed(slot->s, "nl");

        address = (address & ~0xffffu) | (latched ? data : 0);
    }
    return address & part->address_lines;
}

/* Does the chip do with it all that memory needs? */
static bool is_plain_memory(const FsmcSlot *slot)
{
    FsmcPart *part = slot->part;
    uint32_t bcr = fsmc_bcr(slot);
    bool nor = FIELD_EX32(bcr, BCR1, MTYP) == MTYP_NOR;

    return !fsmc_is_dead(slot->s) && FIELD_EX32(bcr, BCR1, MBKEN) && FIELD_EX32(bcr, BCR1, WREN) &&
           nor == part->flash && (!nor || FIELD_EX32(bcr, BCR1, FACCEN)) &&
           is_muxed(slot) == part->multiplexed && slot->wide == (part->width == 16) &&
           slot->reads && slot->writes && slot->data == MAKE_64BIT_MASK(0, part->width) &&
           slot->address == part->address_lines && slot->lanes == (part->byte_lanes && slot->wide);
}

void fsmc_wire(FsmcSlot *slot)
{
    Fsmc *s = slot->s;
    FsmcPart *part = slot->part;
    uint32_t data = fsmc_data_lines(s);
    bool selected, memory;

    if (!part) {
        return;
    }
    selected = fsmc_line_is_routed(s, fsmc_select_line(slot->select));
    slot->wide = fsmc_is_wide(slot);
    slot->reads = selected && fsmc_line_is_routed(s, "noe");
    slot->writes = selected && fsmc_line_is_routed(s, "nwe");
    slot->registers = fsmc_line_is_routed(s, "nreg");
    slot->io_reads = selected && slot->registers && fsmc_line_is_routed(s, "niord");
    slot->io_writes = selected && slot->registers && fsmc_line_is_routed(s, "niowr");
    slot->lanes = slot->class->card ? slot->wide && fsmc_line_is_routed(s, "nce4-2")
                : part->byte_lanes && slot->wide && fsmc_line_is_routed(s, "nbl0") && fsmc_line_is_routed(s, "nbl1");
    slot->data = data & MAKE_64BIT_MASK(0, MIN(part->width, slot->wide ? 16 : 8));
    slot->address = address_lines(slot, fsmc_address_lines(s), data);
    slot->suspicious = slot->wide && part->register_select > 1 ? part->register_select : HWADDR_MAX;
    slot->told = slot->timed[0] = slot->timed[1] = false;
    memory = slot->has_memory && is_plain_memory(slot) && !fsmc_may_wait(slot);
    if (memory) {
        fsmc_check_timing(slot, false);
        fsmc_check_timing(slot, true);
        fsmc_check_wait(slot);
    }
    if (slot->has_memory) {
        memory_region_set_enabled(&slot->memory, memory);
    }
}

void fsmc_tell(FsmcSlot *slot)
{
    Periph *p = &slot->s->parent_obj;
    FsmcPart *part = slot->part;
    const char *select = fsmc_select_line(slot->select);
    g_autofree char *missing = fsmc_missing_lines(slot->s, part);

    slot->told = true;
    fsmc_check_wait(slot);
    if (*missing) {
        periph_mistake(p, FSMC018, "%s is used while these of its lines are not routed to a pin: %s", select,
                       missing);
    }
    if (slot->wide != (part->width == 16)) {
        periph_mistake(p, FSMC019, "%s is used with %u bits, and the part there (%s) has %u data lines; set "
                       "%s", select, slot->wide ? 16 : 8, object_get_typename(OBJECT(part)), part->width,
                       fsmc_is_ne(slot) ? "BCR.MWID" : "PCR.PWID");
    }
    if (is_muxed(slot) != part->multiplexed) {
        periph_mistake(p, FSMC020, "%s is used with MUXEN %u, and the part there (%s) has %s", select,
                       is_muxed(slot), object_get_typename(OBJECT(part)),
                       part->multiplexed ? "its address on the data lines" : "address lines of its own");
    }
}

/* With 16 bits HADDR bit n is line n - 1: who has forgotten that is at an address with just that bit. */
void fsmc_tell_shift(FsmcSlot *slot)
{
    unsigned line = ctz32(slot->part->register_select);

    periph_mistake(&slot->s->parent_obj, FSMC021, "an access at +0x%x of %s has A%d high; the part there "
                   "has its register select at A%u, and with 16 data lines that is +0x%x", 1u << line,
                   fsmc_select_line(slot->select), (int)line - 1, line, 2u << line);
}
