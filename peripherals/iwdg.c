/*
 * Independent watchdog (RM0090 chapter 21): runs on LSI, also in Stop and Standby, and nothing but a
 * reset stops it.
 *
 * Clock input `lsi`.  Line in: `hw-start` (option byte: runs from reset on).
 * Lines out: `lsi-on` (RCC lets LSI run), `expired` (resets the chip).
 *
 * What is written to PR and RLR takes 5 periods of LSI to get there; so it waits while LSI stands.  A
 * refresh in that time takes the new value as soon as it is there: boards refresh before they start.
 *
 * Deliberately different: a refresh or a new prescaler starts the prescaler anew, so the time is what
 * the manual's formula says, never up to a step less.  unsure: waking from Standby stops it, as any
 * other reset does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#define REGS "stm32/regs/iwdg.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

#define UPDATE_CYCLES 5
#define LONGEST 0xfff       /* what the counter starts from after reset */

typedef struct Iwdg {
    Periph parent_obj;
    Clock *lsi;
    Counter cycles;             /* of LSI */
    uint64_t begin;             /* the cycle at which the counter was `top` */
    uint32_t top;
    uint32_t new_pr, new_rlr;   /* on their way ... */
    uint64_t pr_at, rlr_at;     /* ... and there in that cycle, while SR says so */
    bool refresh;               /* when RLR has arrived */
    bool unlocked, started, hw_start;
    QEMUTimer *timer;
    Line lsi_on, expired_out;
} Iwdg;

#define IWDG(obj) ((Iwdg *)(obj))

/* Cycles of LSI for one step of the counter. */
static uint64_t step(const Iwdg *s)
{
    return 4u << MIN(s->parent_obj.regs[R_PR], 6);
}

static bool is_running(const Iwdg *s)
{
    return s->started || s->hw_start;
}

/* The cycle in which the counter goes below 0. */
static uint64_t end(const Iwdg *s)
{
    return s->begin + (s->top + 1) * step(s);
}

static void reload(Iwdg *s, uint64_t cycle)
{
    s->top = s->parent_obj.regs[R_RLR];
    s->begin = cycle;
}

/* A new prescaler: the counter is where it is, and begins a new step. */
static void set_prescaler(Iwdg *s, uint64_t cycle)
{
    uint64_t gone = (cycle - s->begin) / step(s);

    s->parent_obj.regs[R_PR] = s->new_pr;
    s->begin = cycle - gone * step(s);
}

/* Let happen what has happened by now. */
static void settle(Iwdg *s)
{
    uint32_t *regs = s->parent_obj.regs;
    uint64_t now = counter_now(&s->cycles);

    if ((regs[R_SR] & R_SR_PVU_MASK) && now >= s->pr_at) {
        regs[R_SR] &= ~R_SR_PVU_MASK;
        set_prescaler(s, s->pr_at);
    }
    if ((regs[R_SR] & R_SR_RVU_MASK) && now >= s->rlr_at) {
        regs[R_SR] &= ~R_SR_RVU_MASK;
        regs[R_RLR] = s->new_rlr;
        if (s->refresh) {
            reload(s, s->rlr_at);
        }
        s->refresh = false;
    }
}

/* The next cycle that matters: until then nobody can notice anything. */
static uint64_t next_event(const Iwdg *s)
{
    uint32_t sr = s->parent_obj.regs[R_SR];
    uint64_t next = end(s);

    next = sr & R_SR_PVU_MASK ? MIN(next, s->pr_at) : next;
    return sr & R_SR_RVU_MASK ? MIN(next, s->rlr_at) : next;
}

/* A refresh, which programs do in tight loops, leaves a timer that is too early where it is. */
static void arm(Iwdg *s, bool wanted)
{
    int64_t when = wanted ? counter_when(&s->cycles, next_event(s)) : COUNTER_NEVER;

    if (when == COUNTER_NEVER || !timer_pending(s->timer) ||
        timer_expire_time_ns(s->timer) > when) {
        counter_arm(s->timer, when);
    }
}

static void iwdg_update(Periph *p)
{
    Iwdg *s = IWDG(p);
    bool expired;

    settle(s);
    expired = is_running(s) && (int64_t)(counter_now(&s->cycles) - end(s)) >= 0;
    if (expired && !s->expired_out.level) {
        periph_mistake(p, IWDG004, "not refreshed for %" PRIu64 " cycles of LSI, which are what RLR 0x%x and PR %u allow: "
                       "reset", (s->top + 1) * step(s), s->top, p->regs[R_PR]);
    }
    line_set(&s->lsi_on, is_running(s));
    line_set(&s->expired_out, expired);
    arm(s, is_running(s) && !expired);
}

static void deadline_reached(void *opaque)
{
    periph_update(opaque);
}

/* ---- Registers ---- */

static uint32_t read_settled(Periph *p, unsigned n)
{
    if (n == R_SR && p->regs[n] && !clock_is_enabled(IWDG(p)->lsi) && !is_running(IWDG(p))) {
        periph_mistake(p, IWDG003, "SR read 0x%x while LSI is off: that does not change", p->regs[n]);
    }
    settle(IWDG(p));
    return p->regs[n];
}

