/*
 * The link of a PHY (IEEE 802.3 clause 28): when it hears the other end, what both can do, reset and power-down.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net/net.h"
#include "stm32/board/ethernet/state.h"
#include "stm32/core/counter.h"

#define RESET_NS (300 * SCALE_US)
#define NEGOTIATION_NS (1400 * SCALE_MS)        /* break_link_timer (28.3.2), and the pulses */
#define FORCED_LINK_NS (100 * SCALE_MS)

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static bool is_awake(const Phy *p)
{
    return !p->in_reset && p->reset_at == INT64_MAX && !(p->regs[MII_BMCR] & MII_BMCR_PDOWN);
}

static bool hears_partner(const Phy *p)
{
    return is_awake(p) && p->cable && !qemu_get_queue(p->nic)->link_down &&
           !(p->regs[MII_BMCR] & MII_BMCR_LOOPBACK);
}

/* What both ends can do, of PHY_ABILITIES; without negotiation what BMCR says, if the other end can. */
static unsigned common_abilities(const Phy *p)
{
    unsigned bmcr = p->regs[MII_BMCR];

    if (bmcr & MII_BMCR_AUTOEN) {
        return p->regs[MII_ANAR] & p->partner & PHY_ABILITIES;
    }
    if (bmcr & MII_BMCR_SPEED100) {
        return !(p->partner & (MII_ANAR_TXFD | MII_ANAR_TX)) ? 0 :
               bmcr & MII_BMCR_FD ? MII_ANAR_TXFD : MII_ANAR_TX;
    }
    return !(p->partner & (MII_ANAR_10FD | MII_ANAR_10)) ? 0 :
           bmcr & MII_BMCR_FD ? MII_ANAR_10FD : MII_ANAR_10;
}

/* Without a link a PHY goes by what BMCR says of speed and duplex. */
void phy_publish(Phy *p)
{
    unsigned bmcr = p->regs[MII_BMCR];
    MiiPort *port = p->port;

    port->clocked = !p->in_reset;
    port->unclocked = p->in_reset ? "the PHY's reset pin is low" : NULL;
    port->link = p->link && !(bmcr & MII_BMCR_ISOLATE);
    port->fast = p->link ? p->fast : bmcr & MII_BMCR_SPEED100;
    port->full = p->link ? p->full : bmcr & MII_BMCR_FD;
    port->loops = (bmcr & MII_BMCR_LOOPBACK) && is_awake(p);
}

static void link_up(Phy *p)
{
    unsigned common = common_abilities(p), events = PHY_LINK_UP;
    bool fast = common & (MII_ANAR_TXFD | MII_ANAR_TX);
    bool full = common & MII_ANAR_TXFD || (!fast && common & MII_ANAR_10FD);

    if (!common) {
        return;
    }
    if (p->regs[MII_BMCR] & MII_BMCR_AUTOEN) {
        p->negotiated = p->page = true;
        events |= PHY_NEGOTIATED;
    }
    events |= (fast != p->fast ? PHY_SPEED : 0) | (full != p->full ? PHY_DUPLEX : 0);
    p->fast = fast;
    p->full = full;
    p->link = true;
    p->type->event(p, events);
}

static void link_down(Phy *p)
{
    p->link_at = INT64_MAX;
    p->negotiated = false;
    if (p->link) {
        p->link = false;
        p->lost = true;
        p->type->event(p, PHY_LINK_DOWN);
        qemu_flush_queued_packets(qemu_get_queue(p->nic));      /* what waits is lost */
    }
}

void phy_begin_link(Phy *p)
{
    link_down(p);
    if (p->medium) {
        p->link_at = now_ns() + (p->regs[MII_BMCR] & MII_BMCR_AUTOEN ? NEGOTIATION_NS : FORCED_LINK_NS);
    }
}

void phy_update(Phy *p)
{
    bool medium = hears_partner(p);

    if (medium != p->medium) {
        p->medium = medium;
        phy_begin_link(p);
    }
    counter_arm(p->timer, MIN(p->reset_at, p->link_at));
    phy_publish(p);
    phy_interrupt_update(p);
    mii_changed(p->port);
}

void phy_interrupt_update(Phy *p)
{
    if (p->has_interrupt_pin) {
        pin_drive(&p->interrupt_pin, !p->in_reset && p->type->interrupts(p) ? DRIVE(LOW) : DRIVE(PULL_UP));
    }
}

/* ---- Reset ---- */

static void set_registers(Phy *p)
{
    memset(p->regs, 0, sizeof(p->regs));
    p->regs[MII_BMCR] = MII_BMCR_AUTOEN | MII_BMCR_SPEED100 | MII_BMCR_FD;
    p->regs[MII_PHYID1] = p->type->id[0];
    p->regs[MII_PHYID2] = p->type->id[1];
    p->regs[MII_ANAR] = PHY_ABILITIES | MII_ANAR_CSMACD;
    p->lost = p->page = false;
    p->type->reset(p);
}

void phy_begin_reset(Phy *p, int64_t until)
{
    link_down(p);
    p->medium = false;
    set_registers(p);
    p->fast = p->full = true;
    p->reset_at = until;
}

void phy_soft_reset(Phy *p)
{
    phy_begin_reset(p, now_ns() + RESET_NS);
}

void phy_expired(void *opaque)
{
    Phy *p = opaque;
    int64_t now = now_ns();

    if (p->reset_at <= now) {
        p->reset_at = INT64_MAX;
    }
    if (p->link_at <= now) {
        p->link_at = INT64_MAX;
        link_up(p);
    }
    phy_update(p);
}

void phy_reset_pin_changed(void *opaque, bool level)
{
    Phy *p = opaque;

    p->in_reset = !level;
    if (p->in_reset) {
        phy_begin_reset(p, INT64_MAX);
    }
    phy_update(p);
}
