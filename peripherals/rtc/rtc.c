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

#define RESTART_CYCLES 4            /* from the end of INIT to the calendar's first */
#define CR_INIT_ONLY (R_CR_DCE_MASK | R_CR_FMT_MASK | R_CR_REFCKON_MASK)
#define ISR_EVENTS (R_ISR_ALRAF_MASK | R_ISR_ALRBF_MASK | R_ISR_WUTF_MASK | R_ISR_TSF_MASK | \
                    R_ISR_TAMP1F_MASK | R_ISR_TAMP2F_MASK)
#define ISR_FLAGS (ISR_EVENTS | R_ISR_TSOVF_MASK)

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
    int64_t when = next == RTC_NEVER ? COUNTER_NEVER : counter_when(&s->cycles, next);

    if (when == COUNTER_NEVER) {
        timer_del(s->timer);
    } else {
        timer_mod(s->timer, when);
    }
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
    qemu_set_irq(s->flags, isr & ISR_EVENTS);
    rtc_pins_update(s);
    arm(s);
}

static void timer_reached(void *opaque)
{
    periph_update(opaque);
}

/* ---- Reading ---- */

static bool is_copied(const Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);

    return !s->frozen && now >= s->copy_at && now >= s->shift_at;
}

/* RM0090 26.3.3: not copied in Stop, nor in the first two cycles after it, whatever RSF says. */
static bool is_stale(const Rtc *s)
{
    return counter_now(&s->cycles) < s->stale_until;
}

static void copy_calendar(Rtc *s)
{
    uint32_t *regs = s->parent_obj.regs;

    regs[R_TR] = s->calendar.tr;
    regs[R_DR] = s->calendar.dr;
    regs[R_SSR] = rtc_sub_second(s) & R_SSR_SS_MASK;
}

/* Reading SSR or TR keeps the three together until DR is read. */
static uint32_t shadow_read(Periph *p, unsigned n)
{
    Rtc *s = RTC(p);

    rtc_settle(s);
    if (p->regs[R_CR] & R_CR_BYPSHAD_MASK) {
        return n == R_TR ? s->calendar.tr : n == R_DR ? s->calendar.dr : rtc_sub_second(s);
    }
    if (clock_is_enabled(s->rtcclk) && clock_get(p->clk) * 7 > clock_get(s->rtcclk)) {
        periph_mistake(p, "PCLK1 is slower than 7 * RTCCLK: read with CR.BYPSHAD");
    }
    if (is_stale(s)) {
        periph_mistake(p, "%s read right after Stop: it is as it was before; clear ISR.RSF and wait "
                       "until it is set", p->reg[n].name);
    } else if (!s->shadows_locked && is_copied(s)) {
        copy_calendar(s);
    }
    s->shadows_locked = n != R_DR;
    return p->regs[n];
}

/* Its bus stops with the chip, and comes back. */
static void pclk_changed(void *opaque, ClockEvent event)
{
    Rtc *s = opaque;
    bool stops = !clock_is_enabled(s->parent_obj.clk);

    if (stops) {
        rtc_settle(s);
        if (!s->shadows_locked && !is_stale(s) && is_copied(s)) {
            copy_calendar(s);
        }
    } else if (s->bus_stopped) {
        s->stale_until = counter_now(&s->cycles) + RTC_SYNC;
    }
    s->bus_stopped = stops;
}

static bool is_writable(const Rtc *s, unsigned event)
{
    return !(s->parent_obj.regs[R_CR] & (R_CR_ALRAE_MASK << event)) &&
           counter_now(&s->cycles) >= s->writable_at[event];
}

