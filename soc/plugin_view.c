/*
 * What plugins are told of the machine, see plugin/machine.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "cpu.h"
#include "system/cpu-timers.h"
#include "hw/boards.h"
#include "hw/clock.h"
#include "stm32/plugin/machine.h"
#include "stm32/soc/stm32f407.h"

/* Virtual time in the middle of a translated block, whose instructions are all paid for already with -icount. */
static int64_t now(unsigned later)
{
    bool can_do_io = current_cpu->neg.can_do_io;
    int64_t ns;

    if (!icount_enabled()) {
        return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
    current_cpu->neg.can_do_io = true;
    ns = icount_get() - icount_to_ns(later);
    current_cpu->neg.can_do_io = can_do_io;
    return ns;
}

/* HCLK's cycles until @ns; what its frequency is now it has been since the last look. */
static uint64_t cycles_until(int64_t ns)
{
    static int64_t seen;
    static uint64_t cycles, rest;       /* rest: in 1/10^9 of a cycle */
    static Stm32f407Soc *soc;

    if (!soc) {
        soc = STM32F407_SOC(object_resolve_path_type("", TYPE_STM32F407_SOC, NULL));
    }
    if (ns > seen) {
        unsigned __int128 more = (unsigned __int128)(ns - seen) * clock_get_hz(soc->cpu.cpuclk) + rest;

        cycles += more / NANOSECONDS_PER_SECOND;
        rest = more % NANOSECONDS_PER_SECOND;
        seen = ns;
    }
    return cycles;
}

void stm32_plugin_view(unsigned later, Stm32View *view)
{
    CPUARMState *env = cpu_env(current_cpu);

    memcpy(view->r, env->regs, sizeof(view->r));
    view->xpsr = xpsr_read(env);
    view->ns = now(later);
    view->cycles = cycles_until(view->ns);
}

const char *stm32_plugin_firmware(void)
{
    return current_machine ? current_machine->kernel_filename : NULL;
}
