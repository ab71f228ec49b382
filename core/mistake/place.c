/*
 * Where the guest is, see place.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/rcu.h"
#include "qemu/timer.h"
#include "cpu.h"
#include "exec/address-spaces.h"
#include "exec/cpu-common.h"
#include "hw/core/cpu.h"
#include "system/cpus.h"
#include "system/cpu-timers.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/core/mistake/place.h"

/*
 * In the middle of a translated block: as arm_restore_state_to_opc() would find it, but without touching the
 * CPU's state.
 */
bool guest_pc(uint32_t *pc)
{
    uint64_t data[8];

    if (!current_cpu || !current_cpu->running ||
        !cpu_unwind_state_data(current_cpu, current_cpu->mem_io_pc, data)) {
        return false;
    }
    *pc = (cpu_env(current_cpu)->regs[15] & TARGET_PAGE_MASK) | data[0];
    return true;
}

unsigned guest_exception(void)
{
    return current_cpu && current_cpu->running ? cpu_env(current_cpu)->v7m.exception : 0;
}

char *guest_exception_name(unsigned exception)
{
    static const char *const names[] = {
        [0] = "the thread", [2] = "NMI", [3] = "HardFault", [4] = "MemManage", [5] = "BusFault", [6] = "UsageFault",
        [11] = "SVCall", [12] = "DebugMonitor", [14] = "PendSV", [15] = "SysTick",
    };

    return exception < ARRAY_SIZE(names) && names[exception] ? g_strdup(names[exception])
           : g_strdup_printf("interrupt %d", (int)exception - FIRST_INTERRUPT);
}

bool guest_address(uint32_t *address)
{
    uint32_t pc;

    if (!guest_pc(&pc)) {
        return false;
    }
    *address = current_cpu->mem_io_addr;
    return true;
}

/* An access to memory may fault, so a block has written back what it keeps in the host's registers. */
void guest_registers(GuestRegisters *to, uint32_t pc)
{
    CPUState *cpu = current_cpu ?: first_cpu;

    memset(to, 0, sizeof(*to));
    if (cpu) {
        CPUARMState *env = cpu_env(cpu);

        memcpy(to->r, env->regs, sizeof(to->r));
        to->psp = env->v7m.exception ? env->v7m.other_sp : env->regs[13];
    }
    to->r[15] = pc;
}

bool guest_read_word(uint32_t address, uint32_t *word)
{
    RCU_READ_LOCK_GUARD();
    CPUState *cpu = current_cpu ?: first_cpu;
    hwaddr at, length = 4;
    MemoryRegion *mr;

    if (address % 4 || !cpu) {
        return false;
    }
    mr = address_space_translate(cpu_get_address_space(cpu, 0), address, &at, &length, false,
                                 MEMTXATTRS_UNSPECIFIED);
    if (length < 4 || !memory_access_is_direct(mr, false, MEMTXATTRS_UNSPECIFIED)) {
        return false;
    }
    *word = ldl_le_p((uint8_t *)memory_region_get_ram_ptr(mr) + at);
    return true;
}

bool guest_read_half(uint32_t address, uint16_t *half)
{
    uint32_t word;

    if (address % 2 || !guest_read_word(address & ~3u, &word)) {
        return false;
    }
    *half = word >> (address & 2) * 8;
    return true;
}

/* With -icount the count is exact only at instructions that access devices; elsewhere the last time has to do. */
int64_t guest_now_ns(void)
{
    static int64_t last;

    if (!current_cpu || !current_cpu->running || !icount_enabled() || current_cpu->neg.can_do_io) {
        last = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
    return last;
}

int64_t guest_insns(void)
{
    return icount_enabled() && current_cpu && current_cpu->running && current_cpu->neg.can_do_io ? icount_get_raw() : 0;
}

void guest_stop(void)
{
    if (current_cpu) {
        cpu_stop_current();
    }
}
