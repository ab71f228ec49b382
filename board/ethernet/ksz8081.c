/*
 * Micrel (Microchip) KSZ8081: MII (MNX) or RMII (RNA, RNB), interrupts in register 27, the link in 30.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/ethernet/state.h"

enum { STRAPS = 23, INTERRUPTS = 27, CONTROL_1 = 30, CONTROL_2 = 31 };
enum { LINK_UP = 1 << 0, LINK_DOWN = 1 << 2, PAGE_RECEIVED = 1 << 5 };   /* of INTERRUPTS, enables << 8 */

static void ksz8081_reset(Phy *p)
{
    p->regs[STRAPS] = (p->address & 7) << 13;
    p->regs[CONTROL_2] = 0x8100;
}

static bool ksz8081_read(Phy *p, unsigned reg, uint16_t *value)
{
    switch (reg) {
    case INTERRUPTS:
        *value = p->regs[reg];
        p->regs[reg] &= 0xff00;
        return true;
    case CONTROL_1:
        *value = (p->link ? 1 << 8 : 0) | (p->medium ? 1 << 4 : 0) |
                 (!p->link ? 0 : (p->full ? 4 : 0) | (p->fast ? 2 : 1));
        return true;
    default:
        return false;
    }
}

static void ksz8081_write(Phy *p, unsigned reg, uint16_t value)
{
    switch (reg) {
    case INTERRUPTS:
        p->regs[reg] = (p->regs[reg] & 0xff) | (value & 0xff00);
        break;
    case STRAPS:
    case CONTROL_1:
        break;
    default:
        p->regs[reg] = value;
        break;
    }
}

static void ksz8081_event(Phy *p, unsigned events)
{
    p->regs[INTERRUPTS] |= (events & PHY_LINK_UP ? LINK_UP : 0) | (events & PHY_LINK_DOWN ? LINK_DOWN : 0) |
                           (events & PHY_NEGOTIATED ? PAGE_RECEIVED : 0);
}

static bool ksz8081_interrupts(const Phy *p)
{
    return p->regs[INTERRUPTS] >> 8 & p->regs[INTERRUPTS];
}

const PhyType phy_ksz8081 = {
    .name = "ksz8081", .label = "KSZ8081", .id = { 0x0022, 0x1560 }, .address = 1, .mii = true, .rmii = true,
    .reset = ksz8081_reset, .read = ksz8081_read, .write = ksz8081_write,
    .event = ksz8081_event, .interrupts = ksz8081_interrupts,
};
