/*
 * What of the bus is slower than the chip's own memories, for masters that reckon with it: with timing=approximate.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_SLOW_BUS_H
#define STM32_CORE_SLOW_BUS_H

/* Cycles of HCLK that an access takes, and those before another can begin; 0: it is as fast as the chip's own. */
typedef struct SlowAccess {
    unsigned takes, turns;
} SlowAccess;

/* NULL: nothing is slow. */
extern SlowAccess (*slow_bus)(uint32_t addr, unsigned size, bool write);

#endif
