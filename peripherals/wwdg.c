/*
 * Window watchdog (RM0090 chapter 22): a down-counter of PCLK1 / 4096 that may be written only below W,
 * and not later than at 0x40.
 *
 * Lines out: `irq` (early wake-up), `expired` (resets the chip).
 *
 * Deliberately different: a write of CR starts the prescaler anew, so the time is what the manual's
 * formula says, never up to a step less.  unsure: EWIF is set only while the watchdog is enabled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#define REGS "stm32/regs/wwdg.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

#define EARLY 0x40          /* EWIF is set at this count */
#define T6 0x40             /* the reset comes when this bit falls */

typedef struct Wwdg {
    Periph parent_obj;
    Counter cycles;         /* of PCLK1 */
    uint64_t begin;         /* the cycle at which the counter was regs[R_CR].T */
    bool warned;            /* EWIF has been set since */
    bool expired;
    QEMUTimer *timer;
    Line irq, expired_out;
} Wwdg;

#define WWDG(obj) ((Wwdg *)(obj))

/* Cycles for one step of the counter, with @cfr. */
static uint64_t step(uint32_t cfr)
{
    return 4096u << FIELD_EX32(cfr, CFR, WDGTB);
}

/* Steps since the counter was regs[R_CR].T. */
static uint64_t steps_gone(const Wwdg *s, uint32_t cfr)
{
    return (counter_now(&s->cycles) - s->begin) / step(cfr);
}

static bool is_enabled(const Wwdg *s)
{
    return s->parent_obj.regs[R_CR] & R_CR_WDGA_MASK;
}

/* Steps from regs[R_CR].T down to @count. */
static unsigned steps_to(const Wwdg *s, unsigned count)
{
    unsigned from = FIELD_EX32(s->parent_obj.regs[R_CR], CR, T);

    return from > count ? from - count : 0;
}

static void settle(Wwdg *s)
{
    uint32_t *regs = s->parent_obj.regs;
    uint64_t gone = steps_gone(s, regs[R_CFR]);

    if (!is_enabled(s)) {
        return;
    }
    if (!s->warned && gone >= steps_to(s, EARLY)) {
        s->warned = true;
        regs[R_SR] |= R_SR_EWIF_MASK;
    }
    if (gone >= steps_to(s, T6 - 1) && !s->expired) {
        s->expired = true;
        periph_mistake(&s->parent_obj, WWDG003, "not refreshed before its count fell to 0x3f: reset");
    }
}

/* A refresh in a tight loop leaves a timer that is too early where it is. */
static void arm(Wwdg *s)
{
    uint64_t steps = steps_to(s, s->warned ? T6 - 1 : EARLY);
    int64_t when = counter_when(&s->cycles, s->begin + steps * step(s->parent_obj.regs[R_CFR]));

    if (!is_enabled(s) || s->expired) {
        when = COUNTER_NEVER;
    }
    if (when == COUNTER_NEVER || !timer_pending(s->timer) ||
        timer_expire_time_ns(s->timer) > when) {
        counter_arm(s->timer, when);
    }
}

static void wwdg_update(Periph *p)
{
    Wwdg *s = WWDG(p);

    settle(s);
    line_set(&s->irq, (p->regs[R_SR] & R_SR_EWIF_MASK) && (p->regs[R_CFR] & R_CFR_EWI_MASK));
    line_set(&s->expired_out, s->expired);
    arm(s);
}

static void deadline_reached(void *opaque)
{
    periph_update(opaque);
}

/* ---- Registers ---- */

static uint32_t cr_read(Periph *p, unsigned n)
{
    uint32_t cr = p->regs[R_CR];

    return (cr & R_CR_WDGA_MASK) |
           ((cr - steps_gone(WWDG(p), p->regs[R_CFR])) & R_CR_T_MASK);
}

/* The next step of the counter. */
static int64_t cr_holds(Periph *p, unsigned n)
{
    Wwdg *s = WWDG(p);
    uint32_t cfr = p->regs[R_CFR];

    return counter_when(&s->cycles, s->begin + (steps_gone(s, cfr) + 1) * step(cfr));
}

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Wwdg *s = WWDG(p);
    unsigned window = FIELD_EX32(p->regs[R_CFR], CFR, W);
    uint32_t count = (was - steps_gone(s, p->regs[R_CFR])) & R_CR_T_MASK;

    if ((was & R_CR_WDGA_MASK) && count > window) {
        periph_mistake(p, WWDG001, "refreshed at 0x%02x, above the window 0x%02x: reset", count, window);
        s->expired = true;
    }
    if ((p->regs[R_CR] & R_CR_WDGA_MASK) && !(data & T6)) {
        periph_mistake(p, WWDG002, "CR.T written with T6 clear: reset");
        s->expired = true;
    }
    s->begin = counter_now(&s->cycles);
    s->warned = false;
}

/* With another prescaler the counter goes on from where it is. */
static void cfr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Wwdg *s = WWDG(p);

    if ((was ^ p->regs[R_CFR]) & R_CFR_WDGTB_MASK) {
        uint32_t count = p->regs[R_CR] - steps_gone(s, was);

        p->regs[R_CR] = FIELD_DP32(p->regs[R_CR], CR, T, count);
        s->begin = counter_now(&s->cycles);
    }
}

static uint32_t sr_read(Periph *p, unsigned n)
{
    settle(WWDG(p));
    return p->regs[n];
}

/* When its flag is due a timer is armed, in any case. */
static int64_t sr_holds(Periph *p, unsigned n)
{
    return INT64_MAX;
}

/* The flag may have risen since the last access, and this clears it too. */
static void sr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    settle(WWDG(p));
    p->regs[R_SR] &= data;
}

static const RegOps wwdg_ops[] = {
    [R_CR]  = { .read = cr_read, .holds = cr_holds, .written = cr_written },
    [R_CFR] = { .written = cfr_written },
    [R_SR]  = { .read = sr_read, .holds = sr_holds, .written = sr_written },
};

/* ---- The device ---- */

static void pclk_changes(void *opaque, ClockEvent event)
{
    if (event == ClockPreUpdate) {
        counter_sync(&WWDG(opaque)->cycles);
    } else {
        periph_update(opaque);
    }
}

static void wwdg_reset(Periph *p, bool power_on)
{
    Wwdg *s = WWDG(p);

    s->begin = counter_now(&s->cycles);
    s->warned = s->expired = false;
}

static void wwdg_init(Periph *p)
{
    Wwdg *s = WWDG(p);

    counter_init(&s->cycles, p->clk);
    counter_go(&s->cycles);
    clock_set_callback(p->clk, pclk_changes, p, ClockPreUpdate | ClockUpdate);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, deadline_reached, s);
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->expired_out, "expired");
}

static const VMStateDescription wwdg_vmstate = {
    .name = "stm32f4-wwdg", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(cycles, Wwdg),
        VMSTATE_UINT64(begin, Wwdg),
        VMSTATE_BOOL(warned, Wwdg),
        VMSTATE_BOOL(expired, Wwdg),
        VMSTATE_PERIPH(Wwdg),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo wwdg = {
    .chapter = "RM0090 22", .bus = BUS_APB,
    REGS_AND_OPS(wwdg_ops),
    .vmsd = &wwdg_vmstate,
    .init = wwdg_init, .reset = wwdg_reset, .update = wwdg_update,
};
DEFINE_PERIPH("stm32f4-wwdg", Wwdg, wwdg)
