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

/* The same of a variable, or of a label (@size 0), such as the linker's script has. */
void symbols_add_object(uint32_t address, uint32_t size, const char *name);

/* There is code at [address, address + size), by the file's own account. */
void symbols_add_code(uint32_t address, uint32_t size);
bool symbols_is_code(uint32_t address);

/* What lies at [address, address + size) is meant to be as it was before a reset: its section is called .noinit or so. */
void symbols_add_kept(uint32_t address, uint32_t size);
bool symbols_is_kept(uint32_t address);

/* Where a function, variable or label of this name is; @size may be NULL.  False if there is none. */
bool symbols_find(const char *name, uint32_t *address, uint32_t *size);

/* The variable that @address is in, and where that begins, or NULL. */
const char *symbols_object(uint32_t address, uint32_t *base);

/* Where the variable ends that @address is in; @address if it is in none. */
uint32_t symbols_object_end(uint32_t address);

/* The end of the last variable or label in [@low, @high); @low if there is none. */
uint32_t symbols_last_object(uint32_t low, uint32_t high);

/* Another number when there are more symbols. */
unsigned symbols_version(void);

/* "0x080001a4 <main+28>", or the bare address where no function is known.  Caller frees. */
char *symbols_describe(uint32_t address);

/* The function @address is in, or NULL. */
const char *symbols_name(uint32_t address);

/* ... and where that begins and ends.  False: it is in none, or that is not known. */
bool symbols_function(uint32_t address, uint32_t *begin, uint32_t *end);

#endif
