/*
 * The functions of the firmware that was loaded, to say where in the program something happened.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_SYMBOLS_H
#define STM32_CORE_SYMBOLS_H

/*
 * Remember function @name at [address, address + size); size 0: up to the next one.  The name is made
 * fit for a terminal, see user_text().
 */
void symbols_add(uint32_t address, uint32_t size, const char *name);

/* "0x080001a4 <main+28>", or the bare address where no function is known.  Caller frees. */
char *symbols_describe(uint32_t address);

/* The function @address is in, or NULL. */
const char *symbols_name(uint32_t address);

#endif
