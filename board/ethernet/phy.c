/*
 * An Ethernet PHY (IEEE 802.3 clause 22 and 28): MDIO registers 0 to 6, the link, auto-negotiation, and
 * the cable, which is QEMU's -nic.
 *
 * It has its own crystal, or gets its clock; so the chip has MII or RMII clocks while it is not in reset.
 * Its signals are at whichever pins the firmware selects.  Properties, while it runs: `cable`, plugged or not
 * (set_link does the same); `partner`, what the other end can do: 100-full 100-half 10-full 10-half, or
 * several joined by +, all by default; to test: `collisions` that the next frame meets in half duplex, `spoil`:
 * what is wrong with the next frame that comes, crc symbol dribble.
 *
 * Deliberately different: auto-negotiation takes 1.4 s from a restart on, a forced link 100 ms.  unsure: the
 * clock goes on while it is powered down or isolated.  The other end always negotiates.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/config-file.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/option_int.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "net/eth.h"
#include "stm32/board/ethernet/phy.h"
#include "stm32/board/ethernet/state.h"
#include "stm32/core/counter.h"

#define TYPE_PHY "stm32-phy"
OBJECT_DECLARE_SIMPLE_TYPE(Phy, PHY)

#define RESET_NS (300 * SCALE_US)
#define NEGOTIATION_NS (1400 * SCALE_MS)        /* break_link_timer (28.3.2), and the pulses */
#define FORCED_LINK_NS (100 * SCALE_MS)
#define ABILITIES (MII_ANAR_TXFD | MII_ANAR_TX | MII_ANAR_10FD | MII_ANAR_10)

static const PhyType *const phy_types[] = { &phy_lan8720, &phy_lan8742, &phy_dp83848, &phy_ksz8081 };

static int64_t now_ns(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* ---- The link ---- */

static bool is_awake(const Phy *p)
{
    return !p->in_reset && p->reset_at == INT64_MAX && !(p->regs[MII_BMCR] & MII_BMCR_PDOWN);
}

static bool hears_partner(const Phy *p)
{
    return is_awake(p) && p->cable && !qemu_get_queue(p->nic)->link_down &&
           !(p->regs[MII_BMCR] & MII_BMCR_LOOPBACK);
}

/* What both ends can do, of ABILITIES; without negotiation what BMCR says, if the other end can. */
static unsigned common_abilities(const Phy *p)
{
    unsigned bmcr = p->regs[MII_BMCR];

    if (bmcr & MII_BMCR_AUTOEN) {
        return p->regs[MII_ANAR] & p->partner & ABILITIES;
    }
    if (bmcr & MII_BMCR_SPEED100) {
        return !(p->partner & (MII_ANAR_TXFD | MII_ANAR_TX)) ? 0 :
               bmcr & MII_BMCR_FD ? MII_ANAR_TXFD : MII_ANAR_TX;
    }
    return !(p->partner & (MII_ANAR_10FD | MII_ANAR_10)) ? 0 :
           bmcr & MII_BMCR_FD ? MII_ANAR_10FD : MII_ANAR_10;
}

/* To the MAC's side.  Without a link a PHY goes by what BMCR says of speed and duplex. */
static void publish(Phy *p)
{
    unsigned bmcr = p->regs[MII_BMCR];
    MiiPort *port = p->port;

    port->clocked = !p->in_reset;
    port->unclocked = p->in_reset ? "its reset pin is low" : NULL;
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
    }
}

/* From now on it looks for the other end anew. */
static void begin_link(Phy *p)
{
    link_down(p);
    if (p->medium) {
        p->link_at = now_ns() + (p->regs[MII_BMCR] & MII_BMCR_AUTOEN ? NEGOTIATION_NS : FORCED_LINK_NS);
    }
}

static void phy_update(Phy *p)
{
    bool medium = hears_partner(p);

    if (medium != p->medium) {
        p->medium = medium;
        begin_link(p);
    }
    counter_arm(p->timer, MIN(p->reset_at, p->link_at));
    publish(p);
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
    p->regs[MII_ANAR] = ABILITIES | MII_ANAR_CSMACD;
    p->lost = p->page = false;
    p->type->reset(p);
}

static void begin_reset(Phy *p, int64_t until)
{
    link_down(p);
    p->medium = false;
    set_registers(p);
    p->fast = p->full = true;
    p->reset_at = until;
}

static void expired(void *opaque)
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

static void reset_pin_changed(void *opaque, bool level)
{
    Phy *p = opaque;

    p->in_reset = !level;
    if (p->in_reset) {
        begin_reset(p, INT64_MAX);
    }
    phy_update(p);
}

/* ---- MDIO ---- */

static uint16_t bmsr(Phy *p)
{
    uint16_t value = MII_BMSR_100TX_FD | MII_BMSR_100TX_HD | MII_BMSR_10T_FD | MII_BMSR_10T_HD |
                     MII_BMSR_AUTONEG | MII_BMSR_EXTCAP;

    value |= p->negotiated ? MII_BMSR_AN_COMP : 0;
    value |= p->link && !p->lost ? MII_BMSR_LINK_ST : 0;
    p->lost = false;
    return value;
}

