/*
 * Calls and returns, see calls.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "calls.h"
#include "counts.h"
#include "returns.h"
#include "threads.h"

#define MAX_DEPTH 2000
#define MAX_STACKS 256
#define EXC_RETURN 0xffffffe0u
#define IPSR 0x1ff

static const Program *program;
static GPtrArray *listeners;
static GPtrArray *stacks;               /* of Stack; the first is that of interrupts */
static Stack *current;
static Cost seen;
static uint64_t seen_ns;

#define TELL(event, ...)                                                    \
    for (unsigned i_ = 0; i_ < listeners->len; i_++) {                      \
        const CallListener *l_ = g_ptr_array_index(listeners, i_);          \
        if (l_->event) {                                                    \
            l_->event(__VA_ARGS__);                                         \
        }                                                                   \
    }

/* ---- Stacks ---- */

static Frame *top(const Stack *s)
{
    return s->frames->len ? &g_array_index(s->frames, Frame, s->frames->len - 1) : NULL;
}

static const Function *running(const Stack *s)
{
    const Frame *f = top(s);

    return f ? f->function : NULL;
}

static Stack *make_stack(uint32_t thread, const char *name)
{
    Stack *s = g_new0(Stack, 1);

    s->number = stacks->len;
    s->name = g_strdup(name);
    s->thread = thread;
    s->frames = g_array_new(false, false, sizeof(Frame));
    g_ptr_array_add(stacks, s);
    TELL(stack_made, s);
    return s;
}

static Stack *interrupts(void)
{
    return g_ptr_array_index(stacks, 0);
}

/* That of the thread which the RTOS runs; past MAX_STACKS threads share the last one. */
static Stack *thread_stack(void)
{
    uint32_t thread = threads_current(program);
    g_autofree char *name = NULL;

    for (unsigned i = 1; i < stacks->len; i++) {
        Stack *s = g_ptr_array_index(stacks, i);

        if (s->thread == thread || i + 1 == MAX_STACKS) {
            return s;
        }
    }
    name = threads_name(program, thread);
    return make_stack(thread, name);
}

static void pop(Stack *s)
{
    Frame f = g_array_index(s->frames, Frame, s->frames->len - 1);

    g_array_set_size(s->frames, s->frames->len - 1);
    TELL(left, s, &f, running(s), seen_ns);
    if (f.tail && s->frames->len) {
        pop(s);
    }
}

static void push(Stack *s, const Function *function, const Stm32View *v)
{
    Frame f = { .function = function, .sp = v->r[13], .back = v->r[14], .begun = s->cost };
    const Frame *below;

    while ((below = top(s)) && below->sp < f.sp) {
        pop(s);
    }
    if (s->frames->len >= MAX_DEPTH) {
        return;
    }
    f.tail = below && below->sp == f.sp && below->back == f.back;
    f.exception = f.back >= EXC_RETURN && !f.tail ? v->xpsr & IPSR : 0;
    g_array_append_val(s->frames, f);
    TELL(entered, s, top(s), seen_ns);
}

static void switch_to(Stack *s)
{
    if (s != current) {
        current = s;
        TELL(switched, s, seen_ns);
    }
}

/* Look at the core, and charge who was running until now. */
static void look(unsigned later, Stm32View *v)
{
    Cost more;

    stm32_plugin_view(later, v);
    more = (Cost) { v->cycles - seen.cycles, counts_total() - later - seen.instructions };
    seen.cycles += more.cycles;
    seen.instructions += more.instructions;
    seen_ns = v->ns;
    if (current) {
        current->cost.cycles += more.cycles;
        current->cost.instructions += more.instructions;
        TELL(ran, current, running(current), more);
    }
}

/* ---- What the translated code says ---- */

/* What happens there: the function that begins, how much of the block comes after, and what it does to SP. */
typedef struct Event {
    const Function *function;   /* NULL: it is a return */
    unsigned later;
    Return returns;
} Event;

static void entered(unsigned vcpu, void *opaque)
{
    const Event *e = opaque;
    Stm32View v;

    look(e->later, &v);
    if (v.xpsr & IPSR) {
        switch_to(interrupts());
    } else {
        while (interrupts()->frames->len) {     /* a reset, or a return that nobody has seen */
            pop(interrupts());
        }
        switch_to(thread_stack());
    }
    push(current, e->function, &v);
}

static void returned(unsigned vcpu, void *opaque)
{
    const Event *e = opaque;
    const Frame *f;
    Stm32View v;
    uint32_t sp;

    if (!current) {
        return;
    }
    look(e->later, &v);
    if (!return_happens(&e->returns, v.xpsr)) {
        return;
    }
    sp = v.r[13] + e->returns.pops;
    while ((f = top(current)) && f->sp < sp) {
        pop(current);
    }
    if (f && f->sp == sp) {
        bool exception = f->back >= EXC_RETURN;

        pop(current);
        if (exception && !interrupts()->frames->len) {
            switch_to(thread_stack());
        }
    }
}

/* Translated blocks come and go: their events stay, one for each place, as long as QEMU runs. */
static Event *event_at(uint32_t address, const Function *function, unsigned later, Return returns)
{
    static GHashTable *events;
    gint64 key = (gint64)address << 16 | later << 1 | !function;
    Event *e;

    if (!events) {
        events = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    }
    e = g_hash_table_lookup(events, &key);
    if (!e) {
        e = g_new(Event, 1);
        g_hash_table_insert(events, g_memdup2(&key, sizeof(key)), e);
    }
    *e = (Event) { function, later, returns };
    return e;
}

void calls_add(struct qemu_plugin_tb *tb)
{
    uint32_t address = qemu_plugin_tb_vaddr(tb);
    size_t count = qemu_plugin_tb_n_insns(tb);
    const Function *function = program_function(program, address);
    unsigned condition = 0;

    counts_add_block(tb);
    if (function && function->base == address) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, entered, QEMU_PLUGIN_CB_R_REGS,
                                             event_at(address, function, count, (Return) { RETURN_NONE }));
    }
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t opcode = 0;
        Return r;

        qemu_plugin_insn_data(insn, &opcode, sizeof(opcode));
        r = return_of(opcode, &condition);
        if (r.kind != RETURN_NONE) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, returned, QEMU_PLUGIN_CB_R_REGS,
                                                   event_at(qemu_plugin_insn_vaddr(insn), NULL, count - i, r));
        }
    }
}

/* ---- The beginning and the end ---- */

void calls_begin(const Program *p)
{
    program = p;
    listeners = g_ptr_array_new();
    stacks = g_ptr_array_new();
}

void calls_listen(const CallListener *listener)
{
    g_ptr_array_add(listeners, (void *)listener);
    if (!stacks->len) {
        make_stack(0, "interrupts");
    } else if (listener->stack_made) {
        listener->stack_made(interrupts());
    }
}

void calls_end(void)
{
    for (unsigned i = 0; i < stacks->len; i++) {
        Stack *s = g_ptr_array_index(stacks, i);

        while (s->frames->len) {
            pop(s);
        }
    }
}
