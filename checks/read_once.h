/*
 * A loop that waits for a variable and does not read it: the compiler has read it once, before the loop, since nothing
 * told it that somebody else changes it.  It was not declared volatile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CHECKS_READ_ONCE_H
#define STM32_CHECKS_READ_ONCE_H

/* The core is at @pc, in a loop whose rounds are all alike and read no variable: report it if it is one. */
void read_once_look(uint32_t pc);

#endif