static bool phy_read(void *opaque, unsigned address, unsigned reg, uint16_t *value)
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
        begin_reset(p, now_ns() + RESET_NS);
        return;
    }
    p->regs[MII_BMCR] = kept;
    if ((kept & MII_BMCR_AUTOEN && value & MII_BMCR_ANRESTART) || (kept ^ was) & MII_BMCR_AUTOEN ||
        (!(kept & MII_BMCR_AUTOEN) && (kept ^ was) & link_bits)) {
        begin_link(p);
    }
}

static bool phy_write(void *opaque, unsigned address, unsigned reg, uint16_t value)
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
        p->regs[reg] = (value & (ABILITIES | MII_ANAR_PAUSE | MII_ANAR_PAUSE_ASYM | MII_ANAR_RFAULT)) |
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

/* ---- Frames ---- */

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
    qemu_flush_queued_packets(qemu_get_queue(PHY(opaque)->nic));
}

static unsigned phy_collisions(void *opaque)
{
    Phy *p = opaque;
    unsigned n = p->collisions;

    p->collisions = 0;
    return n;
}

static const MiiPhyOps phy_ops = {
    .read = phy_read, .write = phy_write, .send = phy_send, .ready = phy_ready, .collisions = phy_collisions,
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

static NetClientInfo nic_info = {
    .type = NET_CLIENT_DRIVER_NIC, .size = sizeof(NICState),
    .can_receive = nic_can_receive, .receive = nic_receive, .link_status_changed = nic_link_status_changed,
};

/* ---- Properties ---- */

static bool get_cable(Object *obj, Error **errp)
{
    return PHY(obj)->cable;
}

static void set_cable(Object *obj, bool plugged, Error **errp)
{
    PHY(obj)->cable = plugged;
    phy_update(PHY(obj));
}

static const struct {
    const char *name;
    uint32_t bits;
} abilities[] = {
    { "100-full", MII_ANLPAR_TXFD }, { "100-half", MII_ANLPAR_TX },
    { "10-full", MII_ANLPAR_10FD }, { "10-half", MII_ANLPAR_10 },
};

static char *get_partner(Object *obj, Error **errp)
{
    GString *s = g_string_new(NULL);

    for (unsigned i = 0; i < ARRAY_SIZE(abilities); i++) {
        if (PHY(obj)->partner & abilities[i].bits) {
            g_string_append_printf(s, "%s%s", s->len ? "+" : "", abilities[i].name);
        }
    }
    return g_string_free(s, FALSE);
}

static void set_partner(Object *obj, const char *text, Error **errp)
{
    g_auto(GStrv) part = g_strsplit(text, "+", 0);
    uint32_t partner = 0;

    for (char **t = part; *t; t++) {
        unsigned i = 0;

        while (i < ARRAY_SIZE(abilities) && strcmp(*t, abilities[i].name)) {
            i++;
        }
        if (i == ARRAY_SIZE(abilities)) {
            error_setg(errp, "partner '%s': it is 100-full, 100-half, 10-full, 10-half, or several joined by +",
                       *t);
            return;
        }
        partner |= abilities[i].bits;
    }
    PHY(obj)->partner = partner;
    begin_link(PHY(obj));
    phy_update(PHY(obj));
}

static const char *const faults[] = { "none", "crc", "symbol", "dribble" };

static char *get_spoil(Object *obj, Error **errp)
{
    return g_strdup(faults[PHY(obj)->spoil]);
}

static void set_spoil(Object *obj, const char *text, Error **errp)
{
    for (unsigned i = 0; i < ARRAY_SIZE(faults); i++) {
        if (!strcmp(text, faults[i])) {
            PHY(obj)->spoil = i;
            return;
        }
    }
    error_setg(errp, "spoil '%s': it is crc, symbol, dribble or none", text);
}

static bool get_link(Object *obj, Error **errp)
{
    return PHY(obj)->link;
}

/* ---- Making ---- */

static const PhyType *find_type(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(phy_types); i++) {
        if (!strcmp(name, phy_types[i]->name)) {
            return phy_types[i];
        }
    }
    return NULL;
}

bool phy_is_type(const char *name)
{
    return find_type(name);
}

/* Is it an option of the user's, not one that QEMU adds where there is none? */
static int is_given(void *opaque, QemuOpts *opts, Error **errp)
{
    return opts->loc.kind != LOC_NONE;
}

/* -nic, -net nic; what QEMU has by default is no cable that somebody has plugged. */
static bool has_nic(void)
{
    return qemu_opts_foreach(qemu_find_opts("nic"), is_given, NULL, NULL) ||
           qemu_opts_foreach(qemu_find_opts("net"), is_given, NULL, NULL);
}

static const PhyType *choose_type(const PhyPlan *plan)
{
    if (plan->type) {
        return find_type(plan->type);
    }
    if (!has_nic()) {
        return NULL;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(phy_types); i++) {      /* -nic user,model=dp83848 */
        if (qemu_find_nic_info(TYPE_PHY, i == 0, phy_types[i]->name)) {
            return phy_types[i];
        }
    }
    return NULL;
}

