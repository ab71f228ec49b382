/*
 * OTG_FS (RM0090 chapter 34): how many of everything it has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#define REGS "stm32/regs/otg_fs.h"
#include "stm32/peripherals/otg/state.h"

static void otg_fs_init(Periph *p)
{
    Otg *s = OTG(p);

    s->n_endpoints = 4;
    s->n_channels = 8;
    s->ram_words = 320;
    otg_init(p);
}

static const Property properties[] = {
    DEFINE_PROP_BOOL("vbus-by-ppwr", Otg, vbus_by_ppwr, false),
};

static const PeriphInfo otg_fs = {
    .chapter = "RM0090 34", .bus = BUS_AHB, .size = 0x40000, .widths = 4,
    .regs = reg_rows, .ops = otg_ops, .n_ops = OTG_N_OPS, .ops_shared = true,
    .vmsd = &otg_vmstate, PROPERTIES(properties),
    .init = otg_fs_init, .realize = otg_realize, .reset = otg_reset, .sync = otg_sync,
    .update = otg_update,
};
DEFINE_OTG("stm32f4-otg-fs", otg_fs)
