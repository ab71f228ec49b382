/*
 * Data watchpoint and trace unit (ARMv7-M C1.8): its cycle counter, which half of all firmware uses as
 * a clock.  It counts FCLK, which goes on in Sleep (RM0090 38.16.1) and stands in Stop.  SLEEPCNT counts
 * those of its cycles in which the core sleeps.
 *
 * Lines in: `trcena` (DEMCR), `sleeping` (the core).
 *
 * Deliberately different: the cycles are those of virtual time; how many of them an instruction takes
 * is the emulator's choice (-icount), not the chip's.  So no instruction takes extra cycles, and CPICNT,
 * EXCCNT, LSUCNT and FOLDCNT have nothing to count.  Comparators do nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/wait-loop.h"
#define REGS "stm32/regs/dwt.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

typedef struct Dwt {
    Periph parent_obj;
    Counter cycles, asleep;
    bool trcena, sleeping;
} Dwt;

#define DWT(obj) ((Dwt *)(obj))

#define LAR_KEY 0xc5acce55

static void let_count(Counter *c, bool counts)
{
    if (counts) {
        counter_go(c);
    } else {
        counter_stop(c);
    }
}

static void dwt_update(Periph *p)
{
    Dwt *s = DWT(p);

    let_count(&s->cycles, reg_get(s, CTRL, CYCCNTENA) && s->trcena);
    let_count(&s->asleep, reg_get(s, CTRL, SLEEPEVTENA) && s->trcena && s->sleeping);
}

/* C1.8.4: enabling an event counter clears it. */
static void ctrl_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] & ~was & R_CTRL_SLEEPEVTENA_MASK) {
        counter_set(&DWT(p)->asleep, 0);
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
        periph_mistake(p, "CYCCNT written, but DEMCR.TRCENA is not set: it does not count");
    }
    counter_set(&DWT(p)->cycles, p->regs[R_CYCCNT]);
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
        periph_mistake(p, "LAR: wrong key 0x%08x, the right one is 0xc5acce55 (a Cortex-M4 needs "
                       "none)", data);
    }
}

static const RegOps dwt_ops[] = {
    [R_CTRL]     = { .written = ctrl_written },
    [R_CYCCNT]   = { .read = cyccnt_read, .written = cyccnt_written, .counts = cyccnt_counts },
    [R_SLEEPCNT] = { .read = sleepcnt_read, .written = sleepcnt_written },
    [R_LAR]      = { .written = lar_written },
};

static void clock_changes(void *opaque, ClockEvent event)
{
    counter_sync(&DWT(opaque)->cycles);
    counter_sync(&DWT(opaque)->asleep);
}

static void trcena_input(void *opaque, int n, int level)
{
    DWT(opaque)->trcena = level;
    periph_update(opaque);
}

static void sleeping_input(void *opaque, int n, int level)
{
    DWT(opaque)->sleeping = level;
    periph_update(opaque);
}

static void dwt_reset(Periph *p, bool power_on)
{
    counter_set(&DWT(p)->cycles, 0);
    counter_set(&DWT(p)->asleep, 0);
}

static void dwt_init(Periph *p)
{
    counter_init(&DWT(p)->cycles, p->clk);
    counter_init(&DWT(p)->asleep, p->clk);
    clock_set_callback(p->clk, clock_changes, p, ClockPreUpdate);
    qdev_init_gpio_in_named(DEVICE(p), trcena_input, "trcena", 1);
    qdev_init_gpio_in_named(DEVICE(p), sleeping_input, "sleeping", 1);
}

static const VMStateDescription dwt_vmstate = {
    .name = "armv7m-dwt", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(cycles, Dwt),
        VMSTATE_COUNTER(asleep, Dwt),
        VMSTATE_BOOL(trcena, Dwt),
        VMSTATE_BOOL(sleeping, Dwt),
        VMSTATE_PERIPH(Dwt),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo dwt = {
    .chapter = "ARMv7-M C1.8", .bus = BUS_AHB, .widths = 4, .size = 0x1000,
    REGS_AND_OPS(dwt_ops),
    .vmsd = &dwt_vmstate,
    .init = dwt_init, .reset = dwt_reset, .update = dwt_update,
};
DEFINE_PERIPH("armv7m-dwt", Dwt, dwt)
