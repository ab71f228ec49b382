/*
 * Loads and stores through NULL: at 0 the chip shows what it starts from, so nothing faults.
 *
 * A load is one only if the program does not run there itself, and if what is there is not the vector table of VTOR: its
 * first words are for who starts a program, by addresses that are constants, and the rest for who copies it from the
 * beginning, or has looked where it is (FreeRTOS, whether its handlers are there).  A byte is never a vector, nor is what
 * strlen() and its like read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "exec/address-spaces.h"
#include "stm32/core/code/flow.h"
#include "stm32/checks/state.h"
#include "stm32/core/symbols.h"

#define FIRST_WORDS 8           /* MSP and the reset vector */
#define FUNCTION_SIZE 64        /* of whom no name is known */
#define MAX_FUNCTION 0x4000

static bool is_ram(uint32_t address)
{
    hwaddr offset, length = 1;

    RCU_READ_LOCK_GUARD();
    return memory_access_is_direct(address_space_translate(&address_space_memory, address, &offset, &length, true,
                                                           MEMTXATTRS_UNSPECIFIED), true, MEMTXATTRS_UNSPECIFIED);
}

void null_store(uint32_t pc, uint32_t address, unsigned size)
{
    if (!is_ram(address)) {
        guest_mistake_at(CORE, MEM003, pc, "0x%0*x is stored at 0x%08x", 2 * size, check_value(), address);
    }
}

static uint32_t reader;         /* of the first words of the table, or of VTOR */

void null_vtor_load(uint32_t pc)
{
    reader = pc;
}

/*
 * Does the function from @begin on load, at @pc, through a pointer that it has from elsewhere?  Who copies goes on with
 * an index, or with the pointer; who starts a program writes MSP.
 */
static bool is_by_variable(uint32_t begin, uint32_t pc)
{
    const FlowRegister *base;
    bool is = false;
    Flow flow;

    if (!flow_begin(&flow, begin)) {
        return false;
    }
    do {
        if (flow.writes_stack_pointer) {
            return false;
        }
        if (flow.at == pc) {
            base = &flow.r[ctz32(flow.insn.reads) & 15];
            is = flow.insn.kind == INSN_LOAD && is_power_of_2(flow.insn.reads) && !(flow.insn.writes & ~flow.insn.data) &&
                 base->what != FLOW_CONSTANT && base->what != FLOW_COMPUTED;
        }
    } while (flow_step(&flow) && (!is || flow.at - pc < FUNCTION_SIZE));
    return is;
}

/* Does the instruction at @pc read the first words as through a NULL pointer?  It may do so again and again. */
static bool is_through_null(uint32_t pc, const char *name)
{
    static uint32_t last;
    static bool is;
    uint32_t begin, end;

    if (pc != last) {
        last = pc;
        is = name && !g_str_has_prefix(name, "mem") && symbols_function(pc, &begin, &end) && pc - begin < MAX_FUNCTION &&
             is_by_variable(begin, pc);
    }
    return is;
}

/* Is it somebody who reads the vector table where VTOR has it? */
static bool is_vector(uint32_t pc, uint32_t address, unsigned size)
{
    const char *name = symbols_name(pc);
    bool has_looked = name ? symbols_name(reader) == name : pc - reader < FUNCTION_SIZE;

    if (size < 4 || (name && g_str_has_prefix(name, "str"))) {
        return false;
    }
    if (address >= FIRST_WORDS || has_looked) {
        return has_looked;
    }
    if (is_through_null(pc, name)) {
        return false;
    }
    reader = pc;
    return true;
}

void null_load(uint32_t pc, uint32_t address, unsigned size)
{
    uint32_t table = check_vector_table();

    if (pc < checks_chip->flash_alias || is_ram(address)) {
        return;
    }
    if (table >= checks_chip->flash_alias || (table == 0 && !is_vector(pc, address, size))) {
        guest_mistake_at(CORE, MEM004, pc, "0x%08x is read", address);
    }
}
