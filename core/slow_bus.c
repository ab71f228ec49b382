/*
 * What of the bus is slower than the chip's own memories, see slow_bus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/slow_bus.h"

SlowAccess (*slow_bus)(uint32_t addr, unsigned size, bool write);