static uint32_t isr_read(Periph *p, unsigned n)
{
    Rtc *s = RTC(p);
    uint64_t now = counter_now(&s->cycles);
    uint32_t isr;

    rtc_settle(s);
    isr = p->regs[R_ISR] & (ISR_FLAGS | R_ISR_INIT_MASK);
    isr = FIELD_DP32(isr, ISR, ALRAWF, is_writable(s, ALARM_A) && !s->frozen);
    isr = FIELD_DP32(isr, ISR, ALRBWF, is_writable(s, ALARM_B) && !s->frozen);
    isr = FIELD_DP32(isr, ISR, WUTWF, is_writable(s, WAKEUP));
    isr = FIELD_DP32(isr, ISR, SHPF, now < s->shift_at);
    isr = FIELD_DP32(isr, ISR, INITS, (s->calendar.dr & (R_DR_YT_MASK | R_DR_YU_MASK)) != 0);
    isr = FIELD_DP32(isr, ISR, RSF, is_copied(s) && !(p->regs[R_CR] & R_CR_BYPSHAD_MASK));
    isr = FIELD_DP32(isr, ISR, INITF, s->frozen);
    return FIELD_DP32(isr, ISR, RECALPF, now < s->recalibrated_at);
}

static uint32_t read_settled(Periph *p, unsigned n)
{
    rtc_settle(RTC(p));
    return p->regs[n];
}

/* ---- Protection ---- */

static const char unlock[] = "write 0xCA, 0x53 to WPR first";

/* Is the backup domain open?  If not register @n is put back. */
static bool check_open(Periph *p, unsigned n, uint32_t was)
{
    if (!RTC(p)->dbp) {
        periph_mistake(p, "%s written while the backup domain is protected: set PWR_CR.DBP first",
                       p->reg[n].name);
        p->regs[n] = was;
    }
    return RTC(p)->dbp;
}

/* And the RTC unlocked? */
static bool check_unlocked(Periph *p, unsigned n, uint32_t was)
{
    if (!check_open(p, n, was)) {
        return false;
    }
    if (!RTC(p)->unlocked) {
        periph_mistake(p, "%s written while it is write-protected: %s", p->reg[n].name, unlock);
        p->regs[n] = was;
    }
    return RTC(p)->unlocked;
}

/* And @allowed, or is it lost, as @why says? */
static bool check(Periph *p, unsigned n, uint32_t was, bool allowed, const char *why)
{
    if (!check_unlocked(p, n, was)) {
        return false;
    }
    if (!allowed) {
        periph_mistake(p, "%s written %s: ignored", p->reg[n].name, why);
        p->regs[n] = was;
    }
    return allowed;
}

static void wpr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint8_t key = data;

    if (!check_open(p, n, was)) {
        return;
    }
    if (s->half_unlocked ? key != 0x53 : key == 0x53) {
        periph_mistake(p, "WPR: key 0x%02x out of order: %s", key, unlock);
    }
    s->unlocked = s->half_unlocked && key == 0x53;
    s->half_unlocked = key == 0xca;
}

/* ---- Writing ---- */

static const char outside_init[] = "outside of initialization mode (ISR.INITF)";

static void tr_dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint32_t now = p->regs[n];

    rtc_settle(s);
    p->regs[n] = was;               /* a shadow register */
    if (check(p, n, was, s->frozen, outside_init)) {
        *(n == R_TR ? &s->calendar.tr : &s->calendar.dr) = now;
    }
}

/* PRER, CALIBR */
static void written_in_init(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (check(p, n, was, RTC(p)->frozen, outside_init)) {
        p->regs[n] = now;
    }
}

/* Daylight saving: an hour more or less; none less in the first hour of the day. */
static void change_hour(Rtc *s, bool add, bool sub)
{
    Calendar *c = &s->calendar;
    uint32_t date = c->dr;

    if (s->frozen || add == sub) {
        return;
    }
    rtc_calendar_stop(s, counter_now(&s->cycles));
    if (add) {
        calendar_add(c, 3600);
    } else {
        calendar_add(c, 23 * 3600);
        if (c->dr == date) {        /* it was in the first hour */
            calendar_add(c, 3600);
        }
        c->dr = date;
    }
    rtc_calendar_go(s);
}

