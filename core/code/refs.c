/*
 * What a function has to do with memory, see refs.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "stm32/core/code/flow.h"
#include "stm32/core/code/refs.h"
#include "stm32/core/symbols.h"

#define MAX_FUNCTIONS 400
#define MAX_SIZE 0x4000         /* of one */
#define MAX_OFFSET 4096         /* of an access from a base */

enum { SP = 13, LR = 14 };

#define R(n) (1u << (n))
#define ALL_REGISTERS 0x7fff

typedef struct Scan {
    CodeRefs *refs;
    GArray *functions;          /* uint32_t: their entries */
    uint32_t begin, end;        /* of the function */
    Flow flow;
    uint16_t used;              /* registers with a constant from which something has been accessed */
} Scan;

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

static bool is_constant(const Scan *s, unsigned reg)
{
    return s->flow.r[reg].what == FLOW_CONSTANT;
}

/* What for a constant was that no access has used is not known: it is one of the addresses. */
static void mention_lost(Scan *s, uint16_t registers)
{
    for (unsigned n = 0; n < 15; n++) {
        if (registers & ~s->used & R(n) && is_constant(s, n)) {
            mention(s, s->flow.r[n].value);
        }
    }
    s->used &= ~registers;
}

static void calls(Scan *s, uint32_t target)
{
    if (s->functions->len < MAX_FUNCTIONS) {
        note(s->functions, target & ~1u);
    } else {
        s->refs->calls_anything = true;
    }
}

/* The return address is in LR, or on the stack. */
static bool is_return(const Scan *s)
{
    const Flow *f = &s->flow;

    return f->goes == FLOW_LEAVE && (f->by == LR || (f->by == FLOW_BY_MEMORY && f->insn.reads == R(SP)));
}

/* Where it goes, of that which is in another function. */
static void goes(Scan *s)
{
    const Flow *f = &s->flow;

    if (flow_branches(f) || (f->goes == FLOW_CALL && f->by == FLOW_BY_TARGET)) {
        if (f->goes == FLOW_CALL || f->target < s->begin || f->target >= s->end) {
            calls(s, f->target);
        }
    } else if (f->goes != FLOW_ON && f->by < FLOW_BY_MEMORY && is_constant(s, f->by)) {
        calls(s, f->r[f->by].value);
    } else if (f->goes != FLOW_ON && f->by != FLOW_BY_TABLE && !is_return(s)) {
        s->refs->calls_anything = true;
    }
}

/* The register that it accesses memory by: of two the one with a constant. */
static unsigned base_of(const Scan *s)
{
    const Flow *f = &s->flow;
    uint16_t reads = f->insn.reads & ALL_REGISTERS;

    if (f->size) {
        return f->base;
    }
    for (uint16_t rest = reads; rest; rest &= rest - 1) {
        if (is_constant(s, ctz32(rest))) {
            return ctz32(rest);
        }
    }
    return reads ? ctz32(reads) : SP;
}

static void accesses(Scan *s, bool store)
{
    unsigned base = base_of(s);

    if (is_constant(s, base)) {
        uint32_t from = s->flow.r[base].value, offset = s->flow.size ? s->flow.offset : 0, object;

        mention(s, from + offset);
        s->used |= R(base);
        s->refs->anchored |= symbols_object(from, &object) && symbols_object_end(from) <= from + offset;
    }
    if (store && base != SP) {
        s->refs->stores = true;
        s->refs->stores_anywhere |= !is_constant(s, base);
    }
}

static void look_at(Scan *s)
{
    const Flow *f = &s->flow;
    bool ends = f->goes == FLOW_BRANCH || f->goes == FLOW_LEAVE;

    switch (f->insn.kind) {
    case INSN_LOAD: case INSN_LOADS:
        if (!(f->insn.reads & R(15))) {                         /* a literal */
            accesses(s, false);
        }
        break;
    case INSN_STORE: case INSN_STORES: case INSN_EXCLUSIVE:
        accesses(s, true);
        break;
    default:
        break;
    }
    goes(s);
    if (f->goes == FLOW_CALL) {         /* they are handed on */
        s->used &= ~f->changes;
    }
    mention_lost(s, ends ? ALL_REGISTERS : f->changes);
    if (ends) {                         /* nothing is known behind what is not passed */
        flow_forget(&s->flow, ALL_REGISTERS);
    }
}

static void scan_function(Scan *s, uint32_t entry)
{
    bool there = symbols_function(entry, &s->begin, &s->end) && s->end - s->begin <= MAX_SIZE &&
                 flow_begin(&s->flow, s->begin);

    while (there && s->flow.at < s->end) {
        look_at(s);
        there = flow_step(&s->flow);
    }
    if (there) {
        mention_lost(s, ALL_REGISTERS);
    } else {
        s->refs->calls_anything = true;
    }
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
