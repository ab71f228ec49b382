/*
 * Data watchpoint and trace unit (ARMv7-M C1.8): its cycle counter, which half of all firmware uses as
 * a clock.  It counts FCLK, which goes on in Sleep (RM0090 38.16.1) and stands in Stop.  SLEEPCNT counts
 * those of its cycles in which the core sleeps.  The comparators have a file of their own.
 *
 * Property `core`.  Lines in: `trcena` (DEMCR), `sleeping` (the core).
 *
 * Deliberately different: the cycles are those of virtual time; how many of them an instruction takes
 * is the emulator's choice (-icount), not the chip's.  So no instruction takes extra cycles, and CPICNT,
 * EXCCNT, LSUCNT and FOLDCNT have nothing to count.  Comparators that are to emit a packet match, but emit
 * none.  A value is compared after the access in memory: that of a device register never matches.  While
 * gdb steps or stops at a watchpoint of its own, a match of the same instruction may be missed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/wait-loop.h"
#include "hw/qdev-properties.h"
#include "stm32/peripherals/dwt/state.h"

#define LAR_KEY 0xc5acce55

static void let_count(Counter *c, bool counts)
{
    if (counts) {
        counter_go(c);
    } else {
        counter_stop(c);
    }
}

static void count(Dwt *s)
{
    let_count(&s->cycles, reg_get(s, CTRL, CYCCNTENA) && s->trcena);
    let_count(&s->asleep, reg_get(s, CTRL, SLEEPEVTENA) && s->trcena && s->sleeping);
}

static void dwt_update(Periph *p)
{
    count(DWT(p));
    comparators_update(DWT(p));
}

/* C1.8.4: enabling an event counter clears it. */
static void ctrl_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    static const struct {
        uint32_t enable;
        unsigned reg;
    } counters[] = {
        { R_CTRL_CPIEVTENA_MASK, R_CPICNT }, { R_CTRL_EXCEVTENA_MASK, R_EXCCNT },
        { R_CTRL_LSUEVTENA_MASK, R_LSUCNT }, { R_CTRL_FOLDEVTENA_MASK, R_FOLDCNT },
    };
    uint32_t enabled = p->regs[n] & ~was;

    if (enabled & R_CTRL_SLEEPEVTENA_MASK) {
        counter_set(&DWT(p)->asleep, 0);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(counters); i++) {
        if (enabled & counters[i].enable) {
            p->regs[counters[i].reg] = 0;
        }
    }
}

static uint32_t cyccnt_read(Periph *p, unsigned n)
{
    return counter_now(&DWT(p)->cycles);
}

static int64_t cyccnt_when(void *opaque, uint64_t count)
{
    return counter_when(&DWT(opaque)->cycles, count);
}

static void cyccnt_counts(Periph *p, unsigned n)
{
    wait_loop_read_counts(1, UINT32_MAX, counter_now(&DWT(p)->cycles), cyccnt_when, p);
}

static void cyccnt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (!DWT(p)->trcena) {
        periph_mistake(p, DWT003, "CYCCNT written, but DEMCR.TRCENA is not set: it does not count");
    }
    counter_set(&DWT(p)->cycles, p->regs[R_CYCCNT]);
    comparators_plan_match(DWT(p));
}

static uint32_t sleepcnt_read(Periph *p, unsigned n)
{
    return counter_now(&DWT(p)->asleep) & R_SLEEPCNT_SLEEPCNT_MASK;
}

static void sleepcnt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    counter_set(&DWT(p)->asleep, reg_get(DWT(p), SLEEPCNT, SLEEPCNT));
}

/* Firmware for several cores writes the key before it counts; this core has no lock here. */
static void lar_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (data != LAR_KEY) {
        periph_mistake(p, DWT004, "LAR: wrong key 0x%08x, the right one is 0xc5acce55 (a Cortex-M4 needs "
                       "none)", data);
    }
}

static void comp0_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    comparators_plan_match(DWT(p));
}

