/*
 * Thumb instructions, see insn.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "stm32/core/code/insn.h"
#include "stm32/core/mistake/place.h"

enum { SP = 13, LR = 14, PC = 15 };

#define R(n) (1u << (n))

/* ---- 16 bits ---- */

static Insn result(unsigned reads, unsigned writes)
{
    return (Insn) { .kind = INSN_DATA, .reads = reads, .writes = writes };
}

static Insn one_access(bool load, unsigned rt, unsigned reads)
{
    return (Insn) { .kind = load ? INSN_LOAD : INSN_STORE, .reads = reads, .writes = load ? R(rt) : 0, .data = R(rt) };
}

static Insn more_accesses(bool load, unsigned list, unsigned rn, bool back)
{
    return (Insn) { .kind = load && list & R(PC) ? INSN_JUMP : load ? INSN_LOADS : INSN_STORES, .reads = R(rn),
                    .writes = (load ? list : 0) | (back ? R(rn) : 0), .data = list, .words = ctpop16(list) };
}

/* Data processing of two low registers: Rdn op Rm. */
static Insn low_registers(uint32_t op)
{
    unsigned d = op & 7, m = op >> 3 & 7, what = op >> 6 & 15;
    bool compares = what == 8 || what == 10 || what == 11, only_m = what == 9 || what == 15;
    Insn i = result(R(m) | (only_m ? 0 : R(d)), compares ? 0 : R(d));

    if (what == 0 || what == 12 || what == 14) {                /* AND, ORR, BIC */
        i.kind = INSN_MOVE;
    }
    return i;
}

static Insn high_registers(uint32_t op)
{
    unsigned d = (op & 7) | (op >> 4 & 8), m = op >> 3 & 15, what = op >> 8 & 3;
    Insn i = result(R(m) | (what == 2 ? 0 : R(d)), what == 1 ? 0 : R(d));

    if (what == 3 || (what != 1 && d == PC)) {
        i.kind = INSN_JUMP;
    } else if (what == 2) {
        i.kind = INSN_MOVE;
    }
    return i;
}

static Insn miscellaneous(uint32_t op)
{
    unsigned list = op & 0xff;
    Insn i = { INSN_OTHER };

    switch (op >> 8 & 15) {
    case 0:                                                     /* ADD, SUB SP */
        i = result(R(SP), R(SP));
        i.down = op & 0x80 ? (op & 0x7f) * 4 : 0;
        return i;
    case 1: case 3: case 9: case 11:                            /* CBZ, CBNZ */
        return (Insn) { .kind = INSN_JUMP, .reads = R(op & 7) };
    case 2: case 10:                                            /* extend, reverse */
        return result(R(op >> 3 & 7), R(op & 7));
    case 4: case 5:                                             /* PUSH */
        list |= op & 0x100 ? R(LR) : 0;
        i = more_accesses(false, list, SP, true);
        i.down = 4 * ctpop16(list);
        return i;
    case 12: case 13:                                           /* POP */
        return more_accesses(true, list | (op & 0x100 ? R(PC) : 0), SP, true);
    case 15:                                                    /* IT, NOP and the like */
        return (Insn) { .kind = INSN_DATA };
    default:                                                    /* CPS, BKPT */
        return i;
    }
}

static Insn decode16(uint32_t op)
{
    unsigned low = op & 7, next = op >> 3 & 7, third = op >> 6 & 7, high = op >> 8 & 7;

    switch (op >> 11) {
    case 0: case 1: case 2:                                     /* shifts */
        return result(R(next), R(low));
    case 3:                                                     /* ADD, SUB */
        return result(R(next) | (op & 0x400 ? 0 : R(third)), R(low));
    case 4:                                                     /* MOV */
        return result(0, R(high));
    case 5:                                                     /* CMP */
        return result(R(high), 0);
    case 6: case 7:
        return result(R(high), R(high));
    case 8:
        return op & 0x400 ? high_registers(op) : low_registers(op);
    case 9:                                                     /* a literal */
        return one_access(true, high, R(PC));
    case 10: case 11:                                           /* by register */
        return one_access((op >> 9 & 7) >= 3, low, R(next) | R(third));
    case 12: case 14: case 16:
        return one_access(false, low, R(next));
    case 13: case 15: case 17:
        return one_access(true, low, R(next));
    case 18: case 19:
        return one_access(op & 0x800, high, R(SP));
    case 20: case 21:                                           /* ADR, ADD of SP */
        return result(R(op & 0x800 ? SP : PC), R(high));
    case 22: case 23:
        return miscellaneous(op);
    case 24:
        return more_accesses(false, op & 0xff, high, true);
    case 25:
        return more_accesses(true, op & 0xff, high, !(op & R(high)));
    default:                                                    /* branches, SVC */
        return (Insn) { .kind = INSN_JUMP };
    }
}

/* ---- 32 bits ---- */

static Insn single(uint32_t one, uint32_t two)
{
    unsigned n = one & 15, t = two >> 12;
    bool load = one & 0x10, back = !(one & 0x80) && n != PC && (two & 0x900) == 0x900;
    Insn i;

    if (load && t == PC) {
        return (one & 0x60) == 0x40 ? (Insn) { .kind = INSN_JUMP, .reads = R(n) }
               : (Insn) { .kind = INSN_DATA };                                  /* PLD */
    }
    i = one_access(load, t, R(n) | (!(one & 0x80) && n != PC && !(two & 0x800) ? R(two & 15) : 0));
    if (back) {
        i.writes |= R(n);
        i.down = n == SP && !(two & 0x200) && two & 0x400 ? two & 0xff : 0;
    }
    return i;
}

