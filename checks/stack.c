/*
 * Stacks that grow past what is theirs.
 *
 * Instructions that take from the stack are looked at, and exceptions.  The limit of a thread's stack is what the
 * RTOS says (kernel.c).  The main stack begins where the vector table says; if that is the end of a variable, that is
 * the stack, otherwise it ends where the last variable below does, or the heap if the C library's break has one of the
 * usual names.  A stack pointer that is set to elsewhere is one that we know nothing of: some kernels (NuttX) give each
 * thread its own by MSP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/mistake/source.h"
#include "stm32/core/symbols.h"

enum { SP = 13, LR = 14 };
enum { SVCALL = 11, PENDSV = 14 };

/* Above this the stack pointer is right. */
static uint32_t right = UINT32_MAX;

/* The main stack of a vector table: the lowest that its pointer has been; that has gone to several stacks. */
static struct {
    uint32_t table, lowest;
    bool several;
} msp = { .lowest = UINT32_MAX };

/* ---- The limit of the main stack ---- */

/* How far the heap goes that lies between @low and @high. */
static uint32_t heap_end(uint32_t low, uint32_t high)
{
    static const char *const names[] = { "__sbrk_heap_end", "heap_end", "heap_end.0", "heap_end.1", "heap", "curbrk" };

    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        uint32_t at, size, end;

        if (symbols_find(names[i], &at, &size) && size == 4 && guest_read_word(at, &end) && end > low && end < high) {
            return end;
        }
    }
    return low;
}

static bool main_limit(uint32_t *limit)
{
    uint32_t top, base, size;
    const char *name;

    if (!guest_read_word(check_vector_table(), &top) || !shadow_at(top - 4)) {
        return false;
    }
    name = symbols_object(top - 4, &base);
    if (name && symbols_find(name, &base, &size) && base + size == top && size >= 64) {
        *limit = base;
        return true;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(shadow); i++) {
        if (top - 4 - shadow[i].base < shadow[i].size) {
            base = shadow[i].base;
            *limit = symbols_last_object(base, top);
            if (*limit == base) {
                return false;           /* nothing is known of what lies there */
            }
            *limit = heap_end(*limit, top);
            return true;
        }
    }
    return false;
}

/* ---- Looking ---- */

static bool current_limit(bool of_thread, uint32_t *limit, char **name)
{
    if (of_thread) {
        return kernel_stack(limit, name);
    }
    *name = NULL;
    return main_limit(limit);
}

static void report(uint32_t pc, uint32_t to, uint32_t limit, const char *thread)
{
    g_autofree char *into = check_variable(to);

    guest_mistake_at(CORE, MEM001, pc, "the %s%s%s has grown %u bytes past its end at 0x%08x, to 0x%08x (%s)",
                     thread ? "stack of the thread \"" : "main stack", thread ?: "", thread ? "\"" : "", limit - to,
                     limit, to, into);
}

/* It grows down from what the vector table says: who is above that, or has come further down unseen, is elsewhere. */
static void note_main(uint32_t from, uint32_t to)
{
    uint32_t table = check_vector_table(), top;

    if (table != msp.table) {
        msp.table = table;
        msp.lowest = UINT32_MAX;
        msp.several = false;
    }
    if (!guest_read_word(table, &top) || from > top || (from < msp.lowest && msp.lowest != UINT32_MAX)) {
        msp.several = true;
    }
    msp.lowest = MIN(msp.lowest, to);
}

/* From @from to @to by the instruction at @pc. */
static void look(uint32_t pc, uint32_t from, uint32_t to, bool of_thread)
{
    uint32_t limit;
    g_autofree char *name = NULL;

    if (!of_thread) {
        note_main(from, to);
    }
    if (!current_limit(of_thread, &limit, &name) || from < limit) {
        right = 0;
        return;
    }
    if (to < limit) {
        report(pc, to, limit, name);
        right = 0;
    } else {
        right = of_thread ? limit : to;
    }
}

bool stack_is_entry(uint32_t pc)
{
    const char *name = symbols_name(pc);
    uint32_t at;

    return name && symbols_find(name, &at, NULL) && at == pc;
}

/*
 * ARM's compiler up to version 5 knows which functions of a file need an aligned stack pointer, and does without for calls of
 * others there.
 */
static bool compiler_knows(uint32_t pc)
{
    static GHashTable *known;           /* pc -> return address + 1: it does, + 2: it does not */
    uint32_t from = check_register(LR) & ~1u, verdict;
    const char *file, *its_file, *compiler, *its_compiler;

    known = known ?: g_hash_table_new(NULL, NULL);
    verdict = GPOINTER_TO_UINT(g_hash_table_lookup(known, GUINT_TO_POINTER(pc)));
    if (verdict - from - 1 > 1) {
        verdict = from + 2;
        if (source_unit(pc, &file, &compiler) && source_unit(from - 2, &its_file, &its_compiler) && !strcmp(file, its_file) &&
            strstr(compiler, "ArmCC") && strstr(its_compiler, "ArmCC")) {
            verdict = from + 1;
        }
        g_hash_table_insert(known, GUINT_TO_POINTER(pc), GUINT_TO_POINTER(verdict));
    }
    return verdict == from + 1;
}

/*
 * Those that it calls, with lower stack pointers, have it from there.  A handler begins with an aligned one, unless
 * CCR.STKALIGN is 0: then it is its own assembly that knows what it calls.
 */
void stack_check_alignment(uint32_t pc)
{
    static uint32_t told;
    uint32_t sp = check_register(SP);

    if (likely(!(sp & 7))) {
        told = 0;
    } else if (check_exception() && check_aligns_frames()) {
        return;
    } else if (sp >= told && !compiler_knows(pc)) {
        told = sp;
        guest_mistake_at(CORE, MEM009, pc, "SP is 0x%08x at the beginning of the function", sp);
    }
}

void stack_moves(uint32_t pc, unsigned down)
{
    uint32_t from = check_register(SP), to = from - down;

    if (unlikely(to < right)) {
        look(pc, from, to, check_uses_psp());
    }
}

/* The registers of what was interrupted at @pc have been put to @frame. */
void stack_frame_pushed(uint32_t frame, uint32_t pc)
{
    if (frame < right) {
        look(pc, frame + 32, frame, frame == check_psp());
    }
    stack_changes();
}

void stack_changes(void)
{
    right = UINT32_MAX;
}

void stack_forget(void)
{
    right = msp.lowest = UINT32_MAX;
    msp.several = false;
}

/* While a kernel goes from one thread to the next, its variable and the stack pointer are of different ones. */
static bool kernel_may_switch(void)
{
    return check_masked() || check_exception() == SVCALL || check_exception() == PENDSV;
}

static bool is_below_thread(uint32_t address, uint32_t sp)
{
    g_autofree char *name = NULL;
    uint32_t limit;

    return address < sp && sp - address < 0x10000 && !kernel_may_switch() && kernel_stack(&limit, &name) &&
           address >= limit;
}

bool stack_is_unused(uint32_t address, uint32_t *sp)
{
    *sp = check_uses_psp() ? check_other_sp() : check_register(SP);
    if (address >= msp.lowest && address < *sp && !msp.several && check_vector_table() == msp.table) {
        return true;
    }
    *sp = check_psp();
    return is_below_thread(address, *sp);
}
