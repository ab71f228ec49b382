/*
 * Power controller (RM0090 chapter 5): Stop and Standby with their ways out, protection of the backup
 * domain, and the voltage detector.
 *
 * Property `vdd`: the supply in mV, can be changed while running.
 * Lines in: `sleepdeep` (the core), `wakeup` (RTC: alarm, tamper, time stamp, wake-up timer),
 *   `reset-on-stop`, `reset-on-standby` (option bytes: entering that mode resets the chip instead),
 *   `dbg-stop`, `dbg-standby` (DBGMCU: HSI clocks the chip in that mode), and two whose levels are flags
 *   that bar the way into Stop: `exti-pending` (EXTI_PR), `rtc-flags` (of RTC_ISR); `exti-open`, the lines
 *   of EXTI that can end it.
 * Lines out: `dbp`; `stop` (no fast clocks: Stop or Standby), and `clocked` (but HSI); `standby` (the
 *   core stands until a reset); `power-lost` (and it and the I/O domain have no power); `wake` (from
 *   Standby, resets the chip); `low-power-reset`; `pvd` (EXTI line 16); `vdd`, its level is the supply in
 *   mV; `entering`, a pulse: Stop is about to be entered, flags are to be true; `stay-awake`, a pulse:
 *   but it is not.
 * Link `wkup`: the wake-up pin, PA0, whatever its mode.
 *
 * Deliberately different: regulators settle at once, and there is no latency on wake-up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#define REGS "stm32/regs/pwr.h"
#include "stm32/core/periph.h"

typedef struct Pwr {
    Periph parent_obj;
    uint32_t vdd;               /* mV */
    bool sleepdeep, wakeup, reset_on_stop, reset_on_standby;    /* levels of the inputs */
    bool dbg_stop, dbg_standby;
    uint32_t exti_pending, exti_open, rtc_flags;
    bool standby;               /* until the reset that ends it */
    bool woken;                 /* that reset is under way */
    Line dbp, stop, clocked, standby_out, power_lost, wake, low_power_reset, pvd;
    qemu_irq vdd_out, entering, stay_awake;
    Pin *wkup_pin;
    PinListener wkup;
} Pwr;

#define PWR(obj) ((Pwr *)(obj))

/* Is the supply below the threshold that PLS selects? */
static bool supply_is_low(const Pwr *s)
{
    static const uint16_t threshold_mv[] = { 2000, 2100, 2300, 2500, 2600, 2700, 2800, 2900 };
    uint32_t cr = s->parent_obj.regs[R_CR];

    return (cr & R_CR_PVDE_MASK) && s->vdd < threshold_mv[FIELD_EX32(cr, CR, PLS)];
}

static void pwr_update(Periph *p)
{
    Pwr *s = PWR(p);
    uint32_t *csr = &p->regs[R_CSR];

    *csr = FIELD_DP32(*csr, CSR, PVDO, supply_is_low(s));
    *csr = FIELD_DP32(*csr, CSR, BRR, FIELD_EX32(*csr, CSR, BRE));
    *csr |= R_CSR_VOSRDY_MASK;
    pin_listen(&s->wkup, *csr & R_CSR_EWUP_MASK ? s->wkup_pin : NULL);
    line_set(&s->dbp, p->regs[R_CR] & R_CR_DBP_MASK);
    qemu_set_irq(s->vdd_out, s->vdd);
    line_set(&s->pvd, *csr & R_CSR_PVDO_MASK);
    line_set(&s->clocked, s->standby ? s->dbg_standby : s->dbg_stop);
    line_set(&s->stop, s->sleepdeep || s->standby);
    line_set(&s->standby_out, s->standby);
    line_set(&s->power_lost, s->standby && !s->dbg_standby);
    line_set(&s->low_power_reset, s->sleepdeep && !s->standby &&
                                  (p->regs[R_CR] & R_CR_PDDS_MASK ? s->reset_on_standby
                                                                  : s->reset_on_stop));
    line_set(&s->wake, s->standby && (*csr & R_CSR_WUF_MASK));
}

