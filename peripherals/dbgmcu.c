/*
 * MCU debug component (RM0090 38.16): device identity, and what goes on while a debugger holds the core.
 *
 * Deliberately different: when gdb stops the core, QEMU stops virtual time, so every counter is frozen
 * whatever the freeze bits say; they read back.  The same for the bits that keep clocks on in low-power
 * modes, which matter to a debug probe only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/dbgmcu.h"
#include "stm32/core/periph.h"

static const PeriphInfo dbgmcu = {
    .chapter = "RM0090 38.16", .bus = BUS_AHB, .widths = 4,
    .regs = reg_rows,
};
DEFINE_PERIPH("stm32f4-dbgmcu", Periph, dbgmcu)
