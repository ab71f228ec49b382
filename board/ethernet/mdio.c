/*
 * Registers of a PHY at MDIO (IEEE 802.3 clause 22): 0 to 6 are all PHYs', 16 to 31 are the type's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/ethernet/state.h"

static uint16_t bmsr(Phy *p)
{
    uint16_t value = MII_BMSR_100TX_FD | MII_BMSR_100TX_HD | MII_BMSR_10T_FD | MII_BMSR_10T_HD |
                     MII_BMSR_AUTONEG | MII_BMSR_EXTCAP;

    value |= p->negotiated ? MII_BMSR_AN_COMP : 0;
    value |= p->link && !p->lost ? MII_BMSR_LINK_ST : 0;
    p->lost = false;
    return value;
}

bool phy_read(void *opaque, unsigned address, unsigned reg, uint16_t *value)
{
    Phy *p = opaque;

    if (address != p->address || p->in_reset) {
        return false;
    }
    switch (reg) {
    case MII_BMCR:
        *value = p->regs[reg] | (p->reset_at != INT64_MAX ? MII_BMCR_RESET : 0);
        break;
    case MII_BMSR:
        *value = bmsr(p);
        break;
    case MII_ANLPAR:
        *value = p->negotiated ? p->partner | MII_ANLPAR_ACK | MII_ANLPAR_PAUSE | MII_ANLPAR_CSMACD
                               : MII_ANLPAR_CSMACD;
        break;
    case MII_ANER:
        *value = (p->negotiated ? MII_ANER_NWAY : 0) | (p->page ? 2 : 0);
        p->page = false;
        break;
    default:
        if (reg < 16 || !p->type->read(p, reg, value)) {
            *value = p->regs[reg];
        }
        phy_interrupt_update(p);
        break;
    }
    return true;
}

static void bmcr_written(Phy *p, uint16_t value)
{
    const uint16_t link_bits = MII_BMCR_AUTOEN | MII_BMCR_SPEED100 | MII_BMCR_FD;
    uint16_t was = p->regs[MII_BMCR];
    uint16_t kept = value & (link_bits | MII_BMCR_LOOPBACK | MII_BMCR_PDOWN | MII_BMCR_ISOLATE | MII_BMCR_CTST);

    if (value & MII_BMCR_RESET) {
        phy_soft_reset(p);
        return;
    }
    p->regs[MII_BMCR] = kept;
    if ((kept & MII_BMCR_AUTOEN && value & MII_BMCR_ANRESTART) || (kept ^ was) & MII_BMCR_AUTOEN ||
        (!(kept & MII_BMCR_AUTOEN) && (kept ^ was) & link_bits)) {
        phy_begin_link(p);
    }
}

bool phy_write(void *opaque, unsigned address, unsigned reg, uint16_t value)
{
    Phy *p = opaque;

    if (address != p->address || p->in_reset) {
        return false;
    }
    if (p->reset_at != INT64_MAX) {
        return true;
    }
    switch (reg) {
    case MII_BMCR:
        bmcr_written(p, value);
        break;
    case MII_ANAR:
        p->regs[reg] = (value & (PHY_ABILITIES | MII_ANAR_PAUSE | MII_ANAR_PAUSE_ASYM | MII_ANAR_RFAULT)) |
                       MII_ANAR_CSMACD;
        break;
    default:
        if (reg >= 16) {
            p->type->write(p, reg, value);
        }
        break;
    }
    phy_update(p);
    return true;
}
