/*
 * Flash patch and breakpoint unit (ARMv7-M C1.11): six comparators for instructions in the code region,
 * which become a BKPT or are taken from a table in SRAM, and two for words of data there, taken from it too.
 *
 * Property `core`.
 *
 * Deliberately different: instructions are taken from the table when code is translated: a change to it while
 * its comparator is enabled shows when a register here is next written.  A word of data that is replaced is
 * so for an instruction fetch as well, and the page around it is slow.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/arm/armv7m.h"
#include "hw/arm/armv7m_debug.h"
#include "hw/core/cpu.h"
#include "hw/qdev-properties.h"
#define REGS "stm32/regs/fpb.h"
#include "stm32/core/periph.h"

#define N_CODE 6
#define N_LITERAL 2
#define CODE_REGION_END 0x20000000

typedef struct Fpb {
    Periph parent_obj;
    ARMv7MState *core;
    ARMv7MPatcher patcher;
    uint32_t comp[N_CODE + N_LITERAL];  /* what the core knows: COMP of those that are enabled, or 0 ... */
    uint32_t remap;                     /* ... and the table */
    MemoryRegion literal[N_LITERAL];    /* what is seen instead of flash ... */
    uint32_t shown[N_LITERAL][2];       /* ... by this COMP and with this table */
} Fpb;

#define FPB(obj) ((Fpb *)(obj))

/* REPLACE: 0 by the table, else a breakpoint at the word's lower (1), upper (2) or both halfwords. */
static unsigned replace(uint32_t comp)
{
    return FIELD_EX32(comp, COMP0, REPLACE);
}

static bool matches(uint32_t comp, uint32_t addr)
{
    return (comp & R_COMP0_ENABLE_MASK) && (comp & R_COMP0_COMP_MASK) == (addr & ~3u);
}

static bool is_breakpoint(ARMv7MPatcher *patcher, uint32_t addr)
{
    Fpb *s = container_of(patcher, Fpb, patcher);

    for (unsigned n = 0; n < N_CODE; n++) {
        if (matches(s->comp[n], addr) && replace(s->comp[n]) & (addr & 2 ? 2 : 1)) {
            return true;
        }
    }
    return false;
}

static uint16_t fetch(ARMv7MPatcher *patcher, uint32_t addr, uint16_t half)
{
    Fpb *s = container_of(patcher, Fpb, patcher);

    for (unsigned n = 0; n < N_CODE; n++) {
        if (matches(s->comp[n], addr) && replace(s->comp[n]) == 0) {
            return address_space_lduw_le(cpu_get_address_space(CPU(s->core->cpu), 0),
                                         s->remap + 4 * n + (addr & 2), MEMTXATTRS_UNSPECIFIED, NULL);
        }
    }
    return half;
}

static void show_literal(Fpb *s, unsigned n)
{
    uint32_t comp = s->comp[N_CODE + n], now[2] = { comp, comp ? s->remap : 0 };
    MemoryRegion *mr = &s->literal[n];

    if (!memcmp(now, s->shown[n], sizeof(now))) {
        return;
    }
    memcpy(s->shown[n], now, sizeof(now));
    if (mr->container) {
        memory_region_del_subregion(mr->container, mr);
    }
    if (comp) {
        memory_region_set_alias_offset(mr, s->remap + 4 * (N_CODE + n));
        memory_region_add_subregion_overlap(&s->core->container, comp & R_COMP0_COMP_MASK, mr, 2);
    }
}

/* The program's instructions are others now. */
static void tell_core(Fpb *s)
{
    bool any = false;

    for (unsigned n = 0; n < N_CODE; n++) {
        any |= s->comp[n];
    }
    armv7m_set_patcher(s->core->cpu, any ? &s->patcher : NULL);
    armv7m_retranslate(s->core->cpu);
    for (unsigned n = 0; n < N_LITERAL; n++) {
        show_literal(s, n);
    }
}

/* True if one is in use, or was. */
static bool look_at_comparators(Fpb *s)
{
    bool any = false;

    s->remap = s->parent_obj.regs[R_REMAP];
    for (unsigned n = 0; n < N_CODE + N_LITERAL; n++) {
        uint32_t comp = s->parent_obj.regs[R_COMP0 + n];
        uint32_t now = reg_get(s, CTRL, ENABLE) && (comp & R_COMP0_ENABLE_MASK) ? comp : 0;

        any |= s->comp[n] || now;
        s->comp[n] = now;
    }
    return any;
}

static void ctrl_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (!(data & R_CTRL_KEY_MASK)) {
        p->regs[n] = was;
        periph_mistake(p, FPB001, "CTRL written without KEY, bit 1: nothing changes");
    }
}

static void comp_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (data & R_COMP0_ENABLE_MASK && data & CODE_REGION_END) {
        periph_mistake(p, FPB002, "%s: 0x%08x is not in the code region, below 0x20000000", p->reg[n].name,
                       data & ~(R_COMP0_REPLACE_MASK | 3));
    }
}

#define COMP_OPS { .written = comp_written }

static const RegOps fpb_ops[] = {
    [R_CTRL] = { .written = ctrl_written },
    [R_COMP0 ... R_COMP7] = COMP_OPS,
};

/* After a write, a reset and a load. */
static void fpb_update(Periph *p)
{
    if (look_at_comparators(FPB(p))) {
        tell_core(FPB(p));
    }
}

static void fpb_init(Periph *p)
{
    FPB(p)->patcher.is_breakpoint = is_breakpoint;
    FPB(p)->patcher.fetch = fetch;
    for (unsigned n = 0; n < N_LITERAL; n++) {
        memory_region_init_alias(&FPB(p)->literal[n], OBJECT(p), "literal", get_system_memory(), 0, 4);
    }
}

static const Property fpb_properties[] = {
    DEFINE_PROP_LINK("core", Fpb, core, TYPE_ARMV7M, ARMv7MState *),
};

static const PeriphInfo fpb = {
    .chapter = "ARMv7-M C1.11", .bus = BUS_AHB, .widths = 4, .size = 0x1000,
    REGS_AND_OPS(fpb_ops), PROPERTIES(fpb_properties),
    .init = fpb_init, .update = fpb_update,
};
DEFINE_PERIPH("armv7m-fpb", Fpb, fpb)
