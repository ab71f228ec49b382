/*
 * An Ethernet PHY (IEEE 802.3 clause 22 and 28): MDIO registers 0 to 6, the link, auto-negotiation, and
 * the cable, which is QEMU's -nic.
 *
 * It has its own crystal, or gets its clock; so the chip has MII or RMII clocks while it is not in reset.
 * Its signals are at whichever pins the firmware selects.  Properties, while it runs: `cable`, plugged or not
 * (set_link does the same); `partner`, what the other end can do: 100-full 100-half 10-full 10-half, or
 * several joined by +, all by default; to test: what the next frame meets in half duplex, `busy-line` for some us,
 * `collisions`, a `late-collision`; `spoil`: what is wrong with the next frame that comes, crc symbol dribble.
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
#include "stm32/board/ethernet/phy.h"
#include "stm32/board/ethernet/state.h"
#include "stm32/core/counter.h"

#define TYPE_PHY "stm32-phy"
OBJECT_DECLARE_SIMPLE_TYPE(Phy, PHY)

static const PhyType *const phy_types[] = { &phy_lan8720, &phy_lan8742, &phy_dp83848, &phy_ksz8081 };

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
    phy_begin_link(PHY(obj));
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

static bool get_late(Object *obj, Error **errp)
{
    return PHY(obj)->late_collision;
}

static void set_late(Object *obj, bool late, Error **errp)
{
    PHY(obj)->late_collision = late;
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
        p->reset_pin.changed = phy_reset_pin_changed;
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
    p->nic = qemu_new_nic(&phy_nic_info, &p->conf, p->type->name, dev->id, &dev->mem_reentrancy_guard, p);
    qemu_format_nic_info_str(qemu_get_queue(p->nic), p->conf.macaddr.a);
    p->cable = qemu_get_queue(p->nic)->peer;
    phy_begin_reset(p, INT64_MAX);
    phy_update(p);
}

static void phy_init(Object *obj)
{
    Phy *p = PHY(obj);

    p->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, phy_expired, p);
    object_property_add_uint32_ptr(obj, "collisions", &p->collisions, OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "busy-line", &p->busy_line, OBJ_PROP_FLAG_READWRITE);
    p->partner = PHY_ABILITIES;
    p->reset_at = p->link_at = INT64_MAX;
}

static int phy_post_load(void *opaque, int version_id)
{
    Phy *p = opaque;

    if (p->spoil > MII_DRIBBLE) {
        return -EINVAL;
    }
    counter_arm(p->timer, MIN(p->reset_at, p->link_at));
    phy_publish(p);
    phy_interrupt_update(p);
    mii_changed(p->port);
    return 0;
}

static const VMStateDescription phy_vmstate = {
    .name = TYPE_PHY, .version_id = 2, .minimum_version_id = 2, .post_load = phy_post_load,
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
        VMSTATE_UINT32(busy_line, Phy),
        VMSTATE_UINT32(collisions, Phy),
        VMSTATE_BOOL(late_collision, Phy),
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
    object_class_property_add_bool(klass, "late-collision", get_late, set_late);
    object_class_property_add_bool(klass, "link", get_link, NULL);
    object_class_property_add_str(klass, "partner", get_partner, set_partner);
    object_class_property_add_str(klass, "spoil", get_spoil, set_spoil);
}

static const TypeInfo phy_info[] = { {
    .name = TYPE_PHY, .parent = TYPE_DEVICE, .instance_size = sizeof(Phy),
    .instance_init = phy_init, .class_init = phy_class_init,
} };
DEFINE_TYPES(phy_info)
