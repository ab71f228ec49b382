/*
 * Between a MAC and a PHY, see mii.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "stm32/core/ethernet/mii.h"

void mii_port_set_mac(MiiPort *port, const MiiMacOps *ops, void *opaque)
{
    port->mac = ops;
    port->mac_opaque = opaque;
}

void mii_port_set_phy(MiiPort *port, const MiiPhyOps *ops, void *opaque)
{
    port->phy = ops;
    port->phy_opaque = opaque;
}

/* A pull-up holds MDIO high while nobody drives it. */
uint16_t mii_read(MiiPort *port, unsigned address, unsigned reg)
{
    uint16_t value;

    return port->phy && port->phy->read(port->phy_opaque, address, reg, &value) ? value : 0xffff;
}

bool mii_write(MiiPort *port, unsigned address, unsigned reg, uint16_t value)
{
    return port->phy && port->phy->write(port->phy_opaque, address, reg, value);
}

bool mii_answers(MiiPort *port, unsigned address)
{
    uint16_t value;

    return port->phy && port->phy->read(port->phy_opaque, address, 2, &value);
}

void mii_send(MiiPort *port, const uint8_t *data, size_t length)
{
    if (port->phy) {
        port->phy->send(port->phy_opaque, data, length);
    }
}

void mii_ready(MiiPort *port)
{
    if (port->phy) {
        port->phy->ready(port->phy_opaque);
    }
}

MiiTrouble mii_meets(MiiPort *port)
{
    return port->phy ? port->phy->meets(port->phy_opaque) : (MiiTrouble) { };
}

void mii_changed(MiiPort *port)
{
    port->mac->changed(port->mac_opaque);
}

bool mii_may_begin(MiiPort *port)
{
    return port->mac->may_begin(port->mac_opaque);
}

void mii_frame(MiiPort *port, const uint8_t *data, size_t length, MiiFault fault)
{
    port->mac->frame(port->mac_opaque, data, length, fault);
}

static const TypeInfo mii_port_types[] = { {
    .name = TYPE_MII_PORT, .parent = TYPE_OBJECT, .instance_size = sizeof(MiiPort),
} };
DEFINE_TYPES(mii_port_types)