static Insn multiple(uint32_t one, uint32_t two)
{
    bool load = one & 0x10, back = one & 0x20;
    Insn i = more_accesses(load, two & 0xffff, one & 15, back);

    if (!load && back && (one & 15) == SP && one & 0x100) {
        i.down = 4 * ctpop16(two);
    }
    return i;
}

static Insn dual(uint32_t one, uint32_t two)
{
    bool load = one & 0x10, back = one & 0x20;
    Insn i;

    if (!(one & 0x120)) {                                       /* LDREX and the like, TBB */
        i = one_access(load, two >> 12, R(one & 15));
        i.kind = (one & 0xfff0) == 0xe8d0 && (two & 0xe0) == 0 ? INSN_JUMP : INSN_EXCLUSIVE;
        return i;
    }
    i = more_accesses(load, R(two >> 12) | R(two >> 8 & 15), one & 15, back);
    i.words = 0;                                                /* LDRD, STRD are one access */
    if (!load && back && (one & 15) == SP && (one & 0x180) == 0x100) {
        i.down = (two & 0xff) * 4;
    }
    return i;
}

/* Of the FPU: its registers are nobody's, so what is loaded is never looked at. */
static Insn coprocessor(uint32_t one, uint32_t two)
{
    Insn i = { .kind = INSN_OTHER };

    if ((one & 0xfe00) == 0xec00 && (two & 0xe00) == 0xa00 && (one & 0x1e0) != 0x40) {
        i.kind = one & 0x10 ? INSN_LOADS : INSN_STORES;
        i.reads = R(one & 15);
        i.writes = one & 0x20 ? R(one & 15) : 0;
        if (!(one & 0x10) && (one & 0x1af) == 0x12d) {          /* VPUSH */
            i.down = (two & 0xff) * 4;
        }
    }
    return i;
}

/* The immediate value that 12 bits stand for (A5.3.2). */
static uint32_t expand(uint32_t bits)
{
    uint32_t byte = bits & 0xff;

    if (bits >> 10) {
        return ror32(byte | 0x80, bits >> 7);
    }
    return byte * (bits >> 8 == 1 ? 0x10001u : bits >> 8 == 2 ? 0x1000100u : bits >> 8 == 3 ? 0x1010101u : 1u);
}

static Insn immediate(uint32_t one, uint32_t two)
{
    uint32_t bits = (one >> 10 & 1) << 11 | (two >> 12 & 7) << 8 | (two & 0xff);
    unsigned n = one & 15, d = two >> 8 & 15, what = one >> 5 & 15;
    bool plain = one & 0x200, compares = !plain && one & 0x10 && d == PC;
    unsigned reads = n == PC ? 0 : R(n);
    Insn i;

    if (plain && (what == 6 || what == 11)) {                   /* BFI, MOVT: part of it stays */
        reads |= R(d);
    }
    if (plain && what == 2) {                                   /* MOVW */
        reads = 0;
    }
    i = result(reads, compares ? 0 : R(d));
    if (plain ? what == 11 : what <= 2 && !(one & 0x10) && n != PC) {
        i.kind = INSN_MOVE;                                     /* BFI; AND, BIC, ORR without flags */
    }
    if (d == SP && n == SP && what == (plain ? 5 : 13)) {       /* SUB.W SP: large frames */
        i.down = plain ? bits : expand(bits);
    }
    return i;
}

static Insn by_register(uint32_t one, uint32_t two)
{
    unsigned n = one & 15, d = two >> 8 & 15, m = two & 15;
    Insn i = result(R(m) | (n == PC ? 0 : R(n)), one & 0x10 && d == PC ? 0 : R(d));

    if (one == 0xebad && (two & 0xfff0) == 0x0d00) {            /* SUB.W SP, SP, Rm */
        i.down_by = R(m);
    }
    return i;
}

static Insn decode32(uint32_t one, uint32_t two)
{
    unsigned n = one & 15, d = two >> 8 & 15, m = two & 15;

    if ((one & 0xffe0) == 0xf3a0) {                             /* hints, barriers */
        return (Insn) { .kind = INSN_DATA };
    }
    if ((one & 0xf800) == 0xf000) {
        return two & 0x8000 ? (Insn) { .kind = INSN_JUMP } : immediate(one, two);
    }
    switch (one >> 9) {
    case 0xe8 >> 1:
        return one & 0x40 ? dual(one, two) : multiple(one, two);
    case 0xea >> 1:
        return by_register(one, two);
    case 0xf8 >> 1:
        return single(one, two);
    case 0xfa >> 1:                                             /* by register, multiply, divide */
        return result(R(m) | (n == PC ? 0 : R(n)) | (two >> 12 == PC ? 0 : R(two >> 12)),
                    R(d) | (one & 0x180 && two >> 12 != PC ? R(two >> 12) : 0));
    case 0xec >> 1: case 0xee >> 1:
        return coprocessor(one, two);
    default:
        return (Insn) { .kind = INSN_OTHER };
    }
}

Insn insn_decode(uint32_t opcode)
{
    uint32_t one = opcode & 0xffff;
    bool wide = one >= 0xe800;
    Insn i = wide ? decode32(one, opcode >> 16) : decode16(one);

    i.size = wide ? 4 : 2;
    return i;
}

bool insn_at(uint32_t address, Insn *to)
{
    uint32_t word, next = 0;

    address &= ~1u;
    if (!guest_read_word(address & ~3u, &word)) {
        return false;
    }
    if (address & 2) {
        guest_read_word((address & ~3u) + 4, &next);
        word = word >> 16 | next << 16;
    }
    *to = insn_decode(word);
    return true;
}
