/*
 * timing=approximate: see timing.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_TIMING_H
#define STM32_SOC_TIMING_H

#include "stm32/soc/stm32f407.h"

extern const VMStateDescription timing_vmstate;

#endif
