/*
 * A loop that waits for a variable while handlers run, but not the one that is to change it; for in_vain.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_IN_VAIN_HANDLERS_H
#define STM32_SOC_IN_VAIN_HANDLERS_H

#include "hw/intc/armv7m_nvic.h"
#include "stm32/soc/stm32f407.h"

#define SYSTICK_EXCEPTION 15

/*
 * Rounds of a loop are alike that has read the variables @read, and handlers that @gets_in says may interrupt it.  Once that is
 * so for long, why none of these will ever change one, to be freed, and which of @read that is; else NULL.
 */
char *in_vain_by_handlers(Stm32f407Soc *s, const uint32_t *read, unsigned reads, bool (*gets_in)(NVICState *nvic, unsigned exception),
                          unsigned *which);

/* The name of an exception with its priority. */
void in_vain_name(GString *text, NVICState *s, unsigned exception);

#endif