/* RM0090 table 24: with these flags set "the Stop mode entry procedure is ignored". */
static bool stop_is_barred(Pwr *s)
{
    Periph *p = &s->parent_obj;

    qemu_irq_pulse(s->entering);
    if (s->exti_pending) {
        periph_mistake(p, PWR001, "Stop ignored, the program goes on: EXTI_PR is 0x%06x", s->exti_pending);
    }
    if (s->rtc_flags) {
        periph_mistake(p, PWR002, "Stop ignored, the program goes on: flags 0x%04x of RTC_ISR are set "
                       "(alarm, wake-up, tamper or time stamp)", s->rtc_flags);
    }
    if (s->exti_pending || s->rtc_flags) {
        return true;
    }
    if (!s->exti_open) {
        periph_mistake(p, PWR006, "Stop entered, and no line of EXTI is open (IMR or EMR, with an edge in RTSR or FTSR): "
                       "nothing ends it but a reset");
    }
    return false;
}

/* Will it ever sleep, and ever wake? */
static void check_standby(Pwr *s)
{
    Periph *p = &s->parent_obj;

    qemu_irq_pulse(s->entering);
    if (reg_get(s, CSR, WUF)) {
        periph_mistake(p, PWR004, "Standby entered with CSR.WUF set%s: it wakes at once", reg_get(s, CSR, EWUP) &&
                       s->wkup_pin && pin_level(s->wkup_pin) ? ", and the wake-up pin (EWUP) is high" : "");
    }
    if (s->rtc_flags) {
        periph_mistake(p, PWR005, "Standby entered with flags 0x%04x of RTC_ISR set: a further event of these wakes nobody",
                       s->rtc_flags);
    }
}

/* The core goes into deep sleep, or comes back. */
static void sleepdeep_input(void *opaque, int n, int level)
{
    Pwr *s = opaque;
    bool standby = reg_get(s, CR, PDDS);

    if (!level && !s->sleepdeep) {
        return;                 /* a sleep that is not deep, or its end: there are many */
    }
    if (level && !standby && stop_is_barred(s)) {
        qemu_irq_pulse(s->stay_awake);
        return;
    }
    if (level && standby) {
        check_standby(s);
    }
    s->sleepdeep = level;
    if (level && !(standby ? s->reset_on_standby : s->reset_on_stop)) {
        s->standby = s->woken = standby;
    }
    periph_update(opaque);
}

static void reset_on_stop_input(void *opaque, int n, int level)
{
    PWR(opaque)->reset_on_stop = level;
}

static void reset_on_standby_input(void *opaque, int n, int level)
{
    PWR(opaque)->reset_on_standby = level;
}

static void dbg_stop_input(void *opaque, int n, int level)
{
    PWR(opaque)->dbg_stop = level;
    periph_update(opaque);
}

static void dbg_standby_input(void *opaque, int n, int level)
{
    PWR(opaque)->dbg_standby = level;
    periph_update(opaque);
}

static void exti_pending_input(void *opaque, int n, int pending)
{
    PWR(opaque)->exti_pending = pending;
}

static void exti_open_input(void *opaque, int n, int lines)
{
    PWR(opaque)->exti_open = lines;
}

static void rtc_flags_input(void *opaque, int n, int flags)
{
    PWR(opaque)->rtc_flags = flags;
}

static void wake_up(Pwr *s)
{
    s->parent_obj.regs[R_CSR] |= R_CSR_WUF_MASK;
    periph_update(&s->parent_obj);
}

static void wakeup_input(void *opaque, int n, int level)
{
    Pwr *s = opaque;

    if (level && !s->wakeup) {
        wake_up(s);
    }
    s->wakeup = level;
}

static void wkup_pin_changed(void *opaque, bool level)
{
    Pwr *s = opaque;

    if (level) {
        wake_up(s);
    }
}

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[R_CSR] &= ~((data & R_CR_CWUF_MASK ? R_CSR_WUF_MASK : 0) |
                        (data & R_CR_CSBF_MASK ? R_CSR_SBF_MASK : 0));
}

/* RM0090 5.4.2: enabling the pin while it is high is a wake-up event too. */
static void csr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Pwr *s = PWR(p);

    if ((p->regs[R_CSR] & ~was & R_CSR_EWUP_MASK) && s->wkup_pin && pin_level(s->wkup_pin)) {
        p->regs[R_CSR] |= R_CSR_WUF_MASK;
    }
    if (((p->regs[R_CSR] ^ was) & R_CSR_BRE_MASK) && !(p->regs[R_CR] & R_CR_DBP_MASK)) {
        periph_mistake(p, PWR003, "CSR.BRE written while the backup domain is protected");
        p->regs[R_CSR] ^= R_CSR_BRE_MASK;
    }
}

static const RegOps pwr_ops[] = {
    [R_CR]  = { .written = cr_written },
    [R_CSR] = { .written = csr_written },
};

