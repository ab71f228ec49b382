/*
 * The firmware of the machine: what -kernel names goes to the chip's memories, and has to be something
 * that it can start.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/arm/boot.h"
#include "system/runstate.h"
#include "stm32/board/machine.h"
#include "stm32/core/image/image.h"
#include "stm32/soc/stm32f407.h"
#include "stm32/core/mistake/mistake.h"

/* Word @n of what the chip sees at address 0. */
static uint32_t vector(unsigned n)
{
    return address_space_ldl_le(&address_space_memory, 4 * n, MEMTXATTRS_UNSPECIFIED, NULL);
}

/* Would the core start?  An erased flash or an image for elsewhere is the commonest mistake. */
static bool check_vectors(const char *name, Error **errp)
{
    uint32_t sp = vector(0) & ~3u;          /* as the core takes it */
    uint32_t pc = vector(1);
    bool sp_ok = ((sp > 0x20000000 && sp <= 0x20020000) ||
                  (sp > 0x10000000 && sp <= 0x10010000) ||
                  (sp > 0x60000000 && sp <= 0xa0000000));
    bool pc_ok = (pc & 1) && image_is_memory(&address_space_memory, pc & ~1u, 2);

    if (pc_ok && !sp_ok) {
        error_setg(errp, "'%s' has its stack where this chip has no RAM: 0x%08x; it is for a chip with more, or see the "
                   "linker script: 128 KiB at 0x20000000, 64 KiB (CCM) at 0x10000000", name, sp);
    } else if (!pc_ok) {
        error_setg(errp, "'%s' puts no vector table where this chip starts: stack pointer 0x%08x, "
                   "reset vector 0x%08x; link it at 0x08000000, or load the bootloader too",
                   name, sp, pc);
    }
    if (sp_ok && pc_ok && address_space_lduw_le(&address_space_memory, pc & ~1u, MEMTXATTRS_UNSPECIFIED, NULL) == 0xffff) {
        warn_report("'%s' starts at 0x%08x, where nothing is: it is linked for another address, behind a bootloader; a raw "
                    "binary goes to 0x08000000, and -device loader,file=...,addr=... puts it elsewhere", name, pc);
    }
    return sp_ok && pc_ok;
}

void firmware_load(Stm32f407gDisc *m)
{
    const char *name = MACHINE(m)->kernel_filename;
    Error *err = NULL;

    armv7m_load_kernel(STM32F407_SOC(m->soc)->cpu.cpu, NULL, 0, 0);     /* registers its reset */
    if (!name) {
        return;
    }
    m->firmware = image_load(name, &address_space_memory, STM32F407_FLASH_BASE, &err);
    if (!m->firmware || (!m->boot0 && !check_vectors(name, &err))) {
        error_report_err(err);
        exit(1);
    }
}

bool firmware_restart(Stm32f407gDisc *m, const char *file, Error **errp)
{
    const char *name = file ?: MACHINE(m)->kernel_filename;
    bool runs = runstate_is_running();
    char *loaded;

    if (!name) {
        error_setg(errp, "there is no firmware: -kernel names none");
        return false;
    }
    vm_stop(RUN_STATE_PAUSED);
    loaded = image_load(name, &address_space_memory, STM32F407_FLASH_BASE, errp);
    if (loaded) {
        g_free(m->firmware);
        m->firmware = loaded;
        guest_mistakes_forget();
        qemu_system_reset(SHUTDOWN_CAUSE_HOST_QMP_SYSTEM_RESET);
    }
    if (runs) {
        vm_start();
    }
    return loaded && (m->boot0 || check_vectors(file ? "the firmware" : name, errp));
}
