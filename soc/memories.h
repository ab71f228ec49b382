/*
 * The memories of the chip, and what of them each bus master reaches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_MEMORIES_H
#define STM32_SOC_MEMORIES_H

#include "stm32/soc/stm32f407.h"

/* RAM, system memory, the DMAs' views: before the peripherals are realized. */
void memories_make(Stm32f407Soc *s);
/* What the flash controller has besides its registers; and at 0: after that. */
void memories_map_flash(Stm32f407Soc *s);
/* The banks of the memory controller: after that. */
void memories_map_fsmc(Stm32f407Soc *s);
void memories_show_at_0(Stm32f407Soc *s, BootMode mode);
/* RAM has lost its power. */
void memories_forget(Stm32f407Soc *s);

/* firmware/bootloader, made by the build */
extern const uint8_t system_memory_contents[];
extern const size_t system_memory_length;

#endif
