/*
 * Can an interrupt of the NVIC come, as the peripherals behind it are set up now?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_ASKS_H
#define STM32_SOC_ASKS_H

#include "stm32/soc/stm32f407.h"

/* Why interrupt @n can't come before the firmware does something with its peripheral; to be freed.  NULL: it may. */
char *asks_not(Stm32f407Soc *s, unsigned n);

/* Is one of @addresses (uint32_t) a register of a peripheral behind interrupt @n? */
bool asks_by(Stm32f407Soc *s, unsigned n, const GArray *addresses);

#endif
