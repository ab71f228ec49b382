/*
 * Timers (RM0090 chapters 17 to 20), all of them: registers.  The rest is
 * listed in state.h.
 *
 * Properties: `channels` (4: up/down, slave, ETR, DMA; 2: slave; 1; 0: update only), `bits` (16,
 *   32), `advanced` (TIM1, TIM8), `remap` (2, 5, 11: has the OR register of TIM2, TIM5, TIM11).
 * Links `itr0` to `itr3`: the timers whose TRGO (OC1 of one with a single channel) these are.
 * Lines out: `irq`; of the advanced ones `irq-brk irq-up irq-trg-com irq-cc`; `dma-up dma-ch1..4
 *   dma-trig dma-com`; `trgo`, `oc[0..3]` (OCxREF).
 * Lines in: `dma-...-ack`, a beat has been done; `trgo-wanted`, `oc-wanted[0..3]`, somebody
 *   listens; `break-css`; `itr1[1..3]`, TIM2's from Ethernet and USB; `source-level`, TIM5's from
 * RTC. Clock inputs: `source[0..1]`, of TIM5 LSI and LSE, of TIM11 HSE_RTC.
 * Signals: `ch1..ch4 ch1n..ch3n etr bkin`.
 *
 * Deliberately different: a bit has its effect at once, not some ticks later (CEN, triggers, fast
 * enable).  The update event of a counter that runs beyond ARR is unsure.  DMA requests and
 * triggers that come faster than one in MIN_EVENT_NS come in bunches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/wait-loop.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"
#include "stm32/peripherals/tim/state.h"

#define LOCK_OIS 0x7f00         /* CR2 */
#define LOCK_CCER 0xaaaa        /* polarities */
#define LOCK1_BDTR (R_BDTR_DTG_MASK | R_BDTR_BKE_MASK | R_BDTR_BKP_MASK | R_BDTR_AOE_MASK)
#define LOCK2_BDTR (R_BDTR_OSSI_MASK | R_BDTR_OSSR_MASK)

/* ---- Looks ---- */

static void tim_update(Periph *p)
{
    Tim *s = TIM(p);

    tim_break_check(s);
    tim_update_lines(s);
    tim_input_select(s);
    if (s->choosing) {
        tim_slave_select(s);
    }
    if (!s->busy) {
        tim_output_refresh(s);
        tim_trgo_refresh(s);
        tim_run(s);
        tim_plan(s);
    }
}

static void expire(void *opaque)
{
    Tim *s = opaque;

    tim_sync(s);
    s->expired = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);     /* by now: a slow host gets its pause */
    periph_update(opaque);
}

static void tim_registers_sync(Periph *p)
{
    tim_sync(TIM(p));
}

/* ---- Registers ---- */

#define BEYOND_ARR_NS (20 * SCALE_US)   /* until a counter beyond its ARR is thought of as left there */

static void check_arr(Periph *p)
{
    if (reg_get(TIM(p), CR1, CEN) && !TIM(p)->arr) {
        periph_mistake(p, TIM003, "CR1.CEN is set with ARR = 0: the counter stands");
    }
}

static void cr1_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);

    tim_drop_absent(p, n, data);
    if (tim_is_centred(s) || tim_is_encoder(s)) {
        p->regs[n] = (p->regs[n] & ~R_CR1_DIR_MASK) | (was & R_CR1_DIR_MASK);
    }
    if (was & R_CR1_CEN_MASK && !(was & R_CR1_CMS_MASK) && tim_is_centred(s)) {
        periph_mistake(p, TIM004, "CR1.CMS changed from edge-aligned while the counter is enabled");
    }
    if (!reg_get(s, CR1, ARPE)) {
        s->arr = p->regs[R_ARR];
    }
    if (p->regs[n] & ~was & R_CR1_CEN_MASK) {
        check_arr(p);
        tim_care(s);
    }
}

static void cr2_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    tim_drop_absent(p, n, data);
    tim_keep_locked(p, n, was, tim_lock_level(TIM(p)) >= 1 ? LOCK_OIS : 0);
    tim_load_channels(TIM(p), false);
    if (p->regs[n] & ~was & R_CR2_CCUS_MASK) {
        TIM(p)->choosing = true;
    }
}

