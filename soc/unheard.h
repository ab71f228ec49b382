/*
 * Interrupts that nobody hears, see unheard.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_UNHEARD_H
#define STM32_SOC_UNHEARD_H

#include "stm32/soc/stm32f407.h"

/* Report them from now on. */
void unheard_begin(Stm32f407Soc *s);

#endif
