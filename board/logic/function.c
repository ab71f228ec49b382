/*
 * The function that the core is in as a trace, see function.h.
 *
 * Translated code compares the function that it is of with the one that ran before it, and tells if that was another:
 * however it got there, by a call, a return, an exception or another thread.  A loop that waits and is passed in a leap
 * (exec/wait-loop.h of our patches) shows the rounds that are executed.
 *
 * unsure: with timing=approximate a change in the middle of a block counts its instructions as a cycle each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/plugin.h"
#include "qapi/error.h"
#include "exec/tb-flush.h"
#include "hw/core/cpu.h"
#include "system/tcg.h"
#include "stm32/board/logic/function.h"
#include "stm32/core/symbols.h"
#include "stm32/plugin/machine.h"

#define ANOTHER UINT64_MAX      /* than any there is */

static LogicFunction *all;
static unsigned on_count;
static qemu_plugin_u64 last;    /* the quark of the function that ran last */

static GQuark function_at(uint32_t pc)
{
    const char *name = symbols_name(pc);

    return name ? g_quark_from_string(name) : 0;
}

static int32_t value_in(const LogicFunction *f, GQuark function)
{
    return f->of ? f->of == function : function;
}

static void tell(GQuark function, int64_t ns)
{
    BQL_LOCK_GUARD();

    for (LogicFunction *f = all; f; f = f->next) {
        int32_t value = value_in(f, function);

        if (f->on && value != f->value) {
            f->value = value;
            capture_add(f->capture, f->n, value, ns);
            f->changed(f->opaque);
        }
    }
}

/* The quark, and above it how many instructions of the block come from here on. */
static void runs(unsigned vcpu, void *opaque)
{
    uintptr_t what = (uintptr_t)opaque;
    bool can_do_io = current_cpu->neg.can_do_io;
    Stm32View view;

    stm32_plugin_view(what >> 32, &view);
    qemu_plugin_u64_set(last, vcpu, (uint32_t)what);
    current_cpu->neg.can_do_io = true;          /* who is told looks at the clock */
    tell((uint32_t)what, view.ns);
    current_cpu->neg.can_do_io = can_do_io;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t count = on_count ? qemu_plugin_tb_n_insns(tb) : 0;
    GQuark was = 0;

    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        GQuark function = function_at(qemu_plugin_insn_vaddr(insn));

        if (!i || function != was) {
            uintptr_t what = (uintptr_t)(count - i) << 32 | function;

            qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, runs, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_COND_NE, last,
                                                        function, (void *)what);
        }
        was = function;
    }
}

static void begin(void)
{
    last = qemu_plugin_scoreboard_u64(qemu_plugin_scoreboard_new(sizeof(uint64_t)));
    qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_add_builtin(), translated);
}

bool logic_function_open(LogicFunction *f, Capture *capture, const char *name, Error **errp)
{
    const char *known = NULL;
    uint32_t address;

    if (!symbols_version()) {
        error_setg(errp, "functions=: the names of functions are in an ELF file: give it by -kernel");
        return false;
    }
    if (name && symbols_find(name, &address, NULL)) {
        known = symbols_name(address);          /* several may be at one address */
    }
    if (name && !known) {
        error_setg(errp, "functions=: the firmware has no function '%s'; arm-none-eabi-nm lists those it has. One that is "
                   "small may have become part of others, but for __attribute__((noinline))", name);
        return false;
    }
    if (!all && tcg_enabled()) {
        begin();
    }
    f->capture = capture;
    f->of = name ? g_quark_from_string(known) : 0;
    f->n = name ? capture_add_trace(capture, g_strdup_printf("fn.%s", name), VCD_LEVEL)
                : capture_add_trace(capture, "function", VCD_NAME);
    f->next = all;
    all = f;
    return true;
}

void logic_function_on(LogicFunction *f, bool on, int64_t ns)
{
    if (f->on != on) {
        f->on = on;
        on_count += on ? 1 : -1;
        if (tcg_enabled() && on_count == (on ? 1 : 0)) {
            tb_flush(first_cpu);
        }
    }
    if (on) {
        f->value = value_in(f, function_at(first_cpu->cc->get_pc(first_cpu)));
        capture_add(f->capture, f->n, f->value, ns);
        if (tcg_enabled() && qemu_plugin_num_vcpus()) {     /* else nothing has run: it is 0 */
            qemu_plugin_u64_set(last, first_cpu->cpu_index, ANOTHER);
        }
    }
}
