/*
 * What the checks ask the core, and words for what they report.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "cpu.h"
#include "exec/cpu-common.h"
#include "hw/intc/armv7m_nvic.h"
#include "system/cpu-timers.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"

#define CONTROL_SPSEL 2

static CPUARMState *env(void)
{
    return cpu_env(first_cpu);
}

int64_t check_now(void)
{
    CPUState *cpu = current_cpu;
    bool can_do_io;
    int64_t ns;

    if (!cpu || !icount_enabled()) {
        return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
    can_do_io = cpu->neg.can_do_io;
    cpu->neg.can_do_io = true;
    ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    cpu->neg.can_do_io = can_do_io;
    return ns;
}

uint32_t check_pc(uintptr_t ra)
{
    uint64_t data[8];

    return cpu_unwind_state_data(current_cpu, ra, data) ? (env()->regs[15] & TARGET_PAGE_MASK) | data[0] : 0;
}

uint32_t check_register(unsigned n)
{
    return env()->regs[n];
}

unsigned check_exception(void)
{
    return env()->v7m.exception;
}

bool check_uses_psp(void)
{
    return !check_exception() && env()->v7m.control[M_REG_NS] & CONTROL_SPSEL;
}

uint32_t check_psp(void)
{
    return check_uses_psp() ? env()->regs[13] : env()->v7m.other_sp;
}

uint32_t check_other_sp(void)
{
    return env()->v7m.other_sp;
}

bool check_aligns_frames(void)
{
    return env()->v7m.ccr[M_REG_NS] & R_V7M_CCR_STKALIGN_MASK;
}

uint32_t check_control(void)
{
    return env()->v7m.control[M_REG_NS];
}

uint32_t check_basepri(void)
{
    return env()->v7m.basepri[M_REG_NS];
}

bool check_masked(void)
{
    return env()->v7m.primask[M_REG_NS] || env()->v7m.faultmask[M_REG_NS] || check_basepri();
}

bool check_is_enabled(unsigned exception)
{
    NVICState *s = env()->nvic;

    return s->vectors[exception].enabled;
}

unsigned check_prigroup(void)
{
    NVICState *s = env()->nvic;

    return s->prigroup[M_REG_NS];
}

int check_priority(unsigned exception)
{
    NVICState *s = env()->nvic;

    return s->vectors[exception].prio & ~((2 << check_prigroup()) - 1);
}

uint32_t check_vector_table(void)
{
    return env()->v7m.vecbase[M_REG_NS];
}

uint32_t check_handler(unsigned exception)
{
    uint32_t handler = 0;

    guest_read_word(check_vector_table() + 4 * exception, &handler);
    return handler & ~1u;
}

const uint64_t *check_value_at;

void check_begin(void)
{
    check_value_at = &first_cpu->neg.plugin_mem_value_low;
}

char *check_variable(uint32_t address)
{
    uint32_t base;
    const char *name = symbols_object(address, &base);

    return !name ? g_strdup_printf("0x%08x", address)
           : address == base ? g_strdup_printf("`%s`", name)
           : g_strdup_printf("`%s` + %u", name, address - base);
}
