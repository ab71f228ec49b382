/*
 * How long the core waits for the memory controller, with timing=approximate: see access.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_FSMC_ACCESS_H
#define STM32_PERIPHERALS_FSMC_ACCESS_H

#include "hw/qdev-core.h"
#include "stm32/core/slow_bus.h"

/*
 * Wait states in cycles of HCLK, of which @now are over as data is to be there, a cycle behind the address: of @size bytes at
 * @offset of @bank (0 is bank 1), which are read or written; more than 4 are words that follow each other.
 */
unsigned fsmc_access_wait(DeviceState *fsmc, unsigned bank, uint32_t offset, unsigned size, bool write, int64_t now);

/* The same for who reckons with it before: an access of @size bytes, when nobody else is there. */
SlowAccess fsmc_slow_access(DeviceState *fsmc, unsigned bank, uint32_t offset, unsigned size, bool write);

/* What these depend on, but that cycles go by, in some 20 bytes; and so many go by. */
void fsmc_wait_state(DeviceState *fsmc, uint8_t *state, int64_t now);
void fsmc_wait_pass(DeviceState *fsmc, int64_t cycles);

#endif
