/*
 * Barriers that are missing: behind a store of code that runs at once, when another stack pointer is chosen, and when
 * the MPU is enabled.
 *
 * A Cortex-M4 mostly does what was meant without them, so only what comes within a few instructions is told.  Vector
 * tables need none: registers of the core are strongly ordered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"

#define REACH 8                 /* instructions */
#define CONTROL_SPSEL 2
#define MPU_ENABLE 1
#define SP 13
#define LR 14

/* ---- What comes next ---- */

typedef enum Follows {
    FOLLOWS_NOTHING,            /* that is looked for, or it is not known */
    FOLLOWS_BARRIER, FOLLOWS_USE,
} Follows;

bool is_barrier(uint32_t opcode)
{
    return (opcode & 0xffff) == 0xf3bf && (opcode >> 16 & 0xff40) == 0x8f40;    /* DSB, DMB, ISB */
}

static bool barrier_at(uint32_t pc)
{
    uint16_t first, second;

    return guest_read_half(pc, &first) && guest_read_half(pc + 2, &second) && is_barrier(first | second << 16);
}

/* BX LR: who has called this goes on there, as long as nothing has changed LR. */
static bool returns(uint32_t pc, uint32_t *to)
{
    uint16_t op;

    *to = check_register(LR) & ~1u;
    return guest_read_half(pc, &op) && op == 0x4770;
}

/* What comes first behind @pc: a barrier, or an instruction that `uses` it. */
static Follows look_behind(uint32_t pc, bool (*uses)(const Insn *i))
{
    bool lr = true;
    Insn i;

    for (unsigned n = 0; n < REACH && insn_at(pc, &i); n++) {
        if (barrier_at(pc)) {
            return FOLLOWS_BARRIER;
        }
        if (i.kind == INSN_JUMP && (!lr || !returns(pc, &pc))) {
            return FOLLOWS_NOTHING;
        }
        if (i.kind == INSN_JUMP) {
            lr = false;
            continue;
        }
        if (uses(&i)) {
            return FOLLOWS_USE;
        }
        lr &= !(i.writes & 1 << LR);
        pc += i.size;
    }
    return FOLLOWS_NOTHING;
}

/* ---- CONTROL ---- */

static uint32_t control;        /* as it was last */

static bool uses_stack(const Insn *i)
{
    return (i->reads | i->writes) & 1 << SP;
}

void barriers_note_control(void)
{
    control = check_control();
}

void barriers_control(uint32_t pc)
{
    uint32_t changed = check_control() ^ control;

    barriers_note_control();
    if (changed & CONTROL_SPSEL && !check_exception() && look_behind(pc + 4, uses_stack) == FOLLOWS_USE) {
        guest_mistake_at(CORE, MEM010, pc, "CONTROL.SPSEL is changed, and the stack is used before an ISB");
    }
}

/* ---- MPU ---- */

static bool accesses(const Insn *i)
{
    return i->kind >= INSN_LOAD && i->kind <= INSN_EXCLUSIVE;
}

void barriers_mpu(uint32_t pc, uint32_t value)
{
    Insn i;

    if (value & MPU_ENABLE && insn_at(pc, &i) && look_behind(pc + i.size, accesses) == FOLLOWS_USE) {
        guest_mistake_at(CORE, MEM010, pc, "the MPU is enabled, and memory is accessed before a DSB and an ISB");
    }
}

/* ---- Code ---- */

uint32_t last_store;            /* to RAM, since the last barrier or exception */

void barriers_passed(void)
{
    last_store = 0;
}

/* The code of [@pc, @pc + @size) runs for the first time since somebody has stored there. */
void barriers_fresh_code(uint32_t pc, uint32_t size)
{
    uint32_t base, other;
    bool in_block = last_store - pc < size;
    bool in_object = symbols_object(pc, &base) && symbols_object(last_store, &other) && base == other;
    bool in_function = symbols_is_code(last_store) && symbols_name(pc) && symbols_name(pc) == symbols_name(last_store);

    if (last_store && (in_block || in_object || in_function)) {
        guest_mistake_at(CORE, MEM010, pc, "instructions run that a store to 0x%08x has just made, without DSB and ISB",
                         last_store);
    }
    last_store = 0;
}
