/*
 * OTG_HS (RM0090 chapter 35): how many of everything it has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#define REGS "stm32/regs/otg_hs.h"
#include "stm32/peripherals/otg/state.h"

static void otg_hs_init(Periph *p)
{
    Otg *s = OTG(p);

    s->is_hs = true;
    s->n_endpoints = 6;
    s->n_channels = 12;
    s->ram_words = 1024;
    otg_init(p);
}

static const Property properties[] = {
    DEFINE_PROP_BOOL("ulpi", Otg, ulpi_fitted, false),
    DEFINE_PROP_BOOL("vbus-by-ppwr", Otg, vbus_by_ppwr, true),
    DEFINE_PROP_LINK("memory-bus", Otg, memory_bus, TYPE_MEMORY_REGION, MemoryRegion *),
};

static const PeriphInfo otg_hs = {
    .chapter = "RM0090 35", .bus = BUS_AHB, .size = 0x40000, .widths = 4,
    .regs = reg_rows, .ops = otg_ops, .n_ops = OTG_N_OPS,
    .vmsd = &otg_vmstate, PROPERTIES(properties),
    .init = otg_hs_init, .realize = otg_realize, .reset = otg_reset, .sync = otg_sync,
    .update = otg_update,
};
DEFINE_OTG("stm32f4-otg-hs", otg_hs)
