/*
 * A variable or register that is read, changed and written back, while an exception that came in between, or a thread
 * that ran meanwhile, has written it: what that wrote is lost.
 *
 * The last loads before an exception are kept with the frame of what it has interrupted, until that goes on.  Who
 * stores to one of these addresses meanwhile, another value than was loaded, is remembered.  If then the store comes,
 * a few instructions behind the load, without a jump and with a value that was made from what was loaded, it is told.
 * LDREX is no such load: its STREX fails.  What is not seen: more than LOADS loads in between, or code with a jump in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/symbols.h"

#define LOADS 4                 /* of a context: a power of 2 */
#define CONTEXTS 16
#define REACH 48                /* bytes of code from the load to the store */

typedef struct Load {
    uint32_t pc, address, value;
    uint32_t size;              /* 0: none */
} Load;

typedef struct Change {         /* of what a Load has loaded */
    uint32_t pc, value;         /* who has stored there, and what; 0: nobody */
    unsigned exception;
} Change;

typedef struct Context {
    uint32_t frame;             /* 0: free */
    Load load[LOADS];
    Change change[LOADS];
} Context;

static Load recent[LOADS];      /* of what runs, a ring */
static Change changes[LOADS];
static unsigned newest;
static bool torn;               /* there are changes */
static Context context[CONTEXTS];
static unsigned oldest;
static uint64_t filter;         /* a bit for each hash of an address that is in `context` */

static uint64_t bit(uint32_t address)
{
    return 1ull << (address >> 2) % 61;
}

void torn_load(uint32_t pc, uint32_t address, unsigned size)
{
    newest = (newest + 1) % LOADS;
    recent[newest] = (Load) { .pc = pc, .address = address, .value = check_value(), .size = size };
    if (unlikely(torn)) {
        changes[newest].pc = 0;
    }
}

static void set_filter(void)
{
    filter = 0;
    for (Context *c = context; c < context + CONTEXTS; c++) {
        for (unsigned i = 0; c->frame && i < LOADS; i++) {
            filter |= c->load[i].size ? bit(c->load[i].address) : 0;
        }
    }
}

void torn_taken(uint32_t frame, uint32_t pc)
{
    Context *c = &context[oldest];
    bool any = false;

    for (unsigned i = 0; i < LOADS; i++) {
        any |= recent[i].size && pc - recent[i].pc <= REACH;
    }
    if (any) {
        oldest = (oldest + 1) % CONTEXTS;
        c->frame = frame;
        memcpy(c->load, recent, sizeof(recent));
        memset(c->change, 0, sizeof(c->change));
        for (unsigned i = 0; i < LOADS; i++) {
            if (pc - c->load[i].pc > REACH) {
                c->load[i].size = 0;
            }
        }
        set_filter();
    }
    memset(recent, 0, sizeof(recent));
    torn = false;
}

void torn_resumed(uint32_t frame)
{
    memset(recent, 0, sizeof(recent));
    torn = false;
    for (Context *c = context; c < context + CONTEXTS; c++) {
        if (c->frame == frame) {
            memcpy(recent, c->load, sizeof(recent));
            memcpy(changes, c->change, sizeof(changes));
            for (unsigned i = 0; i < LOADS; i++) {
                torn |= recent[i].size && changes[i].pc;
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
            Load *l = &c->load[i];

            if (l->size == size && l->address == address) {
                c->change[i] = (Change) { value == l->value ? 0 : pc, value, check_exception() };
            }
        }
    }
}

/* Is what is stored at @to made from what was loaded at @from? */
static bool depends(uint32_t from, uint32_t to)
{
    Insn i;
    uint16_t made;

    if (!insn_at(from, &i) || i.kind != INSN_LOAD) {
        return false;
    }
    made = i.data;
    for (uint32_t pc = from + i.size; pc < to; pc += i.size) {
        if (!insn_at(pc, &i) || i.kind == INSN_JUMP || i.kind == INSN_OTHER || i.kind == INSN_EXCLUSIVE) {
            return false;
        }
        made = i.kind <= INSN_MOVE && i.reads & made ? made | i.writes : made & ~i.writes;
    }
    return insn_at(to, &i) && i.kind == INSN_STORE && i.data & made;
}

static void report(const Load *l, const Change *change, uint32_t pc)
{
    g_autofree char *variable = check_variable(l->address), *who = check_exception_name(change->exception);
    g_autofree char *where = symbols_describe(change->pc);
    bool is_ram = shadow_at(l->address);

    guest_mistake_at(CORE, is_ram ? CONC001 : CONC002, pc, "%s was read as 0x%x, then %s has written 0x%x (at %s), "
                     "which is overwritten with 0x%x", variable, l->value,
                     change->exception ? who : "another thread", change->value, where, check_value());
}

static void check(uint32_t pc, uint32_t address, unsigned size)
{
    for (unsigned n = 0; n < LOADS; n++) {
        unsigned i = (newest - n) % LOADS;
        Load *l = &recent[i];

        if (l->size && l->address == address) {
            if (changes[i].pc && pc > l->pc && pc - l->pc <= REACH && depends(l->pc, pc)) {
                report(l, &changes[i], pc);
            }
            l->size = 0;        /* it is old now */
            return;             /* and so are those before */
        }
    }
}

void torn_store(uint32_t pc, uint32_t address, unsigned size)
{
    if (unlikely(torn)) {
        check(pc, address, size);
    }
    if (unlikely(filter & bit(address))) {
        note(pc, address, size, check_value());
    }
}

void torn_forget(void)
{
    memset(recent, 0, sizeof(recent));
    memset(context, 0, sizeof(context));
    filter = 0;
    torn = false;
}
