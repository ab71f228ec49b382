/*
 * Counters, see counts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "counts.h"

static struct qemu_plugin_scoreboard *board;
static qemu_plugin_u64 total;

static qemu_plugin_u64 counter(int halfword)
{
    return (qemu_plugin_u64) { board, halfword * sizeof(uint64_t) };
}

void counts_begin(const Program *p)
{
    board = qemu_plugin_scoreboard_new((p->halfwords + 1) * sizeof(uint64_t));
    total = counter(p->halfwords);
}

void counts_add(const Program *p, struct qemu_plugin_insn *insn)
{
    int halfword = program_halfword(p, qemu_plugin_insn_vaddr(insn));

    if (halfword >= 0) {
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter(halfword), 1);
    }
}

void counts_add_block(struct qemu_plugin_tb *tb)
{
    qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_ADD_U64, total, qemu_plugin_tb_n_insns(tb));
}

uint64_t counts_total(void)
{
    return qemu_plugin_u64_get(total, 0);
}

uint64_t counts_of(const Program *p, uint32_t address)
{
    int halfword = program_halfword(p, address);

    return halfword < 0 ? 0 : qemu_plugin_u64_sum(counter(halfword));
}
