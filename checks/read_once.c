/*
 * A variable that is read once, see read_once.h.
 *
 * There are two forms.  `ldr r3, [flag]; L: cmp r3, #0; beq L` tests a register that nothing in the loop changes: that
 * can only be meant otherwise.  `ldr r3, [flag]; cbnz r3, N; L: b L; N:` is also what `if (flag) { for (;;); }` becomes:
 * there the line of the loop is behind that of the test; and to be sure, it is told when the variable has become another.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "stm32/core/code/flow.h"
#include "stm32/checks/read_once.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/mistake/source.h"
#include "stm32/core/symbols.h"

#define MAX_ROUND 16            /* instructions of a loop */
#define MAX_FUNCTION 0x4000     /* bytes */
#define FRAMES 8
#define RAM 0x10000000          /* variables are from here on, and below the peripherals */
#define PERIPHERALS 0x40000000

/* A loop that has been seen. */
typedef struct Loop {
    uint32_t pc;                /* where it was seen; 0: none was */
    uint32_t first;             /* its lowest address */
    uint32_t tested_at;         /* where the variable is tested, or read */
    FlowRegister variable;      /* unknown: it waits for none */
    unsigned kept;              /* the register that has what was read */
    bool tests;                 /* it is of the first form */
} Loop;

static Loop seen[8];
static unsigned newest;

/* One round from @pc on: the lowest address, and which registers it tests.  False if it does anything else. */
static bool go_round(uint32_t pc, uint32_t *first, uint16_t *tested)
{
    Flow flow;

    *first = pc;
    *tested = 0;
    if (!flow_begin(&flow, pc)) {
        return false;
    }
    for (unsigned n = 0; n < MAX_ROUND; n++) {
        /* what goes on, goes back: an exit is further on, and conditional */
        bool goes = flow.goes == FLOW_BRANCH || (flow.goes == FLOW_BRANCH_IF && flow.target <= flow.at);

        if (flow.insn.writes || (flow.insn.kind != INSN_DATA && !flow_branches(&flow))) {
            return false;
        }
        *tested |= flow.insn.reads;
        *first = MIN(*first, flow.at);
        if (goes ? !flow_begin(&flow, flow.target) : !flow_step(&flow)) {
            return false;
        }
        if (flow.at == pc) {
            return true;
        }
    }
    return false;
}

static uint32_t value_of(uint32_t address, unsigned size)
{
    uint32_t word = 0;

    guest_read_word(address & ~3u, &word);
    return word >> (address & 3) * 8 & MAKE_64BIT_MASK(0, size * 8);
}

/* The first of the registers @tested that holds what is in memory, if that has not changed. */
static void note(Loop *loop, const Flow *flow, uint16_t tested, uint32_t at)
{
    for (unsigned n = 0; n < 15; n++) {
        if (tested & 1u << n && (flow->r[n].what == FLOW_VARIABLE || flow->r[n].what == FLOW_MEMBER)) {
            loop->variable = flow->r[n];
            loop->kept = n;
            loop->tested_at = at;
            return;
        }
    }
}

/* What is in the registers as the loop begins. */
static void find_variable(Loop *loop, Flow *flow, uint16_t tested)
{
    while (flow->at < loop->first && flow_step(flow)) {
    }
    if (flow->at == loop->first) {
        note(loop, flow, tested, flow->at);
    }
}

/* What was tested by the branch that leads to the loop, or by the branch or return that is not taken before it. */
static void find_test(Loop *loop, Flow *flow, uint32_t end)
{
    uint16_t compared = 0;      /* registers, which the flags are of */
    uint32_t compared_at = 0;
    Loop passed = *loop;

    while (flow->at < end) {
        const Insn *i = &flow->insn;
        bool tests = flow->goes == FLOW_BRANCH_IF && i->reads;  /* CBZ; else by flags */
        uint16_t tested = tests ? i->reads : compared;
        uint32_t at = tests ? flow->at : compared_at;

        if (flow->goes == FLOW_BRANCH_IF && flow->target == loop->first) {
            note(loop, flow, tested, at);
            return;
        }
        if (flow->goes == FLOW_BRANCH_IF || (flow->goes == FLOW_LEAVE && flow->conditional)) {
            note(&passed, flow, tested, at);
        } else if (i->kind != INSN_DATA || i->reads || i->writes) {              /* no NOP */
            passed.variable.what = FLOW_UNKNOWN;
        }
        if (i->kind == INSN_DATA && !i->writes && i->reads) {
            compared = i->reads;
            compared_at = flow->at;
        }
        if (!flow_step(flow)) {
            return;
        }
        if (flow->at == loop->first && passed.variable.what != FLOW_UNKNOWN) {
            *loop = passed;
            return;
        }
    }
}

/* The line that @address is of, and its file, for the caller to free. */
static unsigned line_of(uint32_t address, char **file)
{
    GuestFrame frame[FRAMES] = {};
    unsigned frames = source_find(address, frame, FRAMES), line = frame[0].line;

    *file = g_strdup(frame[0].file);
    for (unsigned i = 0; i < frames; i++) {
        g_free(frame[i].function);
        g_free(frame[i].file);
    }
    return line;
}

/* Is the loop of the same statement as the test, or of one around it?  A compiler may also say that it is of none. */
static bool is_its_loop(const Loop *loop)
{
    g_autofree char *file = NULL, *file_of_test = NULL;
    unsigned line = line_of(loop->first, &file), line_of_test = line_of(loop->tested_at, &file_of_test);

    return line_of_test && (!line || (line <= line_of_test && !g_strcmp0(file, file_of_test)));
}

static void find(Loop *loop)
{
    uint32_t begin, end;
    uint16_t tested;
    Flow flow;

    if (!go_round(loop->pc, &loop->first, &tested)) {
        return;
    }
    loop->tests = tested;
    if (!symbols_function(loop->first, &begin, &end) || loop->first - begin > MAX_FUNCTION || !flow_begin(&flow, begin)) {
        return;
    }
    if (tested) {
        find_variable(loop, &flow, tested);
        return;
    }
    find_test(loop, &flow, MIN(end, begin + MAX_FUNCTION));
    if (loop->variable.what && !is_its_loop(loop)) {
        loop->variable.what = FLOW_UNKNOWN;
    }
}

static const Loop *loop_at(uint32_t pc)
{
    for (unsigned i = 0; i < ARRAY_SIZE(seen); i++) {
        if (seen[i].pc == pc) {
            return &seen[i];
        }
    }
    newest = (newest + 1) % ARRAY_SIZE(seen);
    seen[newest] = (Loop) { .pc = pc };
    find(&seen[newest]);
    return &seen[newest];
}

void read_once_look(uint32_t pc)
{
    const Loop *loop = loop_at(pc);
    const FlowRegister *v = &loop->variable;
    GuestRegisters core;
    uint32_t address, now, base;

    if (v->what == FLOW_UNKNOWN) {
        return;
    }
    guest_registers(&core, pc);
    address = v->value + (v->what == FLOW_MEMBER ? core.r[v->base] : 0);
    if (address < RAM || address >= PERIPHERALS || !symbols_object(address, &base)) {
        return;
    }
    now = value_of(address, v->size);
    if (loop->tests || now != (core.r[loop->kept] & MAKE_64BIT_MASK(0, v->size * 8))) {
        g_autofree char *variable = check_variable(address);

        guest_mistake_at("CPU", CONC003, loop->first, "the loop does not read %s, which is 0x%0*x now", variable,
                         v->size * 2, now);
    }
}
