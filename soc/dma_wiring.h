/*
 * DMA requests, acknowledges and ends of transfers, out of dma_requests.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_SOC_DMA_WIRING_H
#define STM32_SOC_DMA_WIRING_H

#include "stm32/core/wiring.h"

/* Wire those requests whose peripherals are modelled; they and the DMAs are children of @soc. */
void dma_wiring_add(Object *soc, Wiring *wiring);

#endif
