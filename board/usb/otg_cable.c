/*
 * An OTG cable, see otg_cable.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/irq.h"
#include "hw/qdev-core.h"
#include "stm32/board/usb/otg_cable.h"

struct OtgCable {
    PinDriver id;
    bool plugged, grounds;
};

static void update(OtgCable *c)
{
    pin_drive(&c->id, c->plugged && c->grounds ? DRIVE(LOW) : DRIVE(NONE));
}

static void plugged(void *opaque, int n, int level)
{
    OtgCable *c = opaque;

    c->plugged = level;
    update(c);
}

OtgCable *otg_cable_new(DeviceState *core, Pin *id)
{
    OtgCable *c = g_new0(OtgCable, 1);

    pin_add_driver(id, &c->id, "USB OTG cable");
    qdev_connect_gpio_out_named(core, "plugged", 0, qemu_allocate_irq(plugged, c, 0));
    return c;
}

void otg_cable_ground_id(OtgCable *c, bool grounds)
{
    c->grounds = grounds;
    update(c);
}
