/*
 * Reads of RAM that nobody has written since power-on.
 *
 * Copies are no mistake: structures have padding, and members that are not set.  So what is done with the value
 * counts: the next instructions are looked at, once for each place.  If the first thing is to store it, or to load
 * something else into the register, nothing is said; nor if that can't be told, as behind a call.  What is loaded by LDM,
 * LDRD or to the FPU is taken for a copy.  A value that was partly written is none of our business, nor is a variable of a
 * section that is called .noinit, whose reader asks whether it has survived; but a stack there is a stack.  Deliberately
 * not done: what is copied counts as written where it goes; a stack that was used before is written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/symbols.h"

#define MAX_STEPS 16

/* Is what is loaded at @pc used by the instructions behind, for more than to copy it? */
static bool is_used(uint32_t pc)
{
    Insn i;
    uint16_t mine;

    if (!insn_at(pc, &i) || i.kind != INSN_LOAD) {
        return false;
    }
    mine = i.data;
    for (unsigned n = 0; n < MAX_STEPS && mine; n++) {
        pc += i.size;
        if (!insn_at(pc, &i)) {
            return false;
        }
        switch (i.kind) {
        case INSN_MOVE:
            mine = i.reads & mine ? mine | i.writes : mine & ~i.writes;
            continue;
        case INSN_DATA:
        case INSN_LOAD:
        case INSN_STORE:
        case INSN_LOADS:
        case INSN_STORES:
            if (i.reads & mine) {
                return true;
            }
            mine &= ~i.writes;
            if (i.kind == INSN_STORE && i.data & mine) {
                return false;
            }
            continue;
        default:
            return i.kind == INSN_JUMP && i.reads & mine;
        }
    }
    return false;
}

/* Is @address in a variable, other than the stack, that is not set up as the firmware begins? */
static bool is_kept(uint32_t address)
{
    uint32_t base, of_stack;

    return symbols_is_kept(address) && !(symbols_object(address, &base) &&
           symbols_object(check_register(13), &of_stack) && base == of_stack);
}

void unwritten_read(uint32_t pc, uint32_t address, unsigned size)
{
    static GHashTable *seen;            /* pc -> 1: a copy, 2: it is used */
    unsigned what;

    seen = seen ?: g_hash_table_new(NULL, NULL);
    what = GPOINTER_TO_UINT(g_hash_table_lookup(seen, GUINT_TO_POINTER(pc)));
    if (!what) {
        what = is_used(pc) ? 2 : 1;
        g_hash_table_insert(seen, GUINT_TO_POINTER(pc), GUINT_TO_POINTER(what));
    }
    if (what == 2 && !is_kept(address)) {
        g_autofree char *name = check_variable(address);

        guest_mistake_at(CORE, MEM002, pc, "%u bytes are read at 0x%08x (%s), which nobody has written since power-on",
                         size, address, name);
    }
}
