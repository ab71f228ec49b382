/*
 * Core debug registers (ARMv7-M C1.6) that firmware uses without a debugger: DEMCR.TRCENA, which
 * turns on DWT and ITM, and the DebugMonitor exception.  QEMU's model of the core leaves this block out.
 *
 * Properties: `swo-listener`: somebody reads SWO and, as an ST-LINK would, has set TRCENA; `core`.
 * Line out: `trcena`.
 *
 * Deliberately different: there is no debugger to halt the core for, so DHCSR's controls do nothing, nor do
 * the vector catches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/arm/armv7m.h"
#include "hw/intc/armv7m_nvic.h"
#include "hw/qdev-properties.h"
#define REGS "stm32/regs/coredebug.h"
#include "stm32/core/periph.h"

typedef struct CoreDebug {
    Periph parent_obj;
    ARMv7MState *core;
    bool swo_listener;
    Line trcena;
} CoreDebug;

#define COREDEBUG(obj) ((CoreDebug *)(obj))

/* MON_PEND is the core's own. */
static uint32_t demcr_read(Periph *p, unsigned n)
{
    bool pending = armv7m_nvic_debug_monitor_pending(&COREDEBUG(p)->core->nvic);

    return FIELD_DP32(p->regs[n], DEMCR, MON_PEND, pending);
}

static void demcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    armv7m_nvic_pend_debug_monitor(&COREDEBUG(p)->core->nvic, data & R_DEMCR_MON_PEND_MASK);
    p->regs[n] &= ~R_DEMCR_MON_PEND_MASK;
}

static const RegOps coredebug_ops[] = {
    [R_DEMCR] = { .read = demcr_read, .written = demcr_written },
};

static void coredebug_update(Periph *p)
{
    CoreDebug *s = COREDEBUG(p);

    armv7m_nvic_set_debug_monitor(&s->core->nvic, reg_get(s, DEMCR, MON_EN), reg_get(s, DEMCR, MON_STEP));
    line_set(&s->trcena, reg_get(s, DEMCR, TRCENA));
}

/* What the debugger has set up stays, the monitor's part goes with the program. */
static void coredebug_reset(Periph *p, bool power_on)
{
    p->regs[R_DEMCR] &= ~(R_DEMCR_MON_EN_MASK | R_DEMCR_MON_STEP_MASK | R_DEMCR_MON_REQ_MASK);
    if (power_on && COREDEBUG(p)->swo_listener) {
        p->regs[R_DEMCR] |= R_DEMCR_TRCENA_MASK;
    }
}

static void coredebug_init(Periph *p)
{
    periph_add_line(p, &COREDEBUG(p)->trcena, "trcena");
}

static const Property coredebug_properties[] = {
    DEFINE_PROP_LINK("core", CoreDebug, core, TYPE_ARMV7M, ARMv7MState *),
    DEFINE_PROP_BOOL("swo-listener", CoreDebug, swo_listener, false),
};

static const PeriphInfo coredebug = {
    .chapter = "ARMv7-M C1.6", .bus = BUS_AHB, .widths = 4, .size = 0x10,
    REGS_AND_OPS(coredebug_ops), PROPERTIES(coredebug_properties),
    .init = coredebug_init, .reset = coredebug_reset, .update = coredebug_update,
};
DEFINE_PERIPH("armv7m-coredebug", CoreDebug, coredebug)
