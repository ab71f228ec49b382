/*
 * Peripherals whose clock has just been enabled: on silicon it takes a moment (ES0182), and an access that comes too soon
 * is lost.  Here it is not, but reported, with -icount, where it is known how many instructions lie between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_FRESH_CLOCK_H
#define STM32_CORE_FRESH_CLOCK_H

#include "hw/clock.h"

/* The guest enables the clock @out now. */
void fresh_clock_rises(Clock *out);

/* Is there one? */
extern bool fresh_clocks;

/* What runs by @clk is accessed: is that too soon?  Then how soon, in words; once, else NULL. */
const char *fresh_clock_too_soon(const Clock *clk);

#endif