static void smcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);
    uint32_t now;

    tim_drop_absent(p, n, data);
    now = p->regs[n];
    if ((now ^ was) & R_SMCR_TS_MASK && now & R_SMCR_SMS_MASK && was & R_SMCR_SMS_MASK) {
        periph_mistake(p, TIM005, "SMCR.TS changed with SMS not 0: it may see an edge that is none");
    }
    if (tim_is_encoder(s) && (now & R_SMCR_ECE_MASK || !tim_is_general(s))) {
        if (tim_is_general(s)) {
            periph_mistake(p, TIM006, "SMCR: encoder mode and ECE exclude each other");
        } else {
            periph_mistake(p, TIM010, "SMCR: this timer has no encoder mode");
        }
    }
    if (tim_sms(s) == SMS_GATED && tim_ts(s) == TS_TI1F_ED) {
        periph_mistake(p, TIM007, "SMCR: gated mode with TI1F_ED, which has no level");
    }
    if ((now ^ was) & (R_SMCR_TS_MASK | R_SMCR_SMS_MASK)) {
        s->choosing = true;
    }
}

/* A flag of channel @ch is cleared, which has an interrupt. */
static void channel_served(Tim *s, unsigned ch)
{
    uint64_t missed = missed_served(&s->missed, R_SR_CC1IF_MASK << ch);

    if (missed) {
        bool capture = tim_ccs(s, ch) != CCS_OUTPUT;

        periph_mistake(&s->parent_obj, TIM014, "%" PRIu64 " more %s come while CC%uIF was set: %s lost", missed,
                       capture ? missed == 1 ? "capture has" : "captures have" : missed == 1 ? "match has" : "matches have",
                       ch + 1, missed == 1 ? "it is" : "they are");
    }
}

/* Flags are cleared: by their handler, as a rule. */
static void sr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);
    uint32_t cleared = was & ~p->regs[n] & p->regs[R_DIER];
    uint64_t missed = missed_served(&s->missed, cleared & R_SR_UIF_MASK);

    if (missed) {
        periph_mistake(p, TIM013, "%" PRIu64 " more update%s come while UIF was set: %s lost", missed,
                       missed == 1 ? " has" : "s have", missed == 1 ? "it is" : "they are");
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (cleared & R_SR_CC1IF_MASK << ch) {
            channel_served(s, ch);
        }
    }
}

static void dier_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    tim_drop_absent(p, n, data);
    missed_forget(&TIM(p)->missed, p->regs[n] & ~was & 0x1f);
    TIM(p)->dma &= p->regs[n] >> R_DIER_UDE_SHIFT;
}

static void egr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);
    bool busy = s->busy;

    data &= tim_present_bits(s, n);
    s->busy = true;
    if (data & R_EGR_UG_MASK) {
        tim_restart(s, true);
    }
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (data & R_EGR_CC1G_MASK << ch) {
            if (tim_ccs(s, ch) == CCS_OUTPUT) {
                tim_event(s, R_SR_CC1IF_MASK << ch);
            } else {
                tim_capture(s, ch);
            }
        }
    }
    if (data & R_EGR_COMG_MASK) {
        tim_commute(s);
    }
    if (data & R_EGR_TG_MASK) {
        tim_trigger_flag(s);
    }
    if (data & R_EGR_BG_MASK) {
        p->regs[R_BDTR] &= ~R_BDTR_MOE_MASK;
        tim_event(s, R_SR_BIF_MASK);
    }
    tim_run(s);
    s->busy = busy;
}

static void ccmr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);
    unsigned first = (n - R_CCMR1) * 2;

    tim_drop_absent(p, n, data);
    tim_keep_locked(p, n, was,
                    tim_lock_level(s) >= 3 ? tim_output_mask(s, first, 2, 8) & 0x7878 : 0);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t ccs = 3 << (8 * i);

        if (p->regs[R_CCER] & 1 << 4 * (first + i) && (p->regs[n] ^ was) & ccs) {
            periph_mistake(p, TIM008, "%s.CC%uS written while CC%uE is set: ignored", p->reg[n].name,
                           first + i + 1, first + i + 1);
            p->regs[n] = (p->regs[n] & ~ccs) | (was & ccs);
        }
        s->been_moved |= (extract32(p->regs[n], 8 * i + 4, 3) != OC_FROZEN) << (first + i);
    }
    tim_load_channels(s, false);
}

