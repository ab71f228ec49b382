/*
 * Status registers that are read, changed and written back: flags that nobody has handled go with it.  For periph.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_FLAGS_H
#define STM32_CORE_FLAGS_H

#include "stm32/core/periph.h"

/* Register @n, which has flags that are cleared by 0, is about to be written with @data in @lanes. */
void flags_check_zeroes(Periph *p, unsigned n, uint32_t data, uint32_t lanes);
/* The same of flags that are cleared by 1. */
void flags_check_ones(Periph *p, unsigned n, uint32_t data);

#endif
