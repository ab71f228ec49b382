/*
 * A loop that waits for a variable that nobody can change; for chip.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_IN_VAIN_H
#define STM32_SOC_IN_VAIN_H

#include "stm32/soc/stm32f407.h"

/* Report such loops from now on: those that fast-forward sees, so with -icount. */
void in_vain_begin(Stm32f407Soc *s);

#endif
