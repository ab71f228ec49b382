/*
 * Who has called the place where the guest is: a walk over its stack, over frames of exceptions too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_MISTAKE_STACK_H
#define STM32_CORE_MISTAKE_STACK_H

#include "stm32/core/mistake/mistake.h"

/*
 * The functions at @pc, where the guest is, and their callers, *@n of them, for the caller to keep.  @stacked:
 * it is on its way into an exception, and the registers are on the stack already.
 */
GuestFrame *stack_walk(uint32_t pc, bool stacked, unsigned *n);

/* Append ", main.c:31, called from ..." to @line. */
void stack_describe(GString *line, const GuestFrame *frame, unsigned n);

#endif
