/*
 * What the code of a function does, see flow.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "stm32/checks/flow.h"
#include "stm32/core/mistake/place.h"

enum { PC = 15 };

#define R(n) (1u << (n))

/* The instruction as a word; what has 16 bits is in the lower half. */
static uint32_t opcode_at(uint32_t address)
{
    uint16_t one = 0, two = 0;

    guest_read_half(address, &one);
    guest_read_half(address + 2, &two);
    return one | (uint32_t)two << 16;
}

static void look_at_branch(Flow *flow, uint32_t op)
{
    uint32_t one = op & 0xffff, two = op >> 16, pc = flow->at + 4;

    flow->branches = true;
    flow->always = false;
    if ((one & 0xf500) == 0xb100) {                             /* CBZ, CBNZ */
        flow->target = pc + ((one >> 3 & 0x1f) << 1 | (one >> 9 & 1) << 6);
    } else if ((one & 0xf000) == 0xd000 && (one >> 8 & 15) < 14) {
        flow->target = pc + sextract32(one, 0, 8) * 2;
    } else if ((one & 0xf800) == 0xe000) {
        flow->target = pc + sextract32(one, 0, 11) * 2;
        flow->always = true;
    } else if ((one & 0xf800) == 0xf000 && (two & 0xd000) == 0x8000 && (one >> 7 & 7) != 7) {
        flow->target = pc + (sextract32(one, 10, 1) * (1 << 20) | (two >> 11 & 1) << 19 | (two >> 13 & 1) << 18 |
                             (one & 0x3f) << 12 | (two & 0x7ff) << 1);
    } else if ((one & 0xf800) == 0xf000 && (two & 0xd000) == 0x9000) {
        int32_t sign = sextract32(one, 10, 1);

        flow->target = pc + (sign * (1 << 24) | (~((two >> 13) ^ sign) & 1) << 23 | (~((two >> 11) ^ sign) & 1) << 22 |
                             (one & 0x3ff) << 12 | (two & 0x7ff) << 1);
        flow->always = true;
    } else {
        flow->branches = false;
    }
}

static bool look(Flow *flow)
{
    uint32_t op = opcode_at(flow->at), sysm = op >> 16 & 0xff;

    look_at_branch(flow, op);
    flow->writes_stack_pointer = (op & 0xff00fff0) == 0x8800f380 && (sysm == 8 || sysm == 9);
    return insn_at(flow->at, &flow->insn);
}

bool flow_begin(Flow *flow, uint32_t address)
{
    memset(flow->r, 0, sizeof(flow->r));
    flow->at = address & ~1u;
    flow->conditional = 0;
    return look(flow);
}

/* A load or store by a register and an offset that the instruction has. */
static bool offset_access(uint32_t op, unsigned *base, uint32_t *offset, unsigned *size)
{
    static const uint8_t sizes[] = { [12] = 4, [13] = 4, [14] = 1, [15] = 1, [16] = 2, [17] = 2 };
    uint32_t one = op & 0xffff, two = op >> 16;

    if (one >> 11 >= 12 && one >> 11 <= 17) {
        *base = one >> 3 & 7;
        *size = sizes[one >> 11];
        *offset = (one >> 6 & 0x1f) * *size;
        return true;
    }
    *base = one & 15;
    *size = 1u << (one >> 5 & 3);
    *offset = two & 0xfff;
    return (one & 0xfe80) == 0xf880 && *base != PC;
}

static bool constant(uint32_t op, uint32_t at, const FlowRegister *r, uint32_t *value)
{
    uint32_t one = op & 0xffff, two = op >> 16;
    uint32_t wide = (one & 15) << 12 | (one >> 10 & 1) << 11 | (two >> 12 & 7) << 8 | (two & 0xff);
    const FlowRegister *d = &r[two >> 8 & 15];

    if (one >> 11 == 9) {                                       /* a literal */
        return guest_read_word(((at + 4) & ~3u) + (one & 0xff) * 4, value);
    } else if (one == 0xf8df) {
        return guest_read_word(((at + 4) & ~3u) + (two & 0xfff), value);
    } else if (one >> 11 == 4) {                                /* MOV */
        *value = one & 0xff;
        return true;
    } else if ((one & 0xfbf0) == 0xf240) {                      /* MOVW */
        *value = wide;
        return true;
    } else if ((one & 0xfbf0) == 0xf2c0 && d->what == FLOW_CONSTANT) {
        *value = (d->value & 0xffff) | wide << 16;
        return true;
    } else if ((one & 0xfbef) == 0xf04f && !(one & 0x400) && !(two & 0x7000)) {
        *value = two & 0xff;                                    /* MOV.W of a byte */
        return true;
    }
    return false;
}

/* What the instruction makes, or what memory has in common with what it stores. */
static FlowRegister result(const Flow *flow, uint32_t op)
{
    FlowRegister now = { FLOW_UNKNOWN };
    const Insn *i = &flow->insn;
    uint32_t offset;
    unsigned base;

    if ((i->kind == INSN_LOAD || i->kind == INSN_STORE) && offset_access(op, &base, &offset, &now.size)) {
        now.what = flow->r[base].what == FLOW_CONSTANT ? FLOW_VARIABLE : i->writes & R(base) ? FLOW_UNKNOWN : FLOW_MEMBER;
        now.value = offset + (now.what == FLOW_VARIABLE ? flow->r[base].value : 0);
        now.base = base;
    } else if (constant(op, flow->at, flow->r, &now.value)) {
        now.what = FLOW_CONSTANT;
    } else if ((op & 0xff00) == 0x4600) {                       /* MOV */
        now = flow->r[op >> 3 & 15];
    } else if (i->kind == INSN_DATA || i->kind == INSN_MOVE) {
        now.what = FLOW_COMPUTED;
    }
    return now;
}

static void forget(Flow *flow, uint16_t registers)
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

    forget(flow, i->writes);
    for (unsigned n = 0; n < PC; n++) {
        if (i->writes & R(n) || (i->kind == INSN_STORE && i->data & R(n) && flow->r[n].what != FLOW_CONSTANT)) {
            flow->r[n] = now;
        }
    }
    if ((op & 0xd000f800) == 0xd000f000 || (op & 0xff80) == 0x4780) {        /* BL, BLX: a function keeps r4 to r11 */
        forget(flow, R(0) | R(1) | R(2) | R(3) | R(12));
    }
    if ((op & 0xff00) == 0xbf00 && op & 15) {
        flow->conditional = 4 - ctz32(op & 15);
    } else if (flow->conditional) {
        flow->conditional--;
    }
    flow->at += i->size;
    return look(flow);
}