static void ccer_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);

    tim_drop_absent(p, n, data);
    tim_keep_locked(p, n, was,
                    tim_lock_level(s) >= 2 ? tim_output_mask(s, 0, 4, 4) & LOCK_CCER : 0);
    tim_load_channels(s, false);
    if (p->regs[n] & ~was) {
        tim_care(s);
    }
}

static void or_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    tim_drop_absent(p, n, data);
    if ((p->regs[n] ^ was) & R_OR_ITR1_RMP_MASK) {
        TIM(p)->choosing = true;
    }
}

static void cnt_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    tim_drop_absent(p, n, data);
}

static bool is_beyond_arr(const Tim *s)
{
    return reg_get(s, CR1, CEN) && !tim_is_centred(s) && !reg_get(s, CR1, DIR) && s->parent_obj.regs[R_CNT] > s->arr;
}

/* The functions of ST's libraries that set a time base write ARR first, and EGR.UG a moment later. */
static void check_beyond_arr(void *opaque)
{
    Tim *s = opaque;

    tim_sync(s);
    if (is_beyond_arr(s)) {
        g_autofree char *where = s->arr_pc ? symbols_describe(s->arr_pc) : NULL;

        periph_mistake(&s->parent_obj, TIM011, "ARR has been written %u while CNT was more, which is %u now: it counts on to "
                       "its end, %u; set CR1.ARPE, write CNT too, or set EGR.UG%s%s", s->arr, s->parent_obj.regs[R_CNT],
                       tim_max(s), where ? ": by the instruction at " : "", where ?: "");
    }
}

static void arr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);

    tim_drop_absent(p, n, data);
    if (!reg_get(s, CR1, ARPE)) {
        s->arr = p->regs[n];
        check_arr(p);
        if (is_beyond_arr(s)) {
            s->arr_pc = 0;
            guest_pc(&s->arr_pc);
            mistake_later(check_beyond_arr, s, BEYOND_ARR_NS);
        }
    }
}

static void ccr_was_read(Periph *p, unsigned n, uint32_t value)
{
    uint32_t flag = R_SR_CC1IF_MASK << (n - R_CCR1);

    if (n - R_CCR1 < TIM(p)->channels && tim_ccs(TIM(p), n - R_CCR1) != CCS_OUTPUT &&
        p->regs[R_SR] & flag) {
        p->regs[R_SR] &= ~flag;
        if (p->regs[R_DIER] & flag) {
            channel_served(TIM(p), n - R_CCR1);
        }
        periph_update(p);
    }
}

static void ccr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Tim *s = TIM(p);
    unsigned ch = n - R_CCR1;

    tim_drop_absent(p, n, data);
    if (ch < s->channels && tim_ccs(s, ch) != CCS_OUTPUT) {
        periph_mistake(p, TIM009, "CCR%u written while the channel is an input: ignored", ch + 1);
        p->regs[n] = was;
    } else if (ch < s->channels && !(tim_ccmr(s, ch) & CCMR_OCPE)) {
        s->ccr[ch] = p->regs[n];
    }
}

static void bdtr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    static const uint32_t locked[] = { 0, LOCK1_BDTR, LOCK1_BDTR | LOCK2_BDTR,
                                       LOCK1_BDTR | LOCK2_BDTR };
    Tim *s = TIM(p);

    tim_drop_absent(p, n, data);
    if (!s->advanced) {
        return;
    }
    tim_keep_locked(p, n, was, locked[FIELD_EX32(was, BDTR, LOCK)]);
    if (s->bdtr_written) {
        p->regs[n] = (p->regs[n] & ~R_BDTR_LOCK_MASK) | (was & R_BDTR_LOCK_MASK);
    }
    s->bdtr_written = true;
}

/* ---- DMA bursts ---- */

/* The register that an access to DMAR reaches. */
static unsigned burst_register(Periph *p)
{
    unsigned n = FIELD_EX32(p->regs[R_DCR], DCR, DBA) + TIM(p)->burst;

    return n < R_DMAR ? n : R_DCR;
}

static void burst_goes_on(Tim *s)
{
    s->burst = (s->burst + 1) % (reg_get(s, DCR, DBL) + 1);
    s->burst_accessed = true;
}