static void join_port(Phy *p, DeviceState *mac)
{
    p->port = MII_PORT(object_resolve_path_component(OBJECT(mac), "mii"));
    p->port->name = p->type->label;
    p->port->speaks_mii = p->type->mii;
    p->port->speaks_rmii = p->type->rmii;
    mii_port_set_phy(p->port, &phy_ops, p);
}

static void join_pins(Phy *p, const PhyPlan *plan)
{
    if (plan->interrupt) {
        p->has_interrupt_pin = true;
        pin_add_driver(plan->interrupt, &p->interrupt_pin, p->type->label);
    }
    if (plan->reset) {
        PinDriver *resistor = g_new0(PinDriver, 1);

        pin_add_driver(plan->reset, resistor, "resistor");
        pin_drive(resistor, DRIVE(PULL_UP));
        p->reset_pin.changed = reset_pin_changed;
        p->reset_pin.opaque = p;
        pin_listen(&p->reset_pin, plan->reset);
        p->in_reset = !pin_level(plan->reset);
    }
}

void phy_new(Object *parent, DeviceState *mac, const PhyPlan *plan)
{
    const PhyType *type = choose_type(plan);
    Phy *p;

    if (!type) {
        return;
    }
    p = PHY(object_new(TYPE_PHY));
    p->type = type;
    p->address = plan->address < 0 ? type->address : plan->address;
    object_property_add_child(parent, "ethernet", OBJECT(p));
    qemu_configure_nic_device(DEVICE(p), true, type->name);
    join_port(p, mac);
    join_pins(p, plan);
    qdev_realize_and_unref(DEVICE(p), NULL, &error_fatal);
}

static void phy_realize(DeviceState *dev, Error **errp)
{
    Phy *p = PHY(dev);

    qemu_macaddr_default_if_unset(&p->conf.macaddr);
    p->nic = qemu_new_nic(&nic_info, &p->conf, p->type->name, dev->id, &dev->mem_reentrancy_guard, p);
    qemu_format_nic_info_str(qemu_get_queue(p->nic), p->conf.macaddr.a);
    p->cable = qemu_get_queue(p->nic)->peer;
    begin_reset(p, INT64_MAX);
    phy_update(p);
}

static void phy_init(Object *obj)
{
    Phy *p = PHY(obj);

    p->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, p);
    object_property_add_uint32_ptr(obj, "collisions", &p->collisions, OBJ_PROP_FLAG_READWRITE);
    p->partner = ABILITIES;
    p->reset_at = p->link_at = INT64_MAX;
}

static int phy_post_load(void *opaque, int version_id)
{
    Phy *p = opaque;

    if (p->spoil > MII_DRIBBLE) {
        return -EINVAL;
    }
    counter_arm(p->timer, MIN(p->reset_at, p->link_at));
    publish(p);
    phy_interrupt_update(p);
    mii_changed(p->port);
    return 0;
}

static const VMStateDescription phy_vmstate = {
    .name = TYPE_PHY, .version_id = 1, .minimum_version_id = 1, .post_load = phy_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16_ARRAY(regs, Phy, PHY_REGS),
        VMSTATE_BOOL(in_reset, Phy),
        VMSTATE_BOOL(cable, Phy),
        VMSTATE_BOOL(medium, Phy),
        VMSTATE_BOOL(link, Phy),
        VMSTATE_BOOL(fast, Phy),
        VMSTATE_BOOL(full, Phy),
        VMSTATE_BOOL(negotiated, Phy),
        VMSTATE_BOOL(lost, Phy),
        VMSTATE_BOOL(page, Phy),
        VMSTATE_INT64(reset_at, Phy),
        VMSTATE_INT64(link_at, Phy),
        VMSTATE_UINT32(partner, Phy),
        VMSTATE_UINT32(collisions, Phy),
        VMSTATE_UINT32(spoil, Phy),
        VMSTATE_END_OF_LIST()
    },
};

static const Property phy_properties[] = {
    DEFINE_NIC_PROPERTIES(Phy, conf),
};

static void phy_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = phy_realize;
    dc->vmsd = &phy_vmstate;
    dc->user_creatable = false;         /* it is soldered on */
    set_bit(DEVICE_CATEGORY_NETWORK, dc->categories);
    device_class_set_props(dc, phy_properties);
    object_class_property_add_bool(klass, "cable", get_cable, set_cable);
    object_class_property_add_bool(klass, "link", get_link, NULL);
    object_class_property_add_str(klass, "partner", get_partner, set_partner);
    object_class_property_add_str(klass, "spoil", get_spoil, set_spoil);
}

static const TypeInfo phy_info[] = { {
    .name = TYPE_PHY, .parent = TYPE_DEVICE, .instance_size = sizeof(Phy),
    .instance_init = phy_init, .class_init = phy_class_init,
} };
DEFINE_TYPES(phy_info)
