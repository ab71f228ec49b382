/*
 * Flags that are cleared by mistake, see flags.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "stm32/core/flags.h"
#include "stm32/core/mistake/place.h"

/* BIC or AND before the store at @pc, by a register or a constant. */
static bool is_behind_and(uint32_t pc)
{
    uint16_t wide, narrow;

    return (guest_read_half(pc - 2, &narrow) && ((narrow & 0xffc0) == 0x4380 || (narrow & 0xffc0) == 0x4000)) ||
           (guest_read_half(pc - 4, &wide) && ((wide & 0xfbc0) == 0xf000 || (wide & 0xffc0) == 0xea00));
}

/* Neither was a flag read, nor is one written: SR = 0, behind a read that only waits for the write before, is like it. */
static bool is_made_anew(const Periph *p, unsigned n, uint32_t data)
{
    uint32_t pc;

    return !data && !(p->last_value & p->reg[n].rc_w0) && !(guest_pc(&pc) && is_behind_and(pc));
}

/*
 * SR &= ~FLAG, read and then written: a flag that has come in between is cleared, and nobody has seen it.  Who
 * writes ones that were not read has made the value anew, and means all of it.
 */
void flags_check_zeroes(Periph *p, unsigned n, uint32_t data, uint32_t lanes)
{
    uint32_t lost = p->regs[n] & p->reg[n].rc_w0 & lanes & ~p->last_value & ~data;

    if (unlikely(lost) && p->last_read == n + 1 && !(data & ~p->last_value) && !is_made_anew(p, n, data)) {
        guest_mistake_of(DEVICE(p)->canonical_path, PER005, p->info->chapter, p->reg[n].name,
                         "%s was read 0x%x, and is written 0x%x: 0x%x has come in between, and is lost",
                         p->reg[n].name, p->last_value, data, lost);
    }
}

/* ORR before the store at @pc: PR |= FLAG is made of it.  PR = PR is not, which means all that was seen. */
static bool is_behind_orr(uint32_t pc)
{
    uint16_t wide, narrow;

    return (guest_read_half(pc - 2, &narrow) && (narrow & 0xffc0) == 0x4300) ||
           (guest_read_half(pc - 4, &wide) && ((wide & 0xfbe0) == 0xf040 || (wide & 0xffe0) == 0xea40));
}

/* One flag is meant, as a rule; all that were read as 1 are cleared with it. */
void flags_check_ones(Periph *p, unsigned n, uint32_t data)
{
    uint32_t cleared = data & p->regs[n] & p->reg[n].rc_w1, pc;

    if (p->last_read == n + 1 && cleared & (cleared - 1) && !(p->last_value & p->reg[n].rc_w1 & ~data) && guest_pc(&pc) &&
        is_behind_orr(pc)) {
        guest_mistake_of(DEVICE(p)->canonical_path, PER006, p->info->chapter, p->reg[n].name,
                         "%s was read 0x%x, and is written 0x%x by |=: that clears all %u flags that are set, not one",
                         p->reg[n].name, p->last_value, data, ctpop32(cleared));
    }
}
