/*
 * Instructions that return: BX LR, and those that load PC from the stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PLUGIN_RETURNS_H
#define STM32_PLUGIN_RETURNS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ReturnKind { RETURN_NONE, RETURN_BX, RETURN_POP } ReturnKind;

typedef struct Return {
    ReturnKind kind;
    unsigned pops;              /* bytes that it takes from the stack */
    unsigned condition;         /* of the IT it stands behind; 14: always */
} Return;

/*
 * What @opcode, the instruction's bytes as a word, is.  @it: 0 at first, and then as this function leaves it: what the
 * IT before lets happen to the next instructions.
 */
Return return_of(uint32_t opcode, unsigned *it);
/* Does it return, with these flags? */
bool return_happens(const Return *r, uint32_t xpsr);

#endif
