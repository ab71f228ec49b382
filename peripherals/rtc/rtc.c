/*
 * Real-time clock (RM0090 chapter 26): calendar, two alarms, wake-up timer, time stamp, tamper inputs,
 * backup registers.
 *
 * Clock input `rtcclk` (RCC's, from LSE, LSI or HSE: it goes on in Stop and Standby if its source does).
 * Lines in: `dbp` (PWR: writes are lost while the backup domain is protected); `look`, from PWR: the
 *   flags are to be true now.
 * Lines out: `alarm`, `tamp-stamp`, `wakeup`: levels, to EXTI 17, 21 and 22 and to PWR; `flags`, whose
 *   level is those of ISR that bar the way into Stop.
 * Links: `af1` (PC13), `af2` (PI8), `backup` (a file that keeps the backup registers).
 * Property `from-host`: at power-on the calendar is what QEMU's -rtc says, as if a battery and a crystal
 *   had kept it: INITS is set, and most firmware will not set the time again.  Without it the calendar
 *   is as the chip's without battery: 2000-01-01, and INITS is 0.
 *
 * A system reset changes INIT, RSF and the shadow registers TR, DR and SSR; the rest is the backup
 * domain's.  Nothing costs anything until somebody looks, or an interrupt or output is waited for.
 *
 * Deliberately different: coarse calibration is spread evenly over its 64 minutes, smooth calibration
 * over its 32 s, and both move the wake-up timer too; a flag of a request takes 2 cycles of RTCCLK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "hw/qdev-properties.h"
#include "system/rtc.h"
#include "stm32/peripherals/rtc/state.h"

/* ---- Outputs ---- */

static void set_rate(Rtc *s)
{
    uint64_t period = rtc_calibrated_period(s);

    if (clock_get(s->calibrated) != period) {
        counter_sync(&s->cycles);
        clock_set(s->calibrated, period);
    }
}

static void arm(Rtc *s)
{
    uint64_t next = rtc_next_event(s);

    counter_arm(s->timer, next == RTC_NEVER ? COUNTER_NEVER : counter_when(&s->cycles, next));
}

static void rtc_update(Periph *p)
{
    Rtc *s = RTC(p);
    uint32_t cr = p->regs[R_CR], isr;

    set_rate(s);
    rtc_settle(s);
    isr = p->regs[R_ISR];
    line_set(&s->alarm, ((cr & R_CR_ALRAIE_MASK) && (isr & R_ISR_ALRAF_MASK)) ||
                        ((cr & R_CR_ALRBIE_MASK) && (isr & R_ISR_ALRBF_MASK)));
    line_set(&s->wakeup, (cr & R_CR_WUTIE_MASK) && (isr & R_ISR_WUTF_MASK));
    line_set(&s->tamp_stamp, ((cr & R_CR_TSIE_MASK) && (isr & R_ISR_TSF_MASK)) ||
                             ((p->regs[R_TAFCR] & R_TAFCR_TAMPIE_MASK) &&
                              (isr & (R_ISR_TAMP1F_MASK | R_ISR_TAMP2F_MASK))));
    qemu_set_irq(s->flags, isr & RTC_ISR_EVENTS);
    rtc_pins_update(s);
    arm(s);
}

static void timer_reached(void *opaque)
{
    periph_update(opaque);
}

#define RTC_SHADOW .read = rtc_shadow_read, .was_read = rtc_shadow_was_read, .holds = rtc_shadow_holds

static const RegOps rtc_ops[] = {
    [R_TR]       = { RTC_SHADOW, .written = rtc_tr_dr_written },
    [R_DR]       = { RTC_SHADOW, .written = rtc_tr_dr_written },
    [R_CR]       = { .written = rtc_cr_written },
    [R_ISR]      = { .read = rtc_isr_read, .written = rtc_isr_written },
    [R_PRER]     = { .written = rtc_written_in_init },
    [R_WUTR]     = { .written = rtc_wutr_written },
    [R_CALIBR]   = { .written = rtc_written_in_init },
    [R_ALRMAR]   = { .written = rtc_alarm_written },
    [R_ALRMBR]   = { .written = rtc_alarm_written },
    [R_WPR]      = { .written = rtc_wpr_written },
    [R_SSR]      = { RTC_SHADOW },
    [R_SHIFTR]   = { .written = rtc_shiftr_written },
    [R_TSTR]     = { .read = rtc_read_settled },
    [R_TSDR]     = { .read = rtc_read_settled },
    [R_TSSSR]    = { .read = rtc_read_settled },
    [R_CALR]     = { .written = rtc_calr_written },
    [R_TAFCR]    = { .written = rtc_tafcr_written },
    [R_ALRMASSR] = { .written = rtc_alarm_written },
    [R_ALRMBSSR] = { .written = rtc_alarm_written },
    [R_BKP0R ... R_BKP19R] = { .read = rtc_read_settled, .written = rtc_bkp_written },
};

/* ---- Inputs and reset ---- */

static void look_input(void *opaque, int n, int level)
{
    if (level) {
        periph_update(opaque);
    }
}

static void dbp_input(void *opaque, int n, int level)
{
    RTC(opaque)->dbp = level;
}

static void rtcclk_changed(void *opaque, ClockEvent event)
{
    periph_update(opaque);
}

