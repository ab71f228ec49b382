/*
 * What the code of a function does, see flow.h.  The encodings are of the ARMv7-M ARM, A5 and A7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "stm32/core/code/flow.h"
#include "stm32/core/mistake/place.h"

enum { LR = 14, PC = 15 };

#define R(n) (1u << (n))
#define CALL_CHANGES (R(0) | R(1) | R(2) | R(3) | R(12) | R(LR))   /* AAPCS 5.1.1 */

/* The instruction as a word; what has 16 bits is in the lower half. */
static uint32_t opcode_at(uint32_t address)
{
    uint16_t one = 0, two = 0;

    guest_read_half(address, &one);
    guest_read_half(address + 2, &two);
    return one | (uint32_t)two << 16;
}

/* ---- Where it goes ---- */

static bool look_narrow(Flow *flow, uint32_t one)
{
    uint32_t pc = flow->at + 4;

    if ((one & 0xf500) == 0xb100) {                             /* CBZ, CBNZ */
        flow->goes = FLOW_BRANCH_IF;
        flow->target = pc + (extract32(one, 3, 5) << 1 | extract32(one, 9, 1) << 6);
    } else if ((one & 0xf000) == 0xd000 && extract32(one, 8, 4) < 14) {
        flow->goes = FLOW_BRANCH_IF;
        flow->target = pc + sextract32(one, 0, 8) * 2;
    } else if ((one & 0xf800) == 0xe000) {
        flow->goes = FLOW_BRANCH;
        flow->target = pc + sextract32(one, 0, 11) * 2;
    } else if ((one & 0xff00) == 0x4700) {                      /* BX, BLX */
        flow->goes = one & 0x80 ? FLOW_CALL : FLOW_LEAVE;
        flow->by = extract32(one, 3, 4);
    } else if ((one & 0xff87) == 0x4687) {                      /* MOV PC */
        flow->goes = FLOW_LEAVE;
        flow->by = extract32(one, 3, 4);
    } else if ((one & 0xff00) == 0xbd00) {                      /* POP with PC */
        flow->goes = FLOW_LEAVE;
        flow->by = FLOW_BY_MEMORY;
    } else {
        return false;
    }
    return true;
}

/* B and BL with 25 bits */
static int32_t far_offset(uint32_t one, uint32_t two)
{
    uint32_t sign = extract32(one, 10, 1);
    uint32_t i1 = !(extract32(two, 13, 1) ^ sign), i2 = !(extract32(two, 11, 1) ^ sign);

    return sextract32(sign << 24 | i1 << 23 | i2 << 22 | extract32(one, 0, 10) << 12 | extract32(two, 0, 11) << 1, 0, 25);
}

static void look_wide(Flow *flow, uint32_t one, uint32_t two)
{
    uint32_t pc = flow->at + 4;
    bool is_branch = (one & 0xf800) == 0xf000;

    if (is_branch && (two & 0xd000) == 0x8000 && extract32(one, 7, 3) != 7) {
        flow->goes = FLOW_BRANCH_IF;
        flow->target = pc + sextract32(extract32(one, 10, 1) << 20 | extract32(two, 11, 1) << 19 | extract32(two, 13, 1) << 18 |
                                       extract32(one, 0, 6) << 12 | extract32(two, 0, 11) << 1, 0, 21);
    } else if (is_branch && (two & 0x9000) == 0x9000) {
        flow->goes = two & 0x4000 ? FLOW_CALL : FLOW_BRANCH;
        flow->target = pc + far_offset(one, two);
    } else if (((one & 0xfe50) == 0xe810 && two & R(PC)) || ((one & 0xff70) == 0xf850 && two >> 12 == PC)) {
        flow->goes = FLOW_LEAVE;                                /* LDM, LDR */
        flow->by = FLOW_BY_MEMORY;
    } else if ((one & 0xfff0) == 0xe8d0 && (two & 0xffe0) == 0xf000) {
        flow->goes = FLOW_LEAVE;
        flow->by = FLOW_BY_TABLE;
    }
}

/* ---- What it accesses ---- */

/* By a register and an offset that the instruction has. */
static void look_at_access(Flow *flow, uint32_t one, uint32_t two)
{
    static const uint8_t sizes[] = { [12] = 4, [13] = 4, [14] = 1, [15] = 1, [16] = 2, [17] = 2 };

    flow->size = 0;
    if (one >> 11 >= 12 && one >> 11 <= 17) {
        flow->base = extract32(one, 3, 3);
        flow->size = sizes[one >> 11];
        flow->offset = extract32(one, 6, 5) * flow->size;
        return;
    }
    flow->base = one & 15;
    if (flow->base == PC) {
        return;
    }
    if ((one & 0xfe80) == 0xf880) {                             /* LDR, STR and the like */
        flow->size = 1u << extract32(one, 5, 2);
        flow->offset = two & 0xfff;
    } else if ((one & 0xff60) == 0xe940 || (one & 0xff20) == 0xed00) {          /* LDRD, STRD; VLDR, VSTR */
        flow->size = (one & 0xff60) == 0xe940 || two & 0x100 ? 8 : 4;
        flow->offset = (two & 0xff) * (one & 0x80 ? 4 : -4);
    }
}

/* Which registers it changes that insn.h does not say: those of what is known too little of, and of calls. */
static uint16_t other_writes(const Flow *flow, uint32_t op)
{
    uint32_t two = op >> 16;

    if (flow->goes == FLOW_CALL) {
        return CALL_CHANGES;
    }
    if ((op & 0xffe0) == 0xf3e0) {                              /* MRS */
        return R(extract32(two, 8, 4));
    }
    return flow->insn.kind == INSN_OTHER || flow->insn.kind == INSN_EXCLUSIVE
           ? R(two >> 12) | R(extract32(two, 8, 4)) | R(two & 15) : 0;
}

