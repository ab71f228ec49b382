/*
 * How often each instruction has run: a counter for each halfword of the program, added to by the translated code.
 *
 * An instruction behind an IT whose condition does not hold counts too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_COUNTS_H
#define STM32_PLUGIN_COUNTS_H

#include <qemu-plugin.h>
#include "program.h"

void counts_begin(const Program *p);
/* Let the translated code count @insn. */
void counts_add(const Program *p, struct qemu_plugin_insn *insn);
/* Let the translated block add up its instructions. */
void counts_add_block(struct qemu_plugin_tb *tb);
/* Instructions that have run, with all of the block that runs. */
uint64_t counts_total(void);
uint64_t counts_of(const Program *p, uint32_t address);

#endif
