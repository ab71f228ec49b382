/*
 * What a function has to do with memory, see code_refs.h.  ARMv7-M's manual, A5 and A7, says what the instructions are; those
 * that are not known here are taken to change the registers that they may.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "stm32/core/code_refs.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"

#define MAX_FUNCTIONS 400
#define MAX_SIZE 0x4000         /* of one */
#define MAX_OFFSET 4096         /* of an access from a base */

enum { SP = 13, LR = 14, PC = 15 };
#define CALL_CHANGES 0x500f     /* r0 to r3, r12, lr: AAPCS 5.1.1 */

typedef struct Scan {
    CodeRefs *refs;
    GArray *functions;          /* uint32_t: their entries */
    uint32_t begin, end, pc;    /* the function and the instruction */
    uint16_t known, used;       /* registers with a constant; from which something has been accessed */
    uint32_t value[16];
} Scan;

/* ---- Registers ---- */

static bool is_known(const Scan *s, unsigned reg)
{
    return extract32(s->known, reg, 1);
}

static void note(GArray *all, uint32_t address)
{
    for (unsigned i = 0; i < all->len; i++) {
        if (g_array_index(all, uint32_t, i) == address) {
            return;
        }
    }
    g_array_append_val(all, address);
}

static void mention(Scan *s, uint32_t address)
{
    uint32_t base;

    note(s->refs->addresses, address);
    if (symbols_object(address, &base)) {
        note(s->refs->addresses, base);
    }
}

/* What for a constant was that no access has used is not known: it is one of the addresses. */
static void forget_all(Scan *s, uint16_t registers)
{
    for (uint16_t lost = registers & s->known & ~s->used; lost; lost &= lost - 1) {
        mention(s, s->value[ctz32(lost)]);
    }
    s->known &= ~registers;
    s->used &= ~registers;
}

static void forget(Scan *s, unsigned reg)
{
    forget_all(s, 1u << reg);
}

static void set(Scan *s, unsigned reg, uint32_t value)
{
    forget(s, reg);
    s->known |= 1u << reg;
    s->value[reg] = value;
}

/* It is handed on. */
static void mention_all(Scan *s, uint16_t registers)
{
    s->used &= ~registers;
    forget_all(s, registers);
}

/* ---- What instructions do ---- */

static void calls(Scan *s, uint32_t target)
{
    if (s->functions->len < MAX_FUNCTIONS) {
        note(s->functions, target);
    } else {
        s->refs->calls_anything = true;
    }
}

static void jumps(Scan *s, uint32_t target)
{
    if (target < s->begin || target >= s->end) {
        calls(s, target);
    }
}

static void returns_from_call(Scan *s)
{
    mention_all(s, CALL_CHANGES);
}

static void jumps_by(Scan *s, unsigned reg, bool link)
{
    if (is_known(s, reg)) {
        calls(s, s->value[reg] & ~1u);
    } else if (reg != LR || link) {
        s->refs->calls_anything = true;
    }
    if (link) {
        returns_from_call(s);
    }
}

static void accesses(Scan *s, unsigned base, uint32_t offset, bool store)
{
    if (is_known(s, base)) {
        uint32_t from = s->value[base], object;

        mention(s, from + offset);
        s->used |= 1u << base;
        s->refs->anchored |= symbols_object(from, &object) && symbols_object_end(from) <= from + offset;
    }
    if (store && base != SP) {
        s->refs->stores = true;
        s->refs->stores_anywhere |= !is_known(s, base);
    }
}

static void loads_constant(Scan *s, unsigned reg, uint32_t address)
{
    uint32_t value;

    if (reg == PC) {
        s->refs->calls_anything = true;
    } else if (guest_read_word(address, &value)) {
        set(s, reg, value);
    } else {
        forget(s, reg);
    }
}

/* Nothing is known behind what is not passed. */
static void ends(Scan *s)
{
    forget_all(s, 0xffff);
}

