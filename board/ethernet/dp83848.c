/*
 * National (Texas Instruments) DP83848: MII or RMII, the link in PHYSTS, interrupts in MICR and MISR.
 *
 * Whether it is MII or RMII is strapped; here it is what SYSCFG_PMC says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/ethernet/state.h"

enum { PHYSTS = 16, MICR = 17, MISR = 18, RBR = 23, PHYCR = 25 };
enum { INT_OE = 1 << 0, INT_EN = 1 << 1, TINT = 1 << 2 };
enum { LINK = 1 << 5, SPEED = 1 << 4, DUPLEX = 1 << 3, NEGOTIATED = 1 << 2 };   /* of MISR, flags << 8 */

static void dp83848_reset(Phy *p)
{
    p->regs[RBR] = 1;
    p->regs[PHYCR] = 0x8000 | p->address;
}

static uint16_t physts(const Phy *p)
{
    return (p->link ? 1 : 0) | (p->fast ? 0 : 2) | (p->full ? 4 : 0) |
           (p->regs[MII_BMCR] & MII_BMCR_LOOPBACK ? 8 : 0) | (p->negotiated ? 0x10 : 0) |
           (p->regs[MISR] >> 8 & p->regs[MISR] ? 0x80 : 0) | (p->page ? 0x100 : 0);
}

static bool dp83848_read(Phy *p, unsigned reg, uint16_t *value)
{
    switch (reg) {
    case PHYSTS:
        *value = physts(p);
        return true;
    case MISR:
        *value = p->regs[reg];
        p->regs[reg] &= 0xff;
        return true;
    default:
        return false;
    }
}

static void dp83848_write(Phy *p, unsigned reg, uint16_t value)
{
    switch (reg) {
    case MICR:
        p->regs[reg] = value & (INT_OE | INT_EN | TINT);
        break;
    case MISR:
        p->regs[reg] = (p->regs[reg] & 0xff00) | (value & 0x7f);
        break;
    case PHYCR:
        p->regs[reg] = (value & ~0x1f) | p->address;
        break;
    default:
        if (reg > MISR) {
            p->regs[reg] = value;
        }
        break;
    }
}

static void dp83848_event(Phy *p, unsigned events)
{
    p->regs[MISR] |= ((events & (PHY_LINK_UP | PHY_LINK_DOWN) ? LINK : 0) | (events & PHY_SPEED ? SPEED : 0) |
                      (events & PHY_DUPLEX ? DUPLEX : 0) | (events & PHY_NEGOTIATED ? NEGOTIATED : 0)) << 8;
}

static bool dp83848_interrupts(const Phy *p)
{
    uint16_t enabled = p->regs[MISR] >> 8 & p->regs[MISR];

    return p->regs[MICR] & INT_OE && (p->regs[MICR] & TINT || (p->regs[MICR] & INT_EN && enabled));
}

const PhyType phy_dp83848 = {
    .name = "dp83848", .label = "DP83848", .id = { 0x2000, 0x5c90 }, .address = 1, .mii = true, .rmii = true,
    .reset = dp83848_reset, .read = dp83848_read, .write = dp83848_write,
    .event = dp83848_event, .interrupts = dp83848_interrupts,
};
