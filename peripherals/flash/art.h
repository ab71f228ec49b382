/*
 * How long the core waits for flash, with timing=approximate: see art.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_FLASH_ART_H
#define STM32_PERIPHERALS_FLASH_ART_H

#include "hw/qdev-core.h"

#define FLASH_LINE 16           /* bytes: 128 bits */

/*
 * Wait states in cycles of HCLK, of which @now are over: code from the line at @addr, where the core comes
 * from; or data.
 */
unsigned flash_fetch_wait(DeviceState *flash, uint32_t addr, int64_t now);
unsigned flash_load_wait(DeviceState *flash, uint32_t addr, int64_t now);
/* Is something programmed or erased, as far as is known?  Then reads wait for its end. */
bool flash_is_busy(DeviceState *flash);

/* What these depend on, but that cycles go by, in some 300 bytes; and so many go by. */
void flash_wait_state(DeviceState *flash, uint8_t *state, int64_t now);
void flash_wait_pass(DeviceState *flash, int64_t cycles);

#endif
