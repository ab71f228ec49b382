/*
 * What joins the chip's peripherals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_CONNECTIONS_H
#define STM32_SOC_CONNECTIONS_H

#include "stm32/soc/stm32f407.h"

/* Show them those they are to know: before they are realized. */
void connections_link(Stm32f407Soc *s);
/* Wires, triggers, DMA requests, pins: after that. */
void connections_make(Stm32f407Soc *s);

/* The exception number of the interrupt "tim2", "exti-15", "28", or of the core's "systick"; -1: there is none. */
int stm32f407_find_exception(const char *name);

#endif