static void narrow(Scan *s, uint16_t insn)
{
    unsigned rd = extract32(insn, 0, 3), rn = extract32(insn, 3, 3), r8 = extract32(insn, 8, 3);
    unsigned imm5 = extract32(insn, 6, 5), imm8 = insn & 0xff, high = extract32(insn, 3, 4);
    bool load = extract32(insn, 11, 1);

    switch (insn >> 11) {
    case 0x00: case 0x01: case 0x02:            /* shifts; LSLS by 0 is MOVS */
        if (insn >> 6 == 0 && is_known(s, rn)) {
            set(s, rd, s->value[rn]);
        } else {
            forget(s, rd);
        }
        break;
    case 0x03:                                  /* ADDS, SUBS */
        if (extract32(insn, 10, 1) && is_known(s, rn)) {
            uint32_t by = extract32(insn, 6, 3);

            set(s, rd, s->value[rn] + (extract32(insn, 9, 1) ? -by : by));
        } else {
            forget(s, rd);
        }
        break;
    case 0x04:                                  /* MOVS #imm8 */
        set(s, r8, imm8);
        break;
    case 0x06: case 0x07:                       /* ADDS, SUBS #imm8 */
        if (is_known(s, r8)) {
            set(s, r8, s->value[r8] + (load ? -imm8 : imm8));
        }
        break;
    case 0x08:
        if (insn >> 8 == 0x47) {                /* BX, BLX */
            jumps_by(s, high, extract32(insn, 7, 1));
            if (!extract32(insn, 7, 1)) {
                ends(s);
            }
        } else if (insn >> 8 == 0x46) {         /* MOV of any register */
            rd |= extract32(insn, 7, 1) << 3;
            if (rd == PC) {
                jumps_by(s, high, false);
                ends(s);
            } else if (is_known(s, high)) {
                set(s, rd, s->value[high]);
            } else {
                forget(s, rd);
            }
        } else if (insn >> 8 == 0x44) {         /* ADD of any register */
            forget(s, rd | extract32(insn, 7, 1) << 3);
        } else if (insn >> 8 != 0x45) {
            forget(s, rd);
        }
        break;
    case 0x09:                                  /* LDR literal */
        loads_constant(s, r8, QEMU_ALIGN_DOWN(s->pc + 4, 4) + imm8 * 4);
        break;
    case 0x0a: case 0x0b:                       /* register offset */
        accesses(s, is_known(s, rn) ? rn : extract32(insn, 6, 3), 0, extract32(insn, 9, 3) < 3);
        if (extract32(insn, 9, 3) >= 3) {
            forget(s, rd);
        }
        break;
    case 0x0c ... 0x11:                         /* immediate offset: words, bytes, halfwords */
        accesses(s, rn, imm5 << (insn >> 12 == 6 ? 2 : insn >> 12 == 8 ? 1 : 0), !load);
        if (load) {
            forget(s, rd);
        }
        break;
    case 0x13: case 0x14: case 0x15:            /* LDR of SP, ADR */
        forget(s, r8);
        break;
    case 0x17:
        if (insn >> 8 == 0xbd) {                /* POP with PC */
            ends(s);
        }
        break;
    case 0x18: case 0x19:                       /* STM, LDM */
        accesses(s, r8, 0, !load);
        forget_all(s, (load ? imm8 : 0) | 1u << r8);
        break;
    case 0x1c:
        jumps(s, s->pc + 4 + sextract32(insn, 0, 11) * 2);
        ends(s);
        break;
    }
}

static uint32_t branch_target(const Scan *s, uint16_t insn, uint16_t second)
{
    uint32_t sign = extract32(insn, 10, 1);
    uint32_t i1 = !(extract32(second, 13, 1) ^ sign), i2 = !(extract32(second, 11, 1) ^ sign);
    uint32_t offset = sign << 24 | i1 << 23 | i2 << 22 | extract32(insn, 0, 10) << 12 | extract32(second, 0, 11) << 1;

    return s->pc + 4 + sextract32(offset, 0, 25);
}

