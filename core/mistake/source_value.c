/*
 * The registers of a caller, see source_value.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <dwarf.h>
#include "stm32/core/mistake/source_value.h"

#define MAX_OPS 32
#define DEPTH 16

enum { SP = 13, LR = 14, PC = 15 };

typedef struct Evaluation {
    const uint32_t *r;
    uint32_t cfa;
    ReadWord *read;
    uint32_t stack[DEPTH];
    unsigned depth;
} Evaluation;

static bool push(Evaluation *e, uint32_t value)
{
    if (e->depth == DEPTH) {
        return false;
    }
    e->stack[e->depth++] = value;
    return true;
}

static bool push_register(Evaluation *e, Dwarf_Word n, Dwarf_Word offset)
{
    return n < 16 && push(e, e->r[n] + (uint32_t)offset);
}

static bool binary(Evaluation *e, unsigned atom)
{
    uint32_t b;

    if (e->depth < 2) {
        return false;
    }
    b = e->stack[--e->depth];
    switch (atom) {
    case DW_OP_plus:
        e->stack[e->depth - 1] += b;
        return true;
    case DW_OP_minus:
        e->stack[e->depth - 1] -= b;
        return true;
    default:
        e->stack[e->depth - 1] &= b;
        return true;
    }
}

static bool evaluate_op(Evaluation *e, const Dwarf_Op *op)
{
    if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg15) {
        return push_register(e, op->atom - DW_OP_breg0, op->number);
    }
    if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31) {
        return push(e, op->atom - DW_OP_lit0);
    }
    switch (op->atom) {
    case DW_OP_bregx:
        return push_register(e, op->number, op->number2);
    case DW_OP_call_frame_cfa:
        return push(e, e->cfa);
    case DW_OP_const1u: case DW_OP_const1s: case DW_OP_const2u: case DW_OP_const2s:
    case DW_OP_const4u: case DW_OP_const4s: case DW_OP_constu: case DW_OP_consts:
        return push(e, op->number);
    case DW_OP_plus_uconst:
        return e->depth && (e->stack[e->depth - 1] += op->number, true);
    case DW_OP_plus: case DW_OP_minus: case DW_OP_and:
        return binary(e, op->atom);
    case DW_OP_deref:
        return e->depth && e->read(e->stack[e->depth - 1], &e->stack[e->depth - 1]);
    default:
        return false;
    }
}

/* The value, or if @is_address what is in memory at it. */
static bool evaluate(Evaluation *e, const Dwarf_Op *ops, size_t n, bool is_address, uint32_t *value)
{
    e->depth = 0;
    for (size_t i = 0; i < n && i < MAX_OPS; i++) {
        if (ops[i].atom == DW_OP_stack_value) {
            is_address = false;
        } else if (ops[i].atom == DW_OP_regx && ops[i].number < 16) {
            *value = e->r[ops[i].number];
            return true;
        } else if (ops[i].atom >= DW_OP_reg0 && ops[i].atom <= DW_OP_reg15) {
            *value = e->r[ops[i].atom - DW_OP_reg0];
            return true;
        } else if (!evaluate_op(e, &ops[i])) {
            return false;
        }
    }
    if (!e->depth) {
        return false;
    }
    *value = e->stack[e->depth - 1];
    return !is_address || e->read(*value, value);
}

bool source_caller(Dwarf_Frame *frame, const uint32_t r[16], uint32_t caller[16], ReadWord *read)
{
    Evaluation e = { .r = r, .read = read };
    Dwarf_Op memory[3], *ops;
    size_t n;

    if (dwarf_frame_cfa(frame, &ops, &n) || !evaluate(&e, ops, n, false, &e.cfa)) {
        return false;
    }
    for (unsigned i = 0; i <= LR; i++) {
        caller[i] = i == SP ? e.cfa : r[i];
        if (dwarf_frame_register(frame, i, memory, &ops, &n)) {
            return false;
        }
        /* none: it is as it was, or nobody needs it */
        if (n && !evaluate(&e, ops, n, true, &caller[i])) {
            return false;
        }
    }
    caller[PC] = caller[LR];
    return true;
}
