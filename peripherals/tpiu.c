/*
 * Trace port interface unit (ARMv7-M C1.10): the pace and the coding of SWO.
 *
 * Deliberately different: SWO's text takes another way (itm.c), at no particular rate, so nothing
 * here has an effect; firmware that sets it up reads it back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/tpiu.h"
#include "stm32/core/periph.h"

static const PeriphInfo tpiu = {
    .chapter = "ARMv7-M C1.10", .bus = BUS_AHB, .size = 0x1000,
    .regs = reg_rows,
};
DEFINE_PERIPH("armv7m-tpiu", Periph, tpiu)
