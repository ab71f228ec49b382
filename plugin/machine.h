/*
 * What the machine tells a plugin about itself; QEMU's own plugin interface has no time and no firmware.
 *
 * These functions are the executable's: qemu/plugin.symbols exports them.  They are for callbacks of the CPU that
 * were registered with QEMU_PLUGIN_CB_R_REGS, in its thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_MACHINE_H
#define STM32_PLUGIN_MACHINE_H

#include <stdint.h>

typedef struct Stm32View {
    uint32_t r[16];
    uint32_t xpsr;
    uint64_t ns;                /* virtual time */
    uint64_t cycles;            /* HCLK's, since the start */
} Stm32View;

/* @later: how many instructions of the translated block come from the callback's on: with -icount time is theirs. */
void stm32_plugin_view(unsigned later, Stm32View *view);

/* The name of -kernel's file; NULL if there is none. */
const char *stm32_plugin_firmware(void);

#endif
