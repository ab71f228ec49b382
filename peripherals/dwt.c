/*
 * Data watchpoint and trace unit (ARMv7-M C1.8): its cycle counter, which half of all firmware uses as
 * a clock.  It counts HCLK while the core is awake.
 *
 * Lines in: `trcena` (DEMCR), `sleeping` (the core).
 *
 * Deliberately different: the cycles are those of virtual time; how many of them an instruction takes
 * is the emulator's choice (-icount), not the chip's.  Comparators and event counters do nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/dwt.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

typedef struct Dwt {
    Periph parent_obj;
    Counter cycles;
    bool trcena, sleeping;
} Dwt;

#define DWT(obj) ((Dwt *)(obj))

static void dwt_update(Periph *p)
{
    Dwt *s = DWT(p);

    if ((p->regs[R_CTRL] & R_CTRL_CYCCNTENA_MASK) && s->trcena && !s->sleeping) {
        counter_go(&s->cycles);
    } else {
        counter_stop(&s->cycles);
    }
}

static uint32_t cyccnt_read(Periph *p, unsigned n)
{
    return counter_now(&DWT(p)->cycles);
}

static void cyccnt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (!DWT(p)->trcena) {
        periph_mistake(p, "CYCCNT written, but DEMCR.TRCENA is not set: it does not count");
    }
    counter_set(&DWT(p)->cycles, p->regs[R_CYCCNT]);
}

static const RegOps dwt_ops[] = {
    [R_CYCCNT] = { .read = cyccnt_read, .written = cyccnt_written },
};

static void clock_changes(void *opaque, ClockEvent event)
{
    counter_sync(&DWT(opaque)->cycles);
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
}

static void dwt_init(Periph *p)
{
    counter_init(&DWT(p)->cycles, p->clk);
    clock_set_callback(p->clk, clock_changes, p, ClockPreUpdate);
    qdev_init_gpio_in_named(DEVICE(p), trcena_input, "trcena", 1);
    qdev_init_gpio_in_named(DEVICE(p), sleeping_input, "sleeping", 1);
}

static const VMStateDescription dwt_vmstate = {
    .name = "armv7m-dwt", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(cycles, Dwt),
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
