/*
 * Code in RAM: executed where the firmware's file has none, and overwritten after it has run.
 *
 * An instruction that has been translated is noted in the shadow.  Without an ELF file nothing is known of what is code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/symbols.h"

void code_translated(uint32_t pc)
{
    uint8_t *at = shadow_at(pc);
    g_autofree char *name = NULL;
    uint32_t base;

    if (!at) {
        return;
    }
    if (!at[0] || !at[1]) {
        guest_mistake_at(CORE, MEM005, pc, "instructions are executed which nobody has written since power-on");
    } else if (symbols_version() && (!symbols_is_code(pc) || symbols_object(pc, &base)) && !symbols_name(pc)) {
        name = check_variable(pc);
        guest_mistake_at(CORE, MEM005, pc, "%s is executed, which is no code by the firmware's file%s", name,
                         pc - check_register(13) < 0x400 ? ": it is on the stack" : "");
    }
    at[0] |= SHADOW_RAN;
    at[1] |= SHADOW_RAN;
}

void code_overwritten(uint32_t pc, uint32_t address)
{
    const char *name = symbols_name(address);

    if (name && symbols_is_code(address)) {
        guest_mistake_at(CORE, MEM006, pc, "a store to 0x%08x changes the code of %s(), which has run", address, name);
    }
}
