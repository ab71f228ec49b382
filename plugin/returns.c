/*
 * Returns, see returns.h (ARMv7-M ARM, A7).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "returns.h"

enum { ALWAYS = 14 };

static unsigned ones(uint32_t word)
{
    return __builtin_popcount(word);
}

static Return decode(uint32_t opcode)
{
    uint32_t half = opcode & 0xffff, second = opcode >> 16;

    if ((half & 0xff87) == 0x4700 && (half >> 3 & 15) == 14) {
        return (Return) { RETURN_BX };
    }
    if ((half & 0xff00) == 0xbd00) {                                    /* POP {..., PC} */
        return (Return) { RETURN_POP, 4 * (ones(half & 0xff) + 1) };
    }
    if (half == 0xe8bd && second & 0x8000) {                            /* LDMIA.W SP!, {..., PC} */
        return (Return) { RETURN_POP, 4 * ones(second) };
    }
    if (half == 0xf85d && (second & 0xff00) == 0xfb00) {                /* LDR PC, [SP], #n */
        return (Return) { RETURN_POP, second & 0xff };
    }
    return (Return) { RETURN_NONE };
}

/* @it is ITSTATE as the ARM ARM has it. */
Return return_of(uint32_t opcode, unsigned *it)
{
    uint32_t half = opcode & 0xffff;
    Return r = decode(opcode);

    r.condition = *it ? *it >> 4 : ALWAYS;
    if ((half & 0xff00) == 0xbf00 && half & 0xf) {
        *it = half & 0xff;
    } else if (*it) {
        *it = *it & 7 ? (*it & 0xe0) | (*it << 1 & 0x1f) : 0;
    }
    return r;
}

bool return_happens(const Return *r, uint32_t xpsr)
{
    bool n = xpsr >> 31 & 1, z = xpsr >> 30 & 1, c = xpsr >> 29 & 1, v = xpsr >> 28 & 1, holds;

    switch (r->condition >> 1) {
    case 0:  holds = z;                 break;
    case 1:  holds = c;                 break;
    case 2:  holds = n;                 break;
    case 3:  holds = v;                 break;
    case 4:  holds = c && !z;           break;
    case 5:  holds = n == v;            break;
    case 6:  holds = n == v && !z;      break;
    default: return true;
    }
    return holds != (r->condition & 1);
}