static void function_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    unsigned comparator = (n - R_FUNCTION0) / (R_FUNCTION1 - R_FUNCTION0);
    uint32_t comp = p->regs[of_comparator(R_COMP0, comparator)];
    uint32_t size = 1 << p->regs[of_comparator(R_MASK0, comparator)];

    comparators_plan_match(DWT(p));
    if (!FIELD_EX32(p->regs[n], FUNCTION0, FUNCTION)) {
        return;
    }
    if (!DWT(p)->trcena) {
        periph_mistake(p, DWT005, "%s written, but DEMCR.TRCENA is not set: nothing is compared",
                       p->reg[n].name);
    }
    if (!(p->regs[n] & (R_FUNCTION0_CYCMATCH_MASK | R_FUNCTION1_DATAVMATCH_MASK)) &&
        comp % size) {
        periph_mistake(p, DWT006, "%s written, but COMP%u, 0x%08x, is not a multiple of the size that "
                       "MASK%u gives", p->reg[n].name, comparator, comp, comparator);
    }
}

static void function_was_read(Periph *p, unsigned n, uint32_t value)
{
    p->regs[n] &= ~R_FUNCTION0_MATCHED_MASK;
}

#define FUNCTION_OPS { .was_read = function_was_read, .written = function_written }

static const RegOps dwt_ops[] = {
    [R_CTRL]     = { .written = ctrl_written },
    [R_CYCCNT]   = { .read = cyccnt_read, .written = cyccnt_written, .counts = cyccnt_counts },
    [R_SLEEPCNT] = { .read = sleepcnt_read, .written = sleepcnt_written },
    [R_COMP0]    = { .written = comp0_written },
    [R_FUNCTION0] = FUNCTION_OPS,
    [R_FUNCTION1] = FUNCTION_OPS,
    [R_FUNCTION2] = FUNCTION_OPS,
    [R_FUNCTION3] = FUNCTION_OPS,
    [R_LAR]      = { .written = lar_written },
};

static void clock_changes(void *opaque, ClockEvent event)
{
    if (event == ClockUpdate) {
        periph_update(opaque);
        return;
    }
    counter_sync(&DWT(opaque)->cycles);
    counter_sync(&DWT(opaque)->asleep);
}

static void trcena_input(void *opaque, int n, int level)
{
    DWT(opaque)->trcena = level;
    comparators_plan_match(opaque);
    periph_update(opaque);
}

static void sleeping_input(void *opaque, int n, int level)
{
    DWT(opaque)->sleeping = level;
    count(opaque);
}

static void dwt_reset(Periph *p, bool power_on)
{
    if (power_on) {
        counter_set(&DWT(p)->cycles, 0);
        counter_set(&DWT(p)->asleep, 0);
        comparators_plan_match(DWT(p));
    }
}

static void dwt_init(Periph *p)
{
    counter_init(&DWT(p)->cycles, p->clk);
    counter_init(&DWT(p)->asleep, p->clk);
    clock_set_callback(p->clk, clock_changes, p, ClockPreUpdate | ClockUpdate);
    qdev_init_gpio_in_named(DEVICE(p), trcena_input, "trcena", 1);
    qdev_init_gpio_in_named(DEVICE(p), sleeping_input, "sleeping", 1);
    comparators_init(DWT(p));
}

static const VMStateDescription dwt_vmstate = {
    .name = "armv7m-dwt", .version_id = 2, .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(cycles, Dwt),
        VMSTATE_COUNTER(asleep, Dwt),
        VMSTATE_BOOL(trcena, Dwt),
        VMSTATE_BOOL(sleeping, Dwt),
        VMSTATE_UINT64(match, Dwt),
        VMSTATE_PERIPH(Dwt),
        VMSTATE_END_OF_LIST()
    },
};

static const Property dwt_properties[] = {
    DEFINE_PROP_LINK("core", Dwt, core, TYPE_ARMV7M, ARMv7MState *),
};

/* What a loop waits for that will never end. */
static const char *dwt_never(Periph *p, unsigned n)
{
    Dwt *s = DWT(p);

    return n != R_CYCCNT ? NULL : !s->trcena ? "DEMCR.TRCENA is 0, nothing counts; set it, then CTRL.CYCCNTENA"
           : !reg_get(s, CTRL, CYCCNTENA) ? "CTRL.CYCCNTENA is 0, it does not count" : NULL;
}

static const PeriphInfo dwt = {
    .chapter = "ARMv7-M C1.8", .bus = BUS_AHB, .widths = 4, .size = 0x1000,
    REGS_AND_OPS(dwt_ops), PROPERTIES(dwt_properties),
    .vmsd = &dwt_vmstate,
    .init = dwt_init, .reset = dwt_reset, .update = dwt_update,
    .never = dwt_never,
};
DEFINE_PERIPH("armv7m-dwt", Dwt, dwt)