static uint32_t dmar_read(Periph *p, unsigned n)
{
    return tim_is_general(TIM(p)) ? periph_peek(p, burst_register(p)) : 0;
}

static void dmar_was_read(Periph *p, unsigned n, uint32_t value)
{
    if (tim_is_general(TIM(p))) {
        unsigned reached = burst_register(p);

        burst_goes_on(TIM(p));
        periph_get(p, reached);
    }
}

static void dmar_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    tim_drop_absent(p, n, data);
    p->regs[n] = 0;
    if (tim_is_general(TIM(p))) {
        unsigned reached = burst_register(p);

        burst_goes_on(TIM(p));
        periph_put(p, reached, data);
    }
}

static void dcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    tim_drop_absent(p, n, data);
    TIM(p)->burst = 0;
}

static int64_t sr_holds(Periph *p, unsigned n)
{
    return tim_flags_hold(TIM(p));
}

static int64_t cnt_when(void *opaque, uint64_t count)
{
    return count ? tim_when(opaque, tim_steps(opaque, count)) : 0;
}

/* Up to the end of the period, at the pace of the clock. */
static void cnt_counts(Periph *p, unsigned n)
{
    Tim *s = TIM(p);
    uint32_t cnt = p->regs[n];
    bool down = tim_is_down(s);

    if (tim_flags_hold(s) > 0 && cnt <= s->arr) {
        wait_loop_read_counts(down ? -1 : 1, down ? cnt : s->arr - cnt, 0, cnt_when, s);
    }
}

static const RegOps tim_ops[] = {
    [R_CR1]   = { .written = cr1_written },
    [R_CR2]   = { .written = cr2_written },
    [R_SMCR]  = { .written = smcr_written },
    [R_DIER]  = { .written = dier_written },
    [R_SR]    = { .holds = sr_holds, .written = sr_written },
    [R_EGR]   = { .written = egr_written },
    [R_CCMR1] = { .written = ccmr_written },
    [R_CCMR2] = { .written = ccmr_written },
    [R_CCER]  = { .written = ccer_written },
    [R_CNT]   = { .written = cnt_written, .counts = cnt_counts },
    [R_PSC]   = { .written = cnt_written },
    [R_ARR]   = { .written = arr_written },
    [R_RCR]   = { .written = cnt_written },
    [R_CCR1]  = { .was_read = ccr_was_read, .written = ccr_written },
    [R_CCR2]  = { .was_read = ccr_was_read, .written = ccr_written },
    [R_CCR3]  = { .was_read = ccr_was_read, .written = ccr_written },
    [R_CCR4]  = { .was_read = ccr_was_read, .written = ccr_written },
    [R_BDTR]  = { .written = bdtr_written },
    [R_DCR]   = { .written = dcr_written },
    [R_DMAR]  = { .read = dmar_read, .was_read = dmar_was_read, .written = dmar_written },
    [R_OR]    = { .written = or_written },
};

/* ---- The device ---- */

static void clock_changed(void *opaque, ClockEvent event)
{
    Tim *s = opaque;

    if (event == ClockPreUpdate) {
        tim_sync(s);
        counter_sync(&s->ticks);
    } else {
        periph_update(opaque);
    }
}

static void tim_init(Periph *p)
{
    Tim *s = TIM(p);

    counter_init(&s->ticks, p->clk);
    counter_go(&s->ticks);
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expire, s);
    tim_slave_init(s);
    tim_input_init(s);
}

static void tim_realize(Periph *p, Error **errp)
{
    static const char *const irqs[] = { "irq-brk", "irq-up", "irq-trg-com", "irq-cc" };
    Tim *s = TIM(p);

    if (s->channels == 3 || s->channels > 4 || (s->bits != 16 && s->bits != 32)) {
        error_setg(errp, "a timer has 0, 1, 2 or 4 channels and 16 or 32 bits");
        return;
    }
    for (unsigned n = 0; n < (s->advanced ? N_IRQ : 1); n++) {
        periph_add_line(p, &s->irq[n], s->advanced ? irqs[n] : "irq");
    }
    if (s->channels != 2) {
        periph_add_line(p, &s->trgo, "trgo");
    }
    for (unsigned ch = 0; tim_is_general(s) && ch < s->channels; ch++) {
        periph_add_line(p, &s->oc[ch], "oc");
    }
    tim_dma_init(s);
    tim_input_realize(s, errp);
    tim_slave_connect(s);
}