static bool look(Flow *flow)
{
    uint32_t op = opcode_at(flow->at), one = op & 0xffff, two = op >> 16;
    uint32_t sysm = two & 0xff;

    flow->goes = FLOW_ON;
    flow->by = FLOW_BY_TARGET;
    if (!look_narrow(flow, one)) {
        look_wide(flow, one, two);
    }
    look_at_access(flow, one, two);
    flow->writes_stack_pointer = (one & 0xfff0) == 0xf380 && two >> 8 == 0x88 && (sysm == 8 || sysm == 9);
    if (!insn_at(flow->at, &flow->insn)) {
        return false;
    }
    flow->changes = flow->insn.writes | other_writes(flow, op);
    return true;
}

bool flow_begin(Flow *flow, uint32_t address)
{
    memset(flow->r, 0, sizeof(flow->r));
    flow->at = address & ~1u;
    flow->conditional = 0;
    return look(flow);
}

/* ---- What is in registers behind it ---- */

static bool literal(uint32_t at, int32_t offset, uint32_t *value)
{
    return guest_read_word(QEMU_ALIGN_DOWN(at + 4, 4) + offset, value);
}

/* A constant, from none or from another one. */
static bool constant(uint32_t op, uint32_t at, const FlowRegister *r, uint32_t *value)
{
    uint32_t one = op & 0xffff, two = op >> 16, imm8 = one & 0xff;
    uint32_t imm16 = (one & 15) << 12 | extract32(one, 10, 1) << 11 | extract32(two, 12, 3) << 8 | (two & 0xff);
    const FlowRegister *low = &r[extract32(one, 3, 3)], *high = &r[extract32(one, 8, 3)], *d = &r[extract32(two, 8, 4)];

    if (one >> 11 == 9) {                                       /* LDR of a literal */
        return literal(at, imm8 * 4, value);
    } else if ((one & 0xff7f) == 0xf85f) {
        return literal(at, one & 0x80 ? two & 0xfff : -(two & 0xfff), value);
    } else if (one >> 11 == 4) {                                /* MOVS */
        *value = imm8;
        return true;
    } else if ((one & 0xfc00) == 0x1c00 && low->what == FLOW_CONSTANT) {        /* ADDS, SUBS of 3 bits */
        *value = low->value + extract32(one, 6, 3) * (one & 0x200 ? -1 : 1);
        return true;
    } else if ((one & 0xf000) == 0x3000 && high->what == FLOW_CONSTANT) {       /* ... of 8 bits */
        *value = high->value + imm8 * (one & 0x800 ? -1 : 1);
        return true;
    } else if ((one & 0xfbf0) == 0xf240) {                      /* MOVW */
        *value = imm16;
        return true;
    } else if ((one & 0xfbf0) == 0xf2c0 && d->what == FLOW_CONSTANT) {          /* MOVT */
        *value = (d->value & 0xffff) | imm16 << 16;
        return true;
    } else if ((one & 0xffef) == 0xf04f && !(two & 0x7000)) {   /* MOV.W of a byte */
        *value = two & 0xff;
        return true;
    }
    return false;
}

/* What the instruction makes, or what memory has in common with what it stores. */
static FlowRegister result(const Flow *flow, uint32_t op)
{
    const Insn *i = &flow->insn;
    FlowRegister now = { .size = flow->size, .base = flow->base };

    if ((i->kind == INSN_LOAD || i->kind == INSN_STORE) && flow->size) {
        bool known = flow->r[flow->base].what == FLOW_CONSTANT;

        now.what = known ? FLOW_VARIABLE : i->writes & R(flow->base) ? FLOW_UNKNOWN : FLOW_MEMBER;
        now.value = flow->offset + (known ? flow->r[flow->base].value : 0);
    } else if (constant(op, flow->at, flow->r, &now.value)) {
        now.what = FLOW_CONSTANT;
    } else if ((op & 0xff00) == 0x4600) {                       /* MOV */
        now = flow->r[extract32(op, 3, 4)];
    } else if ((op & 0xffc0) == 0) {                            /* MOVS */
        now = flow->r[extract32(op, 3, 3)];
    } else if (i->kind == INSN_DATA || i->kind == INSN_MOVE) {
        now.what = FLOW_COMPUTED;
    }
    return now;
}

void flow_forget(Flow *flow, uint16_t registers)
{
    for (unsigned n = 0; n < PC; n++) {
        if (registers & R(n) || (flow->r[n].what == FLOW_MEMBER && registers & R(flow->r[n].base))) {
            flow->r[n].what = FLOW_UNKNOWN;
        }
    }
}

bool flow_step(Flow *flow)
{
    uint32_t op = opcode_at(flow->at);
    const Insn *i = &flow->insn;
    FlowRegister now = result(flow, op);

    flow_forget(flow, flow->changes);
    for (unsigned n = 0; n < PC; n++) {
        if (i->writes & R(n) || (i->kind == INSN_STORE && i->data & R(n) && flow->r[n].what != FLOW_CONSTANT)) {
            flow->r[n] = now;
        }
    }
    if ((op & 0xff00) == 0xbf00 && op & 15) {                   /* IT */
        flow->conditional = 4 - ctz32(op & 15);
    } else if (flow->conditional) {
        flow->conditional--;
    }
    flow->at += i->size;
    return look(flow);
}
