/*
 * ROM table (ARMv7-M B3.8): what a debugger reads first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/romtable.h"
#include "stm32/core/periph.h"

static const PeriphInfo romtable = {
    .chapter = "ARMv7-M B3.8", .bus = BUS_AHB, .size = 0x1000,
    .regs = reg_rows,
};
DEFINE_PERIPH("armv7m-romtable", Periph, romtable)
