/*
 * The cable of a PHY, which is QEMU's NIC: frames between it and the MAC.  What comes while there is no link is lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net/eth.h"
#include "stm32/board/ethernet/state.h"

static bool carries(const Phy *p)
{
    return p->link && p->port->link && !p->port->loops;
}

static void phy_send(void *opaque, const uint8_t *data, size_t length)
{
    Phy *p = opaque;

    if (carries(p)) {
        qemu_send_packet(qemu_get_queue(p->nic), data, length);
    }
}

static void phy_ready(void *opaque)
{
    Phy *p = opaque;

    if (p->nic) {
        qemu_flush_queued_packets(qemu_get_queue(p->nic));
    }
}

static MiiTrouble phy_meets(void *opaque)
{
    Phy *p = opaque;
    MiiTrouble trouble = { .busy_us = p->busy_line, .collisions = p->collisions, .late = p->late_collision };

    p->busy_line = p->collisions = 0;
    p->late_collision = false;
    return trouble;
}

const MiiPhyOps phy_ops = {
    .read = phy_read, .write = phy_write, .send = phy_send, .ready = phy_ready, .meets = phy_meets,
};

/* What comes while there is no link is lost, as on a cable. */
static bool nic_can_receive(NetClientState *nc)
{
    Phy *p = qemu_get_nic_opaque(nc);

    return !carries(p) || mii_may_begin(p->port);
}

static ssize_t nic_receive(NetClientState *nc, const uint8_t *data, size_t size)
{
    Phy *p = qemu_get_nic_opaque(nc);
    uint8_t padded[ETH_ZLEN] = { };

    if (!carries(p) || size > MII_MAX_FRAME || !size) {
        return size;
    }
    if (!mii_may_begin(p->port)) {
        return 0;
    }
    if (size < ETH_ZLEN) {              /* every station pads what it sends */
        memcpy(padded, data, size);
        mii_frame(p->port, padded, ETH_ZLEN, p->spoil);
    } else {
        mii_frame(p->port, data, size, p->spoil);
    }
    p->spoil = MII_GOOD;
    return size;
}

static void nic_link_status_changed(NetClientState *nc)
{
    phy_update(qemu_get_nic_opaque(nc));
}

NetClientInfo phy_nic_info = {
    .type = NET_CLIENT_DRIVER_NIC, .size = sizeof(NICState),
    .can_receive = nic_can_receive, .receive = nic_receive, .link_status_changed = nic_link_status_changed,
};