static void tim_reset(Periph *p, bool power_on)
{
    Tim *s = TIM(p);

    counter_set(&s->ticks, 0);
    s->at = s->clocks = s->n_notes = 0;
    missed_forget(&s->missed, UINT32_MAX);
    s->expired = INT64_MIN / 2;
    p->regs[R_ARR] = s->arr = tim_max(s);
    s->psc = s->psc_count = s->rep = s->ccer = s->dma = s->burst = s->etr_count = 0;
    s->been_on = s->been_moved = 0;
    s->bdtr_written = s->burst_accessed = s->trgi = s->gate = s->trgo_level = s->choosing = false;
    memset(s->ccr, 0, sizeof(s->ccr));
    memset(s->ccmr, 0, sizeof(s->ccmr));
    memset(s->ref, 0, sizeof(s->ref));
    memset(s->cleared, 0, sizeof(s->cleared));
    memset(s->captured, 0, sizeof(s->captured));
    memset(s->input, 0, sizeof(s->input));
    for (unsigned ch = 0; ch < N_CHANNELS; ch++) {
        s->oc[ch].level = false;
    }
}

static const Property tim_properties[] = {
    DEFINE_PROP_UINT8("channels", Tim, channels, 4),
    DEFINE_PROP_UINT8("bits", Tim, bits, 16),
    DEFINE_PROP_BOOL("advanced", Tim, advanced, false),
    DEFINE_PROP_UINT8("remap", Tim, remap, 0),
};

/* Does it wait for a capture of a channel that has never been enabled, and is no trigger either? */
static bool captures_nothing(const Tim *s)
{
    for (unsigned ch = 0; ch < s->channels && tim_sms(s) == SMS_OFF; ch++) {
        if (tim_ccs(s, ch) != CCS_OUTPUT && !extract32(s->been_on, 4 * ch, 1) &&
            !(s->parent_obj.regs[R_SR] & R_SR_CC1IF_MASK << ch)) {
            return true;
        }
    }
    return false;
}

/* What a loop waits for that nothing ends: captures go on without CEN. */
static const char *tim_idle(Periph *p, unsigned n)
{
    Tim *s = TIM(p);

    if (n == R_SR && captures_nothing(s)) {
        return "a channel is an input (CCMR), and its CCxE in CCER has never been set: nothing is captured";
    }
    return (n == R_CNT || (n == R_SR && !reg_get(s, SR, UIF) && !reg_get(s, CCER, CC1E) && !reg_get(s, CCER, CC2E) &&
                           !reg_get(s, CCER, CC3E) && !reg_get(s, CCER, CC4E))) &&
           !reg_get(s, CR1, CEN) && tim_sms(s) == SMS_OFF ? "CR1.CEN is 0, the counter stands" : NULL;
}

/*
 * In exact time a TIM is never late, and what it listens to at pins is not: nothing that comes late changes one that only
 * counts, and interrupts.  Nor does looking at it, or clearing a flag, change what others do.
 */
static bool tim_stands(Periph *p, unsigned n, bool write, uint32_t data)
{
    Tim *s = TIM(p);

    return time_is_exact() && (!write || n == R_SR) && tim_is_alone(s) && !p->regs[R_CCER] &&
           !(p->regs[R_DIER] >> R_DIER_UDE_SHIFT);
}

/* Those that say who listens to pins, or who is told, are others. */
static bool tim_keeps_late(Periph *p, unsigned n)
{
    return n == R_SR || n == R_DIER || n == R_CNT || n == R_ARR || (n >= R_CCR1 && n <= R_CCR4);
}

static const PeriphInfo tim = {
    .chapter = "RM0090 17-20", .bus = BUS_APB, .widths = 2 | 4,
    REGS_AND_OPS(tim_ops), PROPERTIES(tim_properties),
    .vmsd = &tim_vmstate,
    .init = tim_init, .realize = tim_realize, .reset = tim_reset,
    .sync = tim_registers_sync, .update = tim_update,
    .stands = tim_stands, .keeps_late = tim_keeps_late,
    .idle = tim_idle,
};
DEFINE_PERIPH(TYPE_TIM, Tim, tim)
