/*
 * Timers: which bits of a register are there, and which BDTR.LOCK protects, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* The bits of register @n that are there: basic, one channel, two, general, advanced. */
uint32_t tim_present_bits(const Tim *s, unsigned n)
{
    static const struct {
        uint16_t bits[5];
    } table[] = {
        [R_CR1]   = { { 0x8f, 0x38f, 0x38f, 0x3ff, 0x3ff } },
        [R_CR2]   = { { 0x70, 0, 0, 0xf8, 0x7ffd } },
        [R_SMCR]  = { { 0, 0, 0xf7, 0xfff7, 0xfff7 } },
        [R_DIER]  = { { 0x101, 0x3, 0x47, 0x5f5f, 0x7fff } },
        [R_SR]    = { { 0x1, 0x203, 0x647, 0x1e5f, 0x1eff } },
        [R_EGR]   = { { 0x1, 0x3, 0x47, 0x5f, 0xff } },
        [R_CCMR1] = { { 0, 0xff, 0xffff, 0xffff, 0xffff } },
        [R_CCMR2] = { { 0, 0, 0, 0xffff, 0xffff } },
        [R_CCER]  = { { 0, 0xb, 0xbb, 0xbbbb, 0x3fff } },
        [R_PSC]   = { { 0xffff, 0xffff, 0xffff, 0xffff, 0xffff } },
        [R_RCR]   = { { 0, 0, 0, 0, 0xff } },
        [R_BDTR]  = { { 0, 0, 0, 0, 0xffff } },
        [R_DCR]   = { { 0, 0, 0, 0x1f1f, 0x1f1f } },
    };
    unsigned kind = s->advanced ? 4 : s->channels == 4 ? 3 : s->channels;

    switch (n) {
    case R_CNT:
    case R_ARR:
        return tim_max(s);
    case R_CCR1 ... R_CCR4:
        return n - R_CCR1 < s->channels ? tim_max(s) : 0;
    case R_DMAR:
        return tim_is_general(s) ? UINT32_MAX : 0;
    case R_OR:
        return s->remap == 2 ? R_OR_ITR1_RMP_MASK : s->remap == 5 ? R_OR_TI4_RMP_MASK
             : s->remap == 11 ? R_OR_TI1_RMP_MASK : 0;
    default:
        return n < ARRAY_SIZE(table) ? table[n].bits[kind] : 0;
    }
}

/*
 * Output compare goes on from the last capture, "CCR = CNT + n": its carry is meant to be lost.  A
 * duty cycle above 0xffff is a mistake.
 */
static bool carry_is_meant(const Tim *s, unsigned n)
{
    return n >= R_CCR1 && n < R_CCR1 + s->channels && tim_ccs(s, n - R_CCR1) == CCS_OUTPUT &&
           tim_ocm(s, n - R_CCR1) < OC_PWM1;
}

/* Of what has been written keep what is there. */
void tim_drop_absent(Periph *p, unsigned n, uint32_t data)
{
    uint32_t present = tim_present_bits(TIM(p), n);
    uint32_t width = n == R_SR || p->access_size < 4 ? 0xffff : UINT32_MAX;
    uint32_t known = n == R_PSC ? UINT32_MAX : p->reg[n].rw;       /* 84000 - 1 is too much for it */
    uint32_t absent = data == UINT32_MAX ? 0 : data & ~present & known & width;

    if (absent && n == R_BDTR) {
        /* drivers for all timers do so: Betaflight, Klipper, VESC, Espruino */
        periph_mistake(p, TIM016, "%s written 0x%08x: this timer has none", p->reg[n].name, data & width);
    } else if (absent && !carry_is_meant(TIM(p), n)) {
        periph_mistake(p, TIM001, "%s written 0x%08x: this timer has no bits 0x%08x there", p->reg[n].name,
                       data & width, absent);
    }
    p->regs[n] &= present;
}

unsigned tim_lock_level(const Tim *s)
{
    return reg_get(s, BDTR, LOCK);
}

/* Put the @locked bits back. */
void tim_keep_locked(Periph *p, unsigned n, uint32_t was, uint32_t locked)
{
    if ((p->regs[n] ^ was) & locked) {
        periph_mistake(p, TIM002, "%s bits 0x%04x written, which BDTR.LOCK = %u protects", p->reg[n].name,
                       (p->regs[n] ^ was) & locked, tim_lock_level(TIM(p)));
        p->regs[n] = (p->regs[n] & ~locked) | (was & locked);
    }
}

/* A byte for each channel that is an output, of CCMR; four bits, of CCER. */
uint32_t tim_output_mask(const Tim *s, unsigned first, unsigned count, unsigned width)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < count; i++) {
        if (tim_ccs(s, first + i) == CCS_OUTPUT) {
            mask |= MAKE_64BIT_MASK(i * width, width);
        }
    }
    return mask;
}