/* The very first power-on: what a battery has kept. */
static void first_power_on(Rtc *s)
{
    struct tm tm;

    if (s->backup) {
        backup_file_keep(s->backup, BACKUP_REGISTERS, &s->parent_obj.regs[R_BKP0R]);
    }
    if (s->from_host) {
        qemu_get_timedate(&tm, 0);
        calendar_set(&s->calendar, &tm);
    }
    s->fresh = false;
}

static void backup_domain_reset(Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);
    uint32_t *regs = s->parent_obj.regs;

    s->calendar = (Calendar) { .tr = regs[R_TR], .dr = regs[R_DR] };
    s->begin = now;
    s->ss = FIELD_EX32(regs[R_PRER], PRER, PREDIV_S);
    s->frozen = s->unlocked = s->half_unlocked = false;
    s->init_at = s->shift_at = s->recalibrated_at = now;
    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        s->writable_at[event] = now;
        s->due[event] = RTC_NEVER;
    }
    s->tamper_at[0] = s->tamper_at[1] = RTC_NEVER;
    if (s->fresh) {
        first_power_on(s);
    }
}

static void rtc_reset(Periph *p, bool power_on)
{
    Rtc *s = RTC(p);

    if (power_on) {
        backup_domain_reset(s);
    } else {
        rtc_settle(s);
    }
    p->regs[R_ISR] &= ~R_ISR_INIT_MASK;
    rtc_leave_init(s);
    s->copy_at = counter_now(&s->cycles) + RTC_SYNC;
    s->shadows_locked = s->bus_stopped = false;
    s->stale_until = 0;
}

/* ---- The device ---- */

static void rtc_init(Periph *p)
{
    Rtc *s = RTC(p);

    s->fresh = true;
    clock_set_callback(p->clk, rtc_pclk_changed, p, ClockUpdate);
    s->rtcclk = qdev_init_clock_in(DEVICE(p), "rtcclk", rtcclk_changed, s, ClockUpdate);
    s->calibrated = clock_new(OBJECT(p), "calibrated");
    counter_init(&s->cycles, s->calibrated);
    counter_go(&s->cycles);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, timer_reached, s);
    rtc_pins_init(s);
    object_property_add_link(OBJECT(p), "backup", TYPE_BACKUP_FILE, (Object **)&s->backup,
                             object_property_allow_set_link, 0);
    periph_add_line(p, &s->alarm, "alarm");
    periph_add_line(p, &s->tamp_stamp, "tamp-stamp");
    periph_add_line(p, &s->wakeup, "wakeup");
    qdev_init_gpio_out_named(DEVICE(p), &s->flags, "flags", 1);
    qdev_init_gpio_in_named(DEVICE(p), dbp_input, "dbp", 1);
    qdev_init_gpio_in_named(DEVICE(p), look_input, "look", 1);
}

static const VMStateDescription rtc_vmstate = {
    .name = "stm32f4-rtc", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(rtcclk, Rtc),
        VMSTATE_CLOCK(calibrated, Rtc),
        VMSTATE_COUNTER(cycles, Rtc),
        VMSTATE_UINT32(calendar.tr, Rtc),
        VMSTATE_UINT32(calendar.dr, Rtc),
        VMSTATE_BOOL(calendar.am_pm, Rtc),
        VMSTATE_UINT64(begin, Rtc),
        VMSTATE_UINT32(ss, Rtc),
        VMSTATE_BOOL(frozen, Rtc),
        VMSTATE_UINT64(init_at, Rtc),
        VMSTATE_UINT64(copy_at, Rtc),
        VMSTATE_UINT64(stale_until, Rtc),
        VMSTATE_BOOL(bus_stopped, Rtc),
        VMSTATE_UINT64(shift_at, Rtc),
        VMSTATE_UINT64(recalibrated_at, Rtc),
        VMSTATE_UINT64_ARRAY(writable_at, Rtc, RTC_EVENTS),
        VMSTATE_UINT64_ARRAY(due, Rtc, RTC_EVENTS),
        VMSTATE_UINT64(wakeup_left, Rtc),
        VMSTATE_UINT64_ARRAY(tamper_at, Rtc, 2),
        VMSTATE_BOOL(shadows_locked, Rtc),
        VMSTATE_BOOL(unlocked, Rtc),
        VMSTATE_BOOL(half_unlocked, Rtc),
        VMSTATE_BOOL(dbp, Rtc),
        VMSTATE_INT64(wave_start, Rtc),
        VMSTATE_PERIPH(Rtc),
        VMSTATE_END_OF_LIST()
    },
};

static const Property rtc_properties[] = {
    DEFINE_PROP_BOOL("from-host", Rtc, from_host, false),
};

/* What a loop waits for that will never end. */
static const char *rtc_never(Periph *p, unsigned n)
{
    return n <= R_ISR && !clock_is_enabled(RTC(p)->rtcclk)
           ? "there is no RTCCLK: see RCC_BDCR.RTCSEL and RTCEN, and that LSI or LSE is on" : NULL;
}

static const PeriphInfo rtc = {
    .chapter = "RM0090 26", .bus = BUS_APB,
    REGS_AND_OPS(rtc_ops), PROPERTIES(rtc_properties),
    .vmsd = &rtc_vmstate,
    .init = rtc_init, .reset = rtc_reset, .update = rtc_update, .holds = rtc_holds,
    .never = rtc_never,
};
DEFINE_PERIPH("stm32f4-rtc", Rtc, rtc)
