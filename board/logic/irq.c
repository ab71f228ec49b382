/*
 * An exception of the core as a trace, see irq.h.  Whether one is active when a snapshot has been loaded is not known until it
 * is entered or left.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "stm32/board/logic/irq.h"
#include "stm32/core/exceptions.h"
#include "stm32/soc/connections.h"

static LogicIrq *all;

static void told(int exception, bool entered)
{
    for (LogicIrq *i = all; i; i = i->next) {
        if (i->exception == exception && i->active != entered) {
            i->active = entered;
            if (i->on && runstate_is_running()) {
                capture_add(i->capture, i->n, entered, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
                i->changed(i->opaque);
            }
        }
    }
}

static void taken(int exception, uint32_t frame, uint32_t pc)
{
    told(exception, true);
}

static void returns(int exception)
{
    told(exception, false);
}

bool logic_irq_open(LogicIrq *i, Capture *capture, const char *name, Error **errp)
{
    i->exception = stm32f407_find_exception(name);
    if (i->exception < 0) {
        error_setg(errp, "irqs=: there is no interrupt '%s'; there are those of RM0090's table 62 as tim2, can1-rx0, exti-15, "
                   "dma1-3 (stream 3), by number as 28, and the core's: nmi, hardfault, memmanage, busfault, usagefault, "
                   "svcall, debugmon, pendsv, systick", name);
        return false;
    }
    if (!all) {
        static const ARMv7MWatch watch = { .taken = taken, .returns = returns };

        exceptions_watch(&watch);
    }
    i->capture = capture;
    i->n = capture_add_trace(capture, g_strdup_printf("irq.%s", name), VCD_LEVEL);
    i->next = all;
    all = i;
    return true;
}

void logic_irq_on(LogicIrq *i, bool on, int64_t ns)
{
    i->on = on;
    if (on) {
        capture_add(i->capture, i->n, i->active, ns);
    }
}