/* What CR has before it is changed: bits that can't be changed now are put back. */
static uint32_t keep_locked_bits(Periph *p, uint32_t was, uint32_t now)
{
    Rtc *s = RTC(p);

    if (((now ^ was) & CR_INIT_ONLY) && !s->frozen) {
        periph_mistake(p, "CR.FMT, DCE or REFCKON written %s: ignored", outside_init);
        now = (now & ~CR_INIT_ONLY) | (was & CR_INIT_ONLY);
    }
    if (((now ^ was) & R_CR_WUCKSEL_MASK) && !is_writable(s, WAKEUP)) {
        periph_mistake(p, "CR.WUCKSEL written while ISR.WUTWF is 0: ignored");
        now = (now & ~R_CR_WUCKSEL_MASK) | (was & R_CR_WUCKSEL_MASK);
    }
    if (((now ^ was) & R_CR_TSEDGE_MASK) && (was & R_CR_TSE_MASK)) {
        periph_mistake(p, "CR.TSEDGE changed while TSE is set: may make a time stamp");
    }
    return now;
}

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(s);
    if (!check_unlocked(p, n, was)) {
        return;
    }
    now = keep_locked_bits(p, was, now);
    p->regs[n] = now;
    if (now & ~was & R_CR_COE_MASK) {
        s->wave_start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
    s->calendar.am_pm = now & R_CR_FMT_MASK;
    for (unsigned event = 0; event < RTC_EVENTS; event++) {
        uint32_t enable = R_CR_ALRAE_MASK << event;

        if (now & ~was & enable) {
            rtc_start_event(s, event);
        } else if (was & ~now & enable) {
            rtc_stop_event(s, event);
        }
    }
    change_hour(s, data & R_CR_ADD1H_MASK, data & R_CR_SUB1H_MASK);
}

/* INIT ends: the prescalers begin anew. */
static void leave_init(Rtc *s)
{
    uint64_t now = counter_now(&s->cycles);

    s->copy_at = now + RESTART_CYCLES;
    if (s->frozen) {
        s->frozen = false;
        s->begin = now + RESTART_CYCLES;
        s->ss = FIELD_EX32(s->parent_obj.regs[R_PRER], PRER, PREDIV_S);
        rtc_calendar_go(s);
    }
}

static void isr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint64_t now = counter_now(&s->cycles);

    p->regs[n] = was;
    rtc_settle(s);
    if (!check_open(p, n, p->regs[n])) {
        return;
    }
    p->regs[n] &= data | ~ISR_FLAGS;
    if (!(p->regs[n] & R_ISR_TSF_MASK)) {
        p->regs[R_TSTR] = p->regs[R_TSDR] = p->regs[R_TSSSR] = 0;
    }
    if (!(data & R_ISR_RSF_MASK)) {
        s->copy_at = now + RTC_SYNC;
    }
    rtc_pins_configure(s, p->regs[R_TAFCR]);
    if (!((data ^ was) & R_ISR_INIT_MASK) || !check_unlocked(p, n, p->regs[n])) {
        return;
    }
    p->regs[n] ^= R_ISR_INIT_MASK;
    if (data & R_ISR_INIT_MASK) {
        s->init_at = now + RTC_SYNC;
    } else {
        leave_init(s);
    }
}

static void wutr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (check(p, n, was, is_writable(RTC(p), WAKEUP), "while ISR.WUTWF is 0")) {
        p->regs[n] = now;
        if (!now && FIELD_EX32(p->regs[R_CR], CR, WUCKSEL) == 3) {
            periph_mistake(p, "WUTR = 0 with RTCCLK / 2 is not allowed");
        }
    }
}

static void alarm_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    unsigned event = n == R_ALRMAR || n == R_ALRMASSR ? ALARM_A : ALARM_B;
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(s);
    if (check(p, n, was, s->frozen || is_writable(s, event), "while its ISR.ALRxWF is 0")) {
        p->regs[n] = now;
    }
}

