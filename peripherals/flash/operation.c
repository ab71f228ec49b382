/*
 * Operations of the flash interface (RM0090 3.6): how long they take, how they end, what they can't do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/peripherals/flash/state.h"

void flash_begin(Flash *s, int64_t ns)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    Periph *p = &s->parent_obj;

    s->busy_until = (p->regs[R_SR] & R_SR_BSY_MASK ? s->busy_until : now) + ns;
    p->regs[R_SR] |= R_SR_BSY_MASK;
}

bool flash_settle(Flash *s, uint32_t cr)
{
    uint32_t *regs = s->parent_obj.regs;

    if (!(regs[R_SR] & R_SR_BSY_MASK) ||
        qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < s->busy_until) {
        return false;
    }
    regs[R_SR] &= ~R_SR_BSY_MASK;
    regs[R_CR] &= ~R_CR_STRT_MASK;
    regs[R_OPTCR] &= ~R_OPTCR_OPTSTRT_MASK;
    if (cr & R_CR_EOPIE_MASK) {
        regs[R_SR] |= R_SR_EOP_MASK;
    }
    return true;
}

void flash_fail(Flash *s, uint32_t flags)
{
    uint32_t *regs = s->parent_obj.regs;

    regs[R_SR] |= flags | (regs[R_CR] & R_CR_ERRIE_MASK ? R_SR_OPERR_MASK : 0);
}

/* unsure: RM0090 wants errors cleared first, but does not say what the chip does otherwise */
bool flash_errors_pending(Flash *s)
{
    uint32_t errors = s->parent_obj.regs[R_SR] & (SR_ERRORS | R_SR_OPERR_MASK);

    if (errors) {
        periph_mistake(&s->parent_obj, FLASH016, "nothing is done: SR has error flags (0x%02x) from an "
                       "operation before", errors);
        flash_fail(s, R_SR_PGSERR_MASK);
    }
    return errors;
}

void flash_check_supply(Flash *s)
{
    /* unsure: what silicon makes of it then; here it works */
    if (reg_get(s, CR, PSIZE) == 3) {
        periph_mistake(&s->parent_obj, FLASH017, "CR.PSIZE is x64, which needs an external VPP");
    }
}