/* The reset comes by the timer. */
static int64_t iwdg_holds(Periph *p)
{
    Iwdg *s = IWDG(p);
    int64_t pr = p->regs[R_SR] & R_SR_PVU_MASK ? counter_when(&s->cycles, s->pr_at) : INT64_MAX;
    int64_t rlr = p->regs[R_SR] & R_SR_RVU_MASK ? counter_when(&s->cycles, s->rlr_at) : INT64_MAX;

    return MIN(pr, rlr);
}

static void kr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Iwdg *s = IWDG(p);
    uint64_t now = counter_now(&s->cycles);

    settle(s);
    s->unlocked = (data & 0xffff) == 0x5555;
    switch (data & 0xffff) {
    case 0xaaaa:
        if (p->regs[R_SR] & R_SR_RVU_MASK) {
            s->refresh = true;
        } else {
            reload(s, now);
        }
        break;
    case 0xcccc:
        if (!is_running(s)) {
            s->begin = now;
        }
        s->started = true;
        break;
    }
}

/* May PR or RLR be written?  Puts back what was, as the new value is on its way at best. */
static bool write_begins(Periph *p, unsigned n, uint32_t was, uint32_t busy)
{
    p->regs[n] = was;
    settle(IWDG(p));
    if (!IWDG(p)->unlocked) {
        periph_mistake(p, IWDG001, "%s written without the key 0x5555 in KR: ignored", p->reg[n].name);
        return false;
    }
    if (p->regs[R_SR] & busy) {
        periph_mistake(p, IWDG002, "%s written while the write before is under way (SR): ignored",
                       p->reg[n].name);
        return false;
    }
    p->regs[R_SR] |= busy;
    return true;
}

static void pr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Iwdg *s = IWDG(p);

    if (write_begins(p, n, was, R_SR_PVU_MASK)) {
        s->new_pr = data & R_PR_PR_MASK;
        s->pr_at = counter_now(&s->cycles) + UPDATE_CYCLES;
    }
}

static void rlr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Iwdg *s = IWDG(p);

    if (write_begins(p, n, was, R_SR_RVU_MASK)) {
        s->new_rlr = data & R_RLR_RL_MASK;
        s->rlr_at = counter_now(&s->cycles) + UPDATE_CYCLES;
    }
}

static const RegOps iwdg_ops[] = {
    [R_KR]  = { .written = kr_written },
    [R_PR]  = { .read = read_settled, .written = pr_written },
    [R_RLR] = { .read = read_settled, .written = rlr_written },
    [R_SR]  = { .read = read_settled },
};

/* ---- The device ---- */

static void hw_start_input(void *opaque, int n, int level)
{
    Iwdg *s = opaque;

    if (level && !is_running(s)) {
        s->begin = counter_now(&s->cycles);
    }
    s->hw_start = level;
    periph_update(opaque);
}

static void lsi_changes(void *opaque, ClockEvent event)
{
    if (event == ClockPreUpdate) {
        counter_sync(&IWDG(opaque)->cycles);
    } else {
        periph_update(opaque);
    }
}

static void iwdg_reset(Periph *p, bool power_on)
{
    Iwdg *s = IWDG(p);

    s->started = s->unlocked = s->refresh = false;
    s->begin = counter_now(&s->cycles);
    s->top = LONGEST;
}

static void iwdg_init(Periph *p)
{
    Iwdg *s = IWDG(p);

    s->lsi = qdev_init_clock_in(DEVICE(p), "lsi", lsi_changes, s, ClockPreUpdate | ClockUpdate);
    counter_init(&s->cycles, s->lsi);
    counter_go(&s->cycles);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, deadline_reached, s);
    periph_add_line(p, &s->lsi_on, "lsi-on");
    periph_add_line(p, &s->expired_out, "expired");
    qdev_init_gpio_in_named(DEVICE(p), hw_start_input, "hw-start", 1);
}

static const VMStateDescription iwdg_vmstate = {
    .name = "stm32f4-iwdg", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(lsi, Iwdg),
        VMSTATE_COUNTER(cycles, Iwdg),
        VMSTATE_UINT64(begin, Iwdg),
        VMSTATE_UINT32(top, Iwdg),
        VMSTATE_UINT32(new_pr, Iwdg),
        VMSTATE_UINT32(new_rlr, Iwdg),
        VMSTATE_UINT64(pr_at, Iwdg),
        VMSTATE_UINT64(rlr_at, Iwdg),
        VMSTATE_BOOL(refresh, Iwdg),
        VMSTATE_BOOL(unlocked, Iwdg),
        VMSTATE_BOOL(started, Iwdg),
        VMSTATE_BOOL(hw_start, Iwdg),
        VMSTATE_PERIPH(Iwdg),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo iwdg = {
    .chapter = "RM0090 21", .bus = BUS_APB,
    REGS_AND_OPS(iwdg_ops),
    .vmsd = &iwdg_vmstate,
    .init = iwdg_init, .reset = iwdg_reset, .update = iwdg_update,
    .holds = iwdg_holds,
};
DEFINE_PERIPH("stm32f4-iwdg", Iwdg, iwdg)
