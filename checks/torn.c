/*
 * A variable or register that is read, changed and written back, while an exception that came in between, or a thread
 * that ran meanwhile, has written it: what that wrote is lost.
 *
 * The last loads before an exception are kept with the frame of what it has interrupted, until that goes on.  Who
 * stores to one of these addresses meanwhile, another value than was loaded, is remembered.  If then the store comes,
 * a few instructions behind the load, without a jump and with a value that was made from what was loaded, it is told.
 * LDREX is no such load: its STREX fails.  Loads that no such store follows are left out as code is translated.  What is
 * not seen: more than LOADS loads in between, or code with a jump in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/checks/torn.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"

#define LOADS TORN_LOADS
#define CONTEXTS 16
#define REACH 48                /* bytes of code from the load to the store */

typedef struct Change {         /* of what a Load has loaded */
    uint32_t pc, value;         /* who has stored there, and what; 0: nobody */
    unsigned exception;
} Change;

typedef struct Context {
    uint32_t frame;             /* 0: free */
    unsigned newest;
    TornLoad load[LOADS];
    Change change[LOADS];
} Context;

TornLoad torn_recent[LOADS];
unsigned torn_newest;
bool torn_changes;
uint64_t torn_filter;
uint32_t torn_changed_by[LOADS];
static Change changes[LOADS];
static Context context[CONTEXTS];
static unsigned oldest;

static void set_filter(void)
{
    torn_filter = 0;
    for (Context *c = context; c < context + CONTEXTS; c++) {
        for (unsigned i = 0; c->frame && i < LOADS; i++) {
            torn_filter |= c->load[i].size ? torn_bit(c->load[i].address) : 0;
        }
    }
}

void torn_taken(uint32_t frame, uint32_t pc)
{
    Context *c = &context[oldest];
    bool any = false;

    for (unsigned i = 0; i < LOADS; i++) {
        any |= torn_recent[i].size && pc - torn_recent[i].pc <= REACH;
    }
    if (any) {
        oldest = (oldest + 1) % CONTEXTS;
        c->frame = frame;
        c->newest = torn_newest;
        memcpy(c->load, torn_recent, sizeof(torn_recent));
        memset(c->change, 0, sizeof(c->change));
        for (unsigned i = 0; i < LOADS; i++) {
            if (pc - c->load[i].pc > REACH) {
                c->load[i].size = 0;
            }
        }
        set_filter();
    }
    memset(torn_recent, 0, sizeof(torn_recent));
    torn_changes = false;
}

void torn_resumed(uint32_t frame)
{
    memset(torn_recent, 0, sizeof(torn_recent));
    torn_changes = false;
    for (Context *c = context; c < context + CONTEXTS; c++) {
        if (c->frame == frame) {
            torn_newest = c->newest;
            memcpy(torn_recent, c->load, sizeof(torn_recent));
            memcpy(changes, c->change, sizeof(changes));
            for (unsigned i = 0; i < LOADS; i++) {
                torn_changed_by[i] = torn_recent[i].size ? changes[i].pc : 0;
                torn_changes |= torn_changed_by[i];
            }
            c->frame = 0;
        }
    }
    set_filter();
}

/* Somebody else stores where an interrupted program has loaded. */
static void note(uint32_t pc, uint32_t address, unsigned size, uint32_t value)
{
    for (Context *c = context; c < context + CONTEXTS; c++) {
        for (unsigned i = 0; c->frame && i < LOADS; i++) {
            TornLoad *l = &c->load[i];

            if (l->size == size && l->address == address) {
                c->change[i] = (Change) { value == l->value ? 0 : pc, value, check_exception() };
            }
        }
    }
}

/* LDRD and STRD, which are one access, as well. */
static bool loads(const Insn *i)
{
    return i->kind == INSN_LOAD || (i->kind == INSN_LOADS && !i->words);
}

static bool stores(const Insn *i)
{
    return i->kind == INSN_STORE || (i->kind == INSN_STORES && !i->words);
}

/*
 * What is loaded at @from: is it what is stored at @to, or something that is made of it?  With @to 0: is there any such
 * store within reach?
 */
static bool depends(uint32_t from, uint32_t to)
{
    Insn i;
    uint16_t made;

    if (!insn_at(from, &i) || !loads(&i)) {
        return false;
    }
    made = i.data;
    for (uint32_t pc = from + i.size; made && pc - from <= REACH; pc += i.size) {
        if (!insn_at(pc, &i)) {
            return false;
        }
        if (stores(&i) && i.data & made && (pc == to || !to)) {
            return true;
        }
        if (pc == to || i.kind == INSN_JUMP || i.kind == INSN_OTHER || i.kind == INSN_EXCLUSIVE) {
            return false;
        }
        made = i.kind <= INSN_MOVE && i.reads & made ? made | i.writes : made & ~i.writes;
    }
    return false;
}

/* A pointer that goes on with the load is a copy's. */
bool torn_is_possible(uint32_t pc, const Insn *i)
{
    bool steps = i->reads & i->writes & ~i->data;

    return loads(i) && i->reads != 1 << 13 && !steps && depends(pc, 0);
}

static void report(const TornLoad *l, const Change *change, uint32_t pc, uint32_t value)
{
    g_autofree char *variable = check_variable(l->address), *who = guest_exception_name(change->exception);
    g_autofree char *where = symbols_describe(change->pc);
    bool is_ram = shadow_at(l->address);

    guest_mistake_at(CORE, is_ram ? CONC001 : CONC002, pc, "%s was read as 0x%x, then %s has written 0x%x (at %s), "
                     "which is overwritten with 0x%x", variable, l->value,
                     change->exception ? who : "another thread", change->value, where, value);
}

static void check(uint32_t pc, uint32_t address, uint32_t value)
{
    for (unsigned n = 0; n < LOADS; n++) {
        unsigned i = (torn_newest - n) % LOADS;
        TornLoad *l = &torn_recent[i];

        if (l->size && l->address == address) {
            if (torn_changed_by[i] && pc > l->pc && pc - l->pc <= REACH && depends(l->pc, pc)) {
                report(l, &changes[i], pc, value);
            }
            l->size = 0;        /* it is old now */
            return;             /* and so are those before */
        }
    }
}

void torn_stored(uint32_t pc, uint32_t address, uint32_t value, unsigned size)
{
    if (torn_changes) {
        check(pc, address, value);
    }
    if (torn_filter & torn_bit(address)) {
        note(pc, address, size, value);
    }
}

void torn_forget(void)
{
    memset(torn_recent, 0, sizeof(torn_recent));
    memset(context, 0, sizeof(context));
    torn_filter = 0;
    torn_changes = false;
}
