/*
 * Core debug registers (ARMv7-M C1.6) that firmware uses without a debugger: DEMCR.TRCENA, which
 * turns on DWT and ITM.  QEMU's model of the core leaves this block out.
 *
 * Property `swo-listener`: somebody reads SWO and, as an ST-LINK would, has set TRCENA.
 * Line out: `trcena`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#define REGS "stm32/regs/coredebug.h"
#include "stm32/core/periph.h"

typedef struct CoreDebug {
    Periph parent_obj;
    bool swo_listener;
    Line trcena;
} CoreDebug;

#define COREDEBUG(obj) ((CoreDebug *)(obj))

static void coredebug_update(Periph *p)
{
    line_set(&COREDEBUG(p)->trcena, p->regs[R_DEMCR] & R_DEMCR_TRCENA_MASK);
}

static void coredebug_reset(Periph *p, bool power_on)
{
    if (power_on && COREDEBUG(p)->swo_listener) {
        p->regs[R_DEMCR] |= R_DEMCR_TRCENA_MASK;
    }
}

static void coredebug_init(Periph *p)
{
    periph_add_line(p, &COREDEBUG(p)->trcena, "trcena");
}

static const Property coredebug_properties[] = {
    DEFINE_PROP_BOOL("swo-listener", CoreDebug, swo_listener, false),
};

static const PeriphInfo coredebug = {
    .chapter = "ARMv7-M C1.6", .bus = BUS_AHB, .widths = 4, .size = 0x10,
    .regs = reg_rows, PROPERTIES(coredebug_properties),
    .init = coredebug_init, .reset = coredebug_reset, .update = coredebug_update,
};
DEFINE_PERIPH("armv7m-coredebug", CoreDebug, coredebug)
