/*
 * The clock of time stamps (RM0090 33.5.9): coarse and fine correction, updates, the target time, and the
 * pulse each second at PPS.
 *
 * Nothing ticks: the time follows from the ticks of HCLK since it was booked.  Fine: each tick adds the addend
 * to an accumulator of 32 bits, and when that overflows STSSI is added to the subseconds.  Coarse: each tick does.
 *
 * Deliberately different: writes of the addend and of times take effect at once, TSARU, TSSTU and TSSTI are 0
 * again when they have been written.  unsure: a target time that is past when it is set raises TSTTR at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/peripherals/eth/state.h"

typedef unsigned __int128 Wide;

/* Subseconds of a second. */
static uint32_t second(const Eth *s)
{
    return reg_get(s, PTPTSCR, TSSSR) ? 1000000000 : 1u << 31;
}

static uint32_t step(const Eth *s)
{
    return reg_get(s, PTPSSIR, STSSI);
}

/* What STSSI has been added by @ticks; the accumulator then. */
static uint64_t steps(const Eth *s, uint64_t ticks, uint32_t *accumulator)
{
    Wide sum;

    if (!reg_get(s, PTPTSCR, TSFCU)) {
        *accumulator = s->ptp.accumulator;
        return ticks;
    }
    sum = (Wide)ticks * s->ptp.addend + s->ptp.accumulator;
    *accumulator = sum;
    return sum >> 32;
}

static EthStamp time_of(const Eth *s, uint64_t ticks, uint32_t *accumulator)
{
    Wide sub = (Wide)steps(s, ticks, accumulator) * step(s) + s->ptp.subseconds;

    return (EthStamp) { true, s->ptp.seconds + (uint32_t)(sub / second(s)), sub % second(s) };
}

EthStamp eth_ptp_at(Eth *s, int64_t ns)
{
    uint32_t accumulator;

    return time_of(s, counter_at(&s->ptp.ticks, ns), &accumulator);
}

static EthStamp now(const Eth *s)
{
    uint32_t accumulator;

    return time_of(s, counter_now(&s->ptp.ticks), &accumulator);
}

void eth_ptp_book(Eth *s)
{
    EthPtp *t = &s->ptp;
    uint32_t accumulator;
    EthStamp stamp;
    uint64_t ticks;

    counter_sync(&t->ticks);
    ticks = t->ticks.count;
    stamp = time_of(s, ticks, &accumulator);
    t->seconds = stamp.seconds;
    t->subseconds = stamp.subseconds;
    t->accumulator = accumulator;
    t->ticks.count = 0;                 /* the part of a tick that has begun stays */
}

static void set_going(Eth *s)
{
    if (reg_get(s, PTPTSCR, TSE) && clock_is_enabled(s->ptp_clk)) {
        counter_go(&s->ptp.ticks);
    } else {
        counter_stop(&s->ptp.ticks);
    }
}

/* ---- The target time ---- */

/* Ticks from when it was booked until it is @seconds and @subseconds; ETH_NEVER: never. */
static uint64_t ticks_until(const Eth *s, uint32_t seconds, uint32_t subseconds)
{
    const EthPtp *t = &s->ptp;
    bool fine = reg_get(s, PTPTSCR, TSFCU);
    Wide distance;
    uint64_t n;

    if (seconds < t->seconds || (seconds == t->seconds && subseconds <= t->subseconds)) {
        return 0;
    }
    if (!step(s) || (fine && !t->addend)) {
        return ETH_NEVER;
    }
    distance = (Wide)(seconds - t->seconds) * second(s) + subseconds - t->subseconds;
    n = (distance + step(s) - 1) / step(s);
    if (!fine) {
        return n;
    }
    distance = ((Wide)n << 32) - t->accumulator;
    return (distance + t->addend - 1) / t->addend;
}

int64_t eth_ptp_due(const Eth *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    uint64_t ticks = s->ptp.armed && s->ptp.ticks.going ? ticks_until(s, regs[R_PTPTTHR], regs[R_PTPTTLR])
                                                        : ETH_NEVER;

    return ticks == ETH_NEVER ? COUNTER_NEVER : counter_when(&s->ptp.ticks, ticks);
}

void eth_ptp_step(Eth *s)
{
    const uint32_t *regs = s->parent_obj.regs;

    if (s->ptp.armed && s->ptp.ticks.going &&
        counter_now(&s->ptp.ticks) >= ticks_until(s, regs[R_PTPTTHR], regs[R_PTPTTLR])) {
        s->ptp.armed = false;
        reg_set(s, PTPTSCR, TSITE, 0);
        s->parent_obj.regs[R_PTPTSSR] |= R_PTPTSSR_TSTTR_MASK;
    }
}

/* ---- PPS ---- */