static void pwr_reset(Periph *p, bool power_on)
{
    Pwr *s = PWR(p);

    if (s->woken && !power_on) {
        p->regs[R_CSR] |= R_CSR_SBF_MASK;       /* and WUF says that it was an event */
    } else {
        p->regs[R_CSR] &= ~(R_CSR_WUF_MASK | R_CSR_EWUP_MASK);
    }
    s->sleepdeep = s->standby = s->woken = false;
}

static void get_vdd(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    visit_type_uint32(v, name, &PWR(obj)->vdd, errp);
}

static void set_vdd(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    uint32_t mv;

    if (!visit_type_uint32(v, name, &mv, errp)) {
        return;
    }
    if (mv < 1800 || mv > 3600) {
        error_setg(errp, "vdd=%u: the chip runs from 1800 to 3600 mV", mv);
        return;
    }
    PWR(obj)->vdd = mv;
    if (DEVICE(obj)->realized) {
        periph_update(PERIPH(obj));
    }
}

static void pwr_init(Periph *p)
{
    Pwr *s = PWR(p);

    s->vdd = 3000;
    s->wkup = (PinListener) { .changed = wkup_pin_changed, .opaque = s, .waves = true };
    object_property_add(OBJECT(p), "vdd", "uint32", get_vdd, set_vdd, NULL, NULL);
    object_property_add_link(OBJECT(p), "wkup", TYPE_PIN, (Object **)&s->wkup_pin,
                             object_property_allow_set_link, 0);
    periph_add_line(p, &s->dbp, "dbp");
    periph_add_line(p, &s->stop, "stop");
    periph_add_line(p, &s->clocked, "clocked");
    periph_add_line(p, &s->standby_out, "standby");
    periph_add_line(p, &s->power_lost, "power-lost");
    periph_add_line(p, &s->wake, "wake");
    periph_add_line(p, &s->low_power_reset, "low-power-reset");
    periph_add_line(p, &s->pvd, "pvd");
    qdev_init_gpio_out_named(DEVICE(p), &s->vdd_out, "vdd", 1);
    qdev_init_gpio_out_named(DEVICE(p), &s->entering, "entering", 1);
    qdev_init_gpio_out_named(DEVICE(p), &s->stay_awake, "stay-awake", 1);
    qdev_init_gpio_in_named(DEVICE(p), sleepdeep_input, "sleepdeep", 1);
    qdev_init_gpio_in_named(DEVICE(p), wakeup_input, "wakeup", 1);
    qdev_init_gpio_in_named(DEVICE(p), reset_on_stop_input, "reset-on-stop", 1);
    qdev_init_gpio_in_named(DEVICE(p), reset_on_standby_input, "reset-on-standby", 1);
    qdev_init_gpio_in_named(DEVICE(p), dbg_stop_input, "dbg-stop", 1);
    qdev_init_gpio_in_named(DEVICE(p), dbg_standby_input, "dbg-standby", 1);
    qdev_init_gpio_in_named(DEVICE(p), exti_pending_input, "exti-pending", 1);
    qdev_init_gpio_in_named(DEVICE(p), exti_open_input, "exti-open", 1);
    qdev_init_gpio_in_named(DEVICE(p), rtc_flags_input, "rtc-flags", 1);
}

static const VMStateDescription pwr_vmstate = {
    .name = "stm32f4-pwr", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(vdd, Pwr),
        VMSTATE_BOOL(sleepdeep, Pwr),
        VMSTATE_BOOL(wakeup, Pwr),
        VMSTATE_BOOL(reset_on_stop, Pwr),
        VMSTATE_BOOL(reset_on_standby, Pwr),
        VMSTATE_BOOL(dbg_stop, Pwr),
        VMSTATE_BOOL(dbg_standby, Pwr),
        VMSTATE_UINT32(exti_pending, Pwr),
        VMSTATE_UINT32(rtc_flags, Pwr),
        VMSTATE_BOOL(standby, Pwr),
        VMSTATE_BOOL(woken, Pwr),
        VMSTATE_PERIPH(Pwr),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo pwr = {
    .chapter = "RM0090 5", .bus = BUS_APB,
    REGS_AND_OPS(pwr_ops),
    .vmsd = &pwr_vmstate,
    .init = pwr_init, .reset = pwr_reset, .update = pwr_update,
};
DEFINE_PERIPH("stm32f4-pwr", Pwr, pwr)