static void wide(Scan *s, uint16_t insn, uint16_t second)
{
    unsigned rn = insn & 15, rt = second >> 12, rd = extract32(second, 8, 4);
    uint32_t imm16 = rn << 12 | extract32(insn, 10, 1) << 11 | extract32(second, 12, 3) << 8 | (second & 0xff);

    if ((insn & 0xf800) == 0xf000 && second & 0x8000) {
        if ((second & 0xd000) == 0xd000) {                      /* BL */
            calls(s, branch_target(s, insn, second));
            returns_from_call(s);
        } else if ((second & 0xd000) == 0x9000) {               /* B */
            jumps(s, branch_target(s, insn, second));
            ends(s);
        }
    } else if ((insn & 0xfbf0) == 0xf240) {                     /* MOVW */
        set(s, rd, imm16);
    } else if ((insn & 0xfbf0) == 0xf2c0 && is_known(s, rd)) {  /* MOVT */
        set(s, rd, imm16 << 16 | (s->value[rd] & 0xffff));
    } else if ((insn & 0xff7f) == 0xf85f) {                     /* LDR literal */
        uint32_t at = QEMU_ALIGN_DOWN(s->pc + 4, 4), offset = second & 0xfff;

        loads_constant(s, rt, extract32(insn, 7, 1) ? at + offset : at - offset);
    } else if ((insn & 0xfe00) == 0xf800) {                     /* LDR, STR and the like */
        bool load = extract32(insn, 4, 1);

        accesses(s, rn, extract32(insn, 7, 1) ? second & 0xfff : 0, !load);
        if (load && rt == PC && (insn & 0x60) == 0x40) {
            s->refs->calls_anything |= rn != SP;                /* of SP it is a return */
            ends(s);
        } else if (load) {
            forget(s, rt);
        }
    } else if ((insn & 0xfff0) == 0xe8d0 && (second & 0xffe0) == 0xf000) {      /* TBB, TBH: their table follows */
        ends(s);
    } else if ((insn & 0xfe00) == 0xe800) {                     /* LDM, STM, LDRD, STRD, LDREX, STREX */
        bool pair = extract32(insn, 6, 1), load = extract32(insn, 4, 1);

        accesses(s, rn, pair ? (second & 0xff) * 4 : 0, !load);
        if (pair) {
            forget(s, rt);
            forget(s, rd);
        } else if (load) {
            forget_all(s, second);
        }
        if (!pair && load && second & 1 << PC) {
            ends(s);
        }
    } else if ((insn & 0xfe00) == 0xec00) {                     /* of the FPU */
        accesses(s, rn, (second & 0xff) * 4, !extract32(insn, 4, 1));
    } else {
        forget(s, rt);
        forget(s, rd);
    }
}

static void scan_function(Scan *s, uint32_t entry)
{
    uint16_t insn, second;

    if (!symbols_function(entry, &s->begin, &s->end) || s->end - s->begin > MAX_SIZE) {
        s->refs->calls_anything = true;
        return;
    }
    for (s->pc = s->begin; s->pc < s->end; s->pc += 2) {
        if (!guest_read_half(s->pc, &insn)) {
            s->refs->calls_anything = true;
            return;
        }
        if (insn >> 11 < 0x1d) {
            narrow(s, insn);
        } else if (guest_read_half(s->pc + 2, &second)) {
            wide(s, insn, second);
            s->pc += 2;
        }
    }
    ends(s);
}

/* ---- What is asked ---- */

const CodeRefs *code_refs(uint32_t entry)
{
    static GHashTable *all;             /* entry -> CodeRefs */
    static unsigned version;
    uint32_t begin, end;
    CodeRefs *found;
    Scan s;

    entry &= ~1u;
    if (!all || version != symbols_version()) {
        all = g_hash_table_new(NULL, NULL);
        version = symbols_version();
    }
    found = g_hash_table_lookup(all, GUINT_TO_POINTER(entry));
    if (found || !symbols_function(entry, &begin, &end)) {
        return found;
    }
    found = g_new0(CodeRefs, 1);
    found->addresses = g_array_new(false, false, sizeof(uint32_t));
    s = (Scan) { .refs = found, .functions = g_array_new(false, false, sizeof(uint32_t)) };
    calls(&s, entry);
    for (unsigned i = 0; i < s.functions->len; i++) {
        scan_function(&s, g_array_index(s.functions, uint32_t, i));
    }
    g_array_free(s.functions, true);
    g_hash_table_insert(all, GUINT_TO_POINTER(entry), found);
    return found;
}

/* Is one of them in [@first, @last]? */
static bool has_between(const CodeRefs *refs, uint32_t first, uint32_t last)
{
    for (unsigned i = 0; i < refs->addresses->len; i++) {
        uint32_t at = g_array_index(refs->addresses, uint32_t, i);

        if (at >= first && at <= last) {
            return true;
        }
    }
    return false;
}

bool code_refs_has(const CodeRefs *refs, uint32_t address)
{
    uint32_t base;

    return has_between(refs, address, address) || (symbols_object(address, &base) && has_between(refs, base, base));
}

bool code_refs_may_have(const CodeRefs *refs, uint32_t address)
{
    return code_refs_has(refs, address) ||
           (refs->anchored && refs->stores_anywhere && has_between(refs, address - MAX_OFFSET, address));
}