/* One pulse of 125 ms a second; with PPSFREQ 1 to 15 a square wave of 2 Hz to 32768 Hz. */
static Drive pulse(const Eth *s)
{
    const EthPtp *t = &s->ptp;
    unsigned rate = reg_get(s, PTPPPSCR, PPSFREQ);
    Wide ticks, period;
    uint64_t first;
    int64_t start;

    if (!t->ticks.going || !step(s) || (reg_get(s, PTPTSCR, TSFCU) && !t->addend)) {
        return DRIVE(LOW);
    }
    ticks = (Wide)second(s) / step(s) << 32;
    ticks = reg_get(s, PTPTSCR, TSFCU) ? ticks / t->addend : ticks >> 32;
    period = ticks * clock_get(s->ptp_clk) >> rate;
    first = ticks_until(s, t->seconds + 1, 0);
    start = first == ETH_NEVER ? COUNTER_NEVER : counter_when(&t->ticks, first);
    if (!period || period >> 63 || start == COUNTER_NEVER) {
        return DRIVE(LOW);
    }
    return (Drive) { .kind = DRIVE_WAVE, .start = start, .period = period, .high = rate ? period / 2 : period / 8 };
}

/* The wave is drawn anew when something has changed, and goes on by itself until then. */
void eth_ptp_update(Eth *s)
{
    set_going(s);
    if (signal_is_routed(&s->pps)) {
        signal_drive(&s->pps, pulse(s));
    }
}

/* ---- Registers ---- */

static void initialize(Eth *s)
{
    s->ptp.seconds = s->parent_obj.regs[R_PTPTSHUR];
    s->ptp.subseconds = reg_get(s, PTPTSLUR, TSUSS) % second(s);
    s->ptp.accumulator = 0;
}

static void adjust(Eth *s)
{
    EthPtp *t = &s->ptp;
    uint32_t seconds = s->parent_obj.regs[R_PTPTSHUR], sub = reg_get(s, PTPTSLUR, TSUSS) % second(s);

    if (reg_get(s, PTPTSLUR, TSUPNS)) {
        t->seconds -= seconds + (sub > t->subseconds);
        t->subseconds = sub > t->subseconds ? t->subseconds + second(s) - sub : t->subseconds - sub;
    } else {
        uint64_t sum = (uint64_t)t->subseconds + sub;

        t->seconds += seconds + (uint32_t)(sum / second(s));
        t->subseconds = sum % second(s);
    }
}

void eth_ptptscr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Eth *s = ETH(p);
    uint32_t now_on = p->regs[n];

    p->regs[n] = was;
    eth_ptp_book(s);
    p->regs[n] = now_on & ~(R_PTPTSCR_TSSTI_MASK | R_PTPTSCR_TSSTU_MASK | R_PTPTSCR_TSARU_MASK);
    s->ptp.subseconds = MIN(s->ptp.subseconds, second(s) - 1);
    if (now_on & R_PTPTSCR_TSARU_MASK) {
        s->ptp.addend = p->regs[R_PTPTSAR];
    }
    if (now_on & R_PTPTSCR_TSSTI_MASK) {
        initialize(s);
    } else if (now_on & R_PTPTSCR_TSSTU_MASK) {
        adjust(s);
    }
    if (now_on & ~was & R_PTPTSCR_TSITE_MASK) {
        s->ptp.armed = true;
    } else if (!(now_on & R_PTPTSCR_TSITE_MASK)) {
        s->ptp.armed = false;
    }
    if (now_on & ~was & R_PTPTSCR_TSE_MASK && !clock_is_enabled(s->ptp_clk)) {
        periph_mistake(p, ETH018, "PTPTSCR.TSE without clock");
    }
}

/* PTPSSIR, PTPPPSCR: the time so far was with the value before. */
void eth_ptp_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t now_on = p->regs[n];

    p->regs[n] = was;
    eth_ptp_book(ETH(p));
    p->regs[n] = now_on;
}

void eth_ptp_target_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    ETH(p)->ptp.armed = reg_get(ETH(p), PTPTSCR, TSITE);
}

uint32_t eth_ptp_time_read(Periph *p, unsigned n)
{
    EthStamp stamp = now(ETH(p));

    return n == R_PTPTSHR ? stamp.seconds : stamp.subseconds;
}

int64_t eth_ptp_time_holds(Periph *p, unsigned n)
{
    Eth *s = ETH(p);

    return s->ptp.ticks.going ? qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) : COUNTER_NEVER;
}

void eth_ptptssr_was_read(Periph *p, unsigned n, uint32_t value)
{
    p->regs[n] = 0;
    periph_update(p);
}

/* ---- Making ---- */

void eth_ptp_init(Eth *s)
{
    counter_init(&s->ptp.ticks, s->ptp_clk);
}

void eth_ptp_reset(Eth *s)
{
    counter_stop(&s->ptp.ticks);
    counter_set(&s->ptp.ticks, 0);
    s->ptp.seconds = s->ptp.subseconds = s->ptp.accumulator = s->ptp.addend = 0;
    s->ptp.armed = false;
}

const VMStateDescription eth_ptp_vmstate = {
    .name = "eth-ptp", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(ticks, EthPtp),
        VMSTATE_UINT32(seconds, EthPtp),
        VMSTATE_UINT32(subseconds, EthPtp),
        VMSTATE_UINT32(accumulator, EthPtp),
        VMSTATE_UINT32(addend, EthPtp),
        VMSTATE_BOOL(armed, EthPtp),
        VMSTATE_END_OF_LIST()
    },
};
