/*
 * Microchip (SMSC) LAN8720A and LAN8742A: RMII, with the interrupt flags and the status of the link in
 * registers 29 to 31.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/ethernet/state.h"

enum { MODE = 17, SPECIAL_MODES = 18, INDICATIONS = 27, FLAGS = 29, MASK = 30, SPECIAL_STATUS = 31 };
enum {
    FLAG_LINK_UP = 1 << 9,              /* of the LAN8742A */
    FLAG_ENERGY = 1 << 7, FLAG_NEGOTIATED = 1 << 6, FLAG_LINK_DOWN = 1 << 4,
};
enum { MODE_ENERGY = 1 << 1, STATUS_DONE = 1 << 12, STATUS_FULL = 1 << 4, STATUS_100 = 2 << 2, STATUS_10 = 1 << 2 };

static void lan87xx_reset(Phy *p)
{
    p->regs[SPECIAL_MODES] = 7 << 5 | p->address;       /* all capable, auto-negotiation */
    p->regs[SPECIAL_STATUS] = 1 << 6;
}

static bool lan87xx_read(Phy *p, unsigned reg, uint16_t *value)
{
    switch (reg) {
    case MODE:
        *value = p->regs[reg] | (p->medium ? MODE_ENERGY : 0);
        return true;
    case FLAGS:
        *value = p->regs[reg];
        p->regs[reg] = 0;
        return true;
    case SPECIAL_STATUS:
        *value = p->regs[reg] | (p->negotiated ? STATUS_DONE : 0) |
                 (p->full ? STATUS_FULL : 0) | (p->fast ? STATUS_100 : STATUS_10);
        return true;
    default:
        return false;
    }
}

static void lan87xx_write(Phy *p, unsigned reg, uint16_t value)
{
    switch (reg) {
    case MODE:
        p->regs[reg] = value & ~MODE_ENERGY;
        break;
    case INDICATIONS:
        p->regs[reg] = value;
        break;
    case MASK:
        p->regs[reg] = value & 0x03fe;
        break;
    default:                            /* SPECIAL_MODES: takes effect with a reset alone */
        break;
    }
}

static void lan87xx_event(Phy *p, unsigned events)
{
    p->regs[FLAGS] |= (events & PHY_LINK_DOWN ? FLAG_LINK_DOWN : 0) |
                      (events & PHY_NEGOTIATED ? FLAG_NEGOTIATED : 0) |
                      (events & PHY_LINK_UP ? FLAG_ENERGY : 0) |
                      (events & PHY_LINK_UP && p->type == &phy_lan8742 ? FLAG_LINK_UP : 0);
}

static bool lan87xx_interrupts(const Phy *p)
{
    return p->regs[FLAGS] & p->regs[MASK];
}

const PhyType phy_lan8720 = {
    .name = "lan8720", .label = "LAN8720", .id = { 0x0007, 0xc0f1 }, .address = 0, .rmii = true,
    .reset = lan87xx_reset, .read = lan87xx_read, .write = lan87xx_write,
    .event = lan87xx_event, .interrupts = lan87xx_interrupts,
};

const PhyType phy_lan8742 = {
    .name = "lan8742", .label = "LAN8742", .id = { 0x0007, 0xc131 }, .address = 0, .rmii = true,
    .reset = lan87xx_reset, .read = lan87xx_read, .write = lan87xx_write,
    .event = lan87xx_event, .interrupts = lan87xx_interrupts,
};