/* A fraction of a second later, and perhaps a whole one earlier: seconds are not to be jumped over. */
static void shiftr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint64_t now = counter_now(&s->cycles);
    uint64_t tick = FIELD_EX32(p->regs[R_PRER], PRER, PREDIV_A) + 1;

    rtc_settle(s);
    if (!check(p, n, was, now >= s->shift_at && !s->frozen,
               "while a shift is pending or in initialization mode")) {
        return;
    }
    rtc_calendar_stop(s, now);
    s->ss += FIELD_EX32(data, SHIFTR, SUBFS);
    calendar_add(&s->calendar, data >> R_SHIFTR_ADD1S_SHIFT);
    rtc_calendar_go(s);
    s->shift_at = now + tick;
    s->copy_at = s->shift_at + RTC_SYNC;
}

static void calr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rtc *s = RTC(p);
    uint32_t now = p->regs[n];
    uint64_t cycle = counter_now(&s->cycles);

    p->regs[n] = was;
    rtc_settle(s);
    if (check(p, n, was, cycle >= s->recalibrated_at, "while ISR.RECALPF is 1")) {
        now &= ~(now & R_CALR_CALW8_MASK ? 3 : now & R_CALR_CALW16_MASK ? 1 : 0);
        p->regs[n] = now;
        s->recalibrated_at = cycle + 3 * (FIELD_EX32(p->regs[R_PRER], PRER, PREDIV_A) + 1);
    }
}

static void tafcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (check_open(p, n, was)) {
        p->regs[n] = now;
        rtc_pins_configure(RTC(p), was);
    }
}

static void bkp_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    rtc_settle(RTC(p));
    if (check_open(p, n, p->regs[n])) {
        p->regs[n] = now;
    }
}

static const RegOps rtc_ops[] = {
    [R_TR]       = { .read = shadow_read, .written = tr_dr_written },
    [R_DR]       = { .read = shadow_read, .written = tr_dr_written },
    [R_CR]       = { .written = cr_written },
    [R_ISR]      = { .read = isr_read, .written = isr_written },
    [R_PRER]     = { .written = written_in_init },
    [R_WUTR]     = { .written = wutr_written },
    [R_CALIBR]   = { .written = written_in_init },
    [R_ALRMAR]   = { .written = alarm_written },
    [R_ALRMBR]   = { .written = alarm_written },
    [R_WPR]      = { .written = wpr_written },
    [R_SSR]      = { .read = shadow_read },
    [R_SHIFTR]   = { .written = shiftr_written },
    [R_TSTR]     = { .read = read_settled },
    [R_TSDR]     = { .read = read_settled },
    [R_TSSSR]    = { .read = read_settled },
    [R_CALR]     = { .written = calr_written },
    [R_TAFCR]    = { .written = tafcr_written },
    [R_ALRMASSR] = { .written = alarm_written },
    [R_ALRMBSSR] = { .written = alarm_written },
    [R_BKP0R ... R_BKP19R] = { .read = read_settled, .written = bkp_written },
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
    leave_init(s);
    s->copy_at = counter_now(&s->cycles) + RTC_SYNC;
    s->shadows_locked = s->bus_stopped = false;
    s->stale_until = 0;
}

/* ---- The device ---- */

static void rtc_init(Periph *p)
{
    Rtc *s = RTC(p);

    s->fresh = true;
    clock_set_callback(p->clk, pclk_changed, p, ClockUpdate);
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

static const PeriphInfo rtc = {
    .chapter = "RM0090 26", .bus = BUS_APB,
    REGS_AND_OPS(rtc_ops), PROPERTIES(rtc_properties),
    .vmsd = &rtc_vmstate,
    .init = rtc_init, .reset = rtc_reset, .update = rtc_update,
};
DEFINE_PERIPH("stm32f4-rtc", Rtc, rtc)
